"""Tests of trees as they are run: what passes, and the sentence about everything that does not."""

from __future__ import annotations

import pytest

from softswitch.events import BranchEntered
from softswitch.ivr.loader import read_tree
from softswitch.ivr.model import Tree
from softswitch.ivr.outcome import Ended, EndReason
from softswitch.ivr.proof.model import Expect, Verdict
from softswitch.ivr.proof.running import Result, differences_of, run_test
from softswitch.ivr.simulate import simulate
from softswitch.ivr.transcript import Effect, Moment, Transcript
from tests.ivr.proof.written import OFFICE, PATH, suite_of
from tests.ivr.written import tree_of


@pytest.fixture
def tree() -> Tree:
    found, problems = read_tree(OFFICE, PATH.with_name("office.yaml"))
    assert found is not None
    assert not problems
    return found


def result_of(tree: Tree, given: str, do: str, expect: str) -> Result:
    (test,) = suite_of(f"tests: {{one: {{given: {given}, do: {do}, expect: {expect}}}}}").tests
    return run_test(tree, test)


@pytest.mark.parametrize(
    ("do", "expect"),
    [
        (
            "[press: 1]",
            "{path: [welcome, sales, bye], label: Sales, queue: sales, end: hung_up, dialled: []}",
        ),
        ("[press: 1]", "{path: [welcome, ..., bye], heard: [Wel, doctor, Good], not_heard: busy}"),
        ("[silent, press: 1]", "{heard: [one., one.], exits: {welcome menu: key 1, sales 2: talk_over}}"),
        (
            "[{press: 2}, {dial: busy}]",
            "{dialled: [[7, 8]], exits: {duty: busy}, seconds: 30, answered: yes}",
        ),
        ("[{press: 1}, {queue: full}]", "{exits: {sales queue: full}, language: en}"),
        ("[{wait: 3}, hang_up]", "{path: welcome, end: caller_hung_up, heard_whole: [Welcome.]}"),
        ("[silent, silent]", "{path: [welcome, bye], no_effects: [sms, mail]}"),
    ],
)
def test_n03_what_passes(tree, do, expect):
    assert result_of(tree, "{}", do, expect).differences == ()


@pytest.mark.parametrize(
    ("expect", "sentence"),
    [
        (
            "{path: [welcome, duty]}",
            "path: welcome > duty was wanted, there is welcome > sales > bye; number 2",
        ),
        ("{path: [welcome, sales]}", "number 3 is bye and not the end"),
        ("{heard: [Goodbye, Welcome]}", "heard: “Welcome” was to be heard, and is not after what was before"),
        ("{heard: Hullo}", "heard: “Hullo” was to be heard, and is never"),
        ("{heard_whole: [Welcome.]}", "heard_whole: Welcome. was wanted, there is"),
        ("{not_heard: doctor}", "not_heard: “doctor” was not to be heard, and is, in “Sales: one."),
        ("{label: Duty}", "label: “Duty” was to be shown, it is “Sales”"),
        ("{language: pl}", "language: pl was to be spoken at the end, it is en"),
        ("{dialled: 7}", "dialled: 7 was wanted, there is nothing"),
        ("{queue: []}", "queue: nothing was wanted, there is sales; number 1 is sales and not the end"),
        ("{exits: {welcome: no_input}}", "welcome was to end by no_input, there was welcome 1 say: heard"),
        ("{effects: {sms: {to: 600}}}", "effects: sms (to 600) was to be done, there was nothing"),
        ("{end: no_input}", "end: no_input (the caller pressed no key) was to be the end, it is hung_up"),
        ("{answered: no}", "answered: the call was not to be answered"),
        ("{seconds: 5}", "seconds: the call was to last 5 s at most, it lasts 9"),
    ],
)
def test_n03_what_fails_is_told_in_words_with_the_call(tree, expect, sentence):
    result = result_of(tree, "{}", "[press: 1]", expect)
    assert result.verdict is Verdict.FAILED
    (told,) = result.differences
    assert sentence in told
    lines = result.told().splitlines()
    assert lines[0] == "office.tests.yaml line 1: test one"
    assert lines[1] == f"  {told}"
    assert lines[3] == "    tree office"
    assert lines[-1].endswith("END     the tree hung up (branch bye)")


