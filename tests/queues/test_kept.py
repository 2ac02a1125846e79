"""After a restart the floor is as it was: log-ins, pauses, callbacks, and the places of who was cut off."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.chaos import Chaos
from softswitch.events import (
    AgentReturned,
    CallbackAsked,
    CallbackRefused,
    Entry,
    Event,
    QueueEntered,
    QueueHandedOver,
    QueueLeft,
    QueuePromoted,
)
from softswitch.queues.agents import Agent, Pause, State
from softswitch.queues.config import QueuesConfig
from softswitch.queues.floor import Floor
from softswitch.queues.kept import OLDEST_WAIT_SECONDS, Kept
from softswitch.queues.model import (
    Arrival,
    Change,
    DialBack,
    Dismiss,
    KeptAgent,
    KeptCallback,
    KeptWait,
    Lasting,
    Refused,
    Told,
    Wanted,
    Why,
)
from softswitch.queues.model import Entry as Place

BEGUN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MILLISECONDS = 0.003
"""What rounding may do to a time that went through the log."""

CALLBACK = {"by": "1001", "tries": 3}
CONFIG = QueuesConfig.model_validate(
    {
        "queues": {
            "sales": {"members": ["1001", "1002"], "callback": CALLBACK, "max_wait_s": 600},
            "help": {
                "members": ["1002", "1003"], "may_join": ["1004"], "callback": CALLBACK, "wrap_up_s": 5,
                "skills": {"law": {"level": 2}}, "keep_place_s": 120,
                "missed": {"pause": "queue", "reject": {"times": 1, "pause_s": 20}},
            },
        },
        "agents": {
            "1002": {"skills": {"law": 3}}, "1003": {"skills": {"law": 2}},
            "1004": {"skills": {"law": 3}, "logged_in": False},
        },
    }
)  # fmt: skip


class Disk:
    """What the store would hold. ``saved`` is every change in order, as it came."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, ...], Lasting] = {}
        self.saved: list[tuple[Change, ...]] = []

    def save(self, changes: tuple[Change, ...]) -> None:
        """Put changes into force."""
        self.saved.append(changes)
        for change in changes:
            match change.kept:
                case KeptAgent(agent=agent, queue=queue):
                    key: tuple[str, ...] = ("agent", agent, queue)
                case one:
                    key = (type(one).__name__, one.call)
            if change.gone:
                self.rows.pop(key, None)
            else:
                self.rows[key] = change.kept

    def of(self, kind: type[Lasting]) -> list[Lasting]:
        """Return the rows of a kind."""
        return [one for one in self.rows.values() if isinstance(one, kind)]


class Run:
    """The switch from one start to its end, on a clock of its own; ``restart`` is the next one."""

    def __init__(self, disk: Disk, wall: datetime, config: QueuesConfig = CONFIG, now: float = 50.0) -> None:
        self.disk, self.config = disk, config
        self.started, self.wall_started = now, wall
        self.now = now
        self.events: list[tuple[str, Event]] = []
        self.dialled: list[DialBack] = []
        self.dismissed: list[Dismiss] = []
        self.kept = Kept(disk.rows.values(), disk.save)
        self.floor = Floor(config, now, random=lambda: 0.5)
        self.kept.restore(self.floor, now, wall)
        self.drain()

    @property
    def wall(self) -> datetime:
        """The wall clock now."""
        return self.wall_started + timedelta(seconds=self.now - self.started)

    def drain(self) -> None:
        """Write down what is told."""
        for output in self.floor.poll():
            match output:
                case Told(call=call, event=event):
                    self.events.append((call, event))
                    self.kept.read(Entry(len(self.events), self.wall, call, event))
                case DialBack():
                    self.dialled.append(output)
                case Dismiss():
                    self.dismissed.append(output)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.floor.tick(self.now)
        self.drain()

    def enter(self, call: str, party: str, queue: str = "sales", priority: int = 0) -> Place:
        """Let somebody wait."""
        entry = self.floor.enter(self.now, queue, Arrival(call, party, f"Name of {party}", priority))
        assert not isinstance(entry, Refused)
        self.drain()
        return entry

    def ask(self, call: str, number: str = "+48700", ready_in: float = 0.0) -> None:
        """Let somebody who waits ask for a callback."""
        self.floor.ask_callback(self.now, call, number, language="pl", ready_at=self.now + ready_in)
        self.drain()

    def leave(self, call: str, why: Why) -> None:
        """Let somebody wait no more."""
        self.floor.leave(self.now, call, why)
        self.drain()

    def phones(self) -> None:
        """Let all agents be there."""
        for agent in self.floor.roster:
            self.floor.phone(self.now, agent.name, reachable=True, engaged=False)
        self.drain()

    def told(self, kind: type[Event]) -> list[tuple[str, Event]]:
        """Return what was told of a kind, with the calls."""
        return [(call, event) for call, event in self.events if isinstance(event, kind)]

    def restart(self, after: float = 10.0, config: QueuesConfig | None = None) -> Run:
        """Be killed, and start again so many seconds later, with another monotonic clock."""
        return Run(self.disk, self.wall + timedelta(seconds=after), config or self.config, now=7.0)


