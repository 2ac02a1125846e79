"""The mails that tell of messages and of requests."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from softswitch.clock import Clock
from softswitch.errors import SoftswitchError
from softswitch.languages import POLISH
from softswitch.outbox.messages import Attachment, Mail, mails
from softswitch.outbox.model import Delivery
from softswitch.voicemail.config import BoxConfig, RequestsConfig, VoicemailConfig
from softswitch.voicemail.errors import VoicemailError
from softswitch.voicemail.files import MEDIA_TYPES, Files
from softswitch.voicemail.model import Message, Request

logger = logging.getLogger(__name__)

LOOKED_UP_WITHIN: Final = 0.5
"""Seconds that a customer's name is waited for: the message is on the disk by then, but nobody knows yet."""


class Customers(Protocol):
    """Who people are, by their numbers."""

    async def name_of(self, number: str) -> str:
        """Return what a customer is called, "" for nobody who is known. Raises a SoftswitchError."""
        ...


class Letters:
    """Writes the mails; ``customers`` may know who has called."""

    def __init__(
        self, config: VoicemailConfig, files: Files, clock: Clock, customers: Customers | None = None
    ) -> None:
        self._config = config
        self._files = files
        self._clock = clock
        self._customers = customers

    async def name_of(self, number: str) -> str:
        """Return what is known of who has a number, "" for nothing; never raises, never takes long."""
        if self._customers is None or not number:
            return ""
        try:
            async with asyncio.timeout(LOOKED_UP_WITHIN):
                return await self._customers.name_of(number)
        except (SoftswitchError, TimeoutError) as error:
            logger.warning("the name of a caller is not known: %s", error or "nobody answers in time")
        except Exception:
            # Whatever is wrong with those who know customers, the message goes out.
            logger.exception("the name of a caller could not be looked up")
        return ""

    async def of_message(self, message: Message) -> tuple[str, Sequence[Delivery]]:
        """Return the key of the mail that brings a message, and its deliveries; "" and none for no mail."""
        box = self._config.boxes.get(message.box)
        if box is None or not box.mail:
            return "", ()
        attachments: tuple[Attachment, ...] = ()
        if box.attach != "none":
            attachments = await self._attached(message, box)
        key = mail_key(message.id)
        subject, text = _message_words(message, box, message.left_at.astimezone(self._config.zone))
        mail = Mail(
            to=box.mail,
            subject=subject,
            text=text,
            attachments=attachments,
            written=self._clock.wall().isoformat(timespec="seconds"),
        )
        return key, mails(key, f"mail:{self._config.mail_by}", mail)

    async def _attached(self, message: Message, box: BoxConfig) -> tuple[Attachment, ...]:
        try:
            path = await asyncio.to_thread(
                self._files.attach, message.box, message.file, message.id, box.attach
            )
        except VoicemailError as error:
            logger.warning("a mail goes without its message: %s", error)
            return ()
        form = path.rpartition(".")[2]
        at = message.left_at.astimezone(self._config.zone)
        who = "".join(sign for sign in message.caller if sign.isalnum()) or "unknown"
        return (Attachment(path, f"{at:%Y-%m-%d_%H%M}_{who}.{form}", MEDIA_TYPES[form]),)

    def of_request(self, request: Request) -> Sequence[Delivery]:
        """Return the deliveries that tell of a request, none where nobody is told by mail."""
        desk = self._config.requests[request.desk]
        if not desk.mail:
            return ()
        subject, text = _request_words(request, desk, request.asked_at.astimezone(self._config.zone))
        written = self._clock.wall().isoformat(timespec="seconds")
        mail = Mail(to=desk.mail, subject=subject, text=text, written=written)
        return mails(f"callback:{request.id}:mail", f"mail:{self._config.mail_by}", mail)


def mail_keys(message: str, box: BoxConfig) -> tuple[str, ...]:
    """Return the keys of the deliveries that bring a message to each who is to get it."""
    people = tuple(dict.fromkeys(box.mail))
    key = mail_key(message)
    return (key,) if len(people) < 2 else tuple(f"{key}:{person}" for person in people)


def mail_key(message: str) -> str:
    """Return the key under which a message is mailed."""
    return f"voicemail:{message}:mail"


def length(seconds: float) -> str:
    """Return a length as people write it: ``0:08``."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def _message_words(message: Message, box: BoxConfig, at: datetime) -> tuple[str, str]:
    """Return subject and text of the mail that brings a message."""
    polish, where = box.language == POLISH, box.name or message.box
    named = f"{message.caller_name} ({message.caller})" if message.caller_name else message.caller
    who = named or ("nieznany numer" if polish else "unknown number")
    urgent = ("PILNE: " if polish else "URGENT: ") if message.urgent else ""
    if polish:
        subject = f"{urgent}Wiadomość głosowa od {who} ({length(message.seconds)})"
        rows = [("Dla", where), ("Od", who), ("Kiedy", f"{at:%Y-%m-%d %H:%M}")]
        rows += [("Długość", length(message.seconds)), ("Wybrany numer", message.called)]
        rows += [("Droga przez menu", message.menu)]
    else:
        subject = f"{urgent}Voice message from {who} ({length(message.seconds)})"
        rows = [("For", where), ("From", who), ("When", f"{at:%Y-%m-%d %H:%M}")]
        rows += [("Length", length(message.seconds)), ("Dialled number", message.called)]
        rows += [("Way through menus", message.menu)]
    return subject, _table(rows)


def _request_words(request: Request, desk: RequestsConfig, at: datetime) -> tuple[str, str]:
    """Return subject and text of the mail that tells of a request."""
    polish, where = desk.language == POLISH, desk.name or request.desk
    who = f"{request.number} ({request.name})" if request.name else request.number
    if polish:
        subject = f"Prośba o oddzwonienie: {who}"
        rows = [("Dla", where), ("Oddzwonić na", request.number), ("Klient", request.name)]
        rows += [("Dzwonił z numeru", request.party), ("Kiedy", f"{at:%Y-%m-%d %H:%M}")]
        rows += [("Droga przez menu", request.menu), ("Numer zgłoszenia", request.id)]
    else:
        subject = f"Please call back: {who}"
        rows = [("For", where), ("Call", request.number), ("Customer", request.name)]
        rows += [("Asked from", request.party), ("When", f"{at:%Y-%m-%d %H:%M}")]
        rows += [("Way through menus", request.menu), ("Request", request.id)]
    return subject, _table(rows)


def _table(rows: Sequence[tuple[str, str]]) -> str:
    return "".join(f"{name}: {value}\n" for name, value in rows if value)
