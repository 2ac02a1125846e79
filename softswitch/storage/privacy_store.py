"""A person in the history of contacts and in the log of calls: read whole, or taken out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.crm.history_model import Contact, ContactKind
from softswitch.crm.privacy_model import Act, Eraser, Person
from softswitch.storage.contact_store import contact_of
from softswitch.storage.customer_store import remove_customer
from softswitch.storage.database import Database
from softswitch.storage.moments import read, written
from softswitch.storage.tables import DEFAULT_TENANT, contacts, events, personal_data_acts

CALLS_AT_ONCE: Final = 200
"""Calls whose events are looked through at once: some 5,000 rows."""

logger = logging.getLogger(__name__)

NAMES: Final = frozenset({"name", "caller_name"})
"""Fields of events in which a caller's name stands beside his number."""
SAID: Final = frozenset({"text", "detail", "title", "note", "reason", *NAMES})
"""Fields of free text, in which the person's words are looked for; codes elsewhere may look like them."""
NATIONAL_DIGITS: Final = 7
"""Digits by which a number is looked for in the log: all its spellings end with them."""

_CALLS: Final = (ContactKind.CALL.value, ContactKind.CAMPAIGN.value)


class PrivacyStore:
    """What history and log hold of a person."""

    def __init__(self, database: Database, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._tenant = tenant

    async def contacts(self, person: Person) -> list[Contact]:
        """Return every contact with a person, the oldest first."""
        query = (
            select(contacts)
            .where(contacts.c.tenant == self._tenant, _theirs(person))
            .order_by(contacts.c.at, contacts.c.id)
        )
        async with self._database.reading() as connection:
            return [contact_of(row) for row in (await connection.execute(query)).all()]

    async def calls(self, calls: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """Return what happened in these calls, in order, as it is in the log."""
        found: dict[str, list[dict[str, Any]]] = {}
        async with self._database.reading() as connection:
            for group in _groups(calls):
                query = (
                    select(events.c.call, events.c.at, events.c.kind, events.c.data)
                    .where(events.c.tenant == self._tenant, events.c.call.in_(group))
                    .order_by(events.c.sequence)
                )
                for call, at, kind, data in (await connection.execute(query)).all():
                    row = {"at": at, "kind": kind, **msgspec.json.decode(data, type=dict[str, Any])}
                    found.setdefault(call, []).append(row)
        return found

    async def erase(self, person: Person, act: Act) -> Act:
        """Remove the customer, take the person out of history and log, note it, in one transaction.

        Return the act with its counts. A shared number stays where it is nobody's or another's.
        """
        eraser = person.eraser
        theirs = await self.calls_of(person)
        mentioned = await self._mentioned(person)
        others = [call for call in mentioned if call not in set(theirs)]
        counts = dict(act.counts)
        async with self._database.writing() as connection:
            counts["contacts"] = await self._hide_contacts(connection, person, eraser)
            counts["events"] = await self._hide_events(connection, theirs, eraser)
            # In calls that were others' the number alone goes: what else is said there is of them.
            counts["events"] += await self._hide_events(
                connection, others, eraser, only=mentions(person, events.c.data)
            )
            counts["customers"] = int(await remove_customer(connection, person.customer, tenant=self._tenant))
            done = replace(act, counts=counts)
            await connection.execute(personal_data_acts.insert().values(self._act_row(done)))
        if not await self._database.scrub():
            logger.warning("the database is being read: what it was before goes from the disk a little later")
        return done

    async def note(self, act: Act) -> None:
        """Keep an act."""
        async with self._database.writing() as connection:
            await connection.execute(personal_data_acts.insert().values(self._act_row(act)))

    async def acts(self, customer: str = "") -> list[Act]:
        """Return what was done, of one customer or of all, the newest first."""
        table = personal_data_acts.c
        query = select(personal_data_acts).where(table.tenant == self._tenant).order_by(table.id.desc())
        if customer:
            query = query.where(table.customer == customer)
        async with self._database.reading() as connection:
            return [
                Act(
                    row.id,
                    read(row.at),
                    row.done_by,
                    row.act,
                    row.customer,
                    msgspec.json.decode(row.counts, type=dict[str, int]),
                )
                for row in (await connection.execute(query)).all()
            ]

    async def calls_of(self, person: Person) -> list[str]:
        """Return the ids of the calls that were a person's, in order."""
        query = select(contacts.c.reference).where(
            contacts.c.tenant == self._tenant, _theirs(person), contacts.c.kind.in_(_CALLS)
        )
        async with self._database.reading() as connection:
            return sorted({call for call in (await connection.execute(query)).scalars() if call})

    async def _mentioned(self, person: Person) -> list[str]:
        """Return the calls in which a number that is this person's alone stands anywhere.

        The whole log is read for it, some seconds for a million events, beside which others read and write.
        """
        mentioned = mentions(person, events.c.data)
        if mentioned is None:
            return []
        query = select(events.c.call).where(events.c.tenant == self._tenant, mentioned).distinct()
        async with self._database.reading() as connection:
            return sorted((await connection.execute(query)).scalars())

    async def _hide_contacts(self, connection: AsyncConnection, person: Person, eraser: Eraser) -> int:
        table = contacts.c
        query = select(table.id, table.number, table.kind, table.text).where(
            table.tenant == self._tenant, _theirs(person)
        )
        changes = [
            {
                "of_tenant": self._tenant,
                "of_id": row.id,
                "number": eraser.token(row.number),
                "customer": "",
                # A path through a menu tells of the menu; what was written to or of a person goes.
                "text": row.text if row.kind in _CALLS else "",
            }
            for row in (await connection.execute(query)).all()
        ]
        if changes:
            await connection.execute(
                update(contacts)
                .where(table.tenant == bindparam("of_tenant"), table.id == bindparam("of_id"))
                .values(number=bindparam("number"), customer=bindparam("customer"), text=bindparam("text")),
                changes,
            )
        return len(changes)

    async def _hide_events(
        self,
        connection: AsyncConnection,
        calls: Sequence[str],
        eraser: Eraser,
        *,
        only: ColumnElement[bool] | None = None,
    ) -> int:
        hidden = 0
        for group in _groups(calls):
            query = select(events.c.sequence, events.c.data).where(
                events.c.tenant == self._tenant, events.c.call.in_(group)
            )
            if only is not None:
                query = query.where(only)
            changes = []
            for sequence, data in (await connection.execute(query)).all():
                plain = _without(data, eraser, theirs=only is None)
                if plain != data:
                    changes.append({"of_sequence": sequence, "data": plain})
            if changes:
                await connection.execute(
                    update(events)
                    .where(events.c.sequence == bindparam("of_sequence"))
                    .values(data=bindparam("data")),
                    changes,
                )
            hidden += len(changes)
        return hidden

    def _act_row(self, act: Act) -> dict[str, object]:
        return {
            "tenant": self._tenant,
            "id": act.id,
            "at": written(act.at),
            "done_by": act.by,
            "act": act.act,
            "customer": act.customer,
            "counts": msgspec.json.encode(act.counts).decode(),
        }


def _theirs(person: Person) -> ColumnElement[bool]:
    """Return which contacts are a person's: by id, and by a number that no other customer has."""
    table = contacts.c
    by_number = and_(table.customer == "", table.number.in_(person.own_numbers))
    return or_(table.customer == person.customer, by_number)


def mentions(person: Person, *columns: ColumnElement[str]) -> ColumnElement[bool] | None:
    """Return which rows may have something in them that is this person's alone; None where there is nothing.

    More is found than is meant: :meth:`softswitch.crm.privacy_model.Eraser.is_about` tells.
    """
    tails = {
        number.removeprefix("+")[-NATIONAL_DIGITS:] for number in person.own_numbers if number.startswith("+")
    }
    texts = tails | set(person.marks)
    # What stands in another one is found with it.
    fewest = sorted(text for text in texts if not any(other != text and other in text for other in texts))
    said = [column.icontains(text, autoescape=True) for column in columns for text in fewest]
    return or_(*said) if said else None


def _without(data: str, eraser: Eraser, *, theirs: bool) -> str:
    """Return an event's JSON without the person."""
    event = msgspec.json.decode(data, type=dict[str, Any])
    usual = eraser.numbers_out if theirs else eraser.own_numbers_out
    plain: dict[str, object] = {}
    for name, value in event.items():
        plain[name] = _hidden(value, eraser.words_out if theirs and name in SAID else usual)
    if plain == event:
        return data
    named = {name: "" if name in NAMES else value for name, value in plain.items()}
    return msgspec.json.encode(named).decode()


def _hidden(value: object, hide: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return hide(value)
    return [_hidden(one, hide) for one in value] if isinstance(value, list) else value


def without(value: object, eraser: Eraser, *, name: str = "") -> object:
    """Return JSON that is a person's without the person, however deep: names blank, words out of texts."""
    match value:
        case str():
            return "" if name in NAMES else (eraser.words_out if name in SAID else eraser.numbers_out)(value)
        case list():
            return [without(one, eraser, name=name) for one in value]
        case dict():
            return {key: without(one, eraser, name=key) for key, one in value.items()}
        case _:
            return value


def _groups(calls: Sequence[str]) -> Iterator[Sequence[str]]:
    return (calls[at : at + CALLS_AT_ONCE] for at in range(0, len(calls), CALLS_AT_ONCE))
