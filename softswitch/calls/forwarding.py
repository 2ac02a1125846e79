"""Sending a call on: from whom it was for to another number, with an eye on circles."""

from __future__ import annotations

from typing import Final

from softswitch.calls.call import Call, Destination, Reaches, SentOn
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.events import CallForwarded

MOST_FORWARDS: Final = 5
"""Times one call is sent on: colleagues who forward to each other would keep it for ever."""


async def forward(call: Call, by: str, to: str, *, why: Reason) -> PhoneLeg | Termination:
    """Ring ``to`` in the place of the account ``by``, with its rights; return who answered, or why none.

    Raises SentOn when ``to`` is a menu or a queue, which serves the caller from here on.
    """
    return await hand_over(call, by, to, call.office.destination(to, by=by), why=why)


async def hand_over(
    call: Call, by: str, to: str, destination: Destination | None, *, why: Reason
) -> PhoneLeg | Termination:
    """Ring where ``to`` leads in the place of ``by``; otherwise as :func:`forward`."""
    if destination is None or len(call.forwarded) >= MOST_FORWARDS:
        return Termination(Reason.MOVED, CALLEE, to)
    call.forwarded.append(by)
    call.record(CallForwarded(by, to, why.value))
    if not isinstance(destination, Reaches):
        raise SentOn(destination)
    return await destination.reach(call)
