"""Keeping somebody company who waits: music, what is said between it, and their keys at every instant."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.origin import known_party
from softswitch.calls.race import first_of
from softswitch.calls.signals import Referred
from softswitch.calls.speaking import answered
from softswitch.clock import Clock
from softswitch.queues.announcements import Message, Said, asked, due, elsewhere, told
from softswitch.queues.config import CALLBACK, PLACE, QueueConfig
from softswitch.queues.texts import Sentence, Text, announced, phrase
from softswitch.queues.voice import QueueVoice
from softswitch.queues.wait_range import SpokenWait
from softswitch.queues.wish import KEY, WaitEnded

AHEAD_SECONDS: Final = 3.0
"""How long before it is due an announcement is made audible: the slowest voice has spoken it by then."""
OFFER_EVERY_SECONDS: Final = 120.0
"""How often those who wait are reminded that they may be called back."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands who waits: how many are ahead, and how long it may take, None if nobody knows."""

    ahead: int
    wait: SpokenWait | None


class Visitor(Protocol):
    """Whoever waits, as company needs to know them."""

    @property
    def language(self) -> str:
        """What they are spoken to in."""
        ...

    def standing(self) -> Standing:
        """Where they stand now."""
        ...

    def was_told(self, messages: Sequence[Message]) -> None:
        """Take what they were told."""
        ...

    def stand_in(self, party: str, name: str) -> None:
        """Take that somebody else waits in their place."""
        ...

    async def ask_callback(self, key: str) -> bool:
        """Ask where they are to be called back; tell whether they may hang up."""
        ...

    async def visit(self, number: str) -> Reason | None:
        """Lead them through a side menu; return why it ended, None where it does not exist."""
        ...


