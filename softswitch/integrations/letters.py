"""A mail as octets (RFC 5322, MIME): pure, and the same octets each time it is made of the same message.

The header lines are written here, not by the standard library, whose releases in use fold names with
letters beyond ASCII in ways that differ, some of them wrong. Nothing that a caller or customer supplies can
end a line.
"""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

LONGEST_ADDRESS: Final = 254
"""RFC 5321 §4.5.3.1.3 gives a path 256 octets, two of which are its brackets."""
LONGEST_LOCAL: Final = 64
"""RFC 5321 §4.5.3.1.1."""
LONGEST_SUBJECT: Final = 250
"""More is shown by no mail program, and a subject made of others' data must not grow for ever."""
LONGEST_NAME: Final = 120
"""Of a sender or a file: what file systems and mail programs bear."""

_ENCODED_OCTETS: Final = 42
"""Of text in one encoded word: 56 letters of base64 and 12 round them, under the 75 of RFC 2047 §2."""

_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
"""RFC 5322 §3.2.3: a dot-atom. Quoted local parts exist in standards alone."""
_LABEL: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\Z")
_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}\Z")
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9 ]+\Z")
_ID_SAFE: Final = re.compile(r"[^A-Za-z0-9_-]+")

UNKNOWN_TYPE: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class File:
    """An attached file as it is sent."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail is made of. Addresses are as :func:`address` returns them; ``key`` names it for ever."""

    key: str
    written: datetime
    sender: str
    sender_name: str
    to: Sequence[str]
    subject: str
    text: str
    html: str = ""
    reply_to: str = ""
    files: Sequence[File] = ()


def address(text: str) -> str:
    """Return a mail address as it is written on the wire; raise ValueError for what is none.

    A host with letters beyond ASCII is written by IDNA; such letters before the ``@`` are refused, since
    most servers cannot take them (RFC 6531).
    """
    local, at, host = text.strip().rpartition("@")
    if not at or not _LOCAL.match(local) or len(local) > LONGEST_LOCAL:
        raise ValueError(f"{text.strip()[:LONGEST_ADDRESS]!r} is no mail address such as anna@example.com")
    try:
        wire = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        wire = ""
    labels = wire.split(".")
    whole = f"{local}@{wire}"
    if not all(_LABEL.match(label) for label in labels) or len(whole) > LONGEST_ADDRESS:
        raise ValueError(f"{text.strip()[:LONGEST_ADDRESS]!r} is no mail address such as anna@example.com")
    return whole


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID of the mail with this key (RFC 5322 §3.6.4): the same at every try."""
    readable = _ID_SAFE.sub(".", key).strip(".")[:60].rstrip(".")
    digest = hashlib.sha256(key.encode()).hexdigest()[:24]
    return f"<{readable or 'mail'}.{digest}@{sender.rpartition('@')[2]}>"


def write(letter: Letter) -> bytes:
    """Return the mail as octets, lines ended by CRLF, all of them ASCII."""
    lines = [
        ("Date", format_datetime(letter.written)),
        ("From", _mailbox(letter.sender_name, letter.sender)),
        ("To", ",\r\n ".join(letter.to)),
        ("Message-ID", message_id(letter.key, letter.sender)),
        ("Subject", _words(one_line(letter.subject, LONGEST_SUBJECT))),
        # RFC 3834 §5: nobody's holiday notice answers a machine.
        ("Auto-Submitted", "auto-generated"),
    ]
    if letter.reply_to:
        lines.insert(3, ("Reply-To", letter.reply_to))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return head.encode("ascii") + _content(letter)


def one_line(text: str, longest: int) -> str:
    """Return a text without what could end a header line, or paint a reader's screen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:longest]


def _mailbox(name: str, wire: str) -> str:
    shown = one_line(name, LONGEST_NAME)
    if not shown:
        return wire
    return f'"{shown}" <{wire}>' if _PLAIN_NAME.match(shown) else f"{_encoded(shown)}\r\n <{wire}>"


def _words(text: str) -> str:
    """Return text for a header without structure: as it is, or encoded where letters or length ask for it."""
    plain = text.isascii() and len(text) <= LONGEST_LOCAL and "=?" not in text
    return text if plain else _encoded(text)


def _encoded(text: str) -> str:
    """Return text as encoded words of RFC 2047, folded."""
    pieces = [b""]
    for sign in text:
        octets = sign.encode("utf-8", "replace")
        # RFC 2047 §5: each word by itself holds whole characters.
        if len(pieces[-1]) + len(octets) > _ENCODED_OCTETS:
            pieces.append(b"")
        pieces[-1] += octets
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(piece).decode()}?=" for piece in pieces)


def _content(letter: Letter) -> bytes:
    body = EmailMessage(policy=SMTP)
    body.set_content(_text(letter.text), charset="utf-8", cte="quoted-printable")
    if letter.html:
        body.add_alternative(_text(letter.html), subtype="html", charset="utf-8", cte="quoted-printable")
    for file in letter.files:
        main, _, sub = _media_type(file).partition("/")
        name = one_line(file.name, LONGEST_NAME).replace("/", "_").replace("\\", "_") or "attachment"
        body.add_attachment(file.content, maintype=main, subtype=sub, filename=name)
    _mark_boundaries(body, letter.key)
    return body.as_bytes()


def _mark_boundaries(body: MIMEPart, key: str) -> None:
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    for place, part in enumerate(body.walk()):
        if part.is_multipart():
            # "=_" stands in no body, as all are quoted-printable or base64 (RFC 2045 §6.7).
            part.set_boundary(f"=_{place}_{digest}")


def _text(text: str) -> str:
    whole = "\n".join(text.splitlines())
    clean = "".join(sign for sign in whole if sign.isprintable() or sign in "\n\t\u00a0")
    return clean.encode("utf-8", "replace").decode() + "\n"


def _media_type(file: File) -> str:
    guessed = "" if file.type else mimetypes.guess_type(file.name)[0] or ""
    kind = file.type or guessed
    # Those two hold further parts, which octets are not.
    fits = _TYPE.match(kind) and not kind.startswith(("message/", "multipart/"))
    return kind if fits else UNKNOWN_TYPE
