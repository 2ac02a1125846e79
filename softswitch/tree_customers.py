"""Joins voice menus with customers and their orders, which know nothing of each other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Final

from softswitch.crm import service
from softswitch.crm.customer_model import Customer, Kind
from softswitch.crm.errors import DuplicateCustomer, NoSuchCustomer
from softswitch.crm.order_model import Buyer
from softswitch.crm.orders import Orders, order_variables
from softswitch.crm.service import Customers, Found
from softswitch.ivr.desks.book import Known, Looked, Narrow, Search, Typed
from softswitch.ivr.desks.shops import LastOrder

logger = logging.getLogger(__name__)

LOOKED_UP_WITHIN_S: Final = 3.0
"""How long a caller waits for a look-up, with music; a database that takes longer is in trouble."""

Local = Callable[[datetime], datetime]
"""Returns a moment as clocks on the wall show it."""


class TreeBook:
    """Implements :class:`~softswitch.ivr.desks.book.Book` on the customers of a switch."""

    def __init__(self, customers: Customers) -> None:
        self._customers = customers

    @property
    def own_fields(self) -> Collection[str]:
        """See :class:`~softswitch.ivr.desks.book.Book`."""
        return self._customers.rules.config.fields.keys()

    def number(self, text: str) -> str:
        """See :class:`~softswitch.ivr.desks.book.Book`."""
        return self._customers.rules.numbers.normal(text) or ""

    async def by_number(self, number: str, *, vip_only: bool = False, narrow: Narrow | None = None) -> Looked:
        """See :class:`~softswitch.ivr.desks.book.Book`."""
        narrowing = None if narrow is None else service.Narrowing(narrow.name, narrow.wanted)

        async def look() -> Looked:
            found = await self._customers.find_by_number(number, vip_only=vip_only, narrowing=narrowing)
            return await self._told(found)

        return await self._within(look())

    async def by_digits(self, typed: Typed, *, create: bool = False, number: str = "") -> Looked:
        """See :class:`~softswitch.ivr.desks.book.Book`."""

        async def look() -> Looked:
            return await self._told(await self._customers.find(typed.name, typed.digits, prefix=typed.prefix))

        async def look_or_create() -> Looked:
            try:
                found, new = await self._customers.find_or_create(
                    typed.name, typed.digits, prefix=typed.prefix, number=number
                )
            except DuplicateCustomer:
                # Another call has written the same customer down meanwhile.
                return await look()
            return await self._told(found, new=new)

        return await self._within(look_or_create() if create else look())

    async def by_id(self, customer: str) -> Looked:
        """See :class:`~softswitch.ivr.desks.book.Book`."""

        async def look() -> Looked:
            try:
                return await self._told(Found((await self._customers.get(customer),)))
            except NoSuchCustomer:
                return Looked(Search.NOBODY)

        return await self._within(look())

    async def _told(self, found: Found, *, new: bool = False) -> Looked:
        one, count = found.one, len(found.customers)
        if one is None:
            return Looked(Search.SEVERAL if count else Search.NOBODY, count=count)
        company = one.company_name
        if one.company and not company:
            belongs = await self._customers.company_of(one)
            company = belongs.company_name if belongs is not None else ""
        return Looked(Search.CREATED if new else Search.FOUND, known_of(one, company), count)

    async def _within(self, looking: Awaitable[Looked]) -> Looked:
        try:
            async with asyncio.timeout(LOOKED_UP_WITHIN_S):
                return await looking
        except Exception as error:  # noqa: BLE001 - told, without what was typed or found
            logger.error("a caller cannot be looked up among the customers: %s", type(error).__name__)
            return Looked(Search.UNAVAILABLE)


class TreeShops:
    """Implements :class:`~softswitch.ivr.desks.shops.Shops` on the shops and customers of a switch."""

    def __init__(self, orders: Orders, customers: Customers, local: Local) -> None:
        self._orders = orders
        self._customers = customers
        self._local = local

    @property
    def names(self) -> Collection[str]:
        """See :class:`~softswitch.ivr.desks.shops.Shops`."""
        return self._orders.names

    async def last(self, customer: str, shops: Sequence[str]) -> LastOrder:
        """See :class:`~softswitch.ivr.desks.shops.Shops`."""
        try:
            async with asyncio.timeout(LOOKED_UP_WITHIN_S):
                one = await self._customers.get(customer)
            # The shops have a limit of their own.
            found = await self._orders.last(Buyer(one.numbers, one.emails, one.id), shops)
        except NoSuchCustomer:
            return LastOrder()
        except Exception as error:  # noqa: BLE001 - told, without whose order it is
            logger.error("the last order of a caller cannot be looked up: %s", type(error).__name__)
            return LastOrder(silent=tuple(shops) or self._orders.names)
        variables = {} if found.order is None else order_variables(found.order, self._local)
        return LastOrder(variables, found.silent)


def known_of(one: Customer, company_name: str) -> Known:
    """Return a customer as menus know one; ``company_name`` of a person is where the person belongs."""
    return Known(
        id=one.id,
        first_name=one.first_name,
        last_name=one.last_name,
        company_name=company_name,
        is_company=one.kind is Kind.COMPANY,
        group=one.group,
        type=one.type,
        vip=one.vip,
        email=next(iter(one.emails), ""),
        language=one.language,
        keeper=one.keeper,
        customer_number=one.customer_number,
        nip=one.nip,
        regon=one.regon,
        own=one.own,
    )