def test_a_test_that_does_what_never_comes_about_fails(tree):
    result = result_of(tree, "{}", "[{press: 1}, {queue: full}, {press: 2}, {dial: busy}]", "{}")
    assert result.differences == ("the test does what never came about: 2, busy after 5 s",)


def call(*moments: Moment, silence: float = 0.0) -> Transcript:
    ended = Ended(EndReason.HUNG_UP, "a")
    return Transcript("office", moments, ended, 1.0, longest_silence=silence)


def test_effects_are_held_against_parts_of_their_facts_in_order(tree):
    sent = call(
        Moment(0.0, Effect("sms", {"to": "600100200", "text": "Order 12 is on its way"})),
        Moment(0.0, Effect("mail", {"to": "a@b.pl"})),
    )

    def told(written: dict[str, object]) -> list[str]:
        return list(differences_of(Expect.model_validate(written), sent, tree))

    assert told({"effects": [{"sms": {"text": "Order 12"}}, {"mail": {}}]}) == []
    assert told({"effects": [{"mail": {}}, {"sms": {}}]}) == [
        "effects: sms was to be done, there was sms (to 600100200, text Order 12 is on its way)"
    ]
    assert told({"effects": {"sms": {"text": "Order 13"}}}) == [
        "effects: sms (text Order 13) was to be done, there was "
        "sms (to 600100200, text Order 12 is on its way)"
    ]
    assert told({"no_effects": ["mail"]}) == ["no_effects: mail (to a@b.pl) was not to be done"]


def test_n03_more_than_two_seconds_of_silence_fail_unless_a_test_allows_them(tree):
    assert list(differences_of(Expect(), call(silence=2.0), tree)) == []
    assert list(differences_of(Expect(), call(silence=2.1), tree)) == [
        "silence_s: the caller hears nothing at all for 2.1 s"
    ]
    assert list(differences_of(Expect(silence_s=3), call(silence=2.1), tree)) == []


@pytest.mark.parametrize(
    ("wanted", "found", "is_it"),
    [
        (("...",), (), True),
        (("...", "a", "..."), ("b", "a", "c"), True),
        (("a", "...", "a"), ("a",), False),
        (("a", "...", "a"), ("a", "b", "a"), True),
        ((), ("a",), False),
        (("a",), ("a", "b"), False),
        # Many gaps in a long way that does not fit: each place of it is looked at once, not each set of gaps.
        (("...", "a") * 12 + ("z",), ("a",) * 60, False),
    ],
)
def test_n03_a_path_with_gaps(wanted, found, is_it):
    moments = tuple(Moment(0.0, BranchEntered("office", branch, 0)) for branch in found)
    call = Transcript("office", moments, None, 0.0)
    told = [one for one in differences_of(Expect(path=wanted), call, None) if one.startswith("path")]
    assert (not told) is is_it


SHOWN = """
a:
  - caller_name: "URGENT {{CALL.CALLER_ID}}"
  - caller_number: 7000
  - queue: sales
"""


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ({"shown": "URGENT Jan Kowalski", "shown_number": "7000"}, []),
        ({"shown": ""}, ["shown: “” was to be shown as the caller's name, it is “URGENT Jan Kowalski”"]),
        ({"shown_number": "8"}, ["shown_number: 8 was to be shown as the caller's number, it is 7000"]),
    ],
)
def test_t22_t23_what_phones_show_of_the_caller(expect, told):
    tree = tree_of(SHOWN)
    assert list(differences_of(Expect.model_validate(expect), simulate(tree), tree)) == told


def test_a_caller_of_whom_nothing_else_is_shown():
    tree = tree_of("a: [hangup]")
    assert list(differences_of(Expect(shown="", shown_number=""), simulate(tree), tree)) == []
