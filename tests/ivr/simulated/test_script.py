"""The caller of a script: what is done next, and when."""

from __future__ import annotations

import pytest

from softswitch.ivr.context import DialResult
from softswitch.ivr.errors import SimulationError
from softswitch.ivr.simulated.others import answer
from softswitch.ivr.simulated.script import (
    HangUpNow,
    Press,
    ScriptedCaller,
    hang_up,
    press,
    silent,
    wait,
)


def test_a_key_waits_until_the_tree_does() -> None:
    caller = ScriptedCaller([press("1")])
    assert caller.due(3.0, listening=False) is None
    assert caller.due(3.0, listening=True) == 3.0
    assert caller.take(3.0) == Press("1")
    assert caller.due(4.0, listening=True) is None


def test_seconds_count_from_what_was_done_last() -> None:
    caller = ScriptedCaller([wait(2), press("1", after=1.0), wait(4), hang_up()])
    assert caller.due(0.0, listening=False) == 3.0
    caller.take(3.5)
    assert caller.due(3.5, listening=False) == 7.5
    assert caller.take(7.5) == HangUpNow()


def test_a_moment_that_is_let_pass_is_used_up_and_time_counts_from_its_end() -> None:
    caller = ScriptedCaller([silent(), press("1", after=0.0)])
    assert caller.due(0.0, listening=True) is None
    assert caller.stays_silent()
    assert not caller.stays_silent()
    caller.was_silent(6.0)
    assert caller.due(6.0, listening=False) == 6.0


def test_who_hangs_up_when_asked_waits_for_that() -> None:
    caller = ScriptedCaller([HangUpNow(when_asked=True)])
    assert caller.due(1.0, listening=False) is None
    assert caller.due(1.0, listening=True) == 1.0


def test_what_others_do_is_none_of_the_caller_s_and_keys_left_over_are_told() -> None:
    caller = ScriptedCaller([answer(DialResult.BUSY), press("12"), hang_up(), press("3")])
    assert caller.not_pressed == ("12", "3")


def test_nothing_can_be_taken_where_nothing_is_done() -> None:
    with pytest.raises(SimulationError, match=r"no action at 2\.0 s"):
        ScriptedCaller([silent()]).take(2.0)
