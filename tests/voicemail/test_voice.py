"""What voicemail lets people hear."""

from __future__ import annotations

from pathlib import Path

from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.speaking import Speaking
from softswitch.voicemail.texts import Sentence
from softswitch.voicemail.voice import BoxVoice, Heard, Tone
from tests.fakes.exchange import Steps
from tests.fakes.media import BEEP
from tests.fakes.virtual_time import passes
from tests.voicemail.office import heard_prompts, office, speak_into, without_threads

HELLO = Sentence("Hello.", "en")


async def listened(
    home: Path, *words: object, keys: str = "1", press: str = ""
) -> tuple[Heard, list, object]:
    """Let somebody listen; return how it was heard, the prompts, and the room's files."""
    heard: list[Heard] = []

    async def course(call: Call) -> Termination:
        voice = BoxVoice(Speaking(here.speaker), here.sounds, lambda: BEEP)
        heard.append(await voice.listen(call, *words, keys=keys))  # type: ignore[arg-type]
        return Termination(Reason.SERVICE_ENDED)

    async with office(home, routes={"7000": Steps(course)}) as here:
        phone = await here.calls("2001", "7000", 0.7)
        await here.types(phone, press)
        await passes(5)
        return heard[0], heard_prompts(phone), here.sounds


@without_threads
async def test_words_files_and_the_tone_in_one_go(tmp_path: Path) -> None:
    speak_into(tmp_path / "a.wav", 1.0)
    heard, prompts, sounds = await listened(tmp_path, HELLO, tmp_path / "a.wav", Tone())
    assert heard == Heard("", 2.0, finished=True)
    assert prompts == [(501, 901, BEEP)]
    assert sounds.loaded == {}


@without_threads
async def test_a_key_that_is_wanted_cuts_it_off_and_another_does_not(tmp_path: Path) -> None:
    heard, _, _ = await listened(tmp_path, HELLO, keys="12", press="952")
    assert (heard.key, heard.finished) == ("2", False)


@without_threads
async def test_no_key_is_wanted(tmp_path: Path) -> None:
    heard, _, _ = await listened(tmp_path, HELLO, keys="", press="123")
    assert heard == Heard("", 2.0, finished=True)


@without_threads
async def test_what_cannot_be_played_is_left_out_and_told(tmp_path: Path) -> None:
    heard, prompts, _ = await listened(tmp_path, HELLO, tmp_path / "gone.wav")
    assert heard.audible is False
    assert prompts == [(501,)]


@without_threads
async def test_two_who_hear_one_message_share_it_until_the_last_is_done(tmp_path: Path) -> None:
    class Shared:
        def __init__(self) -> None:
            self.forgotten: list[int] = []

        async def file(self, path: Path) -> int:
            return 7

        def forget(self, number: int) -> None:
            self.forgotten.append(number)

    sounds = Shared()
    voices: list[BoxVoice] = []

    async def course(call: Call) -> Termination:
        await voices[0].listen(call, Path("a.wav"), keys="")
        return Termination(Reason.SERVICE_ENDED)

    async with office(tmp_path, routes={"7000": Steps(course)}) as here:
        voices.append(BoxVoice(Speaking(here.speaker), sounds, lambda: BEEP))
        await here.calls("2001", "7000", 1.0)
        await here.calls("2002", "7000", 1.5)
        assert sounds.forgotten == []
        await passes(3)
        assert sounds.forgotten == [7]
