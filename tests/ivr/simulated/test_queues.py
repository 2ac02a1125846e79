"""Queues of simulated calls."""

from __future__ import annotations

import pytest

from softswitch.ivr.context import WaitEnd
from softswitch.ivr.simulated.queues import Figures, SimulatedQueues, queued


def test_figures_are_as_the_script_says_the_last_of_a_queue_counts():
    queues = SimulatedQueues(
        [Figures("sales", 9), Figures("sales", logged_in=3, free=1, waiting=4, at_once=False)]
    )
    assert list(queues.names) == ["sales"]
    assert [queues.agents("sales", free=free) for free in (False, True)] == [3, 1]
    assert (queues.waiting("sales"), queues.answers_at_once("sales")) == (4, False)


def test_of_a_queue_nothing_was_said_of_somebody_serves_it():
    queues = SimulatedQueues([])
    assert [queues.agents("sales", free=free) for free in (False, True)] == [1, 1]
    assert (queues.waiting("sales"), queues.answers_at_once("sales")) == (0, True)


@pytest.mark.parametrize(
    ("what", "text", "waits_s"),
    [
        (queued(WaitEnd.TALK_OVER, 20, 60), "answered by an agent after 20 s, talking 60 s", 20.0),
        (queued(WaitEnd.FULL, 20), "full after 0 s", 0.0),
        (queued(WaitEnd.MAX_WAIT, 300), "max_wait after 300 s", 300.0),
    ],
)
def test_what_was_never_used_is_told_in_words(what, text, waits_s):
    assert (str(what), what.waits_s) == (text, waits_s)
