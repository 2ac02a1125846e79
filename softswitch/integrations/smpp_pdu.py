"""SMPP 3.4 as octets: what a sender of text messages says and hears. Pure.

Section numbers are those of the SMPP Protocol Specification v3.4, Issue 1.2.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from softswitch.integrations.sms_text import EXTENSION_TABLE, GSM_TABLE, Size

HEADER: Final = struct.Struct("!IIII")
"""Length, command, status, sequence number (§3.2)."""
LARGEST: Final = 1 << 17
"""Octets of one PDU: a text is at most 64 KiB."""

VERSION: Final = 0x34
RESPONSE: Final = 0x80000000
DEFAULT_ALPHABET, UCS2 = 0x00, 0x08
"""data_coding (§5.2.19)."""
KIND_BITS: Final = 0x3C
RECEIPT: Final = 0x04
"""The kind of message in esm_class that is a delivery receipt (§5.2.12)."""
ESCAPE: Final = 0x1B

USER_MESSAGE_REFERENCE: Final = 0x0204
MESSAGE_PAYLOAD: Final = 0x0424
RECEIPTED_MESSAGE_ID: Final = 0x001E
"""Optional parameters (§5.3.2)."""
LONGEST_SHORT: Final = 254
"""Octets of short_message (§4.4.1); more goes into message_payload, whole, so that a message is never half
sent."""


class Command(IntEnum):
    """command_id of requests (§5.1.2.1)."""

    GENERIC_NACK = 0x80000000
    SUBMIT_SM = 0x00000004
    DELIVER_SM = 0x00000005
    UNBIND = 0x00000006
    BIND_TRANSCEIVER = 0x00000009
    ENQUIRE_LINK = 0x00000015


class Status(IntEnum):
    """command_status as far as it matters here (§5.1.3)."""

    OK = 0x00
    INVALID_COMMAND = 0x03
    SYSTEM_ERROR = 0x08
    QUEUE_FULL = 0x14
    THROTTLED = 0x58
    TEMPORARY = 0x64
    UNKNOWN = 0xFF


LATER: Final = frozenset(
    {Status.SYSTEM_ERROR, Status.QUEUE_FULL, Status.THROTTLED, Status.TEMPORARY, Status.UNKNOWN}
)
"""What passes by itself."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One message of the protocol."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def octets(self) -> bytes:
        """Return it as it is sent."""
        return HEADER.pack(HEADER.size + len(self.body), self.command, self.status, self.sequence) + self.body


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message: its id there, and a word such as ``DELIVRD`` or ``UNDELIV`` (appendix B)."""

    message: str
    state: str


def length_of(header: bytes) -> int:
    """Return how many octets follow a header; raise ValueError for a length that cannot be."""
    length = HEADER.unpack(header)[0]
    if not HEADER.size <= length <= LARGEST:
        raise ValueError(f"a PDU of {length} octets")
    return int(length) - HEADER.size


def read_pdu(header: bytes, body: bytes) -> Pdu:
    """Return the PDU that octets hold."""
    _, command, status, sequence = HEADER.unpack(header)
    return Pdu(command, status, sequence, body)


def bind(sequence: int, system_id: str, password: str, system_type: str) -> Pdu:
    """Return bind_transceiver (§4.1.5)."""
    body = _text(system_id, 16) + _text(password, 9) + _text(system_type, 13) + bytes([VERSION, 0, 0]) + b"\0"
    return Pdu(Command.BIND_TRANSCEIVER, 0, sequence, body)


def submit(sequence: int, sender: str, number: str, text: str, size: Size, reference: int) -> Pdu:
    """Return submit_sm (§4.4.1) with a wish for a receipt; ``reference`` has 16 bits."""
    coding, content = encoded(text, size.alphabet)
    short = content if len(content) <= LONGEST_SHORT and size.parts == 1 else b""
    fields = (
        b"\0",  # service_type
        _address(sender),
        _address(number),
        bytes([0, 0, 0]),  # esm_class, protocol_id, priority_flag
        b"\0\0",  # schedule_delivery_time, validity_period
        bytes(
            [1, 0, coding, 0]
        ),  # registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id
        bytes([len(short)]),
        short,
        _optional(USER_MESSAGE_REFERENCE, struct.pack("!H", reference)),
        b"" if short else _optional(MESSAGE_PAYLOAD, content),
    )
    return Pdu(Command.SUBMIT_SM, 0, sequence, b"".join(fields))


def answer(request: Pdu, status: int = Status.OK) -> Pdu:
    """Return the response to a request of the other side; that to deliver_sm names no message (§4.6.2)."""
    body = b"\0" if request.command == Command.DELIVER_SM else b""
    return Pdu(request.command | RESPONSE, status, request.sequence, body)


def message_id(response: Pdu) -> str:
    """Return what the other side calls a message it took (§4.4.2)."""
    return response.body.partition(b"\0")[0].decode("ascii", "replace")[:65]


def receipt(delivered: Pdu) -> Receipt | None:
    """Return what a deliver_sm says about a message of ours, None for one that is somebody's message."""
    try:
        return _receipt(delivered.body)
    except (IndexError, ValueError):
        return None


