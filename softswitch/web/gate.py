"""The gate: every request passes here before anything else sees it.

In this order: how many wrong tokens came from there, whose token it is, how much that token may ask, how much
is being done already, how large the request is, whether it was done before, how long it may take. Behind it
the request is written down. Strangers are told nothing but that a token is needed, not even which paths
there are.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from softswitch.clock import Clock
from softswitch.errors import Excuse, no_excuse
from softswitch.web.audit import Audit
from softswitch.web.errors import PROBLEM_TYPE, Busy, TooLarge, TooMany, Unproved, WebError
from softswitch.web.idempotency import HEADER, Idempotency
from softswitch.web.limits import WRONG_TOKENS, Rate, whole_seconds, wrong_tokens
from softswitch.web.model import Token
from softswitch.web.problems import problem_of
from softswitch.web.tokens import Tokens

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CALLER: Final = "token"
"""Under which name the token stands in the state of a request."""
ENTRANCES: Final = frozenset({"/v1/events"})
"""Paths where a ticket stands for a token: a browser can send no header field of a page's there."""
LASTING: Final = frozenset({"/v1/events"})
"""Paths whose answers last: what limits them is their own."""
DOWNLOAD_SECONDS: Final = 300.0
"""How long an answer may go on that has begun: a recording of an hour over a slow line, a year of calls."""
STRANGERS_SHARE: Final = 4
"""Those without a token, who prove themselves by what they send, have places of their own: this part of the
number that all others have. Whoever sends slowly there keeps nobody else waiting."""
_PROVED: Final = "proved"
_STRANGERS: Final = "strangers"
SECURITY_FIELDS: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
"""What is told of one line's people is nobody's to keep, to guess at, or to show in a frame."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a gate lets through at most; see :class:`softswitch.web.config.ApiConfig`."""

    requests_per_second: float = 20.0
    requests_at_once: int = 16
    largest_body: int = 1_048_576
    request_timeout: float = 10.0
    wrong_tokens: float = WRONG_TOKENS


@dataclass(frozen=True, slots=True)
class Guards:
    """Who judges requests: what the gate is built of.

    ``by_ticket`` returns the token a ticket stands for; ``unguarded`` are paths that prove their callers
    themselves (signatures of payment providers), ``large`` those that take a body larger than others;
    ``excuse`` tells what passes by itself from a fault of ours.
    """

    tokens: Tokens
    audit: Audit
    idempotency: Idempotency
    clock: Clock
    by_ticket: Callable[[str], Token | None]
    unguarded: tuple[str, ...] = ()
    large: Mapping[str, int] = field(default_factory=dict)
    excuse: Excuse = no_excuse


