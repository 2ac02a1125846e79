"""How soon agents' screens are told of a ring, and of who rings, while many calls go on.

python -m benchmarks.screens [--calls 300] [--screens 50] [--seconds 20]

Calls come, wait, ring at an agent and talk, as the log tells of them; every agent has a screen that follows
over a WebSocket of its own, and one program follows all events. The server and all followers share one loop
on one core, so the figures hold what the followers cost, too. Cards are looked up in a SQLite file with a
hundred thousand customers and a million contacts, in threads as the switch does it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

from softswitch.bus import EventLog
from softswitch.clock import SystemClock
from softswitch.events import (
    AgentOffered,
    CallArrived,
    CallEnded,
    CallRouted,
    Entry,
    Event,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegRinging,
    LegsBridged,
    QueueAnswered,
    QueueEntered,
    QueueTalkEnded,
)
from softswitch.web.live import LiveCalls
from softswitch.web.resources.events import Card
from softswitch.web.resources.people import Contact, Customer
from softswitch.web.ringing import Rings
from softswitch.web.stream import Frame, Hub, Wanted

CUSTOMERS: Final = 100_000
CONTACTS: Final = 1_000_000
CUSTOMER = "SELECT id, name FROM customers WHERE number = ?"
HISTORY = "SELECT id, at FROM contacts WHERE customer = ? ORDER BY at DESC LIMIT 10"


class Directory:
    """Customers in a file. Implements :class:`softswitch.web.ringing.Cards`."""

    def __init__(self, file: Path, *, customers: int, contacts: int) -> None:
        self._file = file
        self.customers = customers
        with sqlite3.connect(file) as database:
            database.execute("CREATE TABLE customers (number TEXT PRIMARY KEY, id INTEGER, name TEXT)")
            database.execute("CREATE TABLE contacts (id INTEGER PRIMARY KEY, customer INTEGER, at TEXT)")
            rows = ((f"+4860{one:07}", one, f"Customer {one}") for one in range(customers))
            database.executemany("INSERT INTO customers VALUES (?, ?, ?)", rows)
            talks = ((one, one % customers, f"2026-01-01T00:00:{one % 60:02}Z") for one in range(contacts))
            database.executemany("INSERT INTO contacts VALUES (?, ?, ?)", talks)
            database.execute("CREATE INDEX by_customer ON contacts (customer, at)")
        database.close()

    async def card(self, number: str, customer: str = "") -> Card | None:
        """See Cards."""
        return await asyncio.to_thread(self._card, number)

    def _card(self, number: str) -> Card | None:
        database = sqlite3.connect(self._file)
        try:
            found = database.execute(CUSTOMER, (number,)).fetchone()
            if found is None:
                return None
            rows = database.execute(HISTORY, (found[0],)).fetchall()
        finally:
            database.close()
        contacts = tuple(Contact(id=str(one), at=datetime.fromisoformat(at), kind="call") for one, at in rows)
        return Card(
            customer=Customer(id=str(found[0]), version=1, kind="person", name=found[1], numbers=(number,)),
            contacts=contacts,
        )


@dataclass
class Times:
    """Milliseconds from an INVITE to the agent's screen, and from events to who follows all."""

    ring: list[float] = field(default_factory=list)
    card: list[float] = field(default_factory=list)
    event: list[float] = field(default_factory=list)
    append_us: list[float] = field(default_factory=list)
    """What appending an event to the log costs with the interface as its reader."""


@dataclass
class Rig:
    """A log, its hub, and the times of its INVITEs."""

    log: EventLog
    hub: Hub
    times: Times
    invited: dict[tuple[str, str], float] = field(default_factory=dict)
    appended: dict[int, float] = field(default_factory=dict)

    def tell(self, call: str, *events: Event) -> None:
        """Let events of a call happen."""
        for event in events:
            began = time.perf_counter()
            if isinstance(event, LegInvited):
                self.invited[call, event.leg] = began
            entry = self.log.append(event, call=call)
            self.times.append_us.append((time.perf_counter() - began) * 1e6)
            self.appended[entry.sequence] = began

    def screen_told(self, frame: str | bytes) -> None:
        """Take what an agent's screen was told."""
        now, told = time.perf_counter(), json.loads(frame)
        data = told.get("data", {})
        began = self.invited.get((data.get("call", ""), data.get("leg", "")))
        if began is not None and told["type"] in ("ringing", "card"):
            getattr(self.times, "ring" if told["type"] == "ringing" else "card").append((now - began) * 1e3)

    def program_told(self, frame: str | bytes) -> None:
        """Take what the program that follows all was told."""
        now, told = time.perf_counter(), json.loads(frame)
        began = self.appended.pop(told["sequence"], None) if told["type"] == "event" else None
        if began is not None:
            self.times.event.append((now - began) * 1e3)


class NoPast:
    """A log of which nothing is on the disk. Implements :class:`softswitch.web.stream.Past`."""

    async def after(self, sequence: int, kinds: object, *, limit: int) -> tuple[list[Entry], int]:
        """See Past."""
        return [], 0


