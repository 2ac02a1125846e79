"""Rings and cards: the ring at once, the card when it is found, and never one because of the other."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from softswitch.events import CustomerIdentified, Entry
from softswitch.web.live import LiveCalls
from softswitch.web.resources.events import Card
from softswitch.web.resources.people import Contact, Customer
from softswitch.web.ringing import CONTACTS, MOST_LOOKUPS, PopUrls, Rings
from softswitch.web.stream import Hub, Wanted
from tests.fakes.clock import START
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.web.line import NoPast
from tests.web.services import AT, Numbers
from tests.web.stories import CALLER, Story

ANNA = Customer(
    id="c1", version=1, kind="person", name="Anna Nowak", numbers=(CALLER,), emails=("anna@example.com",)
)


@dataclass
class Cards:
    """Looks up after ``seconds``, or breaks. Implements softswitch.web.ringing.Cards."""

    seconds: float = 0.0
    fault: Exception | None = None
    known: dict[str, Card] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def card(self, number: str, customer: str = "") -> Card | None:
        """See Cards."""
        number = customer or number
        self.asked.append(number)
        await passes(self.seconds)
        if self.fault is not None:
            raise self.fault
        return self.known.get(number)


def card_of(contacts: int = 12) -> Card:
    return Card(
        customer=ANNA,
        contacts=tuple(Contact(id=f"k{n}", at=AT, kind="call", number=CALLER) for n in range(contacts)),
    )


@dataclass
class Screen:
    """An agent's screen, and what it was told with the virtual time."""

    hub: Hub
    rings: Rings
    cards: Cards
    numbers: Numbers
    told: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def read(self, *entries: Entry) -> None:
        """Let events happen."""
        for entry in entries:
            self.hub.read(entry)
            self.rings.read(entry)

    @property
    def types(self) -> list[str]:
        """What kinds of messages came."""
        return [one["type"] for _, one in self.told]

    def last(self, kind: str) -> dict[str, Any]:
        """Return the last message of a type."""
        found = [one["data"] for _, one in self.told if one["type"] == kind][-1]
        assert isinstance(found, dict)
        return found


@contextlib.asynccontextmanager
async def screen(cards: Cards | None = None, *, agent: str = "1001", **more: Any) -> AsyncIterator[Screen]:
    """Run the screen of an agent."""
    cards, numbers = cards or Cards(known={CALLER: card_of()}), Numbers()
    hub = Hub(past=NoPast(), most=5)
    rings = Rings(
        hub,
        LiveCalls(),
        numbers,
        is_account=lambda party: party.startswith("100"),
        cards=cards,
        card_timeout=2.0,
        urls=PopUrls("https://crm.example/{customer}?n={number}", "https://crm.example/new?n={number}"),
    )
    here = Screen(hub, rings, cards, numbers)

    async def watch() -> None:
        loop = asyncio.get_running_loop()
        with hub.follow(Wanted(agent)) as follower:
            while not hub.closed:
                await follower.news.wait()
                follower.news.clear()
                here.told += [(loop.time(), json.loads(frame)) for frame in hub.at_hand(follower)]

    async with asyncio.TaskGroup() as group:
        rings.open(group)
        watching = group.create_task(watch())
        await passes(0.01)
        yield here
        rings.close()
        hub.close()
        await watching


@in_virtual_time
async def test_a_ring_and_its_card() -> None:
    async with screen() as here:
        story = Story()
        here.read(*story.arrives(), *story.waits(), *story.rings())
        await passes(0.1)
        assert here.types == ["ringing", "card"]
        ring = here.last("ringing")
        assert (ring["caller"], ring["caller_name"], ring["called"]) == (CALLER, "Anna", "300")
        assert (ring["queue"], ring["waited_s"], ring["menu_path"]) == ("sales", 2.0, ["welcome"])
        card = here.last("card")
        assert (card["call"], card["leg"], card["agent"], card["state"]) == ("C1", "b1", "1001", "found")
        assert card["card"]["customer"]["name"] == "Anna Nowak"
        assert len(card["card"]["contacts"]) == CONTACTS
        assert card["pop_url"] == "https://crm.example/c1?n=%2B48600100200"
        assert here.cards.asked == [CALLER]


@in_virtual_time
async def test_t27_the_card_is_of_whom_a_menu_has_found_whatever_number_calls() -> None:
    async with screen(Cards(known={"c1": card_of()})) as here:
        story = Story()
        here.read(*story.arrives(caller="anonymous"), *story.tell(CustomerIdentified("c1", "pesel")))
        here.read(*story.waits(), *story.rings())
        await passes(0.1)
        assert here.last("card")["card"]["customer"]["name"] == "Anna Nowak"
        assert here.cards.asked == ["c1"]


@in_virtual_time
async def test_who_is_looked_up_already_is_there_with_the_ring() -> None:
    async with screen(Cards(seconds=1.0, known={CALLER: card_of()})) as here:
        story = Story()
        here.read(*story.arrives())
        await passes(1.5)
        here.read(*story.waits(), *story.rings())
        await passes(0.1)
        (ringing_at, _), (card_at, _) = here.told
        assert card_at - ringing_at < 0.001


