"""Questions to a program and their limit, without a call."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.applications.errors import ProgramFailed
from softswitch.applications.program import TRIES, Program
from softswitch.applications.protocol import About, Allowed
from softswitch.applications.signature import verify
from softswitch.applications.steps import Say
from tests.fakes.clock import FakeClock

ABOUT = About("01J", "1", "", "2", "", "pl", False)


def program(post, limit_s=5.0):
    return Program("https://x/", "a secret of some length", limit_s, post, FakeClock(), Allowed)


async def test_a_question_is_signed_and_may_be_repeated_under_its_name():
    asked = []

    async def post(url, headers, body, **how):
        asked.append((url, headers, body, how))
        return b'{"steps": [{"say": "a"}]}'

    assert await program(post).ask(1, ABOUT, ()) == (Say(text="a"),)
    url, headers, body, how = asked[0]
    assert (url, how["tries"], how["limit_s"]) == ("https://x/", TRIES, 5.0)
    assert how["key"] == headers["webhook-id"]
    assert verify("a secret of some length", headers, body, now=FakeClock().wall().timestamp())


async def test_a_large_answer_is_read_in_a_thread():
    async def post(url, headers, body, **how):
        return b'{"steps": [{"say": "a"}' + b" " * 10_000 + b"]}"

    assert await program(post).ask(1, ABOUT, ()) == (Say(text="a"),)


async def test_the_limit_holds_whatever_the_client_does():
    async def post(url, headers, body, **how):
        await asyncio.Event().wait()

    with pytest.raises(ProgramFailed) as caught:
        await program(post, limit_s=0.05).ask(1, ABOUT, ())
    assert caught.value.code == "timed_out"


async def test_a_time_out_that_is_not_ours_is_a_fault_of_ours():
    async def post(url, headers, body, **how):
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await program(post).ask(1, ABOUT, ())


def test_no_secret_and_no_address_is_in_a_repr():
    assert "secret" not in repr(program(None)).replace("secret=", "")
    assert "https" not in repr(program(None))
