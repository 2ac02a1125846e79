"""What queues see of themselves: a desk with agents who really talk, in virtual time."""

from __future__ import annotations

import asyncio
from itertools import count

from softswitch.bus import EventLog
from softswitch.events import Entry as LogEntry
from softswitch.events import LegEnded, PlaceTold, QueueAnswered
from softswitch.queues.announcements import Comfort, MoreAhead, Place, Wait
from softswitch.queues.config import QueuesConfig
from softswitch.queues.desk import Desk, Handset
from softswitch.queues.model import Arrival, Entry, Miss, Ring, Why
from softswitch.queues.outlook import STALE_SECONDS, Outlook
from softswitch.queues.scores import Score
from softswitch.queues.wait_range import SpokenWait
from tests.fakes.virtual_time import LoopClock, VirtualLoop, in_virtual_time, passes

TALK_S = 180.0
CALLS = 20
"""As many as an estimate needs."""


class Firm:
    """Two agents who sell, and who help too. They answer whoever rings at once, unless they are ``slow``."""

    def __init__(self, loop: VirtualLoop, **sales: object) -> None:
        queues = {"sales": {"members": ["1001", "1002"], **sales}, "help": {"members": ["1001", "1002"]}}
        config = QueuesConfig.model_validate({"queues": queues})
        clock = LoopClock(loop)
        self.log = EventLog(clock)
        self.entries: list[LogEntry] = []
        self.log.subscribe(self.entries.append)
        self.desk = Desk(
            config, log=self.log, clock=clock, random=lambda: 0.5, handset=lambda agent: Handset(True, False)
        )
        self.desk.open()
        self.outlook = Outlook(self.desk, self.log)
        self.slow = False
        self.calls: dict[str, str] = {}
        """Who talks in which call."""
        self._numbers = count(1)

    def call(self, queue: str = "sales") -> Entry:
        """Let somebody come; return the place, which may be over already."""
        arrival = Arrival(f"c{next(self._numbers)}", party="+48600100200")
        entry = self.desk.enter(queue, arrival, self)
        assert isinstance(entry, Entry)
        return entry

    def hang_up(self, agent: str) -> None:
        """End an agent's talk."""
        self.log.append(
            LegEnded(agent, agent, "ended", "caller_hung_up", 200, 16), call=self.calls.pop(agent)
        )

    async def work(self, calls: int = CALLS, talk_s: float = TALK_S) -> None:
        """Let 1001 have so many calls, one after another, while nobody waits."""
        for _ in range(calls):
            self.call()
            await passes(talk_s)
            for agent in [*self.calls]:
                self.hang_up(agent)
            await passes(30.0)

    async def rush(self, waiting: int, talk_s: float) -> list[SpokenWait | None]:
        """Let so many wait at once, be told how long, and be answered; return what could be said."""
        self.call(), self.call()
        said = []
        for entry in [self.call() for _ in range(waiting)]:
            wait = self.outlook.wait(entry)
            said.append(wait)
            if wait is not None:
                self.outlook.told(entry, [Wait(wait)])
        while self.calls:
            await passes(talk_s)
            for agent in [*self.calls]:
                self.hang_up(agent)
        await passes(30.0)
        return said

    @property
    def told(self) -> list[PlaceTold]:
        """What was written down of what was said."""
        return [entry.event for entry in self.entries if isinstance(entry.event, PlaceTold)]

    # Implements Waiter

    def ring(self, offer: Ring) -> None:
        if not self.slow:
            self.answer(offer)
        self.offer = offer

    def answer(self, offer: Ring) -> None:
        agent = offer.agents[0]
        self.calls[agent] = offer.entry
        assert self.desk.answered(offer.offer, agent, leg=agent)

    def stop(self, offer: int, agent: str) -> None:
        pass

    def dismiss(self, why: Why) -> None:
        raise AssertionError(f"nobody is sent away here, not for {why}")


def firm(**sales: object) -> Firm:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return Firm(loop, **sales)


async def both_busy(firm: Firm, first_for_s: float = 60.0) -> Entry:
    """Let one agent have talked for so long and the other begin; return the place of who comes then."""
    firm.call()
    await passes(first_for_s)
    firm.call()
    return firm.call()


@in_virtual_time
async def test_d22_n15_nothing_is_said_before_there_were_calls_enough() -> None:
    office = firm()
    await office.work(CALLS - 1)
    entry = await both_busy(office)
    await passes(120.0)
    assert office.outlook.wait(entry) is None
    office.hang_up(next(iter(office.calls)))
    await passes(STALE_SECONDS)
    assert office.outlook.wait(office.call()) is not None


@in_virtual_time
async def test_the_next_waits_until_the_first_agent_comes_free() -> None:
    office = firm()
    await office.work()
    entry = await both_busy(office)
    assert office.outlook.wait(entry) == SpokenWait(120, 120, 1800)
    assert office.outlook.wait(office.call()) == SpokenWait(180, 180, 1800)


@in_virtual_time
async def test_wrap_up_belongs_to_a_call() -> None:
    office = firm(wrap_up_s=20)
    await office.work()
    entry = await both_busy(office)
    # 140 s until the first agent comes free, no longer 120.
    assert office.outlook.wait(entry) == SpokenWait(180, 180, 1800)
    office.hang_up("1001")
    await passes(STALE_SECONDS)
    assert office.outlook.wait(entry) == SpokenWait(0, 60, 1800)


