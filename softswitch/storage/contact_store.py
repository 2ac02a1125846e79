"""The history of contacts: each written once, read newest first in a few steps, however much there is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, select, tuple_, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.crm.customer_model import NUMBER
from softswitch.crm.errors import CrmError
from softswitch.crm.history_model import ANSWERED, Contact, ContactKind, ContactPage, Way
from softswitch.storage.database import Database
from softswitch.storage.moments import read, written
from softswitch.storage.tables import DEFAULT_TENANT, contacts, customer_keys

MOST_CONTACTS: Final = 100
"""Contacts of one page."""
KEPT_QUERIES: Final = 100
"""Questions that are kept made: one for each count of numbers that customers have."""
FORGOTTEN_AT_ONCE: Final = 1000
"""Contacts that one transaction removes: others want to write, too."""


async def put_contacts(
    connection: AsyncConnection, new: Sequence[Contact], *, tenant: str = DEFAULT_TENANT
) -> None:
    """Write contacts in the transaction of what they follow from; one whose id is known is left out.

    A contact that names no customer goes to whoever alone has its number.
    """
    if not new:
        return
    owners = await _owners(connection, {one.number for one in new if one.number and not one.customer}, tenant)
    rows = [_row(one, one.customer or owners.get(one.number, ""), tenant) for one in new]
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(contacts).on_conflict_do_nothing(index_elements=[contacts.c.tenant, contacts.c.id])
    await connection.execute(statement, rows)


async def _owners(connection: AsyncConnection, numbers: Collection[str], tenant: str) -> dict[str, str]:
    """Return the one customer of each number; a number of several is nobody's."""
    keys = customer_keys.c
    if not numbers:
        return {}
    query = (
        select(keys.value, func.min(keys.customer).label("owner"))
        .where(keys.tenant == tenant, keys.field == NUMBER, keys.value.in_(sorted(numbers)))
        .group_by(keys.value)
        .having(func.count() == 1)
    )
    return {row.value: row.owner for row in (await connection.execute(query)).all()}


