"""What phones may insist on: reliable ringing, session timers, transfers told step by step."""

from __future__ import annotations

import pytest

from softswitch.events import TransferDone
from tests.peers import hearing
from tests.peers.room import Room
from tests.peers.sipp import demand
from tests.peers.sipp_extensions import PROOFS, REFER_BLIND, RINGING_PHONE, TRANSFERRED_TO
from tests.peers.sipp_phones import PHONES
from tests.peers.sipp_script import Scenario
from tests.peers.softphone import SoftPhone

pytestmark = pytest.mark.peers

ANSWERING = next(scenario for scenario in PHONES if scenario.name == "answer")
CALLER_HZ, CALLEE_HZ = 600.0, 1000.0
TALK_SECONDS = 1.5


@pytest.mark.parametrize("scenario", PROOFS, ids=lambda scenario: scenario.name)
def test_ringing_is_proved_to_who_wants_it(room: Room, scenario: Scenario) -> None:
    phone = room.sipp_phone(ANSWERING, user=RINGING_PHONE)
    demand(scenario, room.sipp(scenario).result())
    demand(phone.scenario, phone.result())


def test_who_transfers_is_told_how_it_goes(room: Room) -> None:
    stays = room.sipp_phone(ANSWERING, user=RINGING_PHONE)
    target = room.pjsua2(TRANSFERRED_TO, speaks=CALLER_HZ, answer=200)
    leaves = room.sipp(REFER_BLIND)
    target.expect("call", state="CONFIRMED")
    # The phone that stays echoes what it hears.
    heard = hearing.read(target.listen(room.folder / "echo.wav", TALK_SECONDS))
    demand(REFER_BLIND, leaves.result())
    target.hang_up()
    demand(stays.scenario, stays.result())
    assert hearing.share(heard, CALLER_HZ) > hearing.CLEAR
    call = room.line.call_from(leaves.port)
    assert room.line.wait_event(TransferDone, call=call).done


def messages(phone: SoftPhone, begin: str) -> list[str]:
    """Return the SIP messages in a phone's log that begin so."""
    parts = phone.log.read_text(encoding="utf-8", errors="replace").split("--end msg--")
    return [part[place:] for part in parts if (place := part.find(begin)) >= 0]


def test_phones_that_insist_on_timers_and_proof_talk(room: Room) -> None:
    callee = room.pjsua2("1002", speaks=CALLEE_HZ, session_timer=True, proof=True)
    caller = room.pjsua2("1001", speaks=CALLER_HZ, session_timer=True, proof=True)
    caller.dial("1002")
    callee.expect("incoming")
    callee.do("answer", code=180)
    caller.expect("call", state="EARLY", code=180)
    callee.do("answer", code=200)
    caller.expect("call", state="CONFIRMED")
    callee.expect("call", state="CONFIRMED")
    for phone, other in ((caller, CALLEE_HZ), (callee, CALLER_HZ)):
        heard = hearing.read(phone.listen(room.folder / f"{other:g}.wav", TALK_SECONDS))
        assert hearing.share(heard, other) > hearing.CLEAR
    caller.hang_up()
    callee.expect("call", state="DISCONNECTED")
    for phone in (caller, callee):
        (ringing,) = messages(phone, "SIP/2.0 180 ")
        assert "RSeq: " in ringing
        assert "Require: 100rel" in ringing
        (prack,) = messages(phone, "PRACK sip:")
        assert "RAck: " in prack
        # The answer to the INVITE, and that of the one who was called.
        timed = [text for text in messages(phone, "SIP/2.0 200 ") if "Session-Expires: 1800" in text]
        assert timed, f"{phone.log} knows of no session timer"
        assert all("CSeq: " in text and " INVITE" in text for text in timed)
