import asyncio

import numpy as np
import pytest

from softswitch.speech import SpeechConfig, SpeechRequest
from softswitch.speech.build import build_speech
from softswitch.speech.engine import Sound
from softswitch.speech.errors import (
    CacheFailed,
    EngineError,
    NoVoice,
    RequestRefused,
    SpeechClosed,
    SpeechError,
    WorkerDied,
)
from softswitch.speech.sound import from_pcm
from softswitch.speech.spare import Spare
from softswitch.speech.wav import parse_wav
from tests.speech.fakes import FakeClock, FakeEngine, tone

HELLO = SpeechRequest("Witamy")


class House:
    """Speech with two engines of the test's own: ``piper`` first, ``espeak`` after it."""

    def __init__(self, folder):
        self.folder = folder
        self.clock = FakeClock()
        self.first = FakeEngine("piper", parallel=8)
        self.second = FakeEngine("espeak", parallel=8)
        self.second.sound = tone(1000.0)
        self.speech = self.build()

    def build(self, **values):
        config = SpeechConfig.model_validate(
            {"chains": {"*": ["piper", "espeak"]}, "time_limit_seconds": 5, **values}
        )
        engines = {"piper": self.first, "espeak": self.second}
        return build_speech(config, self.folder, clock=self.clock, engines=engines)


@pytest.fixture
async def house(tmp_path):
    house = House(tmp_path / "cache")
    yield house
    await house.speech.close()


def loudest_hertz(utterance):
    recording = parse_wav(utterance.path.read_bytes())
    assert recording is not None
    samples = from_pcm(recording.samples)
    return np.argmax(np.abs(np.fft.rfft(samples))) * 8000 / len(samples)


async def test_a_text_becomes_a_file_once(house):
    made = await house.speech.render(HELLO)
    assert made.engine == "piper"
    assert made.seconds == pytest.approx(0.66, abs=0.03)
    assert loudest_hertz(made) == pytest.approx(440, abs=5)
    assert await house.speech.render(HELLO) == made
    assert len(house.first.orders) == 1


async def test_the_cache_survives_a_restart_and_a_new_release_speaks_anew(house):
    made = await house.speech.render(HELLO)
    assert await house.build().render(HELLO) == made
    assert len(house.first.orders) == 1
    house.first.version = "2"
    assert (await house.build().render(HELLO)).path != made.path


async def test_engines_get_words_not_signs(house):
    await house.speech.render(SpeechRequest("Wybierz *43 lub 100"))
    assert house.first.orders[0].words == "Wybierz gwiazdka cztery trzy lub sto"


async def test_callers_who_ask_at_once_share_one_rendering(house):
    house.first.gate.clear()
    callers = [asyncio.ensure_future(house.speech.render(HELLO)) for _ in range(50)]
    await house.first.started.wait()
    house.first.gate.set()
    files = {utterance.path for utterance in await asyncio.gather(*callers)}
    assert len(files) == 1
    assert len(house.first.orders) == 1


async def test_one_who_hangs_up_does_not_take_the_text_from_the_others(house):
    house.first.gate.clear()
    leaves, stays = (asyncio.ensure_future(house.speech.render(HELLO)) for _ in range(2))
    await house.first.started.wait()
    leaves.cancel()
    house.first.gate.set()
    assert (await stays).engine == "piper"
    with pytest.raises(asyncio.CancelledError):
        await leaves


@pytest.mark.parametrize(
    "failure", [EngineError("piper", "cannot"), WorkerDied("piper", "its process ended")]
)
async def test_when_one_fails_the_next_speaks(house, failure):
    house.first.failure = failure
    made = await house.speech.render(HELLO)
    assert made.engine == "espeak"
    assert loudest_hertz(made) == pytest.approx(1000, abs=10)
    assert house.speech.reasons == {"piper": failure.reason}


async def test_silence_from_an_engine_is_a_failure(house):
    house.first.sound = Sound(8000, bytes(16000))
    assert (await house.speech.render(HELLO)).engine == "espeak"
    assert "no speech" in house.speech.reasons["piper"]


async def test_an_engine_that_hangs_costs_the_time_limit_once(house):
    speech = house.build(time_limit_seconds=0.05)
    house.first.hangs = True
    assert (await speech.render(HELLO)).engine == "espeak"
    assert (await speech.render(SpeechRequest("Do widzenia"))).engine == "espeak"
    assert len(house.first.orders) == 1
    house.clock.seconds += 61
    house.first.hangs = False
    assert (await speech.render(HELLO)).engine == "piper"
    await speech.close()


async def test_a_resting_engine_still_gives_what_it_made_before(house):
    await house.speech.render(HELLO)
    house.first.failure = WorkerDied("piper", "its process ended")
    assert (await house.speech.render(SpeechRequest("Nowe"))).engine == "espeak"
    assert (await house.speech.render(HELLO)).engine == "piper"


