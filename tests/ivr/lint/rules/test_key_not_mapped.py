"""A key that callers are asked to press and that means nothing."""

from __future__ import annotations

import pytest

from softswitch.ivr.lint.rules.key_not_mapped import RULE
from tests.ivr.lint.looking import found_by


@pytest.mark.parametrize(
    ("prompt", "key"),
    [
        ("Sales: one. Service: two.", "2"),
        ("Karty: jeden. Kredyty: dwa.", "2"),
        ("Press one for sales, or the star key to go back.", "*"),
        ("Aby porozmawiać, naciśnij 3.", "3"),
    ],
)
def test_n01_a_key_that_leads_nowhere(prompt: str, key: str) -> None:
    assert found_by(RULE, f'a: [menu: {{prompt: "{prompt}", keys: {{1: a}}}}]') == [
        ("a", 1, f"callers are asked to press {key}, which leads nowhere")
    ]


@pytest.mark.parametrize(
    "prompt", ["Sales: one.", "We are here from 8 to 16. Press one.", "Mamy 3 salony. Karty: jeden."]
)
def test_numbers_that_are_no_keys(prompt: str) -> None:
    assert found_by(RULE, f'a: [menu: {{prompt: "{prompt}", keys: {{1: a}}}}]') == []
