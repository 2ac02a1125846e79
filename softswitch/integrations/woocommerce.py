"""Orders in a WooCommerce shop, by its REST API (version 3): found by telephone number or e-mail.

The shop looks for texts in its orders, so a number is asked for in the spellings that people type; what is
found is compared again here, as a search also finds what only holds the text.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from softswitch.crm.order_model import Buyer, Order
from softswitch.integrations.shop_errors import ShopError
from softswitch.integrations.shop_http import WITHIN_S, ShopHttp, get_json

PATH: Final = "/wp-json/wc/v3/orders"
PER_PAGE: Final = 20
MOST_PAGES: Final = 3
"""Newest first: who has not ordered among the last sixty that match a text was not meant by it."""
PAGES: Final = "x-wp-totalpages"
FIELDS: Final = "id,number,status,date_created_gmt,total,currency,billing"
LONGEST: Final = 100
"""Letters of a number or a status: they are read out."""


class _Billing(msgspec.Struct):
    phone: str | None = ""
    email: str | None = ""


class _Order(msgspec.Struct):
    """An order as the API has it; all else in it is passed over."""

    id: int
    status: str
    date_created_gmt: str
    number: str = ""
    total: str = ""
    currency: str = "PLN"
    billing: _Billing = field(default_factory=_Billing)


@dataclass(frozen=True, slots=True)
class WooCommerce:
    """One shop. ``statuses`` are what its statuses are called here, ``spelling`` compares numbers.

    ``units`` returns a written sum in the smallest unit of a currency, or raises ValueError.
    """

    name: str
    url: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    http: ShopHttp
    spelling: Callable[[str], str]
    units: Callable[[str, str], int]
    statuses: Mapping[str, str] = field(default_factory=dict)
    within: float = WITHIN_S

    async def last(self, buyer: Buyer) -> Order | None:
        """Return the newest order of a customer; raise ShopError."""
        texts = dict.fromkeys(
            (*buyer.emails, *(one for number in buyer.numbers for one in spellings(number)))
        )
        found = await asyncio.gather(*(self._search(text, buyer) for text in texts), return_exceptions=True)
        for fault in found:
            if isinstance(fault, BaseException):
                raise fault
        orders = [order for order in found if isinstance(order, Order)]
        return max(orders, key=lambda order: order.placed, default=None)

    async def _search(self, text: str, buyer: Buyer) -> Order | None:
        """Return the newest order that holds a text and is really the customer's."""
        for page in range(1, MOST_PAGES + 1):
            asked = {
                "search": text,
                "page": page,
                "per_page": PER_PAGE,
                "orderby": "date",
                "order": "desc",
                "_fields": FIELDS,
            }
            url = f"{self.url.rstrip('/')}{PATH}?{urlencode(asked)}"
            answer, told = await get_json(self.http, self.name, url, self._proof(), within=self.within)
            for one in self._read(answer):
                if self._is_of(one, buyer):
                    return self._order(one)
            pages = told.get(PAGES, "1")
            if not pages.isdecimal() or int(pages) <= page:
                break
        return None

    def _proof(self) -> dict[str, str]:
        proof = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        return {"Authorization": f"Basic {proof}"}

    def _read(self, answer: Any) -> list[_Order]:  # noqa: ANN401 - whatever JSON holds
        try:
            return msgspec.convert(answer, list[_Order])
        except (msgspec.ValidationError, RecursionError):
            raise ShopError(f"the shop {self.name} answers with other things than orders") from None

    def _is_of(self, order: _Order, buyer: Buyer) -> bool:
        email = (order.billing.email or "").strip().lower()
        if email and email in {one.strip().lower() for one in buyer.emails}:
            return True
        phone = order.billing.phone or ""
        return bool(phone.strip()) and self.spelling(phone) in buyer.numbers

    def _order(self, one: _Order) -> Order:
        try:
            placed = datetime.fromisoformat(one.date_created_gmt)
            total = self.units(one.total, one.currency) if one.total else None
        except ValueError:
            raise ShopError(f"the shop {self.name} has an order without a date or a sum") from None
        return Order(
            shop=self.name,
            number=(one.number or str(one.id))[:LONGEST],
            status=self.statuses.get(one.status, one.status)[:LONGEST],
            placed=placed if placed.tzinfo is not None else placed.replace(tzinfo=UTC),
            total=total,
            currency=one.currency[:3],
            phone=self.spelling(one.billing.phone or ""),
            email=(one.billing.email or "").strip().lower(),
        )


def spellings(number: str) -> Iterator[str]:
    """Yield how people type a number into a form: as it is, without its country, in groups of three."""
    yield number
    if number.startswith("+48") and len(number) == 12:
        home = number[3:]
        groups = (home[:3], home[3:6], home[6:])
        # A fixed line too: forms have 22 123 45 67 as often, which holds none of these.
        pairs = (home[:2], home[2:5], home[5:7], home[7:])
        yield from (home, " ".join(groups), "-".join(groups), " ".join(pairs))
