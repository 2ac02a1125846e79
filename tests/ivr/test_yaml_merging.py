"""What a mapping takes over from others."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from softswitch.config import load_config
from softswitch.errors import ConfigError
from softswitch.ivr.source import MAX_NODES, Source
from tests.ivr.written import problems_of, tree_of


def plain(text):
    source = Source("x.yaml")
    node = source.parse(text)
    return (None if node is None else source.plain(node, "")), [str(problem) for problem in source.problems]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}", {"y": "3", "x": "1"}),
        ("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}", {"x": "1", "y": "2"}),
        ("a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {z: 3, <<: *b}", {"z": "3", "y": "2", "x": "1"}),
        ("a: &a {x: {y: 1}}\nb: {<<: *a, x: {z: 2}}", {"x": {"z": "2"}}),
        ("a: {'<<': x}", {"<<": "x"}),
        ("a: &a {x: 1}\nb: {<<: []}", {}),
        ("a: &a {x: 1}\nb: {<<: *a, <<: {y: 2}}", {"x": "1", "y": "2"}),
    ],
)
def test_what_a_mapping_says_itself_goes_before_what_it_takes_over(text, last):
    found, problems = plain(text)
    assert problems == []
    assert list(found.values())[-1] == last


@pytest.mark.parametrize("value", ["x", "[x]", "[{y: 1}, 2]", ""])
def test_a_key_that_stands_for_nothing_is_told_with_its_line(value):
    assert plain(f"a:\n  <<: {value}\n") == (
        None,
        ["x.yaml line 2: <<: another mapping is wanted here, or a list of them, such as <<: *usual"],
    )


def test_what_grows_by_merging_has_the_same_bounds():
    rows = "\n".join(f"  k{place}: [{', '.join('x' * 50)}]" for place in range(100))
    users = "\n".join(f"u{place}: {{<<: *base}}" for place in range(MAX_NODES // 5000))
    found, problems = plain(f"base: &base\n{rows}\n{users}\n")
    assert found is None
    assert "too large" in problems[0]


values = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9).map(str), max_size=4)


@given(values, values, values)
def test_it_is_what_other_readers_make_of_it(first, second, own):
    def flow(*pairs):
        return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"

    both = ("<<", "[*f, *s]"), *own.items()
    text = f"f: &f {flow(*first.items())}\ns: &s {flow(*second.items())}\nlast: {flow(*both)}"
    found, problems = plain(text)
    assert problems == []
    assert found == {
        name: {key: str(value) for key, value in one.items()} for name, one in yaml.safe_load(text).items()
    }


def test_accounts_of_a_line_have_much_in_common(tmp_path):
    path = tmp_path / "softswitch.yaml"
    text = "accounts:\n  1001: &usual {password: a-long-one-1, language: pl, dnd: yes}\n"
    text += "  1002: {<<: *usual, dnd: no}\n"
    path.write_text(text, encoding="utf-8")
    accounts = load_config(path).accounts
    assert (accounts["1002"].language, accounts["1002"].dnd) == ("pl", False)
    path.write_text(text.replace("<<: *usual", "<<: *usual, dndd: x"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"line 3.*dndd"):
        load_config(path)


def test_menus_of_a_tree_have_much_in_common():
    branches = """
    a:
      - menu: &usual {prompt: One., keys: {1: b}, no_input: {repeat: 0, then: b}}
    b:
      - menu: {<<: *usual, prompt: Two.}
    """
    tree = tree_of(branches)
    first, second = (tree.branches[name].steps[0].action for name in "ab")
    assert second.no_input == first.no_input
    assert second.prompt[0].text == {"": "Two."}
    faulty = problems_of(branches.replace("then: b}}", "then: c}}"))
    # The fault is told where it is written, for each who takes it over.
    assert [problem.partition(": ")[0] for problem in faulty] == ["t.yaml line 7", "t.yaml line 7"]
