"""Paying, and showing who one is, as a tree sees them: two Protocols and plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from softswitch.ivr.errors import NoSuchTill


class Standing(StrEnum):
    """How a payment stands."""

    WANTS_CODE = "wants_code"
    CONFIRMING = "confirming"
    """The customer is to confirm: in the bank's app, or on the page of a pay-link."""
    PAID = "paid"
    REFUSED = "refused"
    ABORTED = "aborted"
    UNKNOWN = "unknown"
    ALREADY_PAID = "already_paid"
    """Not by this payment: what it was for is paid for already."""
    ALREADY_OPEN = "already_open"
    """What it is for is being paid for by another payment, of which the end is not known."""
    NOT_TAKEN = "not_taken"
    """Such a sum is not taken here, or there is no such provider: ``reason`` says."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a caller is to pay: ``amount`` in grosze. ``provider`` "" is the line's own."""

    amount: int
    provider: str = ""
    description: str = ""
    purpose: str = ""
    customer: str = ""
    call: str = ""
    language: str = ""
    receipt: str = ""
    receipt_to: str = ""
    sms: str = ""
    sms_to: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment and how it stands. ``id`` is "" where none was made."""

    standing: Standing
    id: str = ""
    reason: str = ""


class Till(Protocol):
    """Where callers pay. No method takes longer than a provider may, or raises for its silence."""

    @property
    def names(self) -> Collection[str]:
        """The names of all providers."""
        ...

    async def begin(self, bill: Bill) -> Charge:
        """Get ready for a code; nothing can be charged yet."""
        ...

    async def submit(self, charge: str, digits: str) -> Charge:
        """Hand six digits over; the same ones again, after silence, count once."""
        ...

    async def look(self, charge: str) -> Charge:
        """Ask how it stands."""
        ...

    async def abort(self, charge: str, reason: str) -> Charge:
        """Call it off, if it is not too late."""
        ...

    async def link(self, bill: Bill) -> Charge:
        """Make a pay-link and send it by text message."""
        ...

    def let_go(self, charge: str) -> None:
        """Leave a payment to itself: what is open of it is found out without the caller."""
        ...


class NoTill:
    """The :class:`Till` of a switch that takes no money."""

    @property
    def names(self) -> Collection[str]:
        """None."""
        return ()

    async def begin(self, bill: Bill) -> Charge:
        """Raise NoSuchTill."""
        raise NoSuchTill

    async def submit(self, charge: str, digits: str) -> Charge:
        """Raise NoSuchTill."""
        raise NoSuchTill

    async def look(self, charge: str) -> Charge:
        """Raise NoSuchTill."""
        raise NoSuchTill

    async def abort(self, charge: str, reason: str) -> Charge:
        """Raise NoSuchTill."""
        raise NoSuchTill

    async def link(self, bill: Bill) -> Charge:
        """Raise NoSuchTill."""
        raise NoSuchTill

    def let_go(self, charge: str) -> None:
        """Do nothing: there is no payment."""


class Shown(StrEnum):
    """What came of an identity check."""

    VERIFIED = "verified"
    WRONG = "wrong"
    LOCKED = "locked"
    UNAVAILABLE = "unavailable"
    """It could not be checked in time."""


@dataclass(frozen=True, slots=True)
class Person:
    """What came of an identity check, and who it is where it is verified; ``minutes`` of a lock."""

    shown: Shown
    customer: str = ""
    name: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Shows:
    """What a caller has typed, by the names of what was asked. It shows in no text."""

    typed: Mapping[str, str] = field(repr=False)
    caller: str = ""


class Gate(Protocol):
    """Who finds out who callers are. No method takes longer than a caller waits."""

    async def locked(self, caller: str) -> Person | None:
        """Tell, before anything is asked, that nobody is checked who calls from this number; else None."""
        ...

    async def check(self, asked: Sequence[str], shows: Shows) -> Person:
        """Compare all that was asked with what was typed."""
        ...

    def well_formed(self, factor: str, typed: str) -> bool:
        """Tell whether an answer can be one at all; known of the form alone."""
        ...


class NoGate:
    """The :class:`Gate` of a switch that knows nobody."""

    async def locked(self, caller: str) -> Person | None:
        """None."""
        return None

    async def check(self, asked: Sequence[str], shows: Shows) -> Person:
        """Find that nothing can be checked."""
        return Person(Shown.UNAVAILABLE)

    def well_formed(self, factor: str, typed: str) -> bool:
        """Tell whether there is any answer."""
        return bool(typed)


@dataclass(frozen=True, slots=True)
class Desks:
    """What trees reach besides queues: where callers pay, and who finds out who they are."""

    till: Till = field(default_factory=NoTill)
    gate: Gate = field(default_factory=NoGate)
