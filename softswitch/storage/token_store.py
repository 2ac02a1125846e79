"""Tokens of programs on disk."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, select

from softswitch.storage.database import Database, may_pass
from softswitch.storage.moments import read, read_or_never, written, written_or_never
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.api import api_tokens
from softswitch.web.model import Token

logger = logging.getLogger(__name__)


class TokenStore:
    """Implements :class:`softswitch.web.tokens.TokenStore`."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant

    async def add(self, token: Token) -> None:
        """Keep a new one."""
        row = {
            "tenant": self._tenant,
            "id": token.id,
            "name": token.name,
            "scopes": " ".join(token.scopes),
            "agent": token.agent,
            "digest": token.digest,
            "made": written(token.made),
            "expires": written_or_never(token.expires),
            "revoked": written_or_never(token.revoked),
            "used": written_or_never(token.used),
        }
        async with self._database.writing() as connection:
            await connection.execute(api_tokens.insert(), row)

    async def find(self, token_id: str) -> Token | None:
        """Return it, None when there is none."""
        query = select(api_tokens).where(api_tokens.c.tenant == self._tenant, api_tokens.c.id == token_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _token(row)

    async def all(self) -> Sequence[Token]:
        """Return all, the newest first, those that were revoked too."""
        query = select(api_tokens).where(api_tokens.c.tenant == self._tenant)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(api_tokens.c.made.desc(), api_tokens.c.id))).all()
        return [_token(row) for row in rows]

    async def revoke(self, token_id: str, at: datetime) -> bool:
        """Take it back; tell whether it was there and had not been taken back."""
        change = (
            api_tokens.update()
            .where(
                api_tokens.c.tenant == self._tenant,
                api_tokens.c.id == token_id,
                api_tokens.c.revoked == "",
            )
            .values(revoked=written(at))
        )
        async with self._database.writing() as connection:
            return (await connection.execute(change)).rowcount > 0

    async def note_use(self, token_id: str, at: datetime) -> None:
        """Note when it was used, where the database takes it now: nothing hangs on it."""
        change = (
            api_tokens.update()
            .where(api_tokens.c.tenant == self._tenant, api_tokens.c.id == token_id)
            .values(used=written(at))
        )
        try:
            async with self._database.writing(patience=0.0) as connection:
                await connection.execute(change)
        except Exception as error:
            if not may_pass(error):
                raise
            logger.debug("the use of a token is not noted", exc_info=True)


def _token(row: Row[tuple[object, ...]]) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        scopes=tuple(row.scopes.split()),
        agent=row.agent,
        made=read(row.made),
        expires=read_or_never(row.expires),
        revoked=read_or_never(row.revoked),
        used=read_or_never(row.used),
        digest=bytes(row.digest),
    )
