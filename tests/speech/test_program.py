import asyncio
import contextlib
import os
import sys

import pytest
import uvloop

from softswitch.speech import program
from softswitch.speech.errors import EngineError, EngineMissing
from softswitch.speech.process import start_process
from softswitch.speech.program import run_program, speak_with_program
from softswitch.speech.wav import build_wav
from tests.fakes.patience import PATIENCE

SAMPLES = b"\1\0" * 4000


async def test_text_goes_in_and_output_comes_out():
    upper = (sys.executable, "-c", "import sys; sys.stdout.write(sys.stdin.read().upper())")
    assert (await run_program("exec", upper, "witamy")).decode() == "WITAMY"


async def test_a_failure_carries_the_last_words():
    failing = (sys.executable, "-c", "import sys; sys.exit('no such voice')")
    with pytest.raises(EngineError, match=r"exit code 1 \(no such voice\)"):
        await run_program("exec", failing, "witamy")
    with pytest.raises(EngineMissing, match="nowhere cannot be started"):
        await run_program("exec", ("/nowhere",), "witamy")


async def test_a_program_that_does_not_read_its_input_is_no_error():
    assert await run_program("exec", (sys.executable, "-c", "print(1)"), "x" * 1_000_000) == b"1\n"


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("text", ["", "x", "x" * 1_000_000])
@pytest.mark.parametrize("late", [False, True])
def test_one_that_has_ended_before_it_is_told_anything_is_none_either(loop, text, late, monkeypatch):
    async def late_start(*argv, complaints):
        process = await start_process(*argv, complaints=complaints)
        # A busy switch comes back to it when the program is gone and its pipe is known to be broken.
        await process.wait()
        with contextlib.suppress(OSError):
            await process.stdin.wait_closed()
        return process

    if late:
        monkeypatch.setattr(program, "start_process", late_start)
    with asyncio.Runner(loop_factory=loop) as runner:
        for argv, said in ((("/bin/true",), b""), (("echo", "spoken"), b"spoken\n")):
            assert runner.run(asyncio.wait_for(run_program("exec", argv, text), PATIENCE)) == said
        with pytest.raises(EngineError, match="exit code 1"):
            runner.run(run_program("exec", ("/bin/false",), text))


async def test_giving_up_kills_the_program_and_its_children(tmp_path):
    marks = tmp_path / "marks"
    os.mkfifo(marks)
    reader = os.open(marks, os.O_RDONLY | os.O_NONBLOCK)
    script = f"exec 3>{marks}; sh -c 'echo ready >&3; exec sleep 600' & wait"
    task = asyncio.ensure_future(run_program("exec", ("/bin/sh", "-c", script), "x"))
    ready = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(reader, ready.set)
    await ready.wait()
    loop.remove_reader(reader)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    # Both held the pipe open; that it ends says that both are gone.
    os.set_blocking(reader, True)
    assert await asyncio.to_thread(lambda: os.read(reader, 100) + os.read(reader, 100)) == b"ready\n"
    os.close(reader)


@pytest.mark.parametrize("moments", range(12))
async def test_giving_up_in_the_midst_of_the_start_ends_at_once(moments):
    task = asyncio.ensure_future(run_program("exec", ("/bin/sh", "-c", "sleep 600 & wait"), "x"))
    for _ in range(moments):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, PATIENCE)


async def test_sound_from_a_file_or_from_the_output(tmp_path):
    source = tmp_path / "source.wav"
    source.write_bytes(build_wav(SAMPLES))
    to_file = await speak_with_program("exec", lambda output: ("cp", str(source), output), "x")
    to_output = await speak_with_program("exec", lambda _: ("cat", str(source)), "x")
    assert to_file.samples == to_output.samples == SAMPLES
    with pytest.raises(EngineError, match="gave no sound"):
        await speak_with_program("exec", lambda _: ("echo", "hello"), "x")
