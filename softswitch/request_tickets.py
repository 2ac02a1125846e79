"""Tickets for requests to be called back: joins the desks of voicemail with tickets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from softswitch.crm.service import Customers
from softswitch.crm.tickets import Asked, Tickets
from softswitch.voicemail.config import RequestsConfig
from softswitch.voicemail.model import Request

OPENED_BY: Final = "callback request"
"""Who opens them, in the ticket's history."""
TITLES: Final[Mapping[str, str]] = {
    "pl": 'Prośba o oddzwonienie: %%number%% %%name|default:""%%',
    "en": 'Asks to be called back: %%number%% %%name|default:""%%',
}
"""By the language of the desk."""


@dataclass(frozen=True, slots=True)
class RequestTickets:
    """Implements :class:`softswitch.voicemail.requests.Tickets`."""

    desks: Mapping[str, RequestsConfig]
    tickets: Tickets
    customers: Customers

    async def open(self, request: Request) -> str:
        """Open the ticket of a request and return its id; for one that has a ticket return that."""
        desk = self.desks[request.desk]
        number = self.customers.rules.numbers.normal(request.number) or request.number
        found = await self.customers.find_by_number(number)
        asked = Asked(
            queue=desk.tickets_in(request.desk),
            title=TITLES.get(desk.language, TITLES["en"]),
            number=number,
            customer="" if found.one is None else found.one.id,
            values={"name": request.name},
        )
        # The step makes it the only one, however often this is done before it is noted with the request.
        step = f"callback:{request.id}"
        return (await self.tickets.open(asked, by=OPENED_BY, call=request.call, step=step)).id
