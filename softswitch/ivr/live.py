"""Trees on real calls: the line of :mod:`softswitch.ivr.context` on a caller's leg."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from softswitch.calls.bridge import talk
from softswitch.calls.call import Call, Reaches
from softswitch.calls.dialling import Dialler
from softswitch.calls.guise import Guise
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.speaking import Speaker, answered
from softswitch.calls.tongue import Tongue
from softswitch.ivr.context import (
    AS_USUAL,
    DialResult,
    Key,
    Manner,
    NoQueues,
    Played,
    PlayFile,
    Prompt,
    QueueEnd,
    Queues,
    QueueWish,
    SayText,
    TalkedWith,
)
from softswitch.ivr.dead_air import DeadAirGuard
from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.ivr.errors import NoSuchQueue
from softswitch.ivr.live_rooms import End, GoOn, NoRooms, Rooms, Served
from softswitch.ivr.ringing import Ringing

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

COMFORT_AFTER_S: Final = 0.25
"""Seconds after which a caller who waits for another system hears music: before, it would be a scrap."""

BUSY_TONE_SECONDS: Final = 2.5
"""How long a caller hears that there is nobody to talk to: three tones, and it is understood."""


class Voice(Speaker, Protocol):
    """Makes prompts audible, recorded ones too. Raises :class:`~softswitch.ivr.errors.PromptFailed`."""

    async def text(
        self, text: str, *, language: str, voice: str | None, private: bool, rate: float = 1.0
    ) -> int:
        """Return the number of a spoken text; ``rate`` is the pace, 1.0 being the voice's own."""
        ...

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


class OnDuty(Protocol):
    """Who is on duty. Both return who answers, or why nobody does."""

    async def ring(self, call: Call) -> PhoneLeg | Termination:
        """Ring in rounds."""
        ...

    async def reach(self, call: Call) -> PhoneLeg | Termination:
        """Ring in rounds, then lead the caller on as the duty has it. May raise SentOn."""
        ...


class People(Protocol):
    """Whom trees ring by what they are called inside."""

    def extension(self, number: str) -> Reaches | None:
        """Return who has an extension, None for nobody: no code, no menu and nothing outside is one."""
        ...

    def duty(self, name: str) -> OnDuty | None:
        """Return a duty by its name, None where there is none."""
        ...


class NoPeople:
    """The :class:`People` of a switch without any."""

    def extension(self, number: str) -> Reaches | None:
        """Nobody."""
        return None

    def duty(self, name: str) -> OnDuty | None:
        """None."""
        return None


