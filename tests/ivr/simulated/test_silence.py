"""How long callers hear nothing that nobody meant them to hear."""

from __future__ import annotations

import asyncio

from softswitch.ivr.simulate import SimulatedLine, VirtualClock, simulate
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.silence import SilenceWatch
from tests.ivr.written import tree_of


def test_time_beside_the_line_is_silence():
    watch = SilenceWatch()
    watch.begin(0.0, answered=True)
    watch.end(4.0)
    watch.begin(6.5, answered=True)
    watch.end(7.0)
    watch.begin(8.0, answered=True)
    assert watch.longest == 2.5


def test_a_phone_that_is_not_answered_rings_by_itself():
    watch = SilenceWatch()
    watch.end(0.0)
    watch.begin(9.0, answered=False)
    assert watch.longest == 0.0


def test_with_music_there_is_no_silence_and_before_and_after_it_there_is():
    watch = SilenceWatch()
    watch.end(0.0)
    watch.music(True, 0.25, answered=True)
    watch.begin(9.0, answered=True)
    watch.end(9.0)
    watch.music(False, 20.0, answered=True)
    assert watch.longest == 0.25
    watch.begin(21.0, answered=True)
    assert watch.longest == 1.0


def test_n09_what_is_waited_for_with_music_is_silent_for_a_moment_alone():
    watch = SilenceWatch()
    watch.end(1.0)
    watch.comforted(1.5, 6.0, answered=True)
    watch.begin(6.5, answered=True)
    assert watch.longest == 0.75
    watch.end(7.0)
    watch.comforted(7.0, 7.2, answered=True)
    watch.begin(7.5, answered=True)
    assert watch.longest == 0.75


REQUEST = """
a:
  - say: "One moment."
  - request: {connection: slow, sets: [x], error: b}
  - say: "Done."
b: [hangup]
"""


def test_n09_a_slow_system_is_bridged_in_simulated_calls_as_on_real_ones():
    scene = Scene.model_validate({"replies": {"slow": {"answers": {"x": "1"}, "after": 4}}})
    told = simulate(tree_of(REQUEST), scene=scene)
    assert told.heard == ("One moment.", "Done.")
    assert told.seconds > 4
    assert 0 < told.longest_silence <= 0.25


def test_a_look_up_that_takes_its_time_is_heard_of_in_the_transcript():
    clock = VirtualClock()
    line = SimulatedLine((), clock, [], Scene())

    async def walk() -> None:
        await line.play((), until_key=False)
        clock.now += 3.0
        await line.play((), until_key=False)

    asyncio.run(walk())
    assert line.longest_silence == 3.0
