import importlib.metadata
import os
import stat
import sys

import pytest

from softswitch.speech import piper
from softswitch.speech.engine import Order
from softswitch.speech.errors import EngineMissing
from softswitch.speech.piper import PiperEngine
from softswitch.speech.wav import build_wav

# The part of Piper's Python interface the worker uses, as its release 1.8 has it.
MODULE = """
import dataclasses
@dataclasses.dataclass
class SynthesisConfig:
    length_scale: float | None = None
@dataclasses.dataclass
class Chunk:
    sample_rate: int
    audio_int16_bytes: bytes
class PiperVoice:
    @staticmethod
    def load(model_path):
        open(model_path).close()
        return PiperVoice()
    def synthesize(self, text, syn_config=None):
        for word in text.split():
            yield Chunk(22050, bytes(int(10 * syn_config.length_scale) * 2))
"""

PROGRAM = """#!{python}
import json, shutil, sys
arguments = sys.argv[1:]
output = arguments[arguments.index("--output_file") + 1]
json.dump([arguments, sys.stdin.read()], open("{seen}", "w"))
shutil.copy("{source}", output)
"""


@pytest.fixture
def voices(tmp_path):
    folder = tmp_path / "voices"
    folder.mkdir()
    for name in ("pl_PL-darkman-medium", "pl_PL-gosia-medium", "en_US-amy-low", "pl_PL-lonely-low"):
        (folder / f"{name}.onnx").write_bytes(b"model")
        if "lonely" not in name:
            (folder / f"{name}.onnx.json").write_text("{}")
    return folder


def install_module(monkeypatch, tmp_path):
    (tmp_path / "piper.py").write_text(MODULE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(piper, "version", lambda package: "1.8.0")


def install_program(monkeypatch, tmp_path):
    def no_package(package):
        raise importlib.metadata.PackageNotFoundError(package)

    monkeypatch.setattr(piper, "version", no_package)
    program = tmp_path / "bin" / "piper"
    program.parent.mkdir()
    (tmp_path / "source.wav").write_bytes(build_wav(b"\1\0" * 4000))
    values = {"python": sys.executable, "seen": tmp_path / "seen", "source": tmp_path / "source.wav"}
    program.write_text(PROGRAM.format(**values))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


async def test_voices_dropped_in_are_found_by_language_and_name(monkeypatch, tmp_path, voices):
    install_module(monkeypatch, tmp_path)
    engine = PiperEngine(folder=voices, idle_seconds=60)
    assert engine.voice_for("pl-PL", None).name.endswith("pl_PL-darkman-medium.onnx")
    assert engine.voice_for("pl", "Gosia").name.endswith("pl_PL-gosia-medium.onnx")
    assert engine.voice_for("en", "en_US-amy-low").exact
    assert not engine.voice_for("pl", "lonely").exact
    with pytest.raises(EngineMissing, match="no voice for language 'de'"):
        engine.voice_for("de", None)


def test_a_replaced_file_is_another_voice(monkeypatch, tmp_path, voices):
    install_module(monkeypatch, tmp_path)
    engine = PiperEngine(folder=voices, idle_seconds=60)
    before = engine.voice_for("en", None)
    os.utime(before.name, (1, 1))
    assert engine.voice_for("en", None) != before


def test_what_is_missing_is_said(monkeypatch, tmp_path, voices):
    install_program(monkeypatch, tmp_path)
    with pytest.raises(EngineMissing, match="no folder"):
        PiperEngine(folder=None, idle_seconds=60).voice_for("pl", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineMissing, match="Piper is not installed"):
        PiperEngine(folder=voices, idle_seconds=60).voice_for("pl", None)


async def test_the_package_speaks_in_the_worker(monkeypatch, tmp_path, voices):
    install_module(monkeypatch, tmp_path)
    engine = PiperEngine(folder=voices, idle_seconds=60)
    voice = engine.voice_for("pl", None).name
    sound = await engine.synthesize(Order("raz dwa trzy", "pl", voice, 0.5))
    assert (sound.sample_rate, len(sound.samples)) == (22050, 3 * 20 * 2)
    await engine.close()


async def test_the_program_speaks_where_the_package_is_not(monkeypatch, tmp_path, voices):
    install_program(monkeypatch, tmp_path)
    engine = PiperEngine(folder=voices, idle_seconds=60)
    voice = engine.voice_for("pl", "gosia").name
    sound = await engine.synthesize(Order("raz dwa", "pl", voice, 2.0))
    assert sound.samples == b"\1\0" * 4000
    seen = (tmp_path / "seen").read_text()
    assert f'"--model", "{voice}"' in seen
    assert '"--length_scale", "0.500"' in seen
    assert seen.endswith('"raz dwa\\n"]')
    await engine.close()