@pytest.fixture
def run() -> Run:
    return Run(Disk(), BEGUN)


def line(run: Run, queue: str = "sales") -> list[str]:
    return [entry.call for entry in run.floor.posts[queue].line]


# Whatever happened


class KeptChaos(Chaos):
    """A floor in the hands of chance, whose log is read for what is to be kept."""

    def __init__(self, seed: int) -> None:
        self.disk = Disk()
        self.kept = Kept((), self.disk.save)
        self.now = 1000.0
        super().__init__(CONFIG, seed)

    @property
    def wall(self) -> datetime:
        """The wall clock now."""
        return BEGUN + timedelta(seconds=self.now - 1000.0)

    def read(self, call: str, event: Event) -> None:
        """Let the log be read."""
        super().read(call, event)
        self.kept.read(Entry(len(self.events), self.wall, call, event))

    def step(self) -> None:
        """Let one thing happen, sometimes one that is rare."""
        if self.floor.entries and self.luck.random() < 0.05:
            entry = self.luck.choice([*self.floor.entries])
            self.floor.promote(self.now, entry, self.luck.choice([0, 1, 10]))
            self.drain()
        super().step()


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 400), gone=st.sampled_from([0.0, 2.5, 61.0]))
@settings(max_examples=100, deadline=None)
def test_after_any_history_a_restart_finds_what_was(seed: int, steps: int, gone: float) -> None:
    chaos = KeptChaos(seed)
    for _ in range(steps):
        chaos.step()
    after = Run(chaos.disk, chaos.wall + timedelta(seconds=gone), now=7.0)
    shift = after.now - chaos.now - gone
    agents_are_as_they_were(chaos, after, shift)
    callbacks_are_as_they_were(chaos, after, shift)
    each_wait_has_one_end(chaos, after)
    places_are_given_back(chaos, after, shift)


def agents_are_as_they_were(chaos: KeptChaos, after: Run, shift: float) -> None:
    for before in chaos.floor.roster:
        agent = after.floor.roster.agent(before.name)
        assert agent.logged_in == before.logged_in
        assert pauses(agent, 0.0) == pauses(before, shift)
        assert agent.state is agent.resting_state
        assert agent.state in (State.OFFLINE, State.READY, State.PAUSED)


def pauses(agent: Agent, shift: float) -> dict[str, tuple[str, bool, object]]:
    """Return the pauses of an agent as they are on another clock."""

    def shown(pause: Pause) -> tuple[str, bool, object]:
        until = None if pause.until is None else pytest.approx(pause.until + shift, abs=MILLISECONDS)
        return pause.reason, pause.automatic, until

    everywhere = {} if agent.paused is None else {"": shown(agent.paused)}
    return {**everywhere, **{queue: shown(pause) for queue, pause in agent.paused_in.items()}}


def callbacks_are_as_they_were(chaos: KeptChaos, after: Run, shift: float) -> None:
    for queue, post in chaos.floor.posts.items():
        were = {entry.call: entry for entry in post.line if entry.callback is not None}
        there = list(after.floor.posts[queue].line)
        assert {entry.call for entry in there} == were.keys()
        for entry in there:
            was, callback = were[entry.call], entry.callback
            assert callback is not None
            assert was.callback is not None
            assert not callback.dialling
            assert (callback.number, callback.attempts) == (was.callback.number, was.callback.attempts)
            assert callback.ready_at == pytest.approx(was.callback.ready_at + shift, abs=MILLISECONDS)
            assert (entry.party, entry.priority, entry.skills) == (was.party, was.priority, was.skills)
            assert entry.since == pytest.approx(was.since + shift, abs=MILLISECONDS)
        in_order([were[entry.call] for entry in there])


