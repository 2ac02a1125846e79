"""Who asked for what: one entry a request, kept behind.

Wrong tokens are counted: what a guesser asks fills no disk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from softswitch.clock import Clock
from softswitch.ids import make_id
from softswitch.web.model import AuditEntry, Token

LONGEST_PATH: Final = 200
LONGEST_SOURCE: Final = 60

Keep = Callable[[AuditEntry], None]
"""Keeps an entry; returns at once, and writes behind."""


class Audit:
    """Writes down every request that was judged."""

    def __init__(self, keep: Keep, clock: Clock) -> None:
        self._keep = keep
        self._clock = clock

    def note(
        self, token: Token | None, *, source: str, method: str, path: str, status: int, code: str = ""
    ) -> None:
        """Write down one request; of the path what fits, and nothing that a terminal would obey."""
        at = self._clock.wall()
        self._keep(
            AuditEntry(
                id=make_id(at),
                at=at,
                token=token.id if token is not None else "",
                name=token.name if token is not None else "",
                agent=token.agent if token is not None else "",
                source=source[:LONGEST_SOURCE],
                method=method[:10],
                path=quote(path, safe="/:@+.,-_~")[:LONGEST_PATH],
                status=status,
                code=code,
            )
        )
