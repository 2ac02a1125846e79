"""What authors of trees do first, and what they are told to write instead."""

from __future__ import annotations

import pytest
import yaml

from softswitch.ivr.loader import read_tree
from softswitch.ivr.yaml_faults import explain
from tests.ivr.written import PATH, problems_of

MENU = "a:\n  - menu:\n      prompt: Hi.\n"
QUOTE = "put the text in quotes"
ASKED = "is the indentation right? this line"

MISTAKES = [
    # what is written below five lines of header, the line told, what is told
    (MENU + "      keys: {1: a, *: a}", 9, 'write "*" in quotes, and any text that begins with it'),
    (MENU + "      keys:\n        *: a", 10, 'write "*" in quotes, and any text that begins with it'),
    (MENU + "      keys: {#: a}\n  - up", 9, 'write "#" in quotes: without them it begins a comment'),
    (MENU + "      keys: {1: a, #: a}", 9, 'write "#" in quotes: without them it begins a comment'),
    (MENU + "      keys: {\n        1: a,\n        #: a}", 11, 'write "#" in quotes: without them it begins'),
    ("a:\n  - say: *important*", 7, 'write "*" in quotes'),
    ("a:\n  - say: & co", 7, 'write "&" in quotes'),
    ("a:\n\t- say: Hi.", 7, "use spaces, not tabs, to indent"),
    ("a:\n  - menu:\n\tprompt: Hi.", 8, "use spaces, not tabs, to indent"),
    ("a:\n  - say: Hi.\n  -\tsay: Hi.", 8, "use spaces, not tabs"),
    ("a:\n  - say: Witamy: proszę", 7, f"{QUOTE}: it has a colon"),
    ("a:\n  - {say: Witamy: proszę}", 7, f"{QUOTE} if it has a colon; a comma stands before the next"),
    ("a:\n  - say: @home", 7, f'{QUOTE}: it begins with "@"'),
    ("a:\n  - say: %", 7, f'{QUOTE}: it begins with "%"'),
    ("a:\n  - say: {{CALL.CODEC}} it is", 7, f"{QUOTE}: it begins with {{{{"),
    ('a:\n  - say: "Hello\n  - up', 7, "the quote that is opened here is never closed"),
    ('a:\n  - say: "Hello\n  - say: "World"', 7, "the quote that is opened here is closed only on line 8"),
    ("a:\n  - say: 'It's here'", 7, "text stands after the closing quote"),
    ('a:\n  - say: "Hello" and more', 7, "text stands after the closing quote"),
    (r'a: [say: "C:\home"]', 6, "a backslash has a meaning in double quotes"),
    ("a:\n  - dial: [1001, 1002", 7, "the bracket that is opened here is never closed"),
    ("a:\n  - dial: [1001, 1002\n  - say: Hi.", 7, "the bracket that is opened here is never closed"),
    (
        "a:\n  - menu: {prompt: Hi., keys: {1: a}\n  - up",
        7,
        "the bracket that is opened here is never closed",
    ),
    ("a:\n  - menu: {prompt: 'Hi.' keys: 1}", 7, "a comma or a closing bracket is missing here"),
    (MENU + "        keys: {1: a}", 9, f"{ASKED} stands deeper than what it belongs to"),
    (MENU + "     keys: {1: a}", 9, f"{ASKED} fits nothing above it"),
    ("a:\n  - say: Hi.\n - up", 8, f"{ASKED} fits nothing above it"),
    ("a: [say: !<x Hi.]", 6, "did not find the expected '>' while scanning a tag"),
]


@pytest.mark.parametrize(("branches", "line", "advice"), MISTAKES)
def test_the_mistake_is_told_with_its_line_and_what_to_write(branches, line, advice):
    (problem,) = problems_of(branches)
    assert problem.startswith(f"t.yaml line {line}: this is not YAML: {advice}"), problem


def test_two_documents_in_one_file():
    problems = read_tree("tree: t\n---\ntree: u\n", PATH)[1]
    assert [str(problem) for problem in problems] == [
        "t.yaml line 2: this is not YAML: a file holds one document: take the line --- out"
    ]


def test_a_fault_without_a_place_is_told_in_the_readers_own_words():
    assert explain(yaml.MarkedYAMLError("while reading", None, "all went wrong"), "") == (
        None,
        "all went wrong while reading",
    )


def test_a_variable_alone_needs_quotes_too():
    assert problems_of("a:\n  - say: {{CALL.CODEC}}") == [
        "t.yaml line 7: branch a step 1 (say): put the text in quotes: it begins with {{",
        "t.yaml line 7: branch a step 1 (say): the parameter 'text' is missing",
    ]
