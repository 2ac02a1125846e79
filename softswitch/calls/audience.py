"""Who hears a talk of two besides them, and what all of them hear.

With nobody else there the two hear each other directly. Somebody else makes it a room of the media worker,
in which the two notice nothing: each hears the other as before, and the one who whispers or barges in if it
is to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from softswitch.calls.phone_leg import PhoneLeg
from softswitch.events import CallEvent, SupervisionBegan, SupervisionChanged, SupervisionEnded


class Mode(Enum):
    """What somebody who hears a talk may say, and to whom."""

    LISTEN = "listen"
    WHISPER = "whisper"
    """One side alone hears it."""
    BARGE = "barge"


@dataclass(slots=True, eq=False)
class Guest:
    """Somebody who is to hear a talk, or does. ``agent`` is the side that hears a whisper.

    ``leg`` is None until it has answered. ``record`` writes into the log of the talk, ``dismissed`` is told
    that the talk is over.
    """

    by: str
    agent: PhoneLeg
    mode: Mode
    record: Callable[[CallEvent], None]
    dismissed: Callable[[], None] = field(default=lambda: None)
    leg: PhoneLeg | None = None
    apart: asyncio.Event = field(default_factory=asyncio.Event)
    """The talk is on another media worker now: the guest has to come after it."""

    def begin(self, leg: PhoneLeg, call: str) -> None:
        """Hear the talk from now on with a leg of another ``call``."""
        self.leg = leg
        self.record(SupervisionBegan(self.by, self.agent.party, self.mode.value, call))

    def change(self, mode: Mode) -> None:
        """Speak to others than before, or to nobody."""
        if mode is self.mode:
            return
        self.mode = mode
        if self.leg is not None:
            self.record(SupervisionChanged(self.by, self.agent.party, mode.value))

    def end(self) -> None:
        """Hear the talk no more."""
        if self.leg is not None:
            self.leg = None
            self.record(SupervisionEnded(self.by, self.agent.party))

    def follow(self, pair: tuple[PhoneLeg, PhoneLeg]) -> None:
        """Find the agent's side among those who talk now.

        What was to be whispered to one person is not said to another, who may be a stranger outside.
        """
        before, agent = self.agent, self.agent.latest
        if agent not in pair:
            agent = next((leg for leg in pair if leg.stands_as == before.stands_as), pair[1])
        self.agent = agent
        if agent.party != before.party and self.mode is Mode.WHISPER:
            self.change(Mode.LISTEN)

    def hear(self, room: int) -> None:
        """Hear the two in their room, and be heard by whom the mode says; one on hold is heard by nobody."""
        assert self.leg is not None
        speaks = self.mode if not self.leg.held else Mode.LISTEN
        self.leg.voice.hear_room(
            room,
            speaks=speaks is Mode.BARGE,
            whispers_to=self.agent.voice if speaks is Mode.WHISPER else None,
        )


class Witness(Protocol):
    """Who writes a talk down. None of it may raise; all but :meth:`before` return at once."""

    async def before(self, kind: str, name: str, language: str = "") -> None:
        """Say to the caller what must be said before he is led there, in its language if it has one."""
        ...

    def together(self, one: PhoneLeg, other: PhoneLeg) -> None:
        """Take that these two talk, or that one of them holds or has come back. Told again is no news."""
        ...

    def apart(self) -> None:
        """Take that one of the two is being transferred."""
        ...

    def over(self) -> None:
        """Take that the talk is over; the call may go on."""
        ...


class Nobody:
    """A witness who writes nothing down."""

    async def before(self, kind: str, name: str, language: str = "") -> None:
        """Say nothing."""

    def together(self, one: PhoneLeg, other: PhoneLeg) -> None:
        """Nothing is written."""

    def apart(self) -> None:
        """Nothing is written."""

    def over(self) -> None:
        """Nothing is written."""


class Audience:
    """Who hears a call's talk besides the two who talk. ``witness`` writes it down."""

    def __init__(self) -> None:
        self.witness: Witness = Nobody()
        self._guests: list[Guest] = []
        self._room = 0

    def find(self, by: str) -> Guest | None:
        """Return the guest of an account, None when it has none here."""
        return next((guest for guest in self._guests if guest.by == by), None)

    def admit(self, guest: Guest, room: int) -> None:
        """Expect somebody; ``room`` is a number nobody else has, taken if this is the first."""
        self._room = self._room if self._guests else room
        self._guests.append(guest)

    def leave(self, guest: Guest) -> None:
        """Let somebody go; :meth:`let_hear` then brings those who talk together without."""
        if guest in self._guests:
            self._guests.remove(guest)
            guest.end()

    def let_hear(self, one: PhoneLeg, other: PhoneLeg) -> None:
        """Let two who talk hear each other, or music while the other holds; and let the guests hear them.

        Nothing is changed while one of them is over, or not yet near: whoever brings them together calls this
        again.
        """
        if one.over or other.over or not one.voice.shares_worker(other.voice):
            return
        for guest in self._guests:
            guest.follow((one, other))
        present = [guest for guest in self._guests if guest.leg is not None and not guest.leg.over]
        # Who holds sends nothing, or music of its own, so there is nothing to be mixed.
        mixed = bool(present) and not one.held and not other.held
        # In one breath: the worker takes all of it up between two ticks, and nobody has a gap.
        for leg, partner in ((one, other), (other, one)):
            # In a room the media worker passes no keys on.
            leg.keys.relays_all = mixed
            if partner.held:
                leg.voice.hear_music()
            elif mixed:
                leg.voice.hear_room(self._room)
            else:
                leg.voice.hear(partner.voice)
        for guest in present:
            self._let_guest_hear(guest, one if mixed else None)
        self.witness.together(one, other)

    def _let_guest_hear(self, guest: Guest, near: PhoneLeg | None) -> None:
        assert guest.leg is not None
        if near is not None and guest.leg.voice.shares_worker(near.voice):
            guest.hear(self._room)
        else:
            guest.leg.voice.hear_music()
            if near is not None:
                guest.apart.set()

    def wait(self) -> None:
        """Let the guests hear music: one of the two is being transferred."""
        self.witness.apart()
        for guest in self._guests:
            if guest.leg is not None and not guest.leg.over:
                guest.leg.voice.hear_music()

    def dismiss(self) -> None:
        """Let all go, as the talk is over."""
        self.witness.over()
        while self._guests:
            guest = self._guests.pop()
            guest.end()
            guest.dismissed()
