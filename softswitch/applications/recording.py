"""A caller's words as a file, for the program that asked for them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from softswitch.applications.steps import Record
from softswitch.calls.call import Call
from softswitch.calls.speaking import answered
from softswitch.clock import Clock
from softswitch.ivr.visit import Visit

FINISH_S: Final = 10.0
"""Seconds that a recording may take to become a whole file."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a recording: how it ended (``key``, ``limit``, ``too_short``, ``failed``)."""

    exit: str
    file: str = ""
    seconds: float = 0.0
    key: str = ""


class FileDone(Protocol):
    """What the media room tells of a file; ``reason`` says why it broke off, "" if it did not."""

    @property
    def path(self) -> str:
        """Where it is."""
        ...

    @property
    def seconds(self) -> float:
        """How long it plays."""
        ...

    @property
    def reason(self) -> str:
        """Why it is not whole."""
        ...


@dataclass(frozen=True, slots=True)
class RecordsCaller:
    """Records callers into ``folder``, which exists, a file for each recording, named by the call."""

    folder: Path
    clock: Clock

    async def record(self, call: Call, visit: Visit, step: Record, number: int) -> Recorded:
        """Record what the caller says; whoever takes the caller's place ends it."""
        path = self.folder / f"{call.facts.id}-{number}.wav"
        await answered(call.caller)
        caller = call.caller
        visit.flush_keys()
        if step.beep:
            await caller.voice.play([call.around.media.beep])
        done: asyncio.Future[FileDone] = asyncio.get_running_loop().create_future()

        def tell(file: FileDone) -> None:
            if not done.done():
                done.set_result(file)

        recording = caller.voice.record(path, tell, layout="mono")
        if recording is None:
            return Recorded("failed")
        try:
            key = await self._until_key(visit, step)
        finally:
            if not caller.over:  # Else it has ended with the leg, and the file is whole all the same.
                recording.stop()
        try:
            async with asyncio.timeout(FINISH_S):
                ended = await done
        except TimeoutError:
            return Recorded("failed")
        name = Path(ended.path).name
        if ended.reason:
            return Recorded("failed", name, ended.seconds)
        if ended.seconds < step.min_s:
            return Recorded("too_short", name, ended.seconds, key)
        return Recorded("key" if key else "limit", name, ended.seconds, key)

    async def _until_key(self, visit: Visit, step: Record) -> str:
        """Wait for a key that ends it, or for its limit; return the key, "" at the limit."""
        until = self.clock.monotonic() + step.max_s
        while (left := until - self.clock.monotonic()) > 0:
            key = await visit.next_key(left)
            if key is not None and key.digit in step.finish_on:
                return key.digit
        return ""
