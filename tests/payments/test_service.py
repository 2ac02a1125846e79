"""Payments as they are made: in peace, with a provider that is silent, and killed at every single step."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from softswitch.events import Event, PaymentBegan, PaymentChanged, PaymentDoubtful, PaymentSettled
from softswitch.payments.code import Code
from softswitch.payments.errors import (
    AlreadyOpen,
    AmountRefused,
    BadMove,
    NoSuchPayment,
    NoSuchProvider,
    ProviderRefused,
)
from softswitch.payments.model import Doing, Order, State
from softswitch.payments.paper import paper
from softswitch.payments.sandbox.bank import charged_twice
from softswitch.payments.service import Payments, Terms
from tests.fakes.clock import FakeClock
from tests.fakes.patience import PATIENCE
from tests.payments.ledger import BankProvider, MemoryLedger

ORDER = Order(
    amount=12_345,
    provider="bank",
    description="FV 7",
    purpose="FV/7",
    call="01C",
    receipt="mail:office",
    receipt_to="jan@firm.example",
    sms="sms:main",
    sms_to="+48500100200",
)


class Killed(BaseException):
    """The process is gone."""


class Rig:
    """A firm: its ledger, its bank, and the service, which may be killed and started anew."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.ledger = MemoryLedger()
        self.bank = BankProvider(self.clock)
        self.events: list[tuple[Event, str]] = []
        self.woken = 0
        self.service = self.started()

    def started(self) -> Payments:
        """Return a service with nothing in its memory."""

        def wake() -> None:
            self.woken += 1

        return Payments(
            self.ledger,
            {"bank": self.bank},
            self.clock,
            record=lambda event, call: self.events.append((event, call)),
            paper=paper(),
            terms=Terms(node="one"),
            wake=wake,
        )

    async def settled(self, *, rounds: int = 60) -> None:
        """Start anew and let time pass until nothing is open."""
        self.service = self.started()
        await self.service.reconcile(node="one")
        for _ in range(rounds):
            if all(one.settled for one in self.ledger.rows.values()):
                return
            self.clock.advance(30)
            await self.service.reconcile()
        raise AssertionError("payments stay open")

    @property
    def states(self) -> list[str]:
        """The states that were told of, in order."""
        kinds = (PaymentChanged, PaymentSettled)
        return [event.state for event, _ in self.events if isinstance(event, kinds)]

    def check(self) -> None:
        """Assert what must hold whatever happened."""
        assert charged_twice(self.bank.entries) == []
        for payment in self.ledger.rows.values():
            account = self.bank.bank.accounts.get(payment.reference)
            paid = account is not None and account.charges == 1
            assert (payment.state is State.PAID) == (paid and account.standing == "paid")
            assert (f"payment:{payment.id}:paid" in self.ledger.outbox) == paid
        for account in self.bank.bank.accounts.values():
            assert account.standing not in ("waiting_for_code", "waiting_for_customer")


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_a_code_that_is_confirmed(rig):
    payment = await rig.service.begin(ORDER)
    assert payment.state is State.WAITING_FOR_CODE
    payment = await rig.service.submit(payment.id, Code("770010"))
    assert payment.state is State.WAITING_FOR_CUSTOMER
    assert (await rig.service.look(payment.id)).state is State.WAITING_FOR_CUSTOMER
    rig.clock.advance(10)
    payment = await rig.service.look(payment.id)
    assert payment.settled
    assert rig.states == ["waiting_for_code", "waiting_for_customer", "paid"]
    assert rig.events[0] == (PaymentBegan(payment.id, 12_345, "blik", "bank", "FV/7"), "01C")
    assert {call for _, call in rig.events} == {"01C"}
    receipt = rig.ledger.outbox[f"payment:{payment.id}:paid"]
    assert receipt.channel == "mail:office"
    assert "123,45 zł" in receipt.body
    assert rig.woken == 1
    assert await rig.service.submit(payment.id, Code("770010")) == payment
    rig.check()


async def test_a_wrong_code_may_be_followed_by_a_right_one(rig):
    payment = await rig.service.begin(ORDER)
    payment = await rig.service.submit(payment.id, Code("440000"))
    assert (payment.state, payment.reason) == (State.WAITING_FOR_CODE, "wrong_code")
    payment = await rig.service.submit(payment.id, Code("770000"))
    assert payment.tries == 2
    assert [key for what, key in rig.bank.asked if what == "submit"] == [
        f"{payment.id}.code.1",
        f"{payment.id}.code.2",
    ]
    rig.clock.advance(1)
    assert (await rig.service.look(payment.id)).state is State.PAID
    rig.check()


