"""The menu's rules, as FEATURES B2 and C-21 state them: every combination by table."""

import pytest
import yaml

from softswitch.ivr.actions.menus import Menu, Retry
from softswitch.ivr.outcome import EndReason
from softswitch.ivr.simulated.script import hang_up, press, wait
from tests.ivr.written import call, exits_of, problems_of

MENU = """
a:
  - menu:
      prompt: "Choose one, two or twelve now."
      keys: {{1: one, 2: two, 12: twelve, "*9": star}}
      first_digit_s: 5
      inter_digit_s: 2
{extra}
one: [hangup]
two: [hangup]
twelve: [hangup]
star: [hangup]
else: [hangup]
"""

PROMPT_S = len("Choose one, two or twelve now.") / 14


def menu(*script, **extra):
    lines = "\n".join(f"      {name}: {value}" for name, value in extra.items())
    return call(MENU.format(extra=lines), *script)


@pytest.mark.parametrize(
    ("digits", "exit_name", "silence_s"),
    [
        ("2", "key 2", 0.0),
        ("12", "key 12", 0.0),
        ("1", "key 1", 2.0),  # 12 is still possible: wait for the next digit
        ("1#", "key 1", 0.0),  # confirmed
        ("*9", "key *9", 0.0),
    ],
)
def test_a_choice_is_taken_as_soon_as_it_is_clear(digits, exit_name, silence_s):
    transcript = menu(press(digits))
    assert exits_of(transcript, "menu") == [(exit_name, "")]
    assert transcript.seconds == pytest.approx(PROMPT_S + silence_s)


@pytest.mark.parametrize("digits", ["7", "13", "*", "#", "*8", "0"])
def test_keys_that_match_nothing_are_no_match_and_kept_for_the_log(digits):
    transcript = menu(press(digits), no_match="{repeat: 0, then: else}")
    assert exits_of(transcript, "menu") == [("no_match", f"wrong: {digits}")]
    assert transcript.path == ("a", "else")


def test_no_key_at_all_is_no_input():
    transcript = menu(no_input="{repeat: 0, then: else}")
    assert exits_of(transcript, "menu") == [("no_input", "silent: 1")]
    assert transcript.path == ("a", "else")
    assert transcript.seconds == pytest.approx(PROMPT_S + 5)


# script, parameters, exit, detail, how often the question was heard
COUNTERS = [
    ([], {}, "no_input", "silent: 3", 3),
    ([press("7")] * 3, {}, "no_match", "wrong: 7, 7, 7", 3),
    ([press("7")] * 2, {}, "no_input", "wrong: 7, 7; silent: 3", 5),
    ([press("7"), wait(8), press("7"), wait(8), press("7")], {}, "no_match", "wrong: 7, 7, 7; silent: 2", 5),
    ([press("7")] * 2, {"total_max": 3}, "too_many_tries", "wrong: 7, 7; silent: 1", 3),
    ([], {"total_max": 1}, "too_many_tries", "silent: 1", 1),
    ([press("7")], {"total_max": 1}, "too_many_tries", "wrong: 7", 1),
    ([], {"no_input": "{repeat: 0}", "total_max": 1}, "no_input", "silent: 1", 1),
    ([], {"no_input": "{repeat: 5}"}, "no_input", "silent: 6", 6),
    ([], {"no_input": "{repeat: 9}"}, "too_many_tries", "silent: 6", 6),
    ([press("7"), press("2")], {}, "key 2", "wrong: 7", 2),
    ([wait(8), press("2")], {}, "key 2", "silent: 1", 2),
]


@pytest.mark.parametrize(("script", "extra", "exit_name", "detail", "asked"), COUNTERS)
def test_silence_and_wrong_keys_are_counted_apart_under_one_cap(script, extra, exit_name, detail, asked):
    transcript = menu(*script, **extra)
    assert exits_of(transcript, "menu") == [(exit_name, detail)]
    assert len(transcript.heard) == asked


@pytest.mark.parametrize(
    ("script", "extra", "reason"),
    [
        ([], {}, EndReason.NO_INPUT),
        ([press("7")] * 3, {}, EndReason.NO_MATCH),
        ([], {"total_max": 1}, EndReason.TOO_MANY_TRIES),
    ],
)
def test_an_exit_without_a_branch_hangs_up_with_its_own_reason(script, extra, reason):
    ended = menu(*script, **extra).ended
    assert (ended.reason, ended.branch) == (reason, "a")


