"""Callbacks: asked for on the line, kept on the disk, and called when it is their turn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from softswitch.calls.call import Call, Destination
from softswitch.calls.confirming import ANSWER_SECONDS, confirmed
from softswitch.calls.errors import NotBegun
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.originate import Originated, Origination, Originator
from softswitch.clock import Clock
from softswitch.queues.asked import Asked
from softswitch.queues.config import CallbackConfig, QueueConfig
from softswitch.queues.desk import Desk, Waiter
from softswitch.queues.model import Callback, DialBack, Entry
from softswitch.queues.texts import callback_greeting
from softswitch.queues.voice import QueueVoice
from softswitch.queues.window import seconds_until_open

logger = logging.getLogger(__name__)

SETTLING_SECONDS: Final = 15.0
"""The soonest somebody is called back: by then he has heard that he will be, and has hung up."""
OUTSIDE_WINDOW: Final = "outside_window"
STOPPING: Final = Reason.SWITCH_STOPPED.value
NO_TRIES: Final = frozenset({OUTSIDE_WINDOW, STOPPING})
"""Why nobody was reached though nobody was called: these use up no try."""
NOT_STORED: Final = "not_stored"


class Resume(Protocol):
    """Lets somebody who is called back wait on in his place, and go where it leads."""

    async def __call__(self, call: Call, entry: Entry, *, reached: Callable[[], None]) -> Termination:
        """Serve the caller; ``reached`` is told once he has his place again."""
        ...


@dataclass(frozen=True, slots=True)
class CallbackDestination:
    """Where a call leads by which somebody is called back: to the place that was kept."""

    name: str
    entry: Entry
    resume: Resume
    reached: Callable[[], None]
    kind: str = "queue"

    async def __call__(self, call: Call) -> Termination:
        """Let the caller have his place."""
        return await self.resume(call, self.entry, reached=self.reached)


@dataclass(eq=False, slots=True)
class _Dialled:
    """A call to somebody who is to be called back."""

    watching: asyncio.Task[None] | None = None
    originated: Originated | None = None
    reached: bool = False
    refused: bool = False
    """Somebody has pressed another key: whoever it is did not ask for it, or wants it no more."""


class Callbacks:
    """Implements :class:`~softswitch.queues.desk.Redialler` and :class:`~softswitch.queues.waiting.Bookings`.

    ``stored`` tells whether a callback that was asked for in a call is on the disk, once that is certain.
    """

    def __init__(
        self,
        desk: Desk,
        originator: Originator,
        voice: QueueVoice,
        *,
        clock: Clock,
        stored: Callable[[str], Awaitable[bool]],
        can_be_called: Callable[[str, str, str], bool],
        asked: Asked,
        comparable: Callable[[str], str],
        resume: Resume,
    ) -> None:
        self._desk = desk
        self._originator = originator
        self._voice = voice
        self._clock = clock
        self._stored = stored
        self._can_be_called = can_be_called
        self._asked = asked
        self._comparable = comparable
        self._resume = resume
        self._dialled: dict[str, _Dialled] = {}
        desk.redialler = self

    # For who waits

    def accepts(self, queue: str, number: str, party: str) -> bool:
        """Tell whether a number can be called back from a queue, with the rights that are named for it.

        ``party`` asks for it.
        """
        callback = self._config(queue).callback
        return callback is not None and self._can_be_called(number, callback.by, party)

    def is_asked_for(self, queue: str, number: str) -> bool:
        """Tell whether this number is to be called back from a queue already, however it is written."""
        wanted = self._comparable(number)
        return any(self._comparable(kept.number) == wanted for kept in self._kept(queue))

    def has_room(self, queue: str, number: str) -> bool:
        """Tell whether a queue takes a callback more, and this number was not asked for all day long."""
        callback = self._config(queue).callback
        most = callback.most_kept if callback is not None else 0
        return len(self._kept(queue)) < most and not self._asked.too_often(number, self._clock.wall())

    def _kept(self, queue: str) -> list[Callback]:
        line = self._desk.floor.post(queue).line
        return [entry.callback for entry in line if entry.callback is not None]

    async def book(self, entry: str, waiter: Waiter, number: str, language: str) -> bool:
        """Keep a place for somebody who hangs up; tell whether that was done for good.

        Where the disk does not take it in time he waits on as he did, told by ``waiter``.
        """
        place = self._desk.floor.entries[entry]
        callback = self._config(place.queue).callback
        assert callback is not None
        ready_in = max(SETTLING_SECONDS, seconds_until_open(callback, self._clock.wall()))
        self._desk.ask_callback(entry, number, language=language, ready_in=ready_in)
        # The call of now: one who was called back and asks once more has another than his place began with.
        call = place.call
        # Who has been told so is called, whatever happens to us.
        return await self._stored(call) or not self._desk.refuse_callback(entry, waiter, NOT_STORED)

    # For the desk

    def dial(self, order: DialBack) -> None:
        """Call a number whose turn it is."""
        callback = self._config(order.queue).callback
        wait = 0.0 if callback is None else seconds_until_open(callback, self._clock.wall())
        if callback is None or wait:
            # Told in a moment: the desk is in the midst of its own doing.
            loop = asyncio.get_running_loop()
            loop.call_soon(self._missed, order, OUTSIDE_WINDOW, wait if callback is not None else None)
            return
        dialled = self._dialled[order.entry] = _Dialled()
        dialled.watching = asyncio.ensure_future(self._call(order, callback, dialled))

    def stop(self, entry: str) -> None:
        """Call somebody no longer."""
        dialled = self._dialled.pop(entry, None)
        if dialled is not None and dialled.originated is not None and not dialled.reached:
            dialled.originated.give_up()

    async def close(self) -> None:
        """Stop watching; the calls themselves are the switchboard's."""
        tasks = [one.watching for one in self._dialled.values() if one.watching is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _call(self, order: DialBack, callback: CallbackConfig, dialled: _Dialled) -> None:
        config = self._config(order.queue)
        entry = self._desk.floor.entries.get(order.entry)
        if entry is None or self._dialled.get(order.entry) is not dialled:
            return  # It was taken back before it began.

        def reached() -> None:
            dialled.reached = True

        destination: Destination = CallbackDestination(order.queue, entry, self._resume, reached)
        origination = Origination(
            to=order.number,
            by=callback.by,
            number=callback.shown or config.number or callback.by,
            name=config.name,
            made_for=f"callback:{order.queue}",
            ring_for=callback.ring_s,
            confirm=lambda call: self._confirmed(call, config, order.language, dialled),
        )
        try:
            dialled.originated = self._originator.start(origination, destination)
            why = (await dialled.originated.ended()).reason.value
        except NotBegun as error:
            logger.warning("%s could not be called back: %s", order.number, error)
            why = error.termination.reason.value
        if self._dialled.get(order.entry) is dialled:
            del self._dialled[order.entry]
            if not dialled.reached:
                self._tried(order, callback, why, refused=dialled.refused)

    def _tried(self, order: DialBack, callback: CallbackConfig, why: str, *, refused: bool) -> None:
        if why == STOPPING:
            self._missed(order, why, SETTLING_SECONDS)
            return
        if refused or order.attempt >= callback.tries:
            self._missed(order, why, None)
            return
        # Tried again when it may ring: never in the night because of a busy line in the evening.
        later = seconds_until_open(callback, self._clock.wall())
        self._missed(order, why, max(callback.retry_s, later))

    def _missed(self, order: DialBack, why: str, again_in: float | None) -> None:
        self._desk.callback_missed(order.entry, why, again_in=again_in, counts=why not in NO_TRIES)

    async def _confirmed(
        self, call: Call, config: QueueConfig, language: str, dialled: _Dialled
    ) -> Termination | None:
        """Ask who has answered to press a key: a mailbox keeps nobody an agent."""
        greeting, pressed = callback_greeting(config.name, language or config.language), ""

        async def ask() -> str:
            nonlocal pressed
            pressed = await self._voice.ask(call.caller, greeting, within=ANSWER_SECONDS)
            return pressed

        if await confirmed(ask):
            return None
        dialled.refused = bool(pressed)
        return Termination(Reason.DECLINED if pressed else Reason.NO_ANSWER, CALLEE)

    def _config(self, queue: str) -> QueueConfig:
        return self._desk.floor.post(queue).config
