"""A way to a branch where the tree names one, and otherwise what the action has in its place."""

from __future__ import annotations

from softswitch.ivr.outcome import EndReason, GoTo, HangUp, Next, lead


def test_a_branch_that_is_named_is_the_way() -> None:
    assert lead("sorry", Next()) == GoTo("sorry")


def test_without_one_it_is_what_the_action_has() -> None:
    assert lead(None, HangUp(EndReason.NO_WAY_ON)) == HangUp(EndReason.NO_WAY_ON)
