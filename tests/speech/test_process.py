import asyncio
import contextlib
import os
import signal
import sys

import pytest
import uvloop

from softswitch.speech import process
from softswitch.speech import worker as worker_program
from softswitch.speech.engine import Order, Sound
from softswitch.speech.errors import EngineError, EngineMissing, WorkerDied
from softswitch.speech.process import Worker, how_it_ended, start_process

# A worker of the test's own on the real protocol: what it does depends on the text.
STAND_IN = """
import os, sys, time
from softswitch.speech import worker
def speak(request):
    match request["words"]:
        case "who":
            return 8000, str(os.getpid()).encode()
        case "die":
            print("out of memory", file=sys.stderr, flush=True)
            os.abort()
        case "leave":
            os._exit(3)
        case "nonsense":
            os.write(1, b"hello, this is not a frame at all")
        case "hang":
            time.sleep(3600)
        case "fail":
            raise RuntimeError("cannot")
        case "missing":
            raise worker.MissingError("not here")
        case "much":
            return 48000, bytes(5_000_000)
    return 8000, request["words"].encode()
worker.serve(lambda: speak, sys.stdin.buffer, sys.stdout.buffer)
"""


def order(words):
    return Order(words, "pl", "pl", 1.0)


@pytest.fixture
async def worker(tmp_path):
    program = tmp_path / "stand_in.py"
    program.write_text(STAND_IN)
    worker = Worker("fake", idle_seconds=60, program=(sys.executable, program))
    yield worker
    await worker.close()


@pytest.fixture(autouse=True)
def _find_the_package(monkeypatch):
    root = os.path.dirname(os.path.dirname(os.path.dirname(worker_program.__file__)))
    monkeypatch.setenv("PYTHONPATH", root)


def gone(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    return False


async def test_one_process_answers_many_texts(worker):
    assert worker.process_id is None
    assert await worker.speak(order("zażółć")) == Sound(8000, "zażółć".encode())
    first, second = [(await worker.speak(order("who"))).samples for _ in range(2)]
    assert first == second == str(worker.process_id).encode()
    assert int(first) != os.getpid()


async def test_a_long_sound_comes_whole(worker):
    assert await worker.speak(order("much")) == Sound(48000, bytes(5_000_000))


@pytest.mark.parametrize(
    ("words", "reason"),
    [("die", r"signal SIGABRT \(out of memory"), ("leave", "exit code 3"), ("nonsense", "nonsense")],
)
async def test_after_a_death_a_new_worker_speaks(worker, words, reason):
    await worker.speak(order("hello"))
    dead = worker.process_id
    with pytest.raises(WorkerDied, match=reason):
        await worker.speak(order(words))
    assert gone(dead)
    assert await worker.speak(order("again")) == Sound(8000, b"again")


async def test_a_worker_killed_between_two_texts_is_not_noticed(worker):
    await worker.speak(order("hello"))
    os.kill(worker.process_id, signal.SIGKILL)
    await worker.gone()
    assert await worker.speak(order("again")) == Sound(8000, b"again")


async def test_giving_up_kills_the_worker_and_no_answer_is_mistaken(worker):
    await worker.speak(order("hello"))
    hung = worker.process_id
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await worker.speak(order("hang"))
    assert gone(hung)
    assert await worker.speak(order("again")) == Sound(8000, b"again")


async def test_what_the_library_says_becomes_an_error(worker):
    with pytest.raises(EngineError, match="fake: RuntimeError: cannot"):
        await worker.speak(order("fail"))
    with pytest.raises(EngineMissing, match="not here"):
        await worker.speak(order("missing"))
    assert await worker.speak(order("again")) == Sound(8000, b"again")


async def test_an_idle_worker_goes_and_comes_back(tmp_path):
    program = tmp_path / "stand_in.py"
    program.write_text(STAND_IN)
    worker = Worker("fake", idle_seconds=0.01, program=(sys.executable, program))
    first = int((await worker.speak(order("who"))).samples)
    await worker.gone()
    assert gone(first)
    assert int((await worker.speak(order("who"))).samples) != first
    await worker.close()


async def test_a_program_that_is_not_there(tmp_path):
    worker = Worker("fake", idle_seconds=1, program=(tmp_path / "nothing",))
    with pytest.raises(EngineMissing, match="cannot be started"):
        await worker.speak(order("hello"))
    await worker.close()


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_program_that_ends_before_it_is_asked(loop, monkeypatch):
    async def late_start(*argv, complaints, limit):
        started = await start_process(*argv, complaints=complaints, limit=limit)
        await started.wait()
        with contextlib.suppress(OSError):
            await started.stdin.wait_closed()
        return started

    monkeypatch.setattr(process, "start_process", late_start)
    worker = Worker("fake", idle_seconds=1, program=("/bin/false",))
    with asyncio.Runner(loop_factory=loop) as runner, pytest.raises(WorkerDied, match="exit code 1"):
        runner.run(worker.speak(order("hello")))


def test_ends_in_words():
    assert how_it_ended(2) == "its process ended with exit code 2"
    assert how_it_ended(-11) == "its process was ended by signal SIGSEGV"
