"""SIPp as the phone that is called: answers, refuses, rings for ever, speaks before it answers."""

from __future__ import annotations

from tests.peers.sipp_script import (
    END,
    SERVER,
    Scenario,
    answer,
    check,
    expect_request,
    label,
    pause,
    replay,
    sdp,
)

PHONE_SDP = sdp(payloads="0 101")
EARLY_FILE = "early.pcap"
EARLY_HZ = 1000.0
MOVED_TO = "1003"
RING_LIMIT_MS = 70_000
"""How long ring_noanswer waits for the CANCEL: longer than any ring time of the switch."""

RINGING = (answer("100 Trying", to_tag=False), answer("180 Ringing"))
AGREE = (answer("200 OK", to_tag=False),)


def _ring(*checks: str) -> tuple[str, ...]:
    """Ring until there is a CANCEL; it must pass the checks."""
    return (
        expect_request("INVITE"),
        answer("180 Ringing"),
        expect_request("CANCEL", *checks, within_ms=RING_LIMIT_MS),
        answer("200 OK", to_tag=False),
        answer("487 Request Terminated", to_tag=False, repeat=True, cseq="CSeq: [last_cseq_number] INVITE"),
        expect_request("ACK"),
    )


PHONES = (
    Scenario(
        "answer",
        (
            expect_request("INVITE"),
            *RINGING,
            pause(1000),
            answer("200 OK", body=PHONE_SDP, repeat=True),
            expect_request("ACK"),
            label(1),
            expect_request("INVITE", optional=True, goto=2),
            expect_request("BYE", goto=3),
            label(2),
            answer("200 OK", to_tag=False, body=PHONE_SDP, repeat=True),
            expect_request("ACK", goto=1),
            label(3),
            *AGREE,
            label(END),
        ),
        "rings 1 s, answers, echoes what it hears, waits for BYE",
        arguments=("-rtp_echo",),
    ),
    Scenario(
        "busy",
        (expect_request("INVITE"), answer("486 Busy Here"), expect_request("ACK")),
        "is busy",
    ),
    Scenario(
        "moved",
        (
            expect_request("INVITE"),
            answer("302 Moved Temporarily", contact=f"sip:{MOVED_TO}@{SERVER}"),
            expect_request("ACK"),
        ),
        "is to be called elsewhere for now (RFC 3261 21.3.3)",
    ),
    Scenario(
        "decline",
        (expect_request("INVITE"), answer("603 Decline"), expect_request("ACK")),
        "declines",
    ),
    Scenario(
        "dnd480",
        (expect_request("INVITE"), answer("480 Temporarily Unavailable"), expect_request("ACK")),
        "does not wish to be disturbed",
    ),
    Scenario("ring_noanswer", _ring(), "rings until the switch gives up with CANCEL (RFC 3261 9.1)"),
    Scenario(
        "ring_elsewhere",
        _ring(check("SIP;cause=200", header="Reason")),
        "rings until it is told that another phone was faster (RFC 3326 2)",
    ),
    Scenario(
        "slow_answer_earlymedia",
        (
            expect_request("INVITE"),
            answer("100 Trying", to_tag=False),
            answer("183 Session Progress", body=PHONE_SDP),
            replay(EARLY_FILE),
            pause(3000),
            answer("200 OK", body=PHONE_SDP, repeat=True),
            expect_request("ACK"),
            expect_request("BYE"),
            *AGREE,
        ),
        "speaks before it answers (183 with SDP), answers after 3 s",
    ),
)
