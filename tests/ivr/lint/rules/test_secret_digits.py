"""Digits that are a secret, and are kept in the log."""

from __future__ import annotations

import pytest

from softswitch.ivr.lint.rules.secret_digits import RULE
from tests.ivr.lint.looking import found_by


@pytest.mark.parametrize("written", ["variable: pin", "variable: card_number", "variable: x, format: pesel"])
def test_n01_n10_a_secret_that_goes_into_the_log(written: str) -> None:
    ((branch, step, sentence),) = found_by(RULE, f"a: [gather: {{{written}}}]")
    assert (branch, step) == ("a", 1)
    assert sentence.endswith("sensitive: yes")


@pytest.mark.parametrize(
    "written", ["variable: pin, sensitive: yes", "variable: opinion", "variable: x, format: nip"]
)
def test_what_is_kept_out_or_is_no_secret(written: str) -> None:
    assert found_by(RULE, f"a: [gather: {{{written}}}]") == []
