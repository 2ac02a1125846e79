"""Tokens: made, shown once, kept as a hash, and proved in constant time."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from softswitch.clock import Clock
from softswitch.ids import ALPHABET
from softswitch.web.errors import WebError
from softswitch.web.model import Token

PREFIX: Final = "ssw"
"""By which a token is known that was pasted where it does not belong."""
ID_LETTERS: Final = 10
"""Fifty bits: enough that no two tokens of a line meet."""
SECRET_OCTETS: Final = 32
"""256 random bits: a plain hash is enough, since nobody can try them all (as for an agent's PIN he could)."""
REMEMBERED_SECONDS: Final = 2.0
"""How long a token is believed without looking again: so soon one that is taken back holds no more."""
MOST_REMEMBERED: Final = 1000
USE_NOTED_SECONDS: Final = 60.0
"""How exactly the last use is known: a write for every request would be one too many."""
LONGEST_NAME: Final = 60

_WRITTEN: Final = re.compile(f"{PREFIX}_([{ALPHABET}]{{{ID_LETTERS}}})_([A-Za-z0-9_-]{{43}})")
_NO_DIGEST: Final = bytes(32)


class TokenStore(Protocol):
    """Where tokens are kept."""

    async def add(self, token: Token) -> None:
        """Keep a new one."""
        ...

    async def find(self, token_id: str) -> Token | None:
        """Return it, None when there is none."""
        ...

    async def all(self) -> Sequence[Token]:
        """Return all, the newest first, those that were revoked too."""
        ...

    async def revoke(self, token_id: str, at: datetime) -> bool:
        """Take it back; tell whether it held until now."""
        ...

    async def note_use(self, token_id: str, at: datetime) -> None:
        """Note when it was used."""
        ...


class TokenRefused(WebError):
    """A token cannot be made as it is wanted."""


def issue(
    name: str, scopes: Sequence[str], now: datetime, *, agent: str = "", lasts: timedelta | None = None
) -> tuple[Token, str]:
    """Make a token; return what is kept of it, and the text that is shown once. Raises TokenRefused."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise TokenRefused(f"a token needs a name of at most {LONGEST_NAME} letters: whose it is")
    if lasts is not None and lasts <= timedelta(0):
        raise TokenRefused("it would be over before it begins")
    token_id = "".join(secrets.choice(ALPHABET) for _ in range(ID_LETTERS))
    secret = secrets.token_urlsafe(SECRET_OCTETS)
    expires = now + lasts if lasts is not None else None
    token = Token(token_id, name.strip(), tuple(scopes), agent, now, expires, digest=_digest(secret))
    return token, f"{PREFIX}_{token_id}_{secret}"


class Tokens:
    """Proves tokens. What it has looked up it remembers for a moment."""

    def __init__(self, store: TokenStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._remembered: OrderedDict[str, tuple[float, Token]] = OrderedDict()

    async def prove(self, text: str) -> Token | None:
        """Return the token that a text is, None when it is none that holds."""
        written = _WRITTEN.fullmatch(text)
        if written is None:
            return None
        token = await self._find(written[1])
        # Compared in any case, so that the time tells nobody whether there is such an id.
        digest = token.digest if token is not None else _NO_DIGEST
        proved = hmac.compare_digest(digest, _digest(written[2]))
        if not proved or token is None or not token.holds(self._clock.wall()):
            return None
        return await self._used(token)

    async def still_holds(self, token: Token) -> bool:
        """Tell whether a token that was proved before holds still."""
        known = await self._find(token.id)
        return known is not None and known.holds(self._clock.wall())

    async def _find(self, token_id: str) -> Token | None:
        now = self._clock.monotonic()
        known = self._remembered.get(token_id)
        if known is not None and now < known[0] + REMEMBERED_SECONDS:
            return known[1]
        token = await self._store.find(token_id)
        if token is None:
            self._remembered.pop(token_id, None)
        else:
            self._remember(token)
        return token

    def _remember(self, token: Token) -> None:
        self._remembered[token.id] = (self._clock.monotonic(), token)
        self._remembered.move_to_end(token.id)
        while len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)

    async def _used(self, token: Token) -> Token:
        now = self._clock.wall()
        if token.used is not None and now < token.used + timedelta(seconds=USE_NOTED_SECONDS):
            return token
        token = replace(token, used=now)
        self._remember(token)
        await self._store.note_use(token.id, now)
        return token


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
