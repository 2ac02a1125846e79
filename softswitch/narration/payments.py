"""Money and identity in words: what is to be paid, what became of it, who the caller has shown to be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, assert_never

from softswitch.amounts import written_amount
from softswitch.events import (
    CallerVerified,
    IdentityLocked,
    IdentityRefused,
    PaymentBegan,
    PaymentChanged,
    PaymentDoubtful,
    PaymentSettled,
)
from softswitch.narration.phrases import printable
from softswitch.words import Both

MoneyEvent = (
    PaymentBegan | PaymentChanged | PaymentDoubtful | CallerVerified | IdentityRefused | IdentityLocked
)

PAYMENT_WORDS: Final[Mapping[str, Both]] = {
    # payments.model.State
    "created": ("not begun", "nierozpoczęta"),
    "waiting_for_code": ("waits for a code", "czeka na kod"),
    "waiting_for_customer": ("waits for the customer to confirm", "czeka na potwierdzenie klienta"),
    "paid": ("paid", "zapłacona"),
    "refused": ("refused", "odrzucona"),
    "aborted": ("called off", "odwołana"),
    "unknown": ("not known yet, will be asked again", "wynik jeszcze nieznany, będzie sprawdzany"),
    "refunded": ("given back", "zwrócona"),
    # Why: of the bank, of the customer, of the caller, of the provider.
    "wrong_code": ("wrong code", "błędny kod"),
    "declined": ("declined in the bank's app", "odrzucona w aplikacji banku"),
    "insufficient_funds": ("not enough money", "brak środków"),
    "expired": ("not confirmed in time", "niepotwierdzona na czas"),
    "limit": ("over the customer's limit", "ponad limit klienta"),
    "caller": ("by the caller", "przez dzwoniącego"),
    "hung_up": ("the caller hung up", "dzwoniący się rozłączył"),
    "no_code": ("no code typed", "nie wpisano kodu"),
    "too_many_codes": ("too many wrong codes", "zbyt wiele błędnych kodów"),
    "cut_off": ("the request was cut off", "zlecenie zostało przerwane"),
    "not_authorized": ("the provider does not take our key", "operator nie przyjmuje naszego klucza"),
    "no_such_payment": ("the provider does not know it", "operator jej nie zna"),
    # payments.model.Method
    "blik": ("BLIK", "BLIK"),
    "link": ("pay-link", "link do płatności"),
    # crm.identity_model.Factor
    "customer_number": ("customer number", "numer klienta"),
    "pin": ("PIN", "PIN"),
    "pesel_last4": ("last digits of PESEL", "końcówka PESEL"),
    "birth_date": ("date of birth", "data urodzenia"),
}
"""What payments and identity checks carry, in words for people."""


def payment_words(code: str) -> Both:
    """Return a code in both languages; what nobody knows is shown as it came."""
    return PAYMENT_WORDS.get(code) or (printable(code), printable(code))


def told_of_money(event: MoneyEvent) -> Both:
    """Return what happened to a payment or an identity check in a call, in both languages."""
    match event:
        case PaymentBegan(payment, amount, method, provider, purpose):
            (by, jak), what = payment_words(method), f" ({printable(purpose)})" if purpose else ""
            sum_, who = written_amount(amount), printable(provider)
            return (
                f"{sum_} is to be paid by {by} through {who}{what}: payment {printable(payment)}",
                f"do zapłaty {sum_}, {jak} przez {who}{what}: płatność {printable(payment)}",
            )
        case PaymentChanged(payment, amount, state, reason):
            return _now(payment, amount, state, reason)
        case PaymentDoubtful(payment, amount, state, news):
            (was, byla), (told, wiesc) = payment_words(state), payment_words(news)
            return (
                f"payment {printable(payment)} ({written_amount(amount)}) was {was} and the provider says "
                f"{told}: look at it",
                f"płatność {printable(payment)} ({written_amount(amount)}) była {byla}, a operator podaje "
                f"{wiesc}: trzeba ją sprawdzić",
            )
        case CallerVerified(customer, factors):
            names = [payment_words(factor) for factor in factors]
            return (
                f"the caller is verified as customer {printable(customer)}: {', '.join(n[0] for n in names)}",
                f"tożsamość potwierdzona, klient {printable(customer)}: {', '.join(n[1] for n in names)}",
            )
        case IdentityRefused(tries):
            return f"identity not verified, try {tries}", f"tożsamość niepotwierdzona, próba {tries}"
        case IdentityLocked(seconds):
            time = f"{math.ceil(seconds / 60)} min"
            return f"identity checks are locked for {time}", f"sprawdzanie tożsamości zablokowane na {time}"
        case _:
            assert_never(event)


def told_of_settling(event: PaymentSettled) -> Both:
    """Return what was found out of a payment outside of its call, in both languages."""
    english, polish = _now(event.payment, event.amount, event.state, event.reason)
    if not event.call:
        return english, polish
    return (
        f"{english}; of call {printable(event.call)}",
        f"{polish}; z połączenia {printable(event.call)}",
    )


def _now(payment: str, amount: int, state: str, reason: str) -> Both:
    (is_, jest), (why, czemu) = payment_words(state), payment_words(reason)
    more, wiecej = (f" ({why})", f" ({czemu})") if reason else ("", "")
    who, sum_ = printable(payment), written_amount(amount)
    return f"payment {who}, {sum_}: {is_}{more}", f"płatność {who}, {sum_}: {jest}{wiecej}"
