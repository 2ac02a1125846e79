"""Supervising a talk: somebody's phone is rung, and hears two others talk.

The supervisor may speak to nobody, to one side alone, or to both, and change that at any time, by a command
or by a key of the phone. The two who talk notice nothing of it but what is said to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final, NoReturn

from softswitch.calls.audience import Guest, Mode
from softswitch.calls.because import NOT_SUPERVISOR
from softswitch.calls.call import Call, Seat
from softswitch.calls.dialling import RING_SECONDS, AccountDestination, Dialler
from softswitch.calls.errors import NotBegun
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.originate import Originated, Origination, Originator
from softswitch.calls.race import first_of

FIRST_ROOM: Final = 1 << 20
"""Rooms of the media worker from here on are those of talks; conference rooms count from one up."""
KEYS: Final = {"1": Mode.LISTEN, "2": Mode.WHISPER, "3": Mode.BARGE}
"""What the keys of the supervisor's phone change to."""

OVER: Final = Termination(Reason.SUPERVISED_TALK_OVER)


@dataclass(frozen=True, slots=True, eq=False)
class Supervision:
    """One supervision: of the talk in the call ``talk``, by a call of its own."""

    talk: Call
    guest: Guest
    originated: Originated

    @property
    def call(self) -> str:
        """The id of the supervisor's call."""
        return self.originated.call.facts.id

    @property
    def mode(self) -> Mode:
        """What the supervisor may say now, and to whom."""
        return self.guest.mode

    def change(self, mode: Mode) -> None:
        """Go on in another mode."""
        _change(self.talk, self.guest, mode)

    def end(self) -> None:
        """Let the supervisor go."""
        self.originated.give_up(OVER)

    async def ended(self) -> Termination:
        """Wait for the end and return how it ended."""
        return await self.originated.ended()


@dataclass(frozen=True, slots=True)
class Supervisors:
    """Begins supervisions. Whoever asks it to has looked whether the supervisor may."""

    originator: Originator
    dialler: Dialler
    _rooms: Iterator[int] = field(default_factory=lambda: count(FIRST_ROOM))
    _running: dict[Guest, Supervision] = field(default_factory=dict)

    def supervise(
        self, whom: str, by: str, mode: Mode, *, ring_for: float = RING_SECONDS
    ) -> tuple[Supervision, bool]:
        """Let the account ``by`` hear the talk of ``whom``: an account, or a call's id or its end.

        Whoever supervises that talk already goes on in the ``mode``; else the phones of ``by`` ring, whatever
        they are forwarded to. Returns the supervision, and whether it is new. Raises NotBegun when there is
        no such talk, when ``by`` takes part in it, or when no call can begin.
        """
        seat = self._talk_of(whom)
        talk, agent = seat.call, seat.leg
        assert talk.pair is not None
        if by in (talk.pair[0].party, talk.pair[1].party):
            raise NotBegun(Termination(Reason.NOT_ALLOWED), f"{by} takes part in that talk")
        guest = talk.audience.find(by)
        if guest is not None:
            _change(talk, guest, mode)
            return self._running[guest], False
        guest = Guest(by, agent, mode, talk.record)
        originated = self.originator.start(
            Origination(
                to=by,
                by=by,
                number=agent.party,
                name=agent.display,
                made_for=f"supervision:{agent.party}",
                ring_for=ring_for,
                whom=AccountDestination(self.dialler, by, ring_for),
                near=agent,
            ),
            _Listening(talk, guest),
        )
        supervision = self._running[guest] = Supervision(talk, guest, originated)
        guest.dismissed = supervision.end
        originated.when_ended(lambda: self._ended(supervision))
        talk.audience.admit(guest, next(self._rooms))
        return supervision, True

    def _ended(self, supervision: Supervision) -> None:
        """Forget one that is over, also where nobody has answered."""
        supervision.talk.audience.leave(supervision.guest)
        del self._running[supervision.guest]

    def _talk_of(self, whom: str) -> Seat:
        """Return the talk of an account, or of a call, with the leg of the agent in it; raise NotBegun."""
        board = self.originator.board
        talks = [seat for seat in board.seats(whom) if seat.call.partner(seat.leg) is not None]
        if talks:
            # Of several talks of one phone all but one are on hold.
            return next((seat for seat in talks if not seat.leg.held), talks[0])
        call = board.find(whom)
        if call is None or call.pair is None:
            raise NotBegun(Termination(Reason.NOBODY_THERE, detail=whom), f"{whom} talks with nobody now")
        # Who was called, if it is one of ours, is whom the call was for.
        ours = [leg for leg in reversed(call.pair) if board.account(leg.party) is not None]
        return Seat(call, ours[0] if ours else call.pair[1])


@dataclass(frozen=True, slots=True)
class _Listening:
    """Hearing a talk, as where the supervisor's call leads."""

    talk: Call
    guest: Guest
    kind: str = "supervision"

    @property
    def name(self) -> str:
        """The call that is heard."""
        return self.talk.facts.id

    async def __call__(self, call: Call) -> Termination:
        """Let the supervisor hear the talk until either is over: both end this call."""
        talk, guest = self.talk, self.guest
        if call.caller.party != guest.by:
            return self._not_theirs()
        try:
            await self._sit(call)
            guest.begin(call.caller, call.facts.id)
            _let_hear(talk)
            _, end = await first_of(self._follow(call), self._read_keys(call))
            return end
        finally:
            talk.audience.leave(guest)
            _let_hear(talk)

    async def _sit(self, call: Call) -> None:
        """Bring the supervisor's sound to where the talk's is."""
        leg = call.caller
        near = self.talk.pair[0] if self.talk.pair is not None else self.guest.agent.latest
        await leg.move_sound(near=near)
        if not leg.over:
            # Keys come by events or by INFO: a voice that sounds like one must not change anything.
            leg.voice.listen_for_tones(False)

    async def _follow(self, call: Call) -> Termination:
        """Go on with what the supervisor's phone does: hold, resume, give its place to another phone.

        And with the talk itself, when it moves to another media worker.
        """
        guest = self.guest
        while True:
            # Which of them it was, and what was told, is of no matter: all is looked at anew.
            await first_of(_any_signal(call), _moved(guest))
            guest.apart.clear()
            if call.caller.party != guest.by:
                return self._not_theirs()
            await self._sit(call)
            guest.leg = call.caller
            _let_hear(self.talk)

    def _not_theirs(self) -> Termination:
        """Return the end for whoever picked the call up, or was sent into it."""
        guest = self.guest
        because = f"{NOT_SUPERVISOR}:{guest.by}"
        return Termination(Reason.NOT_ALLOWED, detail=guest.agent.party, because=because)

    async def _read_keys(self, call: Call) -> NoReturn:
        keys = call.caller.keys  # They pass to whoever takes its place.
        while True:
            await keys.arrived()
            press = keys.take()
            if press is not None and press.digit in KEYS:
                _change(self.talk, self.guest, KEYS[press.digit])


async def _any_signal(call: Call) -> None:
    await call.signals.get()


async def _moved(guest: Guest) -> None:
    await guest.apart.wait()


def _change(talk: Call, guest: Guest, mode: Mode) -> None:
    guest.change(mode)
    _let_hear(talk)


def _let_hear(talk: Call) -> None:
    """Let all hear anew who hear a talk, unless nobody talks just now: who joins two does it then."""
    if talk.pair is not None:
        talk.audience.let_hear(*talk.pair)
    else:
        talk.audience.wait()
