"""Which ports are opened, with which certificates, for which names."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from softswitch.transport import doors as doors_module
from softswitch.transport.certificates import CertificateError
from softswitch.transport.config import CertificateFiles, TlsConfig, WebSocketConfig
from softswitch.transport.doors import Doors, Judgement, certificates_for, judge, layers_of
from softswitch.transport.own_certificate import own_files
from tests.transport.shown import NOW, made

TLS = TlsConfig()
BOTH = WebSocketConfig()


@pytest.mark.parametrize(
    ("doors", "open_ones"),
    [
        (Doors("::1", 5060), []),
        (Doors("::1", 5060, TLS), [("TLS", 5061, "sip.tls.port")]),
        (Doors("::1", 5070, TLS), [("TLS", 5071, "sip.tls.port")]),
        (Doors("::1", 5060, TlsConfig(port=443)), [("TLS", 443, "sip.tls.port")]),
        # Beside any free port it is any free one, and after the last there is none.
        (Doors("::1", 0, TLS), [("TLS", 0, "sip.tls.port")]),
        (Doors("::1", 65_535, TLS), [("TLS", 0, "sip.tls.port")]),
        (
            Doors("::1", 5060, None, BOTH),
            [("WS", 8088, "sip.websocket.port"), ("WSS", 8089, "sip.websocket.secure_port")],
        ),
        (
            Doors("::1", 5060, None, WebSocketConfig(port=None)),
            [("WSS", 8089, "sip.websocket.secure_port")],
        ),
        (
            Doors("::1", 5060, None, WebSocketConfig(secure_port=None)),
            [("WS", 8088, "sip.websocket.port")],
        ),
    ],
)
def test_which_doors_there_are(doors: Doors, open_ones: list[tuple[str, int, str]]) -> None:
    assert [(door.transport, door.port, door.setting) for door in doors] == open_ones
    # A certificate is needed for what is secure, and for nothing else.
    assert doors.certified is any(transport != "WS" for transport, _, _ in open_ones)


def test_a_door_may_be_optional() -> None:
    (door,) = Doors("::1", 5060, TlsConfig(optional=True))
    assert door.optional


@pytest.mark.parametrize(
    ("door", "kinds"),
    [("TLS", ["TlsLayer"]), ("WS", ["WebSocketLayer"]), ("WSS", ["TlsLayer", "WebSocketLayer"])],
)
def test_each_connection_has_layers_of_its_own(tmp_path: Path, door: str, kinds: list[str]) -> None:
    doors = Doors("127.0.0.1", 5060, TLS, BOTH)
    certificates = certificates_for(doors, tmp_path, lambda: NOW)
    certificates.load()
    (found,) = [one for one in doors if one.transport == door]
    make = layers_of(found, doors, certificates)
    assert [type(layer).__name__ for layer in make()] == kinds
    assert all(one is not other for one, other in zip(make(), make(), strict=True))


def test_the_switch_makes_a_certificate_only_where_the_operator_has_none(tmp_path: Path) -> None:
    bought = made(tmp_path / "bought", ["sip.firma.test"])
    theirs = Doors("127.0.0.1", 5060, TlsConfig(certificate=bought.certificate, key=bought.key))
    (identity,) = certificates_for(theirs, tmp_path / "home", lambda: NOW).load()
    assert identity.names == ("sip.firma.test",)
    assert not (tmp_path / "home").exists()
    own = Doors("127.0.0.1", 5060, TlsConfig(names=("pbx.firma.test",)))
    (identity,) = certificates_for(own, tmp_path / "home", lambda: NOW).load()
    assert identity.names[0] == "pbx.firma.test"
    assert identity.files == own_files(tmp_path / "home")
    # Reading it again is what renews it.
    later = NOW + timedelta(days=820)
    (renewed,) = certificates_for(own, tmp_path / "home", lambda: later).load()
    assert renewed.ends > identity.ends


def test_what_phones_may_call_this_machine_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Desk")
    asked = []

    def reachable(*, ipv6: bool) -> list[str]:
        asked.append(ipv6)
        return ["192.0.2.1"]

    monkeypatch.setattr(doors_module, "reachable_addresses", reachable)
    assert Doors("192.0.2.9", 5060).names() == ("desk", "desk.local", "192.0.2.9")
    everywhere = Doors("0.0.0.0", 5060, TlsConfig(names=("pbx.test", "żółw")), known_as="203.0.113.1")
    assert everywhere.names() == (
        "pbx.test", "desk", "desk.local", "203.0.113.1", "192.0.2.1", "localhost", "127.0.0.1", "::1",
    )  # fmt: skip
    assert Doors("::", 5060).names()[-1] == "::1"
    assert asked == [False, True]
    monkeypatch.setattr(socket, "gethostname", lambda: "pbx.firma.test")
    assert Doors("::1", 5060).names() == ("pbx.firma.test", "::1")


def test_what_is_wrong_is_found_without_making_anything(tmp_path: Path) -> None:
    gone = CertificateFiles(certificate=tmp_path / "none.pem", key=tmp_path / "none.key")
    good = made(tmp_path / "good")
    doors = Doors("127.0.0.1", 5060, TlsConfig(certificates=(gone, good)))
    found = judge(doors, tmp_path / "home", NOW + timedelta(days=815))
    assert found.faults == (f"{gone.certificate}: No such file or directory",)
    assert len(found.warnings) == 1
    assert "in 10 days" in found.warnings[0]
    assert judge(Doors("::1", 5060, TLS), tmp_path / "home", NOW) == Judgement()
    assert not (tmp_path / "home").exists()


def test_the_switchs_own_certificate_is_no_worry_unless_it_is_broken(tmp_path: Path) -> None:
    files = made(tmp_path)
    doors = Doors("127.0.0.1", 5060, TLS)
    assert judge(doors, tmp_path, NOW + timedelta(days=820)) == Judgement()
    files.key.write_text("x")
    assert "key.pem" in judge(doors, tmp_path, NOW).faults[0]
    # Of no concern where nothing is secure.
    assert judge(Doors("127.0.0.1", 5060), tmp_path, NOW) == Judgement()
    with pytest.raises(CertificateError):
        certificates_for(doors, tmp_path, lambda: NOW).load()
