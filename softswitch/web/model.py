"""Who may ask, and what was asked: plain values, as they are stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A program's right to ask. Of its secret only the ``digest`` (SHA-256) is known.

    ``agent`` binds it to one account: then it sees that account's own calls alone. ``expires`` is None for
    never, ``used`` when it was used last (to the minute), ``revoked`` when it was taken back.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    agent: str
    made: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    used: datetime | None = None
    digest: bytes = field(default=b"", repr=False)

    def holds(self, now: datetime) -> bool:
        """Tell whether it counts at a time."""
        return self.revoked is None and (self.expires is None or now < self.expires)

    def allows(self, scope: str) -> bool:
        """Tell whether it goes as far as a scope."""
        return scope in self.scopes


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One request: who did what to what, when, from where, and what came of it.

    ``token`` is its id, "" where none held. ``path`` has no query: ids, and nothing personal.
    ``code`` is that of the problem (see :mod:`softswitch.web.errors`), "" where there was none.
    """

    id: str
    at: datetime
    token: str
    name: str
    agent: str
    source: str
    method: str
    path: str
    status: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """The answer a POST has had, kept for when it is sent again; ``status`` is 0 until there is one."""

    fingerprint: str
    at: datetime
    status: int = 0
    content_type: str = ""
    body: bytes = b""
