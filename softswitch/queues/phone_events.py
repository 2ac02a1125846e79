"""Events after which an account's phones may be otherwise than before: out of reach, in use."""

from __future__ import annotations

from typing import Final

from softswitch.events import (
    CallArrived,
    DoNotDisturbSet,
    Event,
    LegAnswered,
    LegEnded,
    LegJoined,
    LegLeft,
    LegTookPlace,
    PhoneReachable,
    PhoneRegistered,
    PhoneUnreachable,
    PhoneUnregistered,
)

KINDS_READ: Final[tuple[type[Event], ...]] = (
    PhoneRegistered,
    PhoneUnregistered,
    PhoneReachable,
    PhoneUnreachable,
    DoNotDisturbSet,
    CallArrived,
    LegAnswered,
    LegEnded,
    LegJoined,
    LegLeft,
    LegTookPlace,
)
"""All that is looked at: who subscribes need be told of nothing else."""


def whose_phone(event: Event) -> str:
    """Return the account whose phones may be otherwise after an event, "" for none."""
    match event:
        case (
            PhoneRegistered(account=account)
            | PhoneUnregistered(account=account)
            | PhoneReachable(account=account)
            | PhoneUnreachable(account=account)
            | DoNotDisturbSet(account=account)
        ):
            return account
        case (
            LegAnswered(party=party)
            | LegEnded(party=party)
            | LegJoined(party=party)
            | LegLeft(party=party)
            | LegTookPlace(party=party)
        ):
            return party
        case CallArrived(caller=caller):
            return caller
        case _:
            return ""
