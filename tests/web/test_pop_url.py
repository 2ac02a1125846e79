"""The address that is opened at a ring."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.web.pop_url import PopUrlWrong, check_pop_url, pop_url

TEMPLATE = "https://crm.example/{customer}/card?number={number}&call={call}"


def test_values_are_put_in() -> None:
    check_pop_url(TEMPLATE)
    made = pop_url(TEMPLATE, {"customer": "c1", "number": "+48600100200", "call": "01J"})
    assert made == "https://crm.example/c1/card?number=%2B48600100200&call=01J"
    assert pop_url("", {"number": "1"}) == ""


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_value_leaves_its_place(value: str) -> None:
    parts = urlsplit(pop_url(TEMPLATE, {"customer": value, "number": value, "call": "x"}))
    assert parts.netloc == "crm.example"
    assert parts.path.count("/") == 2
    assert parse_qsl(parts.query, keep_blank_values=True) == [("number", value), ("call", "x")]


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("javascript:alert({number})", "http"),
        ("file:///etc/{number}", "http"),
        ("https://{number}.example/", "host"),
        ("https://{number}@crm.example/", "host"),
        ("https:///x", "host"),
        ("https://crm.example/{pesel}", "pesel"),
        ("https://crm.example/{number", "brace"),
        ("https://[crm.example/", "no address"),
    ],
)
def test_templates_that_are_not_right(template: str, why: str) -> None:
    with pytest.raises(PopUrlWrong, match=why):
        check_pop_url(template)
