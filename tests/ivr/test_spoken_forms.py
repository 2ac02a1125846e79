"""Sums, days and numbers as they are said, in both languages; and everything else as it stands (N-12)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.ivr.context import DialResult
from softswitch.ivr.expressions import SAID_AS
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.others import answer
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.spoken_forms import CURRENCIES, FORMS, spoken_form
from tests.ivr.written import call, problems_of, tree_of

POLISH = [
    ("amount", "123.45", "sto dwadzieścia trzy złote i czterdzieści pięć groszy"),
    ("amount", "1 234,50 zł", "tysiąc dwieście trzydzieści cztery złote i pięćdziesiąt groszy"),
    ("amount", "1", "jeden złoty"),
    ("amount", "0", "zero złotych"),
    ("amount", "0,02", "dwa grosze"),
    ("amount", "-5", "minus pięć złotych"),
    ("amount", "1.00 EUR", "jedno euro"),
    ("amount", "22,01 usd", "dwadzieścia dwa dolary i jeden cent"),
    ("amount", "2 CZK", "dwie korony"),
    ("amount", "5.50 SEK", "pięć przecinek pięć zero SEK"),
    ("date", "2026-05-03", "trzeci maja dwa tysiące dwudziestego szóstego roku"),
    ("date", "2026-05-03T10:00:00+02:00", "trzeci maja dwa tysiące dwudziestego szóstego roku"),
    ("on_date", "03.05.2026", "trzeciego maja dwa tysiące dwudziestego szóstego roku"),
    ("time", "18:00", "osiemnasta"),
    ("at_time", "18:30", "osiemnastej trzydzieści"),
    ("number", "22", "dwadzieścia dwa"),
    ("number", "-3,14", "minus trzy przecinek jeden cztery"),
    ("digits", "1203", "jeden dwa zero trzy"),
    ("digits", "ZW-12", "Z W jeden dwa"),
    ("phone", "601200300", "sześć zero jeden, dwa zero zero, trzy zero zero"),
]
ENGLISH = [
    ("amount", "123.45", "one hundred and twenty-three zlotys and forty-five groszy"),
    ("amount", "1 EUR", "one euro"),
    ("amount", "2.02 GBP", "two pounds and two pence"),
    ("date", "2026-05-03", "the third of May, twenty twenty-six"),
    ("on_date", "2026-05-03", "the third of May, twenty twenty-six"),
    ("at_time", "18:30", "six thirty p.m."),
    ("number", "3.5", "three point five"),
    ("digits", "A1", "A one"),
]


@pytest.mark.parametrize(
    ("form", "text", "language", "said"),
    [*((f, t, "pl", s) for f, t, s in POLISH), *((f, t, "en", s) for f, t, s in ENGLISH)],
)
def test_n12_what_is_said(form: str, text: str, language: str, said: str) -> None:
    assert spoken_form(form, text, language) == said


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("amount", "free"),
        ("amount", "1,234.50"),
        ("amount", "12.345"),
        ("date", "31.02.2026"),
        ("date", "soon"),
        ("time", "in the evening"),
        ("number", "12a"),
        ("phone", "office"),
        ("date", ""),
    ],
)
def test_what_cannot_be_said_so_is_said_as_it_stands(form: str, text: str) -> None:
    assert spoken_form(form, text, "pl") == text
    assert spoken_form(form, text, "en") == text


def test_a_language_without_tables_keeps_the_value() -> None:
    assert spoken_form("amount", "1.50", "de") == "1.50"


@given(st.sampled_from(sorted(FORMS)), st.text(max_size=30), st.sampled_from(("pl", "en", "en-GB", "de")))
def test_no_value_breaks_a_prompt(form: str, text: str, language: str) -> None:
    spoken_form(form, text, language)


@given(
    st.sampled_from(sorted(CURRENCIES)),
    st.integers(0, 10**9),
    st.integers(0, 99),
    st.sampled_from(("pl", "en")),
)
def test_every_sum_is_said_in_words_alone(code: str, whole: int, rest: int, language: str) -> None:
    said = spoken_form("amount", f"{whole}.{rest:02d}", language, code)
    assert not any(sign.isdigit() for sign in said)


def test_every_form_is_a_filter_of_texts() -> None:
    assert set(FORMS) == set(SAID_AS)


ORDER = """
a:
  - find_customer: {found: b}
b:
  - read_order:
      text:
        pl: "Zamówienie z {{ORDER.DATE|on_date}}, {{ORDER.TOTAL|amount}}, numer {{ORDER.NUMBER|digits}}."
        en: "Your order of {{ORDER.DATE|on_date}}, {{ORDER.TOTAL|amount}}, number {{ORDER.NUMBER|digits}}."
  - hangup
"""
SCENE = {
    "caller": "+48600100200",
    "customers": [
        {
            "id": "17",
            "last_name": "Kowalski",
            "numbers": ["+48600100200"],
            "orders": [{"number": "A12", "date": "2026-05-03", "total": "1.99", "currency": "EUR"}],
        }
    ],
}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "pl",
            "Zamówienie z trzeciego maja dwa tysiące dwudziestego szóstego roku, jedno euro i "
            "dziewięćdziesiąt dziewięć centów, numer A jeden dwa.",
        ),
        (
            "en",
            "Your order of the third of May, twenty twenty-six, one euro and ninety-nine cents, number A one "
            "two.",
        ),
    ],
)
def test_t01_an_order_is_read_in_words_and_in_its_own_currency(language: str, said: str) -> None:
    header = f"tree: t\nlanguage: {language}\nnumbers: [100]\nstart: a\nbranches:\n"
    told = simulate(tree_of(ORDER, header), scene=Scene.model_validate(SCENE))
    assert told.heard == (said,)


WRITTEN = """
a:
  - set: {name: total, value: "12.50"}
  - label: "{{VARIABLE.TOTAL|amount}}"
  - say: "It is {{VARIABLE.NONE|amount|default:\\"unknown\\"}}, not {{VARIABLE.TOTAL|amount}}."
  - dial: 1001
"""


def test_what_is_shown_is_written_for_the_eye_and_a_default_serves_what_is_missing() -> None:
    shown = call(WRITTEN, answer(DialResult.BUSY))
    assert [one.label for one in shown.dialled] == ["PLN 12.50"]
    assert shown.heard == ("It is unknown, not twelve zlotys and fifty groszy.",)


def test_an_unknown_form_is_refused_with_the_nearest() -> None:
    found = problems_of('a: [say: "{{CALL.SRC_NUMBER|amout}}"]')
    assert "unknown filter 'amout'; did you mean 'amount'?" in found[0]
