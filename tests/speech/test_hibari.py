import os
from pathlib import Path

import pytest

from softswitch.speech.engine import Order
from softswitch.speech.errors import EngineMissing
from softswitch.speech.hibari import HibariEngine


@pytest.fixture
async def hibari(monkeypatch, tmp_path):
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path))
    engine = HibariEngine(idle_seconds=60)
    yield engine
    await engine.close()


def test_only_voices_that_are_here_are_offered(hibari):
    assert hibari.voice_for("en-GB", None).name == "heart"
    other = hibari.voice_for("en", "emma")
    assert (other.name, other.exact) == ("heart", False)
    with pytest.raises(EngineMissing, match="'pl'"):
        hibari.voice_for("pl", None)


def test_a_voice_that_was_fetched_is_offered(monkeypatch, tmp_path, hibari):
    (tmp_path / "bf_emma.int8.onnx").write_bytes(b"model")
    assert HibariEngine(idle_seconds=60).voice_for("en", "Emma").name == "emma"


def test_a_cache_that_may_not_be_looked_into_holds_no_voices(monkeypatch, tmp_path, hibari):
    look = os.stat

    def stat(path, **how):
        if Path(path).parent == tmp_path:
            raise PermissionError(13, "Permission denied")
        return look(path, **how)

    monkeypatch.setattr(os, "stat", stat)
    assert HibariEngine(idle_seconds=60).voice_for("en", "emma").name != "emma"


async def test_it_speaks_and_never_fetches_a_voice(hibari):
    order = Order("Welcome to our company.", "en", "heart", 1.0)
    sound = await hibari.synthesize(order)
    assert sound.sample_rate == 24000
    assert 0.8 < len(sound.samples) / 2 / sound.sample_rate < 4
    assert await hibari.synthesize(order) == sound
    with pytest.raises(EngineMissing, match="no voice 'emma' here"):
        await hibari.synthesize(Order("Hello.", "en", "emma", 1.0))
