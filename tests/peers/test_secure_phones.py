"""Phones that speak SIP over TLS: they check our certificate, call, and are called over their own stream."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from softswitch.events import CallEnded, LegsBridged, PhoneRegistered
from softswitch.transport.own_certificate import prepare_own
from tests.peers import hearing
from tests.peers.room import Room
from tests.peers.softphone import start_pjsua2

pytestmark = pytest.mark.peers

TURN_SECONDS = 1.5
CLEAR = 0.9
PJSUA2_HZ, BARESIP_HZ = 440.0, 700.0


def share_heard(path: Path, frequency: float) -> float:
    """Return how much of a recording is the other's tone."""
    return hearing.share(hearing.read(path), frequency)


def test_pjsua2_checks_our_certificate_calls_and_is_called(room: Room) -> None:
    authorities = str(room.line.certificate)
    secure = room.pjsua2("1002", speaks=PJSUA2_HZ, transport="tls", authorities=authorities, answer=200)
    room.line.wait_event(PhoneRegistered, account="1002", transport="TLS")
    in_clear = room.baresip("1003", speaks=BARESIP_HZ, answers=True)
    secure.call("1003")
    assert share_heard(secure.listen(room.folder / "calls.wav", TURN_SECONDS), BARESIP_HZ) > CLEAR
    secure.hang_up()
    in_clear.wait_event("CALL_CLOSED")
    # And the other way: nothing is sent but over the stream it registered by.
    in_clear.dial("1002")
    secure.expect("incoming")
    secure.expect("call", state="CONFIRMED")
    call = room.line.call_from(in_clear.port)
    room.line.wait_event(LegsBridged, call=call)
    assert share_heard(secure.listen(room.folder / "called.wav", TURN_SECONDS), BARESIP_HZ) > CLEAR
    secure.hang_up()
    room.line.wait_event(CallEnded, call=call, reason="callee_hung_up")
    signalling = secure.log.read_text(encoding="utf-8", errors="replace")
    assert "SIP/2.0/TLS 127.0.0.1" in signalling
    assert "SIP/2.0/UDP" not in signalling
    assert ";transport=tls" in signalling.split("INVITE sip:1002@", 1)[1].split("Content-Length", 1)[0]


def test_linphonec_checks_our_certificate_and_calls(room: Room) -> None:
    before = room.line.calls_by("1001")
    phone = room.linphonec("1001", secure=True)
    room.line.wait_event(PhoneRegistered, account="1001", transport="TLS")
    phone.call("*43")
    call = room.line.call_after("1001", before)
    phone.hang_up()
    room.line.wait_event(CallEnded, call=call, reason="caller_hung_up")


def test_a_phone_that_believes_others_does_not_register_and_the_log_says_why(room: Room) -> None:
    stranger = prepare_own(room.folder / "other", ["stranger.example"], datetime.now(UTC)).certificate
    phone = start_pjsua2(
        "1004",
        room.line.password,
        room.line.secure_server,
        ports=room.ports,
        folder=room.folder,
        transport="tls",
        authorities=str(stranger),
    )
    try:
        phone.do("register")
        failed = phone.expect("registration")
    finally:
        phone.close()
    assert failed["code"] != 200
    room.line.program.wait_line(r"\(TLS\) .* does not trust our certificate", 5.0)
