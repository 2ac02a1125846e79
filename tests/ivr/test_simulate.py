from time import process_time

import pytest

from softswitch.events import DigitPressed, PromptPlayed
from softswitch.ivr.context import DialResult
from softswitch.ivr.errors import SimulationError
from softswitch.ivr.simulate import DEFAULT_FACTS, LONGEST_CALL_S, VirtualClock, _to_the_end, simulate
from softswitch.ivr.simulated.others import answer
from softswitch.ivr.simulated.script import hang_up, press, silent, wait
from tests.ivr.written import call, exits_of, tree_of

MENU = (
    'a: [{menu: {prompt: "Twenty-eight letters in all.", keys: {1: a, 2: b}, first_digit_s: 5}}]\nb: [hangup]'
)


def test_a_press_comes_when_the_tree_waits_in_silence():
    transcript = call(MENU, press("1"), press("2"))
    assert transcript.path == ("a", "a", "b")
    assert transcript.seconds == pytest.approx(4.0)  # both prompts were heard to their end


def test_a_timed_press_cuts_the_prompt():
    assert call(MENU, press("2", after=0.5)).seconds == pytest.approx(0.5)


def test_waiting_lets_time_pass_before_the_next_press():
    transcript = call(MENU, wait(8), press("2"))
    assert exits_of(transcript, "menu") == [("key 2", "silent: 1")]
    assert transcript.seconds == pytest.approx(9.0)  # 2 + 5 + 2 of prompts and silence: it waits again


def test_a_press_that_gets_ready_while_the_tree_waits_comes_at_once():
    assert call(MENU, wait(4), press("2")).seconds == pytest.approx(4.0)


def test_hanging_up_ends_the_call_there():
    transcript = call(MENU, press("1"), wait(1), hang_up())
    assert transcript.ended is None
    assert transcript.reason == "the caller hung up"
    assert transcript.seconds == pytest.approx(3.0)


def test_answers_come_in_the_order_of_the_dialled_numbers():
    branches = "a: [dial: {target: 1, busy: b}]\nb: [dial: {target: 2, after: c}]\nc: [dial: 3]"
    transcript = call(branches, answer(DialResult.BUSY, after=2), answer(DialResult.ENDED_BY_CALLEE, 4, 6))
    assert [(d.targets, d.result, d.seconds) for d in transcript.dialled] == [
        (("1",), DialResult.BUSY, 2),
        (("2",), DialResult.ENDED_BY_CALLEE, 10),
        (("3",), DialResult.ENDED_BY_CALLEE, 35),
    ]


def test_nobody_stays_on_the_line_for_ever():
    transcript = call("a: [{echo: 3600}, {goto: a}]")
    assert transcript.ended is None
    assert LONGEST_CALL_S < transcript.seconds <= LONGEST_CALL_S + 3600


def test_the_clock_is_virtual():
    clock = VirtualClock()
    before = clock.wall()
    clock.now += 60
    assert clock.monotonic() == 60
    assert (clock.wall() - before).total_seconds() == 60
    assert before.tzinfo is not None


def test_waiting_for_the_real_world_is_refused():
    class Elsewhere:
        def __await__(self):
            yield

    async def walk():
        await Elsewhere()

    with pytest.raises(SimulationError, match="outside the simulated world"):
        _to_the_end(walk())


def test_facts_of_the_call_can_be_given():
    transcript = call('a: [say: "{{CALL.CALLER_ID}} calls {{CALL.DST_NUMBER}}"]')
    assert transcript.heard == (f"{DEFAULT_FACTS.caller_name} calls {DEFAULT_FACTS.called}",)


def test_what_was_not_needed_is_left():
    transcript = call(
        "a: [{dial: 1001}]", press("1"), answer(DialResult.BUSY), answer(DialResult.UNKNOWN, after=0)
    )
    assert transcript.not_pressed == ("1",)
    assert transcript.not_used == ("unknown after 0 s",)
    assert str(answer(DialResult.ENDED_BY_CALLEE, 5, 2.5)) == "answered after 5 s, talking 2.5 s"


@pytest.mark.parametrize(
    ("branches", "script", "answered"),
    [
        ("a: [hangup]", [], False),
        ("a: [{dial: 1}]", [answer(DialResult.BUSY)], False),
        ("a: [{dial: 1}]", [], True),
        ("a: [{say: Hi.}]", [], True),
        ("a: [{echo: 1}]", [], True),
        ("a: [{gather: {variable: x}}]", [], True),
    ],
)
def test_whether_the_caller_would_be_answered(branches, script, answered):
    assert call(branches, *script).answered is answered


def test_a_call_takes_less_than_five_milliseconds():
    tree = tree_of(MENU)
    script = [press("1")] * 8 + [press("2")]
    simulate(tree, script)
    started = process_time()
    for _ in range(20):
        simulate(tree, script)
    assert (process_time() - started) / 20 < 0.005


ASKS_TWICE = """
    a: [{menu: {prompt: One., keys: {1: b}, no_input: {repeat: 2}}}]
    b: [{echo: 5}, {gather: {prompt: Two., variable: x, max: 1}}]
"""


def test_a_silent_caller_lets_one_moment_pass_each_time():
    transcript = call(ASKS_TWICE, silent(), silent(), press("1"), silent(), press("7"))
    assert exits_of(transcript, "menu") == [("key 1", "silent: 2")]
    assert exits_of(transcript, "echo") == [("time_limit", "")]
    assert exits_of(transcript, "gather") == [("entered", "7")]
    assert len(transcript.unanswered) == 3


def test_what_follows_a_silence_counts_from_its_end():
    transcript = call(ASKS_TWICE, silent(), press("1", after=1.0))
    (key,) = [m for m in transcript.moments if isinstance(m.event, DigitPressed)]
    first, second, *_ = (m for m in transcript.moments if isinstance(m.event, PromptPlayed))
    assert second.event.interrupted is False
    assert key.at == pytest.approx(first.at + 7.0 + 1.0)


def test_n27_what_is_spoken_slowly_lasts_longer():
    usual = call('a: [say: {text: "Please listen to this."}]').seconds
    slow = call('a: [say: {text: "Please listen to this.", speed: 0.5}]').seconds
    assert slow == pytest.approx(2 * usual)
