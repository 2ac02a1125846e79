from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.integrations.sms_text import BASIC, EXTENDED, Size, measured, plain, tidy


def test_the_alphabet_has_as_many_letters_as_the_standard() -> None:
    # 128 places, of which one is the escape.
    assert len(BASIC) == 127
    assert len(EXTENDED) == 10
    assert not BASIC & EXTENDED


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", Size("gsm7", 1)),
        ("a" * 160, Size("gsm7", 1)),
        ("a" * 161, Size("gsm7", 2)),
        ("a" * 306, Size("gsm7", 2)),
        ("a" * 307, Size("gsm7", 3)),
        ("€" * 80, Size("gsm7", 1)),
        ("€" * 81, Size("gsm7", 2)),
        # An escape and its letter go together: 76 of them in a part, and one septet is left.
        ("€" * 152, Size("gsm7", 2)),
        ("€" * 153, Size("gsm7", 3)),
        ("ż" * 70, Size("ucs2", 1)),
        ("ż" * 71, Size("ucs2", 2)),
        ("ż" * 134, Size("ucs2", 2)),
        ("ż" * 135, Size("ucs2", 3)),
        ("😀" * 35, Size("ucs2", 1)),
        ("😀" * 36, Size("ucs2", 2)),
        ("😀" * 66, Size("ucs2", 2)),
        ("😀" * 67, Size("ucs2", 3)),
        ("é" * 160, Size("gsm7", 1)),
    ],
)
def test_parts(text: str, size: Size) -> None:
    assert measured(text) == size


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Zażółć gęślą jaźń", "Zazolc gesla jazn"),
        ("ZAŻÓŁĆ GĘŚLĄ JAŹŃ", "ZAZOLC GESLA JAZN"),
        ("„Dzień dobry” – mówi…", '"Dzien dobry" - mowi...'),
        ("10 zł, 5 €", "10 zl, 5 €"),
        ("à la carte, Ü", "à la carte, Ü"),
        ("мир 😀", "??? ?"),
        ("a\r\nb\x00c", "a\nbc"),
        ("ﬁrma", "firma"),
    ],
)
def test_plain_letters(text: str, written: str) -> None:
    assert plain(text) == written


@settings(deadline=None)
@given(st.text(max_size=200))
def test_plain_text_is_always_of_the_small_alphabet(text: str) -> None:
    assert measured(plain(text)).alphabet == "gsm7"


@settings(deadline=None)
@given(st.text(alphabet="a€ż😀", max_size=400), st.text(alphabet="a€ż😀", max_size=50))
def test_more_text_never_costs_less(text: str, more: str) -> None:
    if measured(text).alphabet == measured(text + more).alphabet:
        assert measured(text).parts <= measured(text + more).parts


@settings(deadline=None)
@given(st.text(max_size=200))
def test_a_tidy_text_stays_as_it_is(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
