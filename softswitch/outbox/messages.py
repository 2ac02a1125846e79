"""What deliveries carry: the message of each kind of channel, as the JSON in a delivery's body.

They stand here and not with the channels, so that whoever has something to send need not know who sends it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from softswitch.outbox.model import Delivery, Refused

Message = TypeVar("Message")


class Attachment(msgspec.Struct, frozen=True):
    """A file that goes with a mail: ``path`` below the line's folder, ``name`` as the reader sees it.

    ``type`` is a media type, ``audio/wav``; "" for what the name says.
    """

    path: str
    name: str = ""
    type: str = ""


class Mail(msgspec.Struct, frozen=True):
    """A mail. ``written`` is when, ISO 8601: a second try is the same letter, octet for octet.

    ``only`` is the one of ``to`` who gets this copy, "" for all of them; see :func:`mails`.
    """

    to: tuple[str, ...]
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    written: str = ""
    only: str = ""


class Sms(msgspec.Struct, frozen=True):
    """A text message to one number, in any spelling."""

    to: str
    text: str


class Dropped(msgspec.Struct, frozen=True, tag="recording"):
    """A recording to be put on a server: ``path`` below the folder of recordings, and the content's hash.

    ``values`` fill the drop's name template: ``date``, ``time``, ``queue``, ``agent``, ``caller``,
    ``called``, ``call``, ``recording`` and ``format``; what is missing becomes ``none``. ``listed_by`` is
    when the list of what is there follows by itself, ISO 8601: what comes later brings the list with it.
    """

    path: str
    sha256: str
    values: dict[str, str]
    listed_by: str = ""


class ManifestDue(msgspec.Struct, frozen=True, tag="manifest"):
    """The lists of what was dropped on this day (``2026-01-05``) are to be put beside it."""

    day: str


class Withdrawn(msgspec.Struct, frozen=True, tag="erased"):
    """A recording was erased here, ``why``, and is to be taken away there, too; ``values`` as of Dropped."""

    sha256: str
    values: dict[str, str]
    why: str
    listed_by: str = ""


class Notice(msgspec.Struct, frozen=True):
    """A webhook's message: ``id`` is its own for ever, the same when it is sent again years later.

    ``payload`` is the JSON text that is signed and sent as it is.
    """

    id: str
    payload: str


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that receivers of webhooks may be told of: ``kind`` is ``call.ended``, ``data`` plain JSON.

    ``about`` tells it from all others of its kind: the call's id where there is one of it a call.
    """

    kind: str
    about: str
    at: datetime
    call: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Receiver:
    """How a receiver stands: up to which number it is told, and when it said that it wants nothing more."""

    name: str
    last: int
    gone: datetime | None = None


class ErasedRecording(msgspec.Struct, frozen=True):
    """A recording was erased, ``why``: what is to be taken back from where it was dropped, or was to be.

    The fields are those that its copies go by; ``began`` is ISO 8601.
    """

    recording: str
    path: str
    sha256: str
    call: str
    began: str
    queue: str
    agent: str
    caller: str
    called: str
    part: int
    why: str


ERASURES = "recordings:erased"
"""The channel to which erased recordings are told: whatever process has erased them, the switch withdraws."""


def written(message: msgspec.Struct) -> str:
    """Return the body of a delivery."""
    return msgspec.json.encode(message).decode()


def read(body: str, kind: type[Message]) -> Message:
    """Return the message in a body; raise Refused where there is none, since it never will be better."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise Refused(f"the stored message is no {kind.__name__}: {error}") from error


def read_drop(body: str) -> Dropped | ManifestDue | Withdrawn:
    """Return what a drop is to do; raise Refused where the body does not say."""
    try:
        return msgspec.json.decode(body, type=Dropped | ManifestDue | Withdrawn)
    except msgspec.DecodeError as error:
        raise Refused(f"the stored message is none for a drop: {error}") from error


def mails(key: str, channel: str, mail: Mail) -> Sequence[Delivery]:
    """Return one delivery for each who is to get ``mail``.

    A server may take one address and put off another: apart, each is tried again alone and gets it once.
    """
    people = tuple(dict.fromkeys(mail.to))
    if len(people) < 2:
        return [Delivery(key, channel, written(mail))]
    return [
        Delivery(f"{key}:{person}", channel, written(msgspec.structs.replace(mail, only=person)))
        for person in people
    ]
