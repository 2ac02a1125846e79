"""Recording talks in a running switch: a witness for each call, and what becomes of the files."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from softswitch.bus import EventLog
from softswitch.calls.call import Call, Seat
from softswitch.calls.errors import CallError
from softswitch.calls.media_port import Recording, RecordingReport
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.clock import Clock
from softswitch.events import (
    CallArrived,
    CallEnded,
    DigitPressed,
    Entry,
    QueueAnswered,
    RecordingEnded,
)
from softswitch.recordings.config import RecordingsConfig
from softswitch.recordings.consent import Notices
from softswitch.recordings.errors import NothingToRecord
from softswitch.recordings.found import QUIET_SECONDS, Found, StillWritten, find
from softswitch.recordings.shelf import LOOK_SECONDS, Shelf
from softswitch.recordings.witness import CallWitness

logger = logging.getLogger(__name__)

KINDS_READ: Final = (CallArrived, QueueAnswered, DigitPressed, CallEnded)

PATIENCE_SECONDS: Final = 600.0
"""How long a file is waited for that nobody tells of any more: converting hours of talk takes minutes."""
NO_FILE: Final = "nothing was written"
UNTOLD: Final = "the process that wrote it was cut off; the file holds what was written before"


class Talks(Protocol):
    """The calls of now; see :class:`softswitch.calls.switchboard.Switchboard`."""

    def find(self, part: str) -> Call | None:
        """Return the one call with this id, or this end of it."""
        ...

    def seats(self, party: str) -> Sequence[Seat]:
        """Return the legs of an account that ring or talk."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What recording stands on.

    ``beep`` is the number of its sound; ``spared`` are numbers whose calls are never recorded;
    ``customer_of`` tells who a call is known to be about, "" for nobody.
    """

    log: EventLog
    clock: Clock
    shelf: Shelf
    notices: Notices
    talks: Talks
    beep: int | None = None
    spared: frozenset[str] = frozenset()
    customer_of: Callable[[str], str] = lambda call: ""


class TalkRecorder:
    """Records talks as the configuration has it. ``read`` is for the event log, :meth:`run` for a task."""

    def __init__(self, config: RecordingsConfig, means: Means) -> None:
        self.config = config
        self.clock = means.clock
        self.shelf = means.shelf
        self.notices = means.notices
        self.spared = means.spared
        self._means = means
        self._witnesses: dict[str, CallWitness] = {}
        self._work: asyncio.Queue[Coroutine[None, None, None]] = asyncio.Queue()

    def read(self, entry: Entry) -> None:
        """Take an entry of the log."""
        witness = self._witnesses.get(entry.call)
        match entry.event:
            case CallArrived():
                call = self._means.talks.find(entry.call)
                if call is not None:
                    witness = self._witnesses[entry.call] = CallWitness(call, self)
                    call.audience.witness = witness
            case QueueAnswered(queue, agent, leg) if witness is not None:
                witness.answered_for_queue(queue, agent, leg)
            case DigitPressed(leg, digit) if witness is not None:
                witness.pressed(leg, digit)
            case CallEnded() if witness is not None:
                del self._witnesses[entry.call]
                witness.close()
            case _:
                pass

    async def run(self) -> None:
        """Do what takes time, and look at the disk, until cancelled. Owned by a task of the root."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._look())
            try:
                while True:
                    tasks.create_task(_safely(await self._work.get()))
            finally:
                while not self._work.empty():
                    self._work.get_nowait().close()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.shelf.look(self.clock.wall())

    # What a witness stands on (see Desk)

    def begin(self, call: str, recording: str, leg: PhoneLeg, path: Path) -> Recording | None:
        """Begin to record what a leg says and hears; return None where it has no sound."""
        ended = partial(self._ended, call, recording)
        return leg.voice.record(path, ended, layout="stereo", then=self.config.form)

    def beep(self, *legs: PhoneLeg) -> None:
        """Let them hear that they are recorded."""
        if self._means.beep is not None:
            for leg in legs:
                self.start(self._beep(leg, self._means.beep))

    async def _beep(self, leg: PhoneLeg, prompt: int) -> None:
        await self.notices.speaking.hear(leg, prompt)

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Let something be done that takes time; a fault of it is logged."""
        self._work.put_nowait(work)

    def customer(self, call: str) -> str:
        """Return who a call is known to be about, "" for nobody."""
        return self._means.customer_of(call)

    # What becomes of the files

    def _ended(self, call: str, recording: str, report: RecordingReport) -> None:
        path = Path(report.path)
        if not report.sha256:
            # Nobody knows: there is none, or the process that wrote it is finishing it by itself.
            self.start(self.look_for(call, recording, path, report.reason or UNTOLD))
            return
        ended = RecordingEnded(
            recording,
            self.shelf.below(path),
            round(report.seconds, 3),
            report.octets,
            report.sha256,
            tuple((round(begin, 3), round(end, 3)) for begin, end in report.masked),
            report.reason,
        )
        self._means.log.append(ended, call=call)

    async def look_for(self, call: str, recording: str, growing: Path, reason: str) -> None:
        """Wait until the file of a recording is finished that nobody tells of, and tell of it."""
        found: Found | None = None
        until = self.clock.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                found = await self.shelf.off_loop(find, growing, time.time())
                break
            except StillWritten:
                if self.clock.monotonic() >= until:
                    logger.warning("the recording %s is still being written; it is left to later", growing)
                    return
            except OSError as error:
                logger.warning("the recording %s cannot be looked at: %s", growing, error.strerror)
                return
            await asyncio.sleep(QUIET_SECONDS / 2)
        if found is None:
            told = RecordingEnded(recording, "", 0.0, 0, "", reason=reason or NO_FILE)
        else:
            below, seconds = self.shelf.below(found.path), round(found.seconds, 3)
            told = RecordingEnded(recording, below, seconds, found.octets, found.sha256, reason=reason)
        self._means.log.append(told, call=call)

    # What people ask by command

    def talk_of(self, whom: str) -> CallWitness:
        """Return the witness of the talk of an account, or of a call; raise NothingToRecord."""
        talks = [seat for seat in self._means.talks.seats(whom) if seat.call.partner(seat.leg) is not None]
        call = next((seat.call for seat in talks if not seat.leg.held), talks[0].call if talks else None)
        call = call or self._means.talks.find(whom)
        witness = self._witnesses.get(call.facts.id) if call is not None else None
        if call is None or call.pair is None or witness is None:
            raise NothingToRecord(f"{whom} talks with nobody now")
        return witness


async def _safely(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except CallError:
        pass  # Who was to hear something has hung up.
    except Exception:
        logger.exception("something about a recording went wrong")
