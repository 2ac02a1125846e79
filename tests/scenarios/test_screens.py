"""Agents' screens in a call centre on real calls: the ring is told with the INVITE, the card behind it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from softswitch.calls.originate import Originator
from softswitch.calls.remote import RemoteControl
from softswitch.events import LegInvited
from softswitch.web.live import LiveCalls
from softswitch.web.resources.events import Card
from softswitch.web.resources.people import Contact, Customer, Ticket
from softswitch.web.ringing import Rings
from softswitch.web.stream import Hub, Wanted
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import Hall, hall, pick_up, rang, refuse
from tests.web.line import NoPast
from tests.web.services import AT, Numbers

MOST_SECONDS = 0.3
"""From the INVITE to an agent until the card is on the screen."""
LOOKUP_SECONDS = 0.25
"""How long a look-up takes here: longer than it may, and short enough for the promise."""


@dataclass
class Database:
    """Knows everybody, and answers after a while. Implements Cards."""

    seconds: float = LOOKUP_SECONDS
    broken: bool = False

    async def card(self, number: str, customer: str = "") -> Card | None:
        """See Cards."""
        await passes(self.seconds)
        if self.broken:
            raise ConnectionError("the database is gone")
        customer = Customer(id=f"c{number}", version=1, kind="person", name=f"Customer {number}")
        contacts = tuple(Contact(id=f"k{n}", at=AT, kind="call") for n in range(12))
        ticket = Ticket(id="t1", version=1, title="Parcel", status="open", created=AT)
        return Card(customer=customer, contacts=contacts, tickets=(ticket,))


@dataclass
class Screen:
    """What an agent's screen was told, and when."""

    told: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def of(self, kind: str) -> list[tuple[float, dict[str, Any]]]:
        """Return the messages of a type."""
        return [(at, one["data"]) for at, one in self.told if one["type"] == kind]


@contextlib.asynccontextmanager
async def screens(here: Hall, database: Database, *agents: str) -> AsyncIterator[dict[str, Screen]]:
    """Put a screen before each of some agents."""
    hub, numbers = Hub(past=NoPast(), most=50), Numbers()
    rings = Rings(
        hub,
        LiveCalls(),
        numbers,
        is_account=lambda party: party in here.switch.accounts,
        cards=database,
        card_timeout=2.0,
    )
    here.switch.log.subscribe(hub.read)
    here.switch.log.subscribe(rings.read)
    shown = {agent: Screen() for agent in agents}

    async def watch(agent: str) -> None:
        loop = asyncio.get_running_loop()
        with hub.follow(Wanted(agent)) as follower:
            while not hub.closed:
                await follower.news.wait()
                follower.news.clear()
                shown[agent].told += [(loop.time(), json.loads(one)) for one in hub.at_hand(follower)]

    async with asyncio.TaskGroup() as group:
        rings.open(group)
        watching = [group.create_task(watch(agent)) for agent in agents]
        await passes(0.01)
        yield shown
        rings.close()
        hub.close()
        await asyncio.gather(*watching)


def invited_at(here: Hall, agent: str) -> float:
    """Return when the last INVITE went to an agent, in the loop's time."""
    loop, now = asyncio.get_running_loop(), here.switch.clock.wall()
    entries = [one for one in here.switch.entries if isinstance(one.event, LegInvited)]
    last = [one for one in entries if one.event.party == agent][-1]  # type: ignore[union-attr]
    return loop.time() - (now - last.at).total_seconds()


@in_virtual_time
async def test_i04_the_card_is_there_within_the_promise() -> None:
    async with hall() as here, screens(here, Database(), "1001") as shown:
        (agent,) = here.phones("1001")
        (caller,) = await here.callers("2001")
        assert rang(agent) == 1
        await passes(1)
        (ring_at, ring), (card_at, card) = shown["1001"].of("ringing")[0], shown["1001"].of("card")[0]
        assert ring_at - invited_at(here, "1001") < 0.001
        assert card_at - invited_at(here, "1001") < MOST_SECONDS
        assert (ring["caller"], ring["queue"]) == ("2001", "sales")
        assert card["card"]["customer"]["name"] == "Customer 2001"
        assert (len(card["card"]["contacts"]), len(card["card"]["tickets"])) == (10, 1)
        pick_up(agent)
        await passes(1)
        assert shown["1001"].of("ring_over")[0][1]["answered"]
        caller.hang_up()
        await passes(20)


@in_virtual_time
async def test_a_database_that_hangs_or_breaks_holds_up_no_ring() -> None:
    for database in (Database(seconds=3600.0), Database(broken=True)):
        async with hall() as here, screens(here, database, "1001") as shown:
            (agent,) = here.phones("1001")
            began = asyncio.get_running_loop().time()
            (caller,) = await here.callers("2001")
            assert rang(agent) == 1
            assert invited_at(here, "1001") - began < 0.01
            await passes(5)
            assert len(shown["1001"].of("ringing")) == 1
            assert [one["state"] for _, one in shown["1001"].of("card")] == ["unavailable"]
            pick_up(agent)
            await passes(1)
            caller.hang_up()
            await passes(20)


@in_virtual_time
async def test_who_declines_is_told_that_it_rings_no_more_and_the_next_one_that_it_does() -> None:
    config = {"members": ["1001", "1002"], "strategy": "round_robin"}
    async with hall(config) as here, screens(here, Database(), "1001", "1002") as shown:
        agents = dict(zip(("1001", "1002"), here.phones("1001", "1002"), strict=True))
        (caller,) = await here.callers("2001")
        await passes(0.5)
        first = next(user for user, phone in agents.items() if rang(phone))
        second = next(user for user in agents if user != first)
        assert shown[second].told == []
        refuse(agents[first], 603)
        await passes(1)
        assert [one["answered"] for _, one in shown[first].of("ring_over")] == [False]
        assert len(shown[second].of("ringing")) == 1
        caller.hang_up() if caller.dialog is not None else caller.cancel()
        await passes(20)


@in_virtual_time
async def test_a_transferred_customer_is_on_the_next_agents_screen() -> None:
    async with hall() as here, screens(here, Database(), "1005") as shown:
        agent, other = here.phones("1001", "1005")
        (caller,) = await here.callers("2001")
        pick_up(agent)
        await passes(1)
        (call,) = here.switch.board.live
        remote = RemoteControl(Originator(here.switch.board), here.switch.dialler, lambda number, by: None)
        await remote.transfer(call, "1005", by="1001")
        await passes(1)
        assert rang(other) == 1
        ((_, ring),) = shown["1005"].of("ringing")
        assert (ring["caller"], ring["agent"], ring["call"]) == ("2001", "1005", call)
        ((_, card),) = shown["1005"].of("card")
        assert card["card"]["customer"]["id"] == "c2001"
        caller.hang_up()
        await passes(20)
