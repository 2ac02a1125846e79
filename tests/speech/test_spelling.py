import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.speech.spelling import spell


@pytest.mark.parametrize(
    ("text", "polish", "english"),
    [
        ("100", "sto", "one hundred"),
        ("*43", "gwiazdka cztery trzy", "star four three"),
        ("*43, 100.", "gwiazdka cztery trzy, sto.", "star four three, one hundred."),
        ("1234#", "jeden dwa trzy cztery krzyżyk", "one two three four hash"),
        ("#", "krzyżyk", "hash"),
        ("A + B", "A plus B", "A plus B"),
        ("007", "zero zero siedem", "zero zero seven"),
        ("1 2 3 4", "jeden dwa trzy cztery", "one two three four"),
        ("12 345 x", "dwanaście tysięcy trzysta czterdzieści pięć x", None),
        ("600123456", "sześć zero zero, jeden dwa trzy, cztery pięć sześć", None),
        ("600 123 456", "sześć zero zero, jeden dwa trzy, cztery pięć sześć", None),
        ("22-123-45-67", "dwa dwa, jeden dwa trzy, cztery pięć, sześć siedem", None),
        ("+48 22 1", "plus cztery osiem, dwa dwa, jeden", "plus four eight, two two, one"),
        ("8-16", "osiem szesnaście", "eight sixteen"),
        ("Konto 1001.", "Konto tysiąc jeden.", "Konto one thousand and one."),
    ],
)
def test_digits_and_signs_become_words(text, polish, english):
    assert spell(text, "pl") == polish
    if english is not None:
        assert spell(text, "en") == english


@pytest.mark.parametrize("text", ["3,50 zł", "o 8:00", "24.12.2026", "dom 12a"])
def test_what_engines_read_better_is_left_alone(text):
    assert spell(text, "pl") == text


def test_a_language_without_a_table_keeps_its_digits():
    assert spell("Wählen  Sie\n100 #", "de") == "Wählen Sie 100 #"


def test_letters_are_composed_so_that_one_text_has_one_form():
    assert spell("zażo\u0301łc\u0301", "pl") == "zażółć"


@given(st.text(max_size=60), st.sampled_from(["pl", "en", "de"]))
def test_any_text_becomes_one_line(text, language):
    spelled = spell(text, language)
    assert "\n" not in spelled
    assert spelled == spelled.strip()


@given(st.text(alphabet="0123456789*#+ ", min_size=1, max_size=30), st.sampled_from(["pl", "en"]))
def test_no_dialled_sign_or_digit_is_left_unspoken(text, language):
    assert not set(spell(text, language)) & set("0123456789*#+")
