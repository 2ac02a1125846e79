"""Prompts made audible."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import cast

import pytest

from softswitch.ivr.ahead import prompts_known_ahead
from softswitch.ivr.errors import PromptFailed
from softswitch.speech import SpeechConfig, SpeechRequest
from softswitch.speech.build import build_speech
from softswitch.speech.errors import NoVoice
from softswitch.speech.model import Utterance
from softswitch.speech.service import Speech
from softswitch.voices import Voices
from tests.fakes.clock import FakeClock
from tests.fakes.media import FakeMediaClient, media_port
from tests.ivr.written import tree_of
from tests.speech.fakes import FakeEngine


class OneVoice:
    """Speaks English into files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.asked: list[SpeechRequest] = []

    async def render(self, request: SpeechRequest) -> Utterance:
        self.asked.append(request)
        if request.language != "en":
            raise NoVoice(request.text, request.language, [])
        path = self._folder / f"{len(self.asked)}.wav"
        path.write_bytes(b"sound")
        return Utterance(path, 1.0, "one")


class SlowClient(FakeMediaClient):
    """Loads a sound when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.ready = asyncio.Event(), asyncio.Event()

    async def load(self, path: Path, *, keep: bool = False, as_it_is: bool = False) -> int:
        self.asked.set()
        await self.ready.wait()
        return await super().load(path, keep=keep)


@pytest.fixture
def client() -> FakeMediaClient:
    return FakeMediaClient()


@pytest.fixture
def voice(tmp_path: Path) -> OneVoice:
    return OneVoice(tmp_path)


@pytest.fixture
def voices(client: FakeMediaClient, voice: OneVoice) -> Voices:
    return Voices(cast(Speech, voice), media_port(client))


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_text_is_spoken_and_loaded(voices: Voices, client: FakeMediaClient, tmp_path: Path) -> None:
    number = await voices.text("Hello", language="en", voice=None, private=False)
    assert (number, client.loaded) == (101, [tmp_path / "1.wav"])
    assert client.loaded[0].exists()
    voices.forget(number)
    assert client.unloaded == [101]


@pytest.mark.parametrize("readable", [True, False])
async def test_a_private_text_leaves_no_file_behind(
    voices: Voices, client: FakeMediaClient, tmp_path: Path, readable: bool
) -> None:
    if not readable:
        client.broken.add("1.wav")
        with pytest.raises(PromptFailed, match=r"1\.wav"):
            await voices.text("Your code is 4711", language="en", voice=None, private=True)
    else:
        await voices.text("Your code is 4711", language="en", voice=None, private=True)
    assert names_in(tmp_path) == []


async def test_callers_of_the_same_private_text_have_numbers_of_their_own(
    client: FakeMediaClient, tmp_path: Path
) -> None:
    engine = FakeEngine("piper")
    config = SpeechConfig(chains={"en": ("piper",)})
    speech = build_speech(config, tmp_path, clock=FakeClock(), engines={"piper": engine})
    voices = Voices(speech, media_port(client))
    numbers = await asyncio.gather(
        *(voices.text("Your code is 4711", language="en", voice=None, private=True) for _ in range(2))
    )
    assert sorted(numbers) == [101, 102]
    assert len({path.name for path in client.loaded}) == 2
    assert names_in(tmp_path) == []
    await speech.close()


async def test_who_hangs_up_while_a_private_text_is_loaded_leaves_nothing(
    voice: OneVoice, tmp_path: Path
) -> None:
    client = SlowClient()
    voices = Voices(cast(Speech, voice), media_port(client))
    asking = asyncio.ensure_future(voices.text("Your code is 4711", language="en", voice=None, private=True))
    await client.asked.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert asking.cancelled()
    (loading,) = voices._abandoned
    client.ready.set()
    await loading
    await asyncio.sleep(0)  # What is done at its end is called a step later.
    assert (client.unloaded, names_in(tmp_path)) == ([101], [])


async def test_what_cannot_be_spoken_or_read_is_a_prompt_that_failed(
    voices: Voices, client: FakeMediaClient, tmp_path: Path
) -> None:
    with pytest.raises(PromptFailed, match="'fr'"):
        await voices.text("Bonjour", language="fr", voice=None, private=False)
    client.broken.add("gone.wav")
    with pytest.raises(PromptFailed, match=r"gone\.wav"):
        await voices.file(tmp_path / "gone.wav")


async def test_texts_are_made_ahead_and_one_that_fails_keeps_no_other_from_it(
    voices: Voices, voice: OneVoice, caplog: pytest.LogCaptureFixture
) -> None:
    trees = [
        tree_of(
            """
            a:
              - say: {text: {en: "First", fr: "Premier"}}
              - say: "To {{CALL.SRC_NUMBER}}"
              - say: "Last"
            """
        )
    ]
    with caplog.at_level(logging.WARNING):
        await voices.prepare(prompts_known_ahead(trees))
    assert {request.text for request in voice.asked} >= {"First", "Last"}
    assert not any("{{" in request.text for request in voice.asked)
    assert "a prompt cannot be spoken: no voice could say 7 letters" in caplog.text
    assert "('Premier')" in caplog.text
