"""What is said when a line is up names what there is: its own numbers, people and menus."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from softswitch.config import AccountConfig, Config
from softswitch.demo import SHIPPED, TREES
from softswitch.features.config import GroupConfig, RoomConfig
from softswitch.greeting import invitation, numbers_of
from softswitch.ivr.loader import load_trees
from softswitch.queues.config import QueueConfig
from softswitch.transport.config import TlsConfig
from tests.ivr.written import tree_of

OFFICE = replace(tree_of("a: [hangup]"), name="office", numbers=("200", "201"), path=Path("/srv/office.yaml"))
INNER = replace(tree_of("a: [hangup]"), name="inner", numbers=())


def config(**accounts: AccountConfig) -> Config:
    return Config(accounts=accounts)


ANNA = config(**{"1001": AccountConfig(password="easy", name="Anna"), "1002": AccountConfig(ha1="a" * 32)})


def test_which_number_leads_where() -> None:
    assert numbers_of(ANNA, [OFFICE, INNER]).splitlines() == [
        "200, 201 -> menu office (/srv/office.yaml)",
        "1001 Anna, 1002",
    ]
    assert numbers_of(config(), []) == "no accounts"
    assert numbers_of(config(), [], "pl") == "nie ma kont"


def test_a_thousand_accounts_are_no_thousand_words() -> None:
    many = config(**{str(number): AccountConfig(password="x") for number in range(1000, 2000)})
    line = numbers_of(many, [])
    assert line.startswith("1000, 1001, ")
    assert line.endswith(" and 980 more")
    assert numbers_of(many, [], "pl").endswith(" i jeszcze 980")


def test_a_path_is_shown_as_it_is_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    tree = replace(OFFICE, path=tmp_path / "trees" / "office.yaml")
    assert "menu office (trees/office.yaml)" in numbers_of(ANNA, [tree])


def test_what_to_type_into_a_phone() -> None:
    lines = invitation(ANNA, [OFFICE], ["192.0.2.1:5060", "10.0.0.1:5060"]).splitlines()
    assert "    Domain       192.0.2.1:5060   or 10.0.0.1:5060" in lines
    assert "    User 1001    password easy    Anna" in lines
    assert "    User 1002    password (the one behind its ha1)" in lines
    assert not any("aaa" in line for line in lines)
    assert any("UDP" in line for line in lines)


def test_what_to_dial_is_what_there_is() -> None:
    shipped = load_trees([TREES / name for name in SHIPPED])
    addresses = ["192.0.2.1:5060"]
    assert invitation(ANNA, shipped, addresses).splitlines()[-1] == (
        "Then dial  100 for the menu, 600 for an echo, *43 for the test line, or another of the users."
    )
    assert invitation(ANNA, [OFFICE, INNER], addresses).splitlines()[-1] == (
        "Then dial  200 for the menu office, or another of the users."
    )
    assert invitation(ANNA, [], addresses).splitlines()[-1] == "Then dial another of the users."


def test_groups_rooms_and_queues_are_named_by_their_numbers() -> None:
    whole = ANNA.model_copy(
        update={
            "groups": {"200": GroupConfig(members=("1001",))},
            "rooms": {"800": RoomConfig()},
            "queues": {"sales": QueueConfig(number="300"), "inner": QueueConfig()},
        }
    )
    assert invitation(whole, [], ["192.0.2.1:5060"]).splitlines()[-1] == (
        "Then dial  200 for phones ringing together, 800 for a room to meet in, 300 for a queue with agents, "
        "or another of the users."
    )
    assert "300: kolejka do konsultantów, albo" in invitation(whole, [], ["192.0.2.1:5060"], "pl")


def test_the_invitation_in_polish() -> None:
    lines = invitation(ANNA, [OFFICE], ["192.0.2.1:5060"], "pl").splitlines()
    assert "    Domena       192.0.2.1:5060" in lines
    assert "    Użytkownik 1001    hasło easy    Anna" in lines
    assert lines[-1] == "Potem wybierz  200: menu office, albo numer innego użytkownika."


def test_the_ports_of_tls_and_websocket_are_named() -> None:
    where = ["192.0.2.1:5060"]
    assert "    Transport    UDP (or TCP)" in invitation(ANNA, [], where).splitlines()
    ports = {"TLS": 5061, "WSS": 8089}
    assert "    Transport    UDP (or TCP, or TLS on port 5061, or WSS on port 8089)" in (
        invitation(ANNA, [], where, ports=ports).splitlines()
    )
    assert "(lub TCP, lub TLS na porcie 5061," in invitation(ANNA, [], where, "pl", ports=ports)


def test_the_certificate_that_phones_are_to_trust_is_named() -> None:
    where = ["192.0.2.1:5060"]
    line = "    Certificate  tls/certificate.pem"
    assert line in invitation(ANNA, [], where, ports={"TLS": 5061}).splitlines()
    assert line not in invitation(ANNA, [], where).splitlines()
    own = ANNA.sip.model_copy(update={"tls": TlsConfig(certificate=Path("a.pem"), key=Path("a.key"))})
    text = invitation(ANNA.model_copy(update={"sip": own}), [], where, ports={"TLS": 5061})
    assert "Certificate" not in text
