"""Programs over HTTP, against a real server."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.application_http import PostOverHttp
from softswitch.applications.errors import ProgramFailed
from softswitch.applications.program import Program
from softswitch.applications.protocol import About, Allowed
from softswitch.applications.signature import verify
from softswitch.applications.steps import Say
from softswitch.clock import SystemClock
from softswitch.integrations.addresses import Reach
from softswitch.integrations.breaker import FAILURES
from tests.integrations.servers import LOCAL, client, raw_serving, serving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ABOUT = About("01J", "600100200", "Jan", "700", "", "pl", True)


def program(http, url, limit_s=2.0):
    return Program(url, SECRET, limit_s, PostOverHttp(http), SystemClock(), Allowed)


async def test_a_program_is_asked_and_can_verify_who_asks():
    async with serving() as server, client() as http:
        server.answers = [(200, b'{"steps": [{"say": "a"}]}', {})]
        assert await program(http, server.url + "/calls").ask(1, ABOUT, ()) == (Say(text="a"),)
        asked = server.asked[0]
        headers = {name.lower(): value for name, value in asked.headers.items()}
        assert (asked.method, asked.path) == ("POST", "/calls")
        assert verify(SECRET, headers, server.bodies[0], now=SystemClock().wall().timestamp())


async def test_an_error_that_passes_is_tried_once_more_under_the_same_name():
    async with serving() as server, client() as http:
        server.answers = [(503, b"", {}), (200, b'{"steps": [{"say": "a"}]}', {})]
        await program(http, server.url).ask(1, ABOUT, ())
        first, second = (one.headers["webhook-id"] for one in server.asked)
        assert first == second


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((404, b"", {}), "status_refused"),
        ((500, b"", {}), "status_refused"),
        ((302, b"", {"Location": "http://127.0.0.1/"}), "status_refused"),
        ((200, b"<html>", {}), "broken_answer"),
        ((200, b" " * 70_000, {}), "broken_answer"),
    ],
)
async def test_whatever_goes_wrong_has_a_code(answer, code):
    async with serving() as server, client() as http:
        server.answers = [answer]
        with pytest.raises(ProgramFailed) as caught:
            await program(http, server.url).ask(1, ABOUT, ())
        assert caught.value.code == code


async def test_a_program_that_says_nothing_is_left_alone_after_a_few_callers():
    async with serving() as server, client() as http:
        server.gate = asyncio.Event()
        codes = []
        for _ in range(FAILURES + 1):
            with pytest.raises(ProgramFailed) as caught:
                await program(http, server.url, limit_s=0.05).ask(1, ABOUT, ())
            codes.append(caught.value.code)
        assert codes == ["timed_out"] * FAILURES + ["host_given_up"]


async def test_what_cannot_be_reached_has_a_code():
    async with raw_serving(b"", hold=True) as port, client(LOCAL) as http:
        with pytest.raises(ProgramFailed) as caught:
            await program(http, f"http://127.0.0.1:{port}/", limit_s=0.3).ask(1, ABOUT, ())
        assert caught.value.code == "timed_out"
        with pytest.raises(ProgramFailed) as caught:
            await program(http, "http://127.0.0.1:1/").ask(1, ABOUT, ())
        assert caught.value.code == "unreachable"
    async with client(Reach()) as http:
        with pytest.raises(ProgramFailed) as caught:
            await program(http, "http://169.254.169.254/").ask(1, ABOUT, ())
        assert caught.value.code == "address_refused"
