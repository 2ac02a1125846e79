"""A person is taken out of texts whole, and nobody else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.crm.privacy_model import Eraser
from tests.crm.reading_rules import NUMBERS

MOBILE = "+48601234567"
ERASER = Eraser({MOBILE: NUMBERS.spellings(MOBILE)}, {"Anna Żółć", "Żółć", "Al", "AB-7", ""}, b"k" * 32)
TOKEN = ERASER.token(MOBILE)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("+48601234567", TOKEN), ("601234567", TOKEN), ("0048601234567", TOKEN), ("48601234567", TOKEN),
        ("sip:+48601234567@10.0.0.1", f"sip:{TOKEN}@10.0.0.1"), ("1601234567", "1601234567"),
        ("6012345678", "6012345678"), ("+48601234568", "+48601234568"),
        ("601234567 i 601234567", f"{TOKEN} i {TOKEN}"), ("", ""),
    ],
)  # fmt: skip
def test_every_spelling_becomes_the_same_token(text: str, plain: str) -> None:
    assert ERASER.numbers_out(text) == plain
    assert ERASER.words_out(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Dzień dobry, Anna Żółć!", "Dzień dobry, erased!"), ("pani żółć", "pani erased"),
        ("Żółćka", "Żółćka"), ("Al", "Al"), ("ab-7 601234567", f"erased {TOKEN}"), ("AB-78", "AB-78"),
    ],
)  # fmt: skip
def test_words_go_whole(text: str, plain: str) -> None:
    assert ERASER.words_out(text) == plain
    assert ERASER.numbers_out(text) == text.replace("601234567", TOKEN)


def test_a_shared_number_stays_in_what_is_others() -> None:
    eraser = Eraser({MOBILE: [MOBILE], "+48221234567": ["+48221234567"]}, (), b"k", shared=["+48221234567"])
    text = "+48601234567 +48221234567"
    assert eraser.own_numbers_out(text) == f"{eraser.token(MOBILE)} +48221234567"
    assert "+48" not in eraser.numbers_out(text)


def test_a_token_tells_nothing_without_its_key() -> None:
    assert TOKEN.startswith("erased:")
    other = Eraser({MOBILE: [MOBILE]}, (), b"x" * 32)
    assert other.token(MOBILE) != TOKEN
    assert ERASER.token("+48999") == "+48999"
    assert Eraser({}, (), b"").words_out("601234567") == "601234567"


@given(st.text(max_size=40), st.text(max_size=40))
def test_wherever_a_number_stands_it_goes(before: str, after: str) -> None:
    text = f"{before} +48601234567 {after}"
    assert "601234567" not in ERASER.words_out(text) or "601234567" in before + after


def test_what_nobody_else_has_goes_wherever_it_stands_and_tells_of_the_person() -> None:
    eraser = Eraser({MOBILE: [MOBILE]}, {"Żółć", "a@b.pl"}, b"k", sole={"a@b.pl"})
    assert eraser.own_numbers_out("mail:A@b.pl, pani Żółć") == "mail:erased, pani Żółć"
    assert [eraser.is_about(text) for text in ("a@b.pl", "<A@B.PL>", MOBILE, "aa@b.pl", "Żółć", "")] == [
        True, True, True, False, False, False
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("octets", "plain"),
    [
        (b"<sip:+48601234567@h>", b"<sip:xxxxxxxxxxxx@h>"), (b"1601234567", b"1601234567"),
        ('"ŻÓŁĆ" Żółć żółć'.encode(), b'"xxxxxxxx" xxxxxxxx xxxxxxxx'),
        ("Żółćka".encode(), "Żółćka".encode()),
        (b"\xff601234567\x00", b"\xffxxxxxxxxx\x00"), (b"", b""),
    ],
)  # fmt: skip
def test_octets_are_filled_up_and_keep_their_length(octets: bytes, plain: bytes) -> None:
    assert ERASER.filled(octets) == plain
    assert len(plain) == len(octets)
