"""People rung on simulated calls, without a tree."""

from __future__ import annotations

from collections import deque

import pytest

from softswitch.ivr.context import DialResult, Manner, TalkedWith
from softswitch.ivr.simulated.ringing import DUTY_RINGS_S, Answer, SimulatedRinging
from softswitch.ivr.simulated.scene import Scene


def ringing(*answers, **given):
    rung = []
    return SimulatedRinging(deque(answers), Scene.model_validate(given), rung.append), rung


def test_unless_the_script_says_otherwise_somebody_answers():
    line, rung = ringing()
    assert line.dial(["1001", "1002"], 25.0, "Sales") is DialResult.ENDED_BY_CALLEE
    assert [(one.targets, one.label, one.seconds) for one in rung] == [(("1001", "1002"), "Sales", 35.0)]
    assert line.talked_with == TalkedWith("", "1001")


def test_in_turn_each_has_an_answer_of_his_own_and_what_says_most_counts():
    line, rung = ringing(Answer(DialResult.NO_ANSWER), Answer(DialResult.BUSY, after=0))
    assert line.dial(["1", "2"], 15.0, "", Manner(in_turn=True)) is DialResult.BUSY
    assert [(one.targets, one.seconds) for one in rung] == [(("1",), 15.0), (("2",), 0.0)]


@pytest.mark.parametrize(("number", "result"), [("13", "ended_by_callee"), ("99", "unknown")])
def test_extensions_are_those_of_the_scene(number, result):
    line, rung = ringing(extensions=["13"])
    assert line.extension(number).value == result
    assert len(rung) == (number == "13")


def test_a_duty_that_nobody_answers_is_rung_for_its_whole_time():
    line, rung = ringing(Answer(DialResult.NO_ANSWER))
    assert line.duty("service") is DialResult.NO_ANSWER
    assert rung[0].seconds == DUTY_RINGS_S


def test_a_talk_may_count_for_another_than_who_was_rung():
    line, _ = ringing(talked_with={"queue": "sales", "agent": "1003"})
    assert line.talked_with == TalkedWith("sales", "1003")
    line.dial(["+48600100200"], 25.0, "", Manner(agent="1004"))
    assert line.talked_with == TalkedWith("", "1004")
