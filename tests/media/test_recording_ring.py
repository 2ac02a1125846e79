"""The ring between two processes, both sides in one."""

from __future__ import annotations

import os

import numpy as np
import pytest

from media.g711 import FRAME
from media.recording_ring import (
    COMMAND,
    FRAMES,
    PLACES,
    Frames,
    RingReader,
    RingWriter,
    frames_size,
    read_frames,
    write_frames,
)


class Ring:
    """Both ends; the reader has descriptors of its own, as another process would."""

    def __init__(self, size):
        self.writer = RingWriter(size)
        self.reader = RingReader(*(os.dup(descriptor) for descriptor in self.writer.descriptors))

    def put(self, octets: bytes, *, spare: int = 0) -> bool:
        room = self.writer.reserve(COMMAND, len(octets), spare=spare)
        if room is None:
            return False
        room[:] = np.frombuffer(octets, np.uint8)
        self.writer.publish()
        return True

    def take(self) -> list[bytes]:
        return [octets.tobytes() for _, octets in self.reader.records()]


@pytest.fixture
def make():
    rings = []

    def make(size=1024):
        rings.append(Ring(size))
        return rings[-1]

    yield make
    for ring in rings:
        ring.writer.close()
        ring.reader.close()


def test_records_come_in_order_and_once(make):
    ring = make()
    assert ring.take() == []
    assert ring.put(b"one")
    assert ring.put(b"")
    assert ring.put(b"three" * 4)
    assert ring.take() == [b"one", b"", b"three" * 4]
    assert ring.take() == []


def test_any_sizes_pass_in_one_piece_many_times_round(make):
    ring, random = make(1024), np.random.default_rng(3)
    sent, received = [], []
    for _ in range(2000):
        octets = random.bytes(int(random.integers(0, 300)))
        if not ring.put(octets):
            received += ring.take()
            assert ring.put(octets)
        sent.append(octets)
    received += ring.take()
    assert received == sent


def test_what_is_reserved_and_not_published_is_nothing(make):
    ring = make()
    assert ring.writer.reserve(COMMAND, 100) is not None
    assert ring.take() == []
    assert ring.put(b"later")
    assert ring.take() == [b"later"]


def test_a_full_ring_refuses_and_takes_again_when_it_was_read(make):
    ring = make(256)
    assert ring.put(bytes(128))
    assert not ring.put(bytes(128), spare=1)
    assert ring.put(bytes(128))
    assert not ring.put(b"")
    assert len(ring.take()) == 2
    assert ring.put(bytes(256))


def test_room_before_what_waits_is_used(make):
    ring = make(320)
    assert ring.put(bytes(128))
    assert ring.put(b"second")
    records = ring.reader.records()
    assert [len(octets) for _, octets in (next(records), next(records))] == [128, 6]
    # The first is given back, the second is being read, and there is no room behind it.
    assert not ring.put(bytes(129))
    assert ring.put(bytes(128))
    assert ring.put(b"x" * 128)
    assert not ring.put(b"")
    assert list(records) == []
    assert ring.take() == [bytes(128), b"x" * 128]


def test_more_than_the_ring_is_never_taken(make):
    assert not make(256).put(bytes(257))


def test_more_records_than_places_are_never_taken(make):
    ring = make(PLACES * 128)
    assert sum(ring.put(b"x") for _ in range(PLACES + 5)) == PLACES
    assert len(ring.take()) == PLACES
    ring.put(b"again")
    assert ring.writer.reserve(COMMAND, 1, places=PLACES - 1) is None
    assert ring.writer.reserve(COMMAND, 1, places=PLACES - 2) is not None


def test_the_same_memory_serves_while_the_reader_keeps_up(make):
    ring = make(1 << 20)
    for _ in range(100):
        assert ring.put(bytes(1000))
        assert ring.put(b"x" * 1000)
        assert len(ring.take()) == 2
    assert not ring.writer._octets[32_000:].any()


def test_progress_of_the_reader_is_seen(make):
    ring = make()
    ring.put(b"one")
    assert (ring.writer.given_back(), ring.writer.waiting) == (0, 1)
    ring.take()
    assert (ring.writer.given_back(), ring.writer.waiting) == (1, 0)
    ring.put(b"two")
    ring.take()
    assert ring.writer.given_back() == 2


def test_what_a_dead_writer_published_is_read(make):
    ring = make()
    ring.put(b"last word")
    ring.writer.reserve(COMMAND, 50)
    del ring.writer._octets, ring.writer._places  # its memory is gone; its descriptors go with the fixture
    assert ring.take() == [b"last word"]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_frames_come_out_as_they_went_in(make, count):
    ring, random = make(4096), np.random.default_rng(count)
    frames = Frames(
        -7 + 2**40,
        random.integers(0, 2**60, count),
        random.integers(0, 2, count),
        random.integers(0, 256, (count, FRAME), np.uint8),
        random.integers(0, 256, (count, FRAME), np.uint8),
    )
    room = ring.writer.reserve(FRAMES, frames_size(count))
    write_frames(room, frames)
    ring.writer.publish()
    ((kind, octets),) = ring.reader.records()
    again = read_frames(octets)
    assert (kind, again.tick) == (FRAMES, frames.tick)
    for name in ("recordings", "law", "said", "heard"):
        assert (getattr(again, name) == getattr(frames, name)).all()
