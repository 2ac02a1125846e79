"""Engines that are a program run once for each text: text in, a sound file out."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from pathlib import Path

from softswitch.speech.engine import Sound
from softswitch.speech.errors import EngineError, EngineMissing
from softswitch.speech.process import end_process, feed, how_it_ended, last_words, start_process
from softswitch.speech.sound import decode_wav


async def run_program(engine: str, argv: Sequence[str], text: str) -> bytes:
    """Run ``argv`` with ``text`` on its standard input; return what it wrote to standard output.

    Cancelling kills it. Raises EngineMissing when it cannot be started, EngineError when it fails.
    """
    with tempfile.TemporaryFile() as complaints:
        try:
            process = await start_process(*argv, complaints=complaints)
        except OSError as error:
            raise EngineMissing(engine, f"{argv[0]} cannot be started ({error.strerror})") from error
        assert process.stdout is not None
        try:
            _, output = await asyncio.gather(_told(process, text.encode()), process.stdout.read())
            await process.wait()
        except asyncio.CancelledError:
            await end_process(process)
            raise
        if process.returncode != 0:
            raise EngineError(engine, how_it_ended(process.returncode) + last_words(complaints))
        return output


async def _told(process: Process, text: bytes) -> None:
    """Give a program its text and the end of it; one that has heard enough is no error."""
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        await feed(process, text)
    process.stdin.close()


async def speak_with_program(engine: str, argv_for: Callable[[str], Sequence[str]], text: str) -> Sound:
    """Run a program and return the sound it made.

    ``argv_for`` gets the path of a file that does not exist yet and returns the command line. A program
    that leaves no such file must have written the sound to its standard output. Raises EngineError.
    """
    with tempfile.TemporaryDirectory(prefix="speech-") as folder:
        output = Path(folder) / "speech.wav"
        printed = await run_program(engine, argv_for(str(output)), text)
        try:
            return await asyncio.to_thread(
                lambda: decode_wav(output.read_bytes() if output.exists() else printed)
            )
        except (OSError, ValueError) as error:
            raise EngineError(engine, f"gave no sound: {error}") from error
