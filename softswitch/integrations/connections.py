"""Connections by name: a request made of a call's variables, and variables made of its answer."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from softswitch.integrations.errors import IntegrationError
from softswitch.integrations.filling import BodyTemplate, HeaderTemplate, UrlTemplate, read_header, read_url
from softswitch.integrations.http_config import AuthConfig, ConnectionConfig
from softswitch.integrations.http_errors import BrokenAnswer
from softswitch.integrations.http_messages import Http, Request
from softswitch.integrations.mapping import Mapped, MappingFailed, read_taken
from softswitch.ivr.expressions import Lookup, Value

READ_HERE: Final = 1 << 14
"""Octets of an answer that are read at once. Larger ones are read in a thread, as calls wait meanwhile."""
LOOKED_THROUGH_HERE: Final = 1 << 10
"""The same of one that is looked through everywhere."""


class NoSuchConnection(IntegrationError):
    """No connection has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no connection '{name}'")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, and the variables that the connection takes out of it."""

    status: int
    variables: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection, read and checked."""

    name: str
    config: ConnectionConfig
    url: UrlTemplate
    headers: tuple[HeaderTemplate, ...] = field(repr=False)
    body: BodyTemplate | None = field(repr=False)
    mapping: Mapped

    def request(self, lookup: Lookup, *, key: str = "", limit_s: float | None = None) -> Request:
        """Return the request for a call's variables; raise RequestRefused where a value may not be sent."""
        config, host = self.config, self.url.host
        headers = {"Accept": "application/json"} if self.mapping.taken else {}
        if self.body is not None:
            headers["Content-Type"] = self.body.content_type
        headers |= {one.name: one.fill(lookup, host) for one in self.headers}
        url = self.url.fill(lookup)
        if config.auth is not None:
            headers |= _proof(config.auth)
            url = _with_key(url, config.auth)
        return Request(
            config.method,
            url,
            headers,
            b"" if self.body is None else self.body.fill(lookup),
            limit_s=config.limit_s if limit_s is None else min(limit_s, config.limit_s),
            tries=config.tries,
            key=key,
            redirects=config.redirects,
            largest=config.largest_kb << 10,
        )


def read_connection(name: str, config: ConnectionConfig) -> Connection:
    """Read a connection; what can be wrong in it was found by its configuration."""
    return Connection(
        name,
        config,
        read_url(config.url),
        tuple(read_header(header, value) for header, value in config.headers.items()),
        config.read_body(),
        Mapped(
            tuple(
                read_taken(variable, taken.path, default=taken.default, private=taken.private)
                for variable, taken in config.answer.items()
            )
        ),
    )


async def ask(
    http: Http, connection: Connection, lookup: Lookup, *, key: str = "", limit_s: float | None = None
) -> Answer:
    """Ask one connection, and return what its answer gives; raise HttpError. See :meth:`Connections.ask`."""
    response = await http.ask(connection.request(lookup, key=key, limit_s=limit_s))
    body = response.checked().body
    try:
        if len(body) > (LOOKED_THROUGH_HERE if connection.mapping.looks_everywhere else READ_HERE):
            variables = await asyncio.to_thread(connection.mapping.read, body)
        else:
            variables = connection.mapping.read(body)
    except MappingFailed as error:
        raise BrokenAnswer(response.host, str(error)) from None
    return Answer(response.status, variables)


class Connections:
    """All connections of the configuration."""

    def __init__(self, configured: Mapping[str, ConnectionConfig], http: Http) -> None:
        self._known = {name: read_connection(name, config) for name, config in configured.items()}
        self._http = http

    @property
    def names(self) -> frozenset[str]:
        """The names of all."""
        return frozenset(self._known)

    def variables_of(self, name: str) -> frozenset[str]:
        """Return the variables that an answer gives; raise NoSuchConnection."""
        return frozenset(one.name for one in self._found(name).mapping.taken)

    async def ask(self, name: str, lookup: Lookup, *, key: str = "", limit_s: float | None = None) -> Answer:
        """Ask with a call's variables and return what its answer gives.

        ``key`` names the request, so that it may be repeated whatever its method; ``limit_s`` shortens the
        connection's own limit. Raises NoSuchConnection; HttpError where there is no answer, or one whose
        status is no success, or that does not hold what is to be taken from it.
        """
        return await ask(self._http, self._found(name), lookup, key=key, limit_s=limit_s)

    def _found(self, name: str) -> Connection:
        connection = self._known.get(name)
        if connection is None:
            raise NoSuchConnection(name)
        return connection


def _proof(auth: AuthConfig) -> dict[str, str]:
    if auth.user is not None:
        pair = f"{auth.user}:{auth.password or ''}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}
    if auth.bearer is not None:
        return {"Authorization": f"Bearer {auth.bearer}"}
    return {auth.header: auth.key or ""} if auth.header is not None else {}


def _with_key(url: str, auth: AuthConfig) -> str:
    if auth.parameter is None:
        return url
    pair = f"{quote(auth.parameter, safe='')}={quote(auth.key or '', safe='')}"
    return f"{url}{'&' if '?' in url else '?'}{pair}"
