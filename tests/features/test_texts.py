"""What is said: both languages, numbers digit by digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.features.texts import Text, phrase, spelled, spoken


@pytest.mark.parametrize("text", Text)
def test_every_text_is_there_in_both_languages(text):
    english, polish = text.value
    assert english != polish
    assert ("{number}" in english) is ("{number}" in polish)
    assert "{" not in phrase(text, "pl", "1002")


def test_a_language_without_texts_is_answered_in_english():
    assert spoken("de") == "en"
    assert phrase(Text.DND_ON, "de") == "Do not disturb is on."


def test_a_number_is_read_digit_by_digit_and_a_name_is_not():
    assert spelled("+48*#", "en") == "plus four eight star hash"
    assert spelled("701", "pl") == "siedem zero jeden"
    assert spelled("Anna 2", "pl") == "Anna 2"


@given(st.text("0123456789", min_size=1, max_size=20), st.sampled_from(["en", "pl", ""]))
def test_every_digit_is_one_word(number, language):
    assert len(spelled(number, language).split()) == len(number)
