"""Calls played against a program in the terminal."""

from __future__ import annotations

import json

from softswitch.applications.program import Program
from softswitch.applications.protocol import About, Allowed
from softswitch.commands.applications import FAILED, MOST_TURNS, Trial
from tests.fakes.clock import FakeClock

ABOUT = About("01J", "+48600100200", "", "700", "", "pl", False)


async def played(answers, typed=()):
    """Play a call; return the exit code, what was shown and the results of each question."""
    shown, results, waiting, asked = [], [], list(typed), list(answers)

    async def post(url, headers, body, **how):
        results.append(json.loads(body)["results"])
        answer = asked.pop(0) if len(asked) > 1 else asked[0]
        return answer if isinstance(answer, bytes) else json.dumps({"steps": answer}).encode()

    program = Program(
        "https://x/", "a secret of some length", 5.0, post, FakeClock(), lambda: Allowed({"sales"})
    )
    trial = Trial(program, ABOUT, lambda question: waiting.pop(0) if waiting else "", shown.append)
    return await trial.play(), shown, results


async def test_a_call_is_played_to_its_end():
    code, shown, results = await played(
        [[{"say": "Witamy."}, {"gather": {"prompt": "Numer?", "max": 4}}], [{"transfer": "1002"}]], ["4711"]
    )
    assert code == 0
    assert shown == [
        "question 1: 2 steps",
        "  says: Witamy.",
        "  asks: Numer?",
        "question 2: 1 step",
        "  the call goes on at 1002, the program is asked no more",
    ]
    assert results[1] == [
        {"step": "say", "number": 1, "exit": "heard"},
        {"step": "gather", "number": 2, "exit": "entered", "digits": "4711"},
    ]


async def test_every_step_can_be_played():
    steps = [
        {"language": "en"},
        {"label": "x"},
        {"menu": {"prompt": ["One or two?", "Again?"], "keys": ["1", "2"], "wrong": "No."}},
        {"record": {}},
        {"dial": "1001"},
        {"queue": "sales"},
        {"gather": {"prompt": "PIN?", "choices": ["12"], "repeat": 1, "wrong": "No."}},
    ]
    code, shown, results = await played([steps, [{"hangup": "busy"}]], ["9", "2", "busy?", "", "1", "12#"])
    assert code == 0
    exits = [(one["step"], one["exit"]) for one in results[1]]
    assert exits == [
        ("language", "set"),
        ("label", "next"),
        ("menu", "key"),
        ("record", "recorded"),
        ("dial", "talk_over"),
        ("queue", "talk_over"),
        ("gather", "entered"),
    ]
    assert shown[-1] == "  hangs up with a busy tone"
    assert shown.count("  says: No.") == 2


async def test_a_bad_end_leaves_the_list():
    code, _, results = await played([[{"dial": "1001"}, {"say": "a"}], [{"hangup": {}}]], ["busy"])
    assert code == 0
    assert results[1] == [{"step": "dial", "number": 1, "exit": "busy"}]
    code, _, results = await played(
        [
            [{"menu": {"prompt": "?", "keys": ["1"], "repeat": 0}}],
            [{"gather": {"repeat": 0}}],
            [{"hangup": {}}],
        ],
        ["9", "x"],
    )
    assert [one[0]["exit"] for one in results[1:]] == ["no_match", "not_entered"]


async def test_a_program_that_fails_is_told_of_with_what_is_wrong():
    code, shown, _ = await played([[{"gather": {"max": 100}}]])
    assert code == FAILED
    assert shown == [
        "the program failed at question 1, the fallback would follow: step 1: gather.max: must be at most 64"
    ]


async def test_a_program_without_end_is_left():
    code, shown, results = await played([[{"label": "x"}]])
    assert (code, len(results)) == (FAILED, MOST_TURNS)
    assert "goes on after" in shown[-1]
