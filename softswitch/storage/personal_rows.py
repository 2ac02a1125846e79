"""What the small tables hold of a person, each exported and erased by a plan of its own.

Rows are found by what is this person's alone, by the customer's id and by the person's calls. What others
still need stays without the person: a webhook that must come in its number, a payment that the books must
show (GDPR, art. 17 (3) b).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Select, Table, and_, or_, select, true

from softswitch.crm.privacy_model import Person
from softswitch.storage.database import Database
from softswitch.storage.privacy_store import mentions, without
from softswitch.storage.tables import (
    DEFAULT_TENANT,
    api_audit,
    api_replays,
    call_parties,
    callbacks,
    caller_choices,
    identity_tries,
    listed_callers,
    payments,
    sms_sent,
    ticket_changes,
    ticket_promises,
    tickets,
    waiting,
    webhook_messages,
)

CALLS_AT_ONCE: Final = 500
"""Calls named in one question: SQLite takes some thousand values."""
ROWS_AT_ONCE: Final = 200

Row = dict[str, Any]

Left = Callable[[Row, Person], Mapping[str, Any] | None]
"""Returns the columns of a row that change when the person goes out of it; None when the row goes itself."""


def _nothing(row: Row, person: Person) -> None:
    """Leave nothing of a row."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where in a table a person is: in texts, in columns that are one number, by customer or by call.

    With ``all_rows`` every row is looked at: those whose texts no question can look into.
    """

    name: str
    table: Table
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    customer: str = ""
    call: str = ""
    left: Left = _nothing
    all_rows: bool = False


class RowsOf:
    """A table's rows of a person. Implements :class:`softswitch.crm.privacy.PersonalData`."""

    def __init__(self, database: Database, plan: Plan, *, tenant: str = DEFAULT_TENANT) -> None:
        self._database = database
        self._plan = plan
        self._tenant = tenant

    @property
    def name(self) -> str:
        """What stands over it in an export."""
        return self._plan.name

    async def export(self, person: Person) -> list[dict[str, object]]:
        """Return the rows as JSON can hold them."""
        return [
            {name: _shown(value) for name, value in row.items() if name != "tenant"}
            for row in await self.found(person)
        ]

    async def erase(self, person: Person) -> int:
        """Take the person out; return how many rows that changed."""
        table, gone = self._plan.table, 0
        for portion in _portions(await self.found(person), ROWS_AT_ONCE):
            async with self._database.writing() as connection:
                for row in portion:
                    mine = and_(*(column == row[column.name] for column in table.primary_key))
                    left = self._plan.left(row, person)
                    if left is None:
                        gone += (await connection.execute(table.delete().where(mine))).rowcount
                    elif any(row[name] != value for name, value in left.items()):
                        gone += (await connection.execute(table.update().where(mine).values(**left))).rowcount
        return gone

    async def found(self, person: Person) -> list[Row]:
        """Return the rows that are about a person, in the order of their keys."""
        kept: dict[tuple[object, ...], Row] = {}
        keys = [column.name for column in self._plan.table.primary_key]
        async with self._database.reading() as connection:
            for query in self._questions(person):
                result = await connection.stream(query)
                async for rows in result.mappings().partitions(ROWS_AT_ONCE):
                    for row in map(dict, rows):
                        if self._is_about(row, person):
                            kept[tuple(row[name] for name in keys)] = row
        return [kept[key] for key in sorted(kept, key=str)]

    def _questions(self, person: Person) -> Iterator[Select[Any]]:
        plan, columns = self._plan, self._plan.table.c
        said: list[ColumnElement[bool]] = [
            columns[name].in_(list(person.marks)) for name in plan.numbers if person.marks
        ]
        if plan.customer and person.customer:
            said.append(columns[plan.customer] == person.customer)
        mentioned = mentions(person, *(columns[name] for name in plan.texts))
        if mentioned is not None and not plan.all_rows:
            said.append(mentioned)
        if plan.all_rows and person.marks:
            said.append(true())
        if said:
            yield self._rows(or_(*said))
        if plan.call:
            for calls in _portions(person.calls, CALLS_AT_ONCE):
                yield self._rows(columns[plan.call].in_(list(calls)))

    def _rows(self, wanted: ColumnElement[bool]) -> Select[Any]:
        return select(self._plan.table).where(self._plan.table.c.tenant == self._tenant, wanted)

    def _is_about(self, row: Row, person: Person) -> bool:
        plan = self._plan
        return (
            bool(plan.customer and person.customer and row[plan.customer] == person.customer)
            or bool(plan.call and row[plan.call] in person.calls)
            or any(row[name] in person.marks for name in plan.numbers)
            or any(is_about(_text(row[name]), person) for name in plan.texts)
        )


