"""Extensions typed into a menu, the help key and the labels of choices: FEATURES B2, C-21, D08."""

from __future__ import annotations

import pytest

from softswitch.ivr.actions.direct_dial import DirectDial
from softswitch.ivr.context import DialResult
from softswitch.ivr.outcome import EndReason
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.others import answer
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import press, wait
from tests.ivr.written import HEADER, call, exits_of, problems_of, tree_of

MENU = """
a:
  - menu:
      prompt: "Sales: one. Or the extension."
      keys: {{1: one, 2: two, 0: zero, 45: long}}
      inter_digit_s: 2
      direct_dial: {direct}
      no_match: {{repeat: {repeat}}}
      then: else
one: [hangup]
two: [hangup]
zero: [hangup]
long: [hangup]
gone: [hangup]
else: [hangup]
"""
KNOWN = ("101", "102", "110", "201", "450", "0123", "12", "1234")


def menu(*script, direct="yes", repeat=0):
    tree = tree_of(MENU.format(direct=direct, repeat=repeat), HEADER)
    return simulate(tree, script, scene=Scene(extensions=KNOWN))


# typed, direct_dial, exit, dialled
TYPED = [
    ("101", "yes", "talk_over", "101"),
    ("101", "3", "talk_over", "101"),
    ("101", "{length: 3}", "talk_over", "101"),
    ("101", "no", "key 1", ""),
    ("0123", "4", "talk_over", "0123"),
    ("1", "yes", "key 1", ""),
    ("1#", "yes", "key 1", ""),
    ("0", "yes", "key 0", ""),
    ("45", "yes", "key 45", ""),
    ("450", "yes", "talk_over", "450"),
    ("101", "{only: 1xx}", "talk_over", "101"),
    ("201", "{only: 1xx}", "key 2", ""),
    ("110", "{only: [10x, 2xx]}", "no_match", ""),
    ("12#", "{only: [1x, 1xxx]}", "talk_over", "12"),
    ("12", "{only: [1x, 1xxx]}", "talk_over", "12"),
    ("1234", "{only: [1x, 1xxx]}", "talk_over", "1234"),
    ("102", "{never: 102}", "no_match", ""),
    ("101", "{never: [102, 11x]}", "talk_over", "101"),
    ("999", "yes", "no_match", ""),
    ("10", "yes", "no_match", ""),
    ("10#", "yes", "no_match", ""),
    ("10*", "yes", "no_match", ""),
    ("*12", "yes", "no_match", ""),
]


@pytest.mark.parametrize(("typed", "direct", "exit_name", "dialled"), TYPED)
def test_c21_an_extension_is_dialled_and_a_choice_is_a_choice(typed, direct, exit_name, dialled):
    told = menu(press(typed), direct=direct)
    assert [one[0] for one in exits_of(told, "menu")] == [exit_name]
    assert [one.targets for one in told.dialled if one.result is not DialResult.UNKNOWN] == (
        [(dialled,)] if dialled else []
    )


def test_c21_a_choice_that_begins_extensions_waits_for_the_next_digit_alone():
    asked_s = len("Sales: one. Or the extension.") / 14
    assert menu(press("1")).seconds == pytest.approx(asked_s + 2)
    assert menu(press("1#")).seconds == pytest.approx(asked_s)
    assert menu(press("2"), direct="{only: 1xx}").seconds == pytest.approx(asked_s)


def test_an_extension_that_there_is_not_is_a_choice_without_meaning_and_is_asked_again():
    told = menu(press("999"), press("101"), repeat=1)
    assert exits_of(told, "menu") == [("talk_over", "101")]
    assert told.heard == ("Sales: one. Or the extension.",) * 2


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (DialResult.BUSY, EndReason.BUSY),
        (DialResult.NO_ANSWER, EndReason.NO_ANSWER),
        (DialResult.UNREACHABLE, EndReason.UNREACHABLE),
        (DialResult.DECLINED, EndReason.DECLINED),
        (DialResult.ENDED_BY_CALLEE, EndReason.TALK_OVER),
    ],
)
def test_every_end_of_such_a_call_has_its_way(result, reason):
    assert menu(press("101"), answer(result)).ended.reason is reason
    led = menu(press("101"), answer(result), direct="{unreachable: gone, after: two}")
    assert led.path == ("a", "two" if result is DialResult.ENDED_BY_CALLEE else "gone")


