"""Phones with SRTP: they hear the menu, their keys arrive, and they talk to phones without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from softswitch.events import (
    BranchEntered,
    CallEnded,
    LegAnswered,
    LegEnded,
    LegsBridged,
    PromptPlayed,
)
from tests.peers import hearing
from tests.peers.conftest import assert_faultless, share_speech
from tests.peers.line import DemoLine
from tests.peers.programs import Ports
from tests.peers.room import Room
from tests.peers.test_menu_calls import LANGUAGES, LISTEN_SECONDS, MENU, assert_branch_reached, assert_spoken
from tests.peers.test_two_phones import assert_hears

pytestmark = pytest.mark.peers

BY_CHOICE, OR_NOT_AT_ALL = 1, 2
CALLER_HZ, CALLED_HZ = 440.0, 1000.0


def protected(room: Room, call: str) -> dict[str, bool]:
    """Return which legs of a call are encrypted."""
    return {answer.leg: answer.protected for answer in room.line.of_kind(LegAnswered, call=call)}


def offered(log: str, *, after: str = "INVITE sip:") -> list[str]:
    """Return the profiles of the audio lines in a phone's log, from its first INVITE on."""
    return re.findall(r"^m=audio \d+ (\S+)", log[log.index(after) :], re.MULTILINE)


def test_pjsua2_hears_the_menu_and_presses_a_key_over_srtp(room: Room) -> None:
    phone = room.pjsua2("1001", speaks=None, srtp=OR_NOT_AT_ALL)
    recording = phone.record(room.folder / "menu.wav")
    phone.call(MENU)
    call = room.line.call_from(phone.port)
    room.line.wait_event(LegAnswered, call=call, protected=True)

    def question() -> list[PromptPlayed] | None:
        prompts = room.line.of_kind(PromptPlayed, call=call)
        return prompts if len(prompts) == len(LANGUAGES) else None

    prompts = room.line.wait_for(question, "greeting and question", seconds=LISTEN_SECONDS)
    phone.press("2")
    assert_branch_reached(room, call, "2", "rfc4733")
    phone.hang_up()
    phone.do("stop")
    heard = hearing.read(recording)
    for prompt, language in zip(prompts, LANGUAGES, strict=True):
        assert_spoken(prompt.text, language, heard, room)
    assert offered(phone.log.read_text("latin-1"))[0] == "RTP/SAVP"
    end = room.line.wait_event(LegEnded, call=call)
    assert (end.unauthentic, end.lost_by_phone) == (0, 0)
    # Its RTCP was read, and ours by it.
    assert 0.0 <= end.round_trip_ms < 50.0


def test_pjsua2_that_may_have_srtp_gets_it(room: Room) -> None:
    phone = room.pjsua2("1001", srtp=BY_CHOICE)
    phone.call(MENU)
    call = room.line.call_from(phone.port)
    room.line.wait_event(BranchEntered, call=call, branch="choice", seconds=LISTEN_SECONDS)
    assert protected(room, call) == {"a": True}
    phone.hang_up()
    assert room.line.wait_event(LegEnded, call=call).unauthentic == 0


@pytest.mark.parametrize("srtp", [BY_CHOICE, OR_NOT_AT_ALL])
def test_linphonec_presses_a_key_over_srtp(room: Room, srtp: int) -> None:
    phone = room.linphonec("1004", srtp=srtp)
    phone.call(MENU)
    call = room.line.call_from(phone.port)
    phone.press("1")
    assert_branch_reached(room, call, "1", "rfc4733")
    assert protected(room, call) == {"a": True}
    phone.hang_up()
    end = room.line.wait_event(LegEnded, call=call)
    assert end.packets_received > 0
    assert end.unauthentic == 0


def test_linphonec_that_offers_feedback_is_answered(room: Room) -> None:
    phone = room.linphonec("1004", feedback=True)
    phone.call(MENU)
    call = room.line.call_from(phone.port)
    phone.press("1")
    assert_branch_reached(room, call, "1", "rfc4733")
    assert protected(room, call) == {"a": False}
    phone.hang_up()
    assert offered(phone.log.read_text("utf-8", "replace"))[0] == "RTP/AVPF"


