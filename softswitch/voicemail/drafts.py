"""Messages on their way: from the first word to the disk, whoever hangs up and whatever is killed.

A message has its row in the database before its first word is recorded, and its file grows in a process that
outlives ours. So what was spoken when the switch was killed is found again at its next start and becomes a
message like any other. Nobody is told that a message is kept before file and row are.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, Protocol

from softswitch.bus import EventLog
from softswitch.calls.media_port import Recording
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.clock import Clock
from softswitch.events import MessageLeft
from softswitch.ids import make_id
from softswitch.voicemail.config import VoicemailConfig
from softswitch.voicemail.errors import BoxFull, NoSuchBox, NotStored, VoicemailError
from softswitch.voicemail.files import SUFFIX, Files
from softswitch.voicemail.lamps import Lamps
from softswitch.voicemail.letters import Letters
from softswitch.voicemail.model import Message, Messages

logger = logging.getLogger(__name__)

NOTED_WITHIN: Final = 2.0
"""Seconds the database may take before a caller is told that no message can be taken: he hears nothing."""
FINISHED_WITHIN: Final = 60.0
"""Seconds the recorder may take to finish a file, before it is left to the next look at unfinished ones."""
CERTAIN_WITHIN: Final = 8.0
"""Seconds a caller waits to hear whether the message is kept; beyond, the truth is that nobody knows yet."""
STILL_SECONDS: Final = 3.0
"""A file that was not written for so long is finished: the recorder writes twice a second."""
FORGOTTEN_AFTER: Final = timedelta(hours=1)
"""The age at which a message without any file is given up: its disk may have been away at a start."""


class Report(Protocol):
    """What is told of a recording that is over."""

    @property
    def reason(self) -> str:
        """Why it broke off, "" when it did not."""
        ...


@dataclass(eq=False, slots=True)
class Draft:
    """A message that is being left."""

    message: Message
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Its file is finished, or there never was any."""
    broke_off: str = ""
    """Why the recording ended by itself, "" when it did not."""
    recording: Recording | None = None
    settled: bool = False
    """It is kept or dropped, or will be: nothing may be done to it any more."""