def in_order(places: list[Place]) -> None:
    """Assert that these come in the order they had, but for what rounding does to equal ones."""
    for first, second in pairwise(places):
        assert first.key <= second.key + MILLISECONDS


def each_wait_has_one_end(chaos: KeptChaos, after: Run) -> None:
    cut_off = Counter(call for call, _ in after.told(QueueLeft))
    assert cut_off == Counter(entry.call for entry in chaos.floor.entries.values() if entry.callback is None)
    ended = cut_off + chaos.done
    waiting = {call for call, event in chaos.events if isinstance(event, QueueEntered)}
    assert all(times == 1 for times in ended.values())
    # One who was called back ends in the call that reached him.
    ends = {call.partition("+")[0] for call in ended}
    assert ends | {entry.id for entry in after.floor.entries.values()} | asked_twice(chaos) >= waiting


def asked_twice(chaos: KeptChaos) -> set[str]:
    """Return who was reached, asked again and so has a place under the later call."""
    return {entry.id for entry in chaos.floor.entries.values() if entry.id != entry.call}


def places_are_given_back(chaos: KeptChaos, after: Run, shift: float) -> None:
    waits: defaultdict[tuple[str, str], list[Place]] = defaultdict(list)
    for entry in chaos.floor.entries.values():
        if entry.callback is None:
            waits[entry.party, entry.queue].append(entry)
    was = {entry.call: entry for entry in chaos.floor.entries.values()}
    for (party, queue), entries in waits.items():
        for entry in sorted(entries, key=lambda one: one.since):
            again = f"again {entry.call}"
            arrival = Arrival(again, party, priority=entry.priority)
            place = after.floor.enter(after.now, queue, arrival)
            assert not isinstance(place, Refused)
            assert place.since == pytest.approx(entry.since + shift, abs=MILLISECONDS)
            was[again] = entry
        stranger = after.floor.enter(after.now, queue, Arrival(f"one more {party} {queue}", party))
        assert not isinstance(stranger, Refused)
        assert stranger.since == after.now
        after.leave(stranger.id, Why.ABANDONED)
    for post in after.floor.posts.values():
        if not any(entry.priority > was[entry.call].priority for entry in post.line):
            in_order([was[entry.call] for entry in post.line])


# Agents


def test_what_an_agent_never_said_is_what_the_file_says(run: Run) -> None:
    run.floor.log_out(run.now, "1001", "sales")
    run.floor.log_in(run.now, "1004", "help")
    run.drain()
    turned = CONFIG.model_dump()
    turned["agents"] = {"1002": {"logged_in": False}}
    after = run.restart(config=QueuesConfig.model_validate(turned))
    logged_in = {agent.name: agent.logged_in for agent in after.floor.roster}
    assert logged_in == {"1001": set(), "1002": set(), "1003": {"help"}, "1004": {"help"}}


def test_a_pause_that_ended_while_the_switch_was_down_is_told_to_be_over(run: Run) -> None:
    run.floor.pause(run.now, "1001", "lunch", seconds=30.0)
    run.floor.pause(run.now, "1002", "training", queue="help")
    run.drain()
    after = run.restart(after=31.0)
    after.wait(0.0)
    assert after.told(AgentReturned) == [("", AgentReturned("1001"))]
    assert after.floor.roster.agent("1001").state is State.READY
    assert after.disk.of(KeptAgent) == [after.disk.rows["agent", "1002", "help"]]
    assert after.floor.roster.agent("1002").paused_in["help"].reason == "training"


def test_a_pause_goes_on_to_its_end(run: Run) -> None:
    run.floor.pause(run.now, "1001", "lunch", seconds=30.0)
    run.drain()
    after = run.restart(after=20.0)
    after.wait(9.5)
    assert after.floor.roster.agent("1001").state is State.PAUSED
    after.wait(0.6)
    assert after.floor.roster.agent("1001").state is State.READY


