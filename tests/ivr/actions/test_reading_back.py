"""Numbers that are read back, typed anew, bounded in time and known by their digits (FEATURES B2, N-13)."""

from __future__ import annotations

import pytest

from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import hang_up, press, wait
from softswitch.ivr.transcript_lines import render_transcript
from tests.ivr.written import call, exits_of, problems_of, tree_of

HEADERS = {
    language: f"tree: t\nlanguage: {language}\nnumbers: [100]\nstart: a\nbranches:\n"
    for language in ("pl", "en")
}
GATHER = """
a:
  - gather: {{prompt: "Number?", variable: n, {parameters}}}
  - say: "It is {{{{VARIABLE.N}}}}."
none: [hangup]
"""
ASKED = "Number?"
READ = "You typed: one two three. If that is right, press one. To type it again, press two."


def gather(*script, parameters, language="en"):
    return call(GATHER.format(parameters=parameters), *script, header=HEADERS[language])


def test_what_is_right_counts():
    told = gather(press("123#"), press("1"), parameters="confirm: yes")
    assert told.heard == (ASKED, READ, "It is 123.")


def test_it_is_read_back_in_the_language_of_the_call():
    told = gather(press("123#"), press("1"), parameters="confirm: yes", language="pl")
    assert told.heard[1] == (
        "Wpisano: jeden dwa trzy. Jeśli się zgadza, proszę nacisnąć jeden. "
        "Aby wpisać jeszcze raz, proszę nacisnąć dwa."
    )


def test_a_star_to_press_is_bent_in_polish():
    told = gather(press("123#"), press("#"), parameters="confirm: {right: '#', again: '*'}", language="pl")
    assert told.heard[1].endswith(
        "proszę nacisnąć krzyżyk. Aby wpisać jeszcze raz, proszę nacisnąć gwiazdkę."
    )


def test_what_is_wrong_is_typed_again_and_costs_no_failed_try():
    told = gather(press("123#"), press("2"), press("456#"), press("1"), parameters="confirm: yes")
    assert exits_of(told, "gather") == [("entered", "456")]
    assert told.heard == (ASKED, READ, ASKED, READ.replace("one two three", "four five six"), "It is 456.")


def test_the_hash_behind_the_answer_is_no_number():
    told = gather(
        press("123#"), press("2"), press("#", after=0.5), press("456#"), press("1"), parameters="confirm: yes"
    )
    assert exits_of(told, "gather") == [("entered", "456")]


# script behind the number, tries, exit, how often it was read back
ANSWERS = [
    ([], 3, "not_entered", 3),
    ([], 1, "not_entered", 1),
    ([press("7"), press("1")], 3, "entered", 2),
    ([press("7"), wait(15), press("1")], 3, "entered", 3),
    ([press("7"), press("7"), press("7"), press("1")], 3, "not_entered", 3),
    ([press("2"), press("456#"), press("2"), press("789#"), press("1")], 3, "entered", 3),
    ([press("2"), press("456#"), press("2"), press("789#"), press("2")], 3, "not_entered", 3),
    ([press("2")], 1, "not_entered", 1),
    ([press("2"), press("45#"), press("456#"), press("1")], 3, "entered", 2),
]


@pytest.mark.parametrize(("script", "tries", "exit_name", "read"), ANSWERS)
def test_reading_back_has_tries_of_its_own(script, tries, exit_name, read):
    parameters = f"min: 3, max: 5, repeat: 1, not_entered: none, confirm: {{tries: {tries}}}"
    told = gather(press("123#"), *script, parameters=parameters)
    assert [one[0] for one in exits_of(told, "gather")] == [exit_name]
    assert sum(text.startswith("You typed") for text in told.heard) == read
    if exit_name == "not_entered":
        assert "not confirmed" in exits_of(told, "gather")[0][1]


def test_own_words_and_own_keys():
    parameters = (
        'confirm: {prompt: "{{TYPED.VALUE|number}}? {{KEY.RIGHT|digits}}, {{KEY.AGAIN|digits}}.", '
        'right: "#", again: "*"}'
    )
    told = gather(press("22#"), press("*"), press("23#"), press("#"), parameters=parameters)
    assert told.heard[1] == "twenty-two? hash, star."
    assert told.heard[-1] == "It is 23."


def test_a_key_cuts_it_short_and_typing_ahead_confirms():
    assert gather(press("123#1"), parameters="confirm: yes").heard[0] == ASKED
    assert gather(press("1231"), parameters="max: 3, confirm: yes").heard[-1] == "It is 123."
    # The hash that many press behind a number of fixed length is not taken for an answer.
    told = gather(press("123"), press("#1", after=0.5), parameters="max: 3, confirm: yes")
    assert told.heard[-1] == "It is 123."


def test_a_secret_is_heard_by_its_caller_alone():
    told = gather(
        press("864#"), press("2"), press("975#"), press("1"), parameters="sensitive: yes, confirm: yes"
    )
    written = render_transcript(told)
    assert exits_of(told, "gather") == [("entered", "***")]
    for secret in ("864", "975", "eight six four", "nine seven five"):
        assert secret not in written
    assert "You typed: ***." in written


