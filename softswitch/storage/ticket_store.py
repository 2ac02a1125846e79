"""Tickets on disk: opened once for a step of a call, changed with their history, made from the event log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.crm.ticket_errors import NoSuchTicket, TicketChanged
from softswitch.crm.ticket_model import (
    NOTE,
    OPEN_STATES,
    PROMISES,
    NewTicket,
    Priority,
    Promise,
    Step,
    Ticket,
    TicketChange,
    TicketState,
)
from softswitch.events import CallEnded, Entry, Event, LegsBridged, QueueEntered, TicketAsked
from softswitch.ids import make_id
from softswitch.outbox.model import Delivery
from softswitch.storage.database import Database
from softswitch.storage.following import Follower
from softswitch.storage.moments import read, written
from softswitch.storage.outbox_store import put
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.tickets import ticket_changes, ticket_promises, tickets

FOLLOWER: Final = "tickets"
KINDS: Final[frozenset[type[Event]]] = frozenset({TicketAsked, QueueEntered, LegsBridged, CallEnded})
CHANGEABLE: Final = frozenset({"state", "priority", "category", "assignee", "customer", "title"})
MENU: Final = "menu"
"""Who opens what a menu asks for."""
ERASED_AT_ONCE: Final = 500
FEWEST_LETTERS: Final = 4
"""Of the end of an id by which a ticket is meant."""

_Promised = dict[str, tuple[Promise, TicketAsked]]
"""What became of what a call asked for, by the step that asked."""

_PROMISED: Final = select(
    ticket_promises.c.call, ticket_promises.c.step, ticket_promises.c.state, ticket_promises.c.data
).where(
    ticket_promises.c.tenant == bindparam("tenant"),
    ticket_promises.c.call.in_(bindparam("calls", expanding=True)),
)

Announce = Callable[[Ticket], Sequence[Delivery]]
"""Returns what is to go out because a ticket was opened: written with it, in one transaction."""


class TicketStore:
    """Keeps tickets. ``announce`` says what goes out with each new one; wake the dispatcher afterwards."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        tenant: str = DEFAULT_TENANT,
        announce: Announce = lambda ticket: (),
        opened: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._tenant = tenant
        self._announce = announce
        self._opened = opened

    async def open(self, new: NewTicket) -> Ticket:
        """Open a ticket; return the one there is already where its call and step have one."""
        async with self._database.writing() as connection:
            ticket = await self._write(connection, new)
        self._opened()
        return ticket

    async def change(
        self, ticket: str, changes: Mapping[str, str], *, by: str, note: str = "", version: int | None = None
    ) -> Ticket:
        """Change fields of a ticket (those of :data:`CHANGEABLE`), with a note or a note alone.

        What is as it was is no change. Raises NoSuchTicket, and TicketChanged for another version.
        """
        now = written(self._clock.wall())
        async with self._database.writing() as connection:
            found = (await connection.execute(self._query(tickets.c.id == ticket))).mappings().one_or_none()
            if found is None:
                raise NoSuchTicket(f"there is no ticket {ticket[:40]}")
            if version not in (None, found["version"]):
                raise TicketChanged(f"the ticket {ticket[:40]} was changed meanwhile: read it again")
            fresh = {name: value for name, value in changes.items() if found[name] != value}
            assert fresh.keys() <= CHANGEABLE
            rows = [(name, str(found[name]), value) for name, value in fresh.items()]
            rows += [(NOTE, "", note)] if note else []
            if rows:
                mine = and_(tickets.c.tenant == self._tenant, tickets.c.id == ticket)
                fresh_version = {"version": found["version"] + 1}
                await connection.execute(
                    tickets.update().where(mine).values(**fresh, **fresh_version, changed=now)
                )
                await connection.execute(
                    ticket_changes.insert(), [self._change(ticket, now, by, *row) for row in rows]
                )
            if not rows:
                return _ticket(found)
            return _ticket({**found, **fresh, **fresh_version, "changed": now})

    async def find(self, part: str) -> Ticket:
        """Return the ticket of an id, or of the end of one; raise NoSuchTicket for none and for several."""
        text = part.strip().upper()
        found: list[Ticket] = []
        if len(text) >= FEWEST_LETTERS and text.isalnum():
            found = await self._all(self._query(tickets.c.id.endswith(text)).limit(2))
        if len(found) != 1:
            raise NoSuchTicket(
                f"several tickets end in {part[:40]}" if found else f"there is no ticket {part[:40]}"
            )
        return found[0]

    async def history(self, ticket: str) -> tuple[TicketChange, ...]:
        """Return all changes of a ticket, the oldest first."""
        query = (
            select(ticket_changes)
            .where(ticket_changes.c.tenant == self._tenant, ticket_changes.c.ticket == ticket)
            .order_by(ticket_changes.c.id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(
            TicketChange(read(row["at"]), row["by"], row["field"], row["old"], row["new"]) for row in rows
        )

    async def latest(
        self,
        *,
        queue: str = "",
        states: Sequence[TicketState] = OPEN_STATES,
        limit: int = 50,
        before: str = "",
    ) -> tuple[Ticket, ...]:
        """Return tickets, the newest first: of one queue, in these states, older than the id ``before``."""
        wanted: list[ColumnElement[bool]] = [tickets.c.queue == queue] if queue else []
        wanted += [tickets.c.state.in_(list(states))] if states else []
        wanted += [tickets.c.id < before] if before else []
        return tuple(await self._all(self._query(*wanted).order_by(tickets.c.id.desc()).limit(limit)))

    async def open_tickets(self, customer: str, numbers: Sequence[str]) -> tuple[Ticket, ...]:
        """Return the open tickets of a customer, or of numbers that are nobody's, the newest first."""
        whose: list[ColumnElement[bool]] = (
            [and_(tickets.c.customer == "", tickets.c.number.in_(list(numbers)))] if numbers else []
        )
        whose += [tickets.c.customer == customer] if customer else []
        if not whose:
            return ()
        query = self._query(or_(*whose), tickets.c.state.in_(list(OPEN_STATES)))
        return tuple(await self._all(query.order_by(tickets.c.id.desc())))

    async def of_person(self, customer: str, numbers: Sequence[str]) -> tuple[Ticket, ...]:
        """Return all tickets of a customer or of numbers, also those that are closed, the oldest first."""
        whose: list[ColumnElement[bool]] = [tickets.c.number.in_(list(numbers))] if numbers else []
        whose += [tickets.c.customer == customer] if customer else []
        if not whose:
            return ()
        return tuple(await self._all(self._query(or_(*whose)).order_by(tickets.c.id)))

    async def erase(self, customer: str, numbers: Sequence[str]) -> int:
        """Take out of all tickets who they were of, with titles and notes; return how many there were.

        That there was a ticket, and when it was closed, stays for the figures.
        """
        whose: list[ColumnElement[bool]] = [tickets.c.number.in_(list(numbers))] if numbers else []
        whose += [tickets.c.customer == customer] if customer else []
        if not whose:
            return 0
        mine = and_(tickets.c.tenant == self._tenant, or_(*whose))
        async with self._database.writing() as connection:
            ids = (await connection.execute(select(tickets.c.id).where(mine))).scalars().all()
            said = ticket_changes.c.field.in_([NOTE, "title", "customer"])
            for start in range(0, len(ids), ERASED_AT_ONCE):
                some = list(ids[start : start + ERASED_AT_ONCE])
                of_them = and_(ticket_changes.c.tenant == self._tenant, ticket_changes.c.ticket.in_(some))
                await connection.execute(ticket_changes.delete().where(of_them, said))
            await connection.execute(tickets.update().where(mine).values(title="", number="", customer=""))
        return len(ids)

    # From the log

    def follower(self) -> Follower:
        """Return what makes tickets of what menus ask for, each once, whatever is killed when."""
        return Follower(FOLLOWER, KINDS, self.follow, done=self._opened)

    async def follow(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        """Take what happened in calls, in order, in the transaction that is given."""
        # Asked once for all: of a thousand calls few are promised a ticket, and the others cost nothing more.
        promised = await self._promises(connection, {entry.call for entry in entries})
        for entry in entries:
            known = promised.setdefault(entry.call, {})
            match entry.event:
                case TicketAsked(at_once=at_once) as asked:
                    step = Step.ASKED_AT_ONCE if at_once else Step.ASKED_ON_LEAVING
                    await self._take(connection, entry.call, known, asked, step)
                case QueueEntered() | LegsBridged():
                    await self._take_all(connection, entry.call, known, Step.REACHED)
                case CallEnded() if known:
                    await self._take_all(connection, entry.call, known, Step.ENDED)
                    # What is made has its ticket, which no step of this call makes again.
                    await connection.execute(ticket_promises.delete().where(self._of(entry.call)))
                    known.clear()

    async def _take_all(self, connection: AsyncConnection, call: str, known: _Promised, step: Step) -> None:
        for _, asked in [known[place] for place in sorted(known)]:
            await self._take(connection, call, known, asked, step)

    async def _take(
        self, connection: AsyncConnection, call: str, known: _Promised, asked: TicketAsked, step: Step
    ) -> None:
        before = known[asked.step][0] if asked.step in known else Promise.NONE
        after = PROMISES[before][step]
        if after is Promise.MADE and before is not Promise.MADE:
            await self._write(connection, _wanted(asked, call))
        if after is before and step is not Step.ASKED_ON_LEAVING:
            return
        known[asked.step] = after, asked
        mine = and_(self._of(call), ticket_promises.c.step == asked.step)
        await connection.execute(ticket_promises.delete().where(mine))
        await connection.execute(
            ticket_promises.insert().values(
                tenant=self._tenant,
                call=call,
                step=asked.step,
                state=after.value,
                data=msgspec.json.encode(asked).decode(),
            )
        )

    async def _promises(self, connection: AsyncConnection, calls: Collection[str]) -> dict[str, _Promised]:
        """Return what these calls are promised, by call."""
        values = {"tenant": self._tenant, "calls": sorted(calls)}
        promised: dict[str, _Promised] = {}
        for call, step, state, data in (await connection.execute(_PROMISED, values)).all():
            asked = msgspec.json.decode(data, type=TicketAsked)
            promised.setdefault(call, {})[step] = Promise(state), asked
        return promised

    def _of(self, call: str) -> ColumnElement[bool]:
        return and_(ticket_promises.c.tenant == self._tenant, ticket_promises.c.call == call)

    # Rows

    async def _write(self, connection: AsyncConnection, new: NewTicket) -> Ticket:
        now = self._clock.wall()
        row = {
            "tenant": self._tenant,
            "id": make_id(now),
            "queue": new.queue,
            "title": new.title,
            "state": TicketState.OPEN.value,
            "priority": new.priority.value,
            "category": new.category,
            "number": new.number,
            "customer": new.customer,
            "call": new.call,
            "step": new.step,
            "assignee": "",
            "created": written(now),
            "changed": written(now),
        }
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        made = await connection.execute(insert(tickets).on_conflict_do_nothing().values(**row, version=1))
        if not made.rowcount:
            same = and_(tickets.c.call == new.call, tickets.c.step == new.step)
            return _ticket(dict((await connection.execute(self._query(same))).mappings().one()))
        opening = self._change(row["id"], row["created"], new.by or MENU, "state", "", row["state"])
        await connection.execute(ticket_changes.insert(), [opening])
        ticket = _ticket({**row, "version": 1})
        await put(connection, self._announce(ticket), self._clock, tenant=self._tenant)
        return ticket

    def _change(self, ticket: str, at: str, by: str, field: str, old: str, new: str) -> dict[str, str]:
        return {
            "tenant": self._tenant,
            "id": make_id(read(at)),
            "ticket": ticket,
            "at": at,
            "by": by,
            "field": field,
            "old": old,
            "new": new,
        }

    def _query(self, *wanted: ColumnElement[bool]) -> Select[Any]:
        return select(tickets).where(tickets.c.tenant == self._tenant, *wanted)

    async def _all(self, query: Select[Any]) -> list[Ticket]:
        async with self._database.reading() as connection:
            return [_ticket(dict(row)) for row in (await connection.execute(query)).mappings()]


def _wanted(asked: TicketAsked, call: str) -> NewTicket:
    # One that an older or newer version wrote into the log is made all the same.
    known = asked.priority in {one.value for one in Priority}
    return NewTicket(
        queue=asked.queue,
        title=asked.title,
        priority=Priority(asked.priority) if known else Priority.NORMAL,
        category=asked.category,
        number=asked.number,
        customer=asked.customer,
        call=call,
        step=asked.step,
        by=MENU,
    )


def _ticket(row: Mapping[str, Any]) -> Ticket:
    return Ticket(
        id=row["id"],
        queue=row["queue"],
        title=row["title"],
        state=TicketState(row["state"]),
        priority=Priority(row["priority"]),
        category=row["category"],
        number=row["number"],
        customer=row["customer"],
        call=row["call"],
        step=row["step"],
        assignee=row["assignee"],
        created=read(row["created"]),
        changed=read(row["changed"]),
        version=row["version"],
    )