@pytest.mark.parametrize(
    ("code", "reason"), [("110000", "declined"), ("220000", "insufficient_funds"), ("330000", "expired")]
)
async def test_what_the_bank_refuses(rig, code, reason):
    payment = await rig.service.begin(ORDER)
    await rig.service.submit(payment.id, Code(code))
    rig.clock.advance(120)
    payment = await rig.service.look(payment.id)
    assert (payment.state, payment.reason) == (State.REFUSED, reason)
    assert rig.ledger.outbox == {}


async def test_what_the_caller_calls_off(rig):
    payment = await rig.service.begin(ORDER)
    payment = await rig.service.abort(payment.id, "caller")
    assert (payment.state, payment.reason) == (State.ABORTED, "caller")
    assert await rig.service.abort(payment.id, "again") == payment
    rig.check()


async def test_what_is_called_off_too_late_is_paid(rig):
    payment = await rig.service.begin(ORDER)
    await rig.service.submit(payment.id, Code("770000"))
    rig.clock.advance(1)
    assert (await rig.service.abort(payment.id, "caller")).state is State.PAID
    rig.check()


async def test_the_same_code_after_silence_goes_under_the_same_key(rig):
    payment = await rig.service.begin(ORDER)
    rig.bank.mute.add("submit")
    payment = await rig.service.submit(payment.id, Code("770000"))
    assert (payment.state, payment.doing) == (State.UNKNOWN, Doing.CODE)
    rig.bank.mute.clear()
    payment = await rig.service.submit(payment.id, Code("770000"))
    assert payment.state is State.WAITING_FOR_CUSTOMER
    keys = [key for what, key in rig.bank.asked if what == "submit"]
    assert keys == [f"{payment.id}.code.1"] * 2
    rig.clock.advance(1)
    await rig.service.look(payment.id)
    rig.check()


async def test_a_caller_who_hangs_up_while_the_bank_asks_is_charged_once_and_gets_the_receipt(rig):
    payment = await rig.service.begin(ORDER)
    await rig.service.submit(payment.id, Code("770030"))
    assert await rig.service.reconcile() == 0
    rig.service.let_go(payment.id)
    assert await rig.service.reconcile() == 0
    rig.clock.advance(30)
    assert await rig.service.reconcile() == 1
    assert rig.events[-1] == (PaymentSettled(payment.id, 12_345, "paid", "", "01C"), "")
    rig.check()


async def test_a_caller_who_hangs_up_before_the_code_is_not_charged(rig):
    payment = await rig.service.begin(ORDER)
    rig.service.let_go(payment.id)
    await rig.service.reconcile()
    found = await rig.ledger.find(payment.id)
    assert (found.state, found.reason) == (State.ABORTED, "hung_up")
    rig.check()


async def test_nobody_else_touches_what_a_call_works_on(rig):
    payment = await rig.service.begin(ORDER)
    other = rig.started()
    assert await other.reconcile() == 0
    rig.clock.advance(61)
    assert await other.reconcile() == 1, "but not for ever: the call may be gone with its process"
    assert (await rig.ledger.find(payment.id)).state is State.ABORTED


async def test_looking_again_and_again_writes_only_what_is_new(rig):
    payment = await rig.service.begin(ORDER)
    payment = await rig.service.submit(payment.id, Code("770090"))
    for _ in range(14):
        rig.clock.advance(2)
        assert await rig.service.look(payment.id) == payment
    for _ in range(14):
        rig.clock.advance(2)
        later = await rig.service.look(payment.id)
    assert later.version == payment.version + 1, "the lease, once"
    assert await rig.started().reconcile() == 0


async def test_the_same_purpose_is_not_paid_for_twice(rig):
    payment = await rig.service.begin(ORDER)
    with pytest.raises(AlreadyOpen, match="FV/7"):
        await rig.service.begin(ORDER)
    await rig.service.submit(payment.id, Code("770000"))
    rig.clock.advance(1)
    await rig.service.look(payment.id)
    rig.service.let_go(payment.id)
    with pytest.raises(AlreadyOpen) as caught:
        await rig.service.link(ORDER)
    assert caught.value.payment == payment.id
    await rig.service.refund(payment.id)
    assert (await rig.service.begin(ORDER)).state is State.WAITING_FOR_CODE


