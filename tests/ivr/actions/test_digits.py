"""FEATURES T04 and the rules of B2 for numbers; the keys of the test line (N-08)."""

import pytest

from softswitch.events import DigitPressed
from softswitch.ivr.outcome import EndReason
from softswitch.ivr.simulated.script import press, wait
from softswitch.ivr.transcript_lines import render_transcript
from tests.ivr.written import call, exits_of, problems_of

GATHER = """
a:
  - gather:
      prompt: "Type the number."
      variable: pin
      min: 3
      max: 4
      first_digit_s: 5
      inter_digit_s: 2
{extra}
  - say: "It is {{{{VARIABLE.PIN|spell}}}}."
none: [hangup]
good: [hangup]
"""

PROMPT_S = len("Type the number.") / 14


def gather(*script, **extra):
    lines = "\n".join(f"      {name}: {value}" for name, value in extra.items())
    return call(GATHER.format(extra=lines), *script)


# digits, exit, detail, seconds of waiting
ENTRIES = [
    ("1234", "entered", "1234", 0.0),  # T04: ends at the last digit, without #
    ("123#", "entered", "123", 0.0),
    ("123", "entered", "123", 2.0),
    ("", "not_entered", "nothing", 5.0),
    ("#", "not_entered", "terminator alone", 0.0),
    ("12", "not_entered", "too short: 12", 2.0),
    ("12#", "not_entered", "too short: 12", 0.0),
    ("12*", "not_entered", "not a number: 12*", 0.0),
    ("*", "not_entered", "not a number: *", 0.0),
    ("A", "not_entered", "not a number: A", 0.0),
]


@pytest.mark.parametrize(("digits", "exit_name", "detail", "waiting_s"), ENTRIES)
def test_what_counts_as_a_number(digits, exit_name, detail, waiting_s):
    transcript = gather(press(digits), entered="good", not_entered="none")
    assert exits_of(transcript, "gather") == [(exit_name, detail)]
    assert transcript.path == ("a", "good" if exit_name == "entered" else "none")
    assert transcript.seconds == pytest.approx(PROMPT_S + waiting_s)


def test_without_branches_a_number_goes_on_and_none_hangs_up():
    assert gather(press("1234")).heard == ("Type the number.", "It is 1 2 3 4.")
    assert gather().ended.reason is EndReason.NOT_ENTERED


def test_the_question_is_repeated_as_often_as_wished():
    transcript = gather(press("1"), wait(9), press("777"), repeat=2)
    assert exits_of(transcript, "gather") == [("entered", "777")]
    assert transcript.heard.count("Type the number.") == 3
    assert exits_of(gather(press("12*"), repeat=1), "gather") == [("not_entered", "nothing")]


def test_keys_behind_a_number_that_does_not_count_are_thrown_away():
    assert exits_of(gather(press("*1234"), repeat=1), "gather") == [("not_entered", "nothing")]


def test_another_terminator_or_none():
    assert exits_of(gather(press("123*"), terminator='"*"'), "gather") == [("entered", "123")]
    assert exits_of(gather(press("123#"), terminator='""'), "gather") == [
        ("not_entered", "not a number: 123#")
    ]


def test_type_ahead_and_barge_in():
    assert gather(press("1234", after=0.5), entered="good").seconds == pytest.approx(0.5)
    kept = gather(press("1234", after=0.5), entered="good", barge_in="no")
    assert kept.seconds == pytest.approx(PROMPT_S)
    flushed = gather(press("1234", after=0.5), barge_in="no", type_ahead="flush")
    assert exits_of(flushed, "gather") == [("not_entered", "nothing")]


LATE_KEY = """
a:
  - gather: {{prompt: "Type four digits.", variable: pin, max: 4}}
  - menu:
      prompt: "Now choose one or the hash key."
      keys: {{1: one, "#": hash}}
      no_input: {{repeat: 0}}
      {extra}
one: [hangup]
hash: [hangup]
"""


@pytest.mark.parametrize("extra", ["barge_in: yes", "barge_in: no"])
@pytest.mark.parametrize("late", [0.0, 1.0])
def test_the_hash_pressed_behind_a_full_number_is_forgiven(extra, late):
    transcript = call(LATE_KEY.format(extra=extra), press("1234"), press("#", after=late), press("1"))
    assert transcript.path == ("a", "one")
    assert len(transcript.heard) == 2


