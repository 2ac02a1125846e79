"""``softswitch payments``: what was paid, what is open, what nobody knows yet; for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from rich.console import RenderableType

from softswitch.amounts import written_amount
from softswitch.commands.shown import as_json, local_time, sentence, table
from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.narration.payments import payment_words
from softswitch.payments.model import Payment
from softswitch.words import Both

TITLES: Final[Sequence[Both]] = (
    ("when", "kiedy"),
    ("payment", "płatność"),
    ("sum", "kwota"),
    ("state", "stan"),
    ("why", "dlaczego"),
    ("for", "za co"),
    ("by", "jak"),
    ("at the provider", "u operatora"),
)


def show_payments(payments: Sequence[Payment], *, view: View) -> RenderableType:
    """Return payments, newest first; JSON is a ``str`` to be printed as it is."""
    if view.as_json:
        return as_json([_told(one) for one in payments])
    if not payments:
        return sentence(view, "There are no payments.", "Nie ma płatności.")
    polish = view.language == POLISH
    rows = [
        (
            local_time(one.created.isoformat(), view),
            one.id,
            written_amount(one.order.amount),
            payment_words(one.state)[polish] + ("" if one.settled else " …"),
            payment_words(one.reason)[polish] if one.reason else "",
            one.order.purpose or one.order.description,
            f"{payment_words(one.method)[polish]}, {one.order.provider}",
            one.reference,
        )
        for one in payments
    ]
    return table(view, TITLES, rows)


def show_refund(payment: Payment, *, view: View) -> RenderableType:
    """Return what comes of giving money back."""
    if view.as_json:
        return as_json(_told(payment))
    sum_ = written_amount(payment.order.amount)
    return sentence(
        view,
        f"{sum_} of payment {payment.id} goes back: the running switch tells the provider within seconds.",
        f"{sum_} z płatności {payment.id} wraca do klienta: działająca centrala przekaże to operatorowi "
        "w ciągu sekund.",
    )


def _told(one: Payment) -> dict[str, object]:
    told = asdict(one)
    order = told.pop("order")
    return {**{name: order[name] for name in ("amount", "purpose", "provider", "call", "customer")}, **told}
