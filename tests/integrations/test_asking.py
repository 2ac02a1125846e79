from __future__ import annotations

import pytest

from softswitch.integrations.asking import asked
from softswitch.integrations.http_errors import (
    BrokenAnswer,
    GivenUp,
    HttpError,
    NotAllowed,
    TimedOut,
    TlsRefused,
    Unreachable,
)
from softswitch.integrations.http_messages import Request, Response
from softswitch.outbox.model import NotNow, OutboxError, Refused

REQUEST = Request("GET", "https://example.com")


class Answers:
    """Implements Http: one answer, or one failure."""

    def __init__(self, answer: Response | HttpError) -> None:
        self._answer = answer

    async def ask(self, request: Request) -> Response:
        if isinstance(self._answer, HttpError):
            raise self._answer
        return self._answer


async def verdict(answer: Response | HttpError) -> OutboxError:
    with pytest.raises(OutboxError) as caught:
        await asked(Answers(answer), REQUEST)
    return caught.value


async def test_a_success_is_handed_on() -> None:
    response = Response("example.com", 204)
    assert await asked(Answers(response), REQUEST) is response


@pytest.mark.parametrize(
    "status", [408, 425, 429, 500, 502, 503, 504, 507, 302, 401, 402, 403, 404, 405, 407]
)
async def test_what_may_succeed_later(status: int) -> None:
    assert isinstance(await verdict(Response("example.com", status)), NotNow)


@pytest.mark.parametrize("status", [400, 406, 409, 410, 413, 422])
async def test_what_never_will(status: int) -> None:
    assert isinstance(await verdict(Response("example.com", status)), Refused)


async def test_the_other_side_says_when() -> None:
    error = await verdict(Response("example.com", 429, {"retry-after": "120"}))
    assert isinstance(error, NotNow)
    assert (error.after, error.whole) == (120.0, True)


@pytest.mark.parametrize(
    ("failure", "whole"),
    [
        (Unreachable("h", "x"), True),
        (TlsRefused("h", "x"), True),
        (NotAllowed("h", "x"), True),
        (GivenUp("h", 30.0), True),
        (TimedOut("h", "x"), False),
        (BrokenAnswer("h", "x"), False),
    ],
)
async def test_without_an_answer_it_is_tried_again(failure: HttpError, whole: bool) -> None:
    error = await verdict(failure)
    assert isinstance(error, NotNow)
    assert error.whole is whole
