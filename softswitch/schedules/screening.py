"""What is looked at before all else when somebody calls from outside: the lists of callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from softswitch.calls.bridge import talk
from softswitch.calls.call import Call, Destination, Reaches, SentOn
from softswitch.calls.forwarding import hand_over
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.lines import Lines
from softswitch.calls.origin import OutsideCaller
from softswitch.schedules.callers import BlockedCaller, CallerBook, Led, Vip
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request

LeadsTo = Callable[[str], Destination | None]
"""Finds where a number leads with the switch's own rights."""


@dataclass(frozen=True, slots=True)
class BlockedDestination:
    """Where blocked callers get to: a refusal, at no cost for them and without a word."""

    kind: str = "blocked"
    name: str = ""

    async def __call__(self, call: Call) -> Termination:
        """Refuse the call."""
        return Termination(Reason.CALLER_BLOCKED)


@dataclass(frozen=True, slots=True)
class VipDestination:
    """A caller's own consultant, past all menus and hours; ``onward`` is where the call goes without him."""

    vip: Vip
    leads_to: LeadsTo
    onward: Callable[[], Destination | None]
    kind: str = "vip"

    @property
    def name(self) -> str:
        """The consultant."""
        return self.vip.to

    async def __call__(self, call: Call) -> Termination:
        """Ring the consultant; raise SentOn where somebody else serves the caller from here on."""
        consultant = self.leads_to(self.vip.to)
        if consultant is not None and not isinstance(consultant, Reaches):
            raise SentOn(consultant)  # A queue or a menu of his.
        reached = Termination(Reason.UNREACHABLE) if consultant is None else await consultant.reach(call)
        if not isinstance(reached, Termination):
            return await talk(call, reached)
        if self.vip.otherwise:
            otherwise = self.leads_to(self.vip.otherwise)
            second = await hand_over(call, self.name, self.vip.otherwise, otherwise, why=reached.reason)
            return second if isinstance(second, Termination) else await talk(call, second)
        onward = self.onward()
        if onward is None:
            return reached
        raise SentOn(onward)


class ScreenedLines:
    """The lines to the outside, with the lists of callers in front. Implements :class:`Lines`."""

    def __init__(self, lines: Lines, book: CallerBook, leads_to: LeadsTo) -> None:
        self._lines = lines
        self._book = book
        self._leads_to = leads_to

    def arrival(self, request: Request, hop: Hop) -> OutsideCaller | None:
        """See Lines."""
        return self._lines.arrival(request, hop)

    def destination(self, caller: OutsideCaller) -> Destination | None:
        """Return where a caller is led by the lists, else where the number leads that he has dialled."""
        usual = self._lines.destination(caller)
        found = self._book.look_up(caller.number, caller.called)
        # Whoever dials what is no number of ours is told so, whoever it is.
        if found is None or usual is None:
            return usual
        match found:
            case BlockedCaller():
                return BlockedDestination()
            case Vip():
                return VipDestination(found, self._leads_to, lambda: self._lines.destination(caller))
            case Led(to=to):
                # A number that has gone since the check is no reason to lose a call.
                return self._leads_to(to) or usual
            case _:
                assert_never(found)

    def is_urgent(self, number: str) -> bool:
        """See Lines."""
        return self._lines.is_urgent(number)

    def why_unknown(self, number: str, caller: OutsideCaller | None) -> str:
        """See Lines."""
        return self._lines.why_unknown(number, caller)
