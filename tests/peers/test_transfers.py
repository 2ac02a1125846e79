"""Phones of three makers transfer each other's calls: what those who are left hear, and that nobody else is.

Each speaks a tone of its own, far enough from the 425 Hz of ringing to be told apart.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from media.tones import PROGRESS_HZ
from softswitch.events import LegHeld, LegsBridged, TransferDone
from tests.peers import hearing
from tests.peers.baresip import Baresip
from tests.peers.linphonec import Linphonec
from tests.peers.room import Room
from tests.peers.sipp import demand
from tests.peers.sipp_phones import PHONES
from tests.peers.softphone import SoftPhone
from tests.peers.sounds import RATE, Samples

pytestmark = pytest.mark.peers

PJSUA2, BARESIP, LINPHONEC, THIRD = "1002", "1003", "1004", "1001"
PJSUA2_HZ, BARESIP_HZ, LINPHONEC_HZ = 600.0, 700.0, 1000.0

TALK_SECONDS = 1.0
RING_SECONDS = 1.4
"""The ringing tone sounds 1 s and pauses 4; what comes before it may still be of the talk."""
RINGING_AT_LEAST = 0.7
AFTER_SECONDS = 2.5
JUDGED_SECONDS = 1.5
"""The last of a talk after a transfer: when everything has long settled."""
END_SECONDS = 0.2
"""How long a recording may go on after the talk: the call's end is on its way."""


def pjsua2(room: Room, **settings: object) -> SoftPhone:
    return room.pjsua2(PJSUA2, speaks=PJSUA2_HZ, **settings)


def baresip(room: Room, *, answers: bool = False) -> Baresip:
    return room.baresip(BARESIP, speaks=BARESIP_HZ, answers=answers)


def linphonec(room: Room) -> Linphonec:
    return room.linphonec(LINPHONEC, speaks=LINPHONEC_HZ)


def end_of(path: Path) -> Samples:
    """Return the end of a recording that runs to the end of the call."""
    samples = hearing.read(path)
    last = len(samples) - round(END_SECONDS * RATE)
    return samples[max(0, last - round(JUDGED_SECONDS * RATE)) : last]


def assert_clear(samples: Samples, frequency: float) -> None:
    """Demand one tone, without a gap."""
    assert hearing.share(samples, frequency) > hearing.CLEAR
    assert hearing.seconds_of(samples, frequency) > 0.9 * len(samples) / RATE


def assert_hears(phone: SoftPhone, folder: Path, frequency: float) -> None:
    """Let them talk and demand that the phone hears the other clearly in the end."""
    assert_clear(end_of(phone.listen(folder / f"talk{frequency:g}.wav", AFTER_SECONDS)), frequency)


def assert_transferred(room: Room, call: str, target: str) -> None:
    """Demand that the log knows of one transfer, done, and of the talk that came of it."""
    done = room.line.wait_event(TransferDone, call=call)
    assert (done.target, done.done) == (target, True)
    assert len(room.line.of_kind(LegsBridged, call=call)) == 2


def identities(log: str) -> list[str]:
    """Return whom a phone's SIP log says it was told to be talking with, in order."""
    fields = [line for line in log.splitlines() if line.startswith("P-Asserted-Identity:")]
    return [field.partition("sip:")[2].partition("@")[0] for field in fields]


def test_pjsua2_transfers_linphonec_to_baresip(room: Room) -> None:
    stays, leaves, target = linphonec(room), pjsua2(room, answer=200), baresip(room)
    stays.call(PJSUA2)
    leaves.expect("call", state="CONFIRMED")
    leaves.do("pass_time", seconds=TALK_SECONDS)
    leaves.transfer(BARESIP)
    target.wait_event("CALL_INCOMING")
    leaves.do("pass_time", seconds=RING_SECONDS)
    target.command("accept")
    leaves.expect("transfer", code=200, final=True)
    leaves.expect("call", state="DISCONNECTED")
    leaves.do("pass_time", seconds=AFTER_SECONDS)
    target.command("hangup")
    stays.wait_over()
    assert hearing.seconds_of(hearing.read(stays.heard), PROGRESS_HZ) > RINGING_AT_LEAST
    assert_clear(end_of(stays.heard), BARESIP_HZ)
    assert_clear(end_of(target.recordings()[-1]), LINPHONEC_HZ)
    assert identities(stays.log_text())[-1] == BARESIP
    assert_transferred(room, room.line.call_from(stays.port), BARESIP)


def test_baresip_transfers_pjsua2_to_linphonec(room: Room) -> None:
    stays, leaves, target = pjsua2(room), baresip(room, answers=True), linphonec(room)
    stays.call(BARESIP)
    stays.do("pass_time", seconds=TALK_SECONDS)
    leaves.transfer(LINPHONEC)
    target.wait_incoming()
    ringing = hearing.read(stays.listen(room.folder / "ringing.wav", RING_SECONDS))
    target.answer()
    leaves.wait_event("CALL_CLOSED")
    assert_hears(stays, room.folder, LINPHONEC_HZ)
    stays.hang_up()
    target.wait_over()
    assert hearing.seconds_of(ringing, PROGRESS_HZ) > RINGING_AT_LEAST
    assert_clear(end_of(target.heard), PJSUA2_HZ)
    assert identities(stays.log.read_text(errors="replace")) == [BARESIP, LINPHONEC]
    assert_transferred(room, room.line.call_from(stays.port), LINPHONEC)