def test_a_hash_pressed_later_is_a_choice():
    transcript = call(LATE_KEY.format(extra=""), press("1234"), wait(4), press("#"))
    assert transcript.path == ("a", "hash")


def test_another_key_behind_a_full_number_is_a_choice():
    assert call(LATE_KEY.format(extra=""), press("12341")).path == ("a", "one")
    # Only the very first key is forgiven.
    assert call(LATE_KEY.format(extra=""), press("1234##")).path == ("a", "hash")


# --- secrets (N-10) ---

SECRET = """
a:
  - menu: {prompt: "Press five.", keys: {5: pin}}
pin:
  - gather: {prompt: "Your PIN, please.", variable: pin, max: 4, sensitive: yes, repeat: 1}
  - say: "You typed {{VARIABLE.PIN|spell}}. {{VARIABLE.PIN}}"
  - label: "PIN {{VARIABLE.PIN}}"
  - dial: "{{VARIABLE.PIN}}"
"""


@pytest.mark.parametrize(
    "script",
    [
        [press("5"), press("8647")],
        [press("58647")],  # typed ahead, before the step was reached
        [press("5"), press("8647*")],
        [press("5"), press("86*"), press("8647")],
        [press("5"), press("86*47"), press("8647")],
    ],
)
def test_secret_digits_reach_no_event(script):
    transcript = call(SECRET, *script)
    events = [moment.event for moment in transcript.moments if type(moment.event).__name__ != "Dialled"]
    written = repr(events)
    assert "8647" not in written
    assert "8 6 4 7" not in written
    pressed = [event.digit for event in events if isinstance(event, DigitPressed)]
    assert pressed[0] == "5"
    assert set(pressed[1:]) == {"*"}
    assert ("entered", "***") in exits_of(transcript, "gather")
    assert "You typed ***. ***" in transcript.heard


def test_a_faulty_secret_is_masked_too():
    transcript = call(SECRET, press("5"), press("86*"), press("86*"))
    assert exits_of(transcript, "gather") == [("not_entered", "not a number: ***")]
    assert "86" not in render_transcript(transcript)


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ("max: 4", "the parameter 'variable' is missing"),
        ("variable: 1x", "variable: '1x' is not a variable name: letters, digits and _"),
        ("variable: x, min: 5, max: 4", "max: min (5) is more than max (4)"),
        ("variable: x, max: 99", "max: '99' must be at most 64"),
        (
            "variable: x, terminator: 5",
            "terminator: '5' cannot end a number: use # or *, or an empty text for none",
        ),
        ("variable: x, entered: b", "entered: there is no branch 'b'"),
        ("variable: x, not_entered: b", "not_entered: there is no branch 'b'"),
    ],
)
def test_wrong_parameters_are_refused(parameters, reason):
    found = problems_of(f"a: [gather: {{{parameters}}}]")
    assert [problem.split(" (gather): ")[1].split("; did")[0] for problem in found] == [reason]


READ = """
a:
  - read_keys:
      text: {pl: "{{KEY.DIGIT}}: {{KEY.METHOD}}", en: "{{KEY.DIGIT}} by {{KEY.METHOD}}"}
      quiet_s: 10
  - say: "Bye."
"""


def test_every_key_is_read_back_with_its_method():
    script = [press("1"), press("*", method="info"), press("#", method="inband"), press("0", method="smoke")]
    transcript = call(READ, *script)
    assert transcript.heard == (
        "1 by RFC 4 7 3 3",
        "* by SIP INFO",
        "# by tones in the audio",
        "0 by smoke",
        "Bye.",
    )
    assert exits_of(transcript, "read_keys") == [("quiet", "4 keys")]


def test_fast_keys_wait_their_turn():
    assert call(READ, press("123")).heard[:3] == ("1 by RFC 4 7 3 3", "2 by RFC 4 7 3 3", "3 by RFC 4 7 3 3")


def test_methods_have_polish_names():
    polish = READ.replace("a:\n", "a:\n  - language: pl\n")
    assert call(polish, press("1", method="inband")).heard[0] == "1: tonami w dźwięku"


