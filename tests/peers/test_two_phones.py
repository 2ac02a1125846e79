"""Phones of two makers talk through the switch: tones both ways, music on hold, a hasty re-INVITE."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

import pytest

from softswitch.events import CallEnded, LegEnded, LegHeld, LegResumed, LegsBridged, PhoneRegistered
from tests.peers import hearing
from tests.peers.baresip import Baresip
from tests.peers.room import Room
from tests.peers.softphone import SoftPhone
from tests.peers.sounds import RATE, Samples

pytestmark = pytest.mark.peers

PJSUA2_HZ, BARESIP_HZ = 440.0, 700.0
CLEAR = 0.9
"""The issue's measure: over 90 % of what is heard is the other's tone."""

MUSIC_AT_MOST = 0.5
"""Music may touch the tone's frequency, but its energy lies elsewhere."""

TURN_SECONDS = 2.0


def kind_of(second: Samples, frequency: float) -> str:
    """Name what one second of a recording holds: the tone, something else (music), or nothing."""
    if hearing.seconds_heard(second) < 0.5 * len(second) / RATE:
        return "silence"
    return "tone" if hearing.share(second, frequency) > CLEAR else "music"


def acts(path: Path, frequency: float) -> list[str]:
    """Return what a recording holds, one after another; seconds in which it changes are left out."""
    samples = hearing.read(path)
    half = RATE // 2
    kinds = [kind_of(samples[at : at + half], frequency) for at in range(0, len(samples) - half, half)]
    steady = [kind for kind, run in groupby(kinds) if len(list(run)) > 1]
    return [kind for kind, _ in groupby(steady)]


def assert_hears(phone: SoftPhone, path: Path, frequency: float) -> None:
    """Listen for a while and demand the tone, without a gap."""
    heard = hearing.read(phone.listen(path, TURN_SECONDS))
    assert hearing.share(heard, frequency) > CLEAR
    assert hearing.seconds_heard(heard) > 0.9 * TURN_SECONDS


def connect(room: Room, caller: Baresip, callee: SoftPhone) -> str:
    """Let baresip (1003) call pjsua2 (1002); return the call's id once they hear each other."""
    caller.dial("1002")
    callee.expect("incoming")
    callee.expect("call", state="CONFIRMED")
    caller.wait_event("CALL_ESTABLISHED")
    call = room.line.call_from(caller.port)
    room.line.wait_event(LegsBridged, call=call)
    return call


def assert_phones_reported(room: Room, call: str) -> None:
    """Demand that both phones told by RTCP how they heard us, and that all was well."""
    for leg in room.line.of_kind(LegEnded, call=call):
        assert 0.0 <= leg.round_trip_ms < 50.0, leg
        assert leg.lost_by_phone == 0, leg
        assert leg.mos > 4.0, leg


def credentials_of(phone: Baresip) -> str:
    """Return the credentials baresip sent; where they name no algorithm it is MD5 (RFC 7616 section 3.4)."""
    sent = [line for line in phone.program.lines if "uthorization: Digest" in line]
    assert sent, "baresip was never challenged"
    return "\n".join(sent)


def test_d11_baresip_and_pjsua2_talk_and_hold(room: Room) -> None:
    callee = room.pjsua2("1002", speaks=PJSUA2_HZ, answer=200)
    caller = room.baresip("1003", speaks=BARESIP_HZ)
    assert set(re.findall(r"algorithm=([\w-]+)", credentials_of(caller)) or ["MD5"]) == {"MD5"}
    call = connect(room, caller, callee)
    assert_hears(callee, room.folder / "talk.wav", BARESIP_HZ)

    callee.do("hold")
    room.line.wait_event(LegHeld, call=call)
    callee.do("pass_time", seconds=TURN_SECONDS)
    callee.do("resume")
    room.line.wait_event(LegResumed, call=call)
    assert_hears(callee, room.folder / "resumed.wav", BARESIP_HZ)

    caller.command("hold")
    room.line.wait_for(lambda: len(room.line.of_kind(LegHeld, call=call)) == 2 or None, "the second hold")
    music = hearing.read(callee.listen(room.folder / "music.wav", TURN_SECONDS))
    assert hearing.share(music, BARESIP_HZ) < MUSIC_AT_MOST
    assert hearing.seconds_heard(music) > 0.75 * TURN_SECONDS, "hold must give music, not silence"
    caller.command("resume")
    room.line.wait_for(
        lambda: len(room.line.of_kind(LegResumed, call=call)) == 2 or None, "the second resume"
    )
    assert_hears(callee, room.folder / "again.wav", BARESIP_HZ)

    caller.command("hangup")
    callee.expect("call", state="DISCONNECTED")
    assert room.line.wait_event(CallEnded, call=call).ended_by
    assert acts(caller.recordings()[0], PJSUA2_HZ)[:3] == ["tone", "music", "tone"]
    assert_phones_reported(room, call)


def test_a_phone_on_tcp_talks_to_one_on_udp(room: Room) -> None:
    callee = room.pjsua2("1002", speaks=PJSUA2_HZ, answer=200, transport="tcp")
    room.line.wait_event(PhoneRegistered, account="1002", transport="TCP")
    caller = room.baresip("1003", speaks=BARESIP_HZ)
    connect(room, caller, callee)
    assert_hears(callee, room.folder / "talk.wav", BARESIP_HZ)
    callee.hang_up()
    caller.wait_event("CALL_CLOSED")
    assert acts(caller.recordings()[-1], PJSUA2_HZ)[-1:] == ["tone"]


@pytest.mark.parametrize("hurry", ["reinvite", "update"])
def test_called_phone_changes_the_session_at_the_ack(room: Room, hurry: str) -> None:
    callee = room.pjsua2("1002", speaks=PJSUA2_HZ, answer=200, at_once=hurry)
    caller = room.baresip("1003", speaks=BARESIP_HZ)
    connect(room, caller, callee)
    assert_hears(callee, room.folder / "talk.wav", BARESIP_HZ)
    caller.command("hangup")
    callee.expect("call", state="DISCONNECTED")
    assert acts(caller.recordings()[-1], PJSUA2_HZ)[-1:] == ["tone"]


@pytest.mark.parametrize("hurry", ["reinvite", "update"])
def test_calling_phone_changes_the_session_with_its_ack(room: Room, hurry: str) -> None:
    callee = room.baresip("1003", speaks=BARESIP_HZ, answers=True)
    caller = room.pjsua2("1002", speaks=PJSUA2_HZ, at_once=hurry)
    caller.call("1003")
    assert_hears(caller, room.folder / "talk.wav", BARESIP_HZ)
    caller.hang_up()
    callee.wait_event("CALL_CLOSED")
    assert acts(callee.recordings()[-1], PJSUA2_HZ)[-1:] == ["tone"]
