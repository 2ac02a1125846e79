"""A simulated call as it is read at a terminal, in both languages."""

from __future__ import annotations

import pytest

from softswitch.events import LegHeld, PromptPlayed
from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.outcome import POLISH_REASONS, Ended, EndReason
from softswitch.ivr.simulated.others import answer
from softswitch.ivr.simulated.queues import queued
from softswitch.ivr.simulated.script import hang_up, press, wait
from softswitch.ivr.transcript import Effect, Moment, Transcript
from softswitch.ivr.transcript_lines import render_transcript
from tests.ivr.written import call

BRANCHES = """
a:
  - label: Cards
  - menu: {prompt: "Fourteen chars", keys: {1: b}}
b:
  - dial: {target: [7, 8], busy: c}
c:
  - say: "They are busy."
  - hangup
"""


def test_a_call_reads_well_in_a_terminal():
    transcript = call(BRANCHES, press("9", after=0.5), press("1"), answer(DialResult.BUSY, after=4))
    assert (
        render_transcript(transcript)
        == """\
tree t
  0:00.0  BRANCH  a
  0:00.0    step    1 label: done (Cards)
  0:00.0    hears   Fourteen chars  (0.5 s, cut short by a key)
  0:00.5    presses 9  (rfc4733)
  0:00.5    hears   Fourteen chars  (1.0 s)
  0:01.5    presses 1  (rfc4733)
  0:01.5    step    2 menu: key 1 (wrong: 9)
  0:01.5  BRANCH  b
  0:01.5    dials   7, 8 as 'Cards': busy after 4 s
  0:05.5    step    1 dial: busy (7, 8)
  0:05.5  BRANCH  c
  0:05.5    hears   They are busy.  (1.0 s)
  0:06.5    step    1 say: heard to the end
  0:06.5    step    2 hangup: done
  0:06.5  END     the tree hung up (branch c)"""
    )


@pytest.mark.parametrize(
    ("effect", "english", "polish"),
    [
        (
            Effect("sms", {"to": "+48600100200", "text": "Oferta", "template": ""}),
            "sms     to +48600100200, text Oferta",
            "SMS     do +48600100200, treść Oferta",
        ),
        (
            Effect("ticket", {"queue": "missed", "priority": "high", "number": "600"}),
            "ticket  queue missed, priority high, number 600",
            "zgłoszenie kolejka missed, priorytet high, numer 600",
        ),
        (
            Effect("program", {"number": "700", "text": "a"}),
            "program number 700, text a",
            "program number 700, text a",
        ),
    ],
)
def test_what_is_done_beside_the_call(effect, english, polish):
    transcript = Transcript("t", (Moment(1.0, effect),), None, 2.0)
    for language, line in (("en", english), ("pl", polish)):
        assert render_transcript(transcript, language).splitlines()[1] == f"  0:01.0    {line}"


def test_minutes_and_events_of_other_rooms():
    transcript = Transcript("t", (Moment(125.04, LegHeld("x")),), None, 600.0)
    assert render_transcript(transcript).splitlines() == [
        "tree t",
        "  2:05.0    x holds the call",
        " 10:00.0  END     the caller hung up",
    ]


def test_a_tree_from_elsewhere_cannot_paint_the_terminal():
    said = PromptPlayed("t", "a", "\x1b[31mred\n", 1.0, False)
    shown = render_transcript(Transcript("t\x07", (Moment(1.0, said),), None, 1.0))
    assert shown.splitlines()[:2] == ["tree t·", "  0:00.0    hears   ·[31mred·  (1.0 s)"]


QUEUE = "a: [{label: Cards}, {queue: {name: sales, keys: {0: b}, full: b}}]\nb: [hangup]"


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (
            [queued(WaitEnd.TALK_OVER, after=20, talk=60)],
            "sales as 'Cards': an agent answered after 20 s, the called side hung up 60 s later",
        ),
        ([queued(WaitEnd.FULL)], "sales as 'Cards': the queue is full after 0 s"),
        ([press("0", after=7)], "sales as 'Cards': key 0 after 7 s"),
        ([wait(9), hang_up()], "sales as 'Cards': the caller hung up after 9 s"),
        (
            [queued(WaitEnd.TALK_OVER, after=20, talk=60), wait(25), hang_up()],
            "sales as 'Cards': an agent answered after 20 s, the caller hung up 5 s later",
        ),
    ],
)
def test_a_wait_in_a_queue_is_one_line(script, line):
    assert f"  0:00.0    waits   {line}" in render_transcript(call(QUEUE, *script)).splitlines()


def test_a_wait_stands_before_the_keys_that_were_pressed_in_it():
    shown = render_transcript(call(QUEUE, press("5", after=3), press("0", after=4))).splitlines()
    assert [line.split()[1] for line in shown[1:-1]] == [
        "BRANCH", "step", "waits", "presses", "presses", "step", "BRANCH", "step",
    ]  # fmt: skip


def test_what_has_no_words_of_its_own_is_told_as_the_log_tells_it():
    shown = render_transcript(call("a: [find_customer, {ticket: {queue: missed, when: on_hangup}}, hangup]"))
    assert "  0:00.0    no customer by telephone number" in shown.splitlines()
    assert "ticket for missed if the caller leaves without reaching anybody" in shown


def test_n02_a_call_in_polish():
    script = press("9", after=0.5), press("1"), answer(DialResult.BUSY, after=4)
    assert (
        render_transcript(call(BRANCHES, *script), "pl")
        == """\
menu t
  0:00.0  GAŁĄŹ   a
  0:00.0    krok    1 label: gotowe (Cards)
  0:00.0    słyszy  Fourteen chars  (0.5 s, przerwane klawiszem)
  0:00.5    wybiera 9  (rfc4733)
  0:00.5    słyszy  Fourteen chars  (1.0 s)
  0:01.5    wybiera 1  (rfc4733)
  0:01.5    krok    2 menu: klawisz 1 (źle: 9)
  0:01.5  GAŁĄŹ   b
  0:01.5    dzwoni  7, 8 jako 'Cards': zajęte po 4 s
  0:05.5    krok    1 dial: zajęte (7, 8)
  0:05.5  GAŁĄŹ   c
  0:05.5    słyszy  They are busy.  (1.0 s)
  0:06.5    krok    1 say: wysłuchano do końca
  0:06.5    krok    2 hangup: gotowe
  0:06.5  KONIEC  menu zakończyło połączenie (gałąź c)"""
    )


def test_n02_a_wait_in_polish():
    shown = render_transcript(call(QUEUE, queued(WaitEnd.TALK_OVER, after=20, talk=60)), "pl")
    line = "sales jako 'Cards': konsultant odebrał po 20 s, rozmówca się rozłączył 60 s później"
    assert f"  0:00.0    czeka   {line}" in shown.splitlines()


@pytest.mark.parametrize("reason", EndReason)
def test_every_end_has_a_polish_sentence(reason: EndReason):
    shown = render_transcript(Transcript("t", (), Ended(reason, "a"), 1.0), "pl")
    assert POLISH_REASONS[reason] in shown
    assert POLISH_REASONS[reason] != reason.value
