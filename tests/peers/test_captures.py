"""The captures SIPp replays hold what they claim: read back byte by byte."""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path

import pytest

from tests.peers.captures import FRAME_SAMPLES, PCMU, TELEPHONE_EVENT, Keys, press, speak, write_pcap
from tests.peers.sounds import key_frequencies, key_tones, mu_law, tone


def events(keys: Keys) -> list[tuple[int, bool, int, int, bool]]:
    """Return (event, end, duration, timestamp, marker) of each telephone-event packet."""
    rows = []
    for packet in press(keys):
        if packet.payload_type == TELEPHONE_EVENT:
            event, flags, duration = struct.unpack("!BBH", packet.payload)
            rows.append((event, bool(flags & 0x80), duration, packet.timestamp, packet.marker))
    return rows


def test_a_key_is_one_event_with_three_ends() -> None:
    rows = events(Keys("5"))
    assert [row[0] for row in rows] == [5] * 8
    assert [row[1] for row in rows] == [False] * 5 + [True] * 3
    assert [row[2] for row in rows] == [160, 320, 480, 640, 800, 800, 800, 800]
    assert len({row[3] for row in rows}) == 1
    assert [row[4] for row in rows] == [True] + [False] * 7


def test_every_key_has_its_code() -> None:
    codes = list(dict.fromkeys(row[0] for row in events(Keys("1234567890*#ABCD"))))
    assert codes == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 10, 11, 12, 13, 14, 15]


@pytest.mark.parametrize(
    ("keys", "marked", "ends"),
    [
        (Keys("12", lose_first=True), 0, 6),
        (Keys("12", lose_ends=2), 2, 2),
        (Keys("12", first_has_marker=False), 0, 6),
    ],
)
def test_what_the_network_loses_is_missing(keys: Keys, marked: int, ends: int) -> None:
    rows = events(keys)
    assert sum(row[4] for row in rows) == marked
    assert sum(row[1] for row in rows) == ends


def test_lost_packets_leave_a_gap_in_the_sequence() -> None:
    sequences = [packet.sequence for packet in press(Keys("1", lose_first=True))]
    assert [after - before for before, after in pairwise(sequences)].count(2) == 1


def test_repeated_keys_are_events_of_their_own() -> None:
    assert len({row[3] for row in events(Keys("11"))}) == 2


def test_audio_runs_in_20_ms_steps() -> None:
    packets = speak(tone(440, 1))
    assert {packet.payload_type for packet in packets} == {PCMU}
    assert {len(packet.payload) for packet in packets} == {FRAME_SAMPLES}
    assert all(b.timestamp - a.timestamp == FRAME_SAMPLES for a, b in pairwise(packets))
    assert all(b.at - a.at == pytest.approx(0.02) for a, b in pairwise(packets))


def test_the_file_is_a_pcap_with_our_packets(tmp_path: Path) -> None:
    packets = press(Keys("7"))
    data = write_pcap(tmp_path / "seven.pcap", packets).read_bytes()
    assert struct.unpack("<IHHiIII", data[:24]) == (0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    place, read = 24, []
    while place < len(data):
        _seconds, _micros, kept, whole = struct.unpack("<IIII", data[place : place + 16])
        assert kept == whole
        read.append(data[place + 16 : place + 16 + kept][42:])
        place += 16 + kept
    assert read == [packet.to_bytes() for packet in packets]


def test_mu_law_of_known_values() -> None:
    # ITU-T G.711 table 2: zero is 0xFF, the loudest positive and negative values 0x80 and 0x00.
    assert mu_law(tone(0, 0.001)) == b"\xff" * 8
    assert mu_law(key_tones("", on=0, off=0)) == b""
    assert mu_law(tone(2000, 0.001, level=1.0))[1::4] == b"\x80\x80"
    assert mu_law(tone(2000, 0.001, level=1.0))[3::4] == b"\x00\x00"


def test_keys_have_their_frequencies() -> None:
    assert key_frequencies("1") == (697.0, 1209.0)
    assert key_frequencies("#") == (941.0, 1477.0)
    assert key_frequencies("D") == (941.0, 1633.0)
    with pytest.raises(ValueError, match="no such key"):
        key_frequencies("x")
