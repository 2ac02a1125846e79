"""Files on servers: under a name of their own until they are whole, whatever is spoken."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from softswitch.integrations.drop import Held
from softswitch.integrations.remote_shelf import RemoteShelf, harmless
from softswitch.outbox.model import NotNow


class Server(RemoteShelf):
    """A server in memory that may lose octets or break off."""

    faults = (OSError,)

    def __init__(self, *, loses: int = 0, breaks: bool = False) -> None:
        super().__init__("the server x")
        self.files: dict[str, bytes] = {}
        self.done: list[str] = []
        self._loses = loses
        self._breaks = breaks

    async def _size(self, name: str) -> int | None:
        if self._breaks:
            raise OSError("gone\x07\n away")
        return len(self.files[name]) if name in self.files else None

    async def _digest(self, name: str) -> str:
        return hashlib.sha256(self.files[name]).hexdigest()

    async def _make_folder(self, name: str) -> None:
        self.done.append(f"folder {name}")

    async def _upload(self, source: Path, name: str) -> None:
        octets = await asyncio.to_thread(source.read_bytes)
        self.files[name] = octets[: len(octets) - self._loses]
        self.done.append(f"upload {name}")

    async def _rename(self, unfinished: str, name: str, replace: bool) -> None:
        self.files[name] = self.files.pop(unfinished)
        self.done.append(f"rename {name} {replace}")

    async def _unlink(self, name: str) -> None:
        await self._size(name)
        self.files.pop(name, None)

    def _failed(self, what: str, error: BaseException) -> NotNow:
        return NotNow(f"{self._shown} {what}: {harmless(str(error))}", whole=True)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "a.wav").write_bytes(b"sound")
    return tmp_path / "a.wav"


async def test_a_file_gets_its_name_when_it_is_whole(source: Path) -> None:
    server = Server()
    await server.put(source, "2026/01/a.wav", "m1", replace=True)
    assert server.done == [
        "folder 2026/01", "upload 2026/01/a.wav.m1.part", "rename 2026/01/a.wav True"
    ]  # fmt: skip
    digest = hashlib.sha256(b"sound").hexdigest()
    assert await server.held("2026/01/a.wav", 5, digest) is Held.SAME
    assert await server.held("2026/01/a.wav", -1, digest) is Held.SAME
    assert await server.held("2026/01/a.wav", 6, digest) is Held.OTHER
    assert await server.held("2026/01/a.wav", 5, "0" * 64) is Held.OTHER
    await server.remove("2026/01/a.wav")
    assert await server.held("2026/01/a.wav", 5, digest) is Held.NOTHING


async def test_what_came_in_part_never_gets_the_name(source: Path) -> None:
    server = Server(loses=2)
    with pytest.raises(NotNow, match="the server x has 3 octets of 5"):
        await server.put(source, "a.wav", "m1")
    assert list(server.files) == ["a.wav.m1.part"]


async def test_every_step_tells_what_failed_in_one_harmless_line(source: Path) -> None:
    server = Server(breaks=True)
    with pytest.raises(NotNow, match=r"^the server x cannot tell what it has: gone away$"):
        await server.held("a", 1, "")
    with pytest.raises(NotNow, match=r"^the server x does not take the file: gone away$"):
        await server.put(source, "a", "m")
    with pytest.raises(NotNow, match=r"^the server x does not take the file away: gone away$") as failed:
        await server.remove("a")
    assert failed.value.whole
    assert len(harmless("x" * 1000)) == 200
