"""What may be done with boxes and their messages, whoever asks for it: a listener, a command, a program."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from softswitch.clock import Clock
from softswitch.ids import make_id
from softswitch.voicemail.config import BoxConfig, VoicemailConfig
from softswitch.voicemail.errors import BoxFull, NoSuchBox, VoicemailError
from softswitch.voicemail.files import SUFFIX, Files
from softswitch.voicemail.lamps import Lamps
from softswitch.voicemail.letters import Letters
from softswitch.voicemail.model import Message, Messages, Setting, State
from softswitch.voicemail.pins import hashed

logger = logging.getLogger(__name__)


class Boxes:
    """All boxes. ``wake`` tells the outbox that something was posted."""

    def __init__(
        self,
        config: VoicemailConfig,
        store: Messages,
        files: Files,
        *,
        letters: Letters,
        lamps: Lamps,
        clock: Clock,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._config = config
        self._store = store
        self._files = files
        self._letters = letters
        self._lamps = lamps
        self._clock = clock
        self._wake = wake
        self._tasks: set[asyncio.Task[Any]] = set()

    def path(self, message: Message) -> Path:
        """Return where a message lies."""
        return self._files.message(message.box, message.file)

    async def messages(self, box: str) -> tuple[Message, ...]:
        """Return what a box holds. Raises NoSuchBox and NotStored."""
        self.plan(box)
        return await self._store.of_box(box)

    async def find(self, message: str) -> Message | None:
        """Return a message by its id or an end of it. Raises NotStored."""
        return await self._store.find(message)

    async def set_state(self, message: Message, state: State) -> bool:
        """Note that a message was heard, or is as new; tell whether that is written down."""
        return await self._changed(message, self._store.set_state(message.id, state))

    async def set_urgent(self, message: Message, urgent: bool) -> bool:
        """Note that a message is urgent, or is not; tell whether that is written down."""
        return await self._changed(message, self._store.set_urgent(message.id, urgent))

    async def forward(self, message: Message, to: str) -> Message:
        """Let another box have a message too, as a new one; return it.

        Raises BoxFull, NoSuchBox, NoRoom and NotStored.
        """
        if self._lamps.tally(to).all >= self.plan(to).most_messages:
            raise BoxFull(to)
        id_ = make_id(self._clock.wall())
        copy = replace(message, id=id_, box=to, file=f"{id_}{SUFFIX}", state=State.NEW, mail="")
        await asyncio.to_thread(self._files.copy, message.box, message.file, to, copy.file)
        key, deliveries = await self._letters.of_message(copy)
        copy = replace(copy, mail=key)
        await self._store.add(copy, deliveries)
        self._wake()
        await self._lamps.refresh()
        return copy

    async def delete(self, messages: Sequence[Message]) -> None:
        """Forget messages, and then remove their files: a row without a file would be a broken promise."""
        if messages:
            await self._store.drop([one.id for one in messages])
            for one in messages:
                await asyncio.to_thread(self._files.remove, one.box, one.file)
            await self._lamps.refresh()

    def remove(self, messages: Sequence[Message]) -> None:
        """Delete messages, whatever becomes of the call in which that was asked for."""
        if messages:
            self._start(self.delete(messages))

    async def set_pin(self, box: str, pin: str) -> None:
        """Change the PIN of a box, "" for that of the configuration. Raises NoSuchBox and NotStored."""
        self.plan(box)
        kept = await asyncio.to_thread(hashed, pin) if pin else ""
        await self._store.set(box, Setting.PIN, kept)

    async def greeting_path(self, box: str, kind: Setting) -> Path:
        """Return where a new greeting is to be recorded. Raises NoSuchBox, NoRoom and NotStored."""
        self.plan(box)
        await asyncio.to_thread(self._files.prepare, box)
        name = f"{kind.value.replace('.', '-')}-{make_id(self._clock.wall())}{SUFFIX}"
        return self._files.message(box, name)

    async def set_greeting(self, box: str, kind: Setting, file: str) -> None:
        """Use a recorded greeting from now on, "" for the usual one; the one before is removed.

        Raises NotStored.
        """
        before = (await self._store.settings(box)).get(kind, "")
        if file:
            await asyncio.to_thread(self._files.bring_to_disk, box, file)
        await self._store.set(box, kind, file)
        if before and before != file:
            await asyncio.to_thread(self._files.remove, box, before)

    def discard(self, box: str, file: str) -> None:
        """Remove a greeting that nobody wants, whatever becomes of the call."""
        self._start(asyncio.to_thread(self._files.remove, box, file))

    async def close(self) -> None:
        """Wait until everything that was begun is done."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def plan(self, box: str) -> BoxConfig:
        """Return what is configured of a box; raise NoSuchBox."""
        if (plan := self._config.boxes.get(box)) is None:
            raise NoSuchBox(box)
        return plan

    async def _changed(self, message: Message, writing: Awaitable[None]) -> bool:
        try:
            await writing
        except VoicemailError as error:
            logger.warning("message %s in box %s stays as it was: %s", message.id, message.box, error)
            return False
        await self._lamps.refresh()
        return True

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault is not None:
            logger.error("messages could not be deleted", exc_info=fault)
