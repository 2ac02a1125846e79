"""Figures are what the log tells: by hand-made days, and by random ones against a naive count."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from benchmarks.chaos import CONFIG as ANY
from benchmarks.chaos import Chaos
from softswitch.events import (
    AgentChanged,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentMissed,
    AgentOffered,
    AgentPaused,
    AgentReturned,
    CallbackAsked,
    CallbackMissed,
    CallbackReached,
    CallbackRefused,
    CallbackTried,
    Entry,
    Event,
    PhoneReachable,
    PlaceTold,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    QueuePromoted,
    QueueRefused,
    QueueTalkEnded,
    SwitchStarted,
    SwitchStopped,
)
from softswitch.queues.config import QueuesConfig
from softswitch.queues.figures import NO_SHARE, AgentFigures, Figures, PauseFigures, QueueFigures
from softswitch.queues.floor import Floor
from softswitch.queues.model import Arrival, Callback
from softswitch.queues.statistics import KINDS_READ, SOON_SECONDS, Changed, Statistics, midnight
from tests.fakes.clock import START

CONFIG = QueuesConfig.model_validate(
    {"queues": {"sales": {"members": ["1001", "1002"]}, "help": {"members": ["1002"]}}}
)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Day:
    """A day of a switch, told by hand."""

    def __init__(self, config: QueuesConfig = CONFIG) -> None:
        self.statistics = Statistics(config, zone=UTC, at=START)
        self.changes: list[Changed] = []
        self.floor = Floor(config, 0.0, random=lambda: 0.0)
        self.statistics.start(START, self.floor, 0.0)
        self.end = self.statistics.subscribe(self.changes.append)

    def tell(self, seconds: float, *events: Event, call: str = "c1") -> Day:
        for event in events:
            self.statistics.read(Entry(1, at(seconds), call, event))
        return self

    def queue(self, seconds: float, name: str = "sales") -> QueueFigures:
        return next(one for one in self.statistics.figures(at(seconds)).queues if one.queue == name)

    def agent(self, seconds: float, name: str = "1001") -> AgentFigures:
        return next(one for one in self.statistics.figures(at(seconds)).agents if one.agent == name)


def answered(waited: float, agent: str = "1001", **more: float) -> QueueAnswered:
    return QueueAnswered("sales", agent, "b1", "600", waited, 4.0, **more)  # type: ignore[arg-type]


def entered(waited: float = 0.0) -> QueueEntered:
    return QueueEntered("sales", "600", 0, 0, waited)


def left(why: str, waited: float) -> QueueLeft:
    return QueueLeft("sales", "600", why, waited, 0)


# A queue


def test_before_anything_has_happened() -> None:
    day = Day()
    assert day.queue(10) == QueueFigures("sales", agents={"ready": 2}, service_level_s=20.0)
    assert day.agent(10) == AgentFigures(
        "1001", "ready", START, ("sales",), ready_s=10.0, logged_in_s=10.0, occupancy=0.0
    )


def test_who_waits_and_how_long() -> None:
    day = Day().tell(10, entered(), call="c1").tell(15, entered(waited=20.0), call="c2")
    one = day.queue(40)
    assert (one.waiting, one.longest_wait_s, one.entered) == (2, 45.0, 2)
    one = day.tell(40, left("abandoned", 45.0), call="c2").queue(41)
    assert (one.waiting, one.longest_wait_s, one.abandoned) == (1, 31.0, 1)


def test_service_level_speed_of_answer_and_what_was_lost() -> None:
    day = Day()
    ends: list[Event] = [
        answered(5.0),
        answered(20.0),
        answered(50.0, "1002"),
        left("abandoned", 30.0),
        left("abandoned", SOON_SECONDS - 1),
        left("max_wait", 60.0),
        left("key", 3.0),
        left("key", 4.0),
    ]
    for number, end in enumerate(ends):
        day.tell(number, entered(), call=f"c{number}").tell(100 + number, end, call=f"c{number}")
    one = day.tell(120, QueueRefused("sales", "600", "full")).queue(120)
    assert (one.entered, one.answered, one.answered_in_time) == (8, 3, 2)
    assert (one.abandoned, one.abandoned_soon, one.left) == (2, 1, 3)
    assert one.left_by == {"max_wait": 1, "key": 2}
    assert one.refused == {"full": 1}
    assert one.service_level == 0.4
    assert one.service_level_all == one.abandoned_share == 0.25
    assert (one.speed_of_answer_s, one.longest_answered_s) == (25.0, 50.0)


def test_talk_and_handling_time() -> None:
    day = Day().tell(0, entered()).tell(5, AgentChanged("1001", "talking", "ready", 5.0), answered(5.0))
    day.tell(
        65, AgentChanged("1001", "wrap_up", "talking", 60.0), QueueTalkEnded("sales", "1001", 60.0, "caller")
    )
    day.tell(75, AgentChanged("1001", "ready", "wrap_up", 10.0))
    one = day.queue(80)
    assert (one.talks, one.mean_talk_s, one.mean_handling_s) == (1, 60.0, 70.0)
    assert day.queue(80, "help").talks == 0


def test_a_callback_keeps_its_place_and_counts_in_no_speed_of_answer() -> None:
    day = Day().tell(0, entered()).tell(30, CallbackAsked("sales", "600", 0))
    one = day.queue(40)
    assert (one.waiting, one.callbacks_waiting, one.longest_wait_s, one.callbacks_asked) == (0, 1, 0.0, 1)
    day.tell(60, CallbackMissed("sales", "600", 1, "busy", 300.0))
    day.tell(400, CallbackReached("sales", "600", 2, "c9")).tell(410, answered(410.0), call="c9")
    one = day.queue(420)
    assert (one.answered, one.callbacks_answered, one.callbacks_missed, one.callbacks_waiting) == (1, 1, 1, 0)
    assert (one.service_level, one.speed_of_answer_s, one.service_level_all) == (NO_SHARE, 0.0, 0.0)


def test_a_callback_that_is_not_taken_on_is_a_wait_on_the_line_again() -> None:
    day = Day().tell(0, entered()).tell(30, CallbackAsked("sales", "600", 0))
    one = day.tell(31, CallbackRefused("sales", "600", "not_kept")).queue(40)
    assert (one.waiting, one.callbacks_waiting, one.callbacks_asked, one.longest_wait_s) == (1, 0, 0, 40.0)


def test_estimates_are_held_against_the_truth() -> None:
    day = Day()
    for call in ("c1", "c2", "c3", "c4", "c5"):
        day.tell(0, entered(), call=call)
        if call != "c5":
            day.tell(10, PlaceTold("sales", 10.0, 3, 60, 120), call=call)
    day.tell(99, answered(100.0, low_s=60, high_s=120, told_at=10.0), call="c1")  # 90 s: inside
    day.tell(99, answered(210.0, low_s=60, high_s=120, told_at=10.0), call="c2")  # 200 s: above
    day.tell(99, left("abandoned", 50.0), call="c3")  # Who knows?
    day.tell(99, left("abandoned", 140.0), call="c4")  # It was too long already.
    day.tell(99, left("abandoned", 500.0), call="c5")
    day.tell(99, PlaceTold("sales", 10.0, 3), call="c6")
    told = day.queue(100).estimates
    assert (told.told, told.judged) == (4, 3)
    assert (told.inside, told.above) == (0.3333, 0.6667)
    assert told.mean_error_s == pytest.approx((0 + 110 + 40) / 3, abs=0.001)


# An agent


def test_an_agents_day() -> None:
    day = Day().tell(10, AgentChanged("1001", "ringing", "ready", 10.0))
    day.tell(
        14, AgentMissed("sales", "1001", "no_answer", 4.0), AgentChanged("1001", "ready", "ringing", 4.0)
    )
    day.tell(20, AgentChanged("1001", "talking", "ready", 6.0), answered(20.0))
    talking = day.agent(30)
    assert (talking.state, talking.since, talking.queue, talking.party) == ("talking", at(20), "sales", "600")
    day.tell(
        50, AgentChanged("1001", "wrap_up", "talking", 30.0), QueueTalkEnded("sales", "1001", 30.0, "agent")
    )
    day.tell(60, AgentChanged("1001", "paused", "wrap_up", 10.0))
    one = day.tell(55, AgentPaused("1001", "lunch")).agent(100)
    assert (one.calls, one.missed, one.queue) == (1, {"no_answer": 1}, "")
    assert (one.talk_s, one.wrap_up_s, one.ringing_s, one.ready_s) == (30.0, 10.0, 4.0, 16.0)
    assert (one.logged_in_s, one.paused_s) == (100.0, 40.0)
    assert one.occupancy == round(40 / 60, 4)
    assert one.pauses == {"": "lunch"}
    assert one.paused_for == (PauseFigures("lunch", 1, 45.0),)


def test_pauses_by_their_reasons() -> None:
    day = Day().tell(0, AgentPaused("1001", "lunch")).tell(10, AgentPaused("1001", "phone", "sales"))
    day.tell(30, AgentPaused("1001", "meeting")).tell(
        40, AgentReturned("1001"), AgentReturned("1001", "sales")
    )
    day.tell(50, AgentPaused("1001", "lunch")).tell(60, AgentReturned("1001"))
    assert day.agent(99).paused_for == (
        PauseFigures("lunch", 2, 40.0),
        PauseFigures("phone", 1, 30.0),
        PauseFigures("meeting", 1, 10.0),
    )


def test_whatever_reasons_are_typed_the_memory_is_bounded() -> None:
    day = Day()
    for number in range(100):
        day.tell(number, AgentPaused("1001", f"reason {number}")).tell(number + 0.5, AgentReturned("1001"))
    reasons = day.agent(200).paused_for
    assert len(reasons) == 21
    assert (reasons[-1].reason, reasons[-1].times) == ("…", 80)


def test_agents_are_counted_by_what_they_do_for_a_queue() -> None:
    day = Day().tell(0, AgentPaused("1002", "papers", "help"))
    assert (day.queue(1).agents, day.queue(1, "help").agents) == ({"ready": 2}, {"paused": 1})
    day.tell(2, AgentChanged("1002", "talking", "ready", 2.0)).tell(3, AgentLoggedOut("1002", "help"))
    assert (day.queue(4).agents, day.queue(4, "help").agents) == ({"ready": 1, "talking": 1}, {})
    day.tell(5, AgentLoggedIn("1002", "help"))
    assert (day.agent(5, "1002").log_ins, day.queue(5, "help").agents) == (1, {"talking": 1})


# Days and starts


def test_a_day_begins_at_midnight_of_its_zone() -> None:
    warsaw = ZoneInfo("Europe/Warsaw")
    before = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
    statistics = Statistics(CONFIG, zone=warsaw, at=before)
    assert statistics.since == datetime(2026, 3, 27, 23, 0, tzinfo=UTC)
    for call in ("c1", "c2"):
        statistics.read(Entry(1, before, call, entered()))
    statistics.read(Entry(1, before, "c1", left("abandoned", 7.0)))
    assert statistics.figures(before).queues[0].abandoned == 1
    midnight_there = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    one = statistics.figures(midnight_there).queues[0]
    # Who waits when the day begins has entered in it.
    assert (one.entered, one.waiting, one.abandoned) == (1, 1, 0)
    # That day has 23 hours.
    last = datetime(2026, 3, 29, 21, 59, tzinfo=UTC)
    assert statistics.figures(last).since == midnight_there
    assert statistics.figures(last + timedelta(minutes=1)).since == datetime(2026, 3, 29, 22, 0, tzinfo=UTC)
    assert midnight(last, warsaw) == midnight_there


def test_what_goes_on_over_midnight_is_counted_from_there() -> None:
    night = datetime(2026, 1, 5, 23, 59, tzinfo=UTC)
    statistics = Statistics(CONFIG, zone=UTC, at=night)
    statistics.start(night, Floor(CONFIG, 0.0, random=lambda: 0.0), 0.0)
    statistics.read(Entry(1, night, "", AgentPaused("1001", "lunch")))
    statistics.read(Entry(1, night, "", AgentChanged("1001", "paused", "ready", 0.0)))
    one = statistics.figures(night + timedelta(seconds=90)).agents[0]
    assert (one.paused_s, one.logged_in_s, one.paused_for) == (30.0, 30.0, (PauseFigures("lunch", 0, 30.0),))
    statistics.read(
        Entry(1, night + timedelta(seconds=100), "", AgentChanged("1001", "ready", "paused", 100.0))
    )
    assert statistics.figures(night + timedelta(seconds=100)).agents[0].paused_s == 40.0


def test_a_start_goes_on_with_what_the_day_had_so_far() -> None:
    told: list[tuple[float, str, Event]] = [
        (0, "", SwitchStarted("0.3", ())),
        (1, "c1", entered()),
        (2, "c2", entered()),
        (3, "c3", entered()),
        (4, "c1", answered(3.0)),
        (4, "", AgentChanged("1001", "talking", "ready", 4.0)),
        (5, "c2", CallbackAsked("sales", "600", 0)),
        # Here it is killed, and started again an hour later; a second time in order.
        (3600, "", SwitchStarted("0.3", ())),
        (3700, "", AgentChanged("1001", "paused", "ready", 100.0)),
        (3700, "", AgentPaused("1001", "lunch")),
        (3800, "", SwitchStopped()),
    ]
    day = Day()
    statistics = Statistics(CONFIG, zone=UTC, at=at(7200))
    statistics.replay(Entry(1, at(seconds), call, event) for seconds, call, event in told)
    day.floor.roster.restore("1001", logged_in={"sales": True}, paused=None, paused_in={})
    for call, queue, waited in (("c2", "sales", 7198.0), ("c8", "help", 9000.0)):
        day.floor.restore_callback(7200.0, queue, Arrival(call), Callback("600", ready_at=9999.0), waited)
    # What became of who was cut off is told as soon as the log is open again.
    statistics.read(Entry(1, at(7200), "c3", left("stopped", 7197.0)))
    statistics.start(at(7200), day.floor, 7200.0)
    figures = statistics.figures(at(7300))
    sales, other = figures.queues
    assert (sales.entered, sales.answered, sales.waiting, sales.callbacks_waiting) == (3, 1, 0, 1)
    assert sales.left_by == {"stopped": 1}
    assert (other.entered, other.callbacks_waiting) == (1, 1)
    one = figures.agents[0]
    assert (one.state, one.since, one.calls) == ("ready", at(7200), 1)
    # What happened between the last word of the first switch and its death, nobody knows.
    assert (one.ready_s, one.talk_s, one.paused_s) == (4.0 + 100.0 + 100.0, 1.0, 100.0)
    assert one.paused_for == (PauseFigures("lunch", 1, 100.0),)


def test_a_callback_that_is_not_kept_is_gone() -> None:
    day = Day().tell(0, entered()).tell(1, CallbackAsked("sales", "600", 0))
    day.statistics.start(at(10), day.floor, 10.0)
    assert day.queue(11).left_by == {"stopped": 1}


@pytest.mark.parametrize("told_first", [True, False])
def test_who_was_cut_off_left_once_whenever_the_log_tells_of_it(told_first: bool) -> None:
    day, end = Day().tell(0, entered()), left("stopped", 9.0)
    if told_first:
        day.tell(9, end)
    day.statistics.start(at(10), day.floor, 10.0)
    if not told_first:
        day.tell(11, end)
    one = day.queue(12)
    assert (one.entered, one.left_by, one.waiting) == (1, {"stopped": 1}, 0)


def test_who_is_told_of_changes() -> None:
    day = Day().tell(0, entered())
    assert day.changes == [Changed(frozenset({"sales"}))]
    day.tell(1, AgentMissed("sales", "1001", "busy", 1.0))
    assert day.changes[-1] == Changed(frozenset({"sales"}), frozenset({"1001"}))
    day.tell(1, AgentPaused("1002", "lunch"))
    assert day.changes[-1] == Changed(frozenset({"sales", "help"}), frozenset({"1002"}))
    day.tell(1, AgentLoggedOut("1002", "help"))
    assert day.changes[-1] == Changed(frozenset({"sales", "help"}), frozenset({"1002"}))
    day.end()
    before = len(day.changes)
    day.tell(2, entered(), call="c2")
    assert len(day.changes) == before


def test_of_strangers_and_of_other_versions_nothing_is_counted() -> None:
    day = Day()
    before = day.statistics.figures(at(9))
    day.tell(1, QueueEntered("closed", "600", 0), AgentPaused("1009", "x"), PhoneReachable("1001", "", 1.0))
    day.tell(1, AgentChanged("1001", "dreaming", "ready", 1.0))
    assert day.statistics.figures(at(9)) == before


# Random days


class Told(Chaos):
    """Writes down when things were told."""

    def __init__(self, config: QueuesConfig, seed: int) -> None:
        self.entries: list[Entry] = []
        super().__init__(config, seed)

    def read(self, call: str, event: Event) -> None:
        super().read(call, event)
        self.entries.append(Entry(len(self.entries) + 1, at(self.now - 1000.0), call, event))


def random_day(seed: int, *, zone: timezone = UTC) -> tuple[Told, Statistics]:
    chaos = Told(ANY, seed)
    for _ in range(1_500):
        chaos.step()
    statistics = Statistics(ANY, zone=zone, at=START)
    statistics.start(START, Floor(ANY, 0.0, random=lambda: 0.0), 0.0)
    return chaos, statistics


def check_sum(one: QueueFigures) -> None:
    still = one.waiting + one.callbacks_waiting
    assert one.entered == one.answered + one.abandoned + one.left + still


def check_waiting(chaos: Told, figures: Figures) -> None:
    for one in figures.queues:
        line = [*chaos.floor.posts[one.queue].line]
        assert one.waiting + one.callbacks_waiting == len(line)
        check_sum(one)


@pytest.mark.parametrize("seed", range(5))
def test_figures_equal_a_naive_count_over_the_log(seed: int) -> None:
    chaos, statistics = random_day(seed)
    for entry in chaos.entries:
        statistics.read(entry)
    now = chaos.now - 1000.0
    figures = statistics.figures(at(now))
    check_waiting(chaos, figures)
    events = [entry.event for entry in chaos.entries]
    called_back = {entry.event.by_call for entry in chaos.entries if isinstance(entry.event, CallbackReached)}
    for one in figures.queues:
        here = [event for event in events if getattr(event, "queue", "") == one.queue]
        waits = [
            entry.event.waited
            for entry in chaos.entries
            if isinstance(entry.event, QueueAnswered)
            and entry.event.queue == one.queue
            and entry.call not in called_back
        ]
        gone = Counter(event.why for event in here if isinstance(event, QueueLeft))
        talks = [event.seconds for event in here if isinstance(event, QueueTalkEnded)]
        assert one.entered == sum(isinstance(event, QueueEntered) for event in here)
        assert one.answered == sum(isinstance(event, QueueAnswered) for event in here)
        assert one.abandoned == gone.pop("abandoned", 0)
        assert one.left_by == gone
        assert one.answered_in_time == sum(waited <= 20.0 for waited in waits)
        assert one.speed_of_answer_s == pytest.approx(sum(waits) / len(waits), abs=0.001)
        assert one.longest_answered_s == max(waits)
        assert one.talks == len(talks)
        assert one.mean_talk_s == pytest.approx(sum(talks) / len(talks), abs=0.001)
        assert one.callbacks_missed == sum(isinstance(event, CallbackMissed) for event in here)


@pytest.mark.parametrize("seed", range(5))
def test_agents_times_equal_those_of_their_changes(seed: int) -> None:
    chaos, statistics = random_day(seed)
    for entry in chaos.entries:
        statistics.read(entry)
    now = chaos.now - 1000.0
    for one in statistics.figures(at(now)).agents:
        agent = chaos.floor.roster.agent(one.agent)
        assert (one.state, set(one.queues)) == (agent.state.value, agent.logged_in)
        held = {"": agent.paused, **agent.paused_in}
        assert one.pauses == {queue: pause.reason for queue, pause in held.items() if pause is not None}
        state, since, spent = (
            "ready" if one.agent != "1006" else "offline",
            START,
            defaultdict[str, float](float),
        )
        state = Floor(ANY, 0.0, random=lambda: 0.0).roster.agent(one.agent).state.value
        for entry in chaos.entries:
            if isinstance(entry.event, AgentChanged) and entry.event.agent == one.agent:
                spent[state] += (entry.at - since).total_seconds()
                state, since = entry.event.state, entry.at
        spent[state] += (at(now) - since).total_seconds()
        assert one.talk_s == pytest.approx(spent["talking"], abs=0.01)
        assert one.wrap_up_s == pytest.approx(spent["wrap_up"], abs=0.01)
        assert one.paused_s == pytest.approx(spent["paused"], abs=0.01)
        assert one.logged_in_s == pytest.approx(now - spent["offline"], abs=0.01)
        mine = [entry.event for entry in chaos.entries if getattr(entry.event, "agent", "") == one.agent]
        assert one.calls == sum(isinstance(event, QueueAnswered) for event in mine)
        assert one.missed == Counter(event.why for event in mine if isinstance(event, AgentMissed))
        assert one.log_ins == sum(isinstance(event, AgentLoggedIn) for event in mine)


@pytest.mark.parametrize("seed", range(3))
def test_nobody_is_lost_when_a_day_begins_in_the_middle(seed: int) -> None:
    # Midnight of this zone is ten minutes after the start.
    chaos, statistics = random_day(seed, zone=timezone(timedelta(hours=14, minutes=50)))
    days = set()
    for entry in chaos.entries:
        statistics.read(entry)
        figures = statistics.figures(entry.at)
        days.add(figures.since)
        for one in figures.queues:
            assert (
                one.entered == one.answered + one.abandoned + one.left + one.waiting + one.callbacks_waiting
            )
        for agent in figures.agents:
            assert agent.logged_in_s <= (figures.at - figures.since).total_seconds() + 0.01
    assert len(days) == 2
    check_waiting(chaos, statistics.figures(chaos.entries[-1].at))


def test_all_that_is_read_is_asked_of_the_store() -> None:
    chaos, _ = random_day(0)
    kinds = {type(entry.event) for entry in chaos.entries}
    changed: set[type[Event]] = set()
    statistics = Statistics(ANY, zone=UTC, at=START)
    current: list[type[Event]] = []
    statistics.subscribe(lambda change: changed.add(current[-1]))
    for entry in chaos.entries:
        current.append(type(entry.event))
        statistics.read(entry)
    assert changed <= set(KINDS_READ)
    assert kinds - changed == {AgentOffered, CallbackTried, QueuePromoted}
