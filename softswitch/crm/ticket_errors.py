"""What goes wrong with tickets and orders, on purpose."""

from __future__ import annotations

from softswitch.crm.errors import CrmError


class TicketError(CrmError):
    """A ticket cannot be opened or changed so; the text says why, in one sentence."""


class NoSuchTicket(TicketError):
    """There is no ticket of this id, or several are meant."""


class TicketChanged(TicketError):
    """Somebody else has changed the ticket since it was read."""
