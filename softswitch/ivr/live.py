"""Trees on real calls: the line of :mod:`softswitch.ivr.context` on a caller's leg."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from softswitch.calls.call import Call
from softswitch.calls.dialling import Dialler
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.speaking import Speaker, answered
from softswitch.ivr.context import (
    DialResult,
    Key,
    NoQueues,
    Played,
    PlayFile,
    Prompt,
    QueueEnd,
    Queues,
    QueueWish,
    SayText,
)
from softswitch.ivr.errors import NoSuchQueue

_RESULTS = {
    Reason.CALLEE_HUNG_UP: DialResult.ENDED_BY_CALLEE,
    Reason.MEDIA_LOST: DialResult.ENDED_BY_CALLEE,
    Reason.BUSY: DialResult.BUSY,
    Reason.NO_ANSWER: DialResult.NO_ANSWER,
    Reason.DECLINED: DialResult.DECLINED,
    Reason.DO_NOT_DISTURB: DialResult.DECLINED,
    Reason.UNKNOWN_NUMBER: DialResult.UNKNOWN,
    Reason.NO_SUCH_NUMBER: DialResult.UNKNOWN,
    Reason.LIMIT_REACHED: DialResult.ENDED_BY_CALLEE,
}
"""What a tree calls the ways a dialling can end; every other one is that nobody could be reached.

