"""BLIK by a small JSON protocol: that of the sandbox, and of whoever speaks it in front of a real provider.

The protocol is told in docs/payments.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from softswitch.integrations.payment_wire import Asked, Told, Wire, refused
from softswitch.payments.code import Code
from softswitch.payments.errors import BadSignature, NoAnswer
from softswitch.payments.model import CURRENCY, News, Order
from softswitch.payments.provider import Answer, Notice
from softswitch.payments.signature import check_signature

SIGNATURE_HEADER: Final = "sandbox-signature"

_NEWS: Final[Mapping[str, News]] = {
    "waiting_for_code": News.WANTS_CODE,
    "waiting_for_customer": News.WITH_CUSTOMER,
    "paid": News.PAID,
    "failed": News.REFUSED,
    "cancelled": News.ABORTED,
    "refunded": News.REFUNDED,
}
"""What the protocol's states are to us; another one is no answer that could be understood."""


class BlikProvider:
    """Implements :class:`~softswitch.payments.provider.Provider`."""

    def __init__(self, wire: Wire, url: str, api_key: str, webhook_secret: str = "") -> None:
        self._wire = wire
        self._url = url.rstrip("/")
        self._api_key = api_key
        self._webhook_secret = webhook_secret

    def __repr__(self) -> str:
        return f"BlikProvider({self._url!r})"

    async def start(self, order: Order, key: str) -> Answer:
        """See :class:`~softswitch.payments.provider.Provider`."""
        return await self._changed("/v1/payments", _wanted(order), key)

    async def submit(self, reference: str, code: Code, key: str) -> Answer:
        """See :class:`~softswitch.payments.provider.Provider`."""
        told = await self._ask("POST", f"/v1/payments/{reference}/code", {"code": code.reveal()}, key)
        if told.status == 422 and told.text("reason") == "wrong_code":
            return Answer(News.CODE_WRONG, reference, "wrong_code")
        if told.status == 409 and told.text("state"):
            return _answer(told)  # It waits for no code any more: how far it is counts.
        return _checked(told)

    async def link(self, order: Order, key: str, until: datetime) -> Answer:
        """See :class:`~softswitch.payments.provider.Provider`."""
        return await self._changed("/v1/links", {**_wanted(order), "until": until.timestamp()}, key)

    async def look(self, reference: str) -> Answer:
        """See :class:`~softswitch.payments.provider.Provider`."""
        return _checked(await self._ask("GET", f"/v1/payments/{reference}", None, ""))

    async def cancel(self, reference: str, key: str) -> Answer:
        """See :class:`~softswitch.payments.provider.Provider`."""
        return await self._changed(f"/v1/payments/{reference}/cancel", {}, key)

    async def refund(self, reference: str, key: str) -> Answer:
        """See :class:`~softswitch.payments.provider.Provider`."""
        return await self._changed(f"/v1/payments/{reference}/refund", {}, key)

    def notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice | None:
        """See :class:`~softswitch.payments.provider.Provider`."""
        signature = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE_HEADER, "")
        check_signature(signature, body, self._webhook_secret, now)
        try:
            payment = msgspec.json.decode(body)["payment"]["id"]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError, TypeError):
            raise BadSignature("the notice is signed, and names no payment") from None
        return Notice(payment) if isinstance(payment, str) else None

    async def _changed(self, path: str, body: Mapping[str, object], key: str) -> Answer:
        return _checked(await self._ask("POST", path, body, key))

    async def _ask(self, method: str, path: str, body: Mapping[str, object] | None, key: str) -> Told:
        headers = {"Authorization": f"Bearer {self._api_key}", "Content-Type": "application/json"}
        octets = b"" if body is None else msgspec.json.encode(body)
        return await self._wire.ask(Asked(method, self._url + path, headers, octets, key))


def _wanted(order: Order) -> dict[str, object]:
    return {"amount": order.amount, "description": order.description, "purpose": order.purpose}


def _checked(told: Told) -> Answer:
    if not told.good:
        raise refused(told.status, told.text("error"))
    return _answer(told)


def _answer(told: Told) -> Answer:
    news = _NEWS.get(told.text("state"))
    reference = told.text("id")
    if news is None or not reference:
        raise NoAnswer("the provider's answer tells no state")
    reason = told.text("reason") if news in (News.REFUSED, News.CODE_WRONG) else ""
    paid = told.sum("amount", CURRENCY) if news is News.PAID else None
    return Answer(news, reference, reason, told.text("url"), paid)
