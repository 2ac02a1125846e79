"""What the words of ``softswitch simulate`` do, and what is said of words that mean nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from softswitch.errors import Problem
from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.desks.gate import Shown
from softswitch.ivr.desks.till import Standing
from softswitch.ivr.errors import SimulationError
from softswitch.ivr.rehearsal import (
    Rehearsal,
    parse_answer,
    parse_check,
    parse_figures,
    parse_pays,
    parse_wait,
    rehearse,
)
from softswitch.ivr.simulated.line import NO_LINE
from softswitch.ivr.simulated.queues import AGENT_TALK_S, WAIT_S, Figures, Queued
from softswitch.ivr.simulated.ringing import ANSWER_AFTER_S, TALK_S, Answer
from softswitch.ivr.simulated.till import Pays
from tests.ivr.written import HEADER

CHOOSE = "  a: [{menu: {prompt: Choose., keys: {1: b, 12: b}, no_input: {repeat: 0}}}]\n  b: [hangup]\n"
DIALS = "  a: [{say: Hi.}, {dial: {target: 7, busy: b}}]\n  b: [dial: 8]\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.yaml"


def printed(path: Path, branches: str, how: Rehearsal | None = None, code: int = 0) -> list[str]:
    """Return the lines printed for a tree of these branches."""
    path.write_text(HEADER + branches)
    text, found = rehearse(path, how or Rehearsal())
    assert found == code
    return text.splitlines()


def test_the_call_is_printed(path):
    lines = printed(path, CHOOSE, Rehearsal(["12"]))
    assert lines[0] == "tree t"
    assert lines[-1].endswith("END     the tree hung up (branch b)")


def test_the_caller_hangs_up(path):
    lines = printed(path, CHOOSE, Rehearsal(["9"], hang_up_after=0.5, called="100"))
    assert lines[-1].endswith("END     the caller hung up")


def test_keys_that_were_never_pressed(path):
    assert printed(path, CHOOSE, Rehearsal(["12", "2", "34"]))[-1] == "never pressed: 2, 34"


def test_what_comes_of_each_dialled_number(path):
    lines = printed(path, DIALS, Rehearsal(dials=["busy:after=3", "answered:after=2:talk=60", "declined"]))
    assert [line.split("dials   ")[1] for line in lines if "dials" in line] == [
        "7: busy after 3 s",
        "8: the called side hung up after 62 s",
    ]
    assert lines[-1] == "never used: declined after 5 s"


def test_a_caller_who_is_told_nothing_hears_a_busy_tone(path):
    lines = printed(path, DIALS, Rehearsal(dials=["no_answer"]))
    assert lines[-1].endswith("the called party did not answer (branch a), after a busy tone")


def test_a_call_that_is_never_answered(path):
    assert printed(path, "  a: [dial: 7]\n", Rehearsal(dials=["busy"]))[-1].endswith(
        "the called party is busy (branch a); the call was never answered"
    )


def test_a_call_that_goes_round_fails_and_is_shown_in_short(path):
    branches = "  a: [{say: '{{CALL.ACCOUNT_LANGUAGE}}'}, {goto: b}]\n  b: [goto: a]\n"
    lines = printed(path, branches, code=1)
    assert [line.removeprefix("  0:00.0  ") for line in lines if not line.startswith("warning")] == [
        "tree t",
        "BRANCH  a",
        "  step    1 say: nothing to say",
        "  step    2 goto: done",
        "BRANCH  b",
        "  step    1 goto: done",
        "  ...     the same 65 times more",
        "BRANCH  a",
        "  step    1 say: nothing to say",
        "  step    2 goto: done",
        "BRANCH  b",
        "END     the tree went round without the caller (branch b); the call was never answered",
    ]


def test_what_is_weak_in_the_tree_is_told_first(path):
    lines = printed(path, "  a: [hangup]\n  b: [hangup]\n")
    assert lines[0] == f"warning: {path} line 7: branch b: no step leads here"


def test_n02_all_of_it_in_polish(path):
    path.write_text(HEADER + "  a: [hangup]\n  b: [hangup]\n")
    shown, code = rehearse(path, Rehearsal(), language="pl")
    assert code == 0
    assert shown.splitlines()[0] == f"uwaga: {path} wiersz 7: gałąź b: żaden krok tu nie prowadzi"
    assert shown.splitlines()[-1].startswith("  0:00.0  KONIEC  menu zakończyło połączenie (gałąź a)")
    shown, code = rehearse(path, Rehearsal(["x"]), language="pl")
    assert (shown, code) == ("żaden telefon nie ma klawisza x: są 0-9, * i #", 2)


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        (Rehearsal(["1", "x2y"]), "no phone has the key x, y: press 0-9, * and #"),
        (Rehearsal(hang_up_after=-1), "'-1' is no number of seconds for --hang-up-after"),
        (Rehearsal(hang_up_after=math.nan), "'nan' is no number of seconds for --hang-up-after"),
        (Rehearsal(hang_up_after=math.inf), "'inf' is no number of seconds for --hang-up-after"),
        (Rehearsal(called="555"), "555 does not lead to the tree t: its numbers are 100"),
        (
            Rehearsal(dials=["engaged"]),
            "'engaged' is not one of answered, busy, no_answer, unreachable, declined, unknown",
        ),
    ],
)
def test_words_that_mean_nothing(path, how, sentence):
    assert printed(path, CHOOSE, how, code=2) == [sentence]


def test_any_number_calls_a_tree_without_numbers(path):
    path.write_text("tree: t\nlanguage: en\nstart: a\nbranches:\n" + CHOOSE)
    assert rehearse(path, Rehearsal(called="555"))[1] == 0


def test_a_tree_with_faults(path):
    assert printed(path, "  a: [dance]\n", code=2) == [
        f"{path} line 6: branch a step 1 (dance): unknown action"
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("busy", Answer(DialResult.BUSY)),
        ("unknown", Answer(DialResult.UNKNOWN, after=0)),
        ("no_answer:after=9", Answer(DialResult.NO_ANSWER, after=9)),
        ("answered", Answer(DialResult.ENDED_BY_CALLEE, ANSWER_AFTER_S, TALK_S)),
        ("answered:talk=1.5:after=2", Answer(DialResult.ENDED_BY_CALLEE, 2, 1.5)),
    ],
)
def test_what_comes_of_a_number_in_words(text, found):
    assert parse_answer(text) == found


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("bussy", r"'bussy' is not one of answered, .*; did you mean 'busy'\?"),
        ("", "'' is not one of"),
        ("busy:talk=3", "'busy:talk=3' means nothing: write busy:after=3 or answered:after=5:talk=30"),
        ("answered:tlak=3", "'answered:tlak=3' means nothing"),
        ("answered:5", "'answered:5' means nothing"),
        ("busy:after=-1", "'-1' is no number of seconds for after"),
        ("busy:after=nan", "'nan' is no number of seconds for after"),
        ("busy:after", "'' is no number of seconds for after"),
    ],
)
def test_what_comes_of_a_number_that_means_nothing(text, sentence):
    with pytest.raises(SimulationError, match=sentence):
        parse_answer(text)


QUEUES = (
    "  a: [{by_waiting: {queue: sales, at_most: 5, no: b}}, {queue: {name: sales, max_wait: b}}]\n"
    "  b: [hangup]\n"
)


def test_what_comes_of_each_wait_and_how_many_wait(path):
    lines = printed(
        path, QUEUES, Rehearsal(waits=["max_wait:after=300", "full"], figures=["sales:waiting=5"])
    )
    assert [line.split("waits   ")[1] for line in lines if "waits" in line] == [
        "sales: waited as long as allowed after 300 s"
    ]
    assert lines[-1] == "never used: full after 0 s"
    many = printed(path, QUEUES, Rehearsal(figures=["sales:waiting=6"]))
    assert any("by_waiting: no (sales: 6 > 5)" in line for line in many)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("answered", Queued(WaitEnd.TALK_OVER, WAIT_S, AGENT_TALK_S)),
        ("answered:after=2:talk=3", Queued(WaitEnd.TALK_OVER, 2, 3)),
        ("full", Queued(WaitEnd.FULL, 0)),
        ("own_key", Queued(WaitEnd.KEY, WAIT_S)),
        ("empty", Queued(WaitEnd.EMPTY, 0)),
        ("max_wait:after=300", Queued(WaitEnd.MAX_WAIT, 300)),
        ("no_agent", Queued(WaitEnd.NO_AGENT, WAIT_S)),
        ("callback:after=9", Queued(WaitEnd.CALLBACK, 9)),
    ],
)
def test_what_comes_of_a_wait_in_words(text, found):
    assert parse_wait(text) == found


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fulll", r"'fulll' is not one of answered, full, .*; did you mean 'full'\?"),
        ("key", "'key' is not one of answered"),
        ("full:after=3", "'full:after=3' means nothing: write full, max_wait:after=300 or answered"),
        ("max_wait:talk=3", "'max_wait:talk=3' means nothing"),
        ("answered:after=soon", "'soon' is no number of seconds for after"),
    ],
)
def test_what_comes_of_a_wait_that_means_nothing(text, sentence):
    with pytest.raises(SimulationError, match=sentence):
        parse_wait(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sales:logged_in=3:free=1:waiting=5", Figures("sales", 3, 1, 5)),
        ("sales:logged_in=3", Figures("sales", 3, 3, 0)),
        ("sales:free=2", Figures("sales", 2, 2, 0)),
        ("sales:free=0", Figures("sales", 1, 0, 0)),
        ("sales:waiting=9", Figures("sales", 1, 1, 9)),
        ("sales:logged_in=0", Figures("sales", 0, 0, 0)),
    ],
)
def test_figures_in_words(text, found):
    assert parse_figures(text) == found


@pytest.mark.parametrize(
    "text", ["", "sales", ":free=1", "sales:fre=1", "sales:free=-1", "sales:free=x", "sales:free"]
)
def test_figures_that_mean_nothing(text):
    with pytest.raises(SimulationError, match="means nothing: write sales:logged_in=3:free=1:waiting=5"):
        parse_figures(text)


@pytest.mark.parametrize(
    ("text", "pays"),
    [
        ("paid", Pays()),
        ("paid:after=5:wrong=2", Pays(after=5.0, wrong_codes=2)),
        ("refused:after=3", Pays(Standing.REFUSED, 3.0)),
        ("already_paid", Pays(Standing.ALREADY_PAID)),
    ],
)
def test_payments_in_words(text, pays):
    assert parse_pays(text) == pays


@pytest.mark.parametrize("text", ["", "payed", "confirming", "paid:soon", "paid:after=-1"])
def test_what_is_no_payment(text):
    with pytest.raises(SimulationError):
        parse_pays(text)


def test_identity_checks_in_words():
    assert [parse_check(shown.value).shown for shown in Shown] == list(Shown)
    with pytest.raises(SimulationError, match="did you mean 'locked'"):
        parse_check("loked")


def test_a_payment_from_the_command_line(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text(
        "tree: t\nlanguage: en\nnumbers: [100]\nstart: a\nbranches:\n  a:\n"
        '    - identify: {}\n    - pay: {amount: "5,00"}\n    - hangup\n',
        encoding="utf-8",
    )
    how = Rehearsal(("1001#", "4711#", "123456", "654321"), pays=("paid:wrong=1",), checks=("verified",))
    text, code = rehearse(path, how)
    assert code == 0
    assert "2 pay: paid (5,00 zł)" in text
    assert "123456" not in text


def test_n02_the_world_round_a_call_comes_from_a_file(path, tmp_path):
    scene = tmp_path / "scene.yaml"
    scene.write_text("queues: {sales: {waiting: 6}}\ncaller: 600100200\n", encoding="utf-8")
    assert any(
        "by_waiting: no (sales: 6 > 5)" in line for line in printed(path, QUEUES, Rehearsal(scene=scene))
    )
    scene.write_text("called: 555\n", encoding="utf-8")
    told = printed(path, QUEUES, Rehearsal(scene=scene), code=2)
    assert told == ["555 does not lead to the tree t: its numbers are 100"]


def test_what_the_line_lacks_is_told_first(path):
    path.write_text(HEADER + "  a: [hangup]\n")
    lacking = Problem(str(path), 7, "branch a step 1 (queue)", "there is no queue 'sales'")
    line = replace(NO_LINE, lacks=lambda tree: [lacking])
    shown, code = rehearse(path, Rehearsal(), lambda path: line)
    assert (shown.splitlines()[0], code) == (f"warning: {lacking}", 0)
    shown, _ = rehearse(path, Rehearsal(), lambda path: line, "pl")
    polish = f"uwaga: {path} wiersz 7: gałąź a krok 1 (queue): nie ma kolejki 'sales'"
    assert shown.splitlines()[0] == polish
