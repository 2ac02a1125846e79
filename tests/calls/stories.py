"""Calls as lists of events, told shortly."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from softswitch.calls.hangup import CODES, Reason
from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    CallEvent,
    CallRouted,
    DigitPressed,
    Entry,
    LegAnswered,
    LegEnded,
    LegInvited,
)
from tests.fakes.clock import START

ID = "01KE5Q2M00AAAAAAAAAAAAAAAA"


@dataclass(slots=True)
class Story:
    """The events of one call, written down in seconds from its start."""

    entries: list[Entry] = field(default_factory=list)

    def at(self, seconds: float, *events: CallEvent) -> Story:
        """Add what happened ``seconds`` after the call arrived."""
        for event in events:
            number = len(self.entries) + 1
            self.entries.append(Entry(number, START + timedelta(seconds=seconds), ID, event))
        return self

    def over(self, seconds: float, reason: Reason, by: str = "switch", detail: str = "") -> list[Entry]:
        """End the call."""
        return self.at(seconds, ended(reason, by, detail)).entries


def ended(reason: Reason, by: str = "switch", detail: str = "") -> CallEnded:
    codes = CODES[reason]
    return CallEnded(codes.result.value, reason.value, codes.sip, codes.q850, by, detail)


def leg_ended(
    leg: str, party: str, reason: Reason, sent: int = 0, received: int = 0, lost: int = 0
) -> LegEnded:
    codes = CODES[reason]
    result = codes.result.value
    return LegEnded(leg, party, result, reason.value, codes.sip, codes.q850, sent, received, lost)


def arrived(called: str = "1002") -> Story:
    return Story().at(0, CallArrived("a", "1001", "Jan Kowalski", called, "192.0.2.7:5062", "1001"))


def to_phone(*parties: str) -> Story:
    story = arrived().at(0.01, CallRouted("account", "1002"))
    for number, party in enumerate(parties or ("1002",), start=1):
        story.at(0.02, LegInvited(f"b{number}", party, "sip:1002@192.0.2.8:5060"))
    return story


def in_menu(branch: str = "cards") -> Story:
    return (
        arrived("100")
        .at(0.01, CallRouted("tree", "bank"))
        .at(0.02, LegAnswered("a", "1001", "PCMA", "rfc4733"))
        .at(0.03, BranchEntered("bank", "welcome"))
        .at(4.0, DigitPressed("a", "1", "rfc4733"), BranchEntered("bank", branch))
    )
