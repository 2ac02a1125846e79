"""RTCP packets: reports, names and goodbyes, read and written (RFC 3550 §6, RFC 5506).

The sum of what an end knows of a call travels here every few seconds: how many packets it sent, how many
of the other's it missed, and a pair of stamps from which the way there and back is measured. Which datagrams
of a shared port are RTCP, :mod:`media.rtp` decides (RFC 5761 §4).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

LARGEST: Final = 1500
"""Octets of a compound packet that are read or written: RFC 3550 §6.1 keeps one within the path's MTU."""
MOST_ENTRIES: Final = 31
"""Blocks, chunks or sources of one packet: the count in its header has five bits."""
LONGEST_TEXT: Final = 255
"""Octets of a name or a reason: its length has eight bits (RFC 3550 §6.5)."""
MINIMUM_INTERVAL: Final = 5.0
"""Seconds between reports, in the mean before compensation (RFC 3550 §6.2); half of it before the first."""
COMPENSATION: Final = 1.21828
"""e − 3/2: intervals are divided by it, because reconsidering timers fire too rarely (RFC 3550 §6.3.1)."""
LONGEST_ROUND_TRIP: Final = 10.0
"""Seconds; nobody goes on talking over such a line, so more is a broken clock or a made-up stamp."""

SENDER_REPORT: Final = 200
RECEIVER_REPORT: Final = 201
SOURCE_DESCRIPTION: Final = 202
BYE: Final = 203
_TYPES: Final = range(192, 224)
"""Packet types that begin a compound: what RTCP has or may get; stray RTP shows others (RFC 5761 §4)."""

_VERSION: Final = 2
_PADDED: Final = 0x20
_COUNT: Final = 0x1F
_CNAME: Final = 1
_END: Final = 0

_HEADER: Final = struct.Struct(">BBH")
_WORD: Final = struct.Struct(">I")
_SENDER: Final = struct.Struct(">QIII")
_BLOCK: Final = struct.Struct(">6I")

_WORD_MASK: Final = 0xFFFF_FFFF
_MOST_LOST, _LEAST_LOST = 0x7F_FFFF, -0x80_0000
_NTP_EPOCH: Final = 2_208_988_800
"""Seconds from 1900, where NTP counts from, to 1970 (RFC 3550 §4)."""
_NTP_MASK: Final = (1 << 64) - 1
_SECOND: Final = 1 << 16
"""Units of a middle stamp in a second."""


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """How one source was heard, in the units of the wire (RFC 3550 §6.4.1).

    ``fraction`` of packets lost since the last report, in 1/256; ``lost`` packets in all, negative when
    duplicates outnumber losses; ``highest`` sequence number with its count of cycles above 16 bits;
    ``jitter`` in units of the RTP clock; ``last_sr`` the middle of the last sender report's NTP time,
    ``delay_since_sr`` in 1/65536 s, both 0 when no sender report came.
    """

    ssrc: int
    fraction: int
    lost: int
    highest: int
    jitter: int
    last_sr: int
    delay_since_sr: int


