"""Real calls in a played world, without sound and in virtual time: what is real in them, and what waits."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from softswitch.ivr.destination import TreeDestination
from softswitch.ivr.loader import read_tree
from softswitch.ivr.proof.live import live_call
from softswitch.ivr.proof.running import differences_of, run_test
from softswitch.ivr.proof.stage import Cues, Performance, StagedClock
from tests.fakes.clock import FakeClock
from tests.fakes.exchange import exchange
from tests.fakes.media import RING_BACK
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.ivr.on_calls import FakeVoice, end_prompts_after
from tests.ivr.proof.written import suite_of

TREE = """\
tree: office
language: en
numbers: [100]
start: welcome
branches:
  welcome:
    - by_hours: {schedule: office, open: day, closed: night}
  day:
    - menu: {prompt: "One or two.", keys: {1: sales, 2: desk, 3: message}, no_input: {repeat: 0, then: bye}}
  sales:
    - queue: {name: sales, keys: {0: bye}, max_wait: night, full: bye, after: bye}
  desk:
    - dial: {target: 1002, ring_s: 20, busy: night, no_answer: night, unreachable: night, after: bye}
  message:
    - voicemail: office
    - goto: bye
  night:
    - sms: {to: "+48600100200", text: "We call you."}
    - goto: bye
  bye:
    - say: "Bye."
    - hangup
