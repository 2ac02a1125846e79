import logging
import os
import stat

import pytest

from softswitch.speech.engine import Order
from softswitch.speech.errors import EngineMissing
from softswitch.speech.rhvoice import RhvoiceEngine
from softswitch.speech.wav import build_wav

# Takes the options of the real program: -p profile -r rate -o output, text on standard input.
PROGRAM = """#!/bin/sh
echo "$2 $4 $(cat)" > "{seen}"
cp "{source}" "$6"
"""


@pytest.fixture
def data(tmp_path, monkeypatch):
    (tmp_path / "source.wav").write_bytes(build_wav(b"\1\0" * 4000))
    program = tmp_path / "bin" / "RHVoice-test"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(seen=tmp_path / "seen", source=tmp_path / "source.wav"))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    for name, language in (("Magda", "Polish"), ("Natan", "Polish"), ("SLT", "English")):
        info = tmp_path / "data" / "voices" / name.lower() / "voice.info"
        info.parent.mkdir(parents=True)
        info.write_text(f"format=4\nname={name}\nlanguage={language}\nsample_rate=24000\n")
    return tmp_path / "data"


def test_voices_are_read_from_their_files(data):
    engine = RhvoiceEngine(folders=(data,))
    assert engine.voice_for("pl", None).name == "Magda"
    assert engine.voice_for("pl-PL", "natan").name == "Natan"
    assert not engine.voice_for("en", "Natan").exact
    with pytest.raises(EngineMissing, match="'ru'"):
        engine.voice_for("ru", None)


def test_without_the_program_there_is_no_voice(data, monkeypatch):
    monkeypatch.setenv("PATH", str(data))
    with pytest.raises(EngineMissing, match="RHVoice-test is not installed"):
        RhvoiceEngine(folders=(data,)).voice_for("pl", None)


async def test_it_speaks_and_mentions_the_licence_once(data, caplog, tmp_path):
    engine = RhvoiceEngine(folders=(data,))
    with caplog.at_level(logging.INFO):
        for _ in range(2):
            sound = await engine.synthesize(Order("dzień dobry", "pl", "Magda", 0.8))
    assert sound.samples == b"\1\0" * 4000
    assert (tmp_path / "seen").read_text() == "Magda 80 dzień dobry\n"
    assert caplog.text.count("licence") == 1
