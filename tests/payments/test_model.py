"""The payment's machine: every state meets every piece of news, and money is never contradicted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.payments.errors import AmountRefused, BadMove
from softswitch.payments.model import (
    HOLDING,
    MOVES,
    SETTLED,
    Doing,
    Limits,
    Method,
    News,
    Order,
    Payment,
    State,
)

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ORDER = Order(amount=12_345, provider="sandbox", description="FV 7", purpose="FV/7")
NEW = Payment("01J", ORDER, Method.BLIK, NOW, NOW, NOW)

# What a caller, the bank and the network can do to a payment from its beginning.
STORIES = [
    (["wants_code", "with_customer", "paid"], State.PAID),
    (["wants_code", "code_wrong", "code_wrong", "aborted"], State.ABORTED),
    (["wants_code", "with_customer", "refused"], State.REFUSED),
    (["silence", "wants_code", "aborted"], State.ABORTED),
    (["wants_code", "silence", "with_customer", "paid"], State.PAID),
    (["wants_code", "silence", "silence", "paid"], State.PAID),
    (["with_customer", "paid", "refunded"], State.REFUNDED),
    (["wants_code", "with_customer", "paid", "silence", "refunded"], State.REFUNDED),
    (["wants_code", "with_customer", "aborted", "paid"], State.PAID),
    (["refused"], State.REFUSED),
]


@pytest.mark.parametrize(("news", "end"), STORIES)
def test_stories(news, end):
    payment = NEW
    for one in news:
        payment = payment.moved(News(one))
    assert payment.state is end


def test_every_state_has_its_row():
    assert set(MOVES) == set(State)
    assert {state for row in MOVES.values() for state in row.values()} | {State.CREATED} == set(State)


@given(st.lists(st.sampled_from(News)))
def test_what_was_paid_stays_paid_or_goes_back(news):
    payment, was_paid = NEW, False
    for one in news:
        try:
            payment = payment.moved(one)
        except BadMove:
            continue
        was_paid = was_paid or payment.state is State.PAID
        if was_paid:
            assert payment.state in (State.PAID, State.REFUNDED)


@given(st.sampled_from(State), st.sampled_from(News))
def test_news_lead_somewhere_or_are_refused_by_name(state, news):
    payment = Payment("01J", ORDER, Method.BLIK, NOW, NOW, NOW, state=state)
    if news in MOVES[state]:
        assert payment.moved(news).state is MOVES[state][news]
    else:
        with pytest.raises(BadMove, match=f"01J is {state}"):
            payment.moved(news)


def test_silence_settles_nothing():
    assert all(row[News.SILENCE] not in SETTLED for state, row in MOVES.items() if state not in SETTLED)
    assert State.UNKNOWN in HOLDING
    assert HOLDING.isdisjoint({State.REFUSED, State.ABORTED})


def test_a_reason_stays_until_another_state():
    refused = NEW.moved(News.WANTS_CODE).moved(News.REFUSED, reason="declined")
    assert refused.moved(News.REFUSED).reason == "declined"
    assert refused.moved(News.PAID).reason == ""


def test_keys_are_the_same_for_the_same_request_alone():
    keys = {NEW.key(doing) for doing in Doing}
    assert len(keys) == len(Doing)
    assert NEW.key(Doing.CODE) == "01J.code.0"


@pytest.mark.parametrize(("amount", "fits"), [(99, False), (100, True), (500_000, True), (500_001, False)])
def test_limits(amount, fits):
    if fits:
        Limits().check(amount)
    else:
        with pytest.raises(AmountRefused, match="100 to 500000"):
            Limits().check(amount)
