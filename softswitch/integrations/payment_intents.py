"""Payment providers with PaymentIntents, after Stripe's API: BLIK codes, and Checkout pages as links.

What is used of it: ``/v1/payment_intents`` (create, confirm, retrieve, cancel), ``/v1/checkout/sessions``
(create, retrieve, expire) and ``/v1/refunds``; forms in, JSON out, ``Idempotency-Key`` for everything that
changes something. Source: Stripe's API reference, and its guide to BLIK.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

import msgspec

from softswitch.integrations.payment_wire import Asked, Told, Wire, refused
from softswitch.payments.code import Code
from softswitch.payments.errors import BadSignature, NoAnswer
from softswitch.payments.model import CURRENCY, News, Order
from softswitch.payments.provider import Answer, Notice
from softswitch.payments.signature import check_signature

SIGNATURE_HEADER: Final = "stripe-signature"
SESSION: Final = "cs_"
"""How the names of Checkout sessions begin; all others are intents."""

LONGEST_DESCRIPTION: Final = 500
"""Letters of a description or a name that are sent; the API takes no endless ones."""

_NEWS: Final[Mapping[str, News]] = {
    "requires_payment_method": News.WANTS_CODE,
    "requires_confirmation": News.WANTS_CODE,
    "requires_action": News.WITH_CUSTOMER,
    "processing": News.WITH_CUSTOMER,
    "succeeded": News.PAID,
    "canceled": News.ABORTED,
}

WRONG_CODES: Final = frozenset({"code_invalid", "code_expired"})
"""Decline codes of BLIK after which the customer may type another code; earlier API versions tell none."""

_REASONS: Final[Mapping[str, str]] = {
    "customer_declined": "declined",
    "generic_decline": "declined",
    "partner_generic_decline": "declined",
    "partner_insufficient_funds": "insufficient_funds",
    "payment_limit_exceeded": "limit",
}
"""The API's decline codes in the words that all providers share; others stay as they are."""

_INTENT_EVENTS: Final = "payment_intent."
_SESSION_EVENTS: Final = "checkout.session."


