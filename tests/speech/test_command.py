import sys

import pytest

from softswitch.speech.command import CommandEngine
from softswitch.speech.engine import Order
from softswitch.speech.errors import EngineMissing
from softswitch.speech.wav import build_wav

# Writes what it was given behind a valid sound, for the test to look at.
PROGRAM = """
import pathlib, shutil, sys
source, seen, output, *rest = sys.argv[1:]
pathlib.Path(seen).write_text("|".join([*rest, sys.stdin.read()]))
shutil.copy(source, output)
"""


@pytest.fixture
def program(tmp_path):
    (tmp_path / "source.wav").write_bytes(build_wav(b"\1\0" * 4000))
    (tmp_path / "program.py").write_text(PROGRAM)
    return f"{sys.executable} {tmp_path}/program.py {tmp_path}/source.wav {tmp_path}/seen"


async def test_placeholders_are_filled_and_nothing_becomes_a_command(program, tmp_path):
    engine = CommandEngine(command=f"{program} {{output}} --voice={{voice}} {{language}} {{rate}}")
    text = "Witamy; rm -rf $HOME `id` {voice}"
    sound = await engine.synthesize(Order(text, "pl", "Ewa", 1.25))
    assert sound.samples == b"\1\0" * 4000
    assert (tmp_path / "seen").read_text() == f"--voice=Ewa|pl|1.25|{text}"


async def test_text_as_an_argument_is_one_argument_and_not_on_the_input(program, tmp_path):
    engine = CommandEngine(command=f"{program} {{output}} {{text}}")
    await engine.synthesize(Order("dzień dobry 'państwu'", "pl", "", 1.0))
    assert (tmp_path / "seen").read_text() == "dzień dobry 'państwu'|"


@pytest.mark.parametrize(("text", "seen"), [("-w /etc/x", " -w /etc/x|"), ("a\0b", "a b|"), ("1-2", "1-2|")])
async def test_no_text_is_an_option_of_the_program(program, tmp_path, text, seen):
    engine = CommandEngine(command=f"{program} {{output}} {{text}}")
    await engine.synthesize(Order(text, "pl", "", 1.0))
    assert (tmp_path / "seen").read_text() == seen


def test_any_voice_is_passed_on_and_a_missing_program_is_told():
    assert CommandEngine(command="cat").voice_for("pl", "Ewa").name == "Ewa"
    assert CommandEngine(command="cat").voice_for("pl", None).exact
    with pytest.raises(EngineMissing, match="no command"):
        CommandEngine(command=None).voice_for("pl", None)
    with pytest.raises(EngineMissing, match="/no/such/program"):
        CommandEngine(command="/no/such/program {text}").voice_for("pl", None)
    assert CommandEngine(command="a").version != CommandEngine(command="b").version
