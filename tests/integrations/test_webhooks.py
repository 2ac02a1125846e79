"""Webhooks to a real receiver that verifies them."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest

from softswitch.clock import SystemClock
from softswitch.integrations.http import HttpClient
from softswitch.integrations.webhook_config import WebhookConfig
from softswitch.integrations.webhook_signing import key_of, make_secret
from softswitch.integrations.webhooks import WebhookChannel
from softswitch.outbox.messages import Notice, written
from softswitch.outbox.model import Delivery, NotNow, Refused
from softswitch.signatures import is_signed
from tests.fakes.clock import FakeClock
from tests.integrations.servers import Server, client, serving

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
OLD, NEW = make_secret(bytes(24)), make_secret(bytes(range(24)))
KEY = "webhook:crm:call-ended:01JABC"
PAYLOAD = json.dumps({"type": "call.ended", "number": 7, "data": {"queue": "sprzedaż"}}, ensure_ascii=False)


class Rig:
    """A channel and what it has noted."""

    def __init__(self, http: HttpClient, server: Server, **changes: object) -> None:
        given = {"url": f"{server.url}/hook?token=s3cr3t", "secrets": [NEW, OLD], **changes}
        self.clock = FakeClock()
        self.gone = 0
        self.channel = WebhookChannel(
            WebhookConfig.model_validate(given), http=http, clock=self.clock, when_gone=self._gone
        )

    async def _gone(self) -> None:
        self.gone += 1
        await asyncio.sleep(0)

    async def deliver(self, attempt: int = 1) -> str:
        body = written(Notice(KEY, PAYLOAD))
        return (await self.channel.deliver(Delivery(KEY, "webhook:crm", body), attempt)).reference


async def test_a_receiver_can_verify_what_it_is_told() -> None:
    async with serving() as server, client() as http:
        rig = Rig(http, server, headers={"X-Firm": "7"})
        assert await rig.deliver() == "200"
    [request], [body] = server.asked, server.bodies
    assert json.loads(body) == json.loads(PAYLOAD)
    assert request.headers["webhook-id"] == KEY
    assert request.headers["X-Firm"] == "7"
    assert request.content_type == "application/json"
    now = rig.clock.wall().timestamp()
    for secret in (OLD, NEW):
        header = request.headers["webhook-signature"]
        assert is_signed(key_of(secret), KEY, request.headers["webhook-timestamp"], header, body, now)


async def test_a_second_try_has_the_same_id_and_its_own_time() -> None:
    async with serving() as server, client() as http:
        rig = Rig(http, server)
        server.answers = [(500, b"", {}), (204, b"", {})]
        with pytest.raises(NotNow):
            await rig.deliver(1)
        rig.clock.advance(3600)
        await rig.deliver(2)
    first, second = server.asked
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 3600
    assert server.bodies[0] == server.bodies[1]


async def test_who_is_gone_is_noted() -> None:
    async with serving() as server, client() as http:
        rig = Rig(http, server)
        server.answers = [(410, b"", {})]
        with pytest.raises(Refused):
            await rig.deliver()
    assert rig.gone == 1


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [((404, b"", {}), NotNow), ((400, b"", {}), Refused), ((429, b"", {"Retry-After": "9"}), NotNow)],
)
async def test_what_a_receiver_says(answer: object, verdict: type[Exception]) -> None:
    async with serving() as server, client() as http:
        rig = Rig(http, server)
        server.answers = [answer]
        with pytest.raises(verdict) as caught:
            await rig.deliver()
    assert rig.gone == 0
    assert "s3cr3t" not in str(caught.value)


async def test_a_redirect_is_not_followed() -> None:
    async with serving() as server, client() as http:
        server.answers = [(302, b"", {"Location": "http://127.0.0.1:1/"})]
        with pytest.raises(NotNow, match="302"):
            await Rig(http, server).deliver()
    assert len(server.asked) == 1


async def test_the_receiver_of_the_page_verifies_and_knows_what_it_has(
    capsys: pytest.CaptureFixture[str],
) -> None:
    [example] = re.findall(r"```python\n(.*?)```", await asyncio.to_thread(PAGE.read_text), re.DOTALL)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    page: dict[str, Any] = {"__name__": "page"}
    exec(compile(example, "docs/webhooks.md", "exec"), page)
    page["Receiver"].log_message = lambda *_: None
    server = HTTPServer(("127.0.0.1", 0), page["Receiver"])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        async with client() as http:
            for secrets in ([secret], [OLD, secret], [OLD]):
                given = {"url": f"http://127.0.0.1:{server.server_port}/", "secrets": secrets}
                config = WebhookConfig.model_validate(given)
                told = WebhookChannel(config, http=http, clock=SystemClock(), when_gone=asyncio.Event().wait)  # type: ignore[arg-type]
                delivery = Delivery(KEY, "webhook:crm", written(Notice(KEY, PAYLOAD)))
                if secrets == [OLD]:
                    with pytest.raises(NotNow, match="401"):
                        await told.deliver(delivery, 1)
                else:
                    assert (await told.deliver(delivery, 1)).reference == "204"
    finally:
        await asyncio.to_thread(server.shutdown)
        thread.join()
        server.server_close()
    assert capsys.readouterr().out == "7 call.ended {'queue': 'sprzedaż'}\n"
