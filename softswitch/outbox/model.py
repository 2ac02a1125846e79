"""A delivery, what becomes of it, and what a channel promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from softswitch.errors import SoftswitchError


class State(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    """A try is under way, or was when the switch ended: the other side may have it."""
    DELIVERED = "delivered"
    REFUSED = "refused"
    """The other side will never take it."""
    EXPIRED = "expired"
    """It was tried as long as it was of use."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something to be brought to the outside.

    ``key`` is unique: a second delivery of the same key is not written. Channels hand it on, so that the
    other side can tell a repeat. ``channel`` names a configured one: ``mail:support``. ``body`` is the
    channel's own message as JSON. Deliveries of one ``lane`` go one at a time, in their order.
    """

    key: str
    channel: str
    body: str
    due: datetime | None = None
    """Not before; None for now."""
    expires: datetime | None = None
    """No longer than; None for as long as the outbox tries."""
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other side has it; ``reference`` is what it is called there."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """A delivery as it stands in the outbox."""

    id: str
    delivery: Delivery
    state: State
    created: datetime
    due: datetime
    expires: datetime
    attempts: int = 0
    trouble: str = ""
    """Why the last try failed."""
    reference: str = ""
    settled: datetime | None = None


class OutboxError(SoftswitchError):
    """Base of what goes wrong on the way to the outside."""


class NotNow(OutboxError):
    """This try failed, a later one may succeed: not before ``after`` seconds, if that is known.

    With ``whole`` the trouble is the channel's, not the delivery's: nothing else is tried there meanwhile.
    """

    def __init__(self, reason: str, *, after: float | None = None, whole: bool = False) -> None:
        super().__init__(reason)
        self.after = after
        self.whole = whole


class Refused(OutboxError):
    """No try can succeed: the other side does not take it, or there is no such address."""


class Channel(Protocol):
    """A way to the outside."""

    async def deliver(self, delivery: Delivery, attempt: int) -> Receipt:
        """Bring it there; ``attempt`` counts from 1. From the second on the other side may have it already.

        Raises NotNow, or Refused.
        """
        ...


@dataclass(frozen=True, slots=True)
class Outlet:
    """A channel and how it is used: seconds a try may take, and tries side by side."""

    channel: Channel
    within: float = 60.0
    at_once: int = 4