class Gate:
    """An ASGI application round another. Its answers are problems (RFC 9457)."""

    def __init__(self, app: App, guards: Guards, limits: Limits) -> None:
        self._app = app
        self._guards = guards
        self._limits = limits
        self._rate = Rate(limits.requests_per_second, 2 * limits.requests_per_second)
        self._wrong: Rate = wrong_tokens(limits.wrong_tokens)
        self._running = {_PROVED: 0, _STRANGERS: 0}
        self._most = {
            _PROVED: limits.requests_at_once,
            _STRANGERS: max(limits.requests_at_once // STRANGERS_SHARE, 1),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] == "lifespan":
            return
        visit = _Visit(scope, send)
        try:
            visit.token = await self._admitted(visit)
            scope.setdefault("state", {})[CALLER] = visit.token
            if visit.is_lasting:
                await self._app(scope, receive, visit.send)
            else:
                await self._served(visit, receive)
        except WebError as error:
            await visit.refuse(error)
        except Exception as error:
            # Told without a word of the request: it may hold anything about anybody.
            if sentence := self._guards.excuse(error):
                logger.warning("a request to %s could not be served: %s", visit.path, sentence)
            else:
                logger.exception("a request to %s could not be served", visit.path)
            await visit.refuse(problem_of(error, self._guards.excuse))
        finally:
            self._note(visit)

    async def _admitted(self, visit: _Visit) -> Token | None:
        guards, now = self._guards, self._guards.clock.monotonic()
        wait = self._wrong.empty_for(visit.source, now)
        if wait:
            visit.audited = False
            raise TooMany("Too many wrong tokens came from there.", retry_after=whole_seconds(wait))
        if any(visit.path.startswith(path) for path in guards.unguarded):
            return None
        token = await self._proved(visit)
        if token is None:
            self._wrong.take(visit.source, now)
            raise Unproved
        wait = self._rate.take(token.id, now)
        if wait:
            raise TooMany("This token asks too much.", retry_after=whole_seconds(wait))
        return token

    async def _proved(self, visit: _Visit) -> Token | None:
        if (ticket := visit.ticket) and visit.path in ENTRANCES:
            return self._guards.by_ticket(ticket)
        return await self._guards.tokens.prove(visit.bearer)

    async def _served(self, visit: _Visit, receive: Receive) -> None:
        whose = _STRANGERS if visit.token is None else _PROVED
        if self._running[whose] >= self._most[whose]:
            raise Busy("Too many requests are being served just now.", retry_after=1)
        self._running[whose] += 1
        try:
            async with asyncio.timeout(self._limits.request_timeout) as limit:
                visit.limit = limit
                try:
                    await self._once(visit, await self._body(visit, receive), receive)
                finally:
                    visit.limit = None
        except TimeoutError:
            if not limit.expired():
                raise
            raise Busy("It took too long; what lies behind does not answer.", retry_after=5) from None
        finally:
            self._running[whose] -= 1

    async def _body(self, visit: _Visit, receive: Receive) -> bytes:
        """Read the whole body, and no more than is taken: services behind never wait for a slow sender."""
        most = self._guards.large.get(visit.path, self._limits.largest_body)
        if visit.length > most:
            raise TooLarge(f"A request may have {most} octets, and no more.")
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone("Whoever asked has hung up.")
            part = message.get("body", b"")
            size += len(part)
            if size > most:
                raise TooLarge(f"A request may have {most} octets, and no more.")
            parts.append(part)
            more = message.get("more_body", False)
        return b"".join(parts)

    async def _once(self, visit: _Visit, body: bytes, receive: Receive) -> None:
        """Serve a request; one with an Idempotency-Key only if it was not served before."""
        key, token = visit.fields.get(HEADER.lower()), visit.token
        if visit.method != "POST" or key is None or token is None:
            await self._app(visit.scope, _read(body, receive), visit.send)
            return
        keys, request = self._guards.idempotency, b"\n".join((visit.method.encode(), visit.target, body))
        replay = await keys.begin(token, key, request)
        if replay is not None:
            await visit.answer(
                replay.status, replay.content_type, replay.body, (("Idempotency-Replayed", "true"),)
            )
            return
        held: list[Message] = []
        visit.held = held
        try:
            await self._app(visit.scope, _read(body, receive), visit.send)
            # Kept before it is sent: whoever has the answer and asks again at once is answered the same.
            kept = b"".join(one.get("body", b"") for one in held)
            await keys.end(
                token, key, request, status=visit.status, content_type=visit.content_type, body=kept
            )
        except BaseException:
            visit.status = 0  # Nothing was sent yet.
            raise
        finally:
            keys.abandon(token, key)
            visit.held = None
        for message in held:
            await visit.pass_on(message)

    def _note(self, visit: _Visit) -> None:
        if visit.audited and (visit.status or not visit.is_lasting):
            self._guards.audit.note(
                visit.token,
                source=visit.source,
                method=visit.method,
                path=visit.path,
                status=visit.status,
                code=visit.code,
            )


class _Visit:
    """One request on its way through, and what came of it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self._send = send
        self.path: str = scope["path"]
        self.is_websocket = scope["type"] == "websocket"
        self.method = "WEBSOCKET" if self.is_websocket else str(scope["method"])
        client = scope.get("client")
        self.source: str = client[0] if client else ""
        self.fields = _fields(scope["headers"])
        self.token: Token | None = None
        self.audited = True
        self.held: list[Message] | None = None
        """The answer, while it is not sent yet."""
        self.status = 0
        self.code = ""
        self.content_type = ""
        self.limit: asyncio.Timeout | None = None
        """What ends the request; from the beginning of its answer on there is more time."""

    @property
    def is_lasting(self) -> bool:
        """Tell whether the answer lasts as long as whoever asked wants it."""
        return self.is_websocket or self.path in LASTING

    @property
    def bearer(self) -> str:
        """The token that was sent, "" for none (RFC 6750 §2.1)."""
        scheme, _, text = self.fields.get("authorization", "").partition(" ")
        return text.strip() if scheme.lower() == "bearer" else ""

    @property
    def ticket(self) -> str:
        """The ticket that was sent as the query, "" for none."""
        query: bytes = self.scope.get("query_string", b"")
        named = (part.partition(b"=") for part in query.split(b"&"))
        return next((value.decode("latin-1") for name, _, value in named if name == b"ticket"), "")

    @property
    def target(self) -> bytes:
        """The path with its query."""
        return (
            self.path.encode("utf-8", "surrogateescape") + b"?" + bytes(self.scope.get("query_string", b""))
        )

    @property
    def length(self) -> int:
        """What the sender says that the body has, 0 where nothing is said."""
        text = self.fields.get("content-length", "0")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0

    async def send(self, message: Message) -> None:
        """Pass on what the application answers, and look at it."""
        match message["type"]:
            case "http.response.start":
                self.status = message["status"]
                fields = _fields(message.get("headers", ()))
                self.content_type = fields.get("content-type", "")
                self.code = fields.get("x-problem", "")
                kept = [pair for pair in message.get("headers", ()) if pair[0] != b"x-problem"]
                there = {name for name, _ in kept}
                kept += [pair for pair in SECURITY_FIELDS if pair[0] not in there]
                message = {**message, "headers": kept}
                if self.limit is not None:
                    self.limit.reschedule(_later(DOWNLOAD_SECONDS))
            case "websocket.accept":
                self.status = 101
            case "websocket.close":
                self.status = self.status or 403
        if self.held is None:
            await self.pass_on(message)
        else:
            self.held.append(message)

    async def pass_on(self, message: Message) -> None:
        """Send a part of the answer."""
        await self._send(message)

    async def answer(
        self, status: int, content_type: str, body: bytes, fields: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Answer without the application."""
        headers = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in fields]
        if content_type:
            headers.append((b"content-type", content_type.encode("latin-1")))
        headers.append((b"content-length", str(len(body)).encode()))
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})

    async def refuse(self, error: WebError) -> None:
        """Answer with a problem, unless the answer has begun: then it breaks off."""
        if isinstance(error, _Gone) or self.status:
            self.code = self.code or error.code
            return
        body = msgspec.json.encode(error.document(self.path))
        if self.is_websocket:
            await self._refuse_websocket(error, body)
        else:
            await self.answer(error.status, PROBLEM_TYPE, body, error.headers().items())
        self.code = error.code

    async def _refuse_websocket(self, error: WebError, body: bytes) -> None:
        fields = [(b"content-type", PROBLEM_TYPE.encode())]
        fields += [(name.lower().encode(), value.encode()) for name, value in error.headers().items()]
        if "websocket.http.response" not in self.scope.get("extensions", {}):
            await self._send({"type": "websocket.close", "code": 1008, "reason": error.code})
        else:
            start = {"type": "websocket.http.response.start", "status": error.status, "headers": fields}
            await self._send(start)
            await self._send({"type": "websocket.http.response.body", "body": body})
        self.status = error.status


class _Gone(WebError):
    """Whoever asked has hung up."""

    code = "gone"


def _later(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


def _fields(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _read(body: bytes, receive: Receive) -> Receive:
    """Return a receive that yields a body that was read already."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message