HELP = """
a:
  - menu:
      prompt: "Choose."
      keys: {{1: one}}
      help: {{key: "{key}", prompt: "It stands on the bill."}}
      again: "9"
      no_input: {{repeat: 0, then: else}}
one: [hangup]
else: [hangup]
"""


def test_c21_the_help_key_explains_and_asks_again_without_a_failed_try():
    told = call(HELP.format(key="*"), press("*"), press("9"), press("*"), press("1"))
    with_help = "It stands on the bill. Choose."
    assert told.heard == ("Choose.", with_help, "Choose.", with_help)
    assert exits_of(told, "menu") == [("key 1", "")]
    # Without an end nobody listens to it, either.
    told = call(HELP.format(key="*"), press("*" * 30), wait(60))
    assert told.ended is not None
    assert len(told.heard) < 25


def test_d08_a_choice_labels_the_call_for_whoever_answers():
    tree = """
    a:
      - menu:
          prompt: "Complaint: one. Invoice: two. Else: three."
          keys: {1: anna, 2: anna, 3: anna}
          labels: {1: Complaint, 2: "Invoice of {{CALL.SRC_NUMBER}}"}
    anna: [dial: 1002]
    """
    shown = {key: call(tree, press(key)).dialled[0].label for key in "123"}
    assert shown == {"1": "Complaint", "2": "Invoice of 1001", "3": ""}


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ("keys: {1: a}, direct_dial: {only: [1]}", "direct_dial: '1' is a choice of the menu"),
        ("keys: {101: a}, direct_dial: yes", "direct_dial: '101' is a choice of the menu"),
        ("keys: {1: a}, direct_dial: 1", "direct_dial: '1' must be at least 2"),
        ("keys: {1: a}, direct_dial: {only: 0*}", "is no pattern of digits"),
        ("keys: {1: a}, direct_dial: {only: +48}", "is no pattern of digits"),
        ("keys: {1: a}, direct_dial: {length: 3, only: 1xx}", "length: the patterns under only say"),
        ("keys: {1: a}, direct_dial: {after: b}", "there is no branch 'b'"),
        ('keys: {1: a}, help: {key: "1", prompt: x}', "help.key: '1' has another meaning"),
        ('keys: {1: a}, again: "*", help: {key: "*", prompt: x}', "help.key: '*' has another meaning"),
        ('keys: {1: a}, help: {key: "12", prompt: x}', "'12' is no single key"),
        ('keys: {1: a}, help: {key: "*"}', "help: the parameter 'prompt' is missing"),
        ("keys: {1: a}, labels: {2: x}", "labels: '2' is no choice of the menu"),
        ('keys: {1: a}, labels: {1: "{{CALL.X}}"}', "unknown variable {{CALL.X}}"),
    ],
)
def test_keys_with_two_meanings_are_refused(parameters, reason):
    found = problems_of(f"a: [menu: {{prompt: x, {parameters}}}]")
    assert len(found) == 1
    assert reason in found[0]


@pytest.mark.parametrize(
    "direct", [{}, {"length": 4}, {"only": ("0xx",)}, {"only": ("1xx",), "never": ("111",)}]
)
def test_there_is_always_one_to_try_it_with(direct):
    read = DirectDial(**direct)
    assert read.takes(read.one_of_them())


def test_where_every_first_one_is_excluded_there_is_none_to_try():
    assert DirectDial(only=("1x",), never=("1x",)).one_of_them() == ""
