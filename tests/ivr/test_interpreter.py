import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.calls.guise import AS_KNOWN, Guise
from softswitch.calls.tongue import AS_IT_COMES, Tongue
from softswitch.clock import SystemClock
from softswitch.events import BranchEntered, PromptPlayed, StepTaken
from softswitch.ivr.context import (
    AS_USUAL,
    CallFacts,
    DialResult,
    Key,
    Manner,
    Played,
    Prompt,
    WaitEnd,
    World,
)
from softswitch.ivr.errors import CallerGone, PromptFailed
from softswitch.ivr.interpreter import MAX_STEPS_WITHOUT_CALLER, MOST_CALLS, run
from softswitch.ivr.model import Action, Branch, Step
from softswitch.ivr.outcome import Ended, EndReason, HandedOver, Taken
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.others import answer
from softswitch.ivr.simulated.queues import Figures, queued
from softswitch.ivr.simulated.scene import Scene, TalkedGiven
from softswitch.ivr.simulated.script import press, wait
from tests.ivr.written import call, tree_going_round, tree_of

FACTS = CallFacts(call="c", caller="1001", caller_name="", called="100")


class DeafLine:
    """A line on which nothing ever comes: waiting for a key lasts for ever."""

    guise = AS_KNOWN
    tongue = AS_IT_COMES

    def __init__(self, prompt_error: Exception | None = None) -> None:
        self.masks: list[bool] = []
        self.waiting = asyncio.Event()
        self._prompt_error = prompt_error

    async def play(self, prompts: Sequence[Prompt], *, until_key: bool) -> Played:
        if self._prompt_error is not None:
            raise self._prompt_error
        return Played(1.0, False)

    async def next_key(self, within: float) -> Key | None:
        self.waiting.set()
        return await asyncio.Future()

    def flush_keys(self) -> None:
        pass

    def show(self, guise: Guise) -> None:
        self.guise = guise

    def speak(self, tongue: Tongue) -> None:
        self.tongue = tongue

    async def dial(
        self, targets: Sequence[str], ring_for: float, label: str, manner: Manner = AS_USUAL
    ) -> DialResult:
        return DialResult.BUSY

    async def echo(self, within: float) -> None:
        pass

    def mask_keys(self, on: bool) -> None:
        self.masks.append(on)


def world_of(line):
    events = []
    return World(line, FACTS, SystemClock(), events.append), events


async def test_what_happens_is_recorded_in_order():
    tree = tree_of("a: [{say: Hello.}, {goto: b}]\nb: [{dial: {target: 7}}]")
    world, events = world_of(DeafLine())
    assert await run(tree, world) == Ended(EndReason.BUSY, "b", detail="7")
    assert events == [
        BranchEntered("t", "a"),
        PromptPlayed("t", "a", "Hello.", 1.0, False),
        StepTaken("t", "a", "1 say", "heard"),
        StepTaken("t", "a", "2 goto", "next"),
        BranchEntered("t", "b"),
        StepTaken("t", "b", "1 dial", "busy", "7"),
    ]


async def test_a_prompt_that_cannot_be_heard_does_not_end_the_call():
    tree = tree_of("a: [{say: Hello.}, hangup]")
    world, events = world_of(DeafLine(PromptFailed("no voice for en")))
    assert (await run(tree, world)).reason is EndReason.HUNG_UP
    assert StepTaken("t", "a", "prompt", "failed", "no voice for en") in events
    assert StepTaken("t", "a", "1 say", "failed") in events


async def test_a_caller_who_hangs_up_cancels_the_walk_and_leaves_no_mask_behind():
    tree = tree_of("a: [{gather: {variable: pin, sensitive: yes}}]")
    line = DeafLine()
    world, events = world_of(line)
    task = asyncio.ensure_future(run(tree, world))
    await line.waiting.wait()
    assert line.masks == [True]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert line.masks[-1] is False
    assert not any(isinstance(event, StepTaken) for event in events)


async def test_other_errors_pass_through():
    tree = tree_of("a: [{say: Hello.}]")
    for error in (CallerGone("gone"), RuntimeError("broken")):
        world, _ = world_of(DeafLine(error))
        with pytest.raises(type(error)):
            await run(tree, world)


class GiveAway(Action):
    """Hand the caller over to somebody."""

    async def run(self, visit):
        return Taken("given", HandedOver("queue cards"), "cards")


async def test_a_caller_handed_over_is_no_longer_the_trees():
    tree = replace(
        tree_of("a: [hangup]"), branches={"a": Branch("a", (Step(1, "give_away", GiveAway(), 1),), None, 1)}
    )
    world, events = world_of(DeafLine())
    assert await run(tree, world) == Ended(EndReason.HANDED_OVER, "a", "queue cards")
    assert events[-1] == StepTaken("t", "a", "1 give_away", "given", "cards")


class SendAway(Action):
    """Hand the caller over for a reason."""

    async def run(self, visit):
        return Taken("given", HandedOver("cards", EndReason.QUEUE_FULL))


