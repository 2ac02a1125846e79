"""Legs that hear nothing: told once, taken back when sound comes, and ended at last."""

from __future__ import annotations

from itertools import count

import pytest

from media import commands as ask
from media import events as tell
from media.legs import Legs
from media.watch import CHECK_TICKS, ONE_WAY_TICKS, PAUSE_TICKS, TICK_SECONDS, Watch

TICKS_PER_SECOND = 50
SECOND = TICKS_PER_SECOND


class Line:
    """Legs that are watched, and a clock in ticks. Legs have numbers from 100 up, by row."""

    def __init__(self, legs: int = 1, **changes: object) -> None:
        self.legs = Legs(count(1).__next__, capacity=4)
        self.watch = Watch(self.legs, 4)
        self.tick = 0
        for leg in range(100, 100 + legs):
            self.open(leg, **changes)

    def open(self, leg: int, **changes: object) -> int:
        """Open a leg and agree on a stream."""
        row = self.legs.open(leg)
        self.watch.reset(row)
        self.agree(leg, **changes)
        return row

    def agree(self, leg: int = 100, **changes: object) -> None:
        """Agree on something with a phone."""
        known: dict[str, object] = {
            "leg": leg, "host": "10.0.0.1", "port": 4000, "codec": "PCMA", "payload": 8,
            "digits_payload": 101, "digits_rate": 8000, "send": True, "receive": True, "silence_after": 30.0,
        }  # fmt: skip
        row = self.legs.row(leg)
        stream = ask.SetStream(**(known | changes))  # type: ignore[arg-type]
        self.legs.agree(row, stream, tick=self.tick, ticks_per_second=TICKS_PER_SECOND)
        self.watch.agreed(row)

    def run(self, ticks: int, *speaking: int) -> list[tell.AnyReport]:
        """Let ticks pass in which packets of some rows arrive; return what is told."""
        told: list[tell.AnyReport] = []
        for _ in range(ticks):
            for row in speaking:
                self.legs.last_heard[row] = self.tick
            if self.tick % CHECK_TICKS == 0:
                told += self.watch.check(self.tick, self.legs.high)
            self.tick += 1
        return told


def test_who_is_heard_is_no_news():
    assert Line().run(100 * SECOND, 0) == []


def test_n22_a_phone_that_is_never_heard_is_told_within_little_more_than_three_seconds():
    line = Line()
    assert line.run(ONE_WAY_TICKS) == []
    (told,) = line.run(CHECK_TICKS + 1)
    assert told == tell.OneWay(100, deaf=False, seconds=told.seconds, ever=False)
    assert 3.0 < told.seconds <= 3.2
    assert line.run(25 * SECOND) == []


def test_a_phone_that_falls_silent_was_heard_before():
    line = Line()
    assert line.run(5 * SECOND, 0) == []
    (told,) = line.run(4 * SECOND)
    assert told == tell.OneWay(100, deaf=False, seconds=told.seconds, ever=True)
    assert 3.0 < told.seconds <= 3.2


def test_n22_sound_that_comes_after_all_takes_it_back():
    line = Line()
    line.run(4 * SECOND)
    assert line.run(CHECK_TICKS, 0) == [tell.BothWays(100)]
    assert line.run(10 * SECOND, 0) == []


def test_one_packet_between_two_looks_is_sound_that_came():
    line = Line()
    line.run(4 * SECOND + 1)
    line.run(1, 0)
    assert line.run(CHECK_TICKS) == [tell.BothWays(100)]


@pytest.mark.parametrize("gap", [PAUSE_TICKS + CHECK_TICKS + 1, 2 * SECOND, ONE_WAY_TICKS])
def test_a_phone_that_pauses_while_nobody_speaks_is_not_suspected(gap):
    """It sends nothing in the pauses: a longer one is no fault, and only the long wait ends it."""
    line = Line()
    line.run(SECOND, 0)
    line.run(gap)
    line.run(SECOND, 0)
    told = line.run(40 * SECOND)
    assert told == [tell.MediaTimeout(100, told[0].seconds)]


@pytest.mark.parametrize("gap", [1, PAUSE_TICKS - 1])
def test_a_short_gap_is_no_pause(gap):
    line = Line()
    for _ in range(20):
        line.run(SECOND, 0)
        line.run(gap)
    line.run(SECOND, 0)
    (told,) = line.run(5 * SECOND)
    assert isinstance(told, tell.OneWay)


