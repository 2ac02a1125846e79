"""The tracer: what passes is in the rings a moment later, without its secrets, and nobody waits for it."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest

from softswitch.clock import SystemClock
from softswitch.sip.hop import Hop
from softswitch.sip.signals import (
    DatagramReceived,
    SendFailed,
    StreamClosed,
    StreamOpened,
    StreamReceived,
    Transmit,
)
from softswitch.transport import trace
from softswitch.transport.ring import IN, OUT, UNSENT, Noted, read_ring
from softswitch.transport.trace import CALLS_RING, PHONES_RING, Tracer
from tests.fakes.patience import PATIENCE
from tests.transport.test_sorting import request, response

HOP = Hop("UDP", "192.0.2.7", 5062, "192.0.2.1", 5060)
STREAM = Hop("TCP", "192.0.2.7", 5062, "192.0.2.1", 5060, connection=4)
SIZE = 1 << 20


def kept(folder: Path, name: str = CALLS_RING) -> list[tuple[str, bytes]]:
    return [(noted.kind, noted.data) for noted in read_ring(folder / name)]


def test_what_passes_is_in_the_rings(tmp_path):
    clock = SystemClock()
    tracer = Tracer(tmp_path, SIZE, clock)
    before = clock.wall().timestamp()
    tracer.note(clock.monotonic(), DatagramReceived(HOP, request("INVITE")))
    tracer.note(clock.monotonic(), Transmit(HOP, response(100)))
    tracer.note(clock.monotonic(), Transmit(HOP, response(180)), False)
    tracer.note(clock.monotonic(), DatagramReceived(HOP, request("REGISTER")))
    tracer.note(clock.monotonic(), DatagramReceived(HOP, b"\r\n\r\n"))
    tracer.note(clock.monotonic(), SendFailed("key"))
    tracer.close()
    assert kept(tmp_path) == [(IN, request("INVITE")), (OUT, response(100)), (UNSENT, response(180))]
    assert kept(tmp_path, PHONES_RING) == [(IN, request("REGISTER"))]
    times = [noted.at for noted in read_ring(tmp_path / CALLS_RING)]
    assert before - 0.01 <= times[0] <= times[-1] <= clock.wall().timestamp() + 0.01


def test_a_stream_is_kept_as_messages(tmp_path):
    tracer = Tracer(tmp_path, SIZE, SystemClock())
    invite, bye = request("INVITE", body=b"v=0"), request("BYE")
    whole = invite + bye
    tracer.note(0.0, StreamOpened(4))
    tracer.note(0.0, StreamReceived(STREAM, whole[:30]))
    tracer.note(0.0, StreamReceived(STREAM, whole[30:-10]))
    tracer.note(0.0, StreamReceived(STREAM, whole[-10:]))
    tracer.note(0.0, StreamReceived(STREAM, whole[:30]))
    tracer.note(0.0, StreamClosed(4))
    tracer.note(
        0.0, StreamReceived(STREAM, bye)
    )  # Another stream by the same number: no half of the old one.
    tracer.close()
    assert [data for _, data in kept(tmp_path)] == [invite, bye, bye]


def test_no_secret_reaches_the_disk_or_a_collector(tmp_path):
    told: list[Noted] = []
    tracer = Tracer(tmp_path, SIZE, SystemClock(), also=told.append)
    tracer.note(0.0, DatagramReceived(HOP, request("REGISTER", 'Authorization: Digest response="5ecre7"')))
    tracer.note(0.0, DatagramReceived(HOP, request("INFO", body=b"Signal=5ecre7")))
    tracer.close()
    assert len(told) == 2
    assert all(b"5ecre7" not in noted.data for noted in told)
    assert all(b"5ecre7" not in (tmp_path / name).read_bytes() for name in (CALLS_RING, PHONES_RING))


def test_it_is_written_while_the_switch_runs(tmp_path):
    written = threading.Event()
    tracer = Tracer(tmp_path, SIZE, SystemClock(), also=lambda noted: written.set())
    tracer.note(0.0, DatagramReceived(HOP, request("INVITE")))
    assert written.wait(5.0)
    assert kept(tmp_path) == [(IN, request("INVITE"))]
    written.clear()
    tracer.note(0.0, Transmit(HOP, response(200)))
    assert written.wait(5.0)
    assert len(kept(tmp_path)) == 2
    tracer.close()


def test_a_disk_that_stands_still_costs_messages_and_no_memory(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(trace, "MOST_WAITING", 5)
    blocked, entered = threading.Event(), threading.Event()

    def block(noted: Noted) -> None:
        entered.set()
        blocked.wait(5.0)

    tracer = Tracer(tmp_path, SIZE, SystemClock(), also=block)
    tracer.note(0.0, DatagramReceived(HOP, request("INVITE")))
    assert entered.wait(5.0)
    for _ in range(9):
        tracer.note(0.0, DatagramReceived(HOP, request("BYE")))
    blocked.set()
    with caplog.at_level(logging.ERROR):
        tracer.close()
    assert len(kept(tmp_path)) == 6
    assert "left out of the trace, as the disk is too slow: 4" in caplog.text


def test_a_full_disk_is_told_once_and_the_trace_goes_on_later(tmp_path, caplog, monkeypatch):
    tracer = Tracer(tmp_path, SIZE, SystemClock(), also=lambda noted: written.set())
    written, full = threading.Event(), True
    refused = threading.Semaphore(0)
    write = tracer._calls.write

    def try_to_write(records):
        if full and records:
            refused.release()
            raise OSError(28, "No space left on device")
        write(records)

    monkeypatch.setattr(tracer._calls, "write", try_to_write)
    for _ in range(2):
        tracer.note(0.0, DatagramReceived(HOP, request("INVITE")))
        assert refused.acquire(timeout=PATIENCE)
    full = False
    tracer.note(0.0, DatagramReceived(HOP, request("BYE")))
    assert written.wait(5.0)
    tracer.close()
    assert [data for _, data in kept(tmp_path)] == [request("BYE")]
    assert caplog.text.count("cannot be written: No space left on device") == 1


def test_a_fault_costs_one_batch(tmp_path, caplog):
    seen = threading.Semaphore(0)

    def stumble(noted: Noted) -> None:
        seen.release()
        raise ValueError("stumbled")

    tracer = Tracer(tmp_path, SIZE, SystemClock(), also=stumble)
    for _ in range(2):
        tracer.note(0.0, DatagramReceived(HOP, request("INVITE")))
        assert seen.acquire(timeout=PATIENCE)
    tracer.close()
    assert caplog.text.count("a part of the trace is lost") == 2


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "trace").write_text("in the way")
    with pytest.raises(OSError, match="trace"):
        Tracer(tmp_path / "trace", SIZE, SystemClock())