async def test_why_a_caller_was_handed_over_is_told():
    tree = replace(
        tree_of("a: [hangup]"), branches={"a": Branch("a", (Step(1, "send", SendAway(), 1),), None, 1)}
    )
    world, _ = world_of(DeafLine())
    assert await run(tree, world) == Ended(EndReason.QUEUE_FULL, "a", "cards")


@pytest.mark.parametrize(
    "branches",
    [
        "a: [goto: a]",
        "a: [goto: b]\nb: [up]",
        "a: [{say: Round.}, {goto: b}]\nb: [{say: And round.}, {goto: a}]",
        "a: [{menu: {prompt: Hi., keys: {1: b}, no_input: {then: a}}}]\nb: [hangup]",
        "a: [{gather: {variable: x, not_entered: a}}]",
        "a: [{dial: {target: 1, no_answer: a}}]",
    ],
)
def test_a_tree_that_goes_round_without_the_caller_ends_with_a_named_reason(branches):
    script = [answer(DialResult.NO_ANSWER)] * (MAX_STEPS_WITHOUT_CALLER + 1)
    transcript = simulate(tree_going_round(branches), script)
    assert transcript.ended.reason is EndReason.ENDLESS_LOOP
    assert len(transcript.exits) == MAX_STEPS_WITHOUT_CALLER


def test_a_caller_who_keeps_pressing_keys_may_go_round_for_longer():
    again = 'a: [{say: "Hi."}, {menu: {prompt: "Again?", keys: {1: a, 2: b}}}]\nb: [hangup]'
    transcript = call(again, press("1" * MAX_STEPS_WITHOUT_CALLER), press("2"))
    assert transcript.ended.reason is EndReason.HUNG_UP
    assert len(transcript.exits) > MAX_STEPS_WITHOUT_CALLER


NAMES = ("a", "b", "c", "b-1")
BRANCH = st.sampled_from(NAMES)
MAYBE = st.none() | BRANCH
DIGITS = st.text("0123456789*#", min_size=1, max_size=2)


def parameters(name, **fields):
    return st.fixed_dictionaries({}, optional=fields).map(lambda given: {name: given})


def with_required(name, required, **fields):
    return st.fixed_dictionaries(required, optional=fields).map(lambda given: {name: given})


RETRY = st.fixed_dictionaries({}, optional={"repeat": st.integers(0, 3), "then": BRANCH})
STEP = st.one_of(
    st.sampled_from(
        ["up", "hangup", {"say": "A few words."}, {"say": "{{VARIABLE.X|spell}}"}, {"label": "L"}]
    ),
    BRANCH.map(lambda branch: {"goto": branch}),
    st.sampled_from(["pl", "en"]).map(lambda code: {"language": code}),
    st.floats(1, 60).map(lambda seconds: {"echo": seconds}),
    with_required(
        "menu",
        {"prompt": st.just("Choose."), "keys": st.dictionaries(DIGITS, BRANCH, min_size=1, max_size=4)},
        no_input=RETRY,
        no_match=RETRY,
        total_max=st.integers(1, 6),
        then=BRANCH,
        barge_in=st.booleans(),
        type_ahead=st.sampled_from(["keep", "flush"]),
    ),
    with_required(
        "gather",
        {"variable": st.just("x")},
        max=st.integers(1, 5),
        sensitive=st.booleans(),
        entered=BRANCH,
        not_entered=BRANCH,
        repeat=st.integers(0, 2),
    ),
    with_required("dial", {"target": st.just("7")}, busy=BRANCH, no_answer=BRANCH, after=BRANCH),
    parameters("read_keys", quiet_s=st.floats(1, 60)),
    with_required(
        "queue",
        {"name": st.just("q")},
        answer=st.sampled_from(["at_once", "when_agent"]),
        keys=st.dictionaries(st.sampled_from("0123456789*#"), BRANCH, max_size=3),
        full=BRANCH,
        max_wait=BRANCH,
        after=BRANCH,
    ),
    with_required(
        "by_agents", {"queue": st.just("q"), "at_least": st.integers(1, 3), "yes": BRANCH}, no=BRANCH
    ),
    with_required(
        "by_waiting", {"queue": st.just("q"), "at_most": st.integers(0, 3), "no": BRANCH}, yes=BRANCH
    ),
)
TREE = st.fixed_dictionaries({name: st.lists(STEP, min_size=1, max_size=4) for name in NAMES})
SCRIPT = st.lists(
    st.one_of(
        st.text("0123456789*#", min_size=1, max_size=8).map(press),
        st.tuples(DIGITS, st.floats(0, 20)).map(lambda pair: press(*pair)),
        st.floats(0, 30).map(wait),
        st.sampled_from(DialResult).map(answer),
        st.tuples(st.sampled_from(WaitEnd), st.floats(0, 60)).map(lambda pair: queued(*pair)),
        st.integers(0, 3).map(lambda count: Figures("q", count, count, count)),
    ),
    max_size=20,
)


