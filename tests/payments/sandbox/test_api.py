"""The sandbox over HTTP: keys, codes, links and their page, asked as any client would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from softswitch.payments.sandbox.bank import charged_twice
from softswitch.payments.sandbox.journal import read_journal
from softswitch.payments.sandbox.server import Options, Sandbox, running
from tests.fakes.clock import FakeClock

ORDER = {"amount": 12_345, "description": "FV 7", "purpose": "FV/7"}


class Client:
    """Asks a sandbox."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session

    async def __call__(
        self, path: str, body: dict[str, object] | None = None, key: str = "k", *, post: bool = True
    ) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": "Bearer sandbox", "Idempotency-Key": key}
        url = self.sandbox.url + path
        method = "POST" if post else "GET"
        async with self.session.request(method, url, json=body if post else None, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def state(self, payment: str) -> str:
        _, shown = await self(f"/v1/payments/{payment}", post=False)
        return str(shown["state"])


@pytest_asyncio.fixture
async def ask(tmp_path) -> AsyncIterator[Client]:
    clock = FakeClock()
    async with (
        running(Options(tmp_path / "journal"), clock) as sandbox,
        aiohttp.ClientSession() as session,
    ):
        client = Client(sandbox, session)
        client.clock = clock
        yield client
    assert charged_twice(read_journal(tmp_path / "journal")) == []


async def started(ask: Client, key: str = "start") -> str:
    status, shown = await ask("/v1/payments", ORDER, key)
    assert status == 201
    return str(shown["id"])


async def test_a_code_that_the_customer_confirms(ask):
    payment = await started(ask)
    status, shown = await ask(f"/v1/payments/{payment}/code", {"code": "771203"}, "c1")
    assert (status, shown["state"], shown["code_lives_s"]) == (200, "waiting_for_customer", 120.0)
    assert await ask.state(payment) == "waiting_for_customer"
    ask.clock.advance(3)
    assert await ask.state(payment) == "paid"


async def test_the_same_key_does_it_once(ask):
    first = await started(ask)
    assert await started(ask) == first
    code = f"/v1/payments/{first}/code", {"code": "770000"}, "c1"
    once = await ask(*code)
    ask.clock.advance(1)
    assert await ask(*code) == once
    assert len(ask.sandbox.desk.bank.accounts) == 1
    status, shown = await ask("/v1/payments", {**ORDER, "amount": 1}, "start")
    assert (status, shown) == (409, {"error": "key_reused"})


async def test_a_wrong_code_may_be_followed_by_a_right_one(ask):
    payment = await started(ask)
    status, shown = await ask(f"/v1/payments/{payment}/code", {"code": "123456"}, "c1")
    assert (status, shown["reason"], shown["state"]) == (422, "wrong_code", "waiting_for_code")
    assert (await ask(f"/v1/payments/{payment}/code", {"code": "770000"}, "c2"))[0] == 200
    status, shown = await ask(f"/v1/payments/{payment}/code", {"code": "770000"}, "c3")
    assert (status, shown["error"]) == (409, "not_waiting_for_code")


async def test_an_answer_that_is_lost_is_given_again(ask):
    payment = await started(ask)
    code = f"/v1/payments/{payment}/code", {"code": "550001"}, "c1"
    with pytest.raises(aiohttp.ClientError):
        await ask(*code)
    assert await ask.state(payment) == "waiting_for_customer"
    assert (await ask(*code))[0] == 200
    ask.clock.advance(1)
    assert await ask.state(payment) == "paid"


async def test_a_request_that_is_lost_does_nothing(ask):
    payment = await started(ask)
    for _ in range(2):
        with pytest.raises(aiohttp.ClientError):
            await ask(f"/v1/payments/{payment}/code", {"code": "660001"}, "c1")
    assert await ask.state(payment) == "waiting_for_code"


async def test_a_busy_bank_takes_it_the_next_time(ask):
    payment = await started(ask)
    code = f"/v1/payments/{payment}/code", {"code": "880000"}, "c1"
    assert (await ask(*code))[0] == 503
    assert await ask.state(payment) == "waiting_for_code"
    assert (await ask(*code))[0] == 200


async def test_called_off_is_called_off(ask):
    payment = await started(ask)
    assert (await ask(f"/v1/payments/{payment}/cancel", None, "x"))[1]["state"] == "cancelled"
    assert (await ask(f"/v1/payments/{payment}/code", {"code": "770000"}, "c1"))[0] == 409
    assert (await ask(f"/v1/payments/{payment}/refund", None, "r"))[1] == {"error": "not_paid"}


async def test_paid_is_not_called_off_but_given_back_once(ask):
    payment = await started(ask)
    await ask(f"/v1/payments/{payment}/code", {"code": "770000"}, "c1")
    assert (await ask(f"/v1/payments/{payment}/cancel", None, "x"))[1]["state"] == "paid"
    for key in ("r", "r", "another"):
        assert (await ask(f"/v1/payments/{payment}/refund", None, key))[1]["state"] == "refunded"


@pytest.mark.parametrize(("button", "state"), [("pay", "paid"), ("decline", "failed")])
async def test_the_page_of_a_link(ask, button, state):
    until = ask.clock.wall().timestamp() + 600
    status, shown = await ask("/v1/links", {**ORDER, "description": "<b>", "until": until})
    assert (status, shown["state"]) == (201, "waiting_for_customer")
    assert shown["url"].startswith(f"{ask.sandbox.url}/pay/")
    async with ask.session.get(shown["url"]) as answer:
        page = await answer.text()
        assert "123,45 zł" in page
        assert "&lt;b&gt;" in page
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    for _ in range(2):
        async with ask.session.post(shown["url"], data={"answer": button}) as answer:
            assert "<button" not in await answer.text()
    assert await ask.state(shown["id"]) == state


async def test_a_link_is_good_for_its_time_alone(ask):
    assert (await ask("/v1/links", {**ORDER, "until": 1.0}))[1] == {"error": "until"}
    until = ask.clock.wall().timestamp() + 60
    _, shown = await ask("/v1/links", {**ORDER, "until": until}, "other")
    ask.clock.advance(60)
    async with ask.session.post(shown["url"], data={"answer": "pay"}) as answer:
        assert "Nie zapłacono" in await answer.text()
    assert await ask.state(shown["id"]) == "failed"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/payments", {"amount": 0}, 400),
        ("/v1/payments", {"amount": "12"}, 400),
        ("/v1/payments", {"amount": 1, "card": "4111"}, 400),
        ("/v1/payments/nobody/code", {"code": "770000"}, 404),
        ("/v1/payments/nobody/cancel", None, 404),
    ],
)
async def test_what_makes_no_sense_is_refused(ask, path, body, status):
    assert (await ask(path, body))[0] == status


async def test_a_key_is_needed_of_both_kinds(ask):
    assert (await ask("/v1/payments", ORDER, key=""))[0] == 400
    async with ask.session.post(f"{ask.sandbox.url}/v1/payments", json=ORDER) as answer:
        assert answer.status == 401
    async with ask.session.get(f"{ask.sandbox.url}/pay/guess") as answer:
        assert answer.status == 404


async def test_no_code_is_written_down(ask, tmp_path):
    payment = await started(ask)
    await ask(f"/v1/payments/{payment}/code", {"code": "779944"}, "c1")
    assert "779944" not in (tmp_path / "journal").read_text(encoding="utf-8")


async def test_it_explains_itself(ask):
    async with ask.session.get(ask.sandbox.url) as answer:
        assert "77xxNN" in await answer.text()