def test_a_phone_with_srtp_talks_and_holds_with_one_without(room: Room) -> None:
    called = room.pjsua2("1002", speaks=CALLED_HZ, answer=200)
    caller = room.pjsua2("1001", speaks=CALLER_HZ, srtp=OR_NOT_AT_ALL)
    caller.call("1002")
    call = room.line.call_from(caller.port)
    room.line.wait_event(LegsBridged, call=call)
    assert protected(room, call) == {"a": True, "b1": False}
    assert_hears(called, room.folder / "called.wav", CALLER_HZ)
    assert_hears(caller, room.folder / "caller.wav", CALLED_HZ)
    caller.do("hold")
    caller.do("pass_time", seconds=0.5)
    caller.do("resume")
    caller.do("pass_time", seconds=0.5)
    assert_hears(called, room.folder / "again.wav", CALLER_HZ)
    assert_hears(caller, room.folder / "again-caller.wav", CALLED_HZ)
    caller.hang_up()
    assert room.line.wait_event(CallEnded, call=call).reason
    assert {end.unauthentic for end in room.line.of_kind(LegEnded, call=call)} == {0}


def test_linphonec_has_its_signalling_and_its_sound_encrypted(room: Room) -> None:
    before = room.line.calls_by("1004")
    phone = room.linphonec("1004", secure=True, srtp=OR_NOT_AT_ALL)
    phone.call(MENU)
    call = room.line.call_after("1004", before)
    answer = room.line.wait_event(LegAnswered, call=call, protected=True)
    assert protected(room, call) == {answer.leg: True}
    phone.press("2")
    assert_branch_reached(room, call, "2", "rfc4733")
    phone.hang_up()
    assert room.line.wait_event(LegEnded, call=call).unauthentic == 0


@pytest.mark.parametrize("srtp", [0, BY_CHOICE])
def test_a_phone_on_tls_is_offered_srtp_first_and_called_without_if_it_cannot(room: Room, srtp: int) -> None:
    called = room.pjsua2(
        "1002",
        speaks=CALLED_HZ,
        answer=200,
        transport="tls",
        authorities=str(room.line.certificate),
        srtp=srtp,
    )
    caller = room.pjsua2("1001", speaks=CALLER_HZ)
    caller.call("1002")
    call = room.line.call_from(caller.port)
    room.line.wait_event(LegsBridged, call=call)
    assert protected(room, call) == {"a": False, "b1": bool(srtp)}
    assert_hears(called, room.folder / "called.wav", CALLER_HZ)
    assert_hears(caller, room.folder / "caller.wav", CALLED_HZ)
    caller.hang_up()
    signalling = called.log.read_text("latin-1")
    assert offered(signalling)[0] == "RTP/SAVP"
    assert signalling.count("SIP/2.0 488") == (0 if srtp else 1)


@pytest.fixture
def strict_line(tmp_path: Path, ports: Ports, demo_line: DemoLine) -> Iterator[DemoLine]:
    """Run a line whose account 1002 makes no call without SRTP."""
    home = tmp_path / "home"
    share_speech(demo_line.home, home)
    accounts = {user: {"password": "x"} for user in ("1001", "1002", "1003", "1004")}
    accounts["1002"]["srtp"] = "required"
    (home / "softswitch.yaml").write_text(yaml.safe_dump({"accounts": accounts}), encoding="utf-8")
    line = DemoLine(home, ports.take(), log=tmp_path / "switch.log")
    yield line
    line.close()
    assert_faultless(line)


@pytest.fixture
def own_room(strict_line: DemoLine, ports: Ports, sounds_folder: Path, tmp_path: Path) -> Iterator[Room]:
    """Give the test a room for phones on that line."""
    with Room(strict_line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as made:
        yield made


def test_a_phone_that_must_have_srtp_is_called_with_it(own_room: Room) -> None:
    called = own_room.pjsua2("1002", speaks=CALLED_HZ, answer=200, srtp=BY_CHOICE)
    caller = own_room.pjsua2("1001", speaks=CALLER_HZ)
    caller.call("1002")
    call = own_room.line.call_from(caller.port)
    own_room.line.wait_event(LegsBridged, call=call)
    assert protected(own_room, call) == {"a": False, "b1": True}
    assert_hears(called, own_room.folder / "called.wav", CALLER_HZ)
    assert_hears(caller, own_room.folder / "caller.wav", CALLED_HZ)
    caller.hang_up()
    assert offered(called.log.read_text("latin-1"))[0] == "RTP/SAVP"
    own_room.line.wait_event(CallEnded, call=call)
    # And it calls nobody without.
    called.close()
    plain = own_room.pjsua2("1002")
    plain.dial("1001")
    plain.expect("call", state="DISCONNECTED", code=488)
    assert not any("inline:" in line for line in own_room.line.lines)
