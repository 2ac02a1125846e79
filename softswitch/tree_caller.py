"""The caller of a test as a real call: a telephone that does what the test says, when the tree is there."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from softswitch.events import CallArrived, CallEnded, Entry, PhoneRegistered
from softswitch.ivr.proof.live import LiveCall, is_mark
from softswitch.phone.telephone import PhoneError, Telephone

LOOPBACK: Final = "127.0.0.1"
RTP_PORTS: Final = 100

REACTION_S: Final = 0.2
"""How long a caller takes to press a key: the tree is listening by then, and no more time is lost."""

BEHIND_S: Final = 5.0
"""How much later than the phone the log may know of a call."""


class News:
    """What the switch has told so far."""

    def __init__(self) -> None:
        self.registered: Counter[str] = Counter()
        """How often the phone of each account has registered."""
        self._calls: dict[str, list[object]] = {}
        self._arrived: list[tuple[str, CallArrived]] = []
        self._came = asyncio.Event()

    def take(self, entry: Entry) -> None:
        """Keep an event and wake who waits for one."""
        match entry.event:
            case PhoneRegistered(account=account):
                self.registered[account] += 1
            case CallArrived() as arrived:
                self._arrived.append((entry.call, arrived))
        self._calls.setdefault(entry.call, []).append(entry.event)
        self._came.set()

    def call_where(self, meant: Callable[[CallArrived], bool]) -> str:
        """Return the last call that arrived so, "" for none."""
        return next((call for call, arrived in reversed(self._arrived) if meant(arrived)), "")

    def forget(self, call: str) -> None:
        """Forget a call: whoever made it makes another one."""
        self._calls.pop(call, None)
        self._arrived = [one for one in self._arrived if one[0] != call]

    def events(self, call: str) -> list[object]:
        """Return what has happened in a call."""
        return self._calls.get(call, [])

    def is_over(self, call: str) -> bool:
        """Tell whether a call has ended."""
        return any(isinstance(event, CallEnded) for event in self.events(call))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds, looking again at each event."""
        while not holds():
            came = self._came
            await came.wait()
            if came is self._came:
                self._came = asyncio.Event()


class Caller:
    """One call of a test. ``held`` waits until the caller may do the next thing, and ``did`` hears of it."""

    def __init__(
        self,
        phone: Telephone,
        news: News,
        tree: str,
        *,
        held: Callable[[float], Awaitable[None]] = asyncio.sleep,
        did: Callable[[], None] = lambda: None,
    ) -> None:
        self._phone = phone
        self._news = news
        self._tree = tree
        self._held = held
        self._did = did

    async def called(self, live: LiveCall, meant: Callable[[CallArrived], bool]) -> Sequence[object]:
        """Make the call, and return what happened in it. Raises PhoneError."""
        news = self._news
        calling = asyncio.create_task(self._call(live.called))
        try:
            call = await self._arrived(calling, meant)
            for act in live.acts:
                await self._until_there(call, act.marks)
                if news.is_over(call):
                    break
                await self._held(act.after)
                await asyncio.sleep(REACTION_S)
                await calling
                await self._act(act.digits)
                self._did()
            await news.until(lambda: news.is_over(call))
            return news.events(call)
        finally:
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)

    async def _call(self, number: str) -> PhoneError | None:
        """Call; return why nobody answered: a tree that never answers has its way too."""
        try:
            await self._phone.call(number)
        except PhoneError as error:
            return error
        return None

    async def _arrived(
        self, calling: asyncio.Task[PhoneError | None], meant: Callable[[CallArrived], bool]
    ) -> str:
        """Return the call as soon as the switch tells of it. Raises PhoneError where it never does."""
        news = self._news
        arriving = asyncio.create_task(news.until(lambda: news.call_where(meant) != ""))
        try:
            await asyncio.wait({arriving, calling}, return_when=asyncio.FIRST_COMPLETED)
            # What the phone knows the log may tell a moment later.
            await asyncio.wait({arriving}, timeout=None if not calling.done() else BEHIND_S)
            if arriving.done():
                return news.call_where(meant)
            raise (await calling) or PhoneError("the switch never told of it")
        finally:
            arriving.cancel()

    async def _until_there(self, call: str, marks: int) -> None:
        """Wait until the tree has come to so many marks, or the call is over."""

        def there() -> bool:
            seen = sum(is_mark(event, self._tree) for event in self._news.events(call))
            return seen >= marks or self._news.is_over(call)

        await self._news.until(there)

    async def _act(self, digits: str) -> None:
        if digits:
            self._phone.press_by_events(digits)
        else:
            await self._phone.hang_up()


def nobody_hears(line: str) -> None:
    """Telephones of tests talk to themselves."""


def free_ports() -> tuple[int, int]:
    """Return a range of ports of which the first is free now: every telephone has a range of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((LOOPBACK, 0))
        first = int(probe.getsockname()[1])
    return (first, first + RTP_PORTS - 1) if first < 65_000 else (first - 2 * RTP_PORTS, first)
