"""What can go wrong with a request over HTTP.

::

    IntegrationError
    └── HttpError               a request came to nothing; names the host, never the path or a secret
        ├── RequestRefused      we do not send it: its address, header or body is none that may be sent
        │   └── NotAllowed      the address is an inner one that the configuration does not allow
        ├── GivenUp             the host has failed too often and is left alone for a while
        ├── Unreachable         no connection: no such name, refused, no route
        ├── TlsRefused          who answers cannot prove to be the host
        ├── TimedOut            no answer within the limit
        ├── BrokenAnswer        an answer that is none: cut off, too large, no HTTP, no JSON
        └── StatusRefused       the host answered with a status that is no success

``temporary`` tells whether the same request may succeed later; ``sent`` whether the other side may have
acted on it.
"""

from __future__ import annotations

from typing import ClassVar

from softswitch.integrations.errors import IntegrationError


class HttpError(IntegrationError):
    """A request came to nothing. ``host`` is whom it was for; ``reason`` is one plain sentence."""

    temporary: bool = True
    sent: ClassVar[bool] = False
    code: ClassVar[str] = "failed"
    """What it is in the event log; see :mod:`softswitch.words`."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(host, reason)
        self.host = host
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.host}: {self.reason}" if self.host else self.reason


class RequestRefused(HttpError):
    """It is not sent: an address, header or body that may not be."""

    temporary = False
    code = "address_refused"


class NotAllowed(RequestRefused):
    """The host, or the address its name leads to, is not allowed."""


class GivenUp(HttpError):
    """The host has failed too often; ``after`` is in how many seconds it is tried again."""

    code = "host_given_up"

    def __init__(self, host: str, after: float) -> None:
        super().__init__(host, f"it has failed too often and is tried again in {after:.0f} s")
        self.after = after


class Unreachable(HttpError):
    """No connection could be made."""

    code = "unreachable"


class TlsRefused(HttpError):
    """The certificate is not the host's, or TLS could not be agreed on."""

    code = "tls_refused"


class TimedOut(HttpError):
    """No whole answer came within the limit."""

    sent = True
    code = "timed_out"


class BrokenAnswer(HttpError):
    """What came is no answer that can be used."""

    sent = True
    code = "broken_answer"


class StatusRefused(HttpError):
    """The answer has a status that is no success. ``after`` is its Retry-After in seconds, None without."""

    sent = True
    code = "status_refused"

    def __init__(self, host: str, status: int, after: float | None = None) -> None:
        super().__init__(host, f"it answered with status {status}")
        self.status = status
        self.after = after
        self.temporary = may_succeed_later(status)


def may_succeed_later(status: int) -> bool:
    """Tell whether the same request may succeed later (RFC 9110 §15.5, §15.6; RFC 6585 §4; RFC 8470 §5.2)."""
    return status in (408, 425, 429) or status in (500, 502, 503, 504)