class LiveLine:
    """The caller of a real call. See :class:`softswitch.ivr.context.Line`."""

    def __init__(
        self,
        call: Call,
        voice: Voice,
        dialler: Dialler,
        queues: QueueDoor | None = None,
        people: People | None = None,
        rooms: Rooms | None = None,
    ) -> None:
        self._call = call
        self._voice = voice
        self._dialler = dialler
        self._queues: QueueDoor = queues or NoQueueDoor()
        self._people: People = people or NoPeople()
        self._rooms: Rooms = rooms or NoRooms()
        self.air = DeadAirGuard(self._music, self._hears, call.record)
        """Fills what is silent for too long, while a tree has the caller."""
        self._behind = contextlib.ExitStack()
        """Holds that music is meant, while it plays behind prompts."""
        self.dialled: Termination | None = None
        """How the last dialling ended."""
        self.waited: WaitOver | None = None
        """How the last wait in a queue ended."""
        self.go_on: GoOn | None = None
        """What the queue or room that was last come to has for a caller whom the tree leaves to it."""

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
            with self.air.meant():
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
        # Whoever is asked something hears nothing by intention; a look whether there is a key is no asking.
        with self.air.meant() if within > 0 else contextlib.nullcontext():
            press = await self._call.caller.keys.next(within)
        return None if press is None else Key(press.digit, press.method)

    def flush_keys(self) -> None:
        """Throw away the keys that wait."""
        self._call.caller.keys.flush()

    @property
    def guise(self) -> Guise:
        """What phones of ours are shown of the caller."""
        return self._call.caller.guise

    @property
    def talked_with(self) -> TalkedWith:
        """With whom the caller talked last."""
        return TalkedWith(*self._call.talked_with)

    def show(self, guise: Guise) -> None:
        """Have phones of ours shown this of the caller."""
        self._call.caller.guise = guise

    @property
    def tongue(self) -> Tongue:
        """How the caller wants to be spoken to."""
        return self._call.caller.tongue

    def speak(self, tongue: Tongue) -> None:
        """Have everything said so."""
        self._call.caller.tongue = tongue

    async def dial(
        self, targets: Sequence[str], ring_for: float, label: str, manner: Manner = AS_USUAL
    ) -> DialResult:
        """Ring people and let the caller talk with who answers."""
        ringing = Ringing(self._call, self._dialler, self._voice, label, manner)
        with self.air.meant():
            await self._tell_of_recording(targets, manner.spoken)
            return await self._talked(await ringing.reach(targets, ring_for), manner.agent)

    async def extension(self, number: str) -> DialResult:
        """Ring an extension and let the caller talk with who answers."""
        found = self._people.extension(number)
        if found is None:
            return await self._talked(Termination(Reason.UNKNOWN_NUMBER))
        with self.air.meant():
            await self._tell_of_recording([number])
            return await self._talked(await found.reach(self._call))

    async def duty(self, name: str, *, alone: bool) -> DialResult:
        """Ring who is on duty and let the caller talk with who answers."""
        found = self._people.duty(name)
        if found is None:
            return await self._talked(Termination(Reason.UNKNOWN_NUMBER))
        with self.air.meant():
            return await self._talked(await (found.ring(self._call) if alone else found.reach(self._call)))

    async def _tell_of_recording(self, targets: Sequence[str], language: str = "") -> None:
        """Tell the caller before anybody is rung, where one of them is recorded; once in a call.

        Nobody is told for the sake of who is in another call: should that one answer all the same, it is
        said as the talk begins.
        """
        for target in targets:
            if not self._dialler.is_busy(self._call, target):
                await self._call.audience.witness.before("account", target, language)

    async def _talked(self, reached: PhoneLeg | Termination, agent: str = "") -> DialResult:
        if isinstance(reached, PhoneLeg):
            self._call.talked_with = ("", agent or reached.party)
            reached = await talk(self._call, reached)
        self.dialled = reached
        return _RESULTS.get(reached.reason, DialResult.UNREACHABLE)

    async def queue(self, wish: QueueWish) -> QueueEnd:
        """Let the caller wait in a queue."""
        with self.air.meant():
            self.waited = await self._queues.wait(self._call, wish)
        self.go_on = self.waited.go_on
        return self.waited.end

    async def echo(self, within: float, *, until_key: bool) -> None:
        """Send the caller's own voice back."""
        await self._answered()
        caller = self._call.caller
        caller.voice.hear_itself()
        try:
            with self.air.meant(), contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await (caller.keys.arrived() if until_key else asyncio.Event().wait())
        finally:
            caller = self._call.caller  # Another one, if that was transferred into the echo.
            if not caller.over:
                caller.voice.hear_nothing()

    def background(self, on: bool) -> None:
        """Let the caller hear the music on hold behind prompts, or silence again."""
        self._behind.close()
        if on and self._hears():
            self._behind.enter_context(self.air.meant())
        self._music(on)

    def _hears(self) -> bool:
        return self._call.caller.is_up and not self._call.caller.over

    def _music(self, on: bool) -> None:
        caller = self._call.caller
        if not self._hears():
            return
        if on:
            caller.voice.hear_music()
        else:
            caller.voice.hear_nothing()

    @contextlib.asynccontextmanager
    async def comfort(self) -> AsyncIterator[None]:
        """Let the caller hear music while something is waited for; one not answered hears that it rings."""
        if not self._call.caller.is_up:
            await self._call.caller.ring()
        heard = False

        def begin() -> None:
            nonlocal heard
            heard = True
            self.background(True)

        timer = asyncio.get_running_loop().call_later(COMFORT_AFTER_S, begin)
        try:
            yield
        finally:
            timer.cancel()
            if heard:
                self.background(False)

    async def program(self, number: str, values: Mapping[str, str]) -> ProgramEnd:
        """Let the program behind a number drive the call."""
        with self.air.meant():
            return self._left(await self._rooms.program(self._call, number, values))

    async def leave_message(self, box: str, language: str) -> MessageEnd:
        """Let the caller leave a message."""
        with self.air.meant():
            return self._left(await self._rooms.leave_message(self._call, box, language))

    async def ask_for_call(self, desk: str, language: str) -> CallbackEnd:
        """Let the caller ask to be called back."""
        with self.air.meant():
            return self._left(await self._rooms.ask_for_call(self._call, desk, language))

    def _left(self, served: Served[End]) -> End:
        self.go_on = served.go_on
        return served.end

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
            case SayText(text, language, voice, private, rate):
                return await self._voice.text(
                    text, language=language, voice=voice, private=private, rate=rate
                )
            case PlayFile(path):
                return await self._voice.file(path)
