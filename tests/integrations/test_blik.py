"""The BLIK adapter against a real sandbox: every kind of code, links, notices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from softswitch.clock import SystemClock
from softswitch.integrations.blik import BlikProvider
from softswitch.integrations.payment_wire import AiohttpWire
from softswitch.payments.code import Code
from softswitch.payments.errors import BadSignature, NoAnswer, ProviderRefused
from softswitch.payments.model import News, Order
from softswitch.payments.provider import Answer, Notice
from softswitch.payments.sandbox.bank import charged_twice
from softswitch.payments.sandbox.journal import read_journal
from softswitch.payments.sandbox.server import Options, running
from softswitch.payments.signature import signed
from tests.fakes.clock import FakeClock

ORDER = Order(amount=12_345, provider="sandbox", description="FV 7", purpose="FV/7")


@pytest.fixture
async def rig(tmp_path) -> AsyncIterator[tuple[BlikProvider, FakeClock]]:
    clock, wire = FakeClock(), AiohttpWire(seconds=5)
    async with running(Options(tmp_path / "journal", api_key="key"), clock) as sandbox:
        yield BlikProvider(wire, sandbox.url + "/", "key", "secret"), clock
        await wire.close()
    assert charged_twice(read_journal(tmp_path / "journal")) == []


@pytest.mark.parametrize(
    ("code", "at_once", "later", "reason"),
    [
        ("770010", News.WITH_CUSTOMER, News.PAID, ""),
        ("110010", News.WITH_CUSTOMER, News.REFUSED, "declined"),
        ("220010", News.WITH_CUSTOMER, News.REFUSED, "insufficient_funds"),
        ("330000", News.WITH_CUSTOMER, News.REFUSED, "expired"),
        ("440000", News.CODE_WRONG, News.WANTS_CODE, ""),
    ],
)
async def test_codes(rig, code, at_once, later, reason):
    provider, clock = rig
    reference = (await provider.start(ORDER, "k1")).reference
    assert (await provider.submit(reference, Code(code), "k2")).news is at_once
    clock.advance(120)
    paid = ORDER.amount if later is News.PAID else None
    assert await provider.look(reference) == Answer(later, reference, reason, paid=paid)


async def test_a_lost_answer_is_none_and_the_same_key_finds_it(rig):
    provider, clock = rig
    reference = (await provider.start(ORDER, "k1")).reference
    with pytest.raises(NoAnswer, match="no answer") as caught:
        await provider.submit(reference, Code("550001"), "k2")
    assert caught.value.__cause__ is None
    assert "550001" not in str(caught.value)
    clock.advance(1)
    assert (await provider.look(reference)).news is News.PAID
    assert (await provider.submit(reference, Code("550001"), "k2")).news is News.WITH_CUSTOMER
    assert (await provider.submit(reference, Code("770001"), "k9")).news is News.PAID


async def test_a_busy_provider_is_no_answer(rig):
    provider, _ = rig
    reference = (await provider.start(ORDER, "k1")).reference
    with pytest.raises(NoAnswer, match="status 503"):
        await provider.submit(reference, Code("880000"), "k2")
    assert (await provider.submit(reference, Code("880000"), "k2")).news is News.WITH_CUSTOMER


async def test_calling_off_and_giving_back(rig):
    provider, clock = rig
    first = (await provider.start(ORDER, "k1")).reference
    assert await provider.cancel(first, "k2") == Answer(News.ABORTED, first)
    second = (await provider.start(ORDER, "k3")).reference
    with pytest.raises(ProviderRefused, match="not_paid"):
        await provider.refund(second, "k4")
    await provider.submit(second, Code("770000"), "k5")
    clock.advance(1)
    assert (await provider.cancel(second, "k6")).news is News.PAID
    assert (await provider.refund(second, "k7")).news is News.REFUNDED


async def test_a_link(rig):
    provider, clock = rig
    made = await provider.link(ORDER, "k1", clock.wall() + timedelta(minutes=10))
    assert made.news is News.WITH_CUSTOMER
    assert made.url.startswith("http://127.0.0.1:")
    assert await provider.link(ORDER, "k1", clock.wall() + timedelta(minutes=10)) == made
    clock.advance(600)
    assert await provider.look(made.reference) == Answer(News.REFUSED, made.reference, "expired")


async def test_what_is_wrong_with_us_is_told_apart(rig):
    provider, _ = rig
    with pytest.raises(ProviderRefused, match="no_such_payment"):
        await provider.look("nobody")
    bad = BlikProvider(provider._wire, provider._url, "other")
    with pytest.raises(ProviderRefused, match="not_authorized"):
        await bad.start(ORDER, "k1")


async def test_nobody_there_is_no_answer(unused_tcp_port):
    wire = AiohttpWire(seconds=1)
    with pytest.raises(NoAnswer):
        await BlikProvider(wire, f"http://127.0.0.1:{unused_tcp_port}", "key").look("x")
    await wire.close()
    await asyncio.sleep(0)


def test_notices():
    clock = SystemClock()
    provider = BlikProvider(AiohttpWire(), "http://127.0.0.1", "key", "secret")
    body = b'{"type": "payment.changed", "payment": {"id": "01J", "state": "paid"}}'
    header = signed(body, "secret", clock.wall())
    assert provider.notice({"Sandbox-Signature": header}, body, clock.wall()) == Notice("01J")
    with pytest.raises(BadSignature):
        provider.notice({"Sandbox-Signature": header}, body + b" ", clock.wall())
    with pytest.raises(BadSignature, match="names no payment"):
        provider.notice({"Sandbox-Signature": signed(b"7", "secret", clock.wall())}, b"7", clock.wall())
    assert "key" not in repr(provider)
