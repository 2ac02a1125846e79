"""Every transition of the four transaction machines, and nothing else (RFC 3261 §17, RFC 6026).

``TABLE[state][input]`` is ``(next state, actions)``. An input a state does not list is absorbed:
that is what §17 asks for (a repeated response in Completed, a stray ACK in Confirmed).
The diagrams in ARCHITECTURE.md are generated from these tables.
"""

from __future__ import annotations

from enum import Enum


class _Single(Enum):
    """Members are looked up in tables with every message; each is there once, so it is its own hash."""

    __hash__ = object.__hash__


class State(_Single):
    """States of all four machines."""

    CALLING = "Calling"
    TRYING = "Trying"
    PROCEEDING = "Proceeding"
    COMPLETED = "Completed"
    CONFIRMED = "Confirmed"
    ACCEPTED = "Accepted"
    TERMINATED = "Terminated"


class Input(_Single):
    """What can happen to a transaction: from the wire, from its user, from its timers."""

    PROVISIONAL = "1xx received"
    SUCCESS = "2xx received"
    FAILURE = "3xx-6xx received"
    REQUEST = "request received again"
    ACK = "ACK received"
    SEND_PROVISIONAL = "1xx from user"
    SEND_SUCCESS = "2xx from user"
    SEND_FAILURE = "3xx-6xx from user"
    REPEAT = "repeat timer (A, E, G)"
    EXPIRE = "expiry timer (B, F, H)"
    LINGER = "linger timer (D, I, J, K, L, M)"
    BROKEN = "transport error"
    LOST = "stream closed"


class Action(_Single):
    """What the stack does on a transition."""

    SEND_REQUEST = "send request"
    SEND_RESPONSE = "send response"
    SEND_ACK = "send ACK"
    CANCEL = "cancel the INVITE"
    PASS = "pass to user"
    REPORT_EXPIRED = "tell user: no answer in time"
    REPORT_BROKEN = "tell user: transport failed"
    REPEAT_DOUBLED = "arm repeat, doubled"
    REPEAT_CAPPED = "arm repeat, doubled up to T2"
    REPEAT_T2 = "arm repeat at T2"
    STOP_REPEAT = "stop repeating"
    STOP_EXPIRE = "stop expiry"
    LINGER_LONG = "linger 64*T1"
    LINGER_T4 = "linger T4"


Row = tuple[State, tuple[Action, ...]]
Table = dict[State, dict[Input, Row]]

_S, _I, _A = State, Input, Action
_GONE: Row = (_S.TERMINATED, (_A.REPORT_BROKEN,))
_CLIENT_SUCCESS: Row = (_S.ACCEPTED, (_A.STOP_REPEAT, _A.STOP_EXPIRE, _A.PASS, _A.LINGER_LONG))
_CLIENT_FAILURE: Row = (
    _S.COMPLETED,
    (_A.STOP_REPEAT, _A.STOP_EXPIRE, _A.SEND_ACK, _A.PASS, _A.LINGER_LONG),
)

# RFC 3261 §17.1.1.2 figure 5 with RFC 6026 §7.2 (state Accepted, timer M).
INVITE_CLIENT: Table = {
    _S.CALLING: {
        _I.PROVISIONAL: (_S.PROCEEDING, (_A.STOP_REPEAT, _A.STOP_EXPIRE, _A.PASS)),
        _I.SUCCESS: _CLIENT_SUCCESS,
        _I.FAILURE: _CLIENT_FAILURE,
        _I.REPEAT: (_S.CALLING, (_A.SEND_REQUEST, _A.REPEAT_DOUBLED)),
        _I.EXPIRE: (_S.TERMINATED, (_A.REPORT_EXPIRED,)),
        _I.BROKEN: _GONE,
        # The INVITE has left, and whoever has it may answer over another stream (§18.2.2): the user need not
        # wait for that, but a 2xx must find somebody who ends it.
        _I.LOST: (_S.CALLING, (_A.REPORT_BROKEN, _A.CANCEL)),
    },
    # Nothing of this transaction is sent here, so figure 5 knows no transport error; a CANCEL has its own.
    _S.PROCEEDING: {
        _I.PROVISIONAL: (_S.PROCEEDING, (_A.PASS,)),
        _I.SUCCESS: _CLIENT_SUCCESS,
        _I.FAILURE: _CLIENT_FAILURE,
        # Armed by a CANCEL only: §9.1 gives the callee 64*T1 to send the final response.
        _I.EXPIRE: (_S.TERMINATED, (_A.REPORT_EXPIRED,)),
        _I.LOST: (_S.PROCEEDING, (_A.REPORT_BROKEN, _A.CANCEL)),
    },
    _S.COMPLETED: {
        _I.FAILURE: (_S.COMPLETED, (_A.SEND_ACK,)),
        _I.LINGER: (_S.TERMINATED, ()),
        # §17.1.1.2 would tell the user; but that has its final response, and nothing is left to do.
        _I.BROKEN: (_S.TERMINATED, ()),
    },
    _S.ACCEPTED: {
        _I.SUCCESS: (_S.ACCEPTED, (_A.PASS,)),
        _I.LINGER: (_S.TERMINATED, ()),
    },
}

