"""Payments on both databases: they come back as they were, change once, and hold their purpose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from softswitch.outbox.model import Delivery
from softswitch.payments.code import Code
from softswitch.payments.errors import AlreadyOpen, NoSuchPayment, Overtaken
from softswitch.payments.model import Doing, Method, Order, Payment, State
from softswitch.payments.paper import paper
from softswitch.payments.sandbox.bank import charged_twice
from softswitch.payments.service import Payments
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.payment_store import PaymentStore
from tests.fakes.clock import START, FakeClock
from tests.payments.ledger import BankProvider, no_step

ORDER = Order(
    amount=2**40,
    provider="bank",
    description="Zażółć",
    purpose="FV/7",
    call="01C",
    customer="17",
    language="pl",
    receipt="mail:office",
    receipt_to="jan@firm.example",
    sms="sms:main",
    sms_to="+48500100200",
)
NEW = Payment("01A", ORDER, Method.BLIK, START, START, START, doing=Doing.START, node="one")
FULL = replace(
    NEW,
    state=State.WAITING_FOR_CUSTOMER,
    doing=Doing.CODE,
    tries=2,
    until=START + timedelta(hours=1),
    due=START + timedelta(seconds=5),
    reference="P1",
    reason="wrong_code",
    url="https://pay",
)
RECEIPT = Delivery("payment:01A:paid", "mail:office", "{}")


@pytest.fixture
def store(database, clock) -> PaymentStore:
    return PaymentStore(database, clock)


async def test_a_payment_comes_back_as_it_was(store):
    await store.add(NEW)
    assert await store.find("01A") == NEW
    kept = await store.save(FULL)
    assert kept == replace(FULL, version=1)
    assert await store.find("01A") == kept
    assert await store.by_reference("bank", "P1") == kept
    assert await store.by_reference("other", "P1") is None


async def test_a_change_of_what_was_changed_meanwhile_is_refused_with_all_that_follows(
    store, database, clock
):
    await store.add(NEW)
    await store.save(FULL)
    with pytest.raises(Overtaken):
        await store.save(replace(NEW, state=State.PAID, doing=Doing.NOTHING), [RECEIPT])
    assert (await store.find("01A")).state is State.WAITING_FOR_CUSTOMER
    assert await OutboxStore(database, clock).find(RECEIPT.key) is None
    with pytest.raises(NoSuchPayment, match="no payment 01Z"):
        await store.save(replace(NEW, id="01Z"))
    with pytest.raises(NoSuchPayment):
        await store.find("01Z")


async def test_the_receipt_is_written_with_the_payment_and_once(store, database, clock):
    await store.add(NEW)
    paid = await store.save(replace(NEW, state=State.PAID, doing=Doing.NOTHING), [RECEIPT])
    await store.save(paid, [replace(RECEIPT, body='"other"')])
    posted = await OutboxStore(database, clock).find(RECEIPT.key)
    assert posted is not None
    assert posted.delivery.body == "{}"


async def test_a_purpose_is_held_while_it_is_paid_for_and_once_it_is(store):
    await store.add(NEW)
    other = replace(NEW, id="01B")
    with pytest.raises(AlreadyOpen) as caught:
        await store.add(other)
    assert caught.value.payment == "01A"
    kept = await store.save(replace(NEW, state=State.ABORTED))
    await store.add(other)
    # It is found to be paid after all, and that is what is written.
    paid = await store.save(replace(kept, state=State.PAID))
    assert (await store.find("01A")).state is State.PAID
    assert paid.version == 2
    free = replace(NEW, id="01C", order=replace(ORDER, purpose=""))
    await store.add(free)
    await store.add(replace(free, id="01D"))


async def test_what_is_due_is_found_and_what_is_over_is_not(store):
    for number, state in enumerate((State.CREATED, State.UNKNOWN, State.PAID, State.ABORTED)):
        order = replace(ORDER, purpose=str(number))
        doing = Doing.NOTHING if state in (State.PAID, State.ABORTED) else Doing.START
        due = START + timedelta(seconds=10 - number)
        await store.add(replace(NEW, id=f"01{number}", order=order, state=state, doing=doing, due=due))
    assert await store.due(START) == []
    later = await store.due(START + timedelta(seconds=10))
    assert [one.id for one in later] == ["011", "010"]
    assert [one.id for one in await store.due(START, node="one")] == ["011", "010"]
    assert await store.due(START, node="two") == []
    assert [one.id for one in await store.latest(limit=3)] == ["013", "012", "011"]
    assert [one.id for one in await store.latest(open_only=True)] == ["011", "010"]


async def test_a_refund_under_way_keeps_a_paid_one_open(store):
    await store.add(replace(NEW, state=State.PAID, doing=Doing.REFUND))
    assert [one.id for one in await store.due(START)] == ["01A"]


async def test_firms_do_not_see_each_others(store, database, clock):
    await store.add(NEW)
    other = PaymentStore(database, clock, tenant="other")
    assert await other.latest() == []
    await other.add(NEW)


class Killed(BaseException):
    """The process is gone."""


class Watched(PaymentStore):
    """A store at whose every step the process may end."""

    step: Callable[[str], None] = staticmethod(no_step)

    async def add(self, payment: Payment) -> None:
        self.step("before add")
        await super().add(payment)
        self.step("after add")

    async def save(self, payment: Payment, deliver: Sequence[Delivery] = ()) -> Payment:
        self.step("before save")
        kept = await super().save(payment, deliver)
        self.step("after save")
        return kept


async def test_killed_at_every_step_on_a_real_database_it_is_charged_and_receipted_once(database, clock):
    """Each round pays for another purpose, is killed one step later, and is found out by a new process."""
    outbox, fatal = OutboxStore(database, clock), 0
    while True:
        fatal += 1
        store, bank = Watched(database, clock), BankProvider(clock)
        count = 0

        def step(name: str, fatal: int = fatal) -> None:
            nonlocal count
            count += 1
            if count == fatal:
                raise Killed

        store.step = bank.step = step
        order = replace(ORDER, amount=12_345, purpose=f"FV/{fatal}")
        service = payments_on(store, bank, clock)
        try:
            payment = await service.begin(order)
            await service.submit(payment.id, Code("770000"))
            clock.advance(1)
            await service.look(payment.id)
        except Killed:
            store.step = bank.step = no_step
            service = payments_on(store, bank, clock)
            await service.reconcile(node="switch")
            for _ in range(400):
                if not await store.latest(open_only=True):
                    break
                clock.advance(30)
                await service.reconcile()
        latest = (await store.latest(limit=1))[:1]
        charges = [account.charges for account in bank.bank.accounts.values()]
        assert sum(charges) <= 1
        assert charged_twice(bank.entries) == []
        if latest and latest[0].order.purpose == order.purpose:
            paid = latest[0].state is State.PAID
            assert paid == (sum(charges) == 1)
            assert (await outbox.find(f"payment:{latest[0].id}:paid") is not None) == paid
        if count < fatal:
            break
    assert fatal > 15


def payments_on(store: PaymentStore, bank: BankProvider, clock: FakeClock) -> Payments:
    return Payments(store, {"bank": bank}, clock, record=lambda event, call: None, paper=paper())
