"""SIPp is the phone that is called: what its caller gets to see and hear."""

from __future__ import annotations

import pytest

from softswitch.events import CallEnded, CallForwarded, LegRinging
from tests.peers import hearing
from tests.peers.room import Room
from tests.peers.sipp import demand
from tests.peers.sipp_calls import CALLS
from tests.peers.sipp_phones import EARLY_HZ, MOVED_TO, PHONES
from tests.peers.sipp_script import Scenario

pytestmark = pytest.mark.peers

PHONE = {scenario.name: scenario for scenario in PHONES}
CANCEL = next(scenario for scenario in CALLS if scenario.name == "cancel_ringing")
CALLED = "1002"
CALLER_HZ = 440.0
CLEAR = 0.9
RING_SECONDS = 5
"""The shortest ring time that may be configured."""


def test_answering_phone_echoes_the_caller(room: Room) -> None:
    phone = room.sipp_phone(PHONE["answer"], user=CALLED)
    caller = room.pjsua2("1001", speaks=CALLER_HZ)
    caller.call(CALLED)
    heard = hearing.read(caller.listen(room.folder / "echo.wav", 2.0))
    caller.hang_up()
    demand(phone.scenario, phone.result())
    assert hearing.share(heard, CALLER_HZ) > CLEAR
    assert hearing.seconds_heard(heard) > 1.5


@pytest.mark.parametrize(("name", "code"), [("busy", 486), ("decline", 603), ("dnd480", 480)])
def test_refusal_reaches_the_caller(room: Room, name: str, code: int) -> None:
    phone = room.sipp_phone(PHONE[name], user=CALLED)
    caller = room.pjsua2("1001")
    caller.dial(CALLED)
    over = caller.expect("call", state="DISCONNECTED")
    demand(phone.scenario, phone.result())
    assert over["code"] == code
    ended = room.line.wait_event(CallEnded, call=room.line.call_from(caller.port))
    assert ended.sip_code == code


def test_a_call_follows_a_phone_that_sends_it_elsewhere(room: Room) -> None:
    phone = room.sipp_phone(PHONE["moved"], user=CALLED)
    other = room.sipp_phone(PHONE["answer"], user=MOVED_TO)
    caller = room.pjsua2("1001", speaks=CALLER_HZ)
    caller.call(CALLED)
    demand(phone.scenario, phone.result())
    heard = hearing.read(caller.listen(room.folder / "echo.wav", 1.0))
    caller.hang_up()
    demand(other.scenario, other.result())
    assert hearing.share(heard, CALLER_HZ) > CLEAR
    forwarded = room.line.wait_event(CallForwarded, call=room.line.call_from(caller.port))
    assert (forwarded.party, forwarded.to) == (CALLED, MOVED_TO)


def test_caller_gives_up_while_it_rings(room: Room) -> None:
    phone = room.sipp_phone(PHONE["ring_noanswer"], user=CALLED)
    caller = room.pjsua2("1001")
    caller.dial(CALLED)
    caller.expect("call", state="EARLY", code=180)
    caller.do("hangup")
    over = caller.expect("call", state="DISCONNECTED")
    demand(phone.scenario, phone.result())
    assert over["code"] == 487


def test_switch_gives_up_when_nobody_answers(own_room: Room) -> None:
    line = own_room.line
    line.stop()
    with (line.home / "softswitch.yaml").open("a") as config:
        config.write(f"calls:\n  ring_for: {RING_SECONDS}\n")
    line.start_again()
    phone = own_room.sipp_phone(PHONE["ring_noanswer"], user=CALLED)
    caller = own_room.pjsua2("1001")
    caller.dial(CALLED)
    caller.expect("call", state="EARLY", code=180)
    over = caller.expect("call", state="DISCONNECTED", seconds=2 * RING_SECONDS)
    demand(phone.scenario, phone.result())
    assert over["code"] == 480
    assert line.wait_event(CallEnded, call=line.call_from(caller.port)).reason == "no_answer"


def test_all_phones_ring_and_one_answers(room: Room) -> None:
    slower = room.sipp_phone(PHONE["ring_elsewhere"], user=CALLED)
    faster = room.sipp_phone(PHONE["answer"], user=CALLED, alone=False)
    caller = room.pjsua2("1001", speaks=CALLER_HZ)
    caller.call(CALLED)
    demand(slower.scenario, slower.result())
    heard = hearing.read(caller.listen(room.folder / "echo.wav", 1.0))
    assert hearing.share(heard, CALLER_HZ) > CLEAR
    caller.hang_up()
    demand(faster.scenario, faster.result())
    ended = room.line.wait_event(CallEnded, call=room.line.call_from(caller.port))
    assert ended.reason == "caller_hung_up"


def test_cancel_is_answered_by_the_book(room: Room) -> None:
    phone = room.sipp_phone(PHONE["ring_noanswer"], user=CALLED)
    demand(CANCEL, room.sipp(CANCEL).result())
    demand(phone.scenario, phone.result())


def test_caller_hears_what_the_phone_says_before_it_answers(room: Room) -> None:
    phone: Scenario = PHONE["slow_answer_earlymedia"]
    called = room.sipp_phone(phone, user=CALLED)
    caller = room.pjsua2("1001", speaks=CALLER_HZ)
    caller.dial(CALLED)
    caller.expect("call", state="EARLY", code=183)
    heard = hearing.read(caller.listen(room.folder / "early.wav", 2.0))
    assert not caller.did("call", state="CONFIRMED")
    assert hearing.share(heard, EARLY_HZ) > CLEAR
    caller.expect("call", state="CONFIRMED")
    caller.hang_up()
    demand(phone, called.result())
    call = room.line.call_from(caller.port)
    assert room.line.wait_event(LegRinging, call=call).early_media
