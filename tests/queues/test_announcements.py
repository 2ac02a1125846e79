"""When those who wait are told what: the rules one by one, then all of them in the hands of chance."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from softswitch.queues.announce_config import AnnounceConfig, ComfortConfig
from softswitch.queues.announcements import (
    LOOK_AGAIN_S,
    Comfort,
    Due,
    Message,
    MoreAhead,
    Place,
    Said,
    Wait,
    asked,
    comfort_index,
    due,
    elsewhere,
    told,
)
from softswitch.queues.wait_range import SpokenWait

WAIT = SpokenWait(120, 240, 1800)
OTHER = SpokenWait(60, 180, 1800)


def config(**parts: object) -> AnnounceConfig:
    return AnnounceConfig.model_validate(parts)


def comfort(*texts: str, **rest: object) -> dict[str, object]:
    return {"messages": list(texts), **rest}


class Waiting:
    """One caller who waits, on a clock of the test's own; each announcement takes ``lasts_s``."""

    def __init__(self, config: AnnounceConfig, ahead: int, wait: SpokenWait | None = None) -> None:
        self.config, self.ahead, self.wait = config, ahead, wait
        self.now = 1000.0
        self.entered_at = self.now
        self.said = Said(seed=7)
        self.lasts_s = 4.0
        self.heard: list[tuple[float, tuple[Message, ...]]] = []

    def due(self, now: float | None = None) -> Due:
        return due(
            self.config,
            self.now if now is None else now,
            entered_at=self.entered_at,
            ahead=self.ahead,
            wait=self.wait,
            said=self.said,
        )

    def play(self, messages: tuple[Message, ...]) -> None:
        self.heard.append((self.now - self.entered_at, messages))
        began = self.now
        self.now += self.lasts_s
        self.said = told(self.said, messages, began_at=began, ended_at=self.now)

    def until(self, seconds: float) -> list[tuple[float, tuple[Message, ...]]]:
        """Wait until so many seconds after entering; return all that was heard, and when."""
        while True:
            now = self.due()
            if now.messages:
                self.play(now.messages)
            elif now.next_at is None or now.next_at > self.entered_at + seconds:
                return self.heard
            else:
                assert now.next_at > self.now
                self.now = now.next_at


# Place and time


def test_the_place_is_said_soon_and_then_in_its_rhythm() -> None:
    caller = Waiting(config(), ahead=3)
    assert caller.until(70) == [(3, (Place(3),)), (33, (Place(3),)), (63, (Place(3),))]


def test_place_and_time_are_said_in_one_go() -> None:
    caller = Waiting(config(), ahead=3, wait=WAIT)
    assert caller.until(40) == [(3, (Place(3), Wait(WAIT))), (33, (Place(3), Wait(WAIT)))]


def test_who_is_next_hears_nothing_of_the_place_but_is_comforted() -> None:
    caller = Waiting(config(comfort=comfort("Thanks.")), ahead=0, wait=WAIT)
    assert caller.until(120) == [(45, (Comfort(0),)), (105, (Comfort(0),))]


def test_who_is_next_hears_it_where_that_is_wanted() -> None:
    caller = Waiting(config(position={"to_first": True}), ahead=0, wait=WAIT)
    assert caller.until(10) == [(3, (Place(0), Wait(WAIT)))]


def test_who_moves_up_to_the_front_hears_no_more() -> None:
    caller = Waiting(config(), ahead=1)
    caller.until(10)
    caller.ahead = 0
    assert caller.until(100) == [(3, (Place(1),))]


def test_with_only_when_better_the_first_place_is_said_and_then_each_better_one_soon() -> None:
    caller = Waiting(config(position={"only_when_better": True}), ahead=3)
    assert caller.until(100) == [(3, (Place(3),))]
    caller.ahead = 4
    caller.until(150)
    caller.ahead = 2
    changed_at = caller.now - caller.entered_at
    caller.until(200)
    assert [messages for _, messages in caller.heard] == [(Place(3),), (Place(2),)]
    assert caller.heard[-1][0] <= changed_at + LOOK_AGAIN_S