@pytest.mark.parametrize(
    ("digits", "parameters", "exit_name", "detail"),
    [
        ("12*34#", 'anew: "*"', "entered", "34"),
        ("12**34#", 'anew: "*"', "entered", "34"),
        ("12#34*", 'anew: "#", terminator: "*"', "entered", "34"),
        ("12*", 'anew: "*"', "not_entered", "nothing"),
        ("*" * 21, 'anew: "*"', "not_entered", "not a number: *"),
    ],
)
def test_a_key_begins_the_number_anew(digits, parameters, exit_name, detail):
    told = gather(press(digits), parameters=f"{parameters}, not_entered: none")
    assert exits_of(told, "gather") == [(exit_name, detail)]


def test_the_longest_time_for_all_digits():
    slow = [press(digit, after=2.0) for digit in "12345"]
    parameters = "total_s: 7, not_entered: none"
    told = gather(*slow, hang_up(), parameters=parameters)
    assert exits_of(told, "gather") == [("not_entered", "took too long: 123")]
    assert told.seconds < 9
    assert exits_of(gather(*slow, parameters="total_s: 60"), "gather") == [("entered", "12345")]
    # Who types nothing has said nothing, and was not too slow.
    assert exits_of(gather(parameters=parameters), "gather") == [("not_entered", "nothing")]
    assert gather(parameters="total_s: 3, not_entered: none").seconds == pytest.approx(3.5, abs=0.1)


# format, typed, kept, read back
RIGHT = [
    ("luhn", "4539578763621486#", "4539578763621486", "four, five three nine, five seven eight"),
    ("iban", "61109010140000071219812874", "61109010140000071219812874", "six one, one zero nine"),
    ("date", "03052031", "2031-05-03", "the third of May, twenty thirty-one"),
    ("past_date", "24121980", "1980-12-24", "the twenty-fourth of December, nineteen eighty"),
    ("past_date", "02012026", "2026-01-02", "the second of January, twenty twenty-six"),
    ("amount", "12*5#", "12.50", "twelve zlotys and fifty groszy"),
    ("amount", "7#", "7.00", "seven zlotys"),
    ("phone", "601200300#", "601200300", "six zero one, two zero zero, three zero zero"),
    ("phone", "0048601200300#", "0048601200300", "zero, zero four eight"),
    ("postal_code", "00950", "00-950", "zero zero nine five zero"),
]


def with_format(format_, *script, more="confirm: yes"):
    tree = tree_of(GATHER.format(parameters=f"format: {format_}, not_entered: none, {more}"), HEADERS["en"])
    return simulate(tree, script, scene=Scene.model_validate({"at": "2026-01-02T12:00:00"}))


@pytest.mark.parametrize(("format_", "typed", "kept", "read"), RIGHT)
def test_n13_numbers_are_kept_and_read_back_as_what_they_are(format_, typed, kept, read):
    told = with_format(format_, press(typed), press("1"))
    assert told.heard[1].startswith(f"You typed: {read}")
    assert told.heard[2] == f"It is {kept}."


WRONG = [
    ("luhn", "4539578763621487#"),
    ("luhn", "0000000000000000#"),
    ("luhn", "1234567#"),
    ("iban", "61109010140000071219812875"),
    ("iban", "6110901014#"),
    ("date", "31022026"),
    ("date", "24128019"),
    ("date", "241280#"),
    ("past_date", "03012026"),
    ("past_date", "24122026"),
    ("amount", "12*345#"),
    ("amount", "12*#"),
    ("amount", "*50#"),
    ("amount", "1*2*3#"),
    ("phone", "012345678#"),
    ("phone", "60120030#"),
    ("phone", "6012003001#"),
    ("phone", "00012345678#"),
    ("postal_code", "0095#"),
]


@pytest.mark.parametrize(("format_", "typed"), WRONG)
def test_n13_what_cannot_be_one_is_found_before_anything_is_looked_up(format_, typed):
    told = with_format(format_, press(typed), more="confirm: no")
    exit_name, detail = exits_of(told, "gather")[0]
    assert (exit_name, detail.partition(":")[0]) == ("not_entered", "cannot be one")


def test_a_pattern_of_the_firm_s_own_numbers():
    parameters = 'max: 5, pattern: "4[0-5]xxx", not_entered: none'
    assert exits_of(gather(press("45123"), parameters=parameters), "gather") == [("entered", "45123")]
    for wrong in ("46123", "4512#", "55123"):
        told = gather(press(wrong), parameters=parameters)
        assert exits_of(told, "gather") == [("not_entered", f"cannot be one: {wrong.strip('#')}")]


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ('anew: "5"', "anew: '5' cannot begin a number anew: use * or #, or an empty text for none"),
        ('anew: "#"', "anew: '#' ends the number already"),
        ('format: amount, anew: "*"', "format: of a sum the star is the comma, and nothing else"),
        ('format: amount, terminator: "*"', "format: of a sum the star is the comma, and nothing else"),
        ("confirm: {right: 2}", "confirm: again: '2' says that it is right already"),
        ("confirm: {again: 12}", "confirm.again: '12' is no single key: one of 0-9, * and #"),
        ("confirm: {tries: 0}", "confirm.tries: '0' must be at least 1"),
        ("pattern: 4-x", "pattern: '4-x' is no pattern of digits such as 1xx or [2-4]0x: see '-'"),
        ("total_s: 0", "total_s: '0' must be more than 0"),
    ],
)
def test_wrong_parameters_are_refused(parameters, reason):
    found = problems_of(f"a: [gather: {{variable: n, {parameters}}}]")
    assert [problem.split(" (gather): ")[1].split("; did")[0] for problem in found] == [reason]
