import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.ivr.loader import read_tree, read_trees
from softswitch.ivr.source import (
    LARGEST_FILE,
    MAX_DEPTH,
    MAX_LETTERS,
    Source,
    kind_of,
    lines_within,
    locate,
    text_at,
)


def plain(text):
    source = Source("x.yaml")
    node = source.parse(text)
    return source.plain(node, "here"), [str(problem) for problem in source.problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("010", "010"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("+48221234567", "+48221234567"),
        ("1.10", "1.10"),
        ("2026-01-05", "2026-01-05"),
        ("null", None),
        ("~", None),
        ("''", ""),
        ("'null'", "null"),
        ("[1, a, {b: no}]", ["1", "a", {"b": "no"}]),
    ],
)
def test_scalars_stay_what_their_author_wrote(written, value):
    assert plain(f"key: {written}") == ({"key": value}, [])


def test_keys_are_texts_and_come_once():
    assert plain("1: a\n'*': b\n#: c\n'#': d") == ({"1": "a", "*": "b", "#": "d"}, [])
    assert plain("1: a\n'1': b\n1: c") == (
        {"1": "a"},
        [
            "x.yaml line 2: here: '1' is written twice (first on line 1)",
            "x.yaml line 3: here: '1' is written twice (first on line 1)",
        ],
    )
    assert plain("{? [a] : b}") == ({}, ["x.yaml line 1: here: a key must be a plain word or number"])


def test_aliases_are_followed():
    assert plain("a: &x {b: c}\nd: *x") == ({"a": {"b": "c"}, "d": {"b": "c"}}, [])


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [*x]",
        "[" * 30 + "]" * 30,
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)),
    ],
    ids=["holds itself", "deep", "billions of laughs"],
)
def test_files_without_bounds_are_refused(text):
    source = Source("x.yaml")
    assert source.parse(text) is None
    assert [problem.reason for problem in source.problems] == ["nested too deeply, or too large"]


@pytest.mark.parametrize(
    "text",
    ["- " * 100_000 + "x", "[" * 300_000, "a: " + "{a: " * 100_000, "? " * 100_000],
    ids=["lists", "open brackets", "mappings", "keys"],
)
def test_depth_is_found_before_it_ends_the_process(text):
    source = Source("x.yaml")
    assert source.parse("a: b\nc:\n " + text) is None
    assert [(problem.line, problem.reason) for problem in source.problems] == [
        (3, "nested too deeply, or too large")
    ]


def test_a_file_as_deep_as_the_limit_is_read():
    assert Source("x.yaml").parse("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) is not None
    assert Source("x.yaml").parse("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2)) is None


def test_a_file_without_end_is_not_read():
    assert plain("a" * MAX_LETTERS)[1] == []
    source = Source("x.yaml")
    assert source.parse("a" * (MAX_LETTERS + 1)) is None
    assert [str(problem) for problem in source.problems] == [
        "x.yaml: the file is larger than 1,000,000 letters"
    ]


def test_places_and_lines():
    node = yaml.compose("a:\n  b:\n    - c: 1\n    - d: 2\n", Loader=yaml.CSafeLoader)
    assert lines_within(node) == {"a": 1, "a.b": 2, "a.b.0": 3, "a.b.0.c": 3, "a.b.1": 4, "a.b.1.d": 4}
    assert locate(node, ("a", "b", 1, "d")) == ("a.b.1.d", 4)
    assert locate(node, ("a", "not written", "b", 0)) == ("a.b.0", 3)
    assert locate(node, ()) == ("", 1)
    assert kind_of(node) == "a mapping"


WORDS = st.sampled_from(
    [
        "tree",
        "language",
        "start",
        "branches",
        "a",
        "say",
        "menu",
        "keys",
        "prompt",
        "dial",
        "gather",
        "parent",
        "steps",
    ]
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({"tree": JUNK, "language": JUNK, "start": JUNK, "branches": JUNK}) | JUNK)
def test_no_content_is_a_traceback(content):
    read_tree(yaml.safe_dump(content, allow_unicode=True), Path("x.yaml"))


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "1-1"]),
        st.lists(
            st.dictionaries(
                st.sampled_from(
                    ["say", "play", "menu", "gather", "goto", "dial", "echo", "label", "language"]
                ),
                JUNK,
                min_size=1,
                max_size=1,
            ),
            max_size=3,
        ),
    )
)
def test_no_parameters_are_a_traceback(branches):
    text = yaml.safe_dump(
        {"tree": "t", "language": "en", "start": "a", "branches": branches}, allow_unicode=True
    )
    _, problems = read_tree(text, Path("x.yaml"))
    assert not [problem for problem in problems if "Input should" in problem.reason or not problem.reason]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abt:[]{}-#&*!|>'\"\n \t0?%@,", max_size=60) | st.text(max_size=30))
def test_no_text_is_a_traceback(text):
    read_tree(text, Path("x.yaml"))


def test_a_pipe_in_place_of_a_tree_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    for link, leads_to in (("link.yaml", "pipe.yaml"), ("endless.yaml", "/dev/zero")):
        (tmp_path / link).symlink_to(leads_to)
    places = [tmp_path / name for name in ("pipe.yaml", "link.yaml", "endless.yaml")]
    trees, problems = read_trees(places)
    assert trees == ()
    assert [str(one) for one in problems] == [
        f"{place}: cannot be read: it is a pipe or a device, and no file" for place in places
    ]


def test_of_an_enormous_file_no_more_is_read_than_a_tree_can_be(tmp_path):
    whole, larger = tmp_path / "whole.yaml", tmp_path / "larger.yaml"
    whole.write_bytes(b"\xef\xbb\xbf" + "\U0001f4de".encode() * MAX_LETTERS)
    assert len(text_at(whole)) == MAX_LETTERS
    # It takes no room on the disk, and would take all memory.
    larger.touch()
    os.truncate(larger, 1 << 40)
    _, (problem,) = read_trees([larger])
    assert str(problem) == f"{larger}: cannot be read: the file is larger than {LARGEST_FILE:,} octets"
