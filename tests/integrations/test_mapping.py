"""What is taken out of answers, whatever they hold."""

from __future__ import annotations

import json
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.integrations.mapping import (
    LONGEST_VALUE,
    Mapped,
    MappingFailed,
    mapped,
    read_path,
    read_taken,
)
from softswitch.ivr.expressions import Value

ANSWER = (
    json.dumps(
        {
            "order": {
                "status": "sent",
                "total": 12.50,
                "lines": [{"sku": "a", "n": 2}, {"sku": "b", "n": 1}],
            },
            "paid": True,
            "note": None,
            "long": "x" * 2000,
            "name with spaces": "ok",
            "text": "a\r\nb\0c",
            "big": 10**400,
        }
    )
    .encode()
    .replace(b"12.5", b"12.50")
)


def value(path, **how):
    return Mapped((read_taken("x", path, **how),)).read(ANSWER)["X"].text


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.order.status", "sent"),
        ("$.order.total", "12.50"),
        ("$.order.lines[0].n", "2"),
        ("$.order.lines[?(@.sku == 'b')].n", "1"),
        ("$['name with spaces']", "ok"),
        ("$.paid", "yes"),
        ("$..status", "sent"),
        ("$.text", "a b c"),
    ],
)
def test_paths_find_values(path, found):
    assert value(path) == found


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("$.nothing", "no .*which X is to be"),
        ("$.note", "no .*which X is to be"),
        ("$.order", "a list or an object"),
        ("$.order.lines[*].n", "more than one value"),
        ("$.long", str(LONGEST_VALUE)),
        ("$.big", "no number that can be used"),
        ("$.order.status.deeper[3]", "no "),
    ],
)
def test_what_cannot_be_taken_is_told_and_never_quoted(path, says):
    with pytest.raises(MappingFailed, match=says) as caught:
        value(path)
    assert "sent" not in str(caught.value)


def test_a_default_stands_for_what_is_not_there():
    assert value("$.nothing", default="none") == "none"
    assert value("$.note", default="") == ""


def test_private_values_are_marked():
    assert Mapped((read_taken("x", "$.paid", private=True),)).read(ANSWER) == {"X": Value("yes", True)}


LATIN_2 = '{"a": "Łódź"}'.encode("iso-8859-2")
NO_POWER = b'{"a": 1e999999999999999999999}'


@pytest.mark.parametrize("answer", [b"", b"no", b"{", b"\xff", b"[" * 50_000, b"{'a': 1}", LATIN_2, NO_POWER])
def test_what_is_no_json_is_told(answer):
    with pytest.raises(MappingFailed, match="no JSON"):
        mapped({"x": "$.a"}).read(answer)


def test_without_a_mapping_an_answer_may_be_anything():
    assert Mapped().read(b"\xff") == {}


@pytest.mark.parametrize(
    "path",
    [
        "",
        "order",
        "$.",
        "$[",
        "$.a[?(@.b",
        "$.a.`sub(/x/,y)`",
        "$.a + 1",
        "$.a =~ 'x'",
        "$" + ".a" * 200,
        "$.a b",
    ],
)
def test_paths_that_are_none_are_refused_in_plain_words(path):
    with pytest.raises(ValueError, match="path"):
        read_path(path)


def test_no_answer_keeps_a_path_busy_for_long():
    with pytest.raises(ValueError, match="everywhere within everywhere"):
        read_path("$..*..*")
    deepest = b"[" * 500 + b"]" * 500
    began = process_time()
    for path in ("$..*", "$..x", "$..[?(@.x==1)].y"):
        with pytest.raises(MappingFailed):
            mapped({"X": path}).read(deepest)
    # With two it was more than a second for each.
    assert process_time() - began < 0.5


@pytest.mark.parametrize("name", ["", "a b", "1a", "ż", "a.b"])
def test_names_that_are_none_are_refused(name):
    with pytest.raises(ValueError, match="variable name"):
        read_taken(name, "$.a")


WRITTEN = "$.a $.a.b $.a[0] $[0] $[-1].a $..a $.* $.a[?(@.b>3)].c $.a[?(@.b=='x')] $[0:2] $.a[*].b $['a','b']"
PATHS = [read_taken("x", path, default="-") for path in WRITTEN.split()]
keys = st.sampled_from(["a", "b", "c", ""])
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)


@settings(deadline=None)
@given(anything, st.sampled_from(PATHS))
def test_any_answer_gives_one_harmless_text_or_a_refusal(content, taken):
    try:
        found = Mapped((taken,)).read(json.dumps(content).encode())["X"].text
    except MappingFailed:
        return
    assert len(found) <= LONGEST_VALUE
    assert found.isprintable() or not any(sign < " " for sign in found)


@given(st.binary(max_size=60))
def test_any_octets_are_read_or_refused(octets):
    try:
        mapped({"x": "$..a"}).read(octets)
    except MappingFailed:
        return


@given(st.text(max_size=30))
def test_any_text_is_a_path_or_refused(text):
    try:
        read_path("$" + text)
    except ValueError:
        return
