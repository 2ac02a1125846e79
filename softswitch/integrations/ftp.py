"""Files put on a server by FTP (RFC 959), with TLS (RFC 4217) unless the operator wants none."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import aioftp

from softswitch.integrations.drop_config import FtpConfig
from softswitch.integrations.remote_shelf import BLOCK, RemoteShelf, harmless
from softswitch.outbox.model import NotNow

_NOT_THERE: Final = ("550", "450")
MOST_LINES: Final = 1000
"""Of the answers to one command: what a server says beyond is no answer, and may have no end."""

Fault = (aioftp.AIOFTPException, OSError, TimeoutError, EOFError, ValueError, LookupError)
"""What the library raises for servers that refuse, vanish, or break off in the middle of an answer."""


class _Client(aioftp.Client):
    """A client that no answer holds for ever.

    Lines that are there already are read without a pause in which the library (by Python 3.11's wait_for)
    would take note of a time limit, or that it is cancelled.
    """

    _left = MOST_LINES

    async def command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - passed on as it is.
        """See aioftp.Client."""
        self._left = MOST_LINES
        return await super().command(*args, **options)

    async def parse_line(self) -> tuple[aioftp.Code, str]:
        """See aioftp.Client; raise ValueError for one line too many."""
        self._left -= 1
        if self._left < 0:
            raise ValueError("its answer has no end")
        return await super().parse_line()


class FtpPlace:
    """A server by FTP; one connection for each delivery. ``time_limit_s`` is for each answer."""

    def __init__(self, config: FtpConfig, *, time_limit_s: float) -> None:
        self._config = config
        self._time_limit_s = time_limit_s

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[FtpShelf]:
        """Connect and log in; raise NotNow where that fails, which concerns the server as a whole."""
        tls = None if self._config.tls == "none" else await asyncio.to_thread(self._tls)
        client = _Client(
            socket_timeout=self._time_limit_s,
            connection_timeout=self._time_limit_s,
            ssl=tls if self._config.tls == "implicit" else None,
        )
        try:
            await self._enter(client, tls)
            yield FtpShelf(client, self._shown)
            with contextlib.suppress(*Fault):
                await client.quit()
        finally:
            client.close()

    def close(self) -> None:
        """Nothing is kept open."""

    @property
    def _shown(self) -> str:
        return f"the server {self._config.host}:{self._config.port_used}"

    async def _enter(self, client: aioftp.Client, tls: ssl.SSLContext | None) -> None:
        try:
            await client.connect(self._config.host, self._config.port_used)
            if self._config.tls == "explicit":
                await client.upgrade_to_tls(tls)
        except Fault as error:
            raise NotNow(f"{self._shown} cannot be reached: {told(error)}", whole=True) from error
        try:
            await client.login(self._config.user, self._config.password)
        except aioftp.StatusCodeError as error:
            # The code alone: what a server says about a login may repeat it.
            code = error.received_codes[-1]
            raise NotNow(f"{self._shown} does not take user and password ({code})", whole=True) from None
        except Fault as error:
            raise NotNow(f"{self._shown} broke off the login: {told(error)}", whole=True) from None

    def _tls(self) -> ssl.SSLContext:
        authorities = self._config.authorities
        return ssl.create_default_context(cafile=None if authorities is None else str(authorities))


class FtpShelf(RemoteShelf):
    """An open connection."""

    faults = Fault

    def __init__(self, client: aioftp.Client, shown: str) -> None:
        super().__init__(shown)
        self._client = client

    async def _make_folder(self, name: str) -> None:
        await self._client.make_directory(name)

    async def _unlink(self, name: str) -> None:
        if await self._size(name) is not None:
            await self._client.remove_file(name)

    async def _size(self, name: str) -> int | None:
        try:
            found = await self._client.stat(name)
        except aioftp.StatusCodeError as error:
            if error.received_codes[-1] in _NOT_THERE:
                return None
            raise
        return int(found["size"])

    async def _digest(self, name: str) -> str:
        hashed, left = hashlib.sha256(), await self._size(name) or 0
        async with self._client.download_stream(name) as stream:
            async for block in stream.iter_by_block(BLOCK):
                left -= len(block)
                if left < 0:
                    raise ValueError("it sends more than the file has")
                hashed.update(block)
        return hashed.hexdigest()

    async def _upload(self, source: Path, name: str) -> None:
        file = await asyncio.to_thread(open, source, "rb")
        try:
            async with self._client.upload_stream(name) as stream:
                while block := await asyncio.to_thread(file.read, BLOCK):
                    await stream.write(block)
        finally:
            await asyncio.to_thread(file.close)

    async def _rename(self, unfinished: str, name: str, replace: bool) -> None:
        try:
            await self._client.rename(unfinished, name)
        except aioftp.StatusCodeError:
            # Some servers rename over what is there, others want it away first.
            if not replace or await self._size(name) is None:
                raise
            await self._client.remove_file(name)
            await self._client.rename(unfinished, name)

    def _failed(self, what: str, error: BaseException) -> NotNow:
        return NotNow(
            f"{self._shown} {what}: {told(error)}", whole=not isinstance(error, aioftp.StatusCodeError)
        )


def told(error: BaseException) -> str:
    """Return what a fault says in one harmless line."""
    if isinstance(error, aioftp.StatusCodeError):
        said = error.info if isinstance(error.info, str) else " ".join(error.info)
        text = f"{error.received_codes[-1]} {said}"
    else:
        text = str(error) or type(error).__name__
    return harmless(text)
