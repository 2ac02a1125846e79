"""Money and identity in words of both languages."""

from __future__ import annotations

import pytest

from softswitch.crm.identity_model import Factor
from softswitch.events import (
    CallerVerified,
    Event,
    IdentityLocked,
    IdentityRefused,
    PaymentBegan,
    PaymentChanged,
    PaymentDoubtful,
    PaymentSettled,
)
from softswitch.narration.lines import told
from softswitch.narration.payments import PAYMENT_WORDS
from softswitch.payments.model import Method, News, State

LINES: list[tuple[Event, str, str]] = [
    (
        PaymentBegan("01J", 12_345, "blik", "bank", "FV/7"),
        "123,45 zł is to be paid by BLIK through bank (FV/7): payment 01J",
        "do zapłaty 123,45 zł, BLIK przez bank (FV/7): płatność 01J",
    ),
    (PaymentChanged("01J", 500, "paid"), "payment 01J, 5,00 zł: paid", "płatność 01J, 5,00 zł: zapłacona"),
    (
        PaymentChanged("01J", 500, "refused", "insufficient_funds"),
        "payment 01J, 5,00 zł: refused (not enough money)",
        "płatność 01J, 5,00 zł: odrzucona (brak środków)",
    ),
    (
        PaymentSettled("01J", 500, "aborted", "hung_up", "01C"),
        "payment 01J, 5,00 zł: called off (the caller hung up); of call 01C",
        "płatność 01J, 5,00 zł: odwołana (dzwoniący się rozłączył); z połączenia 01C",
    ),
    (
        PaymentDoubtful("01J", 500, "paid", "aborted"),
        "payment 01J (5,00 zł) was paid and the provider says called off: look at it",
        "płatność 01J (5,00 zł) była zapłacona, a operator podaje odwołana: trzeba ją sprawdzić",
    ),
    (
        CallerVerified("17", ("customer_number", "pin")),
        "the caller is verified as customer 17: customer number, PIN",
        "tożsamość potwierdzona, klient 17: numer klienta, PIN",
    ),
    (IdentityRefused(2), "identity not verified, try 2", "tożsamość niepotwierdzona, próba 2"),
    (
        IdentityLocked(900),
        "identity checks are locked for 15 min",
        "sprawdzanie tożsamości zablokowane na 15 min",
    ),
]


@pytest.mark.parametrize(("event", "english", "polish"), LINES)
def test_sentences(event, english, polish):
    assert told(event, "en") == english
    assert told(event, "pl") == polish


@pytest.mark.parametrize("code", [*State, *Method, *Factor])
def test_what_events_carry_has_words(code):
    assert code in PAYMENT_WORDS


def test_news_that_may_be_doubtful_have_words():
    assert {News.PAID, News.REFUSED, News.ABORTED, News.REFUNDED} <= PAYMENT_WORDS.keys()