def encoded(text: str, alphabet: str) -> tuple[int, bytes]:
    """Return data_coding and the octets of a text: GSM 7 bit unpacked, or UCS-2."""
    if alphabet == "ucs2":
        return UCS2, text.encode("utf-16-be", "replace")
    octets = bytearray()
    for sign in text:
        if sign in EXTENSION_TABLE:
            octets += bytes([ESCAPE, EXTENSION_TABLE[sign]])
        else:
            octets.append(GSM_TABLE.index(sign))
    return DEFAULT_ALPHABET, bytes(octets)


def _receipt(body: bytes) -> Receipt | None:
    # service_type, then two addresses of type, plan and text, then esm_class (§4.6.1).
    place = _after_text(body, 0)
    for _ in range(2):
        place = _after_text(body, place + 2)
    if body[place] & KIND_BITS != RECEIPT:
        return None
    # protocol_id and priority_flag, two times as text, then four octets of flags.
    place = _after_text(body, _after_text(body, place + 3)) + 4
    end = place + 1 + body[place]
    words = dict(part.split(b":", 1) for part in body[place + 1 : end].split() if part.count(b":") == 1)
    named = _parameters(body[end:]).get(RECEIPTED_MESSAGE_ID, b"").partition(b"\0")[0]
    return Receipt(_shown(named or words.get(b"id", b""), 65), _shown(words.get(b"stat", b"?"), 10))


def _after_text(octets: bytes, place: int) -> int:
    """Return what comes after the C-octet string at ``place``; raise ValueError where it has no end."""
    return octets.index(b"\0", place) + 1


def _shown(octets: bytes, longest: int) -> str:
    return octets.decode("ascii", "replace")[:longest]


def _parameters(octets: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while len(octets) >= 4:
        tag, length = struct.unpack_from("!HH", octets)
        found[tag] = octets[4 : 4 + length]
        octets = octets[4 + length :]
    return found


def _text(text: str, longest: int) -> bytes:
    """Return a C-octet string; ``longest`` counts its end (§3.1)."""
    return text.encode("ascii", "replace").replace(b"\0", b"?")[: longest - 1] + b"\0"


def _address(text: str) -> bytes:
    """Return type of number, numbering plan, and the address (§5.2.5, §5.2.6)."""
    digits = text.removeprefix("+")
    if text.startswith("+") and digits.isdecimal():
        return bytes([1, 1]) + _text(digits, 21)
    if digits.isdecimal():
        return bytes([0, 1]) + _text(digits, 21)
    return bytes([5, 0]) + _text(text, 21)


def _optional(tag: int, value: bytes) -> bytes:
    return struct.pack("!HH", tag, len(value)) + value
