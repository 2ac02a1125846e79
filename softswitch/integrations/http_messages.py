"""What is asked of other systems over HTTP, and what they answer; nothing here opens a connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import msgspec

from softswitch.integrations import http_errors as errors

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REPEATABLE: Final = METHODS - {"POST", "PATCH"}
"""Methods that do the same once or twice (RFC 9110 §9.2.2)."""

LIMIT_S: Final = 10.0
"""Seconds for everything: finding the address, connecting, TLS, every try, and reading the answer."""
LARGEST: Final = 1 << 20
"""Octets of an answer: menus and shops send thousands."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``limit_s`` is for all of it; ``tries`` counts the first.

    ``key`` is sent as Idempotency-Key: with one, a POST or PATCH is repeated too. ``redirects`` is how many
    are followed, of GET and HEAD alone; ``largest`` counts octets of the answer.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    limit_s: float = LIMIT_S
    tries: int = 1
    key: str = ""
    redirects: int = 0
    largest: int = LARGEST

    @property
    def repeatable(self) -> bool:
        """Tell whether it may be sent again after it may have arrived."""
        return self.method in REPEATABLE or bool(self.key)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; ``headers`` are by names in small letters, of several of a name the last."""

    host: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        """Tell whether the status is a success."""
        return 200 <= self.status < 300

    @property
    def after(self) -> float | None:
        """Seconds of its Retry-After (RFC 9110 §10.2.3), None without; a date counts as none."""
        text = self.headers.get("retry-after", "").strip()
        return float(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None

    def checked(self) -> Response:
        """Return it; raise StatusRefused where the status is no success."""
        if not self.ok:
            raise errors.StatusRefused(self.host, self.status, self.after)
        return self

    def json(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Return what the body holds as JSON; raise BrokenAnswer where it is none."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise errors.BrokenAnswer(self.host, "the answer is no JSON") from None

    def text(self) -> str:
        """Return the body as text in UTF-8; what is none becomes U+FFFD."""
        return self.body.decode("utf-8", "replace")


class Http(Protocol):
    """Whoever asks other systems for the rooms of this switch."""

    async def ask(self, request: Request) -> Response:
        """Send a request and return the answer, whatever its status; raise HttpError without one."""
        ...
