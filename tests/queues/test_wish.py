"""How waits end, and what follows on each."""

from __future__ import annotations

import pytest

from softswitch.calls.hangup import Reason, Result
from softswitch.ivr.context import WaitEnd
from softswitch.queues import wish
from softswitch.queues.model import Refused, Why
from softswitch.queues.wish import HOW, WaitEnded, Wish

WITHOUT_TALK = {
    wish.FULL: Reason.QUEUE_FULL,
    wish.EMPTY: Reason.QUEUE_EMPTY,
    wish.MAX_WAIT: Reason.QUEUE_MAX_WAIT,
    wish.NO_AGENT: Reason.QUEUE_NO_AGENT,
    wish.KEY: Reason.QUEUE_LEFT,
    wish.CALLBACK: Reason.QUEUE_CALLBACK,
}


@pytest.mark.parametrize(("how", "reason"), WITHOUT_TALK.items())
def test_each_end_of_a_wait_is_an_end_of_a_call_that_names_the_queue(how, reason):
    ended = WaitEnded.by(how, "sales", key="5", to="700")
    assert (ended.how, ended.key, ended.to) == (how, "5", "700")
    assert (ended.termination.reason, ended.termination.detail) == (reason, "sales")


def test_only_who_left_by_wish_has_completed_the_call():
    completed = {how for how in WITHOUT_TALK if WaitEnded.by(how, "s").termination.result is Result.COMPLETED}
    assert completed == {wish.KEY, wish.CALLBACK}


def test_whatever_refuses_or_dismisses_a_caller_is_an_end_that_menus_know():
    dismissals = {Why.MAX_WAIT, Why.NO_AGENT, Why.EMPTY}
    assert set(HOW) == {*Refused, *dismissals}
    assert {HOW[one] for one in HOW} <= set(WITHOUT_TALK)
    assert {*WITHOUT_TALK, wish.TALK_OVER} == {end.value for end in WaitEnd}


def test_who_wishes_nothing_has_all_as_the_queue_has_it():
    nothing = Wish()
    assert (nothing.answer, nothing.language, nothing.label, nothing.priority) == ("", "", "", 0)
    assert (nothing.skills, nothing.keys) == ({}, frozenset())
