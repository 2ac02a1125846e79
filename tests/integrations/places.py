"""Real servers for files: FTP (aioftp), SFTP (asyncssh), S3 (moto)."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aioftp
import asyncssh
from aioftp.server import Connection

PASSWORD = "s3cr3t-word"
USER = "recorder"


class _FtpServer(aioftp.Server):
    """Knows AUTH TLS (RFC 4217), which the library's server does not."""

    def __init__(self, users: list[aioftp.User], tls: ssl.SSLContext | None, **options: Any) -> None:
        super().__init__(users, **options)
        self._tls = tls
        self.commands_mapping |= {"auth": self.auth, "pbsz": self.protect, "prot": self.protect}

    async def auth(self, connection: Connection, rest: object) -> bool:
        if self._tls is None:
            connection.response("502", "no TLS here")
            return True
        stream = connection.command_connection
        await self.write_line(stream, "234 go ahead")
        await stream.writer.start_tls(self._tls)
        return True

    async def protect(self, connection: Connection, rest: object) -> bool:
        """Take PBSZ 0 and PROT P, which come before the login (RFC 4217 §12)."""
        connection.response("200" if rest in ("0", "P") else "504", "protected")
        return True


@contextlib.asynccontextmanager
async def ftp_server(
    root: Path,
    *,
    implicit: ssl.SSLContext | None = None,
    explicit: ssl.SSLContext | None = None,
    permissions: str = "rw",
    port: int = 0,
) -> AsyncIterator[int]:
    """Serve a folder by FTP; yield the port."""
    allowed = aioftp.Permission("/", readable="r" in permissions, writable="w" in permissions)
    user = aioftp.User(USER, PASSWORD, base_path=root, home_path="/", permissions=[allowed])
    server = _FtpServer([user], explicit, ssl=implicit)
    await server.start("127.0.0.1", port)
    # Sound goes by connections of their own, which TLS covers, too.
    server.ssl = implicit or explicit
    try:
        yield server.server_port or 0
    finally:
        await server.close()


class _SshServer(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


class _Plain(asyncssh.SFTPServer):
    """An old server, which cannot rename over a file."""

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPOpUnsupported("not known here")


@contextlib.asynccontextmanager
async def sftp_server(
    root: Path,
    key: asyncssh.SSHKey,
    *,
    clients: asyncssh.SSHKey | None = None,
    old: bool = False,
    port: int = 0,
) -> AsyncIterator[int]:
    """Serve a folder by SFTP; yield the port."""
    kind = _Plain if old else asyncssh.SFTPServer
    known = None
    if clients is not None:
        known = asyncssh.import_authorized_keys(clients.export_public_key().decode())
    server = await asyncssh.create_server(
        _SshServer,
        "127.0.0.1",
        port,
        server_host_keys=[key],
        sftp_factory=lambda channel: kind(channel, chroot=str(root)),
        authorized_client_keys=known,
    )
    try:
        yield server.get_port()
    finally:
        server.close()
        server.close_clients() if hasattr(server, "close_clients") else None
        await server.wait_closed()
        await asyncio.sleep(0)
