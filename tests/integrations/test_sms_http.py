"""Text messages by gateways over HTTP: real servers, that count by our reference."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from softswitch.integrations.http import HttpClient
from softswitch.integrations.sms_config import SmsConfig
from softswitch.integrations.sms_http import HttpSmsChannel, reference_of
from softswitch.integrations.sms_rules import SmsRules
from softswitch.outbox.messages import Sms, written
from softswitch.outbox.model import Delivery, NotNow, Refused
from tests.fakes.clock import FakeClock
from tests.integrations.servers import Server, client, serving

TEXT = 'Instrukcja: "https://firma.pl/i?a=1&b=2" – żółw'


def delivery(to: str = "600 100 200", text: str = TEXT, key: str = "sms:01JABC:1") -> Delivery:
    return Delivery(key, "sms:default", written(Sms(to, text)))


def channel(http: HttpClient, server: Server, gateway: dict[str, object], **sms: object) -> HttpSmsChannel:
    gateway = {**gateway, "url": server.url + str(gateway.get("url", "/send"))}
    config = SmsConfig.model_validate({"http": gateway, "sender": "Firma", **sms})
    assert config.http is not None
    rules = SmsRules(config, country="PL", clock=FakeClock())
    return HttpSmsChannel(config, config.http, http=http, rules=rules)


JSON = {
    "auth": {"bearer": "t0ken"},
    "body": {
        "to": "{{SMS.NUMBER}}",
        "message": "{{SMS.TEXT}}",
        "idx": "{{SMS.REFERENCE}}",
        "from": "{{SMS.SENDER}}",
        "parts": "{{SMS.PARTS}}",
    },
    "answer": {"STATUS": "$.status", "REFERENCE": {"path": "$.id", "default": ""}},
    "taken": ["queued"],
    "later": ["busy"],
}


async def test_a_gateway_that_speaks_json() -> None:
    async with serving() as server, client() as http:
        server.answers = [(200, b'{"status": "queued", "id": "m-77"}', {})]
        receipt = await channel(http, server, JSON).deliver(delivery(), 1)
    assert receipt.reference == "m-77"
    assert json.loads(server.bodies[0]) == {
        "to": "+48600100200",
        "message": TEXT,
        "idx": reference_of("sms:01JABC:1"),
        "from": "Firma",
        "parts": "1",
    }
    assert server.asked[0].headers["Authorization"] == "Bearer t0ken"
    assert server.asked[0].headers["Idempotency-Key"] == reference_of("sms:01JABC:1")


async def test_a_gateway_that_takes_parameters() -> None:
    gateway = {"url": "/send?to={{SMS.DIGITS}}&text={{SMS.TEXT}}&ref={{SMS.REFERENCE}}", "method": "GET"}
    async with serving() as server, client() as http:
        await channel(http, server, gateway).deliver(delivery(), 1)
    query = server.asked[0].rel_url.query
    assert query["to"] == "48600100200"
    assert query["text"] == TEXT
    assert set(query) == {"to", "text", "ref"}


async def test_a_gateway_that_takes_a_form() -> None:
    gateway = {"body_type": "form", "body": {"to": "{{SMS.DIGITS}}", "text": "{{SMS.TEXT}}"}}
    async with serving() as server, client() as http:
        await channel(http, server, gateway, letters="plain").deliver(delivery(), 1)
    form = parse_qs(server.bodies[0].decode())
    assert form == {"to": ["48600100200"], "text": ['Instrukcja: "https://firma.pl/i?a=1&b=2" - zolw']}


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ((200, b'{"status": "busy"}', {}), NotNow),
        ((200, b'{"status": "no credit"}', {}), Refused),
        ((200, b"<html>a proxy</html>", {}), NotNow),
        ((200, b"{}", {}), NotNow),
        ((401, b"", {}), NotNow),
        ((422, b"", {}), Refused),
        ((503, b"", {"Retry-After": "30"}), NotNow),
    ],
)
async def test_what_a_gateway_says(answer: object, verdict: type[Exception]) -> None:
    async with serving() as server, client() as http:
        server.answers = [answer]
        with pytest.raises(verdict) as caught:
            await channel(http, server, JSON).deliver(delivery(), 1)
    assert "t0ken" not in str(caught.value)


async def test_a_second_try_has_the_same_reference_and_counts_once() -> None:
    async with serving() as server, client() as http:
        server.answers = [(500, b"", {}), (200, b'{"status": "queued"}', {})]
        sender = channel(http, server, JSON, per_number=1)
        with pytest.raises(NotNow):
            await sender.deliver(delivery(), 1)
        await sender.deliver(delivery(), 2)
        with pytest.raises(Refused, match="within 24 h"):
            await sender.deliver(delivery(key="another"), 1)
    first, second = (json.loads(body)["idx"] for body in server.bodies)
    assert first == second


async def test_a_gateway_that_is_down_is_trouble_of_the_whole_channel() -> None:
    async with serving() as server:
        pass
    async with client() as http:
        with pytest.raises(NotNow) as caught:
            await channel(http, server, JSON).deliver(delivery(), 1)
    assert caught.value.whole


@pytest.mark.parametrize(
    ("to", "text", "reason"),
    [
        ("22 123 45 67", "x", "no mobile number"),
        ("+33612345678", "x", "no text messages go to FR"),
        ("", "x", "no number"),
        ("600100200", "", "empty"),
        ("600100200", "a" * 500, "parts"),
    ],
)
async def test_what_may_not_go_never_reaches_the_gateway(to: str, text: str, reason: str) -> None:
    async with serving() as server, client() as http:
        with pytest.raises(Refused, match=reason):
            await channel(http, server, JSON).deliver(delivery(to, text), 1)
    assert not server.asked


async def test_what_the_gateway_refused_takes_no_share() -> None:
    async with serving() as server, client() as http:
        server.answers = [(200, b'{"status": "bad text"}', {}), (200, b'{"status": "queued"}', {})]
        sender = channel(http, server, JSON, per_number=1)
        with pytest.raises(Refused):
            await sender.deliver(delivery(), 1)
        await sender.deliver(delivery(key="another"), 1)
