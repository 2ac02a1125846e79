"""Mail by SMTP (RFC 5321): a channel of the outbox for one mailbox.

One connection is kept for some seconds, so that a burst of mails logs in once. The Message-ID is made of the
delivery's key: where nobody knows whether a mail has gone, it goes again as the same letter.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from datetime import datetime
from pathlib import Path
from typing import Final

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException

from softswitch.clock import Clock
from softswitch.integrations.letters import File, Letter, address, write
from softswitch.integrations.local_files import contents
from softswitch.integrations.mail_config import MailboxConfig
from softswitch.outbox.messages import Mail, read
from softswitch.outbox.model import Delivery, NotNow, Receipt, Refused

logger = logging.getLogger(__name__)

KEPT_S: Final = 20.0
"""Seconds that an idle connection is kept: servers mostly wait minutes, and count who stays."""

LASTING: Final = 500
"""Replies from here on say: do not try again (RFC 5321 §4.2.1)."""

OURS_TO_MEND: Final = frozenset({530, 534, 535, 538})
"""Faults of our login (RFC 4954 §6): the operator mends the configuration, and the mail still goes."""

LONGEST_REPLY: Final = 200
"""Letters of a server's reply that are kept as a reason."""


class MailChannel:
    """Sends the mail of one mailbox. Attachments lie below ``files`` and nowhere else.

    Owned by the outbox, which awaits :meth:`close` at the end.
    """

    def __init__(self, config: MailboxConfig, *, files: Path, clock: Clock) -> None:
        self._config = config
        self._files = files
        self._clock = clock
        self._lock = asyncio.Lock()
        self._client: aiosmtplib.SMTP | None = None
        self._closing: asyncio.TimerHandle | None = None

    async def deliver(self, delivery: Delivery, attempt: int) -> Receipt:
        """Send it; raise NotNow where a later try may do, Refused where the server never will take it."""
        mail = read(delivery.body, Mail)
        people = self._recipients(mail)
        letter = await asyncio.to_thread(self._letter, delivery.key, mail)
        async with self._lock:
            try:
                return await self._sent(letter, people)
            except SMTPResponseException as error:
                self._drop()
                raise self._verdict("refuses the mail", error) from error
            except (SMTPException, OSError) as error:
                self._drop()
                # Of this mail alone: what a server breaks off over one need not stop the others.
                raise NotNow(f"{self._server} broke off: {_told(error)}") from error
            except (NotNow, asyncio.CancelledError):
                # In the middle of a dialogue the connection is fit for nothing more.
                self._drop()
                raise
            finally:
                self._keep()

    async def close(self) -> None:
        """Take leave of the server."""
        async with self._lock:
            client, self._client = self._client, None
            if self._closing is not None:
                self._closing.cancel()
            if client is not None and client.is_connected:
                with contextlib.suppress(SMTPException, OSError):
                    await client.quit(timeout=1.0)
                client.close()

    @property
    def _server(self) -> str:
        return f"the mail server {self._config.host}:{self._config.port_used}"

    def _recipients(self, mail: Mail) -> list[str]:
        try:
            people = [address(one) for one in ([mail.only] if mail.only else mail.to)]
        except ValueError as error:
            raise Refused(str(error)) from error
        if not people:
            raise Refused("the mail is addressed to nobody")
        return list(dict.fromkeys(people))

    def _letter(self, key: str, mail: Mail) -> bytes:
        """Return the octets; reads the attachments, so it runs in a thread."""
        most = self._config.largest_megabytes * 1_000_000
        files: list[File] = []
        for one in mail.attachments:
            content = contents(self._files, one.path, most)
            most -= len(content)
            files.append(File(one.name or Path(one.path).name, one.type, content))
        try:
            return write(
                Letter(
                    key,
                    datetime.fromisoformat(mail.written) if mail.written else self._clock.wall(),
                    self._config.sender,
                    self._config.name,
                    [address(one) for one in mail.to],
                    mail.subject,
                    mail.text,
                    mail.html,
                    address(mail.reply_to) if mail.reply_to else self._config.reply_to,
                    files,
                )
            )
        except ValueError as error:
            raise Refused(str(error)) from error

    async def _sent(self, letter: bytes, people: list[str]) -> Receipt:
        client = await self._connected()
        options = self._options(client, len(letter))
        await client.mail(self._config.sender, options=options)
        refused: dict[str, SMTPResponseException] = {}
        for person in people:
            try:
                await client.rcpt(person)
            except SMTPResponseException as error:
                # One who is put off puts off all: at a second try the others would get it twice.
                if error.code < LASTING:
                    raise
                refused[person] = error
        if len(refused) == len(people):
            await client.rset()
            raise Refused("; ".join(f"{person}: {_reply(error)}" for person, error in refused.items()))
        answer = await client.data(letter)
        reference = f"{answer.code} {_harmless(answer.message)}"
        if refused:
            left_out = "; ".join(f"{person}: {_reply(error)}" for person, error in refused.items())
            logger.warning("a mail went to some only; not to %s", left_out)
            reference = f"{reference}; not to {left_out}"
        return Receipt(reference)

    def _options(self, client: aiosmtplib.SMTP, size: int) -> list[str]:
        """Return the options of MAIL: what the letter measures, where the server asks (RFC 1870)."""
        if not client.supports_extension("size"):
            return []
        largest = client.esmtp_extensions.get("size", "").strip()
        if largest.isdecimal() and 0 < int(largest) < size:
            raise Refused(f"the mail has {size} octets, and {self._server} takes {int(largest)} at most")
        return [f"size={size}"]

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._closing is not None:
            self._closing.cancel()
        client = self._client
        if client is not None and client.is_connected:
            try:
                await client.rset(timeout=min(5.0, self._config.time_limit_s))
            except (SMTPException, OSError) as error:
                logger.debug("a kept connection to %s is of no use: %s", self._server, _told(error))
                self._drop()
            else:
                return client
        self._client = client = aiosmtplib.SMTP(
            hostname=self._config.host,
            port=self._config.port_used,
            use_tls=self._config.security == "tls",
            start_tls=self._config.security == "starttls",
            tls_context=await asyncio.to_thread(self._tls),
            local_hostname=self._config.sender.rpartition("@")[2],
            timeout=self._config.time_limit_s,
        )
        try:
            await client.connect()
        except SMTPResponseException as error:
            # A server that takes no mail of anybody's now (554) is one that is down.
            raise NotNow(f"{self._server} says {_reply(error)}", whole=True) from error
        except (SMTPException, OSError) as error:
            raise NotNow(f"{self._server} cannot be reached: {_told(error)}", whole=True) from error
        if self._config.user:
            await self._log_in(client)
        return client

    async def _log_in(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.login(self._config.user, self._config.password)
        except SMTPResponseException as error:
            # The code alone: what a server says about a login may repeat it.
            raise NotNow(
                f"{self._server} does not take user and password ({error.code})", whole=True
            ) from None
        except OSError as error:
            raise NotNow(f"{self._server} broke off the login: {_told(error)}", whole=True) from None
        except SMTPException:
            raise NotNow(f"{self._server} takes no passwords on this port", whole=True) from None

    def _tls(self) -> ssl.SSLContext | None:
        if self._config.security == "none":
            return None
        authorities = self._config.authorities
        return ssl.create_default_context(cafile=None if authorities is None else str(authorities))

    def _keep(self) -> None:
        if self._client is not None:
            self._closing = asyncio.get_running_loop().call_later(KEPT_S, self._drop)

    def _drop(self) -> None:
        client, self._client = self._client, None
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        if client is not None:
            client.close()

    def _verdict(self, what: str, error: SMTPResponseException) -> NotNow | Refused:
        sentence = f"{self._server} {what}: {_reply(error)}"
        lasting = error.code >= LASTING and error.code not in OURS_TO_MEND
        return Refused(sentence) if lasting else NotNow(sentence)


def _reply(error: SMTPResponseException) -> str:
    return f"{error.code} {_harmless(error.message)}"


def _harmless(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:LONGEST_REPLY]


def _told(error: Exception) -> str:
    return _harmless(str(error)) or type(error).__name__
