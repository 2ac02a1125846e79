"""The shipped trees: loaded together, linted, and walked through every branch and every exit."""

import re
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.ivr.check import check_targets
from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.lint.linting import lint_tree
from softswitch.ivr.loader import load_trees
from softswitch.ivr.outcome import EndReason
from softswitch.ivr.proof.reading import suites_at
from softswitch.ivr.proof.report import run_suite
from softswitch.ivr.simulate import DEFAULT_FACTS, simulate
from softswitch.ivr.simulated.others import answer
from softswitch.ivr.simulated.queues import queued
from softswitch.ivr.simulated.script import hang_up, press, wait

FOLDER = Path(__file__).resolve().parents[2] / "ivr_trees"
DEMO, TEST_LINE, ECHO = load_trees([FOLDER / f"{name}.yaml" for name in ("demo", "test_line", "echo")])


@pytest.mark.parametrize("tree", [DEMO, TEST_LINE, ECHO], ids=lambda tree: tree.name)
def test_the_linter_finds_nothing(tree):
    assert lint_tree(tree) == []


def test_the_numbers_that_lead_to_the_trees():
    assert DEMO.numbers == ("100", "1000")
    assert TEST_LINE.numbers == ("*43",)
    assert ECHO.numbers == ("600",)


def test_the_tree_of_the_readme_is_one(tmp_path):
    text = (FOLDER.parent / "README.md").read_text("utf-8")
    (written,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "office.yaml").write_text(written, encoding="utf-8")
    (office,) = load_trees([tmp_path / "office.yaml"])
    assert lint_tree(office) == []
    assert check_targets([office], {"1001", "1002"}) == []
    assert simulate(office, [press("1"), answer(DialResult.BUSY)]).path == ("welcome", "sales", "sorry")


LANGUAGES = (("pl", "1"), ("en", "2"))


@pytest.mark.parametrize(("language", "key"), LANGUAGES)
@pytest.mark.parametrize(("choice", "target"), [("1", "1001"), ("2", "1002")])
@pytest.mark.parametrize(
    ("result", "branch"),
    [
        (DialResult.BUSY, "busy"),
        (DialResult.NO_ANSWER, "no-answer"),
        (DialResult.UNREACHABLE, "unreachable"),
        (DialResult.UNKNOWN, "unreachable"),
        (DialResult.DECLINED, "declined"),
        (DialResult.ENDED_BY_CALLEE, "after"),
    ],
)
def test_the_demo_rings_a_phone_and_says_what_came_of_it(language, key, choice, target, result, branch):
    transcript = simulate(DEMO, [press(key), press(choice), answer(result), wait(60), hang_up()])
    way = ("welcome", "choice", language, f"{language}-{choice}", f"{language}-{branch}", language)
    assert transcript.path[:6] == way
    assert transcript.dialled[0].targets == (target,)
    assert transcript.dialled[0].label.startswith("Demo: ")


@pytest.mark.parametrize(("language", "key"), LANGUAGES)
def test_the_demo_echoes_and_comes_back(language, key):
    transcript = simulate(DEMO, [press(key), press("3"), press("5"), wait(8), hang_up()])
    assert transcript.path == ("welcome", "choice", language, f"{language}-3", language)
    assert (f"{language}-3", "2 echo", "key") in transcript.exits


@pytest.mark.parametrize(("language", "key"), LANGUAGES)
def test_the_demo_reads_digits_back(language, key):
    transcript = simulate(DEMO, [press(key), press("4"), press("907#"), wait(4), hang_up()])
    assert transcript.heard[5].endswith(": 9 0 7.")
    assert transcript.path[-1] == language
    transcript = simulate(DEMO, [press(key), press("4"), press("9*"), wait(4), hang_up()])
    assert transcript.path[-2:] == (f"{language}-nothing", language)


@pytest.mark.parametrize(("language", "key"), LANGUAGES)
@pytest.mark.parametrize(
    ("end", "branch"), [(WaitEnd.TALK_OVER, "after"), (WaitEnd.NO_AGENT, "no-answer"), (WaitEnd.FULL, None)]
)
def test_the_demo_leads_into_its_queue_and_back(language, key, end, branch):
    transcript = simulate(DEMO, [press(key), press("5"), queued(end), wait(200), hang_up()])
    way = ("welcome", "choice", language, f"{language}-5")
    if branch is None:
        assert (transcript.path, transcript.ended.to) == (way, "demo")
    else:
        assert transcript.path[:6] == (*way, f"{language}-{branch}", language)


@pytest.mark.parametrize(("language", "key"), LANGUAGES)
def test_a_key_leads_from_the_queue_back_to_the_menu(language, key):
    script = [press(key), press("5"), queued(WaitEnd.MAX_WAIT, 300), press("0", after=60.0), hang_up()]
    assert simulate(DEMO, script).path == ("welcome", "choice", language, f"{language}-5", language)


