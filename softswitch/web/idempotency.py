"""A POST that is sent again, with the same Idempotency-Key, is done once and answered as it was then.

The key is claimed in the database before anything is done: whoever sends it meanwhile is told to wait. What
was refused has done nothing, and gives the key back. Whether something was done whose answer is missing
(the process was killed just then) nobody knows: that is said, and not tried again.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import Final, Protocol

from softswitch.clock import Clock
from softswitch.web.errors import Conflict, Fault, Unacceptable
from softswitch.web.model import Replay, Token

HEADER: Final = "Idempotency-Key"
KEPT: Final = timedelta(hours=24)
"""How long an answer is kept: no program repeats a request after a day."""
LARGEST_KEPT: Final = 65_536
"""Octets of an answer that are kept; a larger one is answered again as done, without its body."""

_KEY: Final = re.compile(r"[!-~]{1,128}")


class InFlight(Conflict):
    """The same request is being done just now."""

    code = "in_progress"
    title = "The first request is still being done"


class OutcomeUnknown(Conflict):
    """The same request was begun, and nobody knows whether it was done."""

    code = "outcome_unknown"
    title = "Whether it was done is not known"


class ReplayStore(Protocol):
    """Where the answers are kept, by token and key."""

    async def claim(self, token: str, key: str, replay: Replay, *, older: datetime) -> Replay | None:
        """Take a key for oneself; return None, or what is there already. What is ``older`` is gone."""
        ...

    async def finish(self, token: str, key: str, replay: Replay) -> None:
        """Keep the answer."""
        ...

    async def release(self, token: str, key: str) -> None:
        """Give a key back: nothing was done."""
        ...


class Idempotency:
    """Keeps requests from being done twice."""

    def __init__(self, store: ReplayStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._running: set[tuple[str, str]] = set()

    async def begin(self, token: Token, key: str, request: bytes) -> Replay | None:
        """Claim a key for a request (method, path and body); return the answer it has had, None for none.

        Raises InFlight, OutcomeUnknown, and Unacceptable for a key that stood for another request.
        """
        if not _KEY.fullmatch(key):
            reason = "1 to 128 printable letters without spaces, such as a UUID"
            raise Unacceptable("The key cannot be used.", faults=(Fault(f"header.{HEADER}", reason),))
        now = self._clock.wall()
        fingerprint = hashlib.sha256(request).hexdigest()
        if (token.id, key) in self._running:
            raise InFlight("A request with this key is being done; ask again in a moment.", retry_after=1)
        self._running.add((token.id, key))
        try:
            known = await self._store.claim(token.id, key, Replay(fingerprint, now), older=now - KEPT)
        except BaseException:
            self._running.discard((token.id, key))
            raise
        if known is None:
            return None
        self._running.discard((token.id, key))
        if known.fingerprint != fingerprint:
            reason = "it stood for another request; take a new key for each"
            raise Unacceptable("The key was used before.", faults=(Fault(f"header.{HEADER}", reason),))
        if not known.status:
            raise OutcomeUnknown(
                "A request with this key was begun and broken off: look whether it was done."
            )
        return known

    async def end(
        self, token: Token, key: str, request: bytes, *, status: int, content_type: str, body: bytes
    ) -> None:
        """Keep the answer to a request that claimed its key; what was refused (4xx) gives it back."""
        try:
            if 400 <= status < 500:
                await self._store.release(token.id, key)
                return
            kept = body if len(body) <= LARGEST_KEPT else b""
            fingerprint = hashlib.sha256(request).hexdigest()
            replay = Replay(fingerprint, self._clock.wall(), status, content_type if kept else "", kept)
            await self._store.finish(token.id, key, replay)
        finally:
            self._running.discard((token.id, key))

    def abandon(self, token: Token, key: str) -> None:
        """Forget that a request runs which was broken off: its outcome stays unknown."""
        self._running.discard((token.id, key))