class Drafts:
    """All messages that are being left. ``wake`` tells the outbox that something was posted."""

    def __init__(
        self,
        config: VoicemailConfig,
        store: Messages,
        files: Files,
        *,
        letters: Letters,
        lamps: Lamps,
        log: EventLog,
        clock: Clock,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._config = config
        self._store = store
        self._files = files
        self._letters = letters
        self._lamps = lamps
        self._log = log
        self._clock = clock
        self._wake = wake
        self._live: dict[str, Draft] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def live(self) -> int:
        """How many messages are being left now."""
        return len(self._live)

    async def begin(self, box: str, *, call: str, caller: str, name: str, called: str, menu: str) -> Draft:
        """Make room for a message. Raises BoxFull, NoRoom, NotStored and NoSuchBox."""
        plan = self._config.boxes.get(box)
        if plan is None:
            raise NoSuchBox(box)
        others = sum(draft.message.box == box for draft in self._live.values())
        if self._lamps.tally(box).all + others >= plan.most_messages:
            raise BoxFull(box)
        at = self._clock.wall()
        id_ = make_id(at)
        message = Message(
            id=id_, box=box, call=call, left_at=at, caller=caller, caller_name=name, called=called,
            menu=menu, file=f"{id_}{SUFFIX}",
        )  # fmt: skip
        draft = self._live[id_] = Draft(message)
        try:
            await asyncio.to_thread(self._files.prepare, box)
            async with asyncio.timeout(NOTED_WITHIN):
                await self._store.begin(message)
        except TimeoutError as error:
            del self._live[id_]
            raise NotStored("the database does not take the message in time") from error
        except BaseException:
            del self._live[id_]
            raise
        return draft

    def record(self, draft: Draft, leg: PhoneLeg) -> None:
        """Record what a leg says from now on."""

        def ended(report: Report) -> None:
            draft.broke_off = report.reason
            draft.over.set()

        path = self._files.message(draft.message.box, draft.message.file)
        draft.recording = leg.voice.record(path, ended, layout="mono")
        if draft.recording is None:
            draft.broke_off = "there was no sound"
            draft.over.set()

    async def finish(self, draft: Draft) -> float:
        """Stop recording and wait until the file is finished; return its seconds. Raises NotStored."""
        if draft.recording is None:
            return 0.0
        draft.recording.stop()
        try:
            async with asyncio.timeout(FINISHED_WITHIN):
                await draft.over.wait()
        except TimeoutError as error:
            raise NotStored("the recorder does not finish the message") from error
        return await asyncio.to_thread(self._files.seconds, draft.message.box, draft.message.file)

    async def keep(self, draft: Draft, *, urgent: bool) -> bool:
        """Keep a message; tell whether it was long enough. What was begun here goes on if we are cancelled.

        Raises NotStored where it is not certain in time.
        """
        draft.settled = True
        keeping = self._start(self._kept(draft, urgent=urgent))
        try:
            async with asyncio.timeout(CERTAIN_WITHIN):
                return await asyncio.shield(keeping)
        except TimeoutError as error:
            raise NotStored("it is not certain in time that the message is kept") from error

    def leave(self, draft: Draft, *, urgent: bool) -> None:
        """Keep a message whose caller has hung up; who never spoke leaves none."""
        if not draft.settled:
            draft.settled = True
            self._start(self._left(draft, urgent=urgent))

    def drop(self, draft: Draft) -> None:
        """Keep nothing of a message."""
        if not draft.settled:
            draft.settled = True
            self._start(self._dropped(draft))

    async def recover(self) -> int:
        """Make messages of what was spoken before a start, or could not be kept at once; return how many.

        Raises NotStored.
        """
        kept = 0
        for message in await self._store.unfinished():
            if message.id in self._live or message.box not in self._config.boxes:
                continue
            draft = self._live[message.id] = Draft(message, settled=True)
            try:
                kept += await self._recovered(draft)
            finally:
                self._live.pop(message.id, None)
        return kept

    async def close(self) -> None:
        """Wait until everything that was begun is done."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _recovered(self, draft: Draft) -> bool:
        message, now = draft.message, self._clock.wall()
        box, file = message.box, message.file
        if await asyncio.to_thread(self._files.is_growing, box, file, now, STILL_SECONDS):
            return False  # Who records it lives still: it is looked at again.
        seconds = await asyncio.to_thread(self._files.seconds, box, file)
        if seconds >= max(self._config.boxes[box].shortest_s, 0.02):
            return await self._settle(message, seconds, urgent=False)
        if seconds or message.left_at < now - FORGOTTEN_AFTER:
            await self._forget(message)
        return False

    async def _left(self, draft: Draft, *, urgent: bool) -> None:
        try:
            await self._kept(draft, urgent=urgent)
        except VoicemailError as error:
            logger.warning("a message in box %s is kept later: %s", draft.message.box, error)

    async def _dropped(self, draft: Draft) -> None:
        try:
            await self.finish(draft)
            await self._forget(draft.message)
        except VoicemailError as error:
            logger.warning("a message in box %s is dropped later: %s", draft.message.box, error)
        finally:
            self._live.pop(draft.message.id, None)

    async def _kept(self, draft: Draft, *, urgent: bool) -> bool:
        message = draft.message
        try:
            seconds = await self.finish(draft)
            if not seconds or seconds < self._config.boxes[message.box].shortest_s:
                await self._forget(message)
                return False
            return await self._settle(message, seconds, urgent=urgent)
        finally:
            self._live.pop(message.id, None)

    async def _settle(self, message: Message, seconds: float, *, urgent: bool) -> bool:
        """Bring a message to the disk and post what tells of it; tell whether this was who did so."""
        await asyncio.to_thread(self._files.bring_to_disk, message.box, message.file)
        # What our own customers are called goes before what a network says.
        name = await self._letters.name_of(message.caller) or message.caller_name
        whole = replace(message, seconds=seconds, urgent=urgent, caller_name=name)
        key, deliveries = await self._letters.of_message(whole)
        kept = await self._store.keep(
            message.id, seconds=seconds, urgent=urgent, name=name, mail=key, deliver=deliveries
        )
        if kept:
            self._log.append(
                MessageLeft(message.box, message.id, message.caller, round(seconds, 1), urgent),
                call=message.call,
            )
            self._wake()
            await self._lamps.refresh()
        return kept

    async def _forget(self, message: Message) -> None:
        await self._store.drop((message.id,))
        await asyncio.to_thread(self._files.remove, message.box, message.file)

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault is not None and not isinstance(fault, VoicemailError):
            logger.error("a message could not be dealt with", exc_info=fault)