async def test_who_calls_again_at_once_finds_the_last_try_out_of_the_way(rig):
    first = await rig.service.begin(ORDER)
    rig.service.let_go(first.id)
    second = await rig.service.begin(ORDER)
    assert second.state is State.WAITING_FOR_CODE
    assert (await rig.ledger.find(first.id)).state is State.ABORTED


async def test_a_link_is_sent_and_found_paid_later(rig):
    payment = await rig.service.link(ORDER)
    sent = rig.ledger.outbox[f"payment:{payment.id}:link"]
    assert payment.url in sent.body
    assert sent.expires == payment.until
    rig.service.let_go(payment.id)
    rig.clock.advance(3600)
    await rig.service.reconcile()
    assert (await rig.ledger.find(payment.id)).state is State.WAITING_FOR_CUSTOMER
    rig.bank.pay(payment.reference)
    await rig.service.noticed("bank", {}, payment.reference.encode())
    assert (await rig.ledger.find(payment.id)).state is State.PAID
    await rig.service.noticed("bank", {}, b"somebody else's")
    await rig.service.noticed("bank", {}, b"")
    rig.check()


async def test_a_link_that_nobody_uses_ends(rig):
    payment = await rig.service.link(ORDER)
    rig.service.let_go(payment.id)
    rig.clock.advance(timedelta(hours=24).total_seconds())
    await rig.service.reconcile()
    assert (await rig.ledger.find(payment.id)).settled
    rig.check()


async def test_a_link_that_nobody_told_of_is_called_off_and_never_sent(rig):
    rig.bank.mute.add("link")
    payment = await rig.service.link(ORDER)
    assert payment.state is State.UNKNOWN
    rig.bank.mute.clear()
    rig.service.let_go(payment.id)
    await rig.service.reconcile()
    assert (await rig.ledger.find(payment.id)).state is State.ABORTED
    assert rig.ledger.outbox == {}
    rig.check()


async def test_a_refund_is_asked_for_until_there_is_an_answer(rig):
    payment = await rig.service.begin(ORDER)
    with pytest.raises(BadMove, match="nothing to give back"):
        await rig.service.refund(payment.id)
    await rig.service.submit(payment.id, Code("770000"))
    rig.clock.advance(1)
    await rig.service.look(payment.id)
    rig.bank.mute.add("refund")
    payment = await rig.service.refund(payment.id)
    assert (payment.state, payment.settled) == (State.PAID, False)
    rig.bank.mute.clear()
    await rig.settled()
    assert (await rig.ledger.find(payment.id)).state is State.REFUNDED
    assert (await rig.service.refund(payment.id)).state is State.REFUNDED
    assert len({key for what, key in rig.bank.asked if what == "refund"}) == 1
    assert f"payment:{payment.id}:refunded" in rig.ledger.outbox


@pytest.mark.parametrize("what", ["start", "submit", "cancel", "refund", "look"])
async def test_what_the_provider_refuses_outright(rig, what):
    rig.bank.refusing[what] = "not_authorized"
    payment = await rig.service.begin(ORDER)
    if what == "start":
        assert (payment.state, payment.reason) == (State.REFUSED, "not_authorized")
        return
    payment = await rig.service.submit(payment.id, Code("770000"))
    if what == "submit":
        assert (payment.state, payment.reason) == (State.WAITING_FOR_CODE, "not_authorized")
        return
    if what == "cancel":
        assert (await rig.service.abort(payment.id, "caller")).state is State.UNKNOWN
        return
    rig.clock.advance(1)
    payment = await rig.service.look(payment.id)
    if what == "look":
        assert payment.state is State.UNKNOWN
        return
    with pytest.raises(ProviderRefused):
        await rig.service.refund(payment.id)
    assert (await rig.ledger.find(payment.id)).settled


async def test_a_provider_that_contradicts_itself_is_told_of(rig):
    payment = await rig.service.begin(ORDER)
    payment = await rig.service.abort(payment.id, "caller")
    rig.bank.pay(payment.reference)
    rig.ledger.rows[payment.id] = found = await rig.ledger.find(payment.id)
    assert found.settled
    learned = await rig.service._steps.ask(found, lambda one, key: one.look(found.reference))
    assert learned.state is State.PAID, "where money has moved, money is right"
    assert [event for event, _ in rig.events if isinstance(event, PaymentDoubtful)]
    doubted = await rig.service._steps.ask(learned, lambda one, key: one.cancel("P0", "x"))
    assert doubted.state is State.PAID


