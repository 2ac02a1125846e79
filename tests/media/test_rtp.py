"""Headers by the column against headers by the packet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import rtp
from tests.fakes.rtp import batch_of

WORD = st.integers(0, 0xFFFF_FFFF)
HEADERS = st.fixed_dictionaries(
    {
        "payload_type": st.integers(0, 127).filter(lambda kind: not 72 <= kind <= 79),
        "sequence": st.integers(0, 0xFFFF),
        "timestamp": WORD,
        "ssrc": WORD,
        "marker": st.booleans(),
    }
)
PLAIN = {"payload_type": 8, "sequence": 1, "timestamp": 2, "ssrc": 3}


def parsed(*packets: bytes) -> tuple[rtp.Packets, list[bytes]]:
    """Parse packets, row by their place; return the columns and the payloads behind them."""
    batch = batch_of(enumerate(packets))
    columns = rtp.parse(batch.slots, batch.row, batch.length)
    ends = (rtp.HEADER + columns.size).tolist()
    payloads = [batch.slots[at, rtp.HEADER : end].tobytes() for at, end in zip(columns.at, ends, strict=True)]
    return columns, payloads


def with_first(packet: bytes, first: int) -> bytes:
    return bytes([first]) + packet[1:]


@given(st.lists(st.tuples(HEADERS, st.binary(max_size=rtp.SLOT - rtp.HEADER)), max_size=12))
def test_what_was_built_is_parsed(sent):
    columns, payloads = parsed(*(rtp.build(payload, **header) for header, payload in sent))
    assert columns.row.tolist() == list(range(len(sent)))
    for name in ("payload_type", "sequence", "timestamp", "ssrc", "marker"):
        assert getattr(columns, name).tolist() == [header[name] for header, _ in sent]
    assert payloads == [payload for _, payload in sent]


@given(st.lists(HEADERS, min_size=1, max_size=6), st.data())
def test_what_is_written_by_the_column_is_what_is_built(headers, data):
    packets = np.zeros((8, rtp.PACKET), np.uint8)
    packets[:, rtp.HEADER :] = np.arange(8)[:, None]
    rows = np.array(data.draw(st.permutations(range(8)))[: len(headers)], np.int64)
    untouched = sorted(set(range(8)) - set(rows.tolist()))

    def column(name, kind=np.int64):
        return np.array([header[name] for header in headers], kind)

    rtp.write_headers(
        packets,
        rows,
        marker=column("marker", np.bool_),
        payload_type=column("payload_type"),
        # The engine counts on without end; only the low bits travel.
        sequence=column("sequence") + (1 << 16),
        timestamp=column("timestamp") + (1 << 32),
        ssrc=column("ssrc"),
    )
    for row, header in zip(rows.tolist(), headers, strict=True):
        assert packets[row].tobytes() == rtp.build(bytes([row]) * 160, **header)
    assert not packets[untouched, : rtp.HEADER].any()


@given(
    payload=st.binary(max_size=160),
    sources=st.lists(WORD, max_size=15),
    extension=st.none() | st.lists(WORD, max_size=20),
    padding=st.integers(0, 40),
)
def test_contributing_sources_extension_and_padding_are_stripped(payload, sources, extension, padding):
    packet = rtp.build(payload, **PLAIN)
    first = 0x80 | len(sources) | (0x10 if extension is not None else 0) | (0x20 if padding else 0)
    head = with_first(packet[: rtp.HEADER], first)
    body = b"".join(source.to_bytes(4, "big") for source in sources)
    if extension is not None:
        body += b"\xbe\xde" + len(extension).to_bytes(2, "big")
        body += b"".join(word.to_bytes(4, "big") for word in extension)
    tail = bytes(padding - 1) + bytes([padding]) if padding else b""
    columns, payloads = parsed(packet, head + body + payload + tail, packet)
    assert payloads == [packet[rtp.HEADER :], payload, packet[rtp.HEADER :]]
    assert columns.sequence.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\x80",
        rtp.build(b"", **PLAIN)[:11],
        with_first(rtp.build(b"", **PLAIN), 0x8F),  # 15 sources announced, none there
        with_first(rtp.build(b"\x00" * 3, **PLAIN), 0x90),  # an extension cut short
        with_first(rtp.build(b"\xbe\xde\xff\xff" + bytes(8), **PLAIN), 0x90),  # an extension past the end
        with_first(rtp.build(bytes(8) + b"\x15", **PLAIN), 0xA0),  # more padding than packet
        with_first(rtp.build(b"x" * 160, **PLAIN), 0x00),  # STUN, DTLS: version 0
        with_first(rtp.build(b"x" * 160, **PLAIN), 0x40),
        with_first(rtp.build(b"x" * 160, **PLAIN), 0xC0),
        b"\r\n\r\n",
        b"OPTIONS sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9\r\n\r\n",
    ],
)
def test_what_is_no_rtp_is_left_out(broken):
    good = rtp.build(b"good", **PLAIN)
    columns, payloads = parsed(good, broken, good)
    assert columns.row.tolist() == [0, 2]
    assert payloads == [b"good", b"good"]


@pytest.mark.parametrize("kind", range(200, 208))
def test_control_packets_on_the_same_port_are_left_out(kind):
    report = bytes([0x80, kind]) + (6).to_bytes(2, "big") + bytes(24)
    assert parsed(report)[0].row.tolist() == []


def test_telephone_events_are_no_control_packets():
    # The marker makes 101 look like 229; only 72-79 are given up to RTCP (RFC 5761 §4).
    assert parsed(rtp.build(b"1234", **(PLAIN | {"payload_type": 101}), marker=True))[0].row.tolist() == [0]


@given(st.lists(st.binary(max_size=rtp.SLOT), max_size=20))
def test_noise_never_raises_nor_leaves_its_slot(noise):
    columns, _ = parsed(*noise)
    assert (columns.size >= 0).all()
    assert (columns.size + rtp.HEADER <= rtp.SLOT).all()


def test_only_keeps_all_columns_together():
    columns, _ = parsed(*(rtp.build(b"ab" * number, **(PLAIN | {"sequence": number})) for number in range(4)))
    odd = columns.only(columns.sequence % 2 == 1)
    assert (odd.row.tolist(), odd.sequence.tolist(), odd.size.tolist()) == ([1, 3], [1, 3], [2, 6])
    assert columns.only(columns.ssrc == 3) is columns


@given(WORD, st.integers(-(1 << 31), (1 << 31) - 1))
def test_wrapping_does_not_show_in_differences_of_stamps(start, step):
    assert rtp.signed32(((start + step) & 0xFFFF_FFFF) - start) == step


@given(st.integers(0, 0xFFFF), st.integers(-(1 << 15), (1 << 15) - 1))
def test_wrapping_does_not_show_in_differences_of_sequence_numbers(start, step):
    later = np.array([(start + step) & 0xFFFF])
    assert rtp.signed16(later - start).tolist() == [step]
