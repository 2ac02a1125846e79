"""SIPp as a phone that watches: lamps, message waiting, presence (RFC 6665 and its packages)."""

from __future__ import annotations

from dataclasses import replace

from tests.peers.sipp_script import (
    MYSELF,
    SERVER,
    Message,
    Scenario,
    answer,
    check,
    expect,
    expect_request,
    label,
    maybe,
    send,
)

NOTIFY_MS = 3000
"""How soon the state must come: "immediately" (RFC 6665 section 4.2.1.2), on a busy machine."""

OTHER = "1002"
SOMEBODY = f"sip:{OTHER}@{SERVER}"


def _subscribe(uri: str, event: str, accept: str, *, expires: int = 60) -> Message:
    return Message(
        "SUBSCRIBE",
        1,
        uri=uri,
        to=f"<{uri}>",
        headers=(f"Event: {event}", f"Expires: {expires}", f"Accept: {accept}"),
    )


def _asked(message: Message, *checks: str) -> tuple[str, ...]:
    """Subscribe, prove who asks, and demand the 200."""
    again = replace(message, cseq=2, headers=(*message.headers, "[authentication]"))
    return (
        send(message),
        maybe(100),
        expect(401, challenge=True),
        send(again),
        maybe(100),
        expect(200, check("[0-9]+", header="Expires", variable=7), *checks),
    )


def _told(*checks: str) -> tuple[str, ...]:
    """Demand a NOTIFY and take it."""
    return (expect_request("NOTIFY", *checks, within_ms=NOTIFY_MS), answer("200 OK", to_tag=False))


def _ended(message: Message) -> tuple[str, ...]:
    """Give the subscription up and demand its last NOTIFY."""
    head = tuple(line for line in message.headers if not line.startswith("Expires"))
    leave = replace(message, cseq=3, to=f"{message.to}[peer_tag_param]", headers=(*head, "Expires: 0"))
    over = check("terminated;reason=timeout", header="Subscription-State", variable=8)
    return (send(leave), maybe(100), expect(200), *_told(over))


MAILBOX = _subscribe(MYSELF, "message-summary", "application/simple-message-summary")
LAMP = _subscribe(SOMEBODY, "dialog;id=7", "application/dialog-info+xml")
PRESENCE = _subscribe(SOMEBODY, "presence", "application/pidf+xml")
ACTIVE = check("active;expires=", header="Subscription-State", variable=3)

LAMP_FOLLOWS = Scenario(
    "lamp_follows",
    (
        *_asked(replace(LAMP, headers=("Event: dialog", *LAMP.headers[1:]))),
        label(1),
        # SIPp goes round until it is told that a call is over.
        '<recv request="NOTIFY"><action>'
        '<ereg regexp="terminated" search_in="body" assign_to="5"/></action></recv>',
        answer("200 OK", to_tag=False),
        '<nop test="5" next="2"/>',
        '<nop next="1"/>',
        label(2),
    ),
    "a lamp is told every state of a call, one NOTIFY at a time (RFC 4235 3.7)",
)

SUBSCRIPTIONS = (
    Scenario(
        "subscribe_mwi",
        (
            *_asked(MAILBOX),
            *_told(ACTIVE, check("Messages-Waiting: no", variable=1)),
            *_ended(MAILBOX),
        ),
        "SUBSCRIBE message-summary to one's own mailbox: 200, NOTIFY at once, and one at the end (RFC 3842)",
    ),
    Scenario(
        "subscribe_dialog",
        (
            *_asked(LAMP, check("dialog", header="Allow-Events", variable=6)),
            *_told(
                ACTIVE,
                check("dialog-info", variable=1),
                check("version=.0. state=.full.", variable=2),
                check("dialog;id=7", header="Event", variable=4),
            ),
            *_ended(LAMP),
        ),
        "SUBSCRIBE dialog for an account: 200, NOTIFY with the full state, version 0 (RFC 4235 4.1)",
    ),
    Scenario(
        "subscribe_presence",
        (*_asked(PRESENCE), *_told(ACTIVE, check("basic.[a-z]+./basic", variable=1))),
        "SUBSCRIBE presence of an account: 200, NOTIFY with PIDF (RFC 3856)",
    ),
    Scenario(
        "subscribe_fetch",
        (
            *_asked(_subscribe(SOMEBODY, "dialog", "application/dialog-info+xml", expires=0)),
            *_told(check("terminated;reason=timeout", header="Subscription-State", variable=1)),
        ),
        "SUBSCRIBE with Expires 0: the state once, and nothing is kept (RFC 6665 4.4.3)",
    ),
)
