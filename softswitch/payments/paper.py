"""What customers get in writing: the receipt of a payment, and the message with a pay-link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from functools import partial
from typing import Final

import msgspec

from softswitch.amounts import written_amount
from softswitch.outbox.model import Delivery
from softswitch.payments.model import Payment, State
from softswitch.payments.steps import Paper

MAIL: Final = "mail:"
"""How the names of channels begin that carry mails; those of all others here carry text messages."""

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "pl": {
        "paid": "Potwierdzenie płatności: {amount}",
        "refunded": "Zwrot płatności: {amount}",
        "link": "Do zapłaty {amount}{what}. Link do płatności: {url}",
        "for": "Tytułem",
        "number": "Numer płatności",
        "at": "Data",
    },
    "en": {
        "paid": "Payment received: {amount}",
        "refunded": "Payment given back: {amount}",
        "link": "To pay: {amount}{what}. Pay here: {url}",
        "for": "For",
        "number": "Payment number",
        "at": "Date",
    },
}


def paper(zone: tzinfo = UTC) -> Paper:
    """Return what is sent to customers, in Polish and English, with times of a ``zone``."""
    return Paper(receipt=partial(receipt, zone=zone), link=link)


def receipt(payment: Payment, zone: tzinfo = UTC) -> Sequence[Delivery]:
    """Return the receipt of a payment, or of its going back; none where the order names nobody to get it."""
    order = payment.order
    if not order.receipt or not order.receipt_to:
        return ()
    words = _words(order.language)
    state = "refunded" if payment.state is State.REFUNDED else "paid"
    title = words[state].format(amount=written_amount(order.amount))
    lines = [title]
    if order.description:
        lines.append(f"{words['for']}: {order.description}")
    lines.append(f"{words['at']}: {payment.changed.astimezone(zone):%Y-%m-%d %H:%M %Z}")
    lines.append(f"{words['number']}: {payment.id}")
    key = f"payment:{payment.id}:{state}"
    return (Delivery(key, order.receipt, _body(order.receipt, order.receipt_to, title, lines, payment)),)


def link(payment: Payment) -> Sequence[Delivery]:
    """Return the message with a pay-link; it is of no use any more when the link is not."""
    order = payment.order
    if not order.sms or not order.sms_to:
        return ()
    what = f", {order.description}" if order.description else ""
    words = _words(order.language)
    text = words["link"].format(amount=written_amount(order.amount), what=what, url=payment.url)
    body = _body(order.sms, order.sms_to, words["paid"], [text], payment)
    return (Delivery(f"payment:{payment.id}:link", order.sms, body, expires=payment.until),)


def _words(language: str) -> Mapping[str, str]:
    return _WORDS["pl" if language.lower().startswith("pl") else "en"]


def _body(channel: str, to: str, title: str, lines: Sequence[str], payment: Payment) -> str:
    """Return a message as its channel takes it."""
    if channel.startswith(MAIL):
        written = payment.changed.isoformat()
        mail = {"to": [to], "subject": title, "text": "\n".join(lines) + "\n", "written": written}
        return msgspec.json.encode(mail).decode()
    return msgspec.json.encode({"to": to, "text": ". ".join(lines)}).decode()
