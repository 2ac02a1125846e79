"""What callers hear while they pay and while they show who they are, in Polish and English.

What is said of money is true at the moment it is said: "nothing was charged" only where the provider has said
so, and where nobody knows, that nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from softswitch.ivr.desks.till import Standing
from softswitch.ivr.prompts import Spoken

AMOUNT_VARIABLE: Final = "PAY.AMOUNT"


def _both(pl: str, en: str) -> Spoken:
    return Spoken(text={"pl": pl, "en": en})


AMOUNT: Final = _both("Do zapłaty: {{PAY.AMOUNT}}.", "To pay: {{PAY.AMOUNT}}.")
ASK_CODE: Final = _both(
    "Proszę wpisać sześciocyfrowy kod BLIK z aplikacji banku. Gwiazdka przerywa płatność.",
    "Enter the six digits of your BLIK code from the bank's app. Star stops the payment.",
)
OR_LINK: Final = _both(
    "Aby zamiast tego dostać link do płatności SMS-em, proszę nacisnąć krzyżyk.",
    "To get a pay-link by text message instead, press hash.",
)
CODE_SHORT: Final = _both(
    "Kod BLIK ma sześć cyfr. Proszę wpisać go jeszcze raz.",
    "A BLIK code has six digits. Please enter it again.",
)
CODE_WRONG: Final = _both(
    "Ten kod jest nieprawidłowy. Proszę wpisać nowy kod BLIK.",
    "This code is not right. Please enter a new BLIK code.",
)
CONFIRM: Final = _both(
    "Proszę teraz potwierdzić płatność w aplikacji banku. Są na to dwie minuty. Gwiazdka przerywa płatność.",
    "Now confirm the payment in your bank's app. You have two minutes. Star stops the payment.",
)
STILL: Final = _both(
    "Czekamy na potwierdzenie w aplikacji banku.", "We are waiting for you to confirm in the bank's app."
)
OFFER_LINK: Final = _both(
    "Aby dostać link do płatności SMS-em, proszę nacisnąć jeden.",
    "To get a pay-link by text message, press one.",
)
LINK_COMES: Final = _both(
    "Wysyłamy link do płatności SMS-em. Zapłacić można na podanej tam stronie.",
    "We are sending you a pay-link by text message. You can pay on the page it leads to.",
)

RESULTS: Final[Mapping[Standing, Spoken]] = {
    Standing.PAID: _both(
        "Płatność przyjęta: {{PAY.AMOUNT}}. Dziękujemy.", "Payment received: {{PAY.AMOUNT}}. Thank you."
    ),
    Standing.ABORTED: _both(
        "Płatność przerwana. Nic nie pobrano.", "The payment was stopped. Nothing was charged."
    ),
    Standing.UNKNOWN: _both(
        "Nie wiemy jeszcze, czy płatność się udała. Proszę nie płacić drugi raz. Sprawdzimy to sami.",
        "We do not know yet whether the payment went through. Do not pay again. We will find out.",
    ),
    Standing.ALREADY_PAID: _both("To jest już zapłacone.", "This has been paid already."),
    Standing.ALREADY_OPEN: _both(
        "Ta płatność jest w toku i nie znamy jeszcze jej wyniku. Proszę nie płacić drugi raz.",
        "This payment is already under way and we do not know its result yet. Do not pay again.",
    ),
    Standing.NOT_TAKEN: _both(
        "Tej płatności nie możemy teraz przyjąć. Nic nie pobrano.",
        "We cannot take this payment now. Nothing was charged.",
    ),
}
REFUSED: Final = _both(
    "Bank odrzucił płatność. Nic nie pobrano.", "The bank refused the payment. Nothing was charged."
)
REFUSALS: Final[Mapping[str, Spoken]] = {
    "declined": _both(
        "Płatność odrzucono w aplikacji banku. Nic nie pobrano.",
        "The payment was declined in the bank's app. Nothing was charged.",
    ),
    "insufficient_funds": _both(
        "Bank odrzucił płatność: brak środków. Nic nie pobrano.",
        "The bank refused the payment: not enough money. Nothing was charged.",
    ),
    "expired": _both(
        "Minął czas na potwierdzenie. Nic nie pobrano.", "The time to confirm is over. Nothing was charged."
    ),
    "too_many_codes": _both(
        "Żaden kod nie był prawidłowy. Nic nie pobrano.", "None of the codes was right. Nothing was charged."
    ),
    "no_code": _both("Nie wpisano kodu. Nic nie pobrano.", "No code was entered. Nothing was charged."),
}
"""Why a payment came to nothing, in the words of who can do something about it."""

ASK_FACTOR: Final[Mapping[str, Spoken]] = {
    "customer_number": _both(
        "Proszę wpisać numer klienta i nacisnąć krzyżyk.", "Enter your customer number, then press hash."
    ),
    "pin": _both("Proszę wpisać PIN i nacisnąć krzyżyk.", "Enter your PIN, then press hash."),
    "pesel_last4": _both(
        "Proszę wpisać cztery ostatnie cyfry numeru PESEL.",
        "Enter the last four digits of your PESEL number.",
    ),
    "birth_date": _both(
        "Proszę wpisać datę urodzenia: dwie cyfry dnia, dwie miesiąca i cztery roku.",
        "Enter your date of birth: two digits of the day, two of the month and four of the year.",
    ),
}
MALFORMED: Final = _both("To nie jest pełna odpowiedź.", "This is not a whole answer.")
NOT_RIGHT: Final = _both("Podane dane się nie zgadzają.", "What you entered does not match.")
VERIFIED: Final = _both("Dziękujemy, tożsamość potwierdzona.", "Thank you, you are verified.")
LOCKED: Final = _both(
    "Ze względów bezpieczeństwa sprawdzanie jest chwilowo zablokowane.",
    "For your safety checks are locked for a while.",
)
UNAVAILABLE: Final = _both("Nie możemy teraz tego sprawdzić.", "We cannot check this now.")


def result(standing: Standing, reason: str) -> Spoken:
    """Return what is said of an end."""
    return RESULTS.get(standing) or REFUSALS.get(reason) or REFUSED
