"""Files put on a server by SFTP. The server proves itself by the one key the operator has written down."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh

from softswitch.integrations.drop_config import SftpConfig
from softswitch.integrations.remote_shelf import BLOCK, RemoteShelf, harmless
from softswitch.outbox.model import NotNow

Fault = (asyncssh.Error, OSError, TimeoutError, EOFError, ValueError)
"""What the library raises for servers that refuse, vanish, or speak no SSH."""

_Gone = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)


class SftpPlace:
    """A server by SFTP; one connection for each delivery."""

    def __init__(self, config: SftpConfig, *, time_limit_s: float) -> None:
        self._config = config
        self._time_limit_s = time_limit_s

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[SftpShelf]:
        """Connect and log in; raise NotNow where that fails, which concerns the server as a whole."""
        connection = await self._connected()
        try:
            try:
                client = await connection.start_sftp_client()
            except Fault as error:
                raise NotNow(f"{self._shown} offers no SFTP: {told(error)}", whole=True) from error
            yield SftpShelf(client, self._shown, self._time_limit_s)
        finally:
            connection.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._time_limit_s):
                    await connection.wait_closed()

    def close(self) -> None:
        """Nothing is kept open."""

    @property
    def _shown(self) -> str:
        return f"the server {self._config.host}:{self._config.port}"

    async def _connected(self) -> asyncssh.SSHClientConnection:
        config = self._config
        try:
            key = asyncssh.import_public_key(config.host_key_alone)
            return await asyncssh.connect(
                config.host,
                config.port,
                username=config.user,
                password=config.password or None,
                client_keys=None if config.key is None else [str(config.key)],
                known_hosts=([key], [], []),
                agent_path=None,
                config=None,
                connect_timeout=self._time_limit_s,
                login_timeout=self._time_limit_s,
                # A server that is silent for three of these is gone.
                keepalive_interval=self._time_limit_s / 3,
            )
        except asyncssh.HostKeyNotVerifiable:
            raise NotNow(
                f"{self._shown} shows another key than host_key: it is not believed", whole=True
            ) from None
        except asyncssh.PermissionDenied:
            raise NotNow(f"{self._shown} does not let {config.user} in", whole=True) from None
        except asyncssh.KeyImportError as error:
            raise NotNow(f"the key for {self._shown} cannot be used: {told(error)}", whole=True) from None
        except Fault as error:
            raise NotNow(f"{self._shown} cannot be reached: {told(error)}", whole=True) from error


class SftpShelf(RemoteShelf):
    """An open connection."""

    faults = Fault

    def __init__(self, client: asyncssh.SFTPClient, shown: str, time_limit_s: float) -> None:
        super().__init__(shown)
        self._client = client
        self._time_limit_s = time_limit_s

    async def _make_folder(self, name: str) -> None:
        await self._client.makedirs(name, exist_ok=True)

    async def _unlink(self, name: str) -> None:
        with contextlib.suppress(*_Gone):
            await self._client.remove(name)

    async def _size(self, name: str) -> int | None:
        try:
            return (await self._client.stat(name)).size
        except _Gone:
            return None

    async def _digest(self, name: str) -> str:
        hashed = hashlib.sha256()
        async with self._client.open(name, "rb") as file:
            while block := await file.read(BLOCK):
                # The type speaks of text and octets both; this file is open as octets.
                hashed.update(memoryview(block))  # type: ignore[arg-type]
        return hashed.hexdigest()

    async def _upload(self, source: Path, name: str) -> None:
        local = await asyncio.to_thread(open, source, "rb")
        try:
            async with self._client.open(name, "wb") as file:
                while block := await asyncio.to_thread(local.read, BLOCK):
                    async with asyncio.timeout(self._time_limit_s):
                        await file.write(block)
        finally:
            await asyncio.to_thread(local.close)

    async def _rename(self, unfinished: str, name: str, replace: bool) -> None:
        if not replace:
            await self._client.rename(unfinished, name)
            return
        try:
            await self._client.posix_rename(unfinished, name)
        except asyncssh.SFTPOpUnsupported:
            # Plain SFTP renames over nothing (draft-ietf-secsh-filexfer-02 §6.5).
            await self.remove(name)
            await self._client.rename(unfinished, name)

    def _failed(self, what: str, error: BaseException) -> NotNow:
        lost = not isinstance(error, asyncssh.SFTPError) or isinstance(
            error, asyncssh.SFTPConnectionLost | asyncssh.SFTPNoConnection
        )
        return NotNow(f"{self._shown} {what}: {told(error)}", whole=lost)


def told(error: BaseException) -> str:
    """Return what a fault says in one harmless line."""
    return harmless(str(error) or type(error).__name__)