@dataclass(frozen=True, slots=True)
class SenderReport:
    """What a sender sent, and how it heard others: ``ntp`` 64 bits, ``timestamp`` the same time by RTP."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """How an end that sent nothing heard others (RFC 3550 §6.4.2)."""

    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """The canonical name of each source, as (SSRC, CNAME) pairs; other items are not kept."""

    chunks: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Bye:
    """Sources that leave, and why, if they said so (RFC 3550 §6.6)."""

    sources: tuple[int, ...]
    reason: str = ""


Packet: TypeAlias = SenderReport | ReceiverReport | SourceDescription | Bye


def parse(data: bytes) -> tuple[Packet, ...]:
    """Read a datagram: a compound packet or, by RFC 5506, a part of one. Raises nothing, whatever the bytes.

    Packets of types not known here (APP, feedback, extended reports) are passed over, as are a profile's
    additions behind the blocks. Where the datagram contradicts itself reading ends, and what stood before
    is returned: the checks of RFC 3550 appendix A.2, one packet after the other.
    """
    return tuple(_packets(data)) if len(data) <= LARGEST else ()


def _packets(data: bytes) -> Iterator[Packet]:
    at, end = 0, len(data)
    while at + _HEADER.size <= end:
        first, kind, words = _HEADER.unpack_from(data, at)
        follows = at + 4 * (words + 1)
        if first >> 6 != _VERSION or follows > end or (at == 0 and kind not in _TYPES):
            return
        body: bytes | None = data[at + _HEADER.size : follows]
        if first & _PADDED:
            # "padding should only be applied, if it is needed, to the last packet" (appendix A.2)
            body = _without_padding(body or b"") if follows == end else None
        if body is None:
            return
        reader = _READERS.get(kind)
        if reader is not None:
            packet = reader(body, first & _COUNT)
            if packet is None:
                return
            yield packet
        at = follows


def _without_padding(body: bytes) -> bytes | None:
    """Cut the padding off; None when its count, in the last octet, cannot be (RFC 3550 §6.4.1)."""
    padding = body[-1] if body else 0
    if padding == 0 or padding % 4 or padding > len(body):
        return None
    return body[: len(body) - padding]


def _read_sender_report(body: bytes, count: int) -> SenderReport | None:
    begin = _WORD.size + _SENDER.size
    blocks = _read_blocks(body, begin, count)
    if blocks is None:
        return None
    ntp, timestamp, packets, octets = _SENDER.unpack_from(body, _WORD.size)
    return SenderReport(_word(body, 0), ntp, timestamp, packets, octets, blocks)


def _read_receiver_report(body: bytes, count: int) -> ReceiverReport | None:
    blocks = _read_blocks(body, _WORD.size, count)
    return None if blocks is None else ReceiverReport(_word(body, 0), blocks)


def _read_blocks(body: bytes, begin: int, count: int) -> tuple[ReportBlock, ...] | None:
    end = begin + count * _BLOCK.size
    if end > len(body):
        return None
    return tuple(_read_block(body, at) for at in range(begin, end, _BLOCK.size))


def _read_block(body: bytes, at: int) -> ReportBlock:
    ssrc, loss, highest, jitter, last_sr, delay_since_sr = _BLOCK.unpack_from(body, at)
    lost = loss & 0xFF_FFFF
    if lost > _MOST_LOST:
        lost -= 1 << 24
    return ReportBlock(ssrc, loss >> 24, lost, highest, jitter, last_sr, delay_since_sr)


def _read_description(body: bytes, count: int) -> SourceDescription | None:
    chunks: list[tuple[int, str]] = []
    at = 0
    for _ in range(count):
        if at + _WORD.size > len(body):
            return None
        source = _word(body, at)
        items = _read_items(body, at + _WORD.size)
        if items is None:
            return None
        name, at = items
        if name is not None:
            chunks.append((source, name))
    return SourceDescription(tuple(chunks))


def _read_items(body: bytes, at: int) -> tuple[str | None, int] | None:
    """Read the items of a chunk; return its first CNAME, if any, and where the next chunk begins."""
    name: str | None = None
    # A last list without its closing null is taken: the lengths of its items say as much.
    while at < len(body) and body[at] != _END:
        text = _read_text(body, at + 1)
        if text is None:
            return None
        if body[at] == _CNAME and name is None:
            name = text
        at += 2 + body[at + 1]
    return name, 4 * (at // 4 + 1)


def _read_bye(body: bytes, count: int) -> Bye | None:
    end = count * _WORD.size
    if end > len(body):
        return None
    reason = _read_text(body, end) if end < len(body) else ""
    if reason is None:
        return None
    return Bye(tuple(_word(body, at) for at in range(0, end, _WORD.size)), reason)


def _read_text(body: bytes, at: int) -> str | None:
    """Read an octet count and as much UTF-8, bad octets replaced; None when the body is shorter."""
    if at >= len(body) or at + 1 + body[at] > len(body):
        return None
    return body[at + 1 : at + 1 + body[at]].decode("utf-8", "replace")


def _word(body: bytes, at: int) -> int:
    return int.from_bytes(body[at : at + 4], "big")


_READERS: Final[dict[int, Callable[[bytes, int], Packet | None]]] = {
    SENDER_REPORT: _read_sender_report,
    RECEIVER_REPORT: _read_receiver_report,
    SOURCE_DESCRIPTION: _read_description,
    BYE: _read_bye,
}
"""What reads the body of each packet type; given the count of its header, None when the two disagree."""


def build(packets: Iterable[Packet]) -> bytes:
    """Write a datagram; first a report, then the description, is the caller's part (RFC 3550 §6.1).

    Counters and stamps may go on without end, their low bits travel; measures too large for their field
    are sent as its extreme. Raises ValueError for an SSRC of more than 32 bits, more than
    :data:`MOST_ENTRIES` entries, a text over :data:`LONGEST_TEXT` octets or a datagram over :data:`LARGEST`.
    """
    data = b"".join(_written(packet) for packet in packets)
    if len(data) > LARGEST:
        raise ValueError(f"{len(data)} octets of RTCP do not fit into one datagram")
    return data


def _written(packet: Packet) -> bytes:
    match packet:
        case SenderReport(ssrc, ntp, timestamp, sent, octets, blocks):
            counts = (timestamp & _WORD_MASK, sent & _WORD_MASK, octets & _WORD_MASK)
            head = _source(ssrc) + _SENDER.pack(ntp & _NTP_MASK, *counts)
            return _framed(SENDER_REPORT, len(blocks), head + b"".join(map(_written_block, blocks)))
        case ReceiverReport(ssrc, blocks):
            body = _source(ssrc) + b"".join(map(_written_block, blocks))
            return _framed(RECEIVER_REPORT, len(blocks), body)
        case SourceDescription(chunks):
            # The null that ends a list is always there, so a full word grows by another (RFC 3550 §6.5).
            body = b"".join(_filled(_source(ssrc) + b"\1" + _text(name) + b"\0") for ssrc, name in chunks)
            return _framed(SOURCE_DESCRIPTION, len(chunks), body)
        case Bye(sources, reason):
            body = b"".join(map(_source, sources)) + (_filled(_text(reason)) if reason else b"")
            return _framed(BYE, len(sources), body)
        case _:
            assert_never(packet)


def _written_block(block: ReportBlock) -> bytes:
    # "it should be clamped at 0x7fffff for positive loss or 0x800000 for negative loss rather than
    # wrapping around" (RFC 3550 appendix A.3)
    lost = min(max(block.lost, _LEAST_LOST), _MOST_LOST) & 0xFF_FFFF
    loss = min(max(block.fraction, 0), 0xFF) << 24 | lost
    measures = (block.highest & _WORD_MASK, _clamped(block.jitter))
    stamps = (block.last_sr & _WORD_MASK, _clamped(block.delay_since_sr))
    return _BLOCK.pack(_checked(block.ssrc), loss, *measures, *stamps)


def _framed(kind: int, count: int, body: bytes) -> bytes:
    """Put the header before a body of whole words; its length is words less one, so the body's words."""
    if count > MOST_ENTRIES:
        raise ValueError(f"{count} entries in one RTCP packet, {MOST_ENTRIES} fit")
    return _HEADER.pack(_VERSION << 6 | count, kind, len(body) // 4) + body


def _source(ssrc: int) -> bytes:
    return _WORD.pack(_checked(ssrc))


def _checked(ssrc: int) -> int:
    if not 0 <= ssrc <= _WORD_MASK:
        raise ValueError(f"{ssrc} is no SSRC")
    return ssrc


def _text(text: str) -> bytes:
    octets = text.encode("utf-8", "replace")
    if len(octets) > LONGEST_TEXT:
        raise ValueError(f"{len(octets)} octets of text in RTCP, {LONGEST_TEXT} fit")
    return bytes((len(octets),)) + octets


def _filled(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)


def _clamped(value: int) -> int:
    return min(max(value, 0), _WORD_MASK)


def ntp_time(unix_seconds: float) -> int:
    """Return a wall-clock time as the 64 bits of NTP: seconds since 1900 above, their fraction below.

    The seconds wrap in 2036, as they should. Source: RFC 3550 §4.
    """
    seconds, fraction = divmod(unix_seconds, 1.0)
    return ((int(seconds) + _NTP_EPOCH << 32) + int(fraction * (1 << 32))) & _NTP_MASK


def middle(ntp: int) -> int:
    """Return the middle 32 of an NTP time's 64 bits, in 1/65536 s: the stamp that reports echo."""
    return ntp >> 16 & _WORD_MASK


def round_trip(arrived: int, block: ReportBlock) -> float | None:
    """Return the seconds there and back: A − LSR − DLSR, with ``arrived`` the middle NTP time A of arrival.

    None when the other end has seen no sender report of ours yet, or when the outcome cannot be true: below
    zero or over :data:`LONGEST_ROUND_TRIP`. Source: RFC 3550 §6.4.1.
    """
    if block.last_sr == 0:
        return None
    # The stamps wrap every 18 hours; below zero therefore shows as very long.
    seconds = ((arrived - block.last_sr - block.delay_since_sr) & _WORD_MASK) / _SECOND
    return seconds if seconds <= LONGEST_ROUND_TRIP else None


def interval(random: float, *, first: bool) -> float:
    """Return the seconds until the next report of a session of two; ``random`` is uniform in [0, 1).

    ``first`` is True while none was sent. Two reports of 128 octets at 5 % of 64 kbit/s could follow each
    other in 0.64 s, so the minimum always rules and the bandwidth never enters. Source: RFC 3550 §6.3.1.
    """
    minimum = MINIMUM_INTERVAL / 2 if first else MINIMUM_INTERVAL
    return minimum * (random + 0.5) / COMPENSATION
