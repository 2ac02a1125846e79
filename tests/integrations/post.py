"""A real mail server (aiosmtpd) that can be told to fail at any step of the dialogue."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import warnings
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

DROP = "drop"
"""In place of a reply: the connection is cut."""
DROP_AFTER = "drop after"
"""The message is taken, and the connection cut before anybody is told."""


@dataclass
class Taken:
    """A mail the server has taken."""

    sender: str
    people: list[str]
    octets: bytes

    @property
    def mail(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.octets, policy=default))


@dataclass
class Post:
    """What the server has, and what it is to say next at each step; its own replies where nothing is said."""

    taken: list[Taken] = field(default_factory=list)
    says: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    refuses: dict[str, str] = field(default_factory=dict)
    connections: int = 0
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    password: bytes = b"secret"
    port: int = 0
    open: set[SMTP] = field(default_factory=set)
    empty: asyncio.Event = field(default_factory=asyncio.Event)

    def next(self, step: str, server: SMTP) -> str | None:
        said = self.says[step].pop(0) if self.says[step] else None
        if said == DROP:
            assert server.transport is not None
            server.transport.abort()
            return "421 gone"
        return said

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, replies: list[str]
    ) -> list[str]:
        session.host_name = name
        said = self.next("ehlo", server)
        return [said] if said else replies

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: list[str]
    ) -> str:
        said = self.next("mail", server)
        if said is None:
            envelope.mail_from = sender
        return said or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, person: str, options: list[str]
    ) -> str:
        said = self.next("rcpt", server) or self.refuses.get(person)
        if said is None:
            envelope.rcpt_tos.append(person)
        return said or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        after = self.says["data"][:1] == [DROP_AFTER]
        if after:
            self.says["data"][0] = DROP
        elif self.says["data"]:
            return self.next("data", server) or ""
        assert envelope.mail_from is not None
        assert isinstance(envelope.content, bytes)
        self.taken.append(Taken(envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        if after:
            self.next("data", server)
        return "250 queued as 4711"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == self.password, handled=False)


class _Server(SMTP):
    def __init__(self, post: Post, **options: Any) -> None:
        with warnings.catch_warnings():
            # It takes TLS from the first octet for none, and warns of passwords without.
            warnings.simplefilter("ignore", UserWarning)
            super().__init__(post, hostname="mail.example.com", **options)
        self._post = post

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._post.connections += 1
        self._post.open.add(self)
        self._post.empty.clear()
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._post.open.discard(self)
        if not self._post.open:
            self._post.empty.set()
        super().connection_lost(error)


@asynccontextmanager
async def post_office(
    post: Post, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[Post]:
    """Serve mail on 127.0.0.1; with TLS at once, by STARTTLS, or without."""
    options: dict[str, Any] = {"enable_SMTPUTF8": True, "loop": asyncio.get_running_loop()}
    if starttls is not None:
        options |= {"tls_context": starttls, "require_starttls": True}
    if tls is not None or starttls is not None:
        options |= {"authenticator": post.authenticate, "auth_required": True}
    if tls is not None:
        options |= {"auth_require_tls": False}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Server(post, **options), "127.0.0.1", port, ssl=tls)
    post.port = server.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        server.close()
        for one in list(post.open):
            if one.transport is not None:
                _cut(one.transport)
        await server.wait_closed()
        if post.open:
            await post.empty.wait()


def _cut(transport: Any) -> None:
    """Cut a connection; Python before 3.11.5 stumbles over one with TLS that is gone already."""
    with contextlib.suppress(AttributeError):
        transport.abort()