def test_an_agent_and_a_queue_that_are_gone_stop_nothing(run: Run) -> None:
    run.floor.pause(run.now, "1003", "lunch")
    run.floor.pause(run.now, "1002", "lunch", queue="help")
    run.drain()
    run.enter("c1", "+48600", "help")
    run.enter("c2", "+48601", "help")
    run.ask("c2")
    less = QueuesConfig.model_validate({"queues": {"sales": {"members": ["1001", "1002"]}}})
    after = run.restart(config=less)
    assert {agent.name for agent in after.floor.roster} == {"1001", "1002"}
    assert after.floor.roster.agent("1002").paused_in == {}
    # What became of those who waited is told.
    assert after.told(QueueLeft) == [
        ("c1", QueueLeft("help", "+48600", "stopped", 10.0, 0)),
        ("c2", QueueLeft("help", "+48601", "callback_cancelled", 10.0, 1)),
    ]
    assert after.disk.of(KeptWait) == after.disk.of(KeptCallback) == []


# Callbacks


def test_a_callback_moves_from_one_table_to_the_other_in_one_piece(run: Run) -> None:
    run.enter("c1", "+48600", priority=2)
    (entered,) = run.disk.of(KeptWait)
    run.wait(5.0)
    run.ask("c1", ready_in=30.0)
    asked = KeptCallback(
        "c1", "sales", "+48700", BEGUN.timestamp(), BEGUN.timestamp() + 35.0, 1,
        party="+48600", name="Name of +48600", language="pl", priority=2,
    )  # fmt: skip
    assert run.disk.saved[-1] == (Change(asked), Change(entered, gone=True))
    assert [*run.disk.rows.values()] == [asked]


def test_a_callback_is_dialled_in_its_place_and_with_its_skills(run: Run) -> None:
    wants = {"law": Wanted(1, required=False, relax_s=5.0)}
    run.floor.enter(run.now, "help", Arrival("c1", "+48600", skills=wants))
    run.wait(1.0)
    run.enter("c2", "+48601", "help")
    run.ask("c2")
    run.ask("c1", number="+48701")
    after = run.restart()
    first, second = after.floor.posts["help"].line
    assert (first.call, first.skills) == ("c1", wants)
    assert (second.call, second.skills) == ("c2", {"law": Wanted(2)})
    after.phones()
    assert [(one.number, one.language, one.attempt) for one in after.dialled] == [
        ("+48701", "pl", 1), ("+48700", "pl", 1),
    ]  # fmt: skip


def test_a_callback_that_was_promoted_keeps_what_it_was_given(run: Run) -> None:
    for number in (1, 2):
        run.enter(f"c{number}", "+48600", priority=1)
        run.wait(1.0)
        run.ask(f"c{number}")
    run.floor.promote(run.now, "c2", 30)
    run.floor.promote(run.now, "c1", 0)
    run.drain()
    assert run.told(QueuePromoted)[0] == ("c2", QueuePromoted("sales", "+48600", 30, 0))
    after = run.restart()
    assert line(after) == ["c2", "c1"]
    assert [after.floor.entries[call].priority for call in ("c1", "c2")] == [0, 30]


def test_a_try_that_was_cut_off_is_made_once_more_but_not_for_ever(run: Run) -> None:
    run.enter("c1", "+48600")
    run.ask("c1")
    attempts: list[int] = []
    for _ in range(6):
        run.phones()
        attempts += [one.attempt for one in run.dialled]
        run = run.restart()
    assert attempts == [1, 2, 3, 4]
    assert run.disk.of(KeptCallback) == []
    assert run.floor.entries == {}


def test_a_callback_that_failed_each_time_is_told_to_have(run: Run) -> None:
    run.enter("c1", "+48600")
    run.ask("c1")
    for _ in range(4):
        run.phones()
        run = run.restart()
    left = run.told(QueueLeft)
    assert left == [("c1", QueueLeft("sales", "+48600", "callback_failed", 40.0, 0))]


def test_a_try_for_which_nobody_was_rung_is_none_after_a_restart_either(run: Run) -> None:
    run.enter("c1", "+48600")
    run.ask("c1")
    run.phones()
    run.floor.callback_missed(run.now, "c1", "outside_window", ready_at=run.now + 60.0, counts=False)
    run.drain()
    after = run.restart(after=61.0)
    after.phones()
    assert [one.attempt for one in after.dialled] == [1]


def test_a_try_that_is_due_later_waits_for_its_time(run: Run) -> None:
    run.enter("c1", "+48600")
    run.ask("c1")
    run.phones()
    run.floor.callback_missed(run.now, "c1", "busy", ready_at=run.now + 60.0)
    run.drain()
    after = run.restart(after=20.0)
    after.phones()
    after.wait(39.0)
    assert after.dialled == []
    after.wait(1.1)
    assert [one.attempt for one in after.dialled] == [2]


