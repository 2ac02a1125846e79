"""What leads outside as it is built: whom TLS trusts, whence trunks call, and the minutes of today."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from softswitch.bus import EventLog
from softswitch.config import Config
from softswitch.errors import StartError
from softswitch.events import CallEvent, Entry, LegAnswered, LegEnded, TrunkTaken
from softswitch.ids import Tokens
from softswitch.trunk_room import Ground, TrunkRoom, trunk_networks, trust_of
from tests.fakes.clock import FakeClock


def config(**trunks: dict[str, object]) -> Config:
    return Config.model_validate({"trunks": trunks})


def test_whence_trunks_call_is_known() -> None:
    told = config(a={"host": "203.0.113.1"}, b={"host": "b.example", "addresses": ["203.0.113.64/28", "::1"]})
    assert [str(one) for one in trunk_networks(told)] == ["203.0.113.64/28", "::1/128"]


def test_tls_is_opened_to_the_names_of_trunks_and_to_nobody_else(tmp_path: Path) -> None:
    authorities = tmp_path / "ca.pem"
    authorities.write_bytes(trustme.CA().cert_pem.bytes())
    trust = trust_of(
        config(
            a={"host": "a.example", "transport": "tls", "tls_authorities": str(authorities)},
            b={"host": "b.example", "transport": "udp"},
        )
    )
    assert trust.layer("a.example") is not None
    assert trust.layer("b.example") is None


def test_authorities_that_cannot_be_read_are_told_with_the_trunk(tmp_path: Path) -> None:
    file = tmp_path / "gone.pem"
    with pytest.raises(StartError, match=r"the authorities of a\.example cannot be read from .*gone\.pem"):
        trust_of(config(a={"host": "a.example", "transport": "tls", "tls_authorities": str(file)}))


class Kept:
    """A log that lies on the disk."""

    def __init__(self, *entries: Entry) -> None:
        self._entries = entries
        self.since: object = None

    async def of_calls_with(self, kind: type, kinds: object, *, since: object) -> tuple[Entry, ...]:
        assert kind is TrunkTaken
        self.since = since
        return self._entries


async def test_a_restart_gives_no_minutes_back() -> None:
    clock = FakeClock()
    began = clock.wall() - timedelta(seconds=90)

    def at(number: int, seconds: float, event: CallEvent) -> Entry:
        return Entry(number, began + timedelta(seconds=seconds), "one", event)

    kept: Any = Kept(
        at(1, 0, TrunkTaken("b1", "a", "1001")),
        at(2, 5, LegAnswered("b1", "+48600", "PCMA", "rfc4733")),
        at(3, 65, LegEnded("b1", "+48600", "completed", "callee_hung_up", 200, 16)),
    )
    driver, living = Wire(), Menus()
    line = config(a={"host": "203.0.113.1", "qualify": 0})
    ground = Ground(line, driver, clock, EventLog(clock), Tokens())  # type: ignore[arg-type]
    room = TrunkRoom(ground, living, lambda name: None)  # type: ignore[arg-type]
    await room.count_today(kept)
    assert room.lines.usage.seconds("account 1001", clock.wall()) == 60
    now = clock.wall()
    assert kept.since == now.replace(hour=0, minute=0, second=0, microsecond=0)


class Wire:
    """Sockets that nothing is sent over."""


class Menus:
    """No menus."""

    numbers: tuple[str, ...] = ()
