"""One request to a payment provider, over aiohttp, and what its failing says about whether it was heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import aiohttp
import msgspec

from softswitch.payments.errors import NoAnswer, ProviderRefused

SECONDS: Final = 10.0
"""A caller waits meanwhile. What is not answered by then is asked about later."""

LARGEST_ANSWER: Final = 256 * 1024
"""Providers answer in a few kilobytes; more is not read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; ``key`` is its idempotency key, "" for one that changes nothing."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    key: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What came back: a status below 500, and the JSON object in the body."""

    status: int
    body: Mapping[str, Any]

    @property
    def good(self) -> bool:
        """Whether the provider did what was asked."""
        return 200 <= self.status < 300

    def text(self, *path: str) -> str:
        """Return the text at a path of names inside the body, "" where there is none."""
        at = self._at(path)
        return at if isinstance(at, str) else ""

    def sum(self, name: str, currency: str) -> int | None:
        """Return the sum under a name, in the smallest units of ``currency``, None where none is told.

        Raises NoAnswer where the body says that it is in another currency.
        """
        told, found = self.text("currency").upper(), self._at((name,))
        if not isinstance(found, int) or isinstance(found, bool):
            return None
        if told not in ("", currency):
            raise NoAnswer(f"the provider answers with a sum in {told[:3]}")
        return found

    def _at(self, path: Sequence[str]) -> object:
        at: object = self.body
        for name in path:
            at = at.get(name) if isinstance(at, Mapping) else None
        return at


class Wire(Protocol):
    """How a request gets to a provider."""

    async def ask(self, asked: Asked) -> Told:
        """Return the answer.

        Raises NoAnswer for none, one that cannot be read and a fault of the provider's own (5xx, 429):
        whether it did what was asked is then not known.
        """
        ...


class AiohttpWire:
    """The :class:`Wire` of a running switch; one connection pool for one provider."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(self, asked: Asked) -> Told:
        """See :class:`Wire`. Redirects are not followed: they would carry keys and codes elsewhere."""
        if self._session is None:
            limit = aiohttp.ClientTimeout(total=self._seconds)
            self._session = aiohttp.ClientSession(timeout=limit, trust_env=False)
        headers = {**asked.headers, **({"Idempotency-Key": asked.key} if asked.key else {})}
        try:
            async with self._session.request(
                asked.method, asked.url, headers=headers, data=asked.body or None, allow_redirects=False
            ) as answer:
                body = await answer.content.read(LARGEST_ANSWER + 1)
                while len(body) <= LARGEST_ANSWER and not answer.content.at_eof():
                    body += await answer.content.read(LARGEST_ANSWER + 1 - len(body))
                return told(answer.status, body)
        except (aiohttp.ClientError, TimeoutError) as error:
            # Its text may quote the request: only its kind is told, and nothing hangs on to it.
            raise NoAnswer(f"no answer from the provider: {type(error).__name__}") from None


def told(status: int, body: bytes) -> Told:
    """Return an answer as read; raises NoAnswer for one that says nothing of what was done."""
    if status >= 500 or status == 429:
        raise NoAnswer(f"the provider is not able to answer: status {status}")
    try:
        read = msgspec.json.decode(body[:LARGEST_ANSWER], type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NoAnswer(f"the provider's answer cannot be read: status {status}") from None
    return Told(status, read)


def refused(status: int, reason: str) -> ProviderRefused:
    """Return the error for an answer of a 4xx status; ``reason`` is the provider's own short code."""
    kinds = {401: "not_authorized", 403: "not_authorized", 404: "no_such_payment"}
    return ProviderRefused(kinds.get(status) or reason or f"status_{status}")