def test_there_is_a_default_text_for_any_language():
    transcript = call("a: [{language: de}, {read_keys: {}}]", press("1", method="info"))
    assert transcript.heard == ("1, SIP INFO.",)


FORMAT = """
a:
  - gather:
      prompt: "Your number?"
      variable: n
      format: {format}
      invalid: "It cannot be one."
      repeat: 1
      sensitive: {sensitive}
      not_entered: b
  - hangup
b: [hangup]
"""


@pytest.mark.parametrize(
    ("format_", "right", "wrong"),
    [
        ("pesel", "44051401359", "44051401358"),
        ("nip", "8567346215", "8567346216"),
        ("regon", "192598184#", "192598185#"),
        ("regon", "12345678512347", "12345678512348"),
        ("blik", "777001", "77700#"),
    ],
)
def test_n13_a_number_that_cannot_be_one_is_asked_again_with_words_of_its_own(format_, right, wrong):
    told = call(FORMAT.format(format=format_, sensitive="no"), press(wrong), press(right))
    assert exits_of(told, "gather") == [("entered", right.strip("#"))]
    assert told.heard == ("Your number?", "It cannot be one.", "Your number?")
    assert told.seconds < 12
    twice = call(FORMAT.format(format=format_, sensitive="no"), press(wrong), press(wrong))
    assert exits_of(twice, "gather") == [("not_entered", f"cannot be one: {wrong.strip('#')}")]
    assert twice.heard.count("It cannot be one.") == 1


@pytest.mark.parametrize("typed", ["12#", "12*"])
def test_too_few_digits_and_keys_that_are_none_are_answered_as_well(typed):
    told = gather(press(typed), press("1234"), repeat=1, invalid="Three or four digits.")
    assert told.heard[:3] == ("Type the number.", "Three or four digits.", "Type the number.")
    assert exits_of(told, "gather") == [("entered", "1234")]
    silent = gather(repeat=1, invalid="Three or four digits.", not_entered="none")
    assert silent.heard == ("Type the number.", "Type the number.")


def test_who_presses_no_key_at_all_may_have_a_way_of_their_own():
    ways = {"no_input": "good", "not_entered": "none", "repeat": 1}
    assert exits_of(gather(**ways), "gather") == [("no_input", "")]
    assert gather(**ways).path == ("a", "good")
    # The last try counts, and # alone is a key.
    assert gather(press("#"), press("#"), **ways).path == ("a", "none")
    assert gather(press("12#"), **ways).path == ("a", "good")
    assert gather(press("12#"), press("12#"), **ways).path == ("a", "none")


def test_a_wrong_secret_number_shows_nowhere():
    told = call(FORMAT.format(format="pesel", sensitive="yes"), press("44051401358"), press("44051401358"))
    assert exits_of(told, "gather") == [("not_entered", "cannot be one: ***")]


HELPED = {"help": "{key: '*', prompt: It stands on the bill.}", "not_entered": "none", "entered": "good"}


def test_a_key_explains_the_question_and_is_no_failed_try():
    told = gather(press("*"), press("12*"), press("1234"), **HELPED)
    assert told.heard == ("Type the number.", *["It stands on the bill. Type the number."] * 2)
    assert exits_of(told, "gather") == [("entered", "1234")]
    silent = gather(press("*"), **HELPED)
    assert silent.heard == ("Type the number.", "It stands on the bill. Type the number.")
    assert exits_of(silent, "gather") == [("not_entered", "nothing")]


def test_who_asks_for_help_for_ever_has_not_entered_a_number():
    told = gather(*[press("*")] * 30, **HELPED)
    assert len(told.heard) == 21
    assert exits_of(told, "gather") == [("not_entered", "asks for help")]


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ("help: {key: 1, prompt: x}", "'1' is a digit of the number: use # or *"),
        ("help: {key: '#', prompt: x}", "'#' has another meaning here already"),
        ("help: {key: '*', prompt: x}, anew: '*'", "'*' has another meaning here already"),
        ("help: {key: '*', prompt: x}, format: amount", "'*' has another meaning here already"),
    ],
)
def test_a_key_for_help_has_no_other_meaning(more, fault):
    (problem,) = problems_of(f"a: [gather: {{variable: x, {more}}}]")
    assert fault in problem
