"""Customers for programs, and their cards for agents' screens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from softswitch.crm import card as cards
from softswitch.crm import customer_model as crm
from softswitch.crm import history_model as history
from softswitch.crm.errors import (
    ChangedMeanwhile,
    CrmError,
    DuplicateCustomer,
    NoSuchCustomer,
    WrongCustomer,
)
from softswitch.crm.identifiers import masked
from softswitch.crm.order_model import Buyer
from softswitch.crm.orders import LastOrder, Orders
from softswitch.crm.privacy import Privacy
from softswitch.crm.service import Customers
from softswitch.interface.orders import shown_order
from softswitch.sameness import folded
from softswitch.web.errors import Conflict, Fault, NotThere, Stale, Unacceptable, WebError
from softswitch.web.paging import Part
from softswitch.web.resources.events import Card
from softswitch.web.resources.people import (
    Contact,
    Customer,
    CustomerChange,
    CustomerSearch,
    NewCustomer,
    Ticket,
)

ROWS_AT_ONCE: Final = 100
FOR_ORDERS: Final = 0.8
"""Of the time that is left for a card, when its customer has been found: the rest is for sending it."""
IDENTIFIERS: Final = (crm.PESEL, crm.NIP, crm.REGON)


@dataclass(frozen=True, slots=True)
class LineCustomers:
    """Implements :class:`softswitch.web.services.Customers`."""

    customers: Customers
    privacy: Privacy

    async def find(self, search: CustomerSearch, *, after: str, limit: int) -> Part[Customer]:
        """See Customers."""
        exact = {
            crm.NUMBER: search.number or "",
            crm.CUSTOMER_NUMBER: search.customer_number,
            **{name: getattr(search, name) for name in IDENTIFIERS},
        }
        wanted = {name: typed for name, typed in exact.items() if typed}
        try:
            if wanted:
                return Part(tuple(await self._having(wanted, search)))
            # Who are no VIPs is nothing that the database is asked: those are left out of the page.
            page = await self.customers.search(
                search.text, vip_only=search.vip is True, limit=limit, after=after
            )
        except CrmError as error:
            raise _refused(error) from error
        found = [one for one in page.customers if search.vip in (None, one.vip)]
        return Part(tuple(_shown(one) for one in found), page.after)

    async def _having(self, wanted: Mapping[str, str], search: CustomerSearch) -> list[Customer]:
        """Return whoever has all of these, and what else is searched for."""
        kept: dict[str, crm.Customer] | None = None
        for name, typed in wanted.items():
            found = {one.id: one for one in (await self.customers.find(name, typed)).customers}
            kept = found if kept is None else {key: one for key, one in kept.items() if key in found}
        words = folded(search.text).split()
        return [
            _shown(one)
            for one in (kept or {}).values()
            if search.vip in (None, one.vip) and all(word in crm.search_key(one) for word in words)
        ]

    async def get(self, customer: str, *, whole: bool) -> Customer:
        """See Customers."""
        try:
            return _shown(await self.customers.get(customer), whole=whole)
        except CrmError as error:
            raise _refused(error) from error

    async def add(self, new: NewCustomer, *, by: str) -> Customer:
        """See Customers."""
        try:
            return _shown(await self.customers.create(_raw(new.model_dump(exclude_unset=True), new.kind)))
        except CrmError as error:
            raise _refused(error) from error

    async def change(
        self, customer: str, change: CustomerChange, *, version: int | None, by: str
    ) -> Customer:
        """See Customers."""
        try:
            before = await self.customers.get(customer)
            raw = _raw(change.model_dump(exclude_unset=True), before.kind.value)
            made = await self.customers.change(
                customer, raw, version=before.version if version is None else version
            )
        except CrmError as error:
            raise _refused(error) from error
        return _shown(made)

    async def contacts(self, customer: str, *, after: str, limit: int) -> Part[Contact]:
        """See Customers."""
        try:
            found = await self.customers.get(customer)
            page = await self.customers.history(found, limit=limit, after=after)
        except CrmError as error:
            raise _refused(error) from error
        return Part(tuple(_contact(one) for one in page.contacts), page.after)

    async def erase(self, customer: str, *, by: str) -> None:
        """See Customers."""
        try:
            await self.privacy.erase(customer, by=by)
        except NoSuchCustomer as error:
            raise _refused(error) from error
        except CrmError as error:
            raise Conflict(_sentence(error)) from error

    async def everything(self, customer: str, *, by: str) -> dict[str, Any]:
        """See Customers."""
        try:
            return await self.privacy.export(customer, by=by)
        except CrmError as error:
            raise _refused(error) from error

    async def rows(self) -> AsyncIterator[Customer]:
        """See Customers."""
        after = ""
        while True:
            page = await self.customers.search("", limit=ROWS_AT_ONCE, after=after)
            for one in page.customers:
                yield _shown(one)
            if not (after := page.after):
                return


@dataclass(frozen=True, slots=True)
class LineCards:
    """Implements :class:`softswitch.web.ringing.Cards`; looks ``within`` so many seconds."""

    customers: Customers
    within: float
    orders: Orders | None = None

    async def card(self, number: str, customer: str = "") -> Card | None:
        """See Cards. Raises TimeoutError for a card that is late; shops that are have no part in it."""
        began = asyncio.get_running_loop().time()
        found = await self.customers.card(number, customer=customer, within=self.within)
        if found.late:
            raise TimeoutError
        if found.number is None and found.customer is None:
            return None
        several = found.customers if found.customer is None else ()
        spent = asyncio.get_running_loop().time() - began
        last = await self._last_order(found, max(self.within - spent, 0.0) * FOR_ORDERS)
        return Card(
            customer=None if found.customer is None else _shown(found.customer),
            candidates=tuple(_shown(one) for one in several),
            contacts=tuple(_contact(one) for one in found.contacts),
            tickets=tuple(_ticket(one) for one in found.tickets),
            order=None if last.order is None else shown_order(last.order),
            silent_shops=last.silent,
        )

    async def _last_order(self, found: cards.Card, within: float) -> LastOrder:
        """Return the last order of who calls; of several who have the number it is nobody's."""
        one = found.customer
        if self.orders is None or not self.orders.names or len(found.customers) > 1:
            return LastOrder(None)
        if one is None and found.number is None:
            return LastOrder(None)
        buyer = Buyer((found.number or "",)) if one is None else Buyer(one.numbers, one.emails, one.id)
        return await self.orders.glance(buyer, within=within)


