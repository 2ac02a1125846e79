"""What the switch survives: the death of its media worker, a restart, ten thousand random datagrams."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest

from softswitch.events import (
    CallArrived,
    CallEnded,
    MediaWorkerDied,
    MediaWorkerStarted,
    PhoneRegistered,
)
from tests.peers import hearing, wire
from tests.peers.programs import LOOPBACK
from tests.peers.room import Room

pytestmark = pytest.mark.peers

ECHO = "600"
NEW_CALL_SECONDS = 2.0
"""The issue's measure: how soon after the worker's death a new call must work."""

CLEAR = 0.9
ECHO_SECONDS = 3.0
TORTURE_AT_LEAST = 49
"""The messages of RFC 4475; ours come on top."""

NOISE_SEED = 20071
NOISE_COUNT = 10_000
NOISE_BETWEEN_PROBES = 50
"""So few fit into the receive buffer of a socket together: the switch must read every one of them."""


@pytest.mark.punctual
def test_calls_end_with_a_reason_when_the_worker_is_killed(own_room: Room) -> None:
    line = own_room.line
    victim, next_caller = own_room.pjsua2("1001"), own_room.pjsua2("1002", speaks=700.0)
    victim.call(ECHO)
    call = line.call_from(victim.port)
    workers = {started.process_id for started in line.of_kind(MediaWorkerStarted)}
    assert workers
    killed_at = time.monotonic()
    for process_id in workers:
        os.kill(process_id, signal.SIGKILL)
    victim.expect("call", state="DISCONNECTED")
    next_caller.call(ECHO)
    assert time.monotonic() - killed_at < NEW_CALL_SECONDS
    recording = own_room.folder / "echo.wav"
    assert hearing.seconds_heard(hearing.read(next_caller.listen(recording, ECHO_SECONDS))) > 1.0
    ended = line.wait_event(CallEnded, call=call)
    assert (ended.result, ended.reason) == ("failed", "media_worker_died")
    assert line.wait_event(MediaWorkerDied).reason
    assert re.search(r"^Reason: .*media worker died", victim.log.read_text("latin-1"), re.MULTILINE)
    next_caller.hang_up()


def test_phones_stay_registered_through_a_restart(own_room: Room) -> None:
    line = own_room.line
    called = own_room.pjsua2("1002", speaks=700.0, answer=200)
    registrations = sum(event["event"] == "registration" for event in called.events())
    line.wait_event(PhoneRegistered, account="1002")
    line.stop()
    line.start_again()
    caller = own_room.pjsua2("1001", speaks=440.0)
    caller.call("1002")
    called.expect("call", state="CONFIRMED")
    heard = hearing.read(caller.listen(own_room.folder / "heard.wav", 2.0))
    assert hearing.share(heard, 700.0) > CLEAR
    assert sum(event["event"] == "registration" for event in called.events()) == registrations
    caller.hang_up()


def test_noise_changes_nothing(own_room: Room) -> None:
    line = own_room.line
    called = own_room.pjsua2("1002", speaks=700.0, answer=200)
    caller = own_room.pjsua2("1001", speaks=440.0)
    for phone in (called, caller):
        line.wait_event(PhoneRegistered, source=f"{LOOPBACK}:{phone.port}")
    before = line.events()
    sent = 0
    for part in range(NOISE_COUNT // NOISE_BETWEEN_PROBES):
        noise = wire.noise(NOISE_SEED + part, NOISE_BETWEEN_PROBES, server=line.server)
        sent += wire.pour(noise, line.port)
        assert wire.ask_options(line.port).startswith("SIP/2.0 200")
    assert sent == NOISE_COUNT
    caller.call("1002")
    # The log is numbered: nothing stands between what was before the noise and the call after it.
    call = line.call_from(caller.port)
    first_news = line.events()[len(before)]
    assert isinstance(first_news.event, CallArrived)
    assert first_news.call == call
    called.expect("call", state="CONFIRMED")
    heard = hearing.read(caller.listen(own_room.folder / "heard.wav", 2.0))
    assert hearing.share(heard, 700.0) > CLEAR
    caller.hang_up()


def test_n21_torture_leaves_the_switch_alive(own_room: Room) -> None:
    line = own_room.line
    caller = own_room.pjsua2("1001", speaks=440.0)
    messages = wire.torture()
    assert len(messages) > TORTURE_AT_LEAST
    for message in messages:
        wire.pour([message], line.port)
        assert wire.ask_options(line.port).startswith("SIP/2.0 200")
        wire.pour_stream(message, line.port)
    registered = [event.account for event in line.of_kind(PhoneRegistered)]
    assert registered == ["1001"]
    assert not line.of_kind(MediaWorkerDied)
    caller.call(ECHO)
    heard = hearing.read(caller.listen(own_room.folder / "echo.wav", ECHO_SECONDS))
    assert hearing.seconds_heard(heard) > 1.0
    caller.hang_up()
