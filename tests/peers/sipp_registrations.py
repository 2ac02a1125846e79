"""SIPp as a phone that registers: RFC 3261 section 10 from the phone's side."""

from __future__ import annotations

from tests.peers.sipp_script import (
    END,
    HERE,
    MYSELF,
    SERVER,
    Message,
    Scenario,
    check,
    expect,
    label,
    maybe,
    pause,
    send,
)

AUTHENTICATED = "[authentication]"
HERE_URI = f"sip:[user]@{HERE}"


def _register(
    cseq: int,
    *,
    contact: str = f"<{HERE_URI}>",
    expires: int | None = 60,
    credentials: str = AUTHENTICATED,
    user: str = MYSELF,
) -> Message:
    headers = [f"Expires: {expires}"] if expires is not None else []
    headers += [credentials] if credentials else []
    return Message(
        "REGISTER",
        cseq,
        uri=f"sip:{SERVER}",
        to=f"<{user}>",
        sender=f"<{user}>",
        contact=contact,
        headers=tuple(headers),
    )


def _first(contact: str = f"<{HERE_URI}>", expires: int = 60) -> tuple[str, ...]:
    """Register without credentials and take the challenge."""
    return (
        send(_register(1, contact=contact, expires=expires, credentials="")),
        maybe(100),
        expect(
            401,
            check("realm=.*nonce=", header="WWW-Authenticate", variable=1),
            check("qop=.?auth", header="WWW-Authenticate", variable=2),
            challenge=True,
        ),
    )


def _again(cseq: int, message: Message, *checks: str, first_label: int) -> tuple[str, ...]:
    """Send a REGISTER with credentials; when the nonce is no longer good, take the new one and repeat."""
    repeated = Message(
        message.method,
        cseq + 1,
        uri=message.uri,
        to=message.to,
        sender=message.sender,
        contact=message.contact,
        headers=message.headers,
    )
    done = first_label + 1
    return (
        send(message),
        maybe(100),
        expect(401, optional=True, challenge=True, goto=first_label),
        expect(200, *checks, goto=done),
        label(first_label),
        send(repeated),
        expect(200, *checks),
        label(done),
    )


BOUND = check("sip:.*expires=[1-9]", header="Contact", variable=3)
"""A binding is listed. SIPp's patterns know no keywords: whose address it is, the test reads in the trace."""

NO_CONTACT = check("sip:", header="Contact", variable=4, absent=True)

REGISTRATIONS = (
    Scenario(
        "reg_md5",
        (
            *_first(expires=300),
            send(_register(2, expires=300)),
            maybe(100),
            expect(200, BOUND),
        ),
        "401 with realm, nonce and qop=auth; then 200 with our Contact and its expiry (RFC 3261 10.3)",
    ),
    Scenario(
        "reg_rereg_unreg",
        (
            *_first(),
            send(_register(2)),
            expect(200, BOUND),
            pause(300),
            *_again(3, _register(3), BOUND, first_label=1),
            pause(300),
            *_again(5, _register(5, contact=f"<{HERE_URI}>;expires=0", expires=0), NO_CONTACT, first_label=3),
        ),
        "a refresh keeps the binding, expires=0 removes it (RFC 3261 10.2.2, 10.2.4)",
    ),
    Scenario(
        "reg_star",
        (
            *_first(),
            send(_register(2)),
            expect(200, BOUND),
            *_again(3, _register(3, contact="*", expires=0), NO_CONTACT, first_label=1),
        ),
        "Contact: * with Expires: 0 removes every binding (RFC 3261 10.2.2)",
    ),
    Scenario(
        "reg_query",
        (
            *_first(),
            send(_register(2)),
            expect(200, BOUND),
            *_again(3, _register(3, contact="", expires=None), BOUND, first_label=1),
        ),
        "a REGISTER without Contact returns the bindings and changes none (RFC 3261 10.2.3)",
    ),
    Scenario(
        "reg_brief",
        (
            *_first(f"<{HERE_URI}>;expires=1", 1),
            send(_register(2, contact=f"<{HERE_URI}>;expires=1", expires=1)),
            maybe(100),
            expect(423, check("[0-9][0-9]*", header="Min-Expires", variable=3)),
        ),
        "one second is too brief: 423 with Min-Expires (RFC 3261 10.3 step 7)",
    ),
    Scenario(
        "reg_badpw",
        (
            *_first(),
            send(_register(2, credentials="[authentication password=wrong]")),
            maybe(100),
            expect(403, optional=True, goto=END),
            expect(401),
            label(END),
        ),
        "a wrong password is never taken: 401 or 403 (RFC 3261 22)",
    ),
    Scenario(
        "reg_nouser",
        (
            send(_register(1, credentials="", user=f"sip:nosuch9@{SERVER}")),
            maybe(100),
            expect(401, check("nonce=", header="WWW-Authenticate")),
        ),
        "an unknown user is challenged like a known one, so that nobody learns which exist (RFC 3261 10.3)",
    ),
    Scenario(
        "reg_multi",
        (
            *_first(),
            send(_register(2, contact=f"<{HERE_URI}>;q=0.9, <sip:[user]@[local_ip]:5999>;q=0.1")),
            maybe(100),
            expect(200, BOUND, check(":5999>*;", anywhere=True, variable=5)),
            *_again(3, _register(3, contact="*", expires=0), NO_CONTACT, first_label=1),
        ),
        "two contacts in one REGISTER are both bound (RFC 3261 10.2.1)",
    ),
)

BIND_HERE = Scenario(
    "bind_here",
    (*_first(expires=120), send(_register(2, expires=120)), expect(200, BOUND)),
    "registers a phone at SIPp's own port, for the scenarios in which SIPp is the phone",
)

FORGET_ALL = Scenario(
    "forget_all",
    (*_first(), send(_register(2, contact="*", expires=0)), expect(200, NO_CONTACT)),
    "removes every binding of an account",
)
