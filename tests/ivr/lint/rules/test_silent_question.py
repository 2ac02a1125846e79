"""A step that waits for keys and asks nothing."""

from __future__ import annotations

import pytest

from softswitch.ivr.lint.rules.silent_question import RULE
from tests.ivr.lint.looking import found_by

WAITING = ["rate: {max: 5}", "gather: {variable: x}", "find_by_digits: {field: nip}", "extension: 3"]


@pytest.mark.parametrize("step", WAITING)
def test_n01_n09_keys_are_waited_for_in_silence(step: str) -> None:
    ((branch, number, sentence),) = found_by(RULE, f"a: [{{{step}}}, hangup]")
    assert (branch, number) == ("a", 1)
    assert sentence.startswith("nothing is asked here")


@pytest.mark.parametrize("step", [*WAITING, "menu: {prompt: One., keys: {1: a}}", "read_keys: {}"])
def test_what_was_asked_before_or_needs_no_question(step: str) -> None:
    assert found_by(RULE, f"a: [{{say: 'Please.'}}, {{{step}}}, hangup]") == []
