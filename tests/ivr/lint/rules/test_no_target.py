"""A forward without a number."""

from __future__ import annotations

import pytest

from softswitch.ivr.lint.rules.no_target import RULE
from tests.ivr.lint.looking import found_by


@pytest.mark.parametrize("target", ["''", "{target: []}", "' '"])
def test_n01_t07_a_forward_without_a_number(target: str) -> None:
    assert found_by(RULE, f"a: [dial: {target}]") == [
        ("a", 1, "there is no number to call: callers are cut off")
    ]


def test_a_forward_with_one() -> None:
    assert found_by(RULE, "a: [dial: 1001]") == []
