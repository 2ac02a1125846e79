"""SIPp as somebody who asks for what cannot be: requests that must be refused, and plain questions."""

from __future__ import annotations

from dataclasses import replace

from tests.peers.sipp_calls import INVITE, refused
from tests.peers.sipp_script import (
    CALLED,
    END,
    SERVER,
    Message,
    Scenario,
    check,
    expect,
    label,
    maybe,
    sdp,
    send,
)

UNREGISTERED = "1003"
"""A demo account no scenario registers: a call to it would have to be forwarded."""


def _once(message: Message, status: int, *checks: str, tolerated: tuple[int, ...] = ()) -> tuple[str, ...]:
    """Send one request outside any call and demand its answer."""
    others = tuple(expect(other, optional=True, goto=END) for other in tolerated)
    return (send(message), maybe(100), *others, expect(status, *checks), label(END))


def _subscribe() -> tuple[str, ...]:
    subscribe = Message("SUBSCRIBE", 1, headers=("Event: nonsense", "Expires: 60"))
    again = replace(subscribe, cseq=2, headers=(*subscribe.headers, "[authentication]"))
    return (
        send(subscribe),
        maybe(100),
        expect(401, optional=True, challenge=True, goto=1),
        expect(407, optional=True, challenge=True, goto=1),
        expect(489, goto=END),
        label(1),
        send(again),
        maybe(100),
        expect(489),
        label(END),
    )


UNKNOWN_TAG = f"<{CALLED}>;tag=nosuch"

REFUSALS = (
    Scenario(
        "options",
        _once(
            Message(
                "OPTIONS", 1, uri=f"sip:{SERVER}", to=f"<sip:{SERVER}>", headers=("Accept: application/sdp",)
            ),
            200,
            check("INVITE", header="Allow", variable=1),
            check("application/sdp", header="Accept", variable=2),
        ),
        "OPTIONS to the switch: 200 with Allow and Accept (RFC 3261 11.2)",
    ),
    Scenario(
        "options_ext",
        _once(Message("OPTIONS", 1), 200, tolerated=(401, 404, 407, 480, 486)),
        "OPTIONS to a number: what an INVITE would get (RFC 3261 11.2)",
    ),
    Scenario(
        "err_codec",
        refused(replace(INVITE, body=sdp(payloads="98")), 488),
        "no codec in common: 488 (RFC 3261 13.3.1.3)",
    ),
    Scenario(
        "err_ctype",
        refused(
            replace(INVITE, body="hello", body_type="application/x-nonsense"),
            415,
            check("application/sdp", header="Accept"),
        ),
        "a body of an unknown type: 415 with Accept (RFC 3261 8.2.3)",
    ),
    Scenario(
        "err_require",
        refused(
            replace(INVITE, headers=("Require: nosuch-ext",)),
            420,
            check("nosuch-ext", header="Unsupported"),
        ),
        "an extension we do not have: 420 with Unsupported (RFC 3261 8.2.2.3)",
    ),
    Scenario(
        "err_noext",
        refused(INVITE, 404, tolerated=(484,)),
        "an unknown number: 404 (RFC 3261 21.4.5)",
        dials="nosuchext99",
    ),
    Scenario(
        "err_method",
        _once(Message("NEWMETHOD", 1, contact=""), 405, check("INVITE", header="Allow"), tolerated=(501,)),
        "an unknown method: 405 with Allow, or 501 (RFC 3261 8.2.1)",
    ),
    Scenario(
        "err_bye_nodlg",
        _once(Message("BYE", 1, to=UNKNOWN_TAG, contact=""), 481),
        "BYE for no dialog: 481 (RFC 3261 15.1.2)",
    ),
    Scenario(
        "err_cancel_none",
        _once(Message("CANCEL", 1, contact=""), 481),
        "CANCEL for no transaction: 481 (RFC 3261 9.2)",
    ),
    Scenario(
        "err_invite_totag",
        refused(replace(INVITE, to=UNKNOWN_TAG), 481),
        "INVITE with an unknown tag: 481 (RFC 3261 12.2.2)",
    ),
    Scenario(
        "err_replaces",
        refused(
            replace(INVITE, headers=("Require: replaces", "Replaces: nosuch@nowhere;to-tag=1;from-tag=2")),
            481,
        ),
        "Replaces for no dialog: 481 (RFC 3891 3)",
    ),
    Scenario(
        "err_event",
        _subscribe(),
        "SUBSCRIBE to an unknown event: 489 (RFC 6665 4.2.1)",
    ),
    Scenario(
        "err_mf0",
        refused(replace(INVITE, max_forwards=0), 483),
        "Max-Forwards 0 to what would be forwarded: 483 (RFC 3261 16.3)",
        dials=UNREGISTERED,
    ),
    Scenario(
        "err_maddr_scheme",
        refused(replace(INVITE, uri="nobodyKnowsThisScheme:totallyopaquecontent"), 416),
        "an unknown URI scheme: 416 (RFC 3261 8.2.2.1)",
    ),
)
