"""The floor in a running switch: all it wants is done once, in order, at its time; and the log is heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest

from softswitch.bus import EventLog
from softswitch.calls.hangup import Reason
from softswitch.events import (
    AgentChanged,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentMissed,
    AgentOffered,
    CallEnded,
    Event,
    LegEnded,
    LegRinging,
    PhoneRegistered,
    PhoneUnregistered,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    QueueTalkEnded,
)
from softswitch.queues.agents import State
from softswitch.queues.config import QueuesConfig
from softswitch.queues.desk import Desk, Handset
from softswitch.queues.errors import QueueError
from softswitch.queues.model import Arrival, Condition, DialBack, Entry, Miss, Refused, Ring, Why
from tests.fakes.virtual_time import LoopClock, in_virtual_time, passes
from tests.queues.test_phone_events import ACCOUNT_EVENTS

QUEUES = {
    "sales": {"members": ["1001", "1002"]},
    "help": {"members": ["1002"], "may_join": ["1003"], "most_waiting": 1},
}
THERE = Handset(reachable=True, engaged=False)


@dataclass
class Notes:
    """A waiter that writes down what it is told, and may answer with news of its own."""

    told: list[tuple[str, object]] = field(default_factory=list)
    on_ring: Callable[[Ring], None] = lambda offer: None
    on_stop: Callable[[int, str], None] = lambda offer, agent: None

    def ring(self, offer: Ring) -> None:
        """See Waiter."""
        self.told.append(("ring", offer.agents))
        self.on_ring(offer)

    def stop(self, offer: int, agent: str) -> None:
        """See Waiter."""
        self.told.append(("stop", agent))
        self.on_stop(offer, agent)

    def dismiss(self, why: Why) -> None:
        """See Waiter."""
        self.told.append(("dismiss", why))


@dataclass
class Dials:
    """A redialler that only notes."""

    told: list[tuple[str, str]] = field(default_factory=list)

    def dial(self, order: DialBack) -> None:
        """See Redialler."""
        self.told.append(("dial", order.number))

    def stop(self, entry: str) -> None:
        """See Redialler."""
        self.told.append(("stop", entry))


class Room:
    """A desk, its log, and phones that are as a test says."""

    def __init__(self, queues: object = QUEUES, agents: object = None) -> None:
        clock = LoopClock(asyncio.get_running_loop())
        self.log = EventLog(clock)
        self.events: list[tuple[str, Event]] = []
        self.log.subscribe(lambda entry: self.events.append((entry.call, entry.event)))
        self.handsets: dict[str, Handset] = {}
        self.looked: list[str] = []
        config = QueuesConfig.model_validate({"queues": queues, "agents": agents or {}})
        self.desk = Desk(config, log=self.log, clock=clock, random=lambda: 0.5, handset=self._handset)
        self.desk.open()

    def _handset(self, agent: str) -> Handset:
        self.looked.append(agent)
        return self.handsets.get(agent, THERE)

    def enter(self, call: str, queue: str = "sales", **of: object) -> tuple[Entry, Notes]:
        """Let somebody wait."""
        notes = Notes()
        entry = self.desk.enter(queue, Arrival(call, f"+48{call}", **of), notes)  # type: ignore[arg-type]
        assert isinstance(entry, Entry)
        return entry, notes

    def agent(self, name: str):
        """Return an agent."""
        return self.desk.floor.roster.agent(name)

    def told(self, kind: type[Event]) -> list:
        """Return all events of a kind."""
        return [event for _, event in self.events if isinstance(event, kind)]


# Outputs


@in_virtual_time
async def test_what_the_floor_wants_is_done_once_and_in_order_though_news_come_back_meanwhile():
    room = Room()
    desk, notes = room.desk, Notes()

    def misses(offer: Ring) -> None:
        # In the midst of being told: the phone is found busy at once.
        desk.missed(offer.offer, offer.agents[0], Miss.BUSY)

    notes.on_ring = misses
    desk.enter("sales", Arrival("c1"), notes)
    assert notes.told == [("ring", ("1001",)), ("ring", ("1002",))]
    told = [type(event) for _, event in room.events if not isinstance(event, AgentChanged)]
    assert told == [QueueEntered, AgentOffered, AgentMissed, AgentOffered, AgentMissed]
    await passes(10.1)  # Both rest for ten seconds after busy.
    assert notes.told[2:] == [("ring", ("1001",)), ("ring", ("1002",))]
    desk.close()


@in_virtual_time
async def test_an_answer_in_the_midst_of_being_rung_wins_and_stops_the_others():
    queues = {"sales": {"members": ["1001", "1002"], "strategy": "ring_all"}}
    room = Room(queues)
    won, notes = [], Notes()
    notes.on_ring = lambda offer: won.append(room.desk.answered(offer.offer, "1001", leg="b1"))
    room.desk.enter("sales", Arrival("c1"), notes)
    assert won == [True]
    assert notes.told == [("ring", ("1001", "1002")), ("stop", "1002")]
    assert room.agent("1001").state is State.TALKING
    room.desk.close()


@in_virtual_time
async def test_who_is_refused_is_told_nothing_ever():
    room = Room()
    room.handsets = {"1002": Handset(reachable=False, engaged=False)}
    room.desk.look_at_phones()
    room.enter("c1", "help")
    notes = Notes()
    assert room.desk.enter("help", Arrival("c2"), notes) is Refused.FULL
    with pytest.raises(QueueError, match="there is no queue fax"):
        room.desk.enter("fax", Arrival("c3"), notes)
    room.handsets = {}
    room.desk.look_at_phones()
    await passes(60)
    assert notes.told == []
    room.desk.close()


@in_virtual_time
async def test_a_call_that_waits_cannot_wait_again_and_loses_nothing_by_trying():
    room = Room()
    entry, notes = room.enter("c1", "help")
    assert notes.told == [("ring", ("1002",))]
    with pytest.raises(QueueError, match="waits already"):
        room.desk.enter("sales", Arrival("c1"), Notes())
    room.desk.pause("1002", "lunch")
    assert notes.told[1:] == [("stop", "1002")]
    room.desk.leave(entry.id, Why.KEY)
    room.desk.close()


@in_virtual_time
async def test_who_has_left_is_told_nothing_more():
    room = Room()
    entry, notes = room.enter("c1")
    room.desk.leave(entry.id, Why.ABANDONED)
    assert notes.told == [("ring", ("1001",)), ("stop", "1001")]
    room.desk.leave(entry.id, Why.ABANDONED)
    _, next_one = room.enter("c2")
    assert next_one.told == [("ring", ("1001",))]
    assert len(notes.told) == 2
    assert len(room.told(QueueLeft)) == 1
    assert not room.desk.answered(1, "1001", leg="b1")
    room.desk.close()


# Time


@in_virtual_time
async def test_the_timer_follows_the_floor_and_ends_with_the_desk():
    queues = {"sales": {"members": ["1001"], "max_wait_s": 60}}
    room = Room(queues)
    room.handsets = {"1001": Handset(reachable=False, engaged=False)}
    room.desk.look_at_phones()
    _, first = room.enter("c1")
    await passes(30)
    _, second = room.enter("c2")
    await passes(29.9)
    assert first.told == []
    await passes(0.2)
    assert first.told == [("dismiss", Why.MAX_WAIT)]
    assert second.told == []
    room.desk.close()
    room.desk.leave("c1", Why.MAX_WAIT)
    room.log.append(PhoneRegistered("1001", "sip:1001@192.0.2.1", "192.0.2.1:5060", "UDP", "", False))
    await passes(100)
    assert second.told == []


@in_virtual_time
async def test_a_pause_for_a_time_ends_by_itself():
    room = Room({"sales": {"members": ["1001"]}})
    room.desk.pause("1001", "lunch", seconds=20)
    _, notes = room.enter("c1")
    await passes(19.9)
    assert notes.told == []
    await passes(0.2)
    assert notes.told == [("ring", ("1001",))]
    room.desk.close()


@in_virtual_time
async def test_with_another_day_the_counts_of_strategies_begin_anew():
    room = Room()
    room.enter("c1")
    room.desk.answered(room.agent("1001").offer.id, "1001", leg="b1")
    room.desk.turn_day(date(2026, 1, 5))
    room.desk.turn_day(date(2026, 1, 5))
    assert room.desk.floor.tally.calls("sales", "1001") == 1
    room.desk.turn_day(date(2026, 1, 6))
    assert room.desk.floor.tally.calls("sales", "1001") == 0
    room.desk.close()


@in_virtual_time
async def test_nobody_is_stuck_in_a_call_of_whose_end_no_word_came(caplog):
    room = Room()
    desk = room.desk
    room.enter("c1")
    (offer,) = desk.floor.offers
    desk.answered(offer, "1001", leg="b1")
    desk.ask_callback(room.enter("c2")[0].id, "+48600", language="pl", ready_in=600.0)
    room.enter("c3")
    desk.free_who_is_lost({"c1", "c3"})
    assert caplog.records == []
    assert room.agent("1001").state is State.TALKING
    desk.free_who_is_lost(set())
    assert [one.agent for one in room.told(QueueTalkEnded)] == ["1001"]
    assert [one.why for one in room.told(QueueLeft)] == ["fault"]
    # Who is to be called back is in no call.
    assert [*desk.floor.entries] == ["c2"]
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    desk.free_who_is_lost(set())
    assert len(room.told(QueueTalkEnded)) == 1
    desk.close()


# What the log tells


@pytest.mark.parametrize("event", ACCOUNT_EVENTS, ids=lambda event: type(event).__name__)
@in_virtual_time
async def test_after_whatever_may_change_a_phone_it_is_looked_at(event):
    room = Room()
    room.looked.clear()
    room.handsets = {"1001": Handset(reachable=False, engaged=False)}
    room.log.append(event, call="c9")
    assert room.looked == ["1001"]
    assert room.agent("1001").condition("sales") is Condition.UNREGISTERED
    room.desk.close()


@in_virtual_time
async def test_events_of_strangers_and_of_other_kinds_are_nobodys_phone():
    room = Room()
    room.looked.clear()
    room.log.append(PhoneUnregistered("2001", "sip:2001@192.0.2.1", "expired"))
    room.log.append(LegRinging("b1", "1001", False), call="c9")
    assert room.looked == []
    room.desk.close()


@in_virtual_time
async def test_an_agent_rung_at_another_account_is_as_that_ones_phones_are():
    room = Room({"sales": {"members": ["1001"]}}, {"1001": {"phone": "1005"}})
    room.looked.clear()
    for account in ("1005", "1001"):
        room.log.append(PhoneUnregistered(account, "sip:x@192.0.2.1", "expired"))
    assert room.looked == ["1001", "1001"]
    room.desk.close()


@in_virtual_time
async def test_an_agent_who_becomes_free_by_what_the_log_tells_is_given_the_next_caller():
    room = Room({"sales": {"members": ["1001"]}})
    room.enter("c1")
    room.desk.answered(room.agent("1001").offer.id, "1001", leg="b1")
    _, second = room.enter("c2")
    room.log.append(LegEnded("b1", "1001", "completed", Reason.CALLEE_HUNG_UP.value, 200, 16), call="c1")
    assert [(one.agent, one.by) for one in room.told(QueueTalkEnded)] == [("1001", "agent")]
    assert second.told == [("ring", ("1001",))]
    # All readers see one order: the leg's end, then what follows from it.
    kinds = [type(event) for _, event in room.events]
    assert kinds.index(LegEnded) < kinds.index(QueueTalkEnded)
    room.desk.close()


@in_virtual_time
async def test_no_agent_stays_in_a_call_that_is_over():
    room = Room({"sales": {"members": ["1001"]}})
    room.enter("c1")
    room.desk.answered(room.agent("1001").offer.id, "1001", leg="b1")
    room.log.append(CallEnded("failed", Reason.FAULT.value, 500, 41, "switch"), call="c1")
    assert room.agent("1001").state is State.READY
    assert [one.by for one in room.told(QueueTalkEnded)] == ["switch"]
    room.desk.close()


# Callbacks


@in_virtual_time
async def test_a_callback_is_dialled_in_its_turn_and_its_waiter_is_told_once_he_is_there():
    queues = {"sales": {"members": ["1001"], "callback": {"by": "1001"}}}
    room = Room(queues)
    dials = room.desk.redialler = Dials()
    entry, gone = room.enter("c1")
    room.desk.ask_callback(entry.id, "+48600", language="pl", ready_in=15)
    assert gone.told == [("ring", ("1001",)), ("stop", "1001")]
    await passes(15.1)
    assert dials.told == [("dial", "+48600")]
    back = Notes()
    assert room.desk.called_back(entry.id, "c9", back)
    assert back.told == [("ring", ("1001",))]
    # A second one is late, and does not take the place of the first.
    late = Notes()
    assert not room.desk.called_back(entry.id, "c8", late)
    room.desk.pause("1001", "lunch")
    assert (back.told[1:], late.told) == ([("stop", "1001")], [])
    room.desk.leave(entry.id, Why.ABANDONED)
    assert not room.desk.called_back(entry.id, "c7", late)
    assert gone.told == [("ring", ("1001",)), ("stop", "1001")]
    room.desk.close()


@in_virtual_time
async def test_a_callback_that_is_not_taken_on_lets_its_waiter_wait_and_one_in_the_air_does_not():
    queues = {"sales": {"members": ["1001"], "callback": {"by": "1001"}}}
    room = Room(queues)
    room.handsets = {"1001": Handset(reachable=False, engaged=False)}
    room.desk.look_at_phones()
    dials = room.desk.redialler = Dials()
    entry, notes = room.enter("c1")
    room.desk.ask_callback(entry.id, "+48600", language="", ready_in=15)
    assert room.desk.refuse_callback(entry.id, notes, "not_stored")
    room.desk.ask_callback(entry.id, "+48600", language="", ready_in=15)
    room.handsets = {}
    room.desk.look_at_phones()
    await passes(16)
    assert dials.told == [("dial", "+48600")]
    assert not room.desk.refuse_callback(entry.id, notes, "not_stored")
    room.desk.callback_missed(entry.id, "busy", again_in=None)
    assert [one.why for one in room.told(QueueLeft)] == ["callback_failed"]
    assert room.agent("1001").state is State.READY
    room.desk.close()


@in_virtual_time
async def test_a_callback_that_leaves_while_it_is_dialled_is_dialled_no_more():
    room = Room({"sales": {"members": ["1001"], "callback": {"by": "1001"}}})
    dials = room.desk.redialler = Dials()
    entry, _ = room.enter("c1")
    room.desk.ask_callback(entry.id, "+48600", language="", ready_in=0)
    assert dials.told == [("dial", "+48600")]
    room.desk.leave(entry.id, Why.CALLBACK_CANCELLED)
    assert dials.told[1:] == [("stop", entry.id)]
    room.desk.close()


# Agents


@in_virtual_time
async def test_agents_log_in_and_out_of_one_queue_or_of_all_that_are_theirs():
    room = Room()
    desk = room.desk
    assert desk.memberships("1002") == ["sales", "help"]
    assert desk.memberships("1003") == ["help"]  # He is no member, but may join.
    desk.log_out("1002")
    desk.log_in("1002", "help")
    desk.log_in("1003")
    assert room.agent("1002").logged_in == {"help"}
    assert room.agent("1003").logged_in == {"help"}
    assert [one.queue for one in room.told(AgentLoggedOut)] == ["help", "sales"]
    logged_in = [(one.agent, one.queue) for one in room.told(AgentLoggedIn)]
    assert logged_in == [("1002", "help"), ("1003", "help")]
    for wrong in (
        lambda: desk.log_in("1001", "help"),
        lambda: desk.log_in("4711"),
        lambda: desk.log_out("4711"),
        lambda: desk.pause("4711", "lunch"),
        lambda: desk.resume("4711"),
        lambda: desk.finish_wrap_up("4711"),
        lambda: desk.promote("c1", 5),
    ):
        with pytest.raises(QueueError):
            wrong()
    desk.close()


@in_virtual_time
async def test_who_is_promoted_is_the_next_and_wrap_up_ends_early_when_the_agent_says_so():
    room = Room({"sales": {"members": ["1001"], "wrap_up_s": 60}})
    room.enter("c1")
    room.desk.answered(room.agent("1001").offer.id, "1001", leg="b1")
    _, first = room.enter("c2")
    _, second = room.enter("c3")
    room.desk.promote("c3", 10)
    room.log.append(LegEnded("b1", "1001", "completed", "callee_hung_up", 200, 16), call="c1")
    assert room.agent("1001").state is State.WRAP_UP
    room.desk.finish_wrap_up("1001")
    assert (first.told, second.told) == ([], [("ring", ("1001",))])
    assert len(room.told(QueueEntered)) == 3
    assert len(room.told(QueueAnswered)) == 1
    room.desk.close()
