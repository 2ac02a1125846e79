"""The sandbox as a server: it comes back as it was, and its webhook is told until it takes the news."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from softswitch.clock import SystemClock
from softswitch.payments.errors import BadSignature
from softswitch.payments.sandbox import server
from softswitch.payments.sandbox.server import SIGNATURE_HEADER, Options, running
from softswitch.payments.signature import check_signature
from tests.fakes.patience import PATIENCE

ORDER = {"amount": 500, "purpose": "FV/7"}
SECRET = "whsec"


async def ask(sandbox: server.Sandbox, path: str, body: dict[str, object], key: str) -> dict[str, object]:
    headers = {"Authorization": "Bearer sandbox", "Idempotency-Key": key}
    async with (
        aiohttp.ClientSession() as session,
        session.post(sandbox.url + path, json=body, headers=headers) as answer,
    ):
        shown: dict[str, object] = await answer.json()
        return shown


async def test_it_comes_back_as_it_was(tmp_path):
    options = Options(tmp_path / "journal")
    async with running(options, SystemClock()) as sandbox:
        first = await ask(sandbox, "/v1/payments", ORDER, "k")
        await ask(sandbox, f"/v1/payments/{first['id']}/code", {"code": "330000"}, "c")
    async with running(options, SystemClock()) as sandbox:
        assert await ask(sandbox, "/v1/payments", ORDER, "k") == first
        account = sandbox.desk.bank.accounts[str(first["id"])]
        assert account.standing == "waiting_for_customer"


async def test_customers_act_by_themselves_and_the_webhook_is_told_until_it_listens(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "FIRST_PAUSE_S", 0.01)
    heard: list[tuple[str, bytes]] = []
    told = asyncio.Event()

    async def hear(request: web.Request) -> web.Response:
        heard.append((request.headers[SIGNATURE_HEADER], await request.read()))
        if len(heard) == 1:
            return web.Response(status=500)
        told.set()
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hear)
    async with TestServer(app) as hook:
        options = Options(tmp_path / "journal", webhook=str(hook.make_url("/hook")), webhook_secret=SECRET)
        async with running(options, SystemClock()) as sandbox:
            made = await ask(sandbox, "/v1/payments", ORDER, "k")
            await ask(sandbox, f"/v1/payments/{made['id']}/code", {"code": "770000"}, "c")
            async with asyncio.timeout(PATIENCE):
                await told.wait()
    assert len(heard) == 2
    for header, body in heard:
        check_signature(header, body, SECRET, SystemClock().wall())
        assert json.loads(body)["payment"]["state"] == "paid"
        with pytest.raises(BadSignature):
            check_signature(header, body + b" ", SECRET, SystemClock().wall())
