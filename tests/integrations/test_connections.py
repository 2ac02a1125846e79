"""Connections by name, against a real server: what menus, shops and gateways will use."""

from __future__ import annotations

import base64
import json

import pytest

from softswitch.integrations import http_errors as errors
from softswitch.integrations.connections import Connections, NoSuchConnection, read_connection
from softswitch.integrations.http_config import ConnectionConfig
from softswitch.ivr.expressions import Value
from tests.integrations.servers import client, serving

CALL = {"CALL.SRC_NUMBER": "+48600100200", "CALL.DST_NUMBER": "221234567", "VARIABLE.PARCEL": "12 34/x"}


def lookup(name):
    return Value(CALL[name]) if name in CALL else None


def connections(http, **parts):
    configs = {name: ConnectionConfig.model_validate(part) for name, part in parts.items()}
    return Connections(configs, http)


async def test_the_status_of_a_parcel_is_asked_for_and_taken_out_of_the_answer():
    async with serving() as server, client() as http:
        server.answers = [(200, b'{"parcel": {"status": "wydana kurierowi", "days": 2}}', {})]
        known = connections(
            http,
            parcels={
                "url": server.url + "/parcels/{{VARIABLE.PARCEL}}?from={{CALL.SRC_NUMBER}}",
                "auth": {"bearer": "t0ken"},
                "answer": {
                    "status": "$.parcel.status",
                    "days": "$.parcel.days",
                    "note": {"path": "$.note", "default": ""},
                },
            },
        )
        answer = await known.ask("parcels", lookup)
        assert {name: value.text for name, value in answer.variables.items()} == {
            "STATUS": "wydana kurierowi",
            "DAYS": "2",
            "NOTE": "",
        }
        assert known.names == {"parcels"}
        assert known.variables_of("parcels") == {"STATUS", "DAYS", "NOTE"}
        asked = server.asked[0]
        assert asked.raw_path == "/parcels/12%2034%2Fx?from=%2B48600100200"
        assert asked.headers["Authorization"] == "Bearer t0ken"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_each_method_reaches_the_server_with_its_number(method):
    async with serving() as server, client() as http:
        part = {
            "url": server.url + "/{{CALL.DST_NUMBER}}",
            "method": method,
            "headers": {"X-From": "{{CALL.SRC_NUMBER}}"},
        }
        if method != "GET":
            part["body"] = {"number": "{{CALL.SRC_NUMBER}}"}
        await connections(http, crm=part).ask("crm", lookup)
        asked = server.asked[0]
        assert (asked.method, asked.path, asked.headers["X-From"]) == (method, "/221234567", "+48600100200")
        assert server.bodies[0] == (b"" if method == "GET" else b'{"number": "+48600100200"}')


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((404, b"{}", {}), errors.StatusRefused),
        ((500, b"{}", {}), errors.StatusRefused),
        ((200, b"no json", {}), errors.BrokenAnswer),
        ((200, b"{}", {}), errors.BrokenAnswer),
        ((200, b'{"a": []}', {}), errors.BrokenAnswer),
        ((204, b"", {}), errors.BrokenAnswer),
        ((302, b"", {"Location": "/"}), errors.StatusRefused),
    ],
)
async def test_an_answer_that_does_not_serve_is_an_error(answer, kind):
    async with serving() as server, client() as http:
        server.answers = [answer]
        known = connections(http, crm={"url": server.url, "answer": {"a": "$.a"}})
        with pytest.raises(kind):
            await known.ask("crm", lookup)


async def test_a_large_answer_is_read_too():
    async with serving() as server, client() as http:
        server.answers = [(200, json.dumps({"fill": "x" * 50_000, "a": "1"}).encode(), {})]
        known = connections(http, crm={"url": server.url, "answer": {"a": "$.a"}})
        assert (await known.ask("crm", lookup)).variables == {"A": Value("1")}


async def test_no_limit_is_longer_than_the_caller_wants_to_wait():
    connection = read_connection("x", ConnectionConfig(url="https://x/", limit_s=5))
    assert connection.request(lookup, limit_s=2).limit_s == 2
    assert connection.request(lookup, limit_s=9).limit_s == 5
    async with client() as http:
        with pytest.raises(NoSuchConnection):
            await connections(http).ask("x", lookup)


def request_of(**part):
    return read_connection("x", ConnectionConfig.model_validate({"url": "https://x/a?b=1", **part})).request(
        lookup
    )


def test_ways_to_prove_oneself():
    basic = request_of(auth={"user": "u", "password": "zażółć"}).headers["Authorization"]
    assert base64.b64decode(basic.removeprefix("Basic ")).decode() == "u:zażółć"
    assert request_of(auth={"header": "X-Api-Key", "key": "k"}).headers["X-Api-Key"] == "k"
    assert request_of(auth={"parameter": "api key", "key": "k&l"}).url == "https://x/a?b=1&api%20key=k%26l"


def test_bodies_of_four_kinds():
    value = {"CALL.SRC_NUMBER": '<&"ż'}

    def body(kind, content):
        config = ConnectionConfig(url="https://x/", method="POST", body=content, body_type=kind)
        request = read_connection("x", config).request(lambda name: Value(value[name]))
        return request.headers["Content-Type"], request.body.decode()

    assert body("json", {"a": "{{CALL.SRC_NUMBER}}"}) == ("application/json", '{"a": "<&\\"ż"}')
    assert body("form", {"a": "{{CALL.SRC_NUMBER}}"}) == (
        "application/x-www-form-urlencoded",
        "a=%3C%26%22%C5%BC",
    )
    assert body("text", "n {{CALL.SRC_NUMBER}}") == ("text/plain; charset=utf-8", 'n <&"ż')
    assert body("xml", "<a>{{CALL.SRC_NUMBER}}</a>") == (
        "application/xml; charset=utf-8",
        "<a>&lt;&amp;&quot;ż</a>",
    )


def test_no_secret_is_in_a_repr():
    config = ConnectionConfig.model_validate(
        {
            "url": "https://x/",
            "method": "POST",
            "headers": {"X-Key": "hush"},
            "auth": {"user": "u", "password": "hush"},
            "body": {"token": "hush"},
        }
    )
    assert "hush" not in repr(config) + repr(read_connection("x", config))
    for part in ({"bearer": "hush"}, {"header": "X", "key": "hush"}):
        assert "hush" not in repr(
            config.model_copy(
                update={"auth": ConnectionConfig.model_validate({"url": "https://x", "auth": part}).auth}
            )
        )
