"""PaymentIntents: against localstripe as it comes; BLIK, links and keys against their documented shapes."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from subprocess import DEVNULL, Popen

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from softswitch.integrations.payment_intents import PaymentIntents
from softswitch.integrations.payment_wire import AiohttpWire
from softswitch.payments.code import Code
from softswitch.payments.errors import BadSignature, NoAnswer, ProviderRefused
from softswitch.payments.model import News, Order
from softswitch.payments.provider import Answer, Notice
from softswitch.payments.signature import signed
from tests.integrations.stripe_like import StripeLike

ORDER = Order(amount=12_345, provider="stripe", description="FV 7", purpose="FV/7")
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(hours=24)
SECRET = "whsec_1"


@asynccontextmanager
async def provider_at(url: str, key: str = "sk_test") -> AsyncIterator[PaymentIntents]:
    wire = AiohttpWire(seconds=10)
    try:
        yield PaymentIntents(wire, url, key, SECRET, return_url="https://firm.example/paid")
    finally:
        await wire.close()


@pytest.fixture
async def rig() -> AsyncIterator[tuple[PaymentIntents, StripeLike]]:
    api = StripeLike()
    async with TestServer(api.application()) as server, provider_at(str(server.make_url("/"))) as provider:
        yield provider, api


async def test_a_code_is_confirmed_in_the_banks_app(rig):
    provider, api = rig
    started = await provider.start(ORDER, "k1")
    assert started == Answer(News.WANTS_CODE, "pi_0")
    assert await provider.start(ORDER, "k1") == started
    assert len(api.objects) == 1
    assert await provider.submit("pi_0", Code("777001"), "k2") == Answer(News.WITH_CUSTOMER, "pi_0")
    api.objects["pi_0"]["status"] = "succeeded"
    assert await provider.look("pi_0") == Answer(News.PAID, "pi_0", paid=12_345)
    api.objects["pi_0"]["amount_received"] = 45
    assert (await provider.look("pi_0")).paid == 45
    api.objects["pi_0"]["currency"] = "eur"
    with pytest.raises(NoAnswer, match="a sum in EUR"):
        await provider.look("pi_0")
    method, path, form, key = api.asked[0]
    assert (method, path, key) == ("POST", "payment_intents", "k1")
    assert (form["amount"], form["currency"], form["payment_method_types[]"]) == ("12345", "pln", "blik")
    assert form["description"] == "FV 7"


@pytest.mark.parametrize(
    ("code", "news", "reason"),
    [
        ("000001", News.CODE_WRONG, "wrong_code"),
        ("000002", News.REFUSED, "declined"),
        ("000003", News.REFUSED, "insufficient_funds"),
    ],
)
async def test_codes_that_come_to_nothing(rig, code, news, reason):
    provider, _ = rig
    await provider.start(ORDER, "k1")
    assert await provider.submit("pi_0", Code(code), "k2") == Answer(news, "pi_0", reason)
    assert await provider.look("pi_0") == Answer(news, "pi_0", reason)


async def test_a_code_for_what_has_ended_tells_the_end(rig):
    provider, api = rig
    await provider.start(ORDER, "k1")
    api.objects["pi_0"]["status"] = "succeeded"
    assert (await provider.submit("pi_0", Code("777001"), "k2")).news is News.PAID


@pytest.mark.parametrize(
    ("status", "news"),
    [("requires_action", News.ABORTED), ("succeeded", News.PAID), ("canceled", News.ABORTED)],
)
async def test_calling_off_tells_what_is_so(rig, status, news):
    provider, api = rig
    await provider.start(ORDER, "k1")
    api.objects["pi_0"]["status"] = status
    assert (await provider.cancel("pi_0", "k3")).news is news


async def test_what_cannot_be_called_off_yet_is_no_answer(rig):
    provider, api = rig
    await provider.start(ORDER, "k1")
    api.objects["pi_0"]["status"] = "processing"
    with pytest.raises(NoAnswer, match="not call the payment off"):
        await provider.cancel("pi_0", "k3")


async def test_a_page_as_a_link(rig):
    provider, api = rig
    made = await provider.link(ORDER, "k1", UNTIL)
    assert made == Answer(News.WITH_CUSTOMER, "cs_0", url="https://pay.example/cs")
    form = api.asked[0][2]
    assert form["line_items[0][price_data][unit_amount]"] == "12345"
    assert form["expires_at"] == str(int(UNTIL.timestamp()))
    api.objects["cs_0"] |= {"status": "complete", "payment_status": "paid", "payment_intent": "pi_9"}
    assert await provider.look("cs_0") == Answer(News.PAID, "cs_0")
    assert (await provider.cancel("cs_0", "k2")).news is News.PAID
    assert await provider.refund("cs_0", "k3") == Answer(News.REFUNDED, "cs_0")
    assert api.refunds == ["pi_9"]


async def test_a_page_is_called_off(rig):
    provider, _ = rig
    await provider.link(ORDER, "k1", UNTIL)
    assert await provider.cancel("cs_0", "k2") == Answer(News.ABORTED, "cs_0", "expired")


async def test_a_wrong_key_is_refused_and_shows_nowhere(rig):
    good, api = rig
    assert "sk_" not in repr(good)
    async with TestServer(api.application()) as server, provider_at(str(server.make_url("/")), "sk_x") as bad:
        with pytest.raises(ProviderRefused, match="not_authorized") as caught:
            await bad.start(ORDER, "k1")
    assert "sk_x" not in str(caught.value)


def event(kind: str, name: object) -> bytes:
    return json.dumps({"type": kind, "data": {"object": {"id": name}}}).encode()


def test_notices():
    provider = PaymentIntents(AiohttpWire(), "https://api.example", "sk", SECRET)
    body = event("payment_intent.succeeded", "pi_1")
    headers = {"Stripe-Signature": signed(body, SECRET, NOW)}
    assert provider.notice(headers, body, NOW) == Notice("pi_1")
    other = event("customer.created", "cus_1")
    assert provider.notice({"stripe-signature": signed(other, SECRET, NOW)}, other, NOW) is None
    for bad in (b"[]", b"{", event("payment_intent.succeeded", 7)):
        proof = {"stripe-signature": signed(bad, SECRET, NOW)}
        if bad.endswith(b"7}}}"):
            assert provider.notice(proof, bad, NOW) is None
            continue
        with pytest.raises(BadSignature, match="names no payment"):
            provider.notice(proof, bad, NOW)
    with pytest.raises(BadSignature):
        provider.notice({}, body, NOW)


# --- localstripe, as it is published ---


@pytest.fixture(scope="module")
def localstripe() -> Iterator[str]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    with Popen(command, stdout=DEVNULL, stderr=DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


async def ask(url: str, path: str, form: dict[str, str]) -> dict[str, str]:
    headers = {"Authorization": "Bearer sk_test"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/v1/{path}", data=form, headers=headers) as answer,
    ):
        assert answer.status == 200, await answer.text()
        shown: dict[str, str] = await answer.json()
        return shown


async def answers(url: str) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 20
    while True:
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{url}/v1/balance"):
                return
        except aiohttp.ClientConnectionError:
            assert loop.time() < deadline, "localstripe does not start"
            await asyncio.to_thread(lambda: None)


async def test_localstripe_takes_makes_shows_and_calls_off(localstripe):
    await answers(localstripe)
    order = Order(amount=12_345, provider="stripe", description="", purpose="FV/7")
    async with provider_at(localstripe) as provider:
        started = await provider.start(order, "k1")
        assert started.news is News.WANTS_CODE
        assert await provider.look(started.reference) == started
        assert (await provider.cancel(started.reference, "k2")).news is News.ABORTED
        assert (await provider.cancel(started.reference, "k3")).news is News.ABORTED
        with pytest.raises(ProviderRefused, match="no_such_payment"):
            await provider.look("pi_unknown")


async def test_localstripe_pays_and_gives_back(localstripe):
    await answers(localstripe)
    card = {"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2030"}
    method = await ask(localstripe, "payment_methods", {"type": "card", **card, "card[cvc]": "123"})
    customer = await ask(localstripe, "customers", {"email": "a@firm.example"})
    await ask(localstripe, f"payment_methods/{method['id']}/attach", {"customer": customer["id"]})
    form = {"amount": "500", "currency": "pln", "payment_method": method["id"], "customer": customer["id"]}
    intent = await ask(localstripe, "payment_intents", {**form, "confirm": "true"})
    async with provider_at(localstripe) as provider:
        assert await provider.look(intent["id"]) == Answer(News.PAID, intent["id"], paid=500)
        assert (await provider.cancel(intent["id"], "k1")).news is News.PAID
        assert await provider.refund(intent["id"], "k2") == Answer(News.REFUNDED, intent["id"])
