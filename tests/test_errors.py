"""Errors are sentences for an operator, and do nothing to the terminal that shows them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from softswitch.errors import ConfigError, Problem, harmless


def test_a_problem_names_what_it_knows() -> None:
    assert str(Problem("a.yaml", 3, "sip.port", "is no number")) == "a.yaml line 3: sip.port: is no number"
    assert str(Problem("a.yaml", None, "", "is empty")) == "a.yaml: is empty"


def test_a_file_from_elsewhere_cannot_paint_the_terminal() -> None:
    problem = Problem("a\x1b]0;mine\x07.yaml", 1, "\x1b[31m", "unknown '\u202ered'\nb.yaml line 1: fine")
    shown = str(ConfigError([problem, Problem("b.yaml", None, "", "Łódź – ok")]))
    assert shown.splitlines() == [
        "a·]0;mine·.yaml line 1: ·[31m: unknown '·red'·b.yaml line 1: fine",
        "b.yaml: Łódź – ok",
    ]


@given(st.text())
def test_whatever_is_shown_is_harmless_and_as_long(text: str) -> None:
    assert harmless(text).isprintable()
    assert len(harmless(text)) == len(text)
