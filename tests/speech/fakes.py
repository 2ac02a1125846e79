"""What the tests of speech own: the clock, an engine, the sound it makes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import numpy as np

from softswitch.speech.engine import Order, Sound, Voice
from softswitch.speech.errors import EngineError, EngineMissing
from softswitch.speech.sound import to_pcm


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def wall(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)


def tone(hertz: float = 440.0, seconds: float = 0.5, *, rate: int = 16000, amplitude: float = 0.3) -> Sound:
    """Return a sine: stands in for speech, and its pitch tells one engine from another."""
    time = np.arange(int(seconds * rate)) / rate
    return Sound(rate, to_pcm((amplitude * np.sin(2 * np.pi * hertz * time)).astype(np.float32)))


class FakeEngine:
    """An engine that does what the test says: speak, fail, hang, miss a voice."""

    def __init__(
        self, name: str, *, voices: tuple[str, ...] = ("default",), version: str = "1", parallel: int = 1
    ) -> None:
        self.name = name
        self.version = version
        self.parallel = parallel
        self.voices = voices
        self.sound = tone()
        self.failure: EngineError | None = None
        self.hangs = False
        self.orders: list[Order] = []
        self.working = 0
        self.most_working = 0
        self.started = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.closed = False

    def voice_for(self, language: str, wanted: str | None) -> Voice:
        if not self.voices:
            raise EngineMissing(self.name, "is not installed")
        if wanted in self.voices:
            return Voice(wanted)
        return Voice(self.voices[0], exact=wanted is None)

    async def synthesize(self, order: Order) -> Sound:
        self.orders.append(order)
        self.started.set()
        self.working += 1
        self.most_working = max(self.most_working, self.working)
        try:
            # Real engines take turns with the loop; without this nothing would ever overlap.
            await asyncio.sleep(0)
            if self.hangs:
                await asyncio.Event().wait()
            await self.gate.wait()
            if self.failure is not None:
                raise self.failure
            return self.sound
        finally:
            self.working -= 1

    async def close(self) -> None:
        self.closed = True
