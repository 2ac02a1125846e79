"""Contacts with customers: calls, messages, ratings, tickets, mails and SMS, as one list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class ContactKind(StrEnum):
    """What a contact was."""

    CALL = "call"
    CAMPAIGN = "campaign"
    """A call of ours that belongs to a campaign, got through or not."""
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"
    RATING = "rating"
    TICKET = "ticket"
    ORDER = "order"
    MAIL = "mail"
    SMS = "sms"
    PAYMENT = "payment"
    NOTE = "note"


class Way(StrEnum):
    """Who began a contact."""

    IN = "in"
    OUT = "out"
    INNER = "inner"


ANSWERED: Final = "answered"
"""The result of a call in which somebody talked with the customer; the other results are those of calls."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact.

    ``id`` makes it unique: written twice, it is there once. ``number`` is the customer's as it is kept, ""
    for none; ``customer`` the id, "" where only the number is known. ``agent`` is who talked or wrote,
    ``result`` what came of it, ``seconds`` how long it took. ``reference`` is what more is to be found
    under: a call's id, a ticket's number. ``text`` says it in a few words.
    """

    id: str
    kind: ContactKind
    at: datetime
    number: str = ""
    customer: str = ""
    way: Way = Way.IN
    agent: str = ""
    queue: str = ""
    campaign: str = ""
    result: str = ""
    seconds: float = 0.0
    reference: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Some of a history, newest first, and where the next page begins; ``after`` is "" on the last one."""

    contacts: tuple[Contact, ...]
    after: str = ""
