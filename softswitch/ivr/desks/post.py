"""Mails and text messages, as a tree sees them: a Protocol and plain values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from softswitch.ivr.expressions import Lookup


class Sent(StrEnum):
    """What became of a message."""

    SENT = "sent"
    """It is kept and goes out, now or when the other side can be reached again; once."""
    NO_ADDRESS = "no_address"
    """Nobody is there to write to: no mobile number, no mail address."""
    ERROR = "error"
    """It may not go, or it could not be kept: ``reason`` says why."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ``by`` a sender or mailbox, "" for the line's first: a text, or the name of a template.

    ``key`` tells the step and who gets it: what says the same with the same one goes out once, see
    :func:`key_of`. ``call`` is the call's id, ``language`` what is spoken in it.
    """

    key: str
    to: str = field(repr=False)
    by: str = ""
    text: str = field(default="", repr=False)
    template: str = ""
    call: str = ""
    language: str = ""


def key_of(letter: Letter, *said: str) -> str:
    """Return what tells a message from all others, once it is known what it says: no word can be read there.

    A step that is passed again with another value in its text sends another message.
    """
    return f"{letter.key}:{hashlib.sha256(chr(0).join(said).encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a message; ``reason`` is a word that holds neither text nor address."""

    how: Sent
    reason: str = ""


class Post(Protocol):
    """Who sends messages. No method takes longer than a caller waits, or raises for trouble outside."""

    def can_get_sms(self, number: str, by: str = "") -> bool:
        """Tell whether a text message may go to a number; known of the number alone."""
        ...

    async def sms(self, letter: Letter, variables: Lookup) -> Posted:
        """Send a text message; ``variables`` are those of the call for a template."""
        ...

    async def mail(self, letter: Letter, variables: Lookup) -> Posted:
        """Send a mail of a template; ``to`` may be several addresses, between commas."""
        ...


class NoPost:
    """The :class:`Post` of a switch that writes to nobody."""

    def can_get_sms(self, number: str, by: str = "") -> bool:
        """No."""
        return False

    async def sms(self, letter: Letter, variables: Lookup) -> Posted:
        """Send nothing."""
        return Posted(Sent.ERROR, "no_sender")

    async def mail(self, letter: Letter, variables: Lookup) -> Posted:
        """Send nothing."""
        return Posted(Sent.ERROR, "no_sender")
