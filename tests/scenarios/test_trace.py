"""The trace of real calls: the real switch and engine, our own telephone, read from the folder alone."""

from __future__ import annotations

import asyncio
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from softswitch.clock import SystemClock
from softswitch.commands.trace import Shape, show_phone, show_trace
from softswitch.events import CallEnded, StepTaken
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.place import FILE as DATABASE
from softswitch.trace.messages import Wire
from softswitch.transport.trace import CALLS_RING, PHONES_RING
from tests.fakes.patience import PATIENCE
from tests.scenarios.test_demo_line import PASSWORD, DemoLine, demo_line, phone
from tests.scenarios.test_streams import Line, line
from tests.trace.test_pcap import read

__all__ = ["line"]


async def shown(home: Path, part: str = "last", *, user: str = "", shape: Shape | None = None) -> list[str]:
    """Return what ``softswitch trace`` prints, from the folder alone."""
    database = await Database.open(f"sqlite:///{home / DATABASE}", create=False)
    try:
        events = EventStore(database, SystemClock())
        if user:
            ladder, _ = await show_phone(events, Wire(home), user, shape or Shape())
        else:
            ladder, _ = await show_trace(events, Wire(home), part, shape or Shape())
    finally:
        await database.close()
    out = StringIO()
    Console(file=out, width=300, color_system=None).print(ladder)
    return out.getvalue().splitlines()


def in_order(lines: list[str], *parts: str) -> None:
    """Assert that each part stands on a line below that of the one before."""
    at = -1
    for part in parts:
        found = [place for place, line in enumerate(lines) if place > at and part in line]
        assert found, f"{part!r} is not below line {at} of\n" + "\n".join(lines)
        at = found[0]


def took_the_key(line: DemoLine) -> bool:
    """Tell whether a menu has done what its key says: one that is pressed before it speaks is kept for it."""
    return any("menu" in step.step for step in line.of(StepTaken))


@pytest.mark.parametrize("transport", ["UDP", "TCP"])
async def test_a_call_into_the_menu_is_a_ladder(tmp_path: Path, transport: str) -> None:
    async with demo_line(tmp_path) as line:
        worked, told = await phone(
            line,
            "call:100",
            "wait:1",
            "press:1",
            lambda: took_the_key(line),
            "hangup",
            transport=transport,
        )
        assert worked, told
        await line.until(CallEnded)
    lines = await shown(tmp_path, shape=Shape(pcap=tmp_path / "call.pcap"))
    assert lines[-1].startswith("1001 hung up after")
    in_order(
        await shown(tmp_path),
        *("INVITE 100 (PCMA, PCMU)", "401 Unauthorized", "INVITE 100 (auth)", "100 Trying"),
        *("enters demo/welcome", "200 OK (PCMA)", "a pressed 1 (RFC 4733)", "demo/choice 3 menu: key 1"),
        *("BYE", "200 OK", "RTP received", "1001 hung up after"),
    )
    packets = read((tmp_path / "call.pcap").read_bytes())
    assert [packet.data.split(b" ")[0] for packet in packets[:3]] == [b"INVITE", b"SIP/2.0", b"ACK"]
    in_order(await shown(tmp_path, user="1001"), "REGISTER", "401 Unauthorized", "REGISTER (auth)", "200 OK")
    for ring in (CALLS_RING, PHONES_RING):
        octets = (tmp_path / "trace" / ring).read_bytes()
        assert b'response="***"' in octets
        assert PASSWORD.encode() not in octets
        assert octets.count(b"response=") == octets.count(b'response="***"')


async def test_a_wrong_number_is_told_with_near_ones(tmp_path: Path) -> None:
    async with demo_line(tmp_path) as line:
        worked, _ = await phone(line, "call:1020", "wait:0.1")
        assert not worked
        await line.until(CallEnded)
    assert (await shown(tmp_path))[-2:] == [
        "The number 1020 does not exist here.",
        "There are numbers near it: 1000, 1002, 100.",
    ]


async def test_what_came_over_tls_and_websocket_is_read_behind_the_cipher(line: Line, tmp_path: Path) -> None:
    """And while the switch runs: what has passed is on the disk a moment later."""
    async with line.phone("1001", "WSS", "::1") as anna, line.phone("1002", "TLS", "127.0.0.1") as bartek:
        await anna.register()
        await bartek.register()
        ringing = asyncio.ensure_future(bartek.pick_up())
        reply = await anna.call("1002")
        await ringing
        await bartek.acknowledged()
        await anna.hang_up(reply)
        await bartek.hung_up()
        await line.until(CallEnded)
        rows: list[str] = []
        async with asyncio.timeout(PATIENCE):
            while sum("BYE" in row for row in rows) < 2:
                rows = await shown(tmp_path)
    in_order(
        rows, "INVITE 1002", "401 Unauthorized", "INVITE 1002 (auth)", "200 OK", "BYE", "1001 hung up after"
    )
    messages = Wire(tmp_path).of_user("1002")
    assert {message.noted.hop.transport for message in messages} == {"WSS", "TLS"}
    assert all(message.sip is not None for message in messages)
    shape = Shape(pcap=tmp_path / "call.pcap")
    await shown(tmp_path, shape=shape)
    packets = read((tmp_path / "call.pcap").read_bytes())
    assert {packet.source[0] for packet in packets} == {"::1", "127.0.0.1"}
    assert all(packet.data.startswith((b"SIP/2.0 ", b"INVITE ", b"ACK ", b"BYE ")) for packet in packets)
