"""Everybody round a simulated call: what comes of what the tree does, in the order of the script."""

from __future__ import annotations

from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.desks.book import Search
from softswitch.ivr.desks.gate import Shown, Shows
from softswitch.ivr.desks.hours import Time
from softswitch.ivr.simulate import VirtualClock
from softswitch.ivr.simulated.others import Others, answer
from softswitch.ivr.simulated.queues import Figures, queued
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import press
from softswitch.ivr.simulated.till import identified, pays
from softswitch.ivr.transcript import Effect
from tests.ivr.simulated.passed import Passed


def others(*script: object, **given: object) -> Others:
    return Others(script, Scene.model_validate(given), VirtualClock())


def test_waits_end_as_they_are_told_one_after_another_and_then_with_an_agent() -> None:
    made = others(queued(WaitEnd.FULL), press("1"), queued(WaitEnd.MAX_WAIT, after=90))
    assert [made.next_wait().how for _ in range(3)] == [WaitEnd.FULL, WaitEnd.MAX_WAIT, WaitEnd.TALK_OVER]


def test_a_queue_is_as_the_script_says_and_else_as_the_scene_says() -> None:
    made = others(Figures("sales", waiting=4), queues={"sales": {"waiting": 1}, "help": {"waiting": 2}})
    assert [made.queues.waiting(name) for name in ("sales", "help")] == [4, 2]


def test_what_never_came_about_is_told() -> None:
    made = others(answer(DialResult.BUSY), queued(WaitEnd.EMPTY), pays(), identified(Shown.WRONG))
    made.answers.popleft()
    assert len(made.not_used) == 3
    assert made.not_used[0] == "empty after 0 s"


async def test_the_desks_are_as_the_scene_says_and_let_time_pass_as_they_are_told() -> None:
    passed, done = Passed(), list[Effect]()
    made = others(identified(Shown.WRONG), hours={"office": "closed"}, customers_away=True)
    desks = made.desks(passed, done.append)
    assert desks.hours.now("office").time is Time.CLOSED
    assert (await desks.gate.check((), Shows("600", {}))).shown is Shown.WRONG
    assert (await desks.book.by_id("C1")).search is Search.UNAVAILABLE
    assert passed == [3.0]
    assert not made.not_used
