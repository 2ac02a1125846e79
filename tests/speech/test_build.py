"""The embedded engines, really heard: no network, no program of the system."""

import numpy as np
import pytest
import soundfile

from softswitch.speech import SAMPLE_RATE, SpeechConfig, SpeechRequest
from softswitch.speech.build import ENGINES, build_speech
from softswitch.speech.config import DEFAULT_CHAINS
from softswitch.speech.sound import frame_levels, speech_level

POLISH = "Witamy w naszej firmie. Aby połączyć się z konsultantem, naciśnij 1."
ENGLISH = "Welcome to our company. To talk to an adviser, press 1."


@pytest.fixture
async def speech(tmp_path):
    speech = build_speech(SpeechConfig(), tmp_path / "cache")
    yield speech
    await speech.close()


def heard(utterance):
    samples, rate = soundfile.read(utterance.path, dtype="float32")
    info = soundfile.info(utterance.path)
    assert (rate, info.channels, info.subtype) == (SAMPLE_RATE, 1, "PCM_16")
    assert len(samples) / rate == pytest.approx(utterance.seconds)
    return samples


def share(samples, low, high):
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    return power[(hertz >= low) & (hertz < high)].sum() / power.sum()


@pytest.mark.parametrize(
    ("request_", "engine"),
    [
        (SpeechRequest(POLISH), "espeak"),
        (SpeechRequest(POLISH, voice="f2"), "espeak"),
        (SpeechRequest(ENGLISH, language="en"), "hibari"),
        (SpeechRequest(ENGLISH, language="en", voice="m3"), "espeak"),
    ],
)
async def test_speech_sounds_like_speech(speech, request_, engine):
    utterance = await speech.render(request_)
    samples = heard(utterance)
    assert utterance.engine == engine
    # Twelve words: between a hurried and a very slow speaker.
    assert 2.5 < utterance.seconds < 8.0
    assert speech_level(samples) == pytest.approx(-20.0, abs=0.5)
    assert np.abs(samples).max() < 0.9
    # Speech, not hum and not hiss: most of it in the telephone band, some on both sides of 1 kHz.
    assert share(samples, 200, 3400) > 0.7
    assert share(samples, 1000, 3400) > 0.02
    # It rises and falls as syllables do, and begins and ends in silence.
    levels = frame_levels(samples)
    assert np.percentile(levels, 90) - np.percentile(levels, 10) > 15
    assert levels[:3].max() < -45
    assert levels[-10:].max() < -45


async def test_voices_languages_and_rates_differ(speech):
    requests = [
        SpeechRequest("Radio hotel"),
        SpeechRequest("Radio hotel", voice="f2"),
        SpeechRequest("Radio hotel", language="en"),
        SpeechRequest("Radio hotel", language="en", voice="f2"),
        SpeechRequest("Radio hotel", rate=0.7),
    ]
    assert await speech.prepare(requests) == []
    files = {(await speech.render(request)).path.read_bytes() for request in requests}
    assert len(files) == len(requests)


async def test_signs_are_longer_than_silence_in_both_languages(speech):
    for language in ("pl", "en"):
        star = await speech.render(SpeechRequest("*43", language=language))
        digits = await speech.render(SpeechRequest("4 3", language=language))
        assert star.seconds > digits.seconds + 0.2


def test_every_engine_a_chain_may_name_is_registered():
    named = {name for chain in DEFAULT_CHAINS.values() for name in chain}
    assert named == set(ENGINES)
    assert all(make(SpeechConfig()).name == name for name, make in ENGINES.items())


def test_what_is_embedded_can_speak_without_anything_installed(speech):
    assert speech.engines("pl")[-1] == "espeak"
    assert {"hibari", "espeak"} <= set(speech.engines("en"))
    assert speech.engines("tlh") == ()
    assert speech.reasons["exec"] == "no command is configured"