@in_virtual_time
async def test_who_is_being_rung_comes_to_take_somebody_who_waits() -> None:
    office = firm()
    await office.work()
    office.slow = True
    rung = [office.call(), office.call()]
    entry = office.call()
    assert [office.outlook.wait(one) for one in rung] == [SpokenWait(0, 60, 1800)] * 2
    assert office.outlook.wait(entry) == SpokenWait(180, 180, 1800)


@in_virtual_time
async def test_who_is_being_rung_for_another_queue_is_about_to_talk() -> None:
    office = firm()
    await office.work()
    office.slow = True
    office.call("help"), office.call("help")
    assert office.outlook.wait(office.call()) == SpokenWait(180, 180, 1800)


@in_virtual_time
async def test_who_rests_from_a_miss_comes_back_after_it() -> None:
    office = firm(missed={"reject": {"rest_s": 200}})
    await office.work()
    office.slow = True
    entry = office.call()
    for _ in range(2):
        office.desk.missed(office.offer.offer, office.offer.agents[0], Miss.REJECT)
    assert office.outlook.wait(entry) == SpokenWait(240, 240, 1800)


@in_virtual_time
async def test_one_look_serves_all_who_ask_in_these_seconds() -> None:
    office = firm()
    await office.work()
    entry = await both_busy(office, first_for_s=59.0)
    assert office.outlook.wait(entry) == SpokenWait(180, 180, 1800)
    await passes(STALE_SECONDS - 0.1)
    assert office.outlook.wait(entry) == SpokenWait(180, 180, 1800)
    await passes(0.1)
    assert office.outlook.wait(entry) == SpokenWait(120, 120, 1800)


@in_virtual_time
async def test_where_no_time_is_wanted_none_is_made() -> None:
    office = firm(announce={"eta": "off"})
    await office.work()
    assert office.outlook.wait(await both_busy(office)) is None


@in_virtual_time
async def test_what_was_said_is_written_down_beside_the_truth() -> None:
    office = firm()
    await office.work()
    entry = await both_busy(office)
    wait = office.outlook.wait(entry)
    assert wait is not None
    await passes(10.0)
    office.outlook.told(entry, [Comfort(0)])
    office.outlook.told(entry, [Place(0), Wait(wait)])
    office.outlook.told(entry, [MoreAhead(5)])
    assert office.told == [PlaceTold("sales", 10.0, 0, 120, 120), PlaceTold("sales", 10.0, 6, -1, -1)]
    await passes(100.0)
    office.hang_up("1001")
    (answer,) = [
        one.event for one in office.entries if isinstance(one.event, QueueAnswered) and one.call == entry.call
    ]
    assert (answer.low_s, answer.high_s, answer.told_at, answer.waited) == (120, 120, 10.0, 110.0)
    # "About two minutes" were a hundred seconds from then on.
    assert office.outlook.score("sales") == Score(1, 1.0, 0.0, 20.0)
    assert office.outlook.score("help").count == 0


@in_virtual_time
async def test_d22_n15_estimates_that_prove_wrong_are_kept_back_until_they_are_right_again() -> None:
    office = firm()
    await office.work(200)
    assert None not in await office.rush(8, TALK_S)
    # Something has happened, and all calls are five times as long: nobody could know.
    rounds = [await office.rush(8, 5 * TALK_S) for _ in range(30)]
    silent = [None in said for said in rounds]
    assert True in silent
    assert not silent[-1]
    first = silent.index(True)
    assert rounds[first + 1] == [None] * 8


@in_virtual_time
async def test_who_is_called_back_tomorrow_keeps_no_agent_busy_and_nobody_waiting() -> None:
    office = firm(callback={"by": "1001"})
    await office.work()
    entry = await both_busy(office)
    office.desk.ask_callback(entry.id, "+48600100200", language="pl", ready_in=86_400.0)
    for seconds, agent in zip((120.0, 60.0), [*office.calls], strict=True):
        await passes(seconds)
        office.hang_up(agent)
    await office.work(15)
    # The callback has its place, and is called tomorrow: so this is the next.
    assert office.outlook.wait(await both_busy(office)) == SpokenWait(120, 120, 1800)


@in_virtual_time
async def test_callbacks_that_are_cancelled_are_nobody_who_lost_patience() -> None:
    office = firm()
    await office.work()
    await both_busy(office)
    before = office.outlook.wait(office.call())
    asked = [office.call() for _ in range(10)]
    for entry in asked:
        office.desk.ask_callback(entry.id, "+48600100200", language="pl", ready_in=600.0)
    await passes(1.0)
    for entry in asked:
        office.desk.leave(entry.id, Why.CALLBACK_CANCELLED)
    last = [office.call() for _ in range(6)][-1]
    await passes(STALE_SECONDS)
    assert before == SpokenWait(180, 180, 1800)
    # The eighth in the line has four turns of two agents before, not hardly any.
    assert office.outlook.wait(last) == SpokenWait(900, 900, 1800)
