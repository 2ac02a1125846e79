"""Who is wrong, and what to answer.

::

    SoftswitchError
    └── SipError
        ├── RemoteProtocolError     the other side sent what it must not: carries the status to answer
        │   └── NotSip              these bytes are no SIP message at all: nothing to answer
        └── LocalProtocolError      our own code asked for what the protocol forbids: a bug of ours
"""

from __future__ import annotations

from softswitch.errors import SoftswitchError


class SipError(SoftswitchError):
    """Base of all errors of the SIP core."""


class RemoteProtocolError(SipError):
    """The peer broke the protocol.

    ``status`` is the answer a request of this kind deserves, ``reason`` says why in words and goes
    into the response's reason phrase, ``fields`` are header fields that answer must carry
    (``("Unsupported", "100rel")`` with a 420, ``("Accept", "application/sdp")`` with a 415).
    """

    def __init__(self, status: int, reason: str, *, fields: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason
        self.fields = fields

    def __str__(self) -> str:
        return f"{self.status} {self.reason}"


class NotSip(RemoteProtocolError):
    """The bytes cannot be read as a SIP message, so there is nobody to answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(400, reason)


class LocalProtocolError(SipError):
    """Our own side asked for something the protocol does not allow in this state."""
