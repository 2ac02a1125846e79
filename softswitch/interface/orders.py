"""Orders for programs: the line's own list, and the last order as all shops tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC

from softswitch.crm import order_model as crm
from softswitch.crm.errors import CrmError, NoSuchCustomer
from softswitch.crm.service import Customers
from softswitch.interface.whose import known_customer
from softswitch.shop_room import ShopRoom
from softswitch.web.errors import Conflict, NotThere, Unacceptable, WebError
from softswitch.web.paging import Part
from softswitch.web.resources.people import LastOrder, NewOrder, Order


@dataclass(frozen=True, slots=True)
class LineOrders:
    """Implements :class:`softswitch.web.services.Orders`."""

    shops: ShopRoom
    customers: Customers

    async def find(
        self, *, customer: str, phone: str, email: str, shop: str, after: str, limit: int
    ) -> Part[Order]:
        """See Orders. The shops of others are asked for the last order alone."""
        everybody = not (customer or phone or email)
        try:
            buyer = None if everybody else await self._buyer(customer, phone, email)
            page = await self.shops.store.latest(buyer, shop=shop, after=after, limit=limit)
        except CrmError as error:
            raise _refused(error) from error
        return Part(tuple(shown_order(one) for one in page.orders), page.after)

    async def last(self, *, customer: str, phone: str, email: str, shops: tuple[str, ...]) -> LastOrder:
        """See Orders."""
        if not (customer or phone or email):
            raise Unacceptable("Say whose order: give a customer, a phone or an email.")
        try:
            found = await self.shops.orders.last(await self._buyer(customer, phone, email), shops)
        except CrmError as error:
            raise _refused(error) from error
        return LastOrder(
            order=None if found.order is None else shown_order(found.order), silent_shops=found.silent
        )

    async def get(self, shop: str, number: str) -> Order:
        """See Orders."""
        found = await self.shops.store.find(shop, number)
        if found is None:
            raise NotThere(f"There is no order {number} of {shop} in the line's own list.")
        return shown_order(found)

    async def put(self, shop: str, number: str, order: NewOrder) -> Order:
        """See Orders. Raises Conflict for a shop that is asked itself, Unacceptable for nobody's order."""
        if shop not in self.shops.orders.names:
            known = ", ".join(self.shops.orders.names)
            raise NotThere(f"There is no shop {shop}, only {known}.")
        if shop not in self.shops.own:
            raise Conflict(f"The shop {shop} is asked for its orders itself: none are kept here.")
        customer = await known_customer(self.customers, order.customer or "")
        phone = order.phone or ""
        kept = crm.Order(
            shop=shop,
            number=number,
            status=order.status,
            placed=order.at.astimezone(UTC),
            total=order.total,
            currency=order.currency,
            phone=self.shops.spelling(phone) if phone else "",
            email=(order.email or "").lower(),
            customer=customer,
            tracking=order.tracking,
        )
        await self.shops.store.save([kept])
        return shown_order(kept)

    async def _buyer(self, customer: str, phone: str, email: str) -> crm.Buyer:
        """Return who is meant: a customer with all numbers and addresses, or whoever has these."""
        number = self.shops.spelling(phone) if phone else ""
        numbers, emails = ((number,) if number else ()), ((email.lower(),) if email else ())
        if not customer:
            return crm.Buyer(numbers, emails)
        found = await self.customers.get(customer)
        return crm.Buyer(
            tuple(dict.fromkeys((*found.numbers, *numbers))),
            tuple(dict.fromkeys((*found.emails, *emails))),
            found.id,
        )


def shown_order(one: crm.Order) -> Order:
    """Return an order as programs see it."""
    return Order(
        shop=one.shop,
        number=one.number,
        status=one.status,
        at=one.placed,
        total=one.total,
        currency=one.currency,
        customer=one.customer,
        phone=one.phone,
        email=one.email,
        tracking=one.tracking,
    )


def _refused(error: CrmError) -> WebError:
    text = f"{str(error)[:1].upper()}{str(error)[1:]}."
    return NotThere(text) if isinstance(error, NoSuchCustomer) else Unacceptable(text)
