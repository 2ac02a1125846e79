"""Codes of the sandbox: each kind is explained, and everything else is a wrong code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.payments.sandbox.codes import CODE_LIVES_S, FATES, MEANINGS, Fate, behaviour, explained


@pytest.mark.parametrize(("digits", "fate"), list(FATES.items()))
def test_every_kind_of_code_is_explained(digits, fate):
    assert f"{digits}xxNN  {MEANINGS[fate]}" in explained()
    assert behaviour(f"{digits}0007").fate is fate


def test_the_last_two_digits_are_seconds():
    assert behaviour("771205").after_s == 5.0
    assert behaviour("330001").after_s == CODE_LIVES_S


@given(st.from_regex("[0-9]{6}", fullmatch=True))
def test_every_code_means_something(code):
    assert behaviour(code).fate is FATES.get(code[:2], Fate.WRONG)
    assert 0 <= behaviour(code).after_s <= CODE_LIVES_S
