"""Who handed a call over, and who stood on its two sides at the end: a pure reader of its events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from softswitch.events import (
    CallArrived,
    CallerReached,
    CallRouted,
    Entry,
    LegAnswered,
    LegInvited,
    LegTookPlace,
    TransferAsked,
    TransferDone,
)


@dataclass(frozen=True, slots=True)
class HandOver:
    """That ``party`` handed the call over to ``target`` when it had been on the line for ``seconds``.

    ``kind`` and ``name`` say what serves there (a menu, a room); they are "" where somebody answered.
    """

    at: datetime
    party: str
    target: str
    seconds: float
    kind: str = ""
    name: str = ""


@dataclass(slots=True)
class _Seat:
    """A leg as far as it matters here; ``calls`` says that it stands on the caller's side."""

    party: str
    since: datetime
    calls: bool


class HandOvers:
    """What was handed over in a call whose events are given in order.

    ``caller`` and ``callee`` are who stood on each side at the end, "" while nobody's place was taken. Whom
    the switch has rung by itself stands in its place.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.done: list[HandOver] = []
        self._seats: dict[str, _Seat] = {}
        self._stand: dict[bool, str] = {}
        self._before: dict[bool, str] = {}
        self._reached = ""
        self._moved = self._served = False
        for entry in entries:
            self._read(entry)

    @property
    def caller(self) -> str:
        """Who stands on the caller's side in the place of another."""
        return self._stand.get(True, "") if self._moved else ""

    @property
    def callee(self) -> str:
        """Who stands on the called side in the place of another."""
        return self._stand.get(False, "") if self._moved else ""

    def _read(self, entry: Entry) -> None:
        match entry.event:
            case CallArrived(leg=leg, caller=party) if leg:
                self._sit(leg, _Seat(party, entry.at, calls=True))
            case CallerReached(leg=leg) if leg in self._seats:
                self._moved, self._stand = True, {}
                self._seats[leg].calls = True
                self._sit(leg, self._seats[leg])
            case LegInvited(leg=leg, party=party):
                self._seats[leg] = _Seat(party, entry.at, calls=False)
            case LegAnswered(leg=leg) if leg in self._seats:
                self._seats[leg].since = entry.at
                if not self._seats[leg].calls:
                    self._sit(leg, self._seats[leg])
            case LegTookPlace(leg=leg, party=party, of=of) if of in self._seats:
                self._moved = True
                self._sit(leg, _Seat(party, entry.at, self._seats[of].calls))
            case TransferAsked():
                self._reached, self._before, self._served = "", dict(self._stand), False
            case TransferDone(leg=leg, target=target, done=True) if leg in self._seats:
                self._handed_over(self._seats[leg], target, entry.at)
            case CallRouted(kind=kind, target=name) if self._served:
                self._served = False
                self.done[-1] = replace(self.done[-1], kind=kind, name=name)
            case _:
                pass

    def _sit(self, leg: str, seat: _Seat) -> None:
        self._seats[leg] = seat
        self._stand[seat.calls] = seat.party
        self._reached = leg

    def _handed_over(self, by: _Seat, target: str, at: datetime) -> None:
        # The wall clock may have been set back meanwhile.
        seconds = max((at - by.since).total_seconds(), 0.0)
        self.done.append(HandOver(at, by.party, target, seconds))
        self._moved, self._stand = True, self._before
        if self._reached:
            self._seats[self._reached].calls = by.calls
            self._stand[by.calls] = self._seats[self._reached].party
        else:
            # A menu, a room or another call has whoever stays: who hangs up there is nobody else.
            self._served = True
            self._stand[by.calls] = self._stand.get(not by.calls, "")
