"""Events of voicemail: who left a message, who listens, who wants to be called back after hours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MessageLeft:
    """``party`` has left a message of so many seconds in a box; it is on the disk."""

    box: str
    message: str
    party: str
    seconds: float
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class MessageNotLeft:
    """No message of ``party`` was kept in a box.

    ``why``: ``cancelled``, ``too_short``, ``nothing_heard``, ``box_full``, ``no_room``, or ``not_stored``.
    """

    box: str
    party: str
    why: str


@dataclass(frozen=True, slots=True)
class MailboxOpened:
    """``party`` listens to a box, which holds so many new and old messages."""

    box: str
    party: str
    new: int
    old: int


@dataclass(frozen=True, slots=True)
class MessagesDeleted:
    """``party`` has deleted so many messages of a box; they go when the call ends."""

    box: str
    party: str
    messages: int


@dataclass(frozen=True, slots=True)
class MailboxPinRefused:
    """A wrong PIN was typed for a box, for the ``tries``-th time in this call; the PIN itself is not here."""

    box: str
    leg: str
    tries: int


@dataclass(frozen=True, slots=True)
class CallRequested:
    """``party`` has asked to be called back at ``number`` when somebody is there; the request is stored."""

    desk: str
    request: str
    number: str
    party: str


@dataclass(frozen=True, slots=True)
class CallNotRequested:
    """No request of ``party`` was taken; ``why``: ``cancelled``, ``too_many``, or ``not_stored``."""

    desk: str
    party: str
    why: str
