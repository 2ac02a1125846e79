"""Templates: what a text may say, what it may not, and what attackers get out of it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.integrations.errors import TemplateFault
from softswitch.integrations.templates import LONGEST_TEMPLATE, LONGEST_VALUE, compiled

VALUES = {"CUSTOMER.NAME": "Anna Żak", "CALL.SRC_NUMBER": "+48600100200", "VARIABLE.VIP": "yes"}


def filled(source: str, default: str = "", html: bool = False, **more: str) -> str:
    values = VALUES | more
    return compiled(source, html=html).fill(values.get, default)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Bez zmiennych.", "Bez zmiennych."),
        ("Dzień dobry {{CUSTOMER.NAME}}!", "Dzień dobry Anna Żak!"),
        ("Dzień dobry {{ customer.name }}!", "Dzień dobry Anna Żak!"),
        ("Od %%number%%", "Od +48600100200"),
        ("Dzień dobry {{CUSTOMER.TITLE}}.", "Dzień dobry."),
        ('{{ORDER.STATUS|default:"brak"}}', "brak"),
        ("{{ORDER.STATUS|default('brak')}}", "brak"),
        ('{{ORDER.STATUS|default:"a\\b"}}', "a\\b"),
        ('{{VARIABLE.VIP|yes:"VIP"|no:"-"}}', "VIP"),
        ("{{CALL.SRC_NUMBER|spell}}", "+ 4 8 6 0 0 1 0 0 2 0 0"),
        ("{{CUSTOMER.NAME|upper}}", "ANNA ŻAK"),
        ("{% if ORDER.NUMBER %}Zamówienie {{ORDER.NUMBER}}{% else %}Brak{% endif %}", "Brak"),
        ("{% if VARIABLE.VIP == 'yes' %}a{% endif %}b", "ab"),
        ("100% pewne, {nawias}", "100% pewne, {nawias}"),
        ("{# note #}x", "x"),
    ],
)
def test_texts(source: str, text: str) -> None:
    assert filled(source) == text


def test_what_has_no_value_is_the_default_text() -> None:
    assert filled("{{ORDER.STATUS}}, {{ORDER.DATE}}", default="nieznany") == "nieznany, nieznany"


def test_a_value_is_no_template() -> None:
    assert filled("{{X}}", X="{{CUSTOMER.NAME}}{% if 1 %}") == "{{CUSTOMER.NAME}}{% if 1 %}"


def test_values_in_html_are_escaped() -> None:
    shown = filled("<p>{{X}}</p>", html=True, X="<script>alert('x')</script>&")
    assert shown == "<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;</p>"
    assert filled('<p>{{Y|default:"<b>"}}</p>', html=True) == "<p>&lt;b&gt;</p>"
    assert "<script>" not in filled("{{X|upper|lower}}", html=True, X="<SCRIPT>")


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ CUSTOMER.__class__ }}",
        "{{ CUSTOMER['__class__'] }}",
        "{{ self.__init__ }}",
        "{{ _X }}",
        "{{ CUSTOMER.NAME() }}",
        "{{ range(9) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 1 + 1 }}",
        "{{ 'a' ~ 'b' }}",
        "{{ [1, 2] }}",
        "{{ {'a': 1} }}",
        "{% for x in 'abc' %}{{ x }}{% endfor %}",
        "{% set X = 1 %}",
        "{% macro m() %}{% endmacro %}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% extends 'x' %}",
        "{% block b %}{% endblock %}",
        "{% filter upper %}x{% endfilter %}",
        "{% call m() %}{% endcall %}",
        "{% with X = 1 %}{% endwith %}",
        "{{ CUSTOMER.NAME|attr('__class__') }}",
        "{{ CUSTOMER.NAME|safe }}",
        "{{ CUSTOMER.NAME|format(1) }}",
        "{{ CUSTOMER.NAME|default(CALL.SRC_NUMBER) }}",
        "{{ CUSTOMER.NAME|default(text='x') }}",
        "{{ CUSTOMER.NAME|default }}",
        "{{ CUSTOMER.NAME|spell('x') }}",
        "{{ CUSTOMER.NAME is defined }}",
        "{{ CUSTOMER.NAME",
        "{{ }}",
        "{% if %}x{% endif %}",
        "{% if X %}" * 150 + "{% endif %}" * 150,
        "{{ X" + "|upper" * 2500 + " }}",
        "%%password%%",
        "{{" + "(" * 5000 + "X" + ")" * 5000 + "}}",
        "x" * (LONGEST_TEMPLATE + 1),
    ],
)
def test_what_a_text_may_not_say(source: str) -> None:
    with pytest.raises(TemplateFault):
        compiled(source)


def test_an_unknown_variable_is_named_with_its_like() -> None:
    with pytest.raises(TemplateFault, match=r"line 2: unknown variable \{\{CUSTOMER.NAM\}\}; did you mean"):
        compiled("a\n{{CUSTOMER.NAM}}", known={"CUSTOMER.NAME"})
    assert compiled("{{VARIABLE.CODE}}", known={"VARIABLE."}).names == ("VARIABLE.CODE",)
    with pytest.raises(TemplateFault):
        compiled("{{VARIABLE}}", known={"VARIABLE."})


def test_a_value_cannot_blow_a_text_up() -> None:
    assert len(filled("{{X}}" * 10, X="a" * 10**6)) == 10 * LONGEST_VALUE


def test_the_largest_text_takes_no_time_worth_telling() -> None:
    source = "{{X|spell}}" * (LONGEST_TEMPLATE // 11)
    began = time.process_time()
    assert filled(source, X="a" * LONGEST_VALUE)
    assert time.process_time() - began < 2.0


@settings(deadline=None)
@given(source=st.text(alphabet="{}%#|:\"'.()[] \nAXif0_-+*~", max_size=60), value=st.text(max_size=20))
def test_any_text_is_refused_or_filled_in(source: str, value: str) -> None:
    try:
        text = compiled(source)
    except TemplateFault:
        return
    assert isinstance(text.fill(lambda name: value), str)


@settings(deadline=None)
@given(value=st.text(max_size=100).filter(bool))
def test_a_value_stands_in_a_text_as_it_is(value: str) -> None:
    assert compiled("a{{X}}b").fill({"X": value}.get) == f"a{value}b"


def test_a_number_that_python_does_not_read_is_a_fault_of_the_template():
    with pytest.raises(TemplateFault, match="too many digits"):
        compiled("{{ CALL.ID == " + "9" * 5_000 + " }}")


SOLD = {
    "ORDER.TOTAL": "1234.5",
    "ORDER.CURRENCY": "EUR",
    "ORDER.DATE": "2026-03-05",
    "CALL.SRC_NUMBER": "+48600100200",
}
LETTER = "{{ORDER.TOTAL|amount}}, {{ORDER.DATE|on_date}}, {{CALL.SRC_NUMBER|phone}}{{ORDER.NUMBER|digits}}"


def test_sums_and_days_are_written_as_they_are_read_in_the_language_of_the_text():
    assert compiled(LETTER).fill(SOLD.get, language="pl") == "1234,50 EUR, 5 marca 2026, 600 100 200"
    assert compiled(LETTER).fill(SOLD.get, language="en") == "EUR 1234.50, 5 March 2026, +48 600 100 200"
    # Where the language is not known they stay as programs write them.
    assert compiled(LETTER).fill(SOLD.get) == "1234.5, 2026-03-05, +48600100200"
    assert compiled('{{X|default:"12"|amount}}').fill(SOLD.get, language="pl") == "12,00 zł"
    assert (
        compiled("<b>{{ORDER.TOTAL|amount}}</b>", html=True).fill(SOLD.get, "", "pl") == "<b>1234,50 EUR</b>"
    )


def test_a_form_takes_no_text_and_no_variable_reaches_the_language():
    with pytest.raises(TemplateFault, match="takes no text"):
        compiled('{{ORDER.TOTAL|amount("x")}}')
    assert compiled("{{language}}{{values}}").fill(SOLD.get, language="pl") == ""