@in_virtual_time
async def test_a_slow_lookup_delays_no_ring_and_is_told_when_it_is_there() -> None:
    async with screen(Cards(seconds=1.5, known={CALLER: card_of()})) as here:
        story, loop = Story(), asyncio.get_running_loop()
        began = loop.time()
        here.read(*story.arrives(), *story.waits(), *story.rings())
        await passes(0.2)
        assert here.types == ["ringing"]
        assert here.told[0][0] - began < 0.001
        await passes(2)
        assert here.types == ["ringing", "card"]
        assert here.last("card")["state"] == "found"


@pytest.mark.parametrize("fault", [None, ValueError("no such table"), ConnectionError("gone")])
def test_a_lookup_that_never_ends_or_breaks_is_said_to_be_unavailable(
    fault: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    @in_virtual_time
    async def run() -> None:
        async with screen(Cards(seconds=1000.0 if fault is None else 0.1, fault=fault)) as here:
            story = Story()
            here.read(*story.arrives(), *story.waits(), *story.rings())
            await passes(3)
            assert here.types == ["ringing", "card"]
            assert here.last("card")["state"] == "unavailable"
            assert here.last("card")["pop_url"] == ""

    with caplog.at_level(logging.WARNING):
        run()
    assert CALLER not in caplog.text


@in_virtual_time
async def test_a_number_that_nobody_knows_opens_the_form_for_a_new_customer() -> None:
    async with screen(Cards()) as here:
        story = Story()
        here.read(*story.arrives(), *story.rings())
        await passes(0.1)
        assert here.last("card")["state"] == "new"
        assert here.last("card")["pop_url"] == "https://crm.example/new?n=%2B48600100200"


@in_virtual_time
async def test_a_number_that_several_have_is_nobodys_page() -> None:
    other = ANNA.model_copy(update={"id": "c2", "name": "Jan Nowak"})
    async with screen(Cards(known={CALLER: Card(candidates=(ANNA, other))})) as here:
        story = Story()
        here.read(*story.arrives(), *story.rings())
        await passes(0.1)
        card = here.last("card")
        assert (card["state"], card["pop_url"], card["card"]["customer"]) == ("several", "", None)
        assert [one["name"] for one in card["card"]["candidates"]] == ["Anna Nowak", "Jan Nowak"]


@in_virtual_time
async def test_who_withholds_the_number_is_not_looked_up() -> None:
    async with screen() as here:
        story = Story()
        here.read(*story.arrives(caller="anonymous"), *story.rings())
        await passes(0.1)
        assert here.last("card")["state"] == "new"
        assert here.cards.asked == []


@in_virtual_time
async def test_a_hidden_number_is_in_nothing_that_an_agent_is_told() -> None:
    async with screen() as here:
        here.numbers.shown["C1"] = "555"
        story = Story()
        here.read(*story.arrives(), *story.waits(), *story.rings())
        await passes(0.1)
        assert here.types == ["ringing", "card"]
        assert (here.last("ringing")["caller"], here.last("ringing")["hidden"]) == ("555", True)
        assert here.last("card")["card"]["customer"]["name"] == "Anna Nowak"
        assert "600100200" not in json.dumps(here.told)
        assert "anna@" not in json.dumps(here.told)


@in_virtual_time
async def test_how_a_ring_ends() -> None:
    async with screen() as here:
        story = Story()
        here.read(*story.arrives(), *story.rings(), *story.declines(), *story.rings(), *story.answers())
        here.read(*story.ends())
        await passes(0.1)
        ends = [one["data"] for _, one in here.told if one["type"] == "ring_over"]
        assert [(one["answered"], one["reason"]) for one in ends] == [(False, "declined"), (True, "")]


@in_virtual_time
async def test_others_phones_are_nobodys_business() -> None:
    async with screen(agent="1002") as here:
        story = Story()
        here.read(*story.arrives(), *story.rings(), *story.answers(), *story.ends())
        await passes(0.1)
        assert here.told == []


@in_virtual_time
async def test_a_screen_that_is_opened_while_it_rings() -> None:
    async with screen(agent="1002") as here:
        story = Story()
        here.read(*story.arrives(), *story.rings("1001"))
        (ring,) = here.rings.ringing_now("1001")
        assert (ring.call, ring.leg, ring.caller) == ("C1", "b1", CALLER)
        assert ring.at > START + timedelta(seconds=1)
        assert here.rings.ringing_now("1002") == []
        here.rings.look_again("1001")
        await passes(0.1)
        assert here.cards.asked == [CALLER]


@in_virtual_time
async def test_one_lookup_serves_all_phones_that_ring_and_only_so_many_run() -> None:
    async with screen(Cards(seconds=1.0)) as here:
        story = Story()
        here.read(*story.arrives(), *story.rings("1001", "b1"), *story.rings("1001", "b2"))
        await passes(0.5)
        assert here.cards.asked == [CALLER]
        for number in range(MOST_LOOKUPS + 10):
            other = Story(f"D{number}")
            here.read(*other.arrives(), *other.rings())
        await passes(0.1)
        assert len(here.cards.asked) == MOST_LOOKUPS
        await passes(2)
        states = [one["data"]["state"] for _, one in here.told if one["type"] == "card"]
        assert len(states) == MOST_LOOKUPS + 12
        assert states.count("unavailable") == 11


@in_virtual_time
async def test_nothing_is_left_of_calls_that_are_over() -> None:
    async with screen(Cards(seconds=0.5)) as here:
        story = Story()
        here.read(*story.arrives(), *story.rings(), *story.ends())
        await passes(1)
        other = Story("C2")
        here.read(*other.arrives())
        await passes(1)
        here.read(*other.ends())
        assert here.rings.pending == 0
