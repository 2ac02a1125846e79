"""The events of one ordinary call, as the switch writes them: a greeting, a menu, a talk of some minutes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    CallEvent,
    CallRouted,
    DigitPressed,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegRinging,
    LegsBridged,
    PromptPlayed,
    StepTaken,
)

FIRST_CALLER: Final = 48_600_000_000
CALLERS: Final = 20_000
"""People who call on one day: some of them several times."""
GREETING: Final = (
    "Dzień dobry, tu firma Przykład. Sprzedaż: jeden. Serwis: dwa. Rozmowa z konsultantem: zero."
)


def caller_of(number: int) -> str:
    """Return who makes the call of that number."""
    return f"+{FIRST_CALLER + number % CALLERS}"


def call_events(number: int) -> Sequence[CallEvent]:
    """Return the events of a call, in order; the same number gives the same call."""
    caller, tree = caller_of(number), "main"
    return (
        CallArrived("a", caller, "", "+48221234567", "203.0.113.7:5060", "", f"{number:x}@trunk", "provider"),
        CallRouted("tree", tree),
        LegAnswered("a", caller, "PCMA", "rfc4733"),
        BranchEntered(tree, "welcome"),
        PromptPlayed(tree, "welcome", GREETING, 6.2, True),
        DigitPressed("a", "0", "rfc4733"),
        StepTaken(tree, "welcome", "menu", "key 0"),
        BranchEntered(tree, "people"),
        PromptPlayed(tree, "people", "Łączę z konsultantem.", 1.4, False),
        StepTaken(tree, "people", "say", "heard"),
        LegInvited("b1", "1001", "sip:1001@192.0.2.9:5062", f"{number:x}@switch"),
        LegInvited("b2", "1002", "sip:1002@192.0.2.10:5062", f"{number:x}b@switch"),
        LegRinging("b1", "1001", False),
        LegRinging("b2", "1002", False),
        LegAnswered("b1", "1001", "PCMA", "rfc4733"),
        LegEnded("b2", "1002", "cancelled", "answered_elsewhere", 200, 26),
        LegsBridged("a", "b1"),
        LegEnded(
            "b1", "1001", "completed", "caller_hung_up", 200, 16, 9000, 9000, 0, 1.2, 60.0, 24.0, 0, 4.3
        ),
        LegEnded("a", caller, "completed", "caller_hung_up", 200, 16, 9310, 9310, 2, 3.1, 60.0, 31.0, 1, 4.2),
        StepTaken(tree, "people", "dial", "ended_by_callee"),
        CallEnded("completed", "caller_hung_up", 200, 16, "caller"),
    )


def lost_of_call() -> int:
    """Return how many packets were lost of each of these calls, by its own events."""
    ends = [event for event in call_events(0) if isinstance(event, LegEnded)]
    return sum(end.packets_lost + end.unauthentic for end in ends)
