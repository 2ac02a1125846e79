"""A long text that no key cuts short."""

from __future__ import annotations

from softswitch.ivr.lint.rules.long_unskippable import RULE
from tests.ivr.lint.looking import found_by

LONG = "These are the terms of our service, which the law asks us to read to you in full. " * 6


def test_n01_a_long_text_that_no_key_cuts_short() -> None:
    ((branch, step, sentence),) = found_by(RULE, f"a: [say: {{text: '{LONG}', barge_in: no}}]")
    assert (branch, step) == ("a", 1)
    assert sentence.startswith("callers must listen to all of some 35 s")


def test_one_that_a_key_cuts_short() -> None:
    assert found_by(RULE, f"a: [say: '{LONG}']") == []
