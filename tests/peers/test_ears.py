"""Ears at the wire, held against what was sent to them."""

from __future__ import annotations

import socket
import struct

import numpy as np
import pytest

from tests.peers.captures import FRAME_SAMPLES, TELEPHONE_EVENT
from tests.peers.ears import MU_LAW, PCMU, Packet, ears, heard
from tests.peers.programs import LOOPBACK, PeerSilent, Ports
from tests.peers.sounds import mu_law, tone

STEP = 1 / 16
"""Of mu-law: no sample is further from what it stands for than this share of it, and the least step."""


def test_what_was_coded_is_heard_as_it_was() -> None:
    sound = tone(440.0, 0.1)
    again = MU_LAW[np.frombuffer(mu_law(sound), np.uint8)]
    assert np.all(np.abs(again - sound) <= STEP * np.abs(sound) + 0.001)


def test_frames_are_heard_where_their_timestamps_put_them() -> None:
    loud = mu_law(tone(440.0, 0.02))
    last = 0xFFFFFFFF - FRAME_SAMPLES + 1
    # The clock of the packets goes over its end, and the second of three is missing.
    packets = [Packet(0.0, PCMU, 1, last, loud), Packet(0.04, PCMU, 3, FRAME_SAMPLES, loud)]
    sound = heard(packets)
    assert len(sound) == 3 * FRAME_SAMPLES
    levels = np.abs(sound).reshape(3, FRAME_SAMPLES).max(axis=1)
    assert [level > 0.1 for level in levels] == [True, False, True]
    assert len(heard([])) == 0


def test_an_ear_tells_when_it_heard_and_answers_with_silence_and_keys() -> None:
    with ears(Ports()) as made, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch:
        switch.bind((LOOPBACK, 0))
        switch.settimeout(5.0)
        ear = made.take()
        with pytest.raises(PeerSilent, match="heard nothing"):
            ear.wait_until(lambda packet: True, seconds=0.0)
        frame = struct.pack("!BBHII", 0x80, PCMU, 7, 160, 1) + mu_law(tone(440.0, 0.02))
        switch.sendto(frame, (LOOPBACK, ear.port))
        packet = ear.wait_until(lambda packet: packet.sequence == 7)
        assert ear.since(packet.at - 0.001) == [packet]
        assert ear.since(packet.at) == []
        assert switch.recv(2048)[1] & 0x7F == PCMU
        ear.press("5")
        events = []
        while len(events) < 8:
            data = switch.recv(2048)
            if data[1] & 0x7F == TELEPHONE_EVENT:
                events.append((data[1] >> 7, data[12], data[13] >> 7))
        # Its beginning is marked, it grows, and its end is said three times (RFC 4733 section 2.5.1).
        assert events == [(1, 5, 0)] + [(0, 5, 0)] * 4 + [(0, 5, 1)] * 3
