"""The words of ``do``: what each means, and what is said of those that mean nothing."""

from __future__ import annotations

import pytest

from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.desks.gate import Shown
from softswitch.ivr.proof.script import EXAMPLES, VERBS, Doing, doing
from softswitch.ivr.simulated.queues import Queued
from softswitch.ivr.simulated.ringing import Answer
from softswitch.ivr.simulated.script import HangUpNow, Press, Silent, Wait
from softswitch.ivr.simulated.till import Identified, Pays


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"press": "12#"}, Press("12#")),
        ({"press": 1}, Press("1")),
        ({"press": "1:after=2.5"}, Press("1", 2.5)),
        ({"wait": "8"}, Wait(8.0)),
        ("silent", Silent()),
        ("hang_up", HangUpNow()),
        ({"hang_up": None}, HangUpNow()),
        ({"dial": "busy:after=3"}, Answer(DialResult.BUSY, 3.0)),
        ({"queue": "full"}, Queued(WaitEnd.FULL, 0.0)),
        ({"queue": "own_key:after=9"}, Queued(WaitEnd.KEY, 9.0)),
        ({"pay": "paid:wrong=1"}, Pays(wrong_codes=1)),
        ({"identity": "locked"}, Identified(Shown.LOCKED)),
    ],
)
def test_n03_what_a_caller_does_in_words(written, meant):
    assert doing(written).input() == meant


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"pres": 1}, r"'pres' is nothing that can be done: press, .*; did you mean 'press'\?"),
        ({"press": "x"}, "press: no phone has the key x: press 0-9"),
        ({"press": ":after=1"}, "press: no phone has the key"),
        ({"press": "1:in=1"}, "'1:in=1' means nothing: write 1 or 1:after=2"),
        ({"press": "1:after=-1"}, "'-1' is no number of seconds for after"),
        ({"wait": "soon"}, "'soon' is no number of seconds for wait"),
        ({"hang_up": "now"}, "hang_up stands alone, and not with 'now'"),
        ("press", "press: say what, such as press: 1"),
        ({"press": ["1"]}, "a word or two are wanted here, and no list"),
        ({"press": 1, "wait": 2}, "one thing at a time is wanted here"),
        (["press"], "one thing at a time is wanted here"),
        ({"dial": "bussy"}, r"dial: 'bussy' is not one of .*; did you mean 'busy'\?"),
    ],
)
def test_n03_words_that_mean_nothing_are_told(written, sentence):
    with pytest.raises(ValueError, match=sentence):
        doing(written)


def test_every_example_means_something():
    for example in EXAMPLES.values():
        verb, _, words = example.partition(": ")
        assert doing({verb: words}).input()


@pytest.mark.parametrize("one", [Doing("press", "1"), Doing("hang_up")])
def test_what_is_written_reads_as_the_same(one):
    assert doing(one.written) == one
    assert one.verb in VERBS
