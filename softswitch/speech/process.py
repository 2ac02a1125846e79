"""An engine's own process, seen from the switch.

A worker is started by the first request, answers one at a time, is ended when it has been idle for long,
and is killed when a request is abandoned (time limit, shut-down): a half-read answer would otherwise be
taken for the next one. After a death the next request starts a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from softswitch.speech import worker
from softswitch.speech.engine import Order, Sound
from softswitch.speech.errors import EngineError, EngineMissing, WorkerDied
from softswitch.speech.worker import FRAME_HEAD, MAX_FRAME_BYTES, pack_frame

LAST_WORDS_BYTES = 500
"""How much of a dead program's error output is worth telling: its last lines say why."""

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Libraries would start a thread a core and take the cores from the calls."""

PIPE_BUFFER_BYTES = 1024 * 1024
"""A sentence of 22 kHz sound passes without the reader being stopped and started."""

LAST_BREATH_SECONDS = 1.0
"""Between the end of a dying process's output and its exit code: so long it may take to say why."""


class Worker:
    """One engine's worker process. Requests must come one at a time."""

    def __init__(
        self, engine: str, *, idle_seconds: float, program: Sequence[str | Path] | None = None
    ) -> None:
        self._engine = engine
        self._idle_seconds = idle_seconds
        # -P: the program's folder must not become an import path, it holds a module called numbers.
        self._program = program or (sys.executable, "-P", worker.__file__, engine)
        self._process: Process | None = None
        self._complaints: BinaryIO | None = None
        self._idle: asyncio.TimerHandle | None = None

    @property
    def process_id(self) -> int | None:
        """Return the process id of the running worker, None when there is none."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def speak(self, order: Order) -> Sound:
        """Have ``order`` spoken. Cancelling kills the worker.

        Raises EngineMissing, EngineError, WorkerDied.
        """
        request = {
            "words": order.words,
            "language": order.language,
            "voice": order.voice,
            "rate": order.rate,
        }
        process = await self._running()
        try:
            head, body = await self._exchange(process, pack_frame(request))
        except (OSError, EOFError, ValueError) as error:
            raise WorkerDied(self._engine, await self._buried(process, LAST_BREATH_SECONDS)) from error
        except asyncio.CancelledError:
            await self._buried(process)
            raise
        self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._retire, process)
        if "error" in head:
            kind = EngineMissing if head.get("missing") else EngineError
            raise kind(self._engine, str(head["error"]))
        return Sound(int(head["sample_rate"]), body)

    async def close(self) -> None:
        """End the worker, whatever it is doing, and wait until it is gone."""
        if self._process is not None:
            await self._buried(self._process)

    async def gone(self) -> None:
        """Wait until the present worker, if any, has ended."""
        if self._process is not None:
            await self._process.wait()

    async def _running(self) -> Process:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        process = self._process
        if process is not None:
            retired = process.stdin is None or process.stdin.is_closing()
            if process.returncode is None and not retired:
                return process
            await self._buried(process)
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        try:
            self._process = await start_process(
                *map(str, self._program), complaints=self._complaints, limit=PIPE_BUFFER_BYTES
            )
        except OSError as error:
            self._complaints.close()
            raise EngineMissing(self._engine, f"its program cannot be started ({error})") from error
        except asyncio.CancelledError:
            self._complaints.close()
            raise
        return self._process

    async def _exchange(self, process: Process, frame: bytes) -> tuple[dict[str, Any], bytes]:
        assert process.stdout is not None
        await feed(process, frame)
        head_size, body_size = FRAME_HEAD.unpack(await process.stdout.readexactly(FRAME_HEAD.size))
        if head_size + body_size > MAX_FRAME_BYTES:
            raise ValueError(f"a frame of {head_size + body_size} bytes")
        head: dict[str, Any] = json.loads(await process.stdout.readexactly(head_size))
        return head, await process.stdout.readexactly(body_size)

    def _retire(self, process: Process) -> None:
        """Let an idle worker go: its input ends, it leaves its loop, the loop's child watcher reaps it."""
        if process.stdin is not None:
            process.stdin.close()

    async def _buried(self, process: Process, patience: float = 0.0) -> str:
        """Kill and reap ``process`` if it still runs; return in words how it ended."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        killed = await end_process(process, patience)
        if self._process is process:
            self._process = None
        said = ""
        if self._complaints is not None:
            said = last_words(self._complaints)
            self._complaints.close()
            self._complaints = None
        return how_it_ended(process.returncode, killed=killed) + said


async def start_process(*argv: str, complaints: BinaryIO, limit: int = PIPE_BUFFER_BYTES) -> Process:
    """Start a program that leads a session of its own, with pipes for its input and output.

    Who is cancelled meanwhile leaves no process behind. Raises OSError when it cannot be started.
    """
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *argv,
            stdin=PIPE,
            stdout=PIPE,
            stderr=complaints,
            limit=limit,
            env=child_environment(),
            # Ctrl-C on the console is for the switch, which then ends its workers in order.
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        # Cancelled in its midst, asyncio would wait for ever for pipes that it had not connected yet.
        with contextlib.suppress(OSError):
            await end_process(await starting)
        raise


async def feed(process: Process, data: bytes) -> None:
    """Write to the input of a program; raise OSError for one that has closed it, or ended.

    asyncio's own loop says so by the pipe that breaks, uvloop by a RuntimeError for a pipe that is broken.
    """
    assert process.stdin is not None
    if process.stdin.is_closing():
        raise BrokenPipeError(errno.EPIPE, "the program takes no input any more")
    process.stdin.write(data)
    await process.stdin.drain()


async def end_process(process: Process, patience: float = 0.0) -> bool:
    """Reap ``process``, killing it and its children when it runs on for ``patience`` seconds.

    Returns whether it had to be killed.
    """
    if patience:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience)
    running = process.returncode is None
    if running:
        with contextlib.suppress(ProcessLookupError):
            # It leads a session of its own: what a command line started goes with it.
            os.killpg(process.pid, signal.SIGKILL)
    if process.stdin is not None:
        process.stdin.close()
        # What could not be written to the dead is of no interest.
        with contextlib.suppress(OSError):
            await process.stdin.wait_closed()
    if process.stdout is not None:
        # Until the end: a pipe that is not read to its end stays open.
        await process.stdout.read()
    await process.wait()
    return running


def child_environment() -> dict[str, str]:
    """Return the environment of an engine's process: ours, and one thread for numeric libraries."""
    return {**os.environ, **ONE_THREAD}


def how_it_ended(returncode: int | None, *, killed: bool = False) -> str:
    """Return in words how a process ended; ``killed`` when it was us."""
    if killed:
        return "its process answered nonsense or closed its output"
    if returncode is not None and returncode < 0:
        return f"its process was ended by signal {signal.Signals(-returncode).name}"
    return f"its process ended with exit code {returncode}"


def last_words(complaints: BinaryIO) -> str:
    """Return the end of a process's error output in brackets, or nothing."""
    end = complaints.seek(0, os.SEEK_END)
    complaints.seek(max(0, end - LAST_WORDS_BYTES))
    words = " ".join(complaints.read().decode(errors="replace").split())
    return f" ({words})" if words else ""
