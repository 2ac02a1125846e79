"""Orders in any system that answers JSON over HTTP: an address with places to fill, paths into the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from urllib.parse import quote

from jsonpath_ng import JSONPath
from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.parser import parse

from softswitch.crm.order_model import Buyer, Order
from softswitch.integrations.shop_errors import ShopError
from softswitch.integrations.shop_http import WITHIN_S, ShopHttp, get_json

NUMBER, STATUS, PLACED, TOTAL, CURRENCY, PHONE, EMAIL, TRACKING = (
    *("number", "status", "placed", "total", "currency"),
    *("phone", "email", "tracking"),
)
REQUIRED: Final = (NUMBER, STATUS, PLACED)
KNOWN: Final = (*REQUIRED, TOTAL, CURRENCY, PHONE, EMAIL, TRACKING)
"""What is taken of an order."""
PLACES: Final = ("phone", "digits", "email")
"""What an address may hold: ``{phone}`` in E.164, ``{digits}`` the same without its plus, ``{email}``."""
MOST_ORDERS: Final = 500
LONGEST: Final = 100
LONGEST_PATH: Final = 200
_PLACE: Final = re.compile(r"\{([a-z]*)\}")
# What this library can do beyond RFC 9535: change texts and search them by patterns.
_CALCULATES: Final = re.compile("`|~")


def read_path(text: str) -> JSONPath:
    """Compile a JSONPath (RFC 9535); raise ValueError with a plain sentence."""
    path = text.strip()
    if not path.startswith("$") or len(path) > LONGEST_PATH or _CALCULATES.search(path):
        raise ValueError(f"'{path[:40]}' is no path: write where a value stands, $.order.status")
    try:
        return parse(path)
    except JSONPathError:
        raise ValueError(f"'{path[:40]}' is no path: write where a value stands, $.order.status") from None
    except Exception as error:  # noqa: BLE001 - the library raises plain exceptions for some mistakes
        raise ValueError(f"'{path[:40]}' is no path: {str(error)[:80]}") from None


def check_address(text: str) -> None:
    """Raise ValueError for an address without any place to fill, or with an unknown one."""
    places = _PLACE.findall(text)
    for place in places:
        if place not in PLACES:
            raise ValueError(
                f"'{{{place}}}' cannot be filled: {', '.join(f'{{{one}}}' for one in PLACES)} can"
            )
    if not places:
        raise ValueError("the address asks for nobody: put {phone}, {digits} or {email} into it")


@dataclass(frozen=True, slots=True)
class JsonOrders:
    """One system. ``orders`` finds the orders in an answer, ``fields`` what is taken of each.

    ``zone`` is that of times without one; the rest as of :class:`~softswitch.integrations.woocommerce`.
    """

    name: str
    url: str = field(repr=False)
    orders: JSONPath
    fields: Mapping[str, JSONPath]
    http: ShopHttp
    spelling: Callable[[str], str]
    units: Callable[[str, str], int]
    zone: tzinfo = UTC
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    statuses: Mapping[str, str] = field(default_factory=dict)
    within: float = WITHIN_S

    async def last(self, buyer: Buyer) -> Order | None:
        """Return the newest order of a customer; raise ShopError."""
        found: list[Order] = []
        for values in self._asked(buyer):
            url = _filled(self.url, values)
            answer, _ = await get_json(self.http, self.name, url, self.headers, within=self.within)
            rows = _all(self.orders, answer)[:MOST_ORDERS]
            orders = [self._order(row, values) for row in rows]
            found += [order for order in orders if self._is_of(order, buyer)]
        return max(found, key=lambda order: order.placed, default=None)

    def _asked(self, buyer: Buyer) -> list[dict[str, str]]:
        """Return what is filled into the address, once for each request."""
        places = set(_PLACE.findall(self.url))
        numbers = list(buyer.numbers) if places & {"phone", "digits"} else [""]
        emails = list(buyer.emails) if "email" in places else [""]
        return [
            {"phone": number, "digits": number.lstrip("+"), "email": email}
            for number in numbers
            for email in emails
        ]

    def _order(self, row: Any, asked: Mapping[str, str]) -> Order:  # noqa: ANN401 - whatever JSON holds
        taken = {name: _text(path, row) for name, path in self.fields.items()}
        for name in REQUIRED:
            if not taken.get(name):
                raise ShopError(f"the shop {self.name} has an order without a {name}")
        currency = (taken.get(CURRENCY) or "PLN").upper()[:3]
        try:
            total = self.units(taken[TOTAL], currency) if taken.get(TOTAL) else None
            placed = self._moment(taken[PLACED])
        except (ValueError, OverflowError, OSError):
            raise ShopError(f"the shop {self.name} has an order without a date or a sum") from None
        return Order(
            shop=self.name,
            number=taken[NUMBER][:LONGEST],
            status=self.statuses.get(taken[STATUS], taken[STATUS])[:LONGEST],
            placed=placed,
            total=total,
            currency=currency,
            phone=self.spelling(taken[PHONE]) if taken.get(PHONE) else asked["phone"],
            email=(taken.get(EMAIL) or asked["email"]).strip().lower(),
            tracking=taken.get(TRACKING, "")[:LONGEST],
        )

    def _moment(self, text: str) -> datetime:
        """Read ISO 8601, or seconds since 1970."""
        if text.isdecimal() and len(text) > len("20261224"):
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=self.zone)).astimezone(UTC)

    def _is_of(self, order: Order, buyer: Buyer) -> bool:
        """Tell whether an order is the customer's, where it says whose it is; else the system has chosen."""
        emails = {one.strip().lower() for one in buyer.emails}
        says = [name for name in (PHONE, EMAIL) if name in self.fields]
        return not says or order.phone in buyer.numbers or order.email in emails


def _filled(address: str, values: Mapping[str, str]) -> str:
    """Return an address; whatever a number or an e-mail holds, it cannot lead to another place."""
    return _PLACE.sub(lambda place: quote(values[place[1]], safe=""), address)


def _all(path: JSONPath, content: Any) -> list[Any]:  # noqa: ANN401
    try:
        return [match.value for match in path.find(content)]
    except (RecursionError, TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError):
        return []  # The library looks into texts and numbers as if they were lists.


def _text(path: JSONPath, row: Any) -> str:  # noqa: ANN401
    """Return a value as text; "" where there is none, or something that is no single value."""
    found = [value for value in _all(path, row) if value is not None]
    if len(found) != 1 or isinstance(found[0], bool | list | dict):
        return ""
    return " ".join(str(found[0]).split())
