"""The step ``identify`` on simulated calls: verified, wrong, locked; and nothing that was typed shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from softswitch.events import CallerVerified, DigitPressed, IdentityLocked, IdentityRefused
from softswitch.ivr.desks.gate import NoGate, Person, Shown, Shows
from softswitch.ivr.simulate import DEFAULT_FACTS
from softswitch.ivr.simulated.script import press, wait
from softswitch.ivr.simulated.till import SimulatedGate, identified
from softswitch.ivr.transcript import Transcript
from softswitch.ivr.transcript_lines import render_transcript
from tests.ivr.written import HEADER, call, exits_of, problems_of

TREE = """
a:
  - label: "Cards"
  - identify: {{refused: no, locked: person{more}}}
  - say: "Welcome {{{{VARIABLE.CUSTOMER_NAME}}}}"
  - queue: cards
no: [say: "no", hangup]
person: [queue: cards]
"""
ANSWERS = [press("1001#"), press("4711#")]


def identifying(*script, more="", header=HEADER) -> Transcript:
    return call(TREE.format(more=more), *script, header=header)


def events_of(transcript: Transcript, kind: type) -> list[object]:
    return [m.event for m in transcript.moments if isinstance(m.event, kind)]


def test_m03_a_verified_caller_is_shown_to_the_agent():
    told = identifying(*ANSWERS)
    assert exits_of(told, "identify") == [("verified", "17")]
    assert events_of(told, CallerVerified) == [CallerVerified("17", ("customer_number", "pin"))]
    assert told.waited[0].label == "Cards, verified"
    assert "Welcome Jan Kowalski" in told.heard
    polish = identifying(*ANSWERS, header=HEADER.replace("language: en", "language: pl"))
    assert polish.waited[0].label == "Cards, zweryfikowany"


def test_nothing_that_was_typed_is_shown():
    told = identifying(*ANSWERS)
    digits = "".join(event.digit for event in events_of(told, DigitPressed))
    assert set(digits) == {"*"}
    assert "4711" not in render_transcript(told)
    assert "4711" not in repr(Shows({"pin": "4711"}, "1001"))


@pytest.mark.parametrize("caller", ["anonymous", "anonymous@provider", "+48600100200"])
def test_who_hides_the_number_is_not_counted_as_a_number_of_that_name(monkeypatch, caller):
    counted: list[str] = []

    async def locked(gate: SimulatedGate, number: str) -> None:
        counted.append(number)

    async def check(gate: SimulatedGate, asked: object, shows: Shows) -> Person:
        counted.append(shows.caller)
        return Person(Shown.VERIFIED, "17", "Jan Kowalski")

    monkeypatch.setattr(SimulatedGate, "locked", locked)
    monkeypatch.setattr(SimulatedGate, "check", check)
    call(TREE.format(more=""), *ANSWERS, facts=replace(DEFAULT_FACTS, caller=caller))
    assert counted == ["" if caller.startswith("anonymous") else caller] * 2


def test_wrong_answers_say_no_more_than_that():
    told = identifying(*ANSWERS, *ANSWERS, identified(Shown.WRONG))
    assert exits_of(told, "identify") == [("verified", "17")]
    assert events_of(told, IdentityRefused) == [IdentityRefused(1)]
    assert told.heard.count("What you entered does not match.") == 1


def test_three_wrong_tries_of_a_call_are_the_end():
    wrong = [identified(Shown.WRONG)] * 3
    told = identifying(*ANSWERS, *ANSWERS, *ANSWERS, *wrong)
    assert exits_of(told, "identify") == [("refused", "")]
    assert told.path == ("a", "no")


def test_m03_a_locked_caller_goes_to_a_person_unverified():
    told = identifying(*ANSWERS, identified(Shown.LOCKED))
    assert exits_of(told, "identify") == [("locked", "")]
    assert events_of(told, IdentityLocked) == [IdentityLocked(900)]
    assert told.waited[0].label == "Cards"


def test_what_cannot_be_checked_is_said():
    told = identifying(*ANSWERS, identified(Shown.UNAVAILABLE))
    assert exits_of(told, "identify") == [("refused", "unavailable")]
    assert "We cannot check this now." in told.heard


def test_half_an_answer_is_asked_again_without_a_try():
    told = identifying(press("#"), press("1001#"), press("4711#"))
    assert exits_of(told, "identify") == [("verified", "17")]
    assert any("not a whole answer" in text for text in told.heard)
    assert not events_of(told, IdentityRefused)


def test_who_types_nothing_is_refused_and_not_counted():
    told = identifying(wait(120))
    assert exits_of(told, "identify") == [("refused", "nothing")]
    assert not events_of(told, IdentityRefused)


def test_answers_of_a_fixed_length_end_by_themselves():
    told = identifying(press("1359"), press("14051944"), more=", factors: [pesel_last4, birth_date]")
    assert exits_of(told, "identify") == [("verified", "17")]
    assert told.seconds < 120


@pytest.mark.parametrize(
    ("factors", "reason"),
    [
        ("[customer_number]", "proves nothing"),
        ("[]", "proves nothing"),
        ("[pin, pin]", "asked twice"),
        ("[shoe_size]", "factors"),
    ],
)
def test_faults_in_a_file_are_named(factors, reason):
    problems = problems_of(f"a: [identify: {{factors: {factors}}}]")
    assert any(reason in problem for problem in problems), problems


async def test_a_switch_that_knows_nobody_checks_nobody():
    gate = NoGate()
    assert await gate.locked("1") is None
    assert (await gate.check(("pin",), Shows({}))).shown is Shown.UNAVAILABLE
    assert gate.well_formed("pin", "1")