async def test_what_cannot_be_is_said(rig):
    with pytest.raises(NoSuchProvider, match="'other'"):
        await rig.service.begin(Order(1000, "other", ""))
    with pytest.raises(AmountRefused):
        await rig.service.begin(Order(1, "bank", ""))
    with pytest.raises(NoSuchProvider):
        await rig.service.noticed("other", {}, b"")
    with pytest.raises(NoSuchPayment):
        await rig.service.look("nobody")
    assert rig.bank.asked == []


# --- killed at every step ---


async def blik(service: Payments) -> None:
    payment = await service.begin(ORDER)
    await service.submit(payment.id, Code("440000"))
    await service.submit(payment.id, Code("770000"))
    await service.look(payment.id)


async def blik_called_off(service: Payments) -> None:
    payment = await service.begin(ORDER)
    await service.submit(payment.id, Code("770099"))
    await service.abort(payment.id, "caller")


async def given_back(service: Payments) -> None:
    payment = await service.begin(ORDER)
    await service.submit(payment.id, Code("770000"))
    await service.look(payment.id)
    await service.refund(payment.id)


async def by_link(service: Payments) -> None:
    payment = await service.link(ORDER)
    await service.look(payment.id)


STORIES: list[Callable[[Payments], Awaitable[None]]] = [blik, blik_called_off, given_back, by_link]


async def steps_of(story: Callable[[Payments], Awaitable[None]]) -> int:
    rig, count = Rig(), 0

    def step(name: str) -> None:
        nonlocal count
        count += 1

    rig.ledger.step = rig.bank.step = step
    await story(rig.service)
    return count


@pytest.mark.parametrize("story", STORIES)
async def test_killed_at_any_step_it_is_found_out_and_charged_once_at_most(story):
    for fatal in range(1, await steps_of(story) + 1):
        rig, count = Rig(), 0

        def step(name: str, fatal: int = fatal) -> None:
            nonlocal count
            count += 1
            if count == fatal:
                raise Killed

        rig.ledger.step = rig.bank.step = step
        with pytest.raises(Killed):
            await story(rig.service)
        rig.ledger.step = rig.bank.step = lambda name: None
        await rig.settled(rounds=4000)
        rig.check()


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("kind", ["mute", "deaf"])
@pytest.mark.parametrize("what", ["start", "submit", "look", "cancel", "refund", "link"])
async def test_silence_at_any_request_is_found_out(story, kind, what):
    rig = Rig()
    getattr(rig.bank, kind).add(what)
    # What is not known to be paid is not given back.
    with contextlib.suppress(*([BadMove] if story is given_back else [])):
        await story(rig.service)
    getattr(rig.bank, kind).clear()
    await rig.settled(rounds=4000)
    rig.check()


async def test_a_caller_who_hangs_up_in_the_middle_of_a_request(rig):
    payment = await rig.service.begin(ORDER)
    hanging = asyncio.Event()
    real = rig.bank.submit

    async def slow(reference: str, code: Code, key: str) -> object:
        answer = await real(reference, code, key)
        hanging.set()
        await asyncio.Event().wait()
        return answer

    rig.bank.submit = slow
    task = asyncio.create_task(rig.service.submit(payment.id, Code("770000")))
    await hanging.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    rig.service.let_go(payment.id)
    rig.clock.advance(1)
    await rig.service.reconcile()
    assert (await rig.ledger.find(payment.id)).state is State.PAID
    rig.check()


async def test_it_runs_by_itself_and_outlasts_a_database_that_is_away(rig, monkeypatch, caplog):
    payment = await rig.service.begin(ORDER)
    failed = asyncio.Event()
    real = rig.ledger.due

    async def away(*args: object, **named: object) -> list[object]:
        monkeypatch.setattr(rig.ledger, "due", real)
        failed.set()
        raise OSError("away")

    monkeypatch.setattr(rig.ledger, "due", away)
    task = asyncio.create_task(rig.service.run())
    await failed.wait()
    rig.service.let_go(payment.id)
    async with asyncio.timeout(PATIENCE):
        while not (await rig.ledger.find(payment.id)).settled:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "could not be looked at" in caplog.text
