"""A menu of more choices than anybody keeps in mind."""

from __future__ import annotations

from softswitch.ivr.lint.rules.too_many_options import RULE
from tests.ivr.lint.looking import found_by


def keys(count: int) -> str:
    return ", ".join(f"{key}: a" for key in range(1, count + 1))


def test_n01_more_than_callers_keep_in_mind() -> None:
    ((_, _, sentence),) = found_by(RULE, f"a: [menu: {{prompt: Hi., keys: {{{keys(6)}}}}}]")
    assert sentence.startswith("6 choices are more")


def test_star_does_not_count() -> None:
    assert found_by(RULE, f'a: [menu: {{prompt: Hi., keys: {{{keys(5)}, "*": a}}}}]') == []
