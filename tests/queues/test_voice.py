"""What queues let people hear: sentences, recorded messages, music."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from media import commands as ask
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.speaking import Speaking
from softswitch.calls.tongue import Tongue
from softswitch.errors import SoftswitchError
from softswitch.queues.config import QueueConfig
from softswitch.queues.texts import Sentence
from softswitch.queues.voice import QueueVoice
from tests.fakes.exchange import Exchange, Steps, exchange
from tests.fakes.media import MUSIC, RING_BACK
from tests.fakes.speaker import FakeSpeaker, let_prompts_end
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import hall, pick_up

QUIET = {"announce": {"position": "off", "eta": "off"}}
HELLO, BYE = Sentence("Hello.", "en"), Sentence("Goodbye.", "en")
SECRET = Sentence("We will call six zero zero.", "en", private=True)


class Shelf:
    """Recorded messages, some of which cannot be read."""

    def __init__(self) -> None:
        self.asked: list[Path] = []

    async def file(self, path: Path) -> int:
        """See Recordings."""
        self.asked.append(path)
        if path.name == "broken.wav":
            raise SoftswitchError("no sound in it")
        return 900 + len(self.asked)


class Studio:
    """A voice and the leg of somebody who listens."""

    def __init__(self, switch: Exchange) -> None:
        self.speaker, self.shelf = FakeSpeaker(), Shelf()
        music = {"sales": (41, 42)}
        self.voice = QueueVoice(Speaking(self.speaker), self.shelf, switch.media, music)
        self.anna = switch.phone("1001", "192.0.2.11")
        let_prompts_end(switch)

    @property
    def played(self) -> list[tuple[int, ...]]:
        """What the listener heard, one tuple for each time."""
        return [one.prompts for one in self.anna.sound.asked(ask.Play)]


def listens(course):
    """Run a test's course on the leg of an answered call."""

    @in_virtual_time
    async def run() -> None:
        async with exchange() as switch:
            studio = Studio(switch)

            async def call_course(call):
                await call.caller.answer()
                await passes(0.1)
                return await course(studio, call.caller)

            switch.routes["600"] = Steps(call_course)
            studio.anna.call("600")
            await passes(30)
            assert switch.ended.reason == "service_ended"

    run()


def over():
    """End the call well."""
    return Termination(Reason.SERVICE_ENDED)


def test_several_things_are_said_in_one_go_and_recordings_among_them() -> None:
    async def course(studio, leg):
        assert await studio.voice.say(leg, HELLO, Path("stay.wav"), BYE)
        assert studio.played == [(501, 901, 502)]
        assert studio.speaker.forgotten == []
        return over()

    listens(course)


def test_what_cannot_be_made_audible_is_left_out_and_told(caplog) -> None:
    caplog.set_level(logging.WARNING)

    async def course(studio, leg):
        assert await studio.voice.say(leg, HELLO, Path("broken.wav"))
        assert studio.played == [(501,)]
        studio.speaker.dumb = True
        assert not await studio.voice.say(leg, HELLO, Path("broken.wav"))
        assert not await studio.voice.say(leg)
        assert len(studio.played) == 1
        return over()

    listens(course)
    assert "a message for those who wait cannot be played: no sound in it" in caplog.text


def test_somebodys_own_affair_is_made_when_it_is_said_and_forgotten_after() -> None:
    async def course(studio, leg):
        await studio.voice.prepare(leg, SECRET)
        assert studio.speaker.said == []
        await studio.voice.prepare(leg, HELLO)
        await studio.voice.prepare(leg, Path("stay.wav"))
        assert (studio.speaker.said, studio.shelf.asked) == (["Hello."], [Path("stay.wav")])
        await studio.voice.say(leg, HELLO, SECRET)
        assert studio.speaker.private == [SECRET.text]
        assert studio.speaker.forgotten == [503]
        assert await studio.voice.ask(leg, SECRET, HELLO, within=1) == ""
        assert studio.speaker.private[1:] == ["We will call six zero zero. Hello."]
        assert studio.speaker.forgotten == [503, 504]
        return over()

    listens(course)


def test_a_question_is_put_in_one_breath_and_answered_by_a_key() -> None:
    async def course(studio, leg):
        leg.keys.press("7", "rfc4733", 0.0)
        assert await studio.voice.ask(leg, HELLO, BYE, within=4) == "7"
        assert studio.speaker.said == ["Hello. Goodbye."]
        assert studio.played == []  # The key was there before.
        return over()

    listens(course)


@pytest.mark.parametrize(
    ("name", "config", "rings", "heard"),
    [
        ("sales", {}, False, "loop 41 42"),
        ("help", {}, False, f"loop {MUSIC}"),
        ("sales", {"ring_instead": True}, False, f"loop {RING_BACK}"),
        ("sales", {}, True, f"loop {RING_BACK}"),
    ],
)
def test_a_queue_has_its_own_music_or_that_of_all_or_ringing(name, config, rings, heard) -> None:
    async def course(studio, leg):
        studio.voice.play_music(leg.voice, name, QueueConfig.model_validate(config), rings=rings)
        assert studio.anna.sound.hears == heard
        # Music goes on where this caller last heard it; ringing begins anew.
        (loop,) = studio.anna.sound.asked(ask.HearLoop)
        assert loop.resume == (not rings and not config)
        return over()

    listens(course)


@in_virtual_time
async def test_a_voice_that_is_slow_keeps_nobody_from_an_agent_who_has_answered(caplog):
    async with hall({"whisper": True, "connecting": True, **QUIET}) as here:
        here.speaker.takes = 5.0
        anna = here.phone("1001")
        (caller,) = await here.callers("2001")
        pick_up(anna)
        await passes(1.5)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        assert "the voice is slow: 2 of 2 sentences were left out" in caplog.text
        caller.hang_up()


def test_n27_everything_is_said_at_the_pace_the_caller_has_chosen_what_is_made_ahead_too() -> None:
    async def course(studio, leg):
        leg.tongue = Tongue("en", 0.7)
        await studio.voice.prepare(leg, HELLO)
        await studio.voice.say(leg, HELLO, SECRET)
        await studio.voice.ask(leg, BYE, within=0.1)
        await studio.voice.say_soon(leg, BYE, within=1.0)
        assert studio.speaker.rates == [0.7] * 5
        return over()

    listens(course)
