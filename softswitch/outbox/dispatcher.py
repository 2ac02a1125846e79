"""Brings deliveries to the outside: each channel by itself, so that one that is down holds up no other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from softswitch.clock import Clock
from softswitch.events import ChannelRecovered, ChannelTroubled, DeliveryGivenUp
from softswitch.outbox.backoff import LONGEST_SECONDS, pause
from softswitch.outbox.model import NotNow, Outlet, Posted, Receipt, Refused, State

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 30.0
"""How long is slept at most: what another process wrote is found without a word from it."""
SHORTEST_SECONDS: Final = 0.01
"""Between looks: a clock that was set back must not make them one long one."""
PROBE_SECONDS: Final = 60.0
"""Between tries while a whole channel is down: what waits goes out within a minute of its coming back."""
FAULT_SECONDS: Final = 5.0
"""Between looks while the database cannot be asked."""


class Deliveries(Protocol):
    """Where deliveries are kept; :class:`softswitch.storage.outbox_store.OutboxStore` is one."""

    async def due(self, channel: str) -> list[Posted]:
        """Return what is due on a channel, the longest due first; of a lane only what is first in it."""
        ...

    async def next_due(self, channel: str) -> datetime | None:
        """Return when the next delivery is due; of a lane only what is first in it counts."""
        ...

    async def claim(self, posted: Posted) -> bool:
        """Note that a try begins; return False where it stands otherwise by now, and is not to be tried."""
        ...

    async def put_off(self, posted: Posted, due: datetime, trouble: str) -> None:
        """Note that a try failed, and when the next one is due."""
        ...

    async def settle(self, posted: Posted, state: State, *, reference: str = "", trouble: str = "") -> None:
        """Note how it ended."""
        ...


Tell = Callable[[ChannelTroubled | ChannelRecovered | DeliveryGivenUp], object]
"""Writes into the event log."""


class Dispatcher:
    """Owns the tries. ``random`` gives numbers from 0 to 1."""

    def __init__(
        self,
        deliveries: Deliveries,
        outlets: Mapping[str, Outlet],
        clock: Clock,
        tell: Tell,
        random: Callable[[], float],
    ) -> None:
        self._lines = [
            _Line(name, outlet, deliveries, clock, tell, random) for name, outlet in outlets.items()
        ]

    def wake(self) -> None:
        """Look now: something new was written."""
        for line in self._lines:
            line.woken.set()

    async def run(self) -> None:
        """Deliver until cancelled. What is under way then is tried again at the next start, under its key."""
        async with asyncio.TaskGroup() as group:
            for line in self._lines:
                group.create_task(line.run(), name=f"delivers by {line.name}")


class _Line:
    """One channel and what is under way on it."""

    def __init__(
        self,
        name: str,
        outlet: Outlet,
        deliveries: Deliveries,
        clock: Clock,
        tell: Tell,
        random: Callable[[], float],
    ) -> None:
        self.name = name
        self.woken = asyncio.Event()
        self._outlet = outlet
        self._deliveries = deliveries
        self._clock = clock
        self._tell = tell
        self._random = random
        self._under_way: dict[asyncio.Task[None], Posted] = {}
        self._troubled = 0
        """Tries since the channel as a whole was last well."""
        self._closed_until: datetime | None = None

    async def run(self) -> None:
        try:
            while True:
                self.woken.clear()
                await self._wait(await self._look())
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _look(self) -> float:
        """Start the tries that are due; return after how many seconds to look again."""
        try:
            now = self._clock.wall()
            if self._closed_until is not None and now < self._closed_until:
                return (self._closed_until - now).total_seconds()
            # Of a channel in trouble one delivery is enough to find out.
            room = (1 if self._troubled else self._outlet.at_once) - len(self._under_way)
            if room > 0:
                self._start(await self._deliveries.due(self.name), room)
            if self._under_way:
                return LOOK_SECONDS
            due = await self._deliveries.next_due(self.name)
        except Exception:
            logger.exception("what is to be delivered by %s cannot be looked up", self.name)
            return FAULT_SECONDS
        return (
            LOOK_SECONDS if due is None else max((due - self._clock.wall()).total_seconds(), SHORTEST_SECONDS)
        )

    def _start(self, due: Sequence[Posted], room: int) -> None:
        busy = {posted.delivery.key for posted in self._under_way.values()}
        lanes = {posted.delivery.lane for posted in self._under_way.values()} - {""}
        for posted in due:
            if room == 0:
                return
            if posted.delivery.key in busy or posted.delivery.lane in lanes:
                continue
            task = asyncio.create_task(self._try(posted), name=f"delivers {posted.delivery.key}")
            self._under_way[task] = posted
            task.add_done_callback(self._done)
            lanes |= {posted.delivery.lane} - {""}
            room -= 1

    def _done(self, task: asyncio.Task[None]) -> None:
        posted = self._under_way.pop(task)
        self.woken.set()
        if not task.cancelled() and (fault := task.exception()) is not None:
            # The database's fault, not the delivery's: it is still open, and found again.
            logger.error("the end of delivery %s cannot be noted", posted.delivery.key, exc_info=fault)
            self._close(FAULT_SECONDS)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, LOOK_SECONDS)):
                await self.woken.wait()

    async def _try(self, posted: Posted) -> None:
        if self._clock.wall() >= posted.expires:
            await self._give_up(posted, State.EXPIRED, posted.trouble or "there was no time to try")
            return
        if not await self._deliveries.claim(posted):
            # A try that ended while the list was being read: what the list says of it is of before.
            return
        attempt = posted.attempts + 1
        try:
            receipt = await self._delivered(posted, attempt)
        except Refused as error:
            self._well()
            await self._give_up(posted, State.REFUSED, str(error))
        except NotNow as error:
            await self._put_off(posted, attempt, error)
        else:
            self._well()
            await self._deliveries.settle(posted, State.DELIVERED, reference=receipt.reference)

    async def _delivered(self, posted: Posted, attempt: int) -> Receipt:
        """Try once. Raises NotNow or Refused, whatever goes wrong."""
        within = self._outlet.within
        try:
            async with asyncio.timeout(within):
                return await self._outlet.channel.deliver(posted.delivery, attempt)
        except TimeoutError:
            raise NotNow(f"no answer within {within:g} s") from None
        except (NotNow, Refused):
            raise
        except Exception as error:
            # A fault of ours in one message must not stop the others; it may be mended by a later version.
            logger.exception("delivery %s by %s failed for a fault of ours", posted.delivery.key, self.name)
            raise NotNow(f"a fault of ours: {type(error).__name__}") from error

    async def _put_off(self, posted: Posted, attempt: int, error: NotNow) -> None:
        if not error.whole:
            seconds = pause(attempt, self._random, error.after, longest=LONGEST_SECONDS)
            due = min(self._clock.wall() + timedelta(seconds=seconds), posted.expires)
            await self._deliveries.put_off(posted, due, str(error))
            return
        self._troubled += 1
        if self._troubled == 1:
            self._tell(ChannelTroubled(self.name, str(error)))
        self._close(pause(self._troubled, self._random, error.after, longest=PROBE_SECONDS))
        # It keeps its place: the channel as a whole waits, and goes on in the same order.
        await self._deliveries.put_off(posted, posted.due, str(error))

    async def _give_up(self, posted: Posted, state: State, reason: str) -> None:
        await self._deliveries.settle(posted, state, trouble=reason)
        self._tell(DeliveryGivenUp(self.name, posted.delivery.key, state.value, reason))

    def _close(self, seconds: float) -> None:
        self._closed_until = self._clock.wall() + timedelta(seconds=seconds)

    def _well(self) -> None:
        self._closed_until = None
        if self._troubled:
            self._troubled = 0
            self._tell(ChannelRecovered(self.name))
