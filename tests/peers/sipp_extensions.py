"""SIPp insists on what was added to SIP later: reliable ringing, session timers, UPDATE, REFER."""

from __future__ import annotations

from dataclasses import replace

from tests.peers.sipp_calls import ECHO, INVITE, ONE_CODEC, ask, call, in_dialog, refused
from tests.peers.sipp_phones import AGREE
from tests.peers.sipp_script import (
    MYSELF,
    SERVER,
    Message,
    Scenario,
    check,
    expect,
    expect_request,
    maybe,
    pause,
    sdp,
    send,
)

RINGING_PHONE = "1002"
"""Whom the scenarios call that need a phone that rings before it answers."""
TRANSFERRED_TO = "1003"
NOTIFY_MS = 8000

RACK = "RAck: [$1] [last_cseq_number] INVITE"
"""Names the 1xx that came last: its RSeq must have been kept in variable 1."""
PROVEN = replace(INVITE, headers=("Require: 100rel",))
PROVEN_LATE = replace(PROVEN, body="")

ALLOWS_UPDATE = replace(INVITE, headers=("Allow: INVITE, ACK, CANCEL, BYE, UPDATE",))


def _timed(session_expires: str, *more: str) -> Message:
    return replace(INVITE, headers=("Supported: timer", f"Session-Expires: {session_expires}", *more))


def _proved(invite: Message, *checks: str, prack_body: str = "") -> tuple[str, ...]:
    """Call a phone that rings; prove each 1xx; be answered and hang up."""
    prack = in_dialog("PRACK", 5, like=invite, headers=("[routes]", RACK), body=prack_body)
    return (
        *ask(invite),
        maybe(100),
        expect(
            180,
            check("[0-9]+", header="RSeq", variable=1),
            check("100rel", header="Require", variable=2),
            *checks,
            routes=True,
        ),
        send(prack),
        expect(200, check("PRACK", header="CSeq", variable=3)),
        expect(200, check("INVITE", header="CSeq", variable=4), routes=True),
        send(in_dialog("ACK", "[last_cseq_number]", like=invite, contact="")),
        pause(500),
        send(in_dialog("BYE", 90, like=invite)),
        expect(200),
    )


def _notified(status: int, state: str, variable: int) -> tuple[str, ...]:
    """Be told how far a transfer is."""
    return (
        expect_request(
            "NOTIFY",
            check(f"SIP/2.0 {status}", variable=variable),
            check(state, header="Subscription-State", variable=variable + 1),
            within_ms=NOTIFY_MS,
        ),
        *AGREE,
    )


ASKING = (
    Scenario(
        "timer_ok",
        call(
            _timed("1800;refresher=uac", "Min-SE: 90"),
            pause(300),
            checks=(
                check("1800;refresher=uac", header="Session-Expires", variable=1),
                check("timer", header="Require", variable=2),
            ),
        ),
        "a session timer that the caller asks for and keeps: granted, with Require (RFC 4028 9)",
    ),
    Scenario(
        "timer_long",
        call(
            _timed("86400;refresher=uas"),
            pause(300),
            checks=(check("1800;refresher=uas", header="Session-Expires"),),
        ),
        "a session timer of a day is lowered, and ours to refresh as it was asked (RFC 4028 9)",
    ),
    Scenario(
        "timer_422",
        refused(_timed("30"), 422, check("90", header="Min-SE")),
        "a session timer of 30 s: 422 with Min-SE (RFC 4028 6)",
    ),
    Scenario(
        "timer_update",
        call(
            _timed("90;refresher=uac"),
            send(in_dialog("UPDATE", 5, headers=("[routes]", "Supported: timer", "Session-Expires: 90"))),
            expect(
                200,
                check("90;refresher=ua", header="Session-Expires", variable=2),
                check("timer", header="Require", variable=3),
            ),
            pause(300),
            checks=(check("90;refresher=uac", header="Session-Expires", variable=1),),
        ),
        "an UPDATE without SDP refreshes the session (RFC 4028 7.4)",
    ),
    Scenario(
        "update",
        call(
            ALLOWS_UPDATE,
            pause(300),
            send(in_dialog("UPDATE", 5, body=sdp(direction="sendonly", version=2))),
            expect(
                200,
                check("a=recvonly|a=inactive", variable=1),
                check("sip:", header="Contact", variable=2),
            ),
            send(in_dialog("UPDATE", 6, body=sdp(version=3))),
            expect(200, check("a=recvonly|a=sendonly|a=inactive", variable=3, absent=True)),
            pause(300),
            checks=(check("UPDATE", header="Allow", variable=4),),
        ),
        "UPDATE with SDP holds and resumes: each 200 has the answer (RFC 3311 5.2)",
        dials=ECHO,
    ),
)
"""What any number answers that answers at all."""

PROOFS = (
    Scenario(
        "rel100_required",
        _proved(PROVEN),
        "Require: 100rel: ringing with RSeq, 200 to its PRACK, then the answer (RFC 3262 3)",
        dials=RINGING_PHONE,
    ),
    Scenario(
        "rel100_late_offer",
        _proved(PROVEN_LATE, check("m=audio [1-9]", variable=5), prack_body=ONE_CODEC),
        "no offer but Require: 100rel: the ringing makes the offer, PRACK has the answer (RFC 3262 5)",
        dials=RINGING_PHONE,
    ),
)
"""Calls of a phone that rings, whose ringing must be proved."""

REFER_BLIND = Scenario(
    "refer_blind",
    (
        *ask(INVITE),
        maybe(100, 180),
        expect(200, check("replaces", header="Supported", variable=1), routes=True),
        send(in_dialog("ACK", "[last_cseq_number]", contact="")),
        pause(500),
        send(
            in_dialog(
                "REFER",
                5,
                headers=(
                    "[routes]",
                    f"Refer-To: <sip:{TRANSFERRED_TO}@{SERVER}>",
                    f"Referred-By: <{MYSELF}>",
                ),
            )
        ),
        expect(202, check("sip:", header="Contact", variable=2)),
        *_notified(100, "active", 3),
        *_notified(200, "terminated", 5),
        expect_request("BYE", within_ms=NOTIFY_MS),
        *AGREE,
    ),
    "REFER: 202, NOTIFY of 100 and 200, and BYE to who does not hang up by itself (RFC 3515, RFC 5589 6.1)",
    dials=RINGING_PHONE,
)
