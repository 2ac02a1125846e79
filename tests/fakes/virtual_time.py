"""An event loop whose time passes only when nobody has anything left to do: an hour takes milliseconds."""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.clock import START

Test = Callable[..., Coroutine[Any, Any, None]]


class _Selector(selectors.SelectSelector):
    """Never waits: what would be waiting moves the loop's time instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everybody waits and nothing will ever happen")
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop. What goes wrong in a callback is kept in ``faults``, for a test to find."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)
        self.faults: list[dict[str, Any]] = []
        self.set_exception_handler(lambda loop, context: self.faults.append(context))

    def time(self) -> float:
        """Return virtual seconds."""
        return self._virtual.now


class LoopClock:
    """The clock of a virtual loop. Implements :class:`softswitch.clock.Clock`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._began = loop.time()

    def monotonic(self) -> float:
        """Return the loop's time."""
        return self._loop.time()

    def wall(self) -> datetime:
        """Return wall time, which moves with the loop's."""
        return START + timedelta(seconds=self._loop.time() - self._began)


async def passes(seconds: float) -> None:
    """Let ``seconds`` of virtual time pass, and all that belongs to them happen."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    timer = loop.call_later(seconds, over.set_result, None)
    try:
        await over
    finally:
        timer.cancel()


async def settled() -> None:
    """Let everybody do what can be done without time passing."""
    for _ in range(50):
        await asyncio.sleep(0)


def in_virtual_time(test: Test) -> Callable[..., None]:
    """Run an async test on a virtual loop of its own; a fault in any callback fails it."""

    @functools.wraps(test)
    def run(*args: object, **kwargs: object) -> None:
        loop = VirtualLoop()
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(test(*args, **kwargs))
        assert not loop.faults, loop.faults

    return run