def test_when_it_is_time_and_there_is_nothing_to_say_that_is_looked_at_again_soon() -> None:
    caller = Waiting(config(), ahead=0)
    assert caller.due(caller.now + 2) == Due((), caller.now + 3)
    assert caller.due(caller.now + 3) == Due((), caller.now + 3 + LOOK_AGAIN_S)
    assert caller.due(caller.now + 500) == Due((), caller.now + 500 + LOOK_AGAIN_S)


def test_a_place_above_the_limit_is_not_said_but_the_time_is() -> None:
    caller = Waiting(config(position={"mode": "limit", "limit": 5}), ahead=6, wait=WAIT)
    caller.until(10)
    caller.ahead = 5
    assert caller.until(40) == [(3, (Wait(WAIT),)), (33, (Place(5), Wait(WAIT)))]


def test_above_the_limit_there_are_more() -> None:
    rules = config(position={"mode": "more", "limit": 5, "only_when_better": True})
    caller = Waiting(rules, ahead=40)
    caller.until(40)
    caller.ahead = 6
    caller.until(80)
    caller.ahead = 5
    caller.until(120)
    # Forty and six sound alike, so the second is not better.
    assert [messages for _, messages in caller.heard] == [(MoreAhead(5),), (Place(5),)]


def test_the_time_is_said_as_soon_as_there_is_one() -> None:
    caller = Waiting(config(position="off"), ahead=3)
    assert caller.until(20) == []
    caller.wait = WAIT
    heard = caller.until(30)
    assert [messages for _, messages in heard] == [(Wait(WAIT),)]


def test_the_time_is_said_once_where_once_is_enough() -> None:
    caller = Waiting(config(eta="once"), ahead=3, wait=WAIT)
    assert caller.until(40) == [(3, (Place(3), Wait(WAIT))), (33, (Place(3),))]
    alone = Waiting(config(eta="once", position="off"), ahead=3, wait=WAIT)
    assert alone.until(3600) == [(3, (Wait(WAIT),))]
    assert alone.due().next_at is None


def test_nothing_is_said_where_all_is_off_and_nobody_has_to_ask_again() -> None:
    caller = Waiting(config(position="off", eta="off"), ahead=3, wait=WAIT)
    assert caller.due() == Due((), None)


# What comes between


def test_comfort_comes_in_order_and_keeps_its_distance_from_the_place() -> None:
    rules = config(
        position={"every_s": 60},
        comfort=comfort("a", "b", every_s=40, start_s=10),
        min_gap_s=15,
    )
    # The place ends at 7, so the first message waits for 22; at 62 the second one would be due with the
    # place that comes at 63, and its end at 66 pushes that to 81.
    assert Waiting(rules, ahead=2).until(82) == [
        (3, (Place(2),)),
        (22, (Comfort(0),)),
        (62, (Comfort(1),)),
        (81, (Place(2),)),
    ]


def test_what_falls_together_is_said_together_figures_first() -> None:
    rules = config(comfort=comfort("a", start_s=3))
    assert Waiting(rules, ahead=2, wait=WAIT).until(5) == [(3, (Place(2), Wait(WAIT), Comfort(0)))]


@pytest.mark.parametrize(("relative", "times"), [(False, [10, 40, 70]), (True, [10, 44, 78])])
def test_comfort_is_counted_from_beginning_or_end_of_the_last(relative: bool, times: list[float]) -> None:
    rules = config(position="off", comfort=comfort("a", every_s=30, start_s=10, relative=relative))
    assert [at for at, _ in Waiting(rules, ahead=1).until(80)] == times