"""


@asynccontextmanager
async def staged(test: str, *, accounts=(), queues=()):
    """Put a test on the stage of a switch and call; yield all that is round it."""
    tree, problems = read_tree(TREE, Path("office.yaml"))
    assert not problems
    (one,) = suite_of(f"tests: {{one: {test}}}").tests
    simulated = run_test(tree, one)
    assert simulated.differences == ()
    live = live_call(tree, one, simulated.transcript, accounts, queues)
    async with exchange() as switch:
        performance = Performance(tree, one, live, switch.clock)
        switch.routes["100"] = TreeDestination(tree, FakeVoice(), switch.dialler, walk=performance.walk)
        end_prompts_after(switch, 1.0)
        anna = switch.phone("1001", "192.0.2.11")
        anna.call("100")
        await passes(0.5)
        yield (
            switch,
            anna,
            performance,
            lambda: tuple(differences_of(one.expect, performance.transcript(), tree)),
        )


@in_virtual_time
async def test_n04_hours_and_messages_are_those_of_the_test():
    test = "{given: {hours: {office: closed}}, "
    test += "expect: {path: [welcome, night, bye], effects: [{sms: {text: We}}]}}"
    async with staged(test) as (switch, _, performance, differences):
        await passes(3)
        assert switch.ended.reason == "menu_hung_up"
        assert differences() == ()
        assert performance.transcript().answered


@in_virtual_time
async def test_n04_who_calls_is_whom_the_test_says():
    test = "{given: {caller: '+48600100200', caller_name: Anna}, do: [silent]}"
    async with staged(test) as (switch, _, performance, _):
        await passes(20)
        assert performance.transcript().path == ("welcome", "day", "bye")
        assert switch.ended.reason == "menu_hung_up"


@in_virtual_time
async def test_n04_a_phone_of_the_line_rings_and_is_busy():
    test = "{do: [{press: 2}, {dial: busy}], expect: {dialled: 1002, path: [..., desk, night, bye]}}"
    async with staged(test, accounts={"1002"}) as (switch, anna, performance, differences):
        bartek = switch.phone("1002", "192.0.2.12")
        switch.client.digit(anna.sound, "1")  # Not what the test says: the real caller is real.
        performance.cues.did()
        await passes(1)
        assert performance.transcript().path[-1] != "desk"
        assert not bartek.incoming("INVITE")
        assert differences() != ()


@in_virtual_time
async def test_n04_a_real_phone_that_does_otherwise_leads_another_way():
    test = "{do: [{press: 2}, {dial: busy}]}"
    async with staged(test, accounts={"1002"}) as (switch, anna, performance, _):
        bartek = switch.phone("1002", "192.0.2.12")
        await passes(1)
        switch.client.digit(anna.sound, "2")
        performance.cues.did()
        await passes(1)
        assert anna.sound.hears == f"loop {RING_BACK}"
        bartek.pick_up()
        await passes(1)
        bartek.hang_up()
        await passes(3)
        assert performance.transcript().path == ("welcome", "day", "desk", "bye")


@in_virtual_time
async def test_n04_who_is_not_there_is_played_and_no_time_is_lost():
    test = "{do: [{press: 2}, {dial: no_answer}], expect: {path: [..., desk, night, bye]}}"
    async with staged(test) as (switch, anna, performance, differences):
        await passes(1)
        switch.client.digit(anna.sound, "2")
        performance.cues.did()
        await passes(2)
        assert switch.ended.reason == "menu_hung_up"
        assert differences() == ()
        (dialled,) = performance.transcript().dialled
        assert dialled.seconds == 20
        assert performance.now > 20


@in_virtual_time
@pytest.mark.parametrize(("how", "way"), [("max_wait", "night"), ("full", "bye"), ("answered", "bye")])
async def test_n04_waits_in_queues_end_as_the_test_says(how, way):
    async with staged(f"{{do: [{{press: 1}}, {{queue: {how}}}]}}") as (
        switch,
        anna,
        performance,
        differences,
    ):
        await passes(1)
        switch.client.digit(anna.sound, "1")
        performance.cues.did()
        await passes(3)
        assert performance.transcript().path[:4] == ("welcome", "day", "sales", way)
        assert differences() == ()


@in_virtual_time
async def test_n04_a_key_in_a_played_queue_is_waited_for():
    test = "{do: [{press: 1}, {queue: max_wait}, {press: 0}], expect: {path: [..., sales, bye]}}"
    async with staged(test) as (switch, anna, performance, differences):
        await passes(1)
        switch.client.digit(anna.sound, "1")
        performance.cues.did()
        await passes(5)
        assert performance.transcript().path[-1] == "sales"
        assert performance.cues.due
        switch.client.digit(anna.sound, "0")
        performance.cues.did()
        await passes(3)
        assert differences() == ()


@in_virtual_time
async def test_n04_who_hangs_up_in_a_played_place_is_waited_for_there():
    test = (
        "{do: [{press: 3}, {wait: 4}, hang_up], expect: {path: [welcome, day, message], end: caller_hung_up}}"
    )
    async with staged(test) as (switch, anna, performance, differences):
        await passes(1)
        switch.client.digit(anna.sound, "3")
        performance.cues.did()
        await passes(2)
        assert performance.transcript().path[-1] == "message"
        anna.hang_up()
        performance.cues.did()
        await passes(1)
        assert switch.ended.reason == "caller_hung_up"
        assert differences() == ()
        assert [effect.kind for effect in performance.transcript().effects] == ["message"]


@in_virtual_time
async def test_n04_what_the_caller_never_comes_to_is_told():
    async with staged("{do: [{press: 1}, {queue: full}]}") as (_, _, _, differences):
        await passes(30)  # Nobody presses one.
        (told,) = differences()
        assert told.startswith("the test does what never came about")


def test_a_staged_clock_is_ahead_by_what_was_played():
    clock = FakeClock()
    began = clock.wall()
    staged_clock = StagedClock(clock, began)
    clock.advance(2.0)
    staged_clock.skip(60.0)
    staged_clock.skip(-1.0)
    assert staged_clock.monotonic() == 62.0
    assert (staged_clock.wall() - began).total_seconds() == 62.0


@in_virtual_time
async def test_a_caller_acts_at_once_where_the_stage_waits_and_else_after_the_time():
    tree, _ = read_tree(TREE, Path("office.yaml"))
    (one,) = suite_of("tests: {one: {do: [{press: 3}, {wait: 1}, hang_up]}}").tests
    cues = Cues(live_call(tree, one, run_test(tree, one).transcript, (), ()))
    assert not cues.due
    assert await _seconds(cues.held(5.0)) == 5.0
    cues.hold()
    assert await _seconds(cues.held(5.0)) == 0.0
    assert await _seconds(cues.acted(3.0)) == 3.0
    assert cues.left == 2
    cues.did()
    assert await _seconds(cues.acted(3.0)) == 0.0
    cues.hold()
    cues.did()  # Hangs up: the call ends, and nothing goes on before that.
    assert await _seconds(cues.acted(3.0)) == 3.0
    assert cues.left == 0


async def _seconds(waiting):
    loop = asyncio.get_running_loop()
    began = loop.time()
    await waiting
    return loop.time() - began
