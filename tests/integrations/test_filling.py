"""Variables in requests: a value never becomes more than a value."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from softswitch.integrations.filling import (
    check_header,
    check_url,
    is_private,
    read_form,
    read_header,
    read_json,
    read_text,
    read_url,
)
from softswitch.integrations.http_errors import RequestRefused
from softswitch.ivr.errors import TemplateError
from softswitch.ivr.expressions import Value, parse_template

NASTY = [
    "",
    "a b",
    "ż",
    "../..",
    "%2e%2e",
    "a/b?c#d&e=f",
    '","x":"',
    "\r\nX: y",
    "\0",
    "]]>",
    "<a/>",
    "{{X}}",
    "'\"",
]
values = st.one_of(st.sampled_from(NASTY), st.text(max_size=30), st.text(alphabet="./%2e\\?#&=", max_size=8))
any_values = st.one_of(values, st.text(alphabet=st.characters(), max_size=20))


def always(value, *, private=False):
    return lambda name: Value(value, private)


@given(any_values)
def test_in_an_address_it_stays_in_its_place(value):
    template = read_url("https://api.example.com/v1/{{X}}/end?a={{X}}&b=1")
    try:
        url = template.fill(always(value))
    except RequestRefused:
        assert value in (".", "..")
        return
    parts = urlsplit(str(URL(url)))
    assert (parts.scheme, parts.netloc) == ("https", "api.example.com")
    assert len(parts.path.split("/")) == 4
    kept = value.encode("utf-8", "replace").decode()
    assert unquote(parts.path.split("/")[2]) == kept
    query = parse_qs(parts.query, keep_blank_values=True)
    assert query == {"a": [kept], "b": ["1"]}


@pytest.mark.parametrize("value", [".", ".."])
def test_in_an_address_it_leads_to_no_other_path(value):
    with pytest.raises(RequestRefused, match="another path"):
        read_url("https://x/a/{{X}}/b").fill(always(value))
    with pytest.raises(RequestRefused, match="another path"):
        read_url("https://x/a/.{{X}}").fill(always("."))
    assert read_url("https://x/a?b={{X}}").fill(always(value)).endswith(value)


def test_an_address_that_grows_too_long_is_refused():
    with pytest.raises(RequestRefused, match="8000"):
        read_url("https://x/{{X}}").fill(always("a" * 9000))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://x/", "https"),
        ("x", "https"),
        ("{{X}}", "https"),
        ("https://{{X}}/", "host"),
        ("https://a{{X}}.com/", "host"),
        ("https://a.com:{{X}}/", "host"),
        ("https://a.com{{X}}", "host"),
        ("https://u@x/", "user"),
        ("https://u:p@x/", "user"),
        ("https://x/ y", "spaces"),
        ("https://x\\y/", "spaces"),
        ("https://x/#{{X}}", "#"),
        ("https://", "host"),
    ],
)
def test_addresses_are_checked_when_they_are_read(url, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        read_url(url)


def test_variables_are_checked_when_they_are_read():
    for read in (
        lambda: read_url("https://x/{{A B}}"),
        lambda: read_header("X", "{{"),
        lambda: read_json({"a": ["}}"]}),
        lambda: read_form({"a": "{{}}"}),
        lambda: read_text("{{X|nothing}}", "text/plain"),
    ):
        with pytest.raises(TemplateError):
            read()


@given(any_values)
def test_in_json_it_is_a_part_of_its_text(value):
    template = read_json({"number": "{{X}}", "list": ["a{{X}}b", 1, None, True, 1.5], "deep": {"x": "y"}})
    kept = value.encode("utf-8", "replace").decode()
    found = json.loads(template.fill(always(value)))
    assert found == {"number": kept, "list": [f"a{kept}b", 1, None, True, 1.5], "deep": {"x": "y"}}
    as_text = read_json('{"number": "{{X}}"}')
    assert json.loads(as_text.fill(always(value))) == {"number": kept}


@pytest.mark.parametrize("body", ['{"n": {{X}}}', "{", "x" * 10, "[" * 100_000, {"a": object()}])
def test_a_body_that_is_no_json_is_refused_when_it_is_read(body):
    with pytest.raises(ValueError, match=r"JSON|quotes"):
        read_json(body)


def test_a_body_has_a_bottom():
    body: object = "x"
    for _ in range(40):
        body = [body]
    with pytest.raises(ValueError, match="32 deep"):
        read_json(body)


@given(any_values, any_values)
def test_in_a_form_it_is_one_field(one, other):
    template = read_form({"to": "{{A}}", "text": "x {{B}}", "n": 5})
    body = template.fill(lambda name: Value(one if name == "A" else other)).decode("ascii")
    kept = [text.encode("utf-8", "replace").decode() for text in (one, other)]
    assert parse_qs(body, keep_blank_values=True) == {"to": [kept[0]], "text": ["x " + kept[1]], "n": ["5"]}


@given(any_values)
def test_in_xml_it_is_text(value):
    template = read_text('<sms to="{{X}}">{{X}}</sms>', "application/xml")
    element = ElementTree.fromstring(
        template.fill(always(value)).replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
    )
    assert list(element) == []
    assert list(element.attrib) == ["to"]


@given(any_values)
def test_in_a_header_it_is_one_line_or_refused(value):
    template = read_header("X-Number", "tel {{X}}")
    try:
        filled = template.fill(always(value), "host")
    except RequestRefused:
        assert any(sign < " " or sign == "\x7f" for sign in value)
        return
    assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", filled)
    filled.encode()


@pytest.mark.parametrize(
    ("name", "value"), [("X Y", ""), ("X:", ""), ("", ""), ("ż", ""), ("X", "\n"), ("HOST", "")]
)
def test_headers_that_are_none(name, value):
    with pytest.raises(ValueError, match="header"):
        check_header(name, value)


def test_a_refused_header_never_names_its_value():
    with pytest.raises(ValueError, match="Authorization") as caught:
        check_header("Authorization", "s3cret\n")
    assert "s3cret" not in str(caught.value)


def test_what_is_missing_is_nothing_and_a_default_is_its_own():
    template = read_url('https://x/?a={{A}}&b={{B|default:"c d"}}')
    assert template.fill(lambda name: None) == "https://x/?a=&b=c%20d"
    assert template.host == "x"


def test_private_values_are_known():
    pieces = parse_template("a {{X}}")
    assert is_private(pieces, always("1", private=True))
    assert not is_private(pieces, always("1"))


@pytest.mark.parametrize("url", ["http://h:0/", "mailto:x", "http://u@h/"])
def test_urls_that_are_none(url):
    with pytest.raises(ValueError, match=r"address|port"):
        check_url(URL(url))
