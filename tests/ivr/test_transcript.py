import pytest

from softswitch.events import LegHeld, PromptPlayed
from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.simulate import answer, hang_up, press, wait
from softswitch.ivr.simulated_queues import queued
from softswitch.ivr.transcript import Moment, Transcript, render_transcript
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


def test_what_a_test_asks_of_a_call():
    transcript = call(BRANCHES, press("1"), answer(DialResult.BUSY))
    assert transcript.path == ("a", "b", "c")
    assert transcript.heard == ("Fourteen chars", "They are busy.")
    assert transcript.exits[:2] == (("a", "1 label", "next"), ("a", "2 menu", "key 1"))
    assert transcript.dialled[0].label == "Cards"
    assert transcript.reason == "the tree hung up"


def test_minutes_and_events_of_other_rooms():
    transcript = Transcript("t", (Moment(125.04, LegHeld("x")),), None, 600.0)
    assert render_transcript(transcript).splitlines() == [
        "tree t",
        "  2:05.0    LegHeld(leg='x')",
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
