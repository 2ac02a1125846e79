"""A program of others, asked what to do: each question signed, each answer within its limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from softswitch.applications.errors import SLOW, ProgramFailed
from softswitch.applications.protocol import LARGEST_ANSWER, About, Allowed, Result, question, read_answer
from softswitch.applications.signature import headers_of
from softswitch.applications.steps import Step
from softswitch.clock import Clock
from softswitch.ids import make_id

TRIES: Final = 2
"""A connection that breaks is tried once more within the limit, under the same id."""


MARGIN_S: Final = 0.1
"""What sends the question ends it at the limit, and counts that against the host; this is for one that does
not."""
READ_HERE: Final = 4096
"""Octets of an answer that are read at once: all that a person would write. Longer ones take a while."""
PLAYS: Final = b"play"
"""What stands in an answer whose sound files have to be looked at."""


class Post(Protocol):
    """Sends questions to programs, wherever they are allowed to be."""

    async def __call__(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        key: str,
        limit_s: float,
        tries: int,
        largest: int,
    ) -> bytes:
        """Send a question and return the body of its answer; raise ProgramFailed without a success.

        It is sent again at most ``tries`` times in all, with the same ``key``.
        """
        ...


@dataclass(frozen=True, slots=True)
class Program:
    """One program. ``allowed`` tells what its answers may speak of."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    limit_s: float
    post: Post
    clock: Clock
    allowed: Callable[[], Allowed]

    async def ask(self, turn: int, about: About, results: Sequence[Result]) -> tuple[Step, ...]:
        """Ask what to do; return the steps. Raises ProgramFailed."""
        now = self.clock.wall()
        identifier = f"app_{make_id(now)}"
        body = question(identifier, turn, about, results)
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            **headers_of(self.secret, identifier, int(now.timestamp()), body),
        }
        try:
            async with asyncio.timeout(self.limit_s + MARGIN_S) as limit:
                answer = await self.post(
                    self.url,
                    headers,
                    body,
                    key=identifier,
                    limit_s=self.limit_s,
                    tries=TRIES,
                    largest=LARGEST_ANSWER,
                )
                allowed = self.allowed()
                if len(answer) > READ_HERE or PLAYS in answer:
                    return await asyncio.to_thread(read_answer, answer, allowed)
                return read_answer(answer, allowed)
        except TimeoutError:
            if not limit.expired():
                raise
            raise ProgramFailed(SLOW, f"no whole answer within {self.limit_s:g} s") from None
