"""One step of a payment: written down before it goes out, and whatever comes back after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from softswitch.events import Event, PaymentChanged, PaymentDoubtful, PaymentSettled
from softswitch.payments.errors import NoAnswer, NoSuchProvider, ProviderRefused
from softswitch.payments.model import Doing, Method, News, Order, Payment, State
from softswitch.payments.paper import paper
from softswitch.payments.provider import Answer
from softswitch.payments.steps import LEASE, LOOK_EVERY, LOOK_SELDOM, Steps
from tests.fakes.clock import START, FakeClock
from tests.payments.ledger import BankProvider, MemoryLedger

ORDER = Order(100, "bank", "FV 7", call="01C", receipt="mail:x", receipt_to="jan@firm.example")


class Firm:
    """A ledger with one payment, and the steps that are made with it."""

    def __init__(self, **changes: object) -> None:
        self.clock = FakeClock()
        self.ledger = MemoryLedger()
        self.events: list[tuple[Event, str]] = []
        self.woken = 0
        self.served: set[str] = set()
        payment = Payment("P", ORDER, Method.BLIK, START, START, START)
        self.payment: Payment = replace(payment, **changes)  # type: ignore[arg-type]
        self.ledger.rows["P"] = self.payment
        self.steps = Steps(
            self.ledger,
            {"bank": BankProvider(self.clock)},
            self.clock,
            record=lambda event, call: self.events.append((event, call)),
            paper=paper(),
            wake=self._wake,
            served=self.served,
        )

    def _wake(self) -> None:
        self.woken += 1

    async def told(self, answer: Answer | Exception) -> Payment:
        """Let a provider answer a step so."""

        async def request(_provider: object, key: str) -> Answer:
            # Whatever becomes of it: that it is asked is written down by now.
            assert self.ledger.rows["P"].doing is self.payment.doing
            assert key == self.payment.key(self.payment.doing)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return await self.steps.ask(self.payment, request)


async def test_what_came_back_is_written_down_with_its_receipt() -> None:
    firm = Firm(doing=Doing.CODE, state=State.WAITING_FOR_CUSTOMER, reference="R")
    paid = await firm.told(Answer(News.PAID, "R"))
    assert (paid.state, paid.doing, paid.reference) == (State.PAID, Doing.NOTHING, "R")
    assert firm.ledger.rows["P"] == paid
    assert list(firm.ledger.outbox) == ["payment:P:paid"]
    assert firm.woken == 1
    assert firm.events == [(PaymentSettled("P", 100, "paid", "", "01C"), "")]


@pytest.mark.parametrize(
    ("doing", "error", "state", "reason"),
    [
        (Doing.START, NoAnswer("x"), State.UNKNOWN, ""),
        (Doing.START, ProviderRefused("limit"), State.REFUSED, "limit"),
        (Doing.CODE, ProviderRefused("expired"), State.WAITING_FOR_CODE, "expired"),
        (Doing.CANCEL, ProviderRefused("no_such_payment"), State.ABORTED, "no_such_payment"),
        (Doing.CANCEL, ProviderRefused("busy"), State.UNKNOWN, ""),
    ],
)
async def test_what_was_not_done_is_told_from_what_nobody_knows(
    doing: Doing, error: Exception, state: State, reason: str
) -> None:
    firm = Firm(doing=doing, state=State.WAITING_FOR_CODE)
    after = await firm.told(error)
    assert (after.state, after.reason) == (state, reason)
    assert firm.ledger.outbox == {}


async def test_news_that_cannot_be_are_left_to_people() -> None:
    firm = Firm(doing=Doing.NOTHING, state=State.PAID)
    after = await firm.told(Answer(News.REFUSED, "R"))
    assert after.state is State.PAID
    assert firm.events == [(PaymentDoubtful("P", 100, "paid", "refused"), "")]


async def test_what_a_provider_says_of_another_payment_is_no_answer() -> None:
    firm = Firm(doing=Doing.CODE, state=State.WAITING_FOR_CUSTOMER, reference="R")
    after = await firm.told(Answer(News.PAID, "OTHER"))
    assert (after.state, after.reference) == (State.UNKNOWN, "R")
    assert firm.ledger.outbox == {}


async def test_another_sum_than_was_wanted_is_left_to_people_and_told_once() -> None:
    firm = Firm(doing=Doing.CODE, state=State.WAITING_FOR_CUSTOMER, reference="R")
    for _ in range(2):
        firm.payment = await firm.told(Answer(News.PAID, "R", paid=99))
        assert (firm.payment.state, firm.ledger.outbox) == (State.UNKNOWN, {})
    doubts = [event for event, _ in firm.events if isinstance(event, PaymentDoubtful)]
    assert doubts == [PaymentDoubtful("P", 100, "waiting_for_customer", "paid")]
    assert (await firm.told(Answer(News.PAID, "R", paid=100))).state is State.PAID


async def test_a_call_s_own_payment_is_told_in_the_call_and_left_alone_by_others() -> None:
    firm = Firm(doing=Doing.CODE, state=State.WAITING_FOR_CODE)
    firm.served.add("P")
    after = await firm.told(Answer(News.WITH_CUSTOMER, "R"))
    assert firm.events == [(PaymentChanged("P", 100, "waiting_for_customer"), "01C")]
    assert after.due == START + LEASE


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (timedelta(0), LOOK_EVERY),
        (timedelta(minutes=4), timedelta(minutes=1)),
        (timedelta(days=1), LOOK_SELDOM),
    ],
)
async def test_the_older_the_less_often_it_is_looked_at(age: timedelta, wait: timedelta) -> None:
    firm = Firm(doing=Doing.CODE, state=State.WAITING_FOR_CODE)
    firm.clock.advance(age.total_seconds())
    after = await firm.told(NoAnswer("x"))
    assert after.due == START + age + wait


def test_a_provider_that_is_not_there_is_named() -> None:
    with pytest.raises(NoSuchProvider, match="no payment provider 'nobody'"):
        Firm().steps.provider("nobody")