def test_linphonec_transfers_baresip_to_pjsua2(room: Room) -> None:
    stays, leaves, target = baresip(room), linphonec(room), pjsua2(room)
    stays.dial(LINPHONEC)
    leaves.wait_incoming()
    leaves.answer()
    target.do("pass_time", seconds=TALK_SECONDS)
    leaves.transfer(1, PJSUA2)
    target.expect("incoming")
    target.do("pass_time", seconds=RING_SECONDS)
    target.do("answer", code=200)
    leaves.wait_over()
    assert_hears(target, room.folder, BARESIP_HZ)
    target.hang_up()
    stays.wait_event("CALL_CLOSED")
    (heard,) = stays.recordings()
    assert hearing.seconds_of(hearing.read(heard), PROGRESS_HZ) > RINGING_AT_LEAST
    assert_clear(end_of(heard), PJSUA2_HZ)
    assert identities("\n".join(stays.program.lines)) == [LINPHONEC, PJSUA2]
    assert_transferred(room, room.line.call_from(stays.port), PJSUA2)


def test_pjsua2_joins_baresip_with_linphonec(room: Room) -> None:
    join_by_pjsua2(room)


def test_two_calls_on_two_media_workers_are_joined(own_room: Room) -> None:
    line = own_room.line
    line.stop()
    with (line.home / "softswitch.yaml").open("a") as config:
        config.write("media:\n  workers: 2\n")
    line.start_again()
    join_by_pjsua2(own_room)


def join_by_pjsua2(room: Room) -> None:
    """Let baresip call pjsua2, who asks linphonec and hands baresip over."""
    leaves, first, second = pjsua2(room, answer=200), baresip(room), linphonec(room)
    first.dial(PJSUA2)
    leaves.expect("call", state="CONFIRMED")
    asked = hearing.read(leaves.listen(room.folder / "asked.wav", TALK_SECONDS))
    leaves.do("hold")
    leaves.dial(LINPHONEC)
    second.wait_incoming()
    second.answer()
    consulted = hearing.read(leaves.listen(room.folder / "consulted.wav", TALK_SECONDS))
    leaves.do("transfer_to_call")
    leaves.expect("transfer", code=200, final=True)
    for _ in range(2):
        leaves.expect("call", state="DISCONNECTED")
    leaves.do("pass_time", seconds=AFTER_SECONDS)
    first.command("hangup")
    second.wait_over()
    assert hearing.share(asked, BARESIP_HZ) > hearing.CLEAR
    assert hearing.share(consulted, LINPHONEC_HZ) > hearing.CLEAR
    assert_clear(end_of(first.recordings()[-1]), LINPHONEC_HZ)
    assert_clear(end_of(second.heard), BARESIP_HZ)
    assert identities("\n".join(first.program.lines))[-1] == LINPHONEC
    assert identities(second.log_text())[-1] == BARESIP
    assert_transferred(room, room.line.call_from(first.port), LINPHONEC)


def test_linphonec_joins_pjsua2_with_baresip(room: Room) -> None:
    leaves, first, second = linphonec(room), pjsua2(room, answer=200), baresip(room, answers=True)
    leaves.call(PJSUA2)
    first.expect("call", state="CONFIRMED")
    call = room.line.call_from(leaves.port)
    leaves.pause(1)
    room.line.wait_event(LegHeld, call=call)
    music = hearing.read(first.listen(room.folder / "music.wav", TALK_SECONDS))
    leaves.call(BARESIP)
    first.do("pass_time", seconds=TALK_SECONDS)
    leaves.join(1, 2)
    leaves.wait_over(1)
    leaves.wait_over(2)
    assert_hears(first, room.folder, BARESIP_HZ)
    first.hang_up()
    second.wait_event("CALL_CLOSED")
    assert hearing.seconds_heard(music) > 0.75 * TALK_SECONDS, "who waits must hear music, not silence"
    assert_clear(end_of(second.recordings()[-1]), PJSUA2_HZ)
    assert_transferred(room, call, BARESIP)


def test_a_transfer_to_a_busy_phone_gives_the_call_back(room: Room) -> None:
    busy = room.sipp_phone(next(phone for phone in PHONES if phone.name == "busy"), user=THIRD)
    stays, back = baresip(room), pjsua2(room, answer=200)
    stays.dial(PJSUA2)
    back.expect("call", state="CONFIRMED")
    back.do("hold")
    room.line.wait_event(LegHeld, call=room.line.call_from(stays.port))
    back.transfer(THIRD)
    assert back.expect("transfer", final=True)["code"] == 486
    demand(busy.scenario, busy.result())
    back.do("resume")
    assert_hears(back, room.folder, BARESIP_HZ)
    back.hang_up()
    stays.wait_event("CALL_CLOSED")
    assert_clear(end_of(stays.recordings()[-1]), PJSUA2_HZ)
    failed = room.line.wait_event(TransferDone, call=room.line.call_from(stays.port))
    assert (failed.done, failed.reason) == (False, "busy")