def small_tables() -> Sequence[Plan]:
    """Return the plans of all tables that are nobody's own matter here."""
    return (
        Plan(
            "payments",
            payments,
            texts=("description", "purpose", "receipt_to", "sms_to"),
            customer="customer",
            call="call",
            left=_payment,
        ),
        Plan("wrong tries to show who one is", identity_tries, texts=("subject",)),
        Plan("told to other programs", webhook_messages, texts=("payload",), left=_told),
        Plan("answers kept for programs", api_replays, texts=("body", "key"), left=_answer, all_rows=True),
        Plan("asked by programs", api_audit, texts=("path",), left=_taken_out("path")),
        Plan("lists of callers", listed_callers, numbers=("number",)),
        Plan("waits for a call back", callbacks, texts=("data",), call="call"),
        Plan("waits on the line", waiting, texts=("data",), call="call"),
        Plan("tickets to come", ticket_promises, texts=("data",), call="call", left=_promise),
        Plan("named in tickets", tickets, texts=("title",), left=_taken_out("title")),
        Plan(
            "named in notes of tickets", ticket_changes, texts=("old", "new"), left=_taken_out("old", "new")
        ),
        Plan("index of calls", call_parties, numbers=("party",)),
        Plan("language and pace chosen", caller_choices, numbers=("number",)),
        Plan("counts of text messages", sms_sent, numbers=("number",)),
    )


def is_about(text: str, person: Person) -> bool:
    """Tell whether a text names a person, or the customer's id."""
    return person.eraser.is_about(text) or bool(person.customer and person.customer in text)


def json_without(text: str, person: Person) -> str:
    """Return JSON text without a person; text that is none as text."""
    try:
        told = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return person.eraser.words_out(text)
    return msgspec.json.encode(without(told, person.eraser)).decode()


def _payment(row: Row, person: Person) -> Mapping[str, Any]:
    """Leave the sum, the day and what the provider calls it: accounts must be kept for years."""
    purpose = person.eraser.numbers_out(row["purpose"])
    left = {
        "customer": "",
        "receipt_to": "",
        "sms_to": "",
        "url": "",
        "description": person.eraser.words_out(row["description"]),
        "purpose": purpose,
        # What is held is the purpose itself: under its new name it must not be paid for twice either.
        "held": None if row["held"] is None else purpose,
    }
    if all(row[name] == value for name, value in left.items()):
        return {}
    # Who has it in hand reads it anew, and writes nothing of the person back.
    return {**left, "version": row["version"] + 1}


def _told(row: Row, person: Person) -> Mapping[str, Any]:
    """Leave the message in its number, so that who asks again misses none."""
    return {"payload": json_without(row["payload"], person)}


def _answer(row: Row, person: Person) -> Mapping[str, Any] | None:
    if is_about(row["key"], person):
        return None
    # The request stays answered: repeated, it must not be done a second time.
    return {"body": json_without(_text(row["body"]), person).encode()}


def _promise(row: Row, person: Person) -> Mapping[str, Any]:
    return {"data": json_without(row["data"], person)}


def _taken_out(*names: str) -> Left:
    return lambda row, person: {name: person.eraser.words_out(row[name]) for name in names}


def _shown(value: object) -> object:
    return _text(value) if isinstance(value, bytes | memoryview) else value


def _text(value: object) -> str:
    """Return a column of text, or of octets, as text."""
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)


def _portions(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (rows[at : at + size] for at in range(0, len(rows), size))