def test_a_side_menu_piles_nothing_up() -> None:
    caller = Waiting(config(comfort=comfort("a", every_s=20, start_s=10)), ahead=2)
    caller.now += 300
    caller.said = elsewhere(caller.said, ended_at=caller.now)
    # Fifteen places and messages were due meanwhile. One of each is said, after a breath of music.
    assert caller.until(316) == [(315, (Place(2), Comfort(0)))]


def test_who_presses_the_key_hears_the_place_at_once_whatever_the_rules() -> None:
    rules = config(position={"mode": "more", "limit": 2}, eta="once")
    assert asked(rules, ahead=7, wait=WAIT) == (Place(7), Wait(WAIT))
    assert asked(rules, ahead=0, wait=None) == (Place(0),)
    assert asked(config(position="off", eta="off"), ahead=7, wait=WAIT) == (Place(7),)


def test_after_an_answer_to_the_key_the_rhythm_begins_anew() -> None:
    caller = Waiting(config(), ahead=2)
    caller.until(20)
    caller.now = caller.entered_at + 30
    caller.play(asked(caller.config, ahead=2, wait=None))
    assert [at for at, _ in caller.until(65)] == [3, 30, 60]


# The order of comfort messages


@given(count=st.integers(1, 12), seed=st.integers(0, 2**32), turns=st.integers(1, 5))
def test_in_a_random_order_each_message_comes_once_a_round_and_none_twice_running(
    count: int, seed: int, turns: int
) -> None:
    rules = ComfortConfig.model_validate({"messages": [str(at) for at in range(count)], "random": True})
    order = [comfort_index(rules, before, seed) for before in range(count * turns)]
    for turn in range(turns):
        assert sorted(order[turn * count : (turn + 1) * count]) == list(range(count))
    if count > 1:
        assert all(one != next_one for one, next_one in pairwise(order))


def test_random_orders_differ_by_caller() -> None:
    rules = ComfortConfig.model_validate({"messages": list("abcdef"), "random": True})
    orders = {tuple(comfort_index(rules, before, seed) for before in range(6)) for seed in range(50)}
    assert len(orders) > 40
    plain = rules.model_copy(update={"random": False})
    assert [comfort_index(plain, before, 3) for before in range(8)] == [0, 1, 2, 3, 4, 5, 0, 1]


# All rules in the hands of chance

seconds = st.floats(0.0, 200.0, allow_nan=False)
configs = st.builds(
    config,
    position=st.fixed_dictionaries(
        {
            "mode": st.sampled_from(["off", "on", "limit", "more"]),
            "limit": st.integers(1, 6),
            "first_after_s": st.floats(0.0, 30.0),
            "every_s": st.floats(5.0, 90.0),
            "only_when_better": st.booleans(),
            "to_first": st.booleans(),
        }
    ),
    eta=st.sampled_from(["off", "once", "on"]),
    comfort=st.fixed_dictionaries(
        {
            "messages": st.lists(st.sampled_from(["a", "b", "c"]), max_size=4),
            "every_s": st.floats(5.0, 90.0),
            "start_s": st.floats(0.0, 60.0),
            "random": st.booleans(),
            "relative": st.booleans(),
        }
    ),
    min_gap_s=st.floats(0.0, 40.0),
)