Sound can be lost only of a phone that was answered (see ``Leg.sound_missing``), so that is the end of a talk.
"""

BUSY_TONE_SECONDS: Final = 2.5
"""How long a caller hears that there is nobody to talk to: three tones, and it is understood."""


class Voice(Speaker, Protocol):
    """Makes prompts audible, recorded ones too. Raises :class:`~softswitch.ivr.errors.PromptFailed`."""

    async def file(self, path: Path) -> int:
        """Return the number of a recorded prompt."""
        ...


@dataclass(frozen=True, slots=True)
class WaitOver:
    """How a wait ended; ``go_on`` does with the caller what the queue itself has for such an end.

    It returns how the call ends, and raises SentOn where something else serves the caller from there on.
    """

    end: QueueEnd
    go_on: Callable[[], Awaitable[Termination]]


class QueueDoor(Queues, Protocol):
    """The queues of a switch, as far as trees lead into them."""

    async def wait(self, call: Call, wish: QueueWish) -> WaitOver:
        """Let the call's caller wait and talk with the agent who answers. Hanging up cancels it.

        Raises a SoftswitchError where there is no such queue, and what
        :func:`~softswitch.calls.bridge.talk` raises.
        """
        ...


class NoQueueDoor(NoQueues):
    """The :class:`QueueDoor` of a switch without queues."""

    async def wait(self, call: Call, wish: QueueWish) -> WaitOver:
        """Raise NoSuchQueue."""
        raise NoSuchQueue(wish.queue)


class LiveLine:
    """The caller of a real call. See :class:`softswitch.ivr.context.Line`."""

    def __init__(self, call: Call, voice: Voice, dialler: Dialler, queues: QueueDoor | None = None) -> None:
        self._call = call
        self._voice = voice
        self._dialler = dialler
        self._queues: QueueDoor = queues or NoQueueDoor()
        self.dialled: Termination | None = None
        """How the last dialling ended."""
        self.waited: WaitOver | None = None
        """How the last wait in a queue ended."""

    @property
    def answered(self) -> bool:
        """Whether the caller's phone is answered."""
        return self._call.caller.is_up

    async def play(self, prompts: Sequence[Prompt], *, until_key: bool) -> Played:
        """Play prompts; the first of a call waits until the phone can hear it."""
        numbers: list[int] = []
        try:
            for prompt in prompts:
                # One by one, so that those made before a failure are known and forgotten.
                numbers.append(await self._number(prompt))  # noqa: PERF401
            await self._answered()
            return await self._play(numbers, until_key=until_key)
        finally:
            # Fewer numbers than prompts when one could not be made, or the caller did not wait for it.
            for prompt, number in zip(prompts, numbers, strict=False):
                if isinstance(prompt, SayText) and prompt.private:
                    self._voice.forget(number)

    async def _play(self, numbers: list[int], *, until_key: bool) -> Played:
        """Play to the caller; whoever takes the caller's place by a transfer hears it from the beginning."""
        while True:
            caller = self._call.caller
            played = await (self._play_until_key(numbers) if until_key else self._play_whole(numbers))
            if self._call.caller is caller:
                return played

    async def _play_whole(self, numbers: list[int]) -> Played:
        played = await self._call.caller.voice.play(numbers)
        return Played(played.seconds, interrupted=False)

    async def _play_until_key(self, numbers: list[int]) -> Played:
        caller = self._call.caller
        if len(caller.keys):
            return Played(0.0, interrupted=True)
        async with asyncio.TaskGroup() as tasks:
            playing = tasks.create_task(caller.voice.play(numbers))
            key = tasks.create_task(caller.keys.arrived())
            await asyncio.wait({playing, key}, return_when=asyncio.FIRST_COMPLETED)
            key.cancel()
            if not playing.done():
                await caller.voice.stop_playing()
            played = await playing
        return Played(played.seconds, interrupted=not played.finished)

    async def next_key(self, within: float) -> Key | None:
        """Take the next key."""
        if within > 0:
            await self._answered()
        press = await self._call.caller.keys.next(within)
        return None if press is None else Key(press.digit, press.method)

    def flush_keys(self) -> None:
        """Throw away the keys that wait."""
        self._call.caller.keys.flush()

    async def dial(self, targets: Sequence[str], ring_for: float, label: str) -> DialResult:
        """Ring accounts and let the caller talk with who answers."""
        end = await self._dialler.dial(self._call, targets, ring_for=ring_for, label=label)
        self.dialled = end
        return _RESULTS.get(end.reason, DialResult.UNREACHABLE)

    async def queue(self, wish: QueueWish) -> QueueEnd:
        """Let the caller wait in a queue."""
        self.waited = await self._queues.wait(self._call, wish)
        return self.waited.end

    async def echo(self, within: float, *, until_key: bool) -> None:
        """Send the caller's own voice back."""
        await self._answered()
        caller = self._call.caller
        caller.voice.hear_itself()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await (caller.keys.arrived() if until_key else asyncio.Event().wait())
        finally:
            caller = self._call.caller  # Another one, if that was transferred into the echo.
            if not caller.over:
                caller.voice.hear_nothing()

    def background(self, on: bool) -> None:
        """Let the caller hear the music on hold behind prompts, or silence again."""
        caller = self._call.caller
        if caller.over or not caller.is_up:
            return
        if on:
            caller.voice.hear_music()
        else:
            caller.voice.hear_nothing()

    def mask_keys(self, on: bool) -> None:
        """Keep digits out of the log."""
        caller, task = self._call.caller, asyncio.current_task()
        if caller.masked and task is not None and task.cancelling():
            # The call ends in the middle of a secret: what is typed of it and unread goes while it is masked.
            caller.keys.flush()
        caller.masked = on

    async def busy_tone(self) -> None:
        """Tell a caller who was answered that there is nobody to talk to; the phone of another tells it."""
        caller = self._call.caller
        if caller.is_up:
            caller.voice.hear_loop(self._call.around.media.busy)
            await asyncio.sleep(BUSY_TONE_SECONDS)

    async def _answered(self) -> None:
        """Answer the call at the first moment the tree needs the caller's ears, and not before."""
        await answered(self._call.caller)

    async def _number(self, prompt: Prompt) -> int:
        match prompt:
            case SayText(text, language, voice, private):
                return await self._voice.text(text, language=language, voice=voice, private=private)
            case PlayFile(path):
                return await self._voice.file(path)