def test_who_was_reached_and_then_cut_off_has_the_place_when_he_calls_from_there(run: Run) -> None:
    run.enter("c1", "+48600")
    run.wait(30.0)
    run.ask("c1")
    run.phones()
    assert run.floor.called_back(run.now, "c1", "c9")
    run.drain()
    assert run.disk.of(KeptCallback) == []
    after = run.restart()
    assert after.told(QueueLeft) == [("c9", QueueLeft("sales", "+48600", "stopped", 40.0, 0))]
    assert after.enter("c10", "+48700").waited(after.now) == 40.0


def test_a_callback_that_cannot_be_stored_is_taken_back_and_the_caller_waits_on(run: Run) -> None:
    run.enter("c1", "+48600")
    run.enter("c2", "+48601")
    run.ask("c1", ready_in=3.0)
    assert run.floor.refuse_callback(run.now, "c1", "not_stored")
    run.drain()
    assert run.told(CallbackRefused) == [("c1", CallbackRefused("sales", "+48700", "not_stored"))]
    assert run.disk.of(KeptCallback) == []
    assert [one.call for one in run.disk.of(KeptWait) if isinstance(one, KeptWait)] == ["c2", "c1"]
    run.phones()
    assert run.dialled == []
    assert run.floor.entries["c1"].offer is not None
    # He may not wait for ever, either: the rules for those on the line hold for him again.
    assert not run.floor.refuse_callback(run.now, "c1", "not_stored")
    assert line(run) == ["c1", "c2"]


def test_who_waits_on_after_a_refused_callback_is_sent_on_in_his_time(run: Run) -> None:
    run.enter("c1", "+48600")
    run.ask("c1", ready_in=900.0)
    run.wait(599.0)
    assert run.floor.refuse_callback(run.now, "c1", "not_stored")
    run.wait(2.0)
    assert [(one.entry, one.why) for one in run.dismissed] == [("c1", Why.MAX_WAIT)]


def test_a_callback_that_is_being_called_is_taken_back_no_more(run: Run) -> None:
    run.enter("c1", "+48600")
    run.ask("c1")
    run.phones()
    assert run.dialled
    assert not run.floor.refuse_callback(run.now, "c1", "not_stored")
    assert run.floor.entries["c1"].callback is not None
    assert not run.floor.refuse_callback(run.now, "nobody", "not_stored")


# Who was cut off


def test_who_was_cut_off_waits_on_though_who_hangs_up_begins_anew(run: Run) -> None:
    assert run.config.queues["sales"].abandoned_resume_s == 0.0
    run.enter("c1", "+48600")
    run.wait(20.0)
    run.enter("c2", "+48601")
    run.enter("c3", "+48602")
    run.leave("c3", Why.ABANDONED)
    after = run.restart(after=10.0)
    after.enter("c4", "+48603")
    after.wait(5.0)
    # In whatever order they call, each has the place that was his.
    assert [after.enter(*who).waited(after.now) for who in (("c6", "+48601"), ("c5", "+48600"))] == [
        15.0,
        35.0,
    ]
    assert after.enter("c7", "+48602").waited(after.now) == 0.0
    assert line(after) == ["c5", "c6", "c4", "c7"]


def test_a_fault_of_ours_keeps_the_place_without_any_restart(run: Run) -> None:
    run.enter("c1", "+48600")
    run.wait(60.0)
    run.leave("c1", Why.FAULT)
    run.wait(10.0)
    assert run.enter("c2", "+48600").waited(run.now) == 70.0


def test_callers_of_one_firm_have_one_number_and_each_a_place(run: Run) -> None:
    for number in (1, 2, 3):
        run.enter(f"c{number}", "+48600")
        run.wait(10.0)
    after = run.restart(after=0.0)
    again = [after.enter(f"d{number}", "+48600").waited(after.now) for number in (1, 2, 3, 4)]
    assert again == [30.0, 20.0, 10.0, 0.0]


def test_who_has_the_place_back_is_not_sent_away_for_having_waited_long(run: Run) -> None:
    run.enter("c1", "+48600")
    run.wait(590.0)
    after = run.restart(after=60.0)
    after.enter("c2", "+48600")
    after.wait(599.0)
    assert after.dismissed == []
    after.wait(2.0)
    assert [(one.entry, one.why) for one in after.dismissed] == [("c2", Why.MAX_WAIT)]


