"""Files put on a server by FTP (RFC 959), with TLS (RFC 4217) unless the operator wants none."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath
from typing import Final

import aioftp

from softswitch.integrations.drop import Held
from softswitch.integrations.drop_config import FtpConfig
from softswitch.outbox.model import NotNow

BLOCK: Final = 1 << 18
"""Octets read from the disk at once, and given to the connection."""

_NOT_THERE: Final = ("550", "450")

Fault = (aioftp.AIOFTPException, OSError, TimeoutError, EOFError, ValueError, LookupError)
"""What the library raises for servers that refuse, vanish, or break off in the middle of an answer."""


class FtpPlace:
    """A server by FTP; one connection for each delivery. ``time_limit_s`` is for each answer."""

    def __init__(self, config: FtpConfig, *, time_limit_s: float) -> None:
        self._config = config
        self._time_limit_s = time_limit_s

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[FtpShelf]:
        """Connect and log in; raise NotNow where that fails, which concerns the server as a whole."""
        tls = None if self._config.tls == "none" else await asyncio.to_thread(self._tls)
        client = aioftp.Client(
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


class FtpShelf:
    """An open connection."""

    def __init__(self, client: aioftp.Client, shown: str) -> None:
        self._client = client
        self._shown = shown

    async def held(self, name: str, size: int, sha256: str) -> Held:
        """Tell what is there under a name; a file of the same size is read back."""
        try:
            there = await self._size(name)
            if there is None:
                return Held.NOTHING
            if size >= 0 and there != size:
                return Held.OTHER
            return Held.SAME if await self._digest(name) == sha256 else Held.OTHER
        except Fault as error:
            raise self._failed("cannot tell what it has", error) from error

    async def put(self, source: Path, name: str, mark: str, *, replace: bool = False) -> None:
        """Upload under a name of its own, compare the size, then rename."""
        path = PurePosixPath(name)
        unfinished = path.with_name(f"{path.name}.{mark}.part")
        try:
            await self._client.make_directory(path.parent)
            await self._upload(source, unfinished)
            size = (await asyncio.to_thread(source.stat)).st_size
            there = await self._size(str(unfinished))
            if there != size:
                raise NotNow(f"{self._shown} has {there} octets of {size}")
            await self._rename(unfinished, path, replace)
        except Fault as error:
            raise self._failed("does not take the file", error) from error

    async def remove(self, name: str) -> None:
        """Take a file away."""
        try:
            if await self._size(name) is not None:
                await self._client.remove_file(name)
        except Fault as error:
            raise self._failed("does not take the file away", error) from error

    async def _size(self, name: str) -> int | None:
        """Return how many octets a file has there, None where there is none."""
        try:
            found = await self._client.stat(name)
        except aioftp.StatusCodeError as error:
            if error.received_codes[-1] in _NOT_THERE:
                return None
            raise
        return int(found["size"])

    async def _digest(self, name: str) -> str:
        hashed = hashlib.sha256()
        async with self._client.download_stream(name) as stream:
            async for block in stream.iter_by_block(BLOCK):
                hashed.update(block)
        return hashed.hexdigest()

    async def _upload(self, source: Path, unfinished: PurePosixPath) -> None:
        file = await asyncio.to_thread(open, source, "rb")
        try:
            async with self._client.upload_stream(unfinished) as stream:
                while block := await asyncio.to_thread(file.read, BLOCK):
                    await stream.write(block)
        finally:
            await asyncio.to_thread(file.close)

    async def _rename(self, unfinished: PurePosixPath, path: PurePosixPath, replace: bool) -> None:
        try:
            await self._client.rename(unfinished, path)
        except aioftp.StatusCodeError:
            # Some servers rename over what is there, others want it away first.
            if not replace or await self._size(str(path)) is None:
                raise
            await self._client.remove_file(path)
            await self._client.rename(unfinished, path)

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
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]