@pytest.mark.parametrize(
    "extra",
    [{}, {"total_max": 1}, {"no_input": "{repeat: 0}"}],
    ids=["no_input", "cap", "no_input_without_then"],
)
def test_one_then_serves_all_failures_that_name_none(extra):
    assert menu(then="else", **extra).path == ("a", "else")
    assert menu(press("7"), press("7"), press("7"), then="else", **extra).path == ("a", "else")


def test_a_failure_is_answered_before_the_question_is_asked_again():
    transcript = menu(
        press("7"),
        no_input="{repeat: 1, prompt: Nothing.}",
        no_match='{repeat: 1, prompt: "Wrong."}',
    )
    assert transcript.heard == (
        "Choose one, two or twelve now.",
        "Wrong. Choose one, two or twelve now.",
        "Nothing. Choose one, two or twelve now.",
    )


GROWING = """
a:
  - menu:
      prompt:
        - "Long question."
        - {count: 2, text: "Longer question."}
        - {count: 4, text: "Longest question."}
      short_prompt: "Short."
      keys: {1: back}
      no_input: {repeat: 9, prompt: [Once., {count: 3, text: Thrice.}]}
      total_max: 4
back: [goto: a]
"""


def test_the_question_grows_with_the_count():
    assert call(GROWING).heard == (
        "Long question.",
        "Once. Longer question.",
        "Once. Longer question.",
        "Thrice. Longest question.",
    )


def test_who_comes_back_hears_the_short_question_first():
    heard = call(GROWING, press("1"), wait(8), press("1"), hang_up()).heard
    assert heard == ("Long question.", "Short.", "Once. Longer question.")


# --- barge-in and type-ahead ---


def test_p02_a_key_cuts_the_question_short():
    transcript = menu(press("2", after=1.0))
    assert exits_of(transcript, "menu") == [("key 2", "")]
    assert transcript.seconds == pytest.approx(1.0)


def test_without_barge_in_the_question_is_heard_to_its_end_and_the_key_counts():
    transcript = menu(press("2", after=1.0), barge_in="no")
    assert exits_of(transcript, "menu") == [("key 2", "")]
    assert transcript.seconds == pytest.approx(PROMPT_S)


def test_flushed_keys_do_not_count():
    transcript = menu(press("2", after=1.0), barge_in="no", type_ahead="flush")
    assert exits_of(transcript, "menu") == [("no_input", "silent: 3")]


TWO_MENUS = """
a:
  - menu: {{prompt: "First question here.", keys: {{1: b}}}}
b:
  - menu: {{prompt: "Second question here.", keys: {{2: c}}, {extra}}}
c: [hangup]
"""


@pytest.mark.parametrize("when", [None, 0.5])
def test_keys_typed_ahead_reach_the_next_menu(when):
    transcript = call(TWO_MENUS.format(extra=""), press("12", after=when))
    assert transcript.path == ("a", "b", "c")
    assert transcript.heard == ("First question here.", "Second question here.")


def test_a_menu_may_refuse_keys_typed_ahead():
    transcript = call(TWO_MENUS.format(extra="type_ahead: flush"), press("12"), press("2"))
    assert transcript.path == ("a", "b", "c")
    assert transcript.seconds > 2.5  # the second question was heard out before its key


def test_keys_behind_a_wrong_one_are_not_taken_for_an_answer():
    transcript = call(TWO_MENUS.format(extra=""), press("71"), hang_up())
    assert transcript.path == ("a",)


HASH = """
a: [{{menu: {{prompt: "One or ten?", keys: {{1: b, 10: b}}, no_match: {{repeat: 1, prompt: "No."}}}}}}]
b: [{{menu: {{prompt: "Now two.", keys: {{2: c{more}}}, no_match: {{repeat: 1, prompt: "No."}}}}}}]
c: [hangup]
d: [hangup]
"""


@pytest.mark.parametrize("late", [0.0, 1.0])
def test_c21_the_hash_pressed_behind_a_choice_is_forgiven(late):
    told = call(HASH.format(more=""), press("10"), press("#", after=late), press("2"))
    assert told.path == ("a", "b", "c")
    assert told.heard == ("One or ten?", "Now two.")
    assert exits_of(told, "menu") == [("key 10", ""), ("key 2", "")]


def test_c21_the_hash_behind_a_wrong_choice_is_no_second_one():
    told = call(HASH.format(more=""), press("9"), press("#", after=0.5), press("1"))
    assert exits_of(told, "menu")[0] == ("key 1", "wrong: 9")