@pytest.mark.parametrize(("language", "key"), LANGUAGES)
@pytest.mark.parametrize("back", ["0", "*"])
def test_the_demo_goes_back_to_the_languages(language, key, back):
    transcript = simulate(DEMO, [press(key), press(back), press("2"), press("0"), press("1"), hang_up()])
    assert transcript.path[:6] == ("welcome", "choice", language, "choice", "en", "choice")


@pytest.mark.parametrize(("language", "key"), LANGUAGES)
def test_the_demo_says_goodbye_to_silence_and_to_wrong_keys(language, key):
    silent = simulate(DEMO, [press(key)])
    wrong = simulate(DEMO, [press(key), press("9"), press("9"), press("9")])
    for transcript in (silent, wrong):
        assert transcript.path[-1] == f"{language}-bye"
        assert transcript.ended.reason is EndReason.HUNG_UP
    assert sum("Nie wybrano" in text or "we did not get" in text for text in silent.heard) == 2
    assert sum("nic nie ma" in text or "nothing under" in text for text in wrong.heard) == 2


def test_the_demo_chooses_polish_for_a_caller_who_does_not_choose():
    assert simulate(DEMO, []).path == ("welcome", "choice", "pl", "pl-bye")
    assert simulate(DEMO, [press("7")] * 3).path[:3] == ("welcome", "choice", "pl")


def test_every_branch_of_the_demo_is_reached():
    reached = set()
    for _, key in LANGUAGES:
        scripts = [[press(key), press("1"), answer(result)] for result in DialResult]
        scripts += [[press(key), press("2")], [press(key), press("3")], [press(key), press("5")]]
        scripts += [[press(key), press("4"), press("1#")], [press(key), press("4")]]
        for script in scripts:
            reached |= set(simulate(DEMO, script).path)
    assert reached == set(DEMO.branches)


@pytest.mark.parametrize(
    ("language", "expected"), [("", "Dzień dobry, tu linia testowa."), ("en", "Hello, this")]
)
def test_n08_the_test_line_tells_what_the_switch_sees(language, expected):
    facts = replace(DEFAULT_FACTS, language=language, behind_nat=True, called="*43")
    transcript = simulate(
        TEST_LINE, [press("1"), press("#", method="inband"), press("5", method="info")], facts
    )
    first, one, hash_key, five, goodbye = transcript.heard
    assert first.startswith(expected)
    assert "1 0 0 1" in first
    assert "P C M A" in first
    assert "NAT" in first
    assert " 1, RFC 4 7 3 3." in one
    assert " #, " in hash_key
    assert " 5, SIP INFO." in five
    assert goodbye
    assert transcript.ended.reason is EndReason.HUNG_UP


def test_the_test_line_says_when_something_is_unknown_or_there_is_no_nat():
    facts = replace(DEFAULT_FACTS, account="", codec="")
    first = simulate(TEST_LINE, [], facts).heard[0]
    assert "Konto: nieznane. Kodek: nieznany. Telefon nie jest za NAT." in first


@pytest.mark.parametrize("script", [[], [press("1")], [press("1", after=1.0), press("1", after=9.0)]])
def test_the_echo_line(script):
    transcript = simulate(ECHO, script)
    assert len(transcript.heard) == 2
    assert transcript.ended.reason is EndReason.HUNG_UP


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([DEMO, TEST_LINE, ECHO]),
    st.lists(
        st.text("0123456789*#", min_size=1, max_size=12).map(press)
        | st.tuples(st.sampled_from("0123456789*#"), st.floats(0, 30)).map(lambda pair: press(*pair))
        | st.sampled_from(DialResult).map(answer)
        | st.sampled_from([end for end in WaitEnd if end is not WaitEnd.KEY]).map(queued),
        max_size=30,
    ),
)
def test_every_shipped_tree_ends_by_itself(tree, script):
    transcript = simulate(tree, script)
    assert transcript.ended is not None
    assert transcript.ended.reason is not EndReason.ENDLESS_LOOP


def test_a_demo_call_takes_less_than_five_milliseconds():
    script = [press("2"), press("4"), press("123#"), press("1"), answer(DialResult.BUSY)]
    simulate(DEMO, script)
    started = process_time()
    for _ in range(20):
        simulate(DEMO, script)
    assert (process_time() - started) / 20 < 0.005


@pytest.mark.parametrize("name", ["demo", "echo", "test_line"])
def test_n04_the_tests_beside_a_tree_pass_and_cover_all_of_it(name):
    (suite,) = suites_at([FOLDER / f"{name}.yaml"])
    report = run_suite(suite)
    assert [result.told() for result in report.results if result.differences] == []
    assert report.coverage.missing == ()
    assert report.coverage.percent == 100.0
