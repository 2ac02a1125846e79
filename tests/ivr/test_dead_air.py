"""N-09: an answered caller hears two seconds of nothing at most, and what was silent longer is told of."""

from __future__ import annotations

import asyncio

from softswitch.events import DeadAir
from softswitch.ivr.dead_air import LONGEST_SILENCE_S, DeadAirGuard
from tests.fakes.exchange import exchange
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.ivr.on_calls import end_prompts_after, on_tree


class Line:
    """Notes when music begins and ends, and what was told of."""

    def __init__(self) -> None:
        self.music: list[tuple[float, bool]] = []
        self.told: list[DeadAir] = []
        self.is_up = True
        self.began = asyncio.get_running_loop().time()
        self.guard = DeadAirGuard(self._play, lambda: self.is_up, self.told.append)
        self.guard.comes_to("t", "a", "1 request")

    def _play(self, on: bool) -> None:
        self.music.append((round(asyncio.get_running_loop().time() - self.began, 2), on))

    async def sounds(self, seconds: float) -> None:
        with self.guard.meant():
            await passes(seconds)


@in_virtual_time
async def test_n09_what_is_silent_for_too_long_is_filled_and_told_of() -> None:
    line = Line()
    with line.guard.watching():
        await line.sounds(1)
        await passes(5)
        await line.sounds(1)
    assert line.music == [(3.0, True), (6.0, False)]
    assert line.told == [DeadAir("t", "a", "1 request", 5.0)]


@in_virtual_time
async def test_n09_short_pauses_are_left_alone_and_a_look_for_a_key_is_no_sound() -> None:
    line = Line()
    with line.guard.watching():
        for _ in range(5):
            await line.sounds(0.5)
            await passes(LONGEST_SILENCE_S - 0.1)
        assert line.music == []
        await line.sounds(0.5)
        silent_from = round(asyncio.get_running_loop().time() - line.began, 2)
        for _ in range(3):
            await passes(0.9)
            await line.sounds(0)  # A prompt of which a waiting key lets nothing be heard.
    assert line.music[0] == (round(silent_from + LONGEST_SILENCE_S, 2), True)
    assert line.music[-1][1] is False


@in_virtual_time
async def test_n09_what_lasts_inside_something_else_is_no_end_of_it() -> None:
    line = Line()
    with line.guard.watching():
        with line.guard.meant():
            await line.sounds(1)
            await passes(10)
        assert line.music == []


@in_virtual_time
async def test_n09_nobody_is_there_to_hear_nothing() -> None:
    line = Line()
    line.is_up = False
    with line.guard.watching():
        await line.sounds(1)
        await passes(10)
    assert (line.music, line.told) == ([], [])


@in_virtual_time
async def test_n09_who_has_left_the_tree_is_watched_no_more() -> None:
    line = Line()
    with line.guard.watching():
        await line.sounds(1)
    await passes(10)
    await line.sounds(1)
    await passes(10)
    assert line.music == []


TREE = """
a:
  - say: "Hello."
  - say: "Slow words."
  - menu: {prompt: "Choose.", keys: {1: b}, first_digit_s: 30}
b: [hangup]
"""


@in_virtual_time
async def test_n09_a_voice_that_thinks_for_long_is_bridged_by_music_on_a_real_call() -> None:
    async with exchange() as switch:
        end_prompts_after(switch, 1.0)
        anna, voice = await on_tree(switch, TREE)
        voice.gate = asyncio.Event()
        await passes(2.5)
        assert anna.sound.hears == "nothing"
        await passes(1.5)
        assert anna.sound.hears.startswith("loop")
        await passes(2)
        voice.gate.set()
        await passes(0.5)
        assert anna.sound.hears == "nothing"
        told = switch.events(DeadAir)
        assert [(one.tree, one.branch, one.step) for one in told] == [("t", "a", "2 say")]
        assert 4 < told[0].seconds < 7
        # Thirty seconds for an answer are silence by intention.
        await passes(20)
        assert anna.sound.hears == "nothing"


@in_virtual_time
async def test_n09_a_caller_who_hangs_up_in_the_music_leaves_nothing_behind() -> None:
    async with exchange() as switch:
        end_prompts_after(switch, 1.0)
        anna, voice = await on_tree(switch, TREE)
        voice.gate = asyncio.Event()
        await passes(5)
        anna.hang_up()
        await passes(1)
        kinds = [type(entry.event).__name__ for entry in switch.entries]
        assert kinds.index("DeadAir") < kinds.index("CallEnded")
