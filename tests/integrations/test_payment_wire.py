"""What an answer of a provider says of what was done, and what it does not."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from softswitch.integrations.payment_wire import LARGEST_ANSWER, AiohttpWire, Asked, refused, told
from softswitch.payments.errors import NoAnswer


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_faults_of_the_providers_own_are_no_answer(status):
    with pytest.raises(NoAnswer, match=str(status)):
        told(status, b"{}")


@given(st.binary(max_size=50), st.integers(200, 499))
def test_noise_is_no_answer(body, status):
    try:
        found = told(status, body)
    except NoAnswer:
        return
    assert isinstance(found.body, dict)


@pytest.mark.parametrize("body", [b'{"error": "b\xb3\xb1d"}', b'{"a": ' * 50_000])
def test_what_is_no_json_is_no_answer(body):
    with pytest.raises(NoAnswer, match="cannot be read"):
        told(200, body)


def test_texts_are_found_by_path():
    found = told(402, b'{"error": {"code": "declined", "n": 1}}')
    assert found.text("error", "code") == "declined"
    assert (found.text("error", "n"), found.text("error", "code", "x"), found.text("no")) == ("", "", "")
    assert not found.good


@pytest.mark.parametrize(
    ("status", "given", "reason"),
    [
        (401, "x", "not_authorized"),
        (404, "", "no_such_payment"),
        (400, "amount", "amount"),
        (418, "", "status_418"),
    ],
)
def test_refusals_have_short_names(status, given, reason):
    assert refused(status, given).reason == reason


async def test_redirects_and_floods_are_not_followed():
    async def away(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect("/flood")

    async def flood(request: web.Request) -> web.Response:
        return web.Response(body=b'{"a":"' + b"x" * (2 * LARGEST_ANSWER) + b'"}')

    app = web.Application()
    app.router.add_post("/away", away)
    app.router.add_post("/flood", flood)
    wire = AiohttpWire(seconds=5)
    async with TestServer(app) as server:
        for path in ("/away", "/flood"):
            with pytest.raises(NoAnswer, match="cannot be read"):
                await wire.ask(Asked("POST", str(server.make_url(path)), {"Authorization": "k"}, b"secret"))
    await wire.close()


def test_secrets_of_a_request_do_not_show():
    assert "hush" not in repr(Asked("POST", "http://x", {"Authorization": "hush"}, b"hush", "k"))
