"""Keys are found in what is said, and numbers that are none are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.ivr.lint.spoken_keys import keys_spoken


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Karty: jeden. Kredyty: dwa. Rozmowa z doradcą: zero.", "120"),
        ("Sales: one. Service: two.", "12"),
        ("Naciśnij jedynkę, aby zamówić, albo gwiazdkę, aby wrócić.", "1*"),
        ("For sales press 1, for service press 2.", "12"),
        ("1 - sprzedaż, 2 - serwis.", "12"),
        ("Press the hash key.", "#"),
        ("Dwa: kredyty.", "2"),
        ("Aby zamówić, należy nacisnąć jeden lub 2, a żeby wrócić, wcisnąć trójkę.", "123"),
        ("Serwis można wybrać, naciskając cztery.", "4"),
        ("Choose a language by pressing 1.", "1"),
    ],
)
def test_keys_that_are_asked_for(text: str, keys: str) -> None:
    assert "".join(dict.fromkeys(one.key for one in keys_spoken(text))) == keys


@pytest.mark.parametrize(
    "text",
    [
        "Pracujemy od 8 do 16.",
        "There are two ways to pay.",
        "Mamy dla Państwa trzy nowości.",
        "{{CALL.SRC_NUMBER}}: to Państwa numer.",
        "",
    ],
)
def test_numbers_that_are_no_keys(text: str) -> None:
    assert list(keys_spoken(text)) == []


def test_when_it_is_said() -> None:
    (first, second) = keys_spoken("Sales: one. Service: two.")
    assert 0 < first.at_s < second.at_s < 2


@given(st.text())
def test_any_text_will_do(text: str) -> None:
    assert all(one.at_s >= 0 and one.key for one in keys_spoken(text))
