"""Who is in which call, read from the event log: what lamps show (RFC 4235 §3.7.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from softswitch.events import (
    CallArrived,
    CallEnded,
    CallerReached,
    CallerShown,
    Entry,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegJoined,
    LegLeft,
    LegRinging,
    LegTookPlace,
)

INITIATOR: Final = "initiator"
RECIPIENT: Final = "recipient"


class LineState(Enum):
    """How far a call is, as seen by the account's own phone."""

    TRYING = "trying"
    EARLY = "early"
    CONFIRMED = "confirmed"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True)
class Line:
    """One call of an account. ``party`` is who is at the other end, ``party_name`` "" when not known."""

    id: str
    direction: str
    state: LineState
    party: str
    party_name: str = ""

    @property
    def busy(self) -> bool:
        """Tell whether somebody is at the phone: a phone that only rings may stand alone."""
        return self.direction == INITIATOR or self.state is LineState.CONFIRMED


@dataclass(slots=True)
class _Call:
    caller: str
    caller_name: str
    called: str
    own_leg: str
    """The caller's."""
    legs: dict[str, str] = field(default_factory=dict)
    """Whose each leg is."""


class Lines:
    """The lines of all accounts. ``changed`` is told of each account whose lines have changed."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._changed = changed
        self._calls: dict[str, _Call] = {}
        self._lines: dict[str, dict[str, Line]] = {}

    def __len__(self) -> int:
        return sum(len(lines) for lines in self._lines.values())

    def of(self, user: str) -> tuple[Line, ...]:
        """Return an account's calls of now."""
        return tuple(self._lines.get(user, {}).values())

    def read(self, entry: Entry) -> None:
        """Take the next entry of the log; those of no call, and of calls from before, are passed over."""
        event, call = entry.event, self._calls.get(entry.call)
        if call is None:
            if isinstance(event, CallArrived):
                self._calls[entry.call] = _Call(event.caller, event.caller_name, event.called, event.leg)
                if event.leg:  # Else the switch calls by itself, and no account's phone does.
                    self._begin(entry.call, event.leg, event.account, INITIATOR, event.called)
            return
        match event:
            case CallerShown(name, number) if number:
                call.caller, call.caller_name = number, name
            case LegInvited(leg, party):
                self._begin(entry.call, leg, party, RECIPIENT, call.caller, call.caller_name)
            case LegRinging(leg):
                self._move(entry.call, leg, LineState.EARLY)
                self._move(entry.call, call.own_leg, LineState.EARLY)
            case LegAnswered(leg):
                self._move(entry.call, leg, LineState.CONFIRMED)
            case CallerReached(leg, party):
                call.own_leg, call.caller, call.caller_name = leg, party, ""
            case LegTookPlace(leg, party, of):
                self._took_place(entry.call, leg, party, of)
            case LegJoined(leg, party):
                self._begin(entry.call, leg, party, RECIPIENT, call.caller, call.caller_name)
                self._move(entry.call, leg, LineState.CONFIRMED)
            case LegEnded(leg) | LegLeft(leg):
                self._end(entry.call, leg)
            case CallEnded():
                for leg in list(call.legs):
                    self._end(entry.call, leg)
                del self._calls[entry.call]
            case _:
                pass

    def _took_place(self, name: str, leg: str, party: str, of: str) -> None:
        """Let a leg that talks already stand where another stood: a transfer, or a call picked up."""
        call = self._calls[name]
        calls = of == call.own_leg
        if calls:
            call.own_leg, call.caller, call.caller_name = leg, party, ""
        self._begin(
            name, leg, party, INITIATOR if calls else RECIPIENT, call.called if calls else call.caller
        )
        self._move(name, leg, LineState.CONFIRMED)

    def _begin(self, call: str, leg: str, user: str, direction: str, party: str, name: str = "") -> None:
        self._end(call, leg)
        line = Line(f"{call}-{leg}", direction, LineState.TRYING, party, name)
        self._calls[call].legs[leg] = user
        self._lines.setdefault(user, {})[line.id] = line
        self._changed(user)

    def _move(self, call: str, leg: str, state: LineState) -> None:
        user = self._calls[call].legs.get(leg)
        line = self._lines[user].get(f"{call}-{leg}") if user in self._lines else None
        # A second phone rings while the first has answered: what is up does not go back to ringing.
        if user is None or line is None or line.state in (state, LineState.CONFIRMED):
            return
        self._lines[user][line.id] = replace(line, state=state)
        self._changed(user)

    def _end(self, call: str, leg: str) -> None:
        user = self._calls[call].legs.pop(leg, None)
        if user is None:
            return
        lines = self._lines[user]
        del lines[f"{call}-{leg}"]
        if not lines:
            del self._lines[user]
        self._changed(user)