class ContactStore:
    """Reads the history of a customer or of a number, and writes single contacts."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant

    async def add(self, *new: Contact) -> None:
        """Write contacts down; see :func:`put_contacts`."""
        async with self._database.writing() as connection:
            await put_contacts(connection, new, tenant=self._tenant)

    async def history(
        self,
        customer: str,
        numbers: Sequence[str],
        *,
        limit: int = 10,
        after: str = "",
        kinds: Collection[ContactKind] = (),
    ) -> ContactPage:
        """Return contacts of a customer, and of its numbers where nobody else is named, newest first.

        With "" for the customer those of the numbers alone. ``after`` is what the page before told; raises
        :class:`CrmError` for what no page has told.
        """
        limit = min(limit, MOST_CONTACTS)
        wanted: dict[str, object] = {}
        if kinds:
            wanted["kinds"] = [kind.value for kind in kinds]
        if after:
            wanted["before_at"], wanted["before_id"] = _place(after)
        found = await self._newest(customer, numbers, wanted, limit + 1)
        more = len(found) > limit
        told = (
            msgspec.json.encode((written(found[limit - 1].at), found[limit - 1].id)).decode() if more else ""
        )
        return ContactPage(tuple(found[:limit]), told)

    async def last_agent(
        self,
        customer: str,
        numbers: Sequence[str],
        *,
        since: datetime,
        campaigns: bool = False,
        answered_only: bool = True,
    ) -> str:
        """Return the agent of the last talk since then, of queues and direct calls, or of ``campaigns``; "".

        With ``answered_only`` off, an attempt that did not get through counts as well.
        """
        kind = ContactKind.CAMPAIGN if campaigns else ContactKind.CALL
        wanted: dict[str, object] = {"kinds": [kind.value], "since": written(since), "nobody": ""}
        if answered_only:
            wanted["result"] = ANSWERED
        found = await self._newest(customer, numbers, wanted, 1)
        return found[0].agent if found else ""

    async def forget(self, before: datetime) -> int:
        """Remove a portion of the contacts from before a time; return how many those were."""
        table = contacts.c
        old = (
            select(table.id)
            .where(table.tenant == self._tenant, table.at < written(before))
            .limit(FORGOTTEN_AT_ONCE)
        )
        async with self._database.writing() as connection:
            ids = list((await connection.execute(old)).scalars())
            if ids:
                await connection.execute(
                    contacts.delete().where(table.tenant == self._tenant, table.id.in_(ids))
                )
        return len(ids)

    async def _newest(
        self, customer: str, numbers: Sequence[str], wanted: Mapping[str, object], limit: int
    ) -> list[Contact]:
        """Return the newest of all ways to belong to a customer, of those that are ``wanted``."""
        ways: dict[str, object] = {f"number{place}": one for place, one in enumerate(dict.fromkeys(numbers))}
        if customer:
            ways["customer"] = customer
        if not ways:
            return []
        query = _newest(tuple(ways), frozenset(wanted))
        values = {"tenant": self._tenant, "limit": limit, **ways, **wanted}
        async with self._database.reading() as connection:
            return [contact_of(row) for row in (await connection.execute(query, values)).all()]


_WANTED: Final[Mapping[str, ColumnElement[bool]]] = {
    "kinds": contacts.c.kind.in_(bindparam("kinds", expanding=True)),
    "before_at": tuple_(contacts.c.at, contacts.c.id)
    < tuple_(bindparam("before_at"), bindparam("before_id")),
    "since": contacts.c.at >= bindparam("since"),
    "nobody": contacts.c.agent != bindparam("nobody"),
    "result": contacts.c.result == bindparam("result"),
}
"""What contacts may have to be, by the name of a value that it is asked with."""


@lru_cache(maxsize=KEPT_QUERIES)
def _newest(ways: tuple[str, ...], wanted: frozenset[str]) -> Select[Any]:
    """Return the question for the newest of all ways to belong to a customer; each is one range of one index.

    Made once for all who have as many numbers: making it takes longer than answering it, and leaves what
    the garbage collector has to look through.
    """
    table = contacts.c
    only = [_WANTED[name] for name in sorted(wanted) if name in _WANTED]
    # One query for each way, each with its own limit: an OR over two indexes would read and sort all.
    parts = []
    for way in ways:
        mine = table.customer == bindparam(way)
        if way != "customer":
            mine = and_(table.number == bindparam(way), table.customer == "")
        part = select(contacts).where(table.tenant == bindparam("tenant"), mine, *only)
        newest = part.order_by(table.at.desc(), table.id.desc()).limit(bindparam("limit"))
        parts.append(select(newest.subquery()))
    found = union_all(*parts).subquery() if len(parts) > 1 else parts[0].subquery()
    return select(found).order_by(found.c.at.desc(), found.c.id.desc()).limit(bindparam("limit"))


def _place(after: str) -> tuple[str, str]:
    try:
        return msgspec.json.decode(after, type=tuple[str, str])
    except msgspec.DecodeError as error:
        raise CrmError("there is no such page: begin with the first one") from error


def _row(one: Contact, customer: str, tenant: str) -> dict[str, object]:
    return {
        "tenant": tenant,
        "id": one.id,
        "at": written(one.at),
        "kind": one.kind.value,
        "number": one.number,
        "customer": customer,
        "way": one.way.value,
        "agent": one.agent,
        "queue": one.queue,
        "campaign": one.campaign,
        "result": one.result,
        "seconds": one.seconds,
        "reference": one.reference,
        "text": one.text,
    }


def contact_of(row: Row[Any]) -> Contact:
    """Return the contact that a row of the table is."""
    return Contact(
        id=row.id,
        kind=ContactKind(row.kind),
        at=read(row.at),
        number=row.number,
        customer=row.customer,
        way=Way(row.way),
        agent=row.agent,
        queue=row.queue,
        campaign=row.campaign,
        result=row.result,
        seconds=row.seconds,
        reference=row.reference,
        text=row.text,
    )