async def test_the_last_hope_is_asked_even_when_it_rests(house):
    house.second.voices = ()
    house.first.failure = WorkerDied("piper", "its process ended")
    with pytest.raises(NoVoice):
        await house.speech.render(HELLO)
    house.first.failure = None
    assert (await house.speech.render(HELLO)).engine == "piper"


async def test_when_none_can_the_reasons_are_all_told(house):
    house.first.voices = ()
    house.second.failure = EngineError("espeak", "found no data")
    with pytest.raises(NoVoice) as caught:
        await house.speech.render(HELLO)
    assert str(caught.value) == (
        "no voice could say 6 letters in language 'pl' (piper: is not installed; espeak: found no data)"
    )
    assert caught.value.text == "Witamy"
    assert house.speech.engines("pl") == ("espeak",)


SECRET = SpeechRequest("Kod: 4711", private=True)


async def test_a_private_text_is_made_anew_for_each_who_asks_under_a_name_that_says_nothing(house):
    open_ = await house.speech.render(SpeechRequest(SECRET.text))
    made = [await house.speech.render(SECRET) for _ in range(2)]
    assert len({open_.path, *(one.path for one in made)}) == 3
    assert len(house.first.orders) == 3
    assert all(parse_wav(one.path.read_bytes()) is not None for one in made)
    # Nor does it become what others find.
    assert (await house.speech.render(SpeechRequest(SECRET.text))).path == open_.path


async def test_callers_who_ask_for_the_same_private_text_at_once_share_nothing(house):
    house.first.gate.clear()
    callers = [asyncio.ensure_future(house.speech.render(SECRET)) for _ in range(2)]
    await house.first.started.wait()
    house.first.gate.set()
    one, other = await asyncio.gather(*callers)
    one.path.unlink()
    assert other.path.exists()


async def test_a_private_text_nobody_waits_for_any_more_leaves_no_file(house):
    house.first.gate.clear()
    leaves = asyncio.ensure_future(house.speech.render(SECRET))
    await house.first.started.wait()
    leaves.cancel()
    await asyncio.gather(leaves, return_exceptions=True)
    assert len(house.speech._flights) == 1
    house.first.gate.set()
    await asyncio.gather(*house.speech._flights)
    await asyncio.sleep(0)  # What is done at its end is called a step later.
    assert list(house.folder.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["4711 4712 0815", "...!!!", "4711" * 2000], ids=["no voice", "no letter", "too long"]
)
async def test_no_message_holds_a_text(house, text, caplog):
    house.first.voices = house.second.voices = ()
    with pytest.raises(SpeechError) as caught:
        await house.speech.render(SpeechRequest(text, private=True))
    for shown in (str(caught.value), repr(caught.value), caplog.text):
        assert text[:4] not in shown


async def test_a_damaged_file_is_made_again(house):
    made = await house.speech.render(HELLO)
    made.path.write_bytes(b"RIFF")
    assert await house.speech.render(HELLO) == made
    assert parse_wav(made.path.read_bytes()) is not None
    assert len(house.first.orders) == 2


async def test_on_a_full_disk_callers_hear_texts_all_the_same(house):
    house.folder.write_text("a file stands in the way")
    made = await house.speech.render(HELLO)
    assert not made.path.is_relative_to(house.folder)
    # It is spoken once, also then, and no engine is blamed.
    assert await house.speech.render(HELLO) == made
    assert (len(house.first.orders), house.second.orders) == (1, [])
    await house.speech.close()
    assert not made.path.exists()


async def test_a_full_disk_is_not_the_engines_fault(house, monkeypatch):
    def full(spare, name, data):
        raise OSError("full")

    house.folder.write_text("a file stands in the way")
    monkeypatch.setattr(Spare, "write", full)
    with pytest.raises(CacheFailed):
        await house.speech.render(HELLO)
    assert not house.second.orders


async def test_preparing_tells_what_went_wrong_and_does_the_rest(house):
    house.second.voices = ()
    texts = [SpeechRequest(f"Zdanie {number}") for number in range(10)]
    problems = await house.speech.prepare([*texts, SpeechRequest("..."), *texts])
    assert [type(problem) for problem in problems] == [RequestRefused]
    assert len(house.first.orders) == 10
    assert house.first.most_working <= 2
    assert len(list(house.folder.glob("*.wav"))) == 10


async def test_closing_lets_nobody_wait(house):
    house.first.hangs = True
    waiting = asyncio.ensure_future(house.speech.render(HELLO))
    early = asyncio.ensure_future(house.speech.render(SpeechRequest("Inny")))
    await house.first.started.wait()
    late = asyncio.ensure_future(house.speech.render(SpeechRequest("Tekst")))
    # One step: it has begun to wait, its text has not been begun.
    await asyncio.sleep(0)
    await house.speech.close()
    for task in (waiting, early, late):
        with pytest.raises(SpeechClosed):
            await task
    with pytest.raises(SpeechClosed):
        await house.speech.render(HELLO)
    assert house.first.closed
    assert house.second.closed
