"""Joins voice menus and tickets, which know nothing of each other."""

from __future__ import annotations

import logging

from softswitch.crm.ticket_errors import TicketError
from softswitch.crm.tickets import Asked, Tickets
from softswitch.events import TicketAsked
from softswitch.ivr.desks.clerk import Wanted

logger = logging.getLogger(__name__)


class TreeClerk:
    """Implements :class:`~softswitch.ivr.desks.clerk.Clerk` on the tickets of a switch.

    The ticket itself is made from the log, by :class:`~softswitch.storage.ticket_store.TicketStore`: once,
    whatever is killed when, and however a hang-up and the end of a branch meet.
    """

    def __init__(self, tickets: Tickets) -> None:
        self._tickets = tickets

    def asked(self, wanted: Wanted) -> TicketAsked | None:
        """See :class:`~softswitch.ivr.desks.clerk.Clerk`."""
        asked = Asked(
            queue=wanted.queue,
            title=wanted.title,
            priority=wanted.priority,
            category=wanted.category,
            number=wanted.number,
            customer=wanted.customer,
            values=wanted.values,
            filled_in=True,
        )
        try:
            return self._tickets.asked(asked, step=wanted.step, at_once=wanted.at_once)
        except TicketError as error:
            logger.error("a menu cannot ask for a ticket (%s): %s", wanted.step, error)
            return None