class Company:
    """One caller's time in the queue, from the first note of music on."""

    def __init__(
        self,
        call: Call,
        name: str,
        queue: QueueConfig,
        visitor: Visitor,
        *,
        voice: QueueVoice,
        clock: Clock,
        at_once: bool,
        keys: frozenset[str],
        seed: int,
    ) -> None:
        self._call = call
        self._name = name
        self._queue = queue
        self._visitor = visitor
        self._voice = voice
        self._clock = clock
        self._at_once = at_once
        self._leaving = keys
        self._seed = seed
        self._entered = clock.monotonic()
        self._known = call.caller
        """Who waits, as far as the visitor was told."""
        self._said = Said(seed)
        callback = queue.callback
        self._offer_at = None if callback is None else self._entered + callback.offer_after_s

    async def keep(self) -> WaitEnded:
        """Stay until the caller leaves by a key. Cancelled when somebody answers, or the wait is over."""
        back = False
        while True:
            _, ended = await first_of(self._served(back=back), self._place_taken())
            if isinstance(ended, WaitEnded):
                return ended
            # Whoever a menu rings tells the call so: nobody else may listen to it meanwhile.
            why = await self._visitor.visit(self._queue.menus[ended])
            if why is Reason.MENU_HUNG_UP:
                return WaitEnded(KEY, Termination(why), ended)
            self._said = elsewhere(self._said, ended_at=self._clock.monotonic())
            back = why is not None

    async def _served(self, *, back: bool) -> WaitEnded | str:
        """Do all there is to do until a key ends the wait, or one leads into a side menu: return that key."""
        while not (self._at_once or self._call.caller.is_up):
            # Nobody is to pay for waiting: it rings until an agent answers, or until somebody whose call is
            # answered already waits in this place.
            await self._call.caller.ring()
            await asyncio.sleep(1.0)
        await answered(self._call.caller)
        self._play_music()
        if back:
            await self._until_key(self._tell(phrase(Text.STILL_WAITING, self._visitor.language)))
        while True:
            key = await self._next_key()
            if key in self._queue.menus and key not in self._leaving and key not in self._queue.keys:
                return key
            ended = await self._pressed(key)
            if ended is not None:
                return ended

    def _play_music(self) -> None:
        # Who was answered before, and is to be answered by an agent alone, hears what the others do.
        sound = self._call.caller.voice
        self._voice.play_music(sound, self._name, self._queue, rings=not self._at_once)

    async def _place_taken(self) -> WaitEnded | str:
        """Follow who waits in this place: others may be put there by transfers, also in a side menu."""
        while True:
            caller = self._call.caller
            if caller is not self._known:
                self._known = caller
                self._visitor.stand_in(known_party(caller.party), caller.display)
                # It has heard nothing of what was said.
                self._said = elsewhere(Said(self._seed), ended_at=self._clock.monotonic())
            _, signal = await self._call.signals.get()
            if isinstance(signal, Referred):  # Asked for in a talk that was over before it was heard.
                signal.referral.refuse(403, "There is nobody to transfer")

    # What is said

    async def _next_key(self) -> str:
        """Say what is due, when it is, until a key is pressed; return it."""
        while True:
            caller = self._call.caller
            if press := caller.keys.take():
                return press.digit
            standing = self._visitor.standing()
            now = self._clock.monotonic()
            coming = due(
                self._queue.announce,
                now,
                entered_at=self._entered,
                ahead=standing.ahead,
                wait=standing.wait,
                said=self._said,
            )
            if coming.messages:
                await self._until_key(self._say(coming.messages))
            elif self._offer_is_due(now, standing.ahead):
                await self._until_key(self._offer_callback())
            else:
                await self._until_key(self._pause(now, self._next_moment(coming.next_at)))

    async def _until_key(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something until it is done or a key is pressed, which then waits to be read."""
        await first_of(work, self._call.caller.keys.arrived())

    def _next_moment(self, next_at: float | None) -> float | None:
        moments = [at for at in (next_at, self._offer_at) if at is not None]
        return min(moments, default=None)

    async def _pause(self, now: float, until: float | None) -> None:
        """Let the music play; what will be said at its end is made audible before."""
        if until is None:
            await asyncio.Future()
            return
        ahead_at = until - AHEAD_SECONDS
        if ahead_at > now:
            await asyncio.sleep(ahead_at - now)
            await self._prepare(until)
        await asyncio.sleep(max(until - self._clock.monotonic(), 0.0))

    async def _prepare(self, at: float) -> None:
        standing = self._visitor.standing()
        coming = due(
            self._queue.announce,
            at,
            entered_at=self._entered,
            ahead=standing.ahead,
            wait=standing.wait,
            said=self._said,
        )
        for message in coming.messages:
            await self._voice.prepare(self._call.caller, self._words(message))

    def _words(self, message: Message) -> Sentence | Path:
        return announced(message, self._queue.announce, self._visitor.language, self._queue.language)

    async def _say(self, messages: Sequence[Message]) -> None:
        began, caller, heard = self._clock.monotonic(), self._call.caller, True
        try:
            heard = await self._voice.say(self._call.caller, *(self._words(message) for message in messages))
        finally:
            # Also where a key cut it short: what was begun to be said is not said again at once.
            if self._call.caller is caller:  # Who took the place meanwhile has heard nothing of it.
                now = self._clock.monotonic()
                self._said = told(self._said, messages, began_at=began, ended_at=now)
                if heard:
                    self._visitor.was_told(messages)

    async def _tell(self, *sentences: Sentence) -> None:
        try:
            await self._voice.say(self._call.caller, *sentences)
        finally:
            self._said = elsewhere(self._said, ended_at=self._clock.monotonic())

    # Being called back

    @property
    def _callback_key(self) -> str:
        return next((key for key, does in self._queue.keys.items() if does == CALLBACK), "")

    def _offer_is_due(self, now: float, ahead: int) -> bool:
        callback = self._queue.callback
        if callback is None or self._offer_at is None or now < self._offer_at:
            return False
        gap = self._queue.announce.min_gap_s
        if self._said.ended_at is not None and now < self._said.ended_at + gap:
            self._offer_at = self._said.ended_at + gap
            return False
        self._offer_at = now + OFFER_EVERY_SECONDS
        return bool(self._callback_key) and ahead > callback.offer_ahead

    async def _offer_callback(self) -> None:
        await self._tell(phrase(Text.CALLBACK_OFFER, self._visitor.language, key=self._callback_key))

    # Keys

    async def _pressed(self, key: str) -> WaitEnded | None:
        """Do what a key means; return how the wait ended by it, None where it goes on."""
        if key in self._leaving:
            return WaitEnded.by(KEY, self._name, key=key)
        does = self._queue.keys.get(key, "")
        if does == PLACE:
            await self._until_key(self._tell_place())
        elif does == CALLBACK:
            if await self._visitor.ask_callback(key):
                return WaitEnded.by(CALLBACK, self._name, key=key)
            self._back()
        elif does:
            return WaitEnded.by(KEY, self._name, key=key, to=does)
        return None

    async def _tell_place(self) -> None:
        standing = self._visitor.standing()
        await self._say(asked(self._queue.announce, ahead=standing.ahead, wait=standing.wait))

    def _back(self) -> None:
        """Go on with the music where it stopped."""
        self._said = elsewhere(self._said, ended_at=self._clock.monotonic())
        self._play_music()
