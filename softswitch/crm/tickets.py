"""Tickets as the rest of the switch opens and changes them, checked against what the operator has set up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from softswitch.clock import Clock
from softswitch.crm.ticket_config import TicketQueueConfig, TicketsConfig
from softswitch.crm.ticket_errors import TicketError
from softswitch.crm.ticket_model import NewTicket, Priority, Ticket, TicketChange, TicketState
from softswitch.crm.ticket_titles import one_line, title
from softswitch.events import TicketAsked


@dataclass(frozen=True, slots=True)
class Asked:
    """A ticket that a menu or a program asks for; what is "" is as the queue of tickets has it.

    ``values`` are those of the title's variables: number, name, called. With ``filled_in`` the title is as it
    is to be, and what looks like a variable in it is a caller's own.
    """

    queue: str
    title: str = ""
    priority: str = ""
    category: str = ""
    number: str = ""
    customer: str = ""
    values: Mapping[str, str] | None = None
    filled_in: bool = False


class Store(Protocol):
    """Where tickets are kept (see :class:`softswitch.storage.ticket_store.TicketStore`)."""

    async def open(self, new: NewTicket) -> Ticket:
        """Open a ticket; the one there is where its call and step have one already."""
        ...

    async def change(
        self, ticket: str, changes: Mapping[str, str], *, by: str, note: str = "", version: int | None = None
    ) -> Ticket:
        """Change fields of a ticket; raise NoSuchTicket, and TicketChanged for another version."""
        ...

    async def find(self, part: str) -> Ticket:
        """Return the ticket of an id or its end; raise NoSuchTicket."""
        ...

    async def history(self, ticket: str) -> tuple[TicketChange, ...]:
        """Return all changes of a ticket, the oldest first."""
        ...

    async def open_tickets(self, customer: str, numbers: Sequence[str]) -> tuple[Ticket, ...]:
        """Return the open tickets of a customer, or of numbers that are nobody's, the newest first."""
        ...


class Tickets:
    """Opens and changes tickets. ``local`` returns a moment as clocks on the wall show it, for titles."""

    def __init__(
        self, config: TicketsConfig, store: Store, clock: Clock, local: Callable[[datetime], datetime]
    ) -> None:
        self._queues = config.tickets
        self._clock = clock
        self._local = local
        self.store = store

    async def open(self, asked: Asked, *, by: str, call: str = "", step: str = "") -> Ticket:
        """Open a ticket now. Raises TicketError for what the operator has not set up."""
        return await self.store.open(self._new(asked, by=by, call=call, step=step))

    def asked(self, asked: Asked, *, step: str, at_once: bool) -> TicketAsked:
        """Return the event by which a menu asks for a ticket: what is kept of it is made from the log.

        Raises TicketError for what the operator has not set up. No I/O.
        """
        new = self._new(asked, by="", call="", step=step)
        return TicketAsked(
            step=step,
            queue=new.queue,
            title=new.title,
            priority=new.priority.value,
            category=new.category,
            number=new.number,
            at_once=at_once,
            customer=new.customer,
        )

    async def change(
        self,
        ticket: str,
        *,
        by: str,
        state: str = "",
        priority: str = "",
        assignee: str | None = None,
        category: str | None = None,
        customer: str | None = None,
        note: str = "",
        version: int | None = None,
    ) -> Ticket:
        """Change what is given of a ticket, or only add a note, if it is of this ``version`` (None: any).

        Raises TicketError, and of these NoSuchTicket and TicketChanged.
        """
        found = await self.store.find(ticket)
        changes: dict[str, str] = {}
        if state:
            changes["state"] = _one_of(TicketState, state, "state")
        if priority:
            changes["priority"] = _one_of(Priority, priority, "priority")
        if category is not None:
            changes["category"] = self._category(found.queue, category)
        for name, value in (("assignee", assignee), ("customer", customer)):
            if value is not None:
                changes[name] = value.strip()
        if not changes and not note.strip():
            raise TicketError("say what is to be changed, or add a note")
        return await self.store.change(found.id, changes, by=by, note=note.strip(), version=version)

    def _new(self, asked: Asked, *, by: str, call: str, step: str) -> NewTicket:
        queue = self._queue(asked.queue)
        now = self._local(self._clock.wall())
        values = {
            "number": asked.number,
            "queue": queue.name or asked.queue,
            "category": asked.category,
            "date": f"{now:%Y-%m-%d}",
            "time": f"{now:%H:%M}",
            **(asked.values or {}),
        }
        try:
            whole = asked.filled_in and asked.title.strip()
            text = one_line(asked.title) if whole else title(asked.title.strip() or queue.title, values)
        except ValueError as error:
            raise TicketError(f"the title of the ticket: {error}") from error
        priority = _one_of(Priority, asked.priority, "priority") if asked.priority else queue.priority.value
        return NewTicket(
            queue=asked.queue,
            title=text,
            priority=Priority(priority),
            category=self._category(asked.queue, asked.category),
            number=asked.number,
            customer=asked.customer,
            call=call,
            step=step,
            by=by,
        )

    def _queue(self, name: str) -> TicketQueueConfig:
        queue = self._queues.get(name)
        if queue is None:
            known = ", ".join(sorted(self._queues)) or "none"
            raise TicketError(f"there is no queue of tickets '{name[:40]}', only {known}")
        return queue

    def _category(self, queue: str, category: str) -> str:
        known = self._queue(queue).categories
        if category and known and category not in known:
            raise TicketError(f"'{category[:40]}' is no category of {queue}: {', '.join(known)} are")
        return category


def _one_of(kind: type[TicketState] | type[Priority], word: str, what: str) -> str:
    words = [one.value for one in kind]
    if word not in words:
        raise TicketError(f"'{word[:20]}' is no {what}: {', '.join(words)} are")
    return word