def test_the_place_is_kept_as_long_as_the_queue_says_over_a_second_fall(run: Run) -> None:
    run.enter("c1", "+48600", "help")
    run.enter("c2", "+48601", "help")
    second = run.restart(after=30.0)
    second.wait(100.0)
    third = second.restart(after=10.0)
    assert third.enter("c3", "+48600", "help").waited(third.now) == 140.0
    third.wait(15.0)
    assert third.enter("c4", "+48601", "help").waited(third.now) == 0.0
    fourth = third.restart(after=120.0)
    # Both began anew or have their place under their new calls; of the first ones nothing is left.
    assert {one.call for one in fourth.disk.of(KeptWait) if isinstance(one, KeptWait)} == {"c3", "c4"}


def test_a_place_that_was_handed_over_is_that_of_who_waits_in_it(run: Run) -> None:
    run.enter("c1", "+48600")
    run.floor.stand_in("c1", "+48666", "Somebody else")
    run.drain()
    assert run.told(QueueHandedOver) == [("c1", QueueHandedOver("sales", "+48666"))]
    after = run.restart()
    assert after.enter("c2", "+48600").waited(after.now) == 0.0
    assert after.enter("c3", "+48666").waited(after.now) == 10.0


def test_a_place_is_taken_up_once(run: Run) -> None:
    run.enter("c1", "+48600")
    run.wait(5.0)
    second = run.restart()
    second.enter("c2", "+48600")
    second.leave("c2", Why.ABANDONED)
    third = second.restart()
    assert third.enter("c3", "+48600").waited(third.now) == 0.0
    assert [one.call for one in third.disk.of(KeptWait) if isinstance(one, KeptWait)] == ["c3"]


def test_a_stop_by_hand_is_no_end_to_a_place_and_is_told_once(run: Run) -> None:
    run.enter("c1", "+48600")
    run.enter("c2", "")
    run.wait(5.0)
    run.leave("c1", Why.STOPPED)
    run.leave("c2", Why.STOPPED)
    after = run.restart(after=200.0)
    assert after.told(QueueLeft) == []
    assert after.enter("c3", "+48600").waited(after.now) == 205.0
    assert after.enter("c4", "").waited(after.now) == 0.0


def test_who_shows_no_number_is_told_to_be_gone_and_forgotten(run: Run) -> None:
    run.enter("c1", "")
    after = run.restart()
    assert after.told(QueueLeft) == [("c1", QueueLeft("sales", "", "stopped", 10.0, 0))]
    assert after.disk.of(KeptWait) == []


def test_a_wait_of_yesterday_is_no_wait(run: Run) -> None:
    run.enter("c1", "+48600")
    after = run.restart(after=OLDEST_WAIT_SECONDS + 1.0)
    assert after.enter("c2", "+48600").waited(after.now) == 0.0


def test_a_wall_clock_that_was_set_back_makes_nobody_wait_less_than_nothing(run: Run) -> None:
    run.enter("c1", "+48600")
    run.enter("c2", "+48601")
    run.ask("c2")
    after = run.restart(after=-3600.0)
    assert after.floor.entries["c2"].waited(after.now) == 0.0
    assert after.enter("c3", "+48600").waited(after.now) == 0.0


def test_what_is_read_without_a_beginning_changes_nothing() -> None:
    disk = Disk()
    kept = Kept((), disk.save)
    for number, event in enumerate((
        QueuePromoted("sales", "", 5, 0), QueueLeft("sales", "", "stopped", 1.0, 0),
        QueueLeft("sales", "", "abandoned", 1.0, 0), CallbackRefused("sales", "+48700", "not_stored"),
    )):  # fmt: skip
        kept.read(Entry(number, BEGUN, "c1", event))
    assert disk.saved == []


def test_a_callback_whose_wait_began_before_the_log_was_read_is_kept(run: Run) -> None:
    event = CallbackAsked("sales", "+48700", 0, "+48600", waited=12.5, after_s=4.0)
    run.kept.read(Entry(99, BEGUN, "c1", event))
    (asked,) = run.disk.of(KeptCallback)
    assert isinstance(asked, KeptCallback)
    at = BEGUN.timestamp()
    assert (asked.since, asked.ready_at, asked.place) == (at - 12.5, at + 4.0, 99)