@pytest.mark.parametrize("late", [SECOND, ONE_WAY_TICKS - 1])
def test_a_phone_that_begins_late_has_made_no_pause(late):
    """One that needs a second to begin may lose its sound later all the same."""
    line = Line()
    assert line.run(late) == []
    line.run(SECOND, 0)
    (told,) = line.run(5 * SECOND)
    assert told == tell.OneWay(100, deaf=False, seconds=told.seconds, ever=True)


def test_a_phone_that_begins_late_after_an_agreement_has_made_no_pause():
    line = Line()
    line.run(SECOND, 0)
    line.agree()
    line.run(SECOND)
    line.run(SECOND, 0)
    (told,) = line.run(5 * SECOND)
    assert isinstance(told, tell.OneWay)


def test_single_packets_of_a_phone_on_hold_are_no_pauses_of_speech():
    line = Line()
    line.run(SECOND, 0)
    line.agree(send=False, receive=False, silence_after=0.0)
    for _ in range(10):
        assert line.run(SECOND) == []
        assert line.run(1, 0) == []
    line.agree()
    line.run(SECOND, 0)
    (told,) = line.run(5 * SECOND)
    assert isinstance(told, tell.OneWay)


def test_a_phone_that_should_not_be_heard_is_not_missed():
    line = Line(receive=False)
    assert line.run(29 * SECOND) == []


def test_nobody_is_missed_before_the_call_is_up():
    line = Line(silence_after=0.0)
    assert line.run(100 * SECOND) == []


def test_an_agreement_begins_the_wait_anew():
    line = Line()
    line.run(2 * SECOND)
    line.agree()
    assert line.run(ONE_WAY_TICKS) == []
    assert len(line.run(CHECK_TICKS + 1)) == 1
    line.agree()
    (again,) = line.run(4 * SECOND)
    assert isinstance(again, tell.OneWay)


@pytest.mark.parametrize("patience", [5.0, 30.0, 600.0])
def test_the_wait_ends_at_last_and_is_told_once(patience):
    line = Line(silence_after=patience)
    line.run(SECOND, 0)
    told = line.run(round(patience * TICKS_PER_SECOND) + 2 * SECOND)
    assert [type(report) for report in told] == [tell.OneWay, tell.MediaTimeout]
    assert patience < told[1].seconds <= patience + (CHECK_TICKS + 1) * TICK_SECONDS
    assert line.run(700 * SECOND) == []


def test_a_short_patience_ends_before_anything_else_is_told():
    told = Line(silence_after=1.0).run(10 * SECOND)
    assert [type(report) for report in told] == [tell.MediaTimeout]


def test_each_row_is_watched_for_itself():
    line = Line(legs=3)
    line.run(2 * SECOND, 0, 1, 2)
    told = line.run(5 * SECOND, 1)
    assert [(type(report), report.leg) for report in told] == [(tell.OneWay, 100), (tell.OneWay, 102)]
    assert line.run(SECOND, 1, 2) == [tell.BothWays(102)]


def test_the_next_leg_on_a_row_inherits_nothing():
    line = Line(legs=2)
    line.run(SECOND, 0, 1)
    line.run(4 * SECOND, 1)
    line.run(CHECK_TICKS, 0, 1)  # a pause: a leg that has made one is not suspected again
    line.run(SECOND + 1, 0, 1)
    line.legs.close(100)
    assert line.open(105) == 0
    told = line.run(4 * SECOND, 1)
    assert told == [tell.OneWay(105, deaf=False, seconds=told[0].seconds, ever=False)]


def test_the_next_leg_on_a_row_is_not_said_to_have_been_heard():
    """The last packet of the leg before came after the last look; the next leg agrees on its stream later."""
    line = Line(legs=2)
    line.run(SECOND + CHECK_TICKS // 2, 0, 1)
    line.legs.close(100)
    row = line.legs.open(105)
    line.watch.reset(row)
    line.run(SECOND, 1)
    line.agree(105)
    (told,) = line.run(4 * SECOND, 1)
    assert told == tell.OneWay(105, deaf=False, seconds=told.seconds, ever=False)


def test_nothing_is_told_of_a_leg_that_is_gone():
    line = Line(legs=2)
    line.run(SECOND, 0, 1)
    line.run(4 * SECOND + 1, 1)
    line.run(2, 0, 1)  # it is heard again, and ends before anybody looks
    line.legs.close(100)
    assert line.run(60 * SECOND, 1) == []