class PaymentIntents:
    """Implements :class:`~softswitch.payments.provider.Provider`."""

    def __init__(
        self, wire: Wire, url: str, api_key: str, webhook_secret: str = "", *, return_url: str = ""
    ) -> None:
        self._wire = wire
        self._url = url.rstrip("/")
        self._api_key = api_key
        self._webhook_secret = webhook_secret
        self._return_url = return_url

    def __repr__(self) -> str:
        return f"PaymentIntents({self._url!r})"

    async def start(self, order: Order, key: str) -> Answer:
        """See :class:`~softswitch.payments.provider.Provider`."""
        form = {
            "amount": str(order.amount),
            "currency": CURRENCY.lower(),
            "payment_method_types[]": "blik",
            "metadata[purpose]": order.purpose[:LONGEST_DESCRIPTION],
            # The bank's app shows it to the customer who is to confirm.
            "description": order.description[:LONGEST_DESCRIPTION],
        }
        return _intent(await self._post("/v1/payment_intents", form, key))

    async def submit(self, reference: str, code: Code, key: str) -> Answer:
        """See :class:`~softswitch.payments.provider.Provider`."""
        form = {
            "payment_method_data[type]": "blik",
            "payment_method_options[blik][code]": code.reveal(),
        }
        told = await self._post(f"/v1/payment_intents/{_name(reference)}/confirm", form, key)
        if told.good:
            return _intent(told)
        error, declined = told.text("error", "code"), told.text("error", "decline_code")
        if error in WRONG_CODES or declined in WRONG_CODES:
            return Answer(News.CODE_WRONG, reference, "wrong_code")
        if told.status == 402:
            return Answer(News.REFUSED, reference, _reason(declined or error))
        if error == "payment_intent_unexpected_state":
            return await self.look(reference)
        raise refused(told.status, error)

    async def link(self, order: Order, key: str, until: datetime) -> Answer:
        """See :class:`~softswitch.payments.provider.Provider`."""
        form = {
            "mode": "payment",
            "success_url": self._return_url,
            "expires_at": str(int(until.timestamp())),
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": CURRENCY.lower(),
            "line_items[0][price_data][unit_amount]": str(order.amount),
            "line_items[0][price_data][product_data][name]": (order.description or order.purpose or "-")[
                :LONGEST_DESCRIPTION
            ],
            "metadata[purpose]": order.purpose[:LONGEST_DESCRIPTION],
        }
        return _session(await self._post("/v1/checkout/sessions", form, key))

    async def look(self, reference: str) -> Answer:
        """See :class:`~softswitch.payments.provider.Provider`."""
        if reference.startswith(SESSION):
            return _session(await self._ask("GET", f"/v1/checkout/sessions/{_name(reference)}"))
        return _intent(await self._ask("GET", f"/v1/payment_intents/{_name(reference)}"))

    async def cancel(self, reference: str, key: str) -> Answer:
        """See :class:`~softswitch.payments.provider.Provider`."""
        if reference.startswith(SESSION):
            told = await self._post(f"/v1/checkout/sessions/{_name(reference)}/expire", {}, key)
        else:
            told = await self._post(f"/v1/payment_intents/{_name(reference)}/cancel", {}, key)
        if told.status == 400:
            # Too late: it has ended in another way, and that is the answer. An open one was not called off.
            found = await self.look(reference)
            if found.news in (News.WANTS_CODE, News.WITH_CUSTOMER):
                raise NoAnswer("the provider does not call the payment off yet")
            return found
        return _session(told) if reference.startswith(SESSION) else _intent(told)

    async def refund(self, reference: str, key: str) -> Answer:
        """See :class:`~softswitch.payments.provider.Provider`."""
        intent = reference
        if reference.startswith(SESSION):
            told = await self._ask("GET", f"/v1/checkout/sessions/{_name(reference)}")
            intent = told.text("payment_intent")
        told = await self._post("/v1/refunds", {"payment_intent": intent}, key)
        if not told.good and told.text("error", "code") != "charge_already_refunded":
            raise refused(told.status, told.text("error", "code"))
        status = told.text("status")
        if told.good and status not in ("succeeded", "pending"):
            raise refused(told.status, status or "refund_failed")
        return Answer(News.REFUNDED, reference)

    def notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice | None:
        """See :class:`~softswitch.payments.provider.Provider`."""
        signature = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE_HEADER, "")
        check_signature(signature, body, self._webhook_secret, now)
        try:
            event = msgspec.json.decode(body)
            kind, name = event["type"], event["data"]["object"]["id"]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError, TypeError):
            raise BadSignature("the notice is signed, and names no payment") from None
        ours = isinstance(kind, str) and kind.startswith((_INTENT_EVENTS, _SESSION_EVENTS))
        return Notice(name) if ours and isinstance(name, str) else None

    async def _post(self, path: str, form: Mapping[str, str], key: str) -> Told:
        body = urlencode({name: value for name, value in form.items() if value}).encode()
        return await self._ask("POST", path, body, key)

    async def _ask(self, method: str, path: str, body: bytes = b"", key: str = "") -> Told:
        headers = {"Authorization": f"Bearer {self._api_key}"}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return await self._wire.ask(Asked(method, self._url + path, headers, body, key))


def _name(reference: str) -> str:
    return quote(reference, safe="")


def _reason(declined: str) -> str:
    return _REASONS.get(declined, declined or "declined")


def _intent(told: Told) -> Answer:
    if not told.good:
        raise refused(told.status, told.text("error", "code"))
    reference, status = told.text("id"), told.text("status")
    news = _NEWS.get(status)
    if news is None or not reference:
        raise NoAnswer("the provider's answer tells no state")
    failed = told.text("last_payment_error", "decline_code") or told.text("last_payment_error", "code")
    if status == "requires_payment_method" and failed:
        # An attempt was made and came to nothing: a wrong code may be followed by another, a refusal not.
        if failed in WRONG_CODES:
            return Answer(News.CODE_WRONG, reference, "wrong_code")
        return Answer(News.REFUSED, reference, _reason(failed))
    paid = _paid(told, "amount_received", "amount") if news is News.PAID else None
    return Answer(news, reference, paid=paid)


def _paid(told: Told, *names: str) -> int | None:
    sums = (told.sum(name, CURRENCY) for name in names)
    return next((found for found in sums if found is not None), None)


def _session(told: Told) -> Answer:
    if not told.good:
        raise refused(told.status, told.text("error", "code"))
    reference, status, paid = told.text("id"), told.text("status"), told.text("payment_status")
    if not reference or status not in ("open", "complete", "expired"):
        raise NoAnswer("the provider's answer tells no state")
    if status == "complete":
        if paid != "paid":
            return Answer(News.WITH_CUSTOMER, reference)
        return Answer(News.PAID, reference, paid=_paid(told, "amount_total"))
    if status == "expired":
        return Answer(News.ABORTED, reference, "expired")
    return Answer(News.WITH_CUSTOMER, reference, url=told.text("url"))