@settings(max_examples=150, deadline=None)
@given(TREE, SCRIPT)
def test_every_tree_ends_whatever_the_caller_presses(branches, script):
    # JSON is YAML: the tree goes through the loader like any other.
    tree = tree_going_round(json.dumps(branches), header="tree: t\nlanguage: en\nstart: a\nbranches:\n")
    transcript = simulate(tree, script)
    assert transcript.ended is None or transcript.ended.branch in NAMES
    assert transcript.seconds < 24 * 3600


# Parts that are gone through and come back


CALLS = """
a:
  - call: {branch: check, results: {refused: sorry}}
  - say: Welcome.
check:
  - menu: {prompt: Code., keys: {1: good, 2: bad}}
good: [return]
bad: [return: refused]
sorry: [say: Sorry.]
"""


def test_behind_a_call_the_next_step_follows():
    transcript = call(CALLS, press("1"))
    assert transcript.path == ("a", "check", "good")
    assert transcript.heard == ("Code.", "Welcome.")
    assert ("a", "1 call", "called") in transcript.exits
    assert ("a", "1 call", "back") in transcript.exits


def test_a_result_has_a_branch_of_its_own():
    transcript = call(CALLS, press("2"))
    assert transcript.path == ("a", "check", "bad", "sorry")
    assert ("a", "1 call", "back refused") in transcript.exits


def test_a_result_without_a_branch_goes_on_with_the_next_step():
    transcript = call("a:\n  - call: b\n  - say: After.\nb: [return: odd]\n")
    assert transcript.heard == ("After.",)


def test_the_end_of_a_called_branch_comes_back_too():
    transcript = call("a:\n  - call: b\n  - say: After.\nb: [say: Inside.]\n")
    assert transcript.heard == ("Inside.", "After.")


def test_calls_within_calls_come_back_in_order():
    transcript = call("a: [call: b, say: one]\nb: [call: c, say: two]\nc: [goto: d]\nd: [say: three]\n")
    assert transcript.heard == ("three", "two", "one")


def test_a_return_without_a_call_ends_the_branch():
    transcript = call("a: [say: Hello., return]\n")
    assert transcript.ended.reason is EndReason.END_OF_BRANCH


def test_a_branch_that_calls_itself_comes_to_an_end():
    transcript = simulate(tree_going_round("a: [say: More., call: a]\n"))
    assert transcript.ended.reason is EndReason.ENDLESS_LOOP
    assert len(transcript.heard) <= MOST_CALLS + 1


# An outage of the whole line


OUTAGE_TREE = "tree: t\nlanguage: en\nnumbers: [100]\nstart: a\noutage: down\nbranches:\n"


def test_n29_an_outage_is_told_before_every_tree():
    tree = tree_of("a: [say: Welcome.]\n")
    assert simulate(tree, scene=Scene(outage="")).heard[0].startswith("There is an outage")
    assert simulate(tree, scene=Scene(outage="")).heard[1] == "Welcome."
    assert simulate(tree, scene=Scene()).heard == ("Welcome.",)


def test_n29_what_the_operator_wrote_is_said_and_is_no_template():
    transcript = simulate(tree_of("a: [say: Welcome.]\n"), scene=Scene(outage="Water main {{CALL.CODEC}}"))
    assert transcript.heard == ("Water main CALL.CODEC", "Welcome.")
    assert ("a", "outage", "announced") in transcript.exits


def test_n29_a_branch_for_an_outage_goes_before_the_tree():
    tree = tree_of("a: [say: Welcome.]\ndown: [say: We know of it.]\n", OUTAGE_TREE)
    transcript = simulate(tree, scene=Scene(outage=""))
    assert transcript.path == ("down", "a")
    assert transcript.heard == ("We know of it.", "Welcome.")
    assert simulate(tree, scene=Scene()).path == ("a",)


def test_n29_a_branch_for_an_outage_may_let_the_caller_go():
    tree = tree_of("a: [say: Welcome.]\ndown: [say: We know of it., hangup]\n", OUTAGE_TREE)
    assert simulate(tree, scene=Scene(outage="")).heard == ("We know of it.",)


def test_n29_who_dials_the_number_of_a_branch_is_told_too():
    header = "tree: t\nlanguage: en\nnumbers: [100]\nentries: {200: b}\nstart: a\nbranches:\n"
    tree = tree_of("a: [say: Welcome.]\nb: [say: Spare parts.]\n", header)
    heard = simulate(tree, scene=Scene(called="200", outage="The stock is closed.")).heard
    assert heard == ("The stock is closed.", "Spare parts.")


def test_who_was_transferred_into_a_branch_is_not_told():
    header = "tree: t\nlanguage: en\nnumbers: [100]\nentries: {200: b}\nstart: a\nbranches:\n"
    tree = tree_of("a: [say: Welcome.]\nb: [say: Survey.]\n", header)
    behind = Scene(called="200", outage="", talked_with=TalkedGiven(queue="sales"))
    assert simulate(tree, scene=behind).heard == ("Survey.",)
