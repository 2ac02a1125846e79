"""Tickets for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from softswitch.crm import ticket_model as crm
from softswitch.crm.service import Customers
from softswitch.crm.ticket_errors import NoSuchTicket, TicketChanged, TicketError
from softswitch.crm.tickets import Asked, Tickets
from softswitch.interface.whose import known_customer
from softswitch.storage.ticket_store import TicketStore
from softswitch.web.errors import NotThere, Stale, Unacceptable, WebError
from softswitch.web.paging import Part
from softswitch.web.resources.people import NewTicket, Ticket, TicketChange

ALL: Final = tuple(crm.TicketState)


@dataclass(frozen=True, slots=True)
class LineTickets:
    """Implements :class:`softswitch.web.services.Tickets`."""

    tickets: Tickets
    store: TicketStore
    customers: Customers

    async def find(
        self, *, status: str, customer: str, call: str, queue: str, after: str, limit: int
    ) -> Part[Ticket]:
        """See Tickets. Those of others are left out of a page, which may be short by that."""
        states = (crm.TicketState(status),) if status else ALL
        found = await self.store.latest(queue=queue, states=states, limit=limit + 1, before=after)
        page = found[:limit]
        shown = [_shown(one) for one in page if customer in ("", one.customer) and call in ("", one.call)]
        return Part(tuple(shown), page[-1].id if len(found) > limit else "")

    async def get(self, ticket: str) -> Ticket:
        """See Tickets."""
        return _shown(await self._one(ticket))

    async def open(self, new: NewTicket, *, by: str) -> Ticket:
        """See Tickets."""
        number = new.number or ""
        asked = Asked(
            queue=new.queue,
            title=new.title,
            priority=new.priority,
            category=new.category,
            number=self.customers.rules.numbers.normal(number) or number,
            customer=await known_customer(self.customers, new.customer or ""),
        )
        try:
            return _shown(await self.tickets.open(asked, by=by, call=new.call or ""))
        except TicketError as error:
            raise _refused(error) from error

    async def change(self, ticket: str, change: TicketChange, *, version: int | None, by: str) -> Ticket:
        """See Tickets."""
        before = await self._one(ticket)
        if change.customer:
            await known_customer(self.customers, change.customer)
        try:
            changed = await self.tickets.change(
                before.id,
                by=by,
                state=change.status or "",
                priority=change.priority or "",
                assignee=change.assignee,
                category=change.category,
                customer=change.customer,
                note=change.note or "",
                version=version,
            )
        except TicketError as error:
            raise _refused(error) from error
        return _shown(changed)

    async def _one(self, ticket: str) -> crm.Ticket:
        try:
            found = await self.store.find(ticket)
        except TicketError as error:
            raise _refused(error) from error
        if found.id != ticket:
            raise NotThere(f"There is no ticket {ticket}.")
        return found


def _shown(one: crm.Ticket) -> Ticket:
    return Ticket(
        id=one.id,
        version=one.version,
        title=one.title,
        status=one.state.value,
        priority=one.priority.value,
        category=one.category,
        queue=one.queue,
        customer=one.customer,
        number=one.number,
        call=one.call,
        assignee=one.assignee,
        created=one.created,
        changed=one.changed,
    )


def _refused(error: TicketError) -> WebError:
    text = f"{str(error)[:1].upper()}{str(error)[1:]}."
    if isinstance(error, TicketChanged):
        return Stale(text)
    return NotThere(text) if isinstance(error, NoSuchTicket) else Unacceptable(text)
