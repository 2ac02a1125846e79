"""Whole switches in a folder of their own, for tests of the composition root, and what they tell."""

from __future__ import annotations

import asyncio
from pathlib import Path

from softswitch.config import AccountConfig, Config, SipConfig
from softswitch.events import Entry
from tests.fakes.patience import PATIENCE

ANNA = {"1001": AccountConfig(password="x")}


def local(home: Path, **more: object) -> Config:
    """Return a configuration that starts fast: loopback, no trees."""
    values = {"sip": SipConfig(bind="127.0.0.1", port=0), "accounts": ANNA, **more}
    return Config(home=home, **values)  # type: ignore[arg-type]


class Diary:
    """Everything a switch told, for a test to wait for."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._news = asyncio.Event()

    def tell(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._news.set()

    async def until(self, kind: type, count: int = 1) -> Entry:
        """Wait for the event of a kind that is the ``count``-th, and return its entry."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = [entry for entry in self.entries if isinstance(entry.event, kind)]
                if len(found) >= count:
                    return found[count - 1]
                self._news.clear()
                await self._news.wait()
