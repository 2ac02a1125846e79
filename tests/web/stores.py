"""Tokens, answers and audit in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from softswitch.web.model import AuditEntry, Replay, Token
from softswitch.web.paging import Part
from softswitch.web.resources.kept import AuditItem


class MemoryTokens:
    """Implements TokenStore; ``looked`` counts how often it was asked."""

    def __init__(self) -> None:
        self.kept: dict[str, Token] = {}
        self.looked = 0

    async def add(self, token: Token) -> None:
        """See TokenStore."""
        self.kept[token.id] = token

    async def find(self, token_id: str) -> Token | None:
        """See TokenStore."""
        self.looked += 1
        return self.kept.get(token_id)

    async def all(self) -> Sequence[Token]:
        """See TokenStore."""
        return tuple(self.kept.values())

    async def revoke(self, token_id: str, at: datetime) -> bool:
        """See TokenStore."""
        known = self.kept.get(token_id)
        if known is None or known.revoked is not None:
            return False
        self.kept[token_id] = replace(known, revoked=at)
        return True

    async def note_use(self, token_id: str, at: datetime) -> None:
        """See TokenStore."""
        self.kept[token_id] = replace(self.kept[token_id], used=at)


class MemoryReplays:
    """Implements ReplayStore."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Replay] = {}

    async def claim(self, token: str, key: str, replay: Replay, *, older: datetime) -> Replay | None:
        """See ReplayStore."""
        known = self.kept.get((token, key))
        if known is not None and known.at >= older:
            return known
        self.kept[token, key] = replay
        return None

    async def finish(self, token: str, key: str, replay: Replay) -> None:
        """See ReplayStore."""
        self.kept[token, key] = replay

    async def release(self, token: str, key: str) -> None:
        """See ReplayStore."""
        self.kept.pop((token, key), None)


class MemoryAudit:
    """Keeps entries, and shows them. Implements AuditTrail."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []

    def keep(self, entry: AuditEntry) -> None:
        """Keep one."""
        self.entries.append(entry)

    async def find(
        self, *, token: str, since: datetime | None, until: datetime | None, after: str, limit: int
    ) -> Part[AuditItem]:
        """See AuditTrail."""
        found = [
            one
            for one in reversed(self.entries)
            if (not token or one.token == token)
            and (since is None or one.at >= since)
            and (until is None or one.at <= until)
            and (not after or one.id < after)
        ]
        items = tuple(
            AuditItem(
                id=one.id,
                at=one.at,
                token=one.token,
                name=one.name,
                agent=one.agent,
                source=one.source,
                method=one.method,
                path=one.path,
                status=one.status,
                code=one.code,
            )
            for one in found[:limit]
        )
        return Part(items, items[-1].id if len(found) > limit else "")