def _raw(told: dict[str, Any], kind: str) -> dict[str, object]:
    """Return what a program tells of a customer by the names under which it is read."""
    own: dict[str, object] = told.pop("fields", None) or {}
    if kind == crm.Kind.COMPANY.value and "name" in told:
        told["company_name"] = told.pop("name")
    return {**told, "kind": kind, **own}


def _shown(one: crm.Customer, *, whole: bool = False) -> Customer:
    identifiers = {name: getattr(one, name) for name in IDENTIFIERS}
    if not whole:
        identifiers = {name: masked(value) if value else "" for name, value in identifiers.items()}
    return Customer(
        id=one.id,
        version=one.version,
        kind=one.kind.value,
        name=one.name,
        company=one.company,
        numbers=one.numbers,
        emails=one.emails,
        customer_number=one.customer_number,
        **identifiers,
        born=one.born if whole else None,
        group=one.group,
        type=one.type,
        vip=one.vip,
        keeper=one.keeper,
        fields=dict(one.own),
        notes=one.notes,
        language=one.language,
    )


def _contact(one: history.Contact) -> Contact:
    return Contact(
        id=one.id,
        at=one.at,
        kind=one.kind.value,
        number=one.number,
        agent=one.agent,
        queue=one.queue,
        result=one.result,
        reference=one.reference,
        text=one.text,
    )


def _ticket(one: cards.OpenTicket) -> Ticket:
    return Ticket(
        id=one.id,
        version=one.version,
        title=one.title,
        status=one.state,
        priority=one.priority,
        category=one.category,
        queue=one.queue,
        number=one.number,
        call=one.call,
        assignee=one.assignee,
        created=one.created,
        changed=one.changed,
    )


def _refused(error: CrmError) -> WebError:
    match error:
        case WrongCustomer(faults=faults):
            told = tuple(Fault(f"body.{one.field}", one.english) for one in faults)
            return Unacceptable("The customer is not right.", faults=told)
        case NoSuchCustomer():
            return NotThere(_sentence(error))
        case DuplicateCustomer():
            return Conflict(_sentence(error))
        case ChangedMeanwhile():
            return Stale(_sentence(error))
        case _:
            return Unacceptable(_sentence(error))


def _sentence(error: CrmError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
