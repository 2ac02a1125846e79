"""A client with real workers, and everything that it tells."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TypeVar

import numpy as np

from media import commands as ask
from media.client import Hooks, MediaClient, MediaLeg, Worker
from media.soundfiles import write_wave
from tests.fakes.patience import PATIENCE
from tests.media.loopback import HOST, Phone, free_ports

Kind = TypeVar("Kind")


class Watcher:
    """Keeps what it is told, and lets a test wait for it."""

    def __init__(self) -> None:
        self._told: asyncio.Queue[object] = asyncio.Queue()

    def __call__(self, *what: object) -> None:
        self._told.put_nowait(what[0] if len(what) == 1 else what)

    async def wait_for(self, kind: type[Kind]) -> Kind:
        """Return the next thing of a kind, forgetting what came before it."""
        async with asyncio.timeout(PATIENCE):
            while not isinstance(told := await self._told.get(), kind):
                pass
        return told

    def nothing_more(self) -> bool:
        return self._told.empty()


class Switch:
    """A client, and everything its hooks were told."""

    def __init__(self, folder: Path, *, ports: int, workers: int) -> None:
        self.started, self.died, self.timed = Watcher(), Watcher(), Watcher()
        first = free_ports(ports)
        self.client = MediaClient(
            ports=(first, first + 2 * ports - 1),
            frames=folder / "frames",
            workers=workers,
            hooks=Hooks(started=self.started, died=self.died, timed=self.timed),
        )
        self.folder = folder

    def sound(self, name: str, frames: int, step: int = 7) -> Path:
        path = self.folder / name
        write_wave(path, (np.arange(frames * 160) * step % 20_000 - 10_000).astype(np.int16))
        return path

    async def leg(self, near: MediaLeg | None = None) -> tuple[MediaLeg, Watcher]:
        heard = Watcher()
        async with asyncio.timeout(PATIENCE):
            return await self.client.open_leg(HOST, heard, near=near), heard

    def agree(self, leg: MediaLeg, phone: Phone) -> None:
        host, port = phone.address
        self.client.send(leg, ask.SetStream(leg.number, host, port, "PCMA", 8, 101, 8000, True, True, 0.0))


class Gate:
    """Lets no sound count as loaded before it is opened; ``loaded`` has those that only wait for that."""

    def __init__(self, client: MediaClient) -> None:
        self.loaded: asyncio.Queue[tuple[Worker, int]] = asyncio.Queue()
        self.open = asyncio.Event()
        self._add_prompt = client._add_prompt
        client._add_prompt = self._held  # type: ignore[method-assign]

    def _held(self, worker: Worker, number: int) -> asyncio.Future[str]:
        return asyncio.ensure_future(self._later(worker, number))

    async def _later(self, worker: Worker, number: int) -> str:
        failure = await self._add_prompt(worker, number)
        self.loaded.put_nowait((worker, number))
        await self.open.wait()
        return failure

    async def next(self) -> tuple[Worker, int]:
        async with asyncio.timeout(PATIENCE):
            return await self.loaded.get()