_CLIENT_FINAL: Row = (_S.COMPLETED, (_A.STOP_REPEAT, _A.STOP_EXPIRE, _A.PASS, _A.LINGER_T4))

# RFC 3261 §17.1.2.2 figure 6.
CLIENT: Table = {
    _S.TRYING: {
        _I.PROVISIONAL: (_S.PROCEEDING, (_A.PASS,)),
        _I.SUCCESS: _CLIENT_FINAL,
        _I.FAILURE: _CLIENT_FINAL,
        _I.REPEAT: (_S.TRYING, (_A.SEND_REQUEST, _A.REPEAT_CAPPED)),
        _I.EXPIRE: (_S.TERMINATED, (_A.REPORT_EXPIRED,)),
        _I.BROKEN: _GONE,
    },
    _S.PROCEEDING: {
        _I.PROVISIONAL: (_S.PROCEEDING, (_A.PASS,)),
        _I.SUCCESS: _CLIENT_FINAL,
        _I.FAILURE: _CLIENT_FINAL,
        _I.REPEAT: (_S.PROCEEDING, (_A.SEND_REQUEST, _A.REPEAT_T2)),
        _I.EXPIRE: (_S.TERMINATED, (_A.REPORT_EXPIRED,)),
        _I.BROKEN: _GONE,
    },
    _S.COMPLETED: {
        _I.LINGER: (_S.TERMINATED, ()),
    },
}

# RFC 3261 §17.2.1 figure 7 with RFC 6026 §7.1 (state Accepted, timer L). A 2xx is repeated by the
# dialog until its ACK comes, not by the transaction.
INVITE_SERVER: Table = {
    _S.PROCEEDING: {
        _I.REQUEST: (_S.PROCEEDING, (_A.SEND_RESPONSE,)),
        _I.SEND_PROVISIONAL: (_S.PROCEEDING, (_A.SEND_RESPONSE,)),
        _I.SEND_SUCCESS: (_S.ACCEPTED, (_A.SEND_RESPONSE, _A.LINGER_LONG)),
        _I.SEND_FAILURE: (_S.COMPLETED, (_A.SEND_RESPONSE, _A.REPEAT_CAPPED)),
        _I.BROKEN: _GONE,
    },
    _S.COMPLETED: {
        _I.REQUEST: (_S.COMPLETED, (_A.SEND_RESPONSE,)),
        _I.ACK: (_S.CONFIRMED, (_A.STOP_REPEAT, _A.STOP_EXPIRE, _A.LINGER_T4)),
        _I.REPEAT: (_S.COMPLETED, (_A.SEND_RESPONSE, _A.REPEAT_CAPPED)),
        # Timer H: no ACK to a refusal. There is nothing left to end, so the user is not told.
        _I.EXPIRE: (_S.TERMINATED, ()),
        _I.BROKEN: (_S.TERMINATED, ()),
    },
    _S.CONFIRMED: {
        _I.LINGER: (_S.TERMINATED, ()),
    },
    _S.ACCEPTED: {
        _I.SEND_SUCCESS: (_S.ACCEPTED, (_A.SEND_RESPONSE,)),
        _I.LINGER: (_S.TERMINATED, ()),
    },
}

_SERVER_FINAL: Row = (_S.COMPLETED, (_A.SEND_RESPONSE, _A.LINGER_LONG))

# RFC 3261 §17.2.2 figure 8.
SERVER: Table = {
    _S.TRYING: {
        _I.SEND_PROVISIONAL: (_S.PROCEEDING, (_A.SEND_RESPONSE,)),
        _I.SEND_SUCCESS: _SERVER_FINAL,
        _I.SEND_FAILURE: _SERVER_FINAL,
        _I.BROKEN: _GONE,
    },
    _S.PROCEEDING: {
        _I.REQUEST: (_S.PROCEEDING, (_A.SEND_RESPONSE,)),
        _I.SEND_PROVISIONAL: (_S.PROCEEDING, (_A.SEND_RESPONSE,)),
        _I.SEND_SUCCESS: _SERVER_FINAL,
        _I.SEND_FAILURE: _SERVER_FINAL,
        _I.BROKEN: _GONE,
    },
    _S.COMPLETED: {
        _I.REQUEST: (_S.COMPLETED, (_A.SEND_RESPONSE,)),
        _I.LINGER: (_S.TERMINATED, ()),
        _I.BROKEN: (_S.TERMINATED, ()),
    },
}

MACHINES: dict[str, Table] = {
    "INVITE client": INVITE_CLIENT,
    "non-INVITE client": CLIENT,
    "INVITE server": INVITE_SERVER,
    "non-INVITE server": SERVER,
}
"""All machines by their name in RFC 3261 §17."""
