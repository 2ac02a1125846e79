"""SIPp as somebody outside: calls our number, is called, and as a provider that fails in several ways."""

from __future__ import annotations

from dataclasses import replace

from tests.peers.sipp_calls import INVITE, in_dialog
from tests.peers.sipp_phones import AGREE, PHONE_SDP, RINGING
from tests.peers.sipp_script import (
    END,
    PROGRESS,
    Scenario,
    answer,
    check,
    expect,
    expect_request,
    label,
    pause,
    send,
)

CALLER_NUMBER = "+48600300400"
FROM_OUTSIDE = replace(INVITE, sender=f'"Outside" <sip:{CALLER_NUMBER}@provider.test>')

NUMBER_ASSERTED = check("sip:.48221234501@", header="P-Asserted-Identity")
NO_INNER_NAME = check("Anna|sip:1001@", anywhere=True, variable=2, absent=True)

IN = Scenario(
    "outside_in",
    (
        send(FROM_OUTSIDE),
        PROGRESS,
        expect(200, NO_INNER_NAME, routes=True),
        send(in_dialog("ACK", "[last_cseq_number]", like=FROM_OUTSIDE, contact="")),
        pause(800),
        send(in_dialog("BYE", 2, like=FROM_OUTSIDE)),
        expect(200),
    ),
    "a call from a trunk is answered without a challenge",
)

UP = (
    answer("200 OK", body=PHONE_SDP, repeat=True),
    expect_request("ACK"),
    expect_request("BYE"),
    *AGREE,
)

OUT = Scenario(
    "outside_out",
    (expect_request("INVITE", NUMBER_ASSERTED, NO_INNER_NAME), *RINGING, pause(300), *UP),
    "is called over a trunk, with our number asserted and no inner name told",
)

OVERLOADED = Scenario(
    "provider_503",
    (expect_request("INVITE"), answer("503 Service Unavailable"), expect_request("ACK")),
    "is overloaded: the next trunk is tried (RFC 3263 4.3)",
)

MUTE = Scenario(
    "provider_mute",
    (
        expect_request("INVITE"),
        label(1),
        expect_request("INVITE", optional=True, goto=1),
        pause(1),
        label(END),
    ),
    "takes the INVITE and says nothing at all",
)

_CHALLENGE = (
    'WWW-Authenticate: Digest realm="provider.test", nonce="{nonce}"{stale}, qop="auth", algorithm=MD5'
)


def _challenge(nonce: str, stale: str = "") -> str:
    field = _CHALLENGE.format(nonce=nonce, stale=stale)
    return answer("401 Unauthorized").replace("Content-Length: 0", f"{field}\nContent-Length: 0")


NEW_NONCES = Scenario(
    "provider_new_nonces",
    (
        expect_request("INVITE"),
        _challenge("first"),
        expect_request("ACK"),
        expect_request("INVITE", check("nonce=.first", header="Authorization")),
        _challenge("second", ", stale=true"),
        expect_request("ACK"),
        expect_request("INVITE", check("nonce=.second", header="Authorization"), NUMBER_ASSERTED),
        *RINGING,
        *UP,
    ),
    "gives another nonce at each request and calls the last one stale (RFC 7616 3.3)",
)