class AnyWait(RuleBasedStateMachine):
    """A wait in which place and estimate change, keys are pressed and menus entered, at any moment."""

    @initialize(rules=configs, ahead=st.integers(0, 9))
    def enter(self, rules: AnnounceConfig, ahead: int) -> None:
        self.caller = Waiting(rules, ahead)
        self.spans: list[tuple[float, float]] = []
        self.figures: list[float] = []
        self.places: list[int] = []
        self.looked_at: float | None = None

    @rule(ahead=st.integers(0, 9))
    def move(self, ahead: int) -> None:
        self.caller.ahead = ahead
        self.looked_at = None

    @rule(wait=st.sampled_from([None, WAIT, OTHER]))
    def judge(self, wait: SpokenWait | None) -> None:
        self.caller.wait = wait
        self.looked_at = None

    @rule(part=st.floats(0.0, 1.0), lasts_s=st.floats(0.0, 20.0))
    def look(self, part: float, lasts_s: float) -> None:
        """Ask what is due; play it, or look in between and then at the time that was named."""
        caller = self.caller
        caller.lasts_s = lasts_s
        now = caller.due()
        if now.messages:
            assert now.next_at is None
            self._hear(now.messages)
            return
        if now.next_at is None:
            assert not caller.due(caller.now + 1e6).messages
            return
        assert now.next_at > caller.now
        between = caller.now + part * (now.next_at - caller.now)
        if between < now.next_at:
            assert caller.due(between).messages == ()
        caller.now = now.next_at
        self.looked_at = caller.now

    @rule(lasts_s=seconds)
    def side_menu(self, lasts_s: float) -> None:
        began, self.caller.now = self.caller.now, self.caller.now + lasts_s
        self.spans.append((began, self.caller.now))
        self.caller.said = elsewhere(self.caller.said, ended_at=self.caller.now)
        self.looked_at = None

    @rule()
    def press_for_the_place(self) -> None:
        caller = self.caller
        messages = asked(caller.config, ahead=caller.ahead, wait=caller.wait)
        assert messages[0] == Place(caller.ahead)
        began = caller.now
        caller.play(messages)
        self.spans.append((began, caller.now))
        self.figures.append(began)
        self.places.append(caller.ahead)
        self.looked_at = None

    def _hear(self, messages: tuple[Message, ...]) -> None:
        caller, position = self.caller, self.caller.config.position
        began = caller.now
        if self.spans:
            assert began >= self.spans[-1][1] + caller.config.min_gap_s
        figures = [message for message in messages if not isinstance(message, Comfort)]
        if figures:
            assert began >= self._figures_from()
            assert caller.ahead > 0 or position.to_first
            self.figures.append(began)
        for message in messages:
            match message:
                case Place(ahead=ahead):
                    assert ahead == caller.ahead
                    assert position.mode == "on" or ahead <= position.limit
                    self._place(ahead)
                case MoreAhead(than=limit):
                    assert caller.ahead > limit
                    self._place(limit + 1)
                case Wait(wait=wait):
                    assert wait == caller.wait
                    assert caller.config.eta.mode != "off"
                case Comfort(index=index):
                    assert index < len(caller.config.comfort.messages)
        order = [(Place, MoreAhead, Wait, Comfort).index(type(message)) for message in messages]
        assert order == sorted(order)
        caller.play(messages)
        self.spans.append((began, caller.now))
        self.looked_at = None

    def _figures_from(self) -> float:
        """Return when figures may be said again, or first: an answer to the key counts as the first."""
        position = self.caller.config.position
        if self.figures:
            return self.figures[-1] + position.every_s
        return self.caller.entered_at + position.first_after_s

    def _place(self, heard: int) -> None:
        if self.caller.config.position.only_when_better and self.places:
            assert heard < self.places[-1]
        self.places.append(heard)

    @precondition(lambda self: self.looked_at is not None and self.caller.config.position.mode == "on")
    @invariant()
    def nothing_is_missed(self) -> None:
        """Whoever comes back at the named time hears the place, unless it is not its time or no better."""
        caller, position = self.caller, self.caller.config.position
        time_for_it = caller.now >= max(
            self._figures_from(),
            self.spans[-1][1] + caller.config.min_gap_s if self.spans else 0.0,
        )
        worth_it = (caller.ahead > 0 or position.to_first) and not (
            position.only_when_better and self.places and caller.ahead >= self.places[-1]
        )
        messages = caller.due().messages
        assert (Place(caller.ahead) in messages) == (time_for_it and worth_it)


TestAnyWait = AnyWait.TestCase
TestAnyWait.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
