"""A hall whose talks are recorded: real calls, real phones, no sound. Time is virtual."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import ParamSpec, TypeVar

from media import commands as ask
from softswitch.calls.speaking import Speaking
from softswitch.events import (
    CallEvent,
    RecordingConsent,
    RecordingEnded,
    RecordingPaused,
    RecordingRefused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)
from softswitch.recordings.config import RecordingsConfig
from softswitch.recordings.consent import Notices
from softswitch.recordings.recorder import KINDS_READ, Means, TalkRecorder
from softswitch.recordings.shelf import Shelf
from tests.fakes.exchange import Phone, sdp
from tests.fakes.virtual_time import passes
from tests.queues.hall import Hall, hall

BEEP = 77
HELP = "112"
QUIET = {"announce": {"position": "off", "eta": "off"}}


P = ParamSpec("P")
T = TypeVar("T")


async def at_once(work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
    """Do it without a thread, whose time would not be virtual."""
    return work(*args, **named)


@dataclass
class Studio:
    """The hall and who records in it."""

    hall: Hall
    recorder: TalkRecorder
    folder: Path

    @property
    def said(self) -> list[str]:
        """All that was made to be spoken."""
        return self.hall.speaker.said

    def told(self) -> list[str]:
        """Return what was written down of recordings, in short."""
        return [
            short
            for entry in self.hall.switch.entries
            if (short := _short(entry.event))  # type: ignore[arg-type]
        ]

    def started(self) -> list[RecordingStarted]:
        """Return the beginnings of all recordings."""
        return self.hall.told(RecordingStarted)

    def recorded(self, phone: Phone) -> list[ask.Record]:
        """Return what was recorded of a phone's leg."""
        return phone.sound.asked(ask.Record)

    def write(self, path: str) -> None:
        """Let there be a file where a recording goes."""
        (self.folder / path).write_bytes(b"x" * 80)

    def press(self, phone: Phone, keys: str) -> None:
        """Press keys in one breath."""
        for key in keys:
            self.hall.switch.client.digit(phone.sound, key)


async def waiting(here: Studio, caller: str = "2001") -> Phone:
    """Let a caller wait in the queue."""
    (phone,) = await here.hall.callers(caller)
    return phone


async def hold(phone: Phone, direction: str) -> None:
    """Let a phone hold (``sendonly``) or come back (``sendrecv``)."""
    version = 2 if direction == "sendonly" else 3
    phone.reinvite(sdp(host=phone.address[0], direction=direction, version=version))
    await passes(0.2)


def masks(phone: Phone) -> list[bool]:
    """Return how a phone's recordings were told to hear nothing, or to hear again."""
    return [one.on for one in phone.sound.asked(ask.MaskRecording)]


def pauses(phone: Phone) -> list[bool]:
    """Return how a phone's recordings were told to leave out what is said, or to go on."""
    return [one.on for one in phone.sound.asked(ask.PauseRecording)]


def _short(event: CallEvent) -> str:
    match event:
        case RecordingConsent(_, party, agreed, by):
            return f"{party} {'agrees' if agreed else 'refuses'} by {by}"
        case RecordingStarted():
            return f"started {event.part}: {event.caller} | {event.agent}"
        case RecordingPaused(_, why, by):
            return f"paused: {why} {by}".strip()
        case RecordingResumed(_, why, by):
            return f"resumed: {why} {by}".strip()
        case RecordingStopped(_, why, by):
            return f"stopped: {why} {by}".strip()
        case RecordingRefused(why, because):
            return f"refused: {why} by {because}"
        case RecordingEnded():
            return f"ended {event.path}"
    return ""


@contextlib.asynccontextmanager
async def studio(
    folder: Path,
    recordings: Mapping[str, object],
    *,
    queue: Mapping[str, object] | None = None,
    free: int = 10**15,
    **parts: object,
) -> AsyncIterator[Studio]:
    """Run a hall with the queue ``sales`` whose talks are recorded as said; ``free`` octets are left."""
    config = RecordingsConfig.model_validate({"consent": "none", "language": "en", **recordings})
    async with hall({**QUIET, **(queue or {})}, **parts) as here:  # type: ignore[arg-type]
        switch = here.switch
        switch.afterwards |= {RecordingEnded}
        shelf = Shelf(folder, least_free=10**9, zone=UTC, off_loop=at_once)
        await shelf.look(switch.clock.wall())
        shelf.free = free
        notices = Notices(config, Speaking(here.speaker), lambda user: here.languages.get(user, ""))
        means = Means(
            switch.log, switch.clock, shelf, notices, switch.board, beep=BEEP, spared=frozenset({HELP})
        )
        recorder = TalkRecorder(config, means)
        switch.log.subscribe(recorder.read, KINDS_READ)
        running = asyncio.get_running_loop().create_task(recorder.run())
        try:
            yield Studio(here, recorder, folder)
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
