"""The ring: what is in it after any number of rounds, after a kill, and while it is being written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.sip.hop import Hop
from softswitch.transport.ring import (
    BLOCK,
    IN,
    LONGEST,
    OUT,
    Noted,
    RingWriter,
    change_ring,
    pack,
    read_ring,
    unpack,
)

ROOT = Path(__file__).resolve().parents[2]
HOP = Hop("UDP", "192.0.2.7", 5062, "192.0.2.1", 5060)


def note(number: int, size: int = 0) -> Noted:
    return Noted(float(number), OUT, HOP, b"%08d" % number + b"x" * size)


def numbers(path: Path, needle: bytes = b"") -> list[int]:
    return [int(noted.data[:8]) for noted in read_ring(path, needle)]


@given(
    at=st.integers(0, 2**50).map(lambda micros: micros / 1e6),
    kind=st.sampled_from([IN, OUT]),
    hop=st.builds(
        Hop,
        transport=st.sampled_from(["UDP", "TCP", "TLS", "WS", "WSS"]),
        host=st.ip_addresses().map(str),
        port=st.integers(0, 65535),
        local_host=st.ip_addresses().map(str),
        local_port=st.integers(0, 65535),
    ),
    data=st.binary(max_size=2000),
)
def test_a_record_comes_back_as_it_was(at, kind, hop, data):
    back = unpack(pack(Noted(at, kind, hop, data)))
    assert (back.kind, back.hop, back.data) == (kind, hop, data)
    assert back.at == pytest.approx(at, abs=1e-6)


@given(st.binary(max_size=60))
def test_what_is_no_record_is_refused(data):
    try:
        unpack(data)
    except ValueError:
        return
    assert len(data) >= 10


def test_a_message_that_is_too_long_is_cut():
    assert len(unpack(pack(note(1, size=LONGEST + 5))).data) == LONGEST


def test_records_come_back_in_order(tmp_path):
    ring = RingWriter(tmp_path / "ring", 4 * BLOCK)
    ring.write([pack(note(number)) for number in range(5)])
    ring.write([])
    ring.write([pack(note(5))])
    ring.close()
    assert numbers(tmp_path / "ring") == [0, 1, 2, 3, 4, 5]
    assert numbers(tmp_path / "ring", b"00000003") == [3]


@settings(max_examples=20, deadline=None)
@given(
    sizes=st.lists(st.integers(0, LONGEST - 8), min_size=1, max_size=40),
    batch=st.integers(1, 7),
    starts=st.sets(st.integers(0, 40)),
)
def test_after_any_rounds_the_newest_are_there_and_nothing_else(tmp_path_factory, sizes, batch, starts):
    """The file never grows; what is read is one unbroken run that ends with the last record."""
    path = tmp_path_factory.mktemp("rings") / "ring"
    ring = RingWriter(path, 3 * BLOCK)
    notes = [note(number, size) for number, size in enumerate(sizes)]
    for begin in range(0, len(notes), batch):
        ring.write([pack(one) for one in notes[begin : begin + batch]])
        if begin in starts:  # A restart goes on in the same file.
            ring.close()
            ring = RingWriter(path, 3 * BLOCK)
    ring.close()
    kept = list(read_ring(path))
    assert path.stat().st_size == 3 * BLOCK
    assert [one.data for one in kept] == [one.data for one in notes[len(notes) - len(kept) :]]
    assert len(kept) >= 1
    assert (
        len(kept) == len(notes) or len(starts) > 1 or sum(map(len, (one.data for one in kept))) > BLOCK // 2
    )


def test_another_size_keeps_what_fits(tmp_path):
    ring = RingWriter(tmp_path / "ring", 2 * BLOCK)
    ring.write([pack(note(1))])
    ring.close()
    ring = RingWriter(tmp_path / "ring", 5 * BLOCK)
    ring.write([pack(note(2))])
    ring.close()
    assert numbers(tmp_path / "ring") == [1, 2]


def test_one_flipped_octet_ends_a_block_and_no_more(tmp_path):
    path = tmp_path / "ring"
    ring = RingWriter(path, 4 * BLOCK)
    ring.write([pack(note(number, size=60_000)) for number in range(6)])  # Two records fill a block.
    ring.close()
    with path.open("r+b") as file:
        file.seek(BLOCK + 70_000)
        file.write(b"y")
    assert numbers(path) == [0, 1, 2, 4, 5]


def test_a_file_of_something_else_holds_nothing(tmp_path):
    path = tmp_path / "ring"
    path.write_bytes(os.urandom(2 * BLOCK))
    assert numbers(path) == []
    ring = RingWriter(path, 2 * BLOCK)
    ring.write([pack(note(1))])
    ring.close()
    assert numbers(path) == [1]


def test_nobody_else_may_read_it(tmp_path):
    RingWriter(tmp_path / "ring", 2 * BLOCK).close()
    assert (tmp_path / "ring").stat().st_mode & 0o777 == 0o600


def test_a_killed_writer_leaves_all_it_had_written_and_a_reader_may_look_meanwhile(tmp_path):
    """Killed in the midst of writing, round after round; read by another process the whole time."""
    path = tmp_path / "ring"
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.transport.killed_tracer", str(path)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert writer.stdout is not None
    said = 0
    try:
        while said < 3000:  # Several rounds of the ring.
            said = int(writer.stdout.readline())
            if said % 96 == 95:
                found = numbers(path)
                assert found
                # Blocks that were begun anew while they were read are left out, and no more.
                assert found == sorted(set(found))
        writer.send_signal(signal.SIGKILL)
        said = max([said, *map(int, writer.stdout.read().split(b"\n")[:-1])])
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    kept = numbers(path)
    assert kept == list(range(kept[0], kept[-1] + 1))
    # What it was about to write when it was killed may be there too.
    assert said <= kept[-1] <= said + 8
    again = RingWriter(path, 3 * BLOCK)
    again.write([pack(note(kept[-1] + 1))])
    again.close()
    assert numbers(path)[-2:] == [kept[-1], kept[-1] + 1]


def test_messages_are_changed_where_they_lie_also_while_more_are_written(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    writer = RingWriter(path, 3 * BLOCK)
    writer.write([pack(note(number, 20_000)) for number in range(30)])
    before = numbers(path)
    changed = change_ring(path, lambda noted: noted.data.replace(b"00000028", b"99999999"))
    assert changed == 1
    assert numbers(path) == [99999999 if number == 28 else number for number in before]
    assert b"00000028" not in path.read_bytes()
    writer.write([pack(note(30))])
    assert numbers(path)[-3:] == [99999999, 29, 30]
    assert change_ring(path, lambda noted: noted.data) == 0
    writer.close()


def test_what_was_left_from_the_round_before_goes(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    writer = RingWriter(path, 2 * BLOCK)
    writer.write([pack(note(number, 30_000)) for number in range(8)])
    writer.write([pack(note(100, 20_000))])
    old = [number for number in range(1, 8) if number not in numbers(path)]
    assert any(b"%08d" % number in path.read_bytes() for number in old)
    change_ring(path, lambda noted: noted.data)
    assert not any(b"%08d" % number in path.read_bytes() for number in old)
    writer.close()


def test_a_change_that_moves_something_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    writer = RingWriter(path, 2 * BLOCK)
    writer.write([pack(note(1))])
    writer.close()
    with pytest.raises(ValueError, match="keeps its length"):
        change_ring(path, lambda noted: noted.data + b"x")
    assert numbers(path) == [1]
