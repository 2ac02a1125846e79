"""Calls that the switch makes by itself: it rings somebody, who is the call's caller once they answer.

From then on it is a call like any other: whoever answered is served by a destination, and their hanging up
is its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from softswitch.calls.call import Call, Destination, Reaches, SentOn
from softswitch.calls.dialling import RING_SECONDS
from softswitch.calls.errors import NotBegun
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.leg import Leg, Surroundings
from softswitch.calls.origin import SwitchCaller
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.signals import Referred, Signal
from softswitch.calls.switchboard import Switchboard
from softswitch.sip.hop import Hop

NOWHERE: Final = Hop("UDP", "", 0, "", 0)
"""The way to the switch itself: nothing is ever sent there."""

Confirm = Callable[[Call], Awaitable[Termination | None]]
"""Asks who has answered (``call.caller``) whether it is a person, and the right one.

None lets them in, else it is how the call ends: a mailbox presses no key.
"""


@dataclass(frozen=True, slots=True)
class Origination:
    """Whom the switch is to ring: the number ``to``, with the rights of the account ``by``.

    ``number`` and ``name`` are what their phones show; a trunk shows the number only if it is one of ours,
    unless it takes any. They ring for ``ring_for`` seconds. ``made_for`` says in the log what for, a code
    with what it is about behind a colon. ``whom`` is rung in place of where ``to`` leads (an account's own
    phones, whatever it wishes); phones are opened on the media worker of ``near``.
    """

    to: str
    by: str
    number: str
    made_for: str
    name: str = ""
    ring_for: float = RING_SECONDS
    confirm: Confirm | None = None
    whom: Reaches | None = None
    near: PhoneLeg | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Originated:
    """A call that the switch has begun."""

    call: Call
    _course: asyncio.Task[Termination]

    async def ended(self) -> Termination:
        """Wait for the call's end and return how it ended; whoever waits no longer does not end it."""
        return await asyncio.shield(self._course)

    def when_ended(self, tell: Callable[[], None]) -> None:
        """Have somebody told of the end, however it comes."""
        self._course.add_done_callback(lambda _: tell())

    def give_up(self, termination: Termination | None = None) -> None:
        """End the call, whatever it is doing."""
        self.call.end(termination or Termination(Reason.CANCELLED))


@dataclass(frozen=True, slots=True)
class Originator:
    """Begins calls. They are the switchboard's: counted, ended and waited for with all others."""

    board: Switchboard

    def start(self, origination: Origination, destination: Destination) -> Originated:
        """Ring somebody and let ``destination`` serve who answers; return the call, which runs by itself.

        Why nobody was reached is how the call ends. Raises NotBegun where there can be no call: the switch
        stops, or there is no account ``by``.
        """
        board, to = self.board, origination.to
        account = board.account(origination.by)
        if not board.is_open:
            raise NotBegun(Termination(Reason.SWITCH_STOPPED), "the switch is stopping")
        if account is None:
            raise NotBegun(Termination(Reason.NOT_ALLOWED), f"there is no account {origination.by}")
        origin = SwitchCaller(origination.number, origination.name, origination.made_for)

        def first(around: Surroundings, tell: Callable[[Leg, Signal], None]) -> PhoneLeg:
            return SwitchLeg(origin, around, tell, near=origination.near)

        call = board.begin(account, to, origin, first)
        leads_to: Destination | None = origination.whom
        if leads_to is None:
            leads_to = board.destination(to, by=account.user)
        unknown = board.why_unknown(to) if leads_to is None else ""
        course = None if leads_to is None else _Ringing(leads_to, origination, destination)
        return Originated(call, board.start(call, course, unknown=unknown))


@dataclass(frozen=True, slots=True)
class _Ringing:
    """Ringing somebody, as where a call of the switch leads first."""

    whom: Destination
    origination: Origination
    then: Destination

    @property
    def kind(self) -> str:
        """What is rung."""
        return self.whom.kind

    @property
    def name(self) -> str:
        """Who is rung."""
        return self.whom.name

    async def __call__(self, call: Call) -> Termination:
        """Ring, and lead who answers on; return why nobody did."""
        reached = await self._reach(call)
        if isinstance(reached, Termination):
            return reached
        call.serve(reached)
        _let_go_of_others(call, reached)
        if reached.over:  # It hung up at once; its end waits among the signals.
            return reached.termination
        confirm = self.origination.confirm
        refused = await confirm(call) if confirm is not None else None
        if refused is not None:
            return refused
        raise SentOn(self.then)

    async def _reach(self, call: Call) -> PhoneLeg | Termination:
        if not isinstance(self.whom, Reaches):
            return Termination(Reason.NOBODY_THERE, detail=self.origination.to)
        try:
            async with asyncio.timeout(self.origination.ring_for) as limit:
                return await self.whom.reach(call)
        except SentOn as sent:
            # Its phone sends calls to a menu or a queue: the switch would talk to itself.
            return Termination(Reason.NOBODY_THERE, detail=sent.destination.name)
        except TimeoutError:
            if not limit.expired():
                raise
            return Termination(Reason.NO_ANSWER, CALLEE)


def _let_go_of_others(call: Call, reached: PhoneLeg) -> None:
    """Drop whoever took a ringing phone's place in the same moment as the one who was reached.

    What else has been told by now is of the ringing, and nobody's business any more.
    """
    for leg, signal in [call.signals.get_nowait() for _ in range(call.signals.qsize())]:
        if isinstance(signal, Referred):
            signal.referral.refuse(403, "There is nobody to transfer")
        elif isinstance(leg, PhoneLeg) and leg is not reached and call.takes_part(leg):
            call.drop(leg, Termination(Reason.ANSWERED_ELSEWHERE))


class SwitchLeg(PhoneLeg):
    """The switch, as those know it whom it rings: a number and a name, that can be told nothing.

    It is in no dialog. It has the sound of the leg ``near``, and so its phones come to that one's worker.
    """

    def __init__(
        self,
        origin: SwitchCaller,
        around: Surroundings,
        tell: Callable[[Leg, Signal], None],
        *,
        near: PhoneLeg | None,
    ) -> None:
        super().__init__("", origin.number, around, NOWHERE, tell, owner=False)
        self.display = origin.name
        self._near = near

    async def open_sound(self, near: Leg | None = None) -> None:
        """Be where the leg is to which others are to be near."""
        self.sound = self._near.sound if self._near is not None and not self._near.over else None

    def hush(self) -> None:
        """Leave the leg whose sound this is what it hears."""