def first_half(caller: str, agent: str) -> Sequence[Sequence[Event]]:
    """Return the events of a call, moment by moment, until it talks."""
    return (
        (
            CallArrived("caller", caller, "", "300", "192.0.2.1", "", trunk="town"),
            CallRouted("queue", "sales"),
            LegAnswered("caller", caller, "PCMA", "events"),
            QueueEntered("sales", caller, 0),
        ),
        (
            AgentOffered("sales", agent, 1.0, 0, 1.0, "longest_idle", (agent,)),
            LegInvited("b1", agent, f"sip:{agent}@192.0.2.9"),
            LegRinging("b1", agent, False),
        ),
        (
            LegAnswered("b1", agent, "PCMA", "events"),
            QueueAnswered("sales", agent, "b1", caller, 1.0, 1.0),
            LegsBridged("caller", "b1"),
        ),
    )


def second_half(agent: str) -> Sequence[Event]:
    """Return the events with which a call ends."""
    return (
        QueueTalkEnded("sales", agent, 5.0, "caller"),
        LegEnded("b1", agent, "completed", "caller_hung_up", 200, 16),
        LegEnded("caller", "x", "completed", "caller_hung_up", 200, 16),
        CallEnded("completed", "caller_hung_up", 200, 16, "caller"),
    )


async def _call(rig: Rig, number: int, caller: str, agent: str, lasts: float) -> None:
    call = f"C{number}"
    for moment in first_half(caller, agent):
        rig.tell(call, *moment)
        await asyncio.sleep(0.3)
    await asyncio.sleep(max(lasts - 0.9, 0.0))
    rig.tell(call, *second_half(agent))


async def measured(*, calls: int, screens: int, seconds: float, customers: int, contacts: int) -> Times:
    """Let calls go on, ``calls`` at a time, and return how soon who follows was told."""
    log, hub = EventLog(SystemClock()), Hub(past=NoPast(), most=screens + 1)
    rig, lasts = Rig(log, hub, Times()), max(seconds / 2, 1.5)
    with tempfile.TemporaryDirectory() as folder:
        directory = await asyncio.to_thread(
            lambda: Directory(Path(folder) / "customers.db", customers=customers, contacts=contacts)
        )
        rings = Rings(
            hub,
            LiveCalls(),
            _NothingHidden(),
            is_account=lambda party: len(party) == 4,
            cards=directory,
            card_timeout=2.0,
        )
        log.subscribe(hub.read)
        log.subscribe(rings.read)
        async with asyncio.TaskGroup() as group, _Served(hub, screens + 1) as server:
            rings.open(group)
            port = server.port
            agents = [f"{1000 + number}" for number in range(screens)]
            followers = [group.create_task(_follow(port, agent, rig)) for agent in ("", *agents)]
            await server.all_there.wait()
            async with asyncio.TaskGroup() as call_tasks:
                for number in range(round(calls * seconds / lasts)):
                    caller = f"+4860{number * 7919 % directory.customers:07}"
                    call_tasks.create_task(_call(rig, number, caller, agents[number % screens], lasts))
                    await asyncio.sleep(lasts / calls)
            await asyncio.sleep(0.5)
            rings.close()
            hub.close()
            for follower in followers:
                follower.cancel()
    return rig.times


class _NothingHidden:
    def hidden(self, call: str) -> str | None:
        return None


class _Served:
    """The hub behind WebSockets: a path is the agent who is followed, "/" follows all."""

    def __init__(self, hub: Hub, expected: int) -> None:
        self._hub = hub
        self._expected = expected
        self.all_there = asyncio.Event()
        self.port = 0

    async def __aenter__(self) -> _Served:
        self._server = await serve(self._follow, "127.0.0.1", 0)
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _follow(self, client: ServerConnection) -> None:
        assert client.request is not None
        with self._hub.follow(Wanted(client.request.path.strip("/"))) as follower:
            if self._hub.followers == self._expected:
                self.all_there.set()
            while not self._hub.closed:
                await follower.news.wait()
                follower.news.clear()
                frames: list[Frame] = self._hub.at_hand(follower)
                for frame in frames:
                    await client.send(frame.decode())


async def _follow(port: int, agent: str, rig: Rig) -> None:
    client: ClientConnection
    async with connect(f"ws://127.0.0.1:{port}/{agent}", proxy=None) as client:
        take = rig.screen_told if agent else rig.program_told
        async for frame in client:
            take(frame)


def share(values: Sequence[float], part: float) -> float:
    """Return the value below which a part of them lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else 0.0


def table(times: Times) -> str:
    """Return the figures as they are printed."""
    lines = [f"{'':34} {'count':>7} {'50 %':>8} {'99 %':>8} {'longest':>8}"]
    for name, values, unit in (
        ("INVITE to ring on the screen", times.ring, "ms"),
        ("INVITE to card on the screen", times.card, "ms"),
        ("event to who follows all", times.event, "ms"),
        ("appending an event, all readers", times.append_us, "us"),
    ):
        figures = " ".join(f"{share(values, part):8.2f}" for part in (0.5, 0.99, 1.0))
        lines.append(f"{name + ', ' + unit:34} {len(values):7} {figures}")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--calls", type=int, default=300, help="that go on at a time")
    parser.add_argument("--screens", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0)
    told = parser.parse_args()
    times = asyncio.run(
        measured(
            calls=told.calls,
            screens=told.screens,
            seconds=told.seconds,
            customers=CUSTOMERS,
            contacts=CONTACTS,
        )
    )
    print(f"{told.calls} calls, {told.screens} screens, {datetime.now(UTC):%Y-%m-%d}")
    print(table(times))


if __name__ == "__main__":
    main()
