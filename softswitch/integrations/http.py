"""The one way to ask other systems over HTTP: within a limit, only where it is allowed, never for ever.

``ask`` gives a :class:`Response`, whatever its status, or raises an :class:`HttpError` whose text names the
host and never the path, a header or a body: tokens stand in all of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final

import aiohttp
from yarl import URL

from softswitch.clock import Clock
from softswitch.events import HostBack, HostGivenUp
from softswitch.integrations import http_errors as errors
from softswitch.integrations.addresses import Reach, read_place
from softswitch.integrations.authorities import trusting
from softswitch.integrations.breaker import Breaker, News
from softswitch.integrations.filling import check_header, check_url
from softswitch.integrations.http_config import HttpConfig
from softswitch.integrations.http_errors import HttpError
from softswitch.integrations.http_messages import METHODS, Request, Response
from softswitch.integrations.looking_up import Guard, LookUp, SystemNames, forbidden

LONGEST_S: Final = 30.0
"""Seconds that no request may be longer, unless configured otherwise."""
MOST_REDIRECTS: Final = 5
MOST_TRIES: Final = 5
FIRST_PAUSE_S: Final = 0.2
"""Before the second try; doubled with each one, and drawn between half of it and all."""
KEEP_S: Final = 4.0
"""How long a connection is kept for the next request. Common servers close theirs after five seconds, and
what is sent into a closing connection cannot be repeated without harm."""
MOST_CONNECTIONS: Final = 100
MOST_OF_A_HOST: Final = 20
READ_AT_ONCE: Final = 1 << 16
AGENT: Final = "softswitch"

_CLEARED: Final = frozenset({"accept", "accept-encoding", "user-agent"})
"""Headers that go along to another host; a token never does."""

Told = Callable[[HostGivenUp | HostBack], object]


class HttpClient:
    """Asks other systems. Use as an async context manager; implements :class:`Http`.

    ``told`` hears, once each, that a host is given up and that it is back. ``trust`` is whose certificates
    are believed, the system's unless given (see :func:`trusting`); ``look_up`` finds addresses.
    """

    def __init__(
        self,
        reach: Reach,
        clock: Clock,
        *,
        told: Told,
        random: Callable[[], float],
        longest_s: float = LONGEST_S,
        trust: ssl.SSLContext | None = None,
        look_up: LookUp | None = None,
    ) -> None:
        self._guard = Guard(reach, look_up or SystemNames())
        self._clock = clock
        self._told = told
        self._random = random
        self._longest_s = longest_s
        self._trust = trust or ssl.create_default_context()
        self._breakers: dict[str, Breaker] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> HttpClient:
        """Be ready to ask."""
        connector = aiohttp.TCPConnector(
            resolver=self._guard,
            socket_factory=self._guard.socket,
            ssl=self._trust,
            limit=MOST_CONNECTIONS,
            limit_per_host=MOST_OF_A_HOST,
            keepalive_timeout=KEEP_S,
            ttl_dns_cache=10,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None),
            trust_env=False,
            auto_decompress=False,
            requote_redirect_url=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
        await self._guard.close()

    async def ask(self, request: Request) -> Response:
        """Send a request and return the answer, whatever its status; raise HttpError without one."""
        url = _checked(request)
        host = _shown(url)
        breaker = self._breakers.setdefault(host, Breaker())
        limit_s = min(request.limit_s, self._longest_s)
        try:
            async with asyncio.timeout(limit_s) as limit:
                return await self._tried(request, url, breaker, self._clock.monotonic() + limit_s)
        except TimeoutError:
            if not limit.expired():
                raise
            error = errors.TimedOut(host, f"no whole answer within {limit_s:g} s")
            self._failed(breaker, error)
            raise error from None
        except asyncio.CancelledError:
            breaker.abandoned(self._clock.monotonic())
            raise

    async def _tried(self, request: Request, url: URL, breaker: Breaker, until: float) -> Response:
        for number in range(1, min(request.tries, MOST_TRIES) + 1):
            last = number >= min(request.tries, MOST_TRIES)
            now = self._clock.monotonic()
            if (wait := breaker.waits(now)) > 0.0:
                raise errors.GivenUp(_shown(url), wait)
            breaker.begin(now)
            pause = FIRST_PAUSE_S * 2 ** (number - 1) * (0.5 + self._random() / 2)
            try:
                response = await self._once(request, url, breaker)
            except HttpError as error:
                again = error.temporary and (request.repeatable or not error.sent)
                if last or not again or self._clock.monotonic() + pause >= until:
                    raise
            else:
                if not errors.may_succeed_later(response.status) or last or not request.repeatable:
                    return response
                pause = max(pause, response.after or 0.0)
                if self._clock.monotonic() + pause >= until:
                    return response
            await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def _once(self, request: Request, url: URL, breaker: Breaker) -> Response:
        """Send it once, and note what that says of the host."""
        try:
            response = await self._followed(request, url)
        except errors.RequestRefused:
            breaker.abandoned(self._clock.monotonic())
            raise
        except HttpError as error:
            self._failed(breaker, error)
            raise
        except Exception:
            # A fault of ours says nothing of the host: it must not be left waiting for this answer.
            breaker.abandoned(self._clock.monotonic())
            raise
        if response.status >= 500:
            self._failed(breaker, errors.StatusRefused(response.host, response.status))
        elif breaker.succeeded() is News.BACK:
            self._told(HostBack(_shown(url), round(self._clock.monotonic() - breaker.since, 1)))
        return response

    def _failed(self, breaker: Breaker, error: HttpError) -> None:
        if breaker.failed(self._clock.monotonic()) is News.GIVEN_UP:
            self._told(HostGivenUp(error.host, error.code))

    async def _followed(self, request: Request, url: URL) -> Response:
        """Send it, and where the answer leads elsewhere, there; each place is checked anew."""
        headers = _sent(request)
        for left in range(min(request.redirects, MOST_REDIRECTS), -1, -1):
            response, location = await self._exchange(request, url, headers)
            follows = location is not None and request.method in ("GET", "HEAD")
            if location is None or not follows or not request.redirects:
                return response
            if not left:
                raise errors.BrokenAnswer(_shown(url), f"it led on more than {request.redirects} times")
            onward = _onward(url, location)
            if onward.origin() != url.origin():
                headers = {name: value for name, value in headers.items() if name.lower() in _CLEARED}
            url = onward
        raise AssertionError("the last place returns or raises")

    async def _exchange(
        self, request: Request, url: URL, headers: Mapping[str, str]
    ) -> tuple[Response, str | None]:
        """Send it to one place; return the answer, and where it leads on to."""
        session = self._session
        assert session is not None, "the client is not open"
        host = _shown(url)
        self._guard.check(url.host or "", url.port or 0, shown=host)
        async with _named(host):
            sending = session.request(
                request.method,
                url,
                headers=headers,
                data=request.body or None,
                allow_redirects=False,
            )
            async with sending as answer:
                if answer.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
                    raise errors.BrokenAnswer(host, "the answer is packed, though that was not asked for")
                body = await _read(answer, request.largest, host)
                heads = {name.lower(): value for name, value in answer.headers.items()}
                leads = answer.headers.get("Location") if 300 <= answer.status < 400 else None
                return Response(host, answer.status, heads, body), leads


def client_of(config: HttpConfig, clock: Clock, told: Told, random: Callable[[], float]) -> HttpClient:
    """Return a client as it is configured; raise OSError for certificates that cannot be read."""
    return HttpClient(
        Reach(tuple(read_place(text) for text in config.allow), config.only_listed),
        clock,
        told=told,
        random=random,
        longest_s=config.longest_s,
        trust=trusting([str(path) for path in config.authorities]),
    )


def _shown(url: URL) -> str:
    """Return what is told of an address: the host, and the port where it is not the usual one."""
    host = url.host or "?"
    host = f"[{host}]" if ":" in host else host
    return host if url.is_default_port() else f"{host}:{url.port}"


def _checked(request: Request) -> URL:
    """Return the address of a request; raise RequestRefused for what may not be sent."""
    try:
        url = URL(request.url)
        check_url(url)
    except ValueError as error:
        # yarl quotes what it cannot read, and a token may stand in it.
        said = str(error) if str(error).startswith(("an address", "a port")) else "the address cannot be read"
        raise errors.RequestRefused("", said) from None
    host = _shown(url)
    if request.method not in METHODS:
        raise errors.RequestRefused(host, "there is no such method")
    if any(sign <= " " or sign == "\x7f" for sign in request.url):
        raise errors.RequestRefused(host, "the address holds a space or a control character")
    for name, value in (*request.headers.items(), ("Idempotency-Key", request.key)):
        try:
            check_header(name, value)
        except ValueError as error:
            raise errors.RequestRefused(host, str(error)) from None
    return url.with_fragment(None)


def _sent(request: Request) -> dict[str, str]:
    """Return the headers of a request with those that every one has."""
    headers = {
        # Answers are measured as they come: a small one could grow a thousandfold when it is unpacked.
        "Accept-Encoding": "identity",
        "User-Agent": AGENT,
        "Accept": "*/*",
    }
    if request.key:
        headers["Idempotency-Key"] = request.key
    given = {name.lower() for name in request.headers}
    return {
        **{name: value for name, value in headers.items() if name.lower() not in given},
        **{name: value for name, value in request.headers.items() if name.lower() != "accept-encoding"},
        "Accept-Encoding": "identity",
    }


def _onward(url: URL, location: str) -> URL:
    """Return where a redirect leads; raise BrokenAnswer for where none may lead."""
    try:
        onward = url.join(URL(location)).with_fragment(None)
        check_url(onward)
    except ValueError:
        raise errors.BrokenAnswer(_shown(url), "it leads on to no address of http or https") from None
    if url.scheme == "https" and onward.scheme == "http":
        raise errors.BrokenAnswer(_shown(url), "it leads on to an address without TLS")
    return onward


async def _read(answer: aiohttp.ClientResponse, largest: int, host: str) -> bytes:
    """Read an answer; one that is too large is cut off, and its connection with it."""
    body = bytearray()
    async for part in answer.content.iter_chunked(READ_AT_ONCE):
        body += part
        if len(body) > largest:
            answer.close()
            raise errors.BrokenAnswer(host, f"the answer is larger than {largest} octets")
    return bytes(body)


@contextlib.asynccontextmanager
async def _named(host: str) -> AsyncIterator[None]:
    """Turn what goes wrong on the way into sentences about ``host``; what aiohttp says names addresses."""
    try:
        yield
    except aiohttp.ClientConnectorCertificateError as error:
        why = getattr(error.certificate_error, "verify_message", "") or "it is not believed"
        raise errors.TlsRefused(host, f"its certificate is refused: {why}") from None
    except (aiohttp.ClientSSLError, ssl.SSLError):
        raise errors.TlsRefused(host, "TLS could not be agreed on") from None
    except aiohttp.ClientConnectorError as error:
        refused = forbidden(error.os_error)
        if refused is not None:
            raise errors.NotAllowed(host, refused) from None
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            raise errors.Unreachable(host, "its name leads to no address") from None
        why = error.os_error.strerror or "no connection"
        raise errors.Unreachable(host, f"it cannot be reached: {why.lower()}") from None
    except aiohttp.InvalidURL:
        raise errors.RequestRefused(host, "its address cannot be used") from None
    except (aiohttp.ClientError, OSError, ValueError, EOFError, RuntimeError):
        # ValueError: what aiohttp's readers raise for lines and heads that are no HTTP. RuntimeError: what
        # uvloop raises for some connections that break.
        raise errors.BrokenAnswer(host, "the answer broke off, or is no HTTP") from None