def test_c21_a_hash_that_means_something_or_comes_later_counts():
    assert call(HASH.format(more=', "#": d'), press("10#")).path == ("a", "b", "d")
    late = call(HASH.format(more=""), press("10"), press("#", after=2.0), press("2"))
    assert exits_of(late, "menu")[1] == ("key 2", "wrong: #")
    assert exits_of(call(HASH.format(more=""), press("10##"), press("2")), "menu")[1][1] == "wrong: #"


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ("prompt: hi, keys: {}", "keys: the menu has no keys"),
        ("prompt: hi, keys: {x: a}", "keys.x: 'x' cannot be pressed: keys are 0-9, * and #"),
        ("prompt: [], keys: {1: a}", "prompt: the prompt is empty"),
        ("prompt: [{count: 2, text: hi}], keys: {1: a}", "prompt: counts must start with 1 and grow"),
        ("prompt: {voice: ewa}, keys: {1: a}", "prompt: a prompt is either a text or a file to play"),
        ("prompt: hi, keys: {1: a}, first_digit_s: 0", "first_digit_s: '0' must be more than 0"),
        ("prompt: hi, keys: {1: a}, first_digit_s: 90", "first_digit_s: '90' must be at most 60"),
        ("prompt: hi, keys: {1: a}, barge_in: maybe", "barge_in: 'maybe' is neither yes nor no"),
        ("prompt: hi, keys: {1: a}, type_ahead: drop", "type_ahead: 'drop' is not one of 'keep' or 'flush'"),
        ("prompt: hi, keys: {1: a}, total_max: 0", "total_max: '0' must be at least 1"),
        ("prompt: hi, keys: {1: a}, total_max: six", "total_max: 'six' is not a whole number"),
        ("prompt: hi, keys: {1: a}, no_input: {repeat: -1}", "no_input.repeat: '-1' must be at least 0"),
        (
            "prompt: hi, keys: {1: a}, no_input: a",
            f"no_input: parameters are wanted here, such as {Retry.example}",
        ),
        (
            "prompt: hi, keys: 1",
            'keys: parameters are wanted here, such as {1: sales, 2: service, "*": welcome}',
        ),
        ("prompt: hi, keys: {1: [a]}", "keys.1: a text is wanted here"),
    ],
)
def test_wrong_parameters_are_refused(parameters, reason):
    assert problems_of(f"a: [menu: {{{parameters}}}]") == [f"t.yaml line 6: branch a step 1 (menu): {reason}"]


def test_a_menu_is_not_written_in_short():
    assert problems_of("a: [menu: hello]") == [
        f"t.yaml line 6: branch a step 1 (menu): parameters are wanted here, such as {Menu.example}"
    ]


@pytest.mark.parametrize(
    ("extra", "never"),
    [
        ("{}", ["too_many_tries"]),
        ("{total_max: 4}", []),
        ("{total_max: 2, no_match: {repeat: 0}}", ["no_input"]),
        ("{no_input: {repeat: 9}, no_match: {repeat: 9}, total_max: 3}", ["no_input", "no_match"]),
    ],
)
def test_n04_failures_that_another_one_always_comes_before(extra, never):
    made = {"prompt": "x", "keys": {"1": "a"}, **yaml.safe_load(extra)}
    assert list(Menu.model_validate(made).never()) == never


def test_n04_where_every_key_is_a_choice_none_is_wrong():
    keys = dict.fromkeys("0123456789*#", "a")
    assert "no_match" in Menu.model_validate({"prompt": "x", "keys": keys}).never()


AGAIN = """
a: [menu: {prompt: "Sales: one.", keys: {1: b}, again: "*", no_match: {repeat: 0}, no_input: {repeat: 0}}]
b: [say: "Sales.", hangup]
"""


def test_n27_a_key_says_the_question_again_and_counts_as_no_failed_try():
    told = call(AGAIN, press("*"), press("*"), press("1"))
    assert told.heard == ("Sales: one.", "Sales: one.", "Sales: one.", "Sales.")
    assert exits_of(told, "menu") == [("key 1", "")]


def test_n27_a_stuck_key_does_not_hold_the_line_for_ever():
    told = call(AGAIN, *[press("*")] * 40)
    assert len(told.heard) == 21
    assert exits_of(told, "menu") == [("no_match", "wrong: *")]


@pytest.mark.parametrize(("again", "words"), [("1", "begins a choice"), ("**", "is no single key")])
def test_n27_the_key_is_one_that_nothing_else_has(again, words):
    (problem,) = problems_of(AGAIN.replace('again: "*"', f'again: "{again}"'))
    assert words in problem
