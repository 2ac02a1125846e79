"""Where phones are, kept over a restart: they stay reachable without registering again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.registrar.bindings import Binding, alive, reachable_anew
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.hop import Hop
from softswitch.sip.uri import parse_uri
from softswitch.storage.database import Database
from softswitch.storage.tables import DEFAULT_TENANT, bindings
from softswitch.storage.write_behind import MAX_QUEUED, Pause, WriteBehind

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Rest:
    """A binding's fields that have no column of their own."""

    hop: Hop
    call_id: str
    cseq: int
    q: int = 1000
    instance: str = ""
    user_agent: str = ""
    behind_nat: bool = False


class BindingStore:
    """Keeps each account's bindings. ``save`` returns at once; :meth:`run` writes behind."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        tenant: str = DEFAULT_TENANT,
        limit: int = MAX_QUEUED,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._tenant = tenant
        self._latest: dict[str, tuple[Binding, ...]] = {}
        self._queued: set[str] = set()
        self._behind: WriteBehind[str] = WriteBehind(
            database, self._replace, what="the registrations", clock=clock, limit=limit, pause=pause
        )

    def save(self, account: str, bindings: tuple[Binding, ...]) -> None:
        """Let ``bindings`` be all that ``account`` has; no I/O.

        Only the newest set of an account is kept to be written: a storm of refreshes costs no memory.
        """
        self._latest[account] = bindings
        if account not in self._queued and self._behind.add(account):
            self._queued.add(account)

    async def run(self) -> None:
        """Write until cancelled, then write what is queued. Owned by a task of the composition root."""
        await self._behind.run()

    async def flush(self) -> None:
        """Wait until every set saved so far is on disk."""
        await self._behind.flush()

    async def load(self) -> dict[str, tuple[Binding, ...]]:
        """Return what is still of use after a restart, by account, in the order it was saved.

        Left out are bindings that have expired meanwhile and those behind a stream that cannot be opened
        anew (see :func:`~softswitch.registrar.bindings.reachable_anew`).
        """
        query = (
            select(bindings.c.account, bindings.c.contact, bindings.c.expires_at, bindings.c.data)
            .where(bindings.c.tenant == self._tenant)
            .order_by(bindings.c.account, bindings.c.place)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        found: dict[str, tuple[Binding, ...]] = {}
        for account, contact, expires_at, data in rows:
            binding = _read(account, contact, expires_at, data)
            kept = reachable_anew(binding) if binding is not None else None
            if kept is not None and alive((kept,), self._clock.wall().timestamp()):
                found[account] = (*found.get(account, ()), kept)
        return found

    async def _replace(self, connection: AsyncConnection, accounts: Sequence[str]) -> None:
        # From here on a newer set needs a place in the queue of its own: it may come while we wait.
        self._queued.difference_update(accounts)
        sets = {account: self._latest[account] for account in accounts}
        old = bindings.delete().where(bindings.c.tenant == self._tenant, bindings.c.account.in_(list(sets)))
        await connection.execute(old)
        rows = [row for account, all_ in sets.items() for row in self._rows(account, all_)]
        if rows:
            await connection.execute(bindings.insert(), rows)

    def _rows(self, account: str, all_: tuple[Binding, ...]) -> Iterator[dict[str, object]]:
        """Yield what of an account's set can be written down: a binding that cannot be costs only itself."""
        for place, one in enumerate(all_):
            try:
                yield self._row(account, place, one)
            except ValueError as error:
                self._behind.refuse(error)

    def _row(self, account: str, place: int, binding: Binding) -> dict[str, object]:
        rest = _Rest(
            hop=binding.hop,
            call_id=binding.call_id,
            cseq=binding.cseq,
            q=binding.q,
            instance=binding.instance,
            user_agent=binding.user_agent,
            behind_nat=binding.behind_nat,
        )
        return {
            "tenant": self._tenant,
            "account": account,
            "place": place,
            "contact": str(binding.contact),
            "expires_at": binding.expires_at,
            "data": msgspec.json.encode(rest).decode(),
        }


def _read(account: str, contact: str, expires_at: float, data: str) -> Binding | None:
    try:
        uri = parse_uri(contact)
        rest = msgspec.json.decode(data, type=_Rest)
    except (RemoteProtocolError, msgspec.DecodeError) as error:
        logger.warning("a stored registration of %s cannot be read: %s", account, error)
        return None
    return Binding(
        account=account,
        contact=uri,
        hop=rest.hop,
        call_id=rest.call_id,
        cseq=rest.cseq,
        expires_at=expires_at,
        q=rest.q,
        instance=rest.instance,
        user_agent=rest.user_agent,
        behind_nat=rest.behind_nat,
    )
