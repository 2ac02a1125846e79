import os
from pathlib import Path

import pytest

from softswitch.speech.engine import Order
from softswitch.speech.errors import EngineMissing
from softswitch.speech.espeak import EspeakEngine
from softswitch.speech.sound import from_pcm


@pytest.fixture
async def espeak():
    engine = EspeakEngine(idle_seconds=60)
    yield engine
    await engine.close()


def loaded_libraries():
    """Return what this process has mapped; nothing where the system does not tell."""
    maps = Path(f"/proc/{os.getpid()}/maps")
    return maps.read_text() if maps.exists() else ""


def test_voices_are_known_without_the_library(espeak):
    assert espeak.voice_for("pl", None).name == "pl"
    assert espeak.voice_for("pl-PL", "F2").name == "pl+f2"
    assert espeak.voice_for("en-US", None).name == "en-US"
    assert espeak.voice_for("de", None).name == "de"
    other = espeak.voice_for("pl", "Ewa")
    assert (other.name, other.exact) == ("pl", False)
    with pytest.raises(EngineMissing, match="'tlh'"):
        espeak.voice_for("tlh", None)
    assert espeak.version[0].isdigit()


def test_without_the_package_it_says_so(tmp_path):
    engine = EspeakEngine(idle_seconds=60, data=tmp_path)
    with pytest.raises(EngineMissing):
        engine.voice_for("pl", None)


async def test_rate_voice_and_language_are_heard_and_the_library_stays_out_of_this_process(espeak):
    words = "Witamy w naszej firmie"
    plain = await espeak.synthesize(Order(words, "pl", "pl", 1.0))
    assert 0.8 < len(plain.samples) / 2 / plain.sample_rate < 3
    assert abs(from_pcm(plain.samples)).max() > 0.05
    slow = await espeak.synthesize(Order(words, "pl", "pl", 0.6))
    assert len(slow.samples) > 1.3 * len(plain.samples)
    assert (await espeak.synthesize(Order(words, "pl", "pl+f2", 1.0))).samples != plain.samples
    assert (await espeak.synthesize(Order(words, "en", "en", 1.0))).samples != plain.samples
    assert "libespeak" not in loaded_libraries()


async def test_a_voice_the_library_lacks(espeak):
    with pytest.raises(EngineMissing, match="no voice 'nobody'"):
        await espeak.synthesize(Order("a", "pl", "nobody", 1.0))
