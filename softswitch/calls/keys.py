"""Key presses of one leg: three ways in, one stream out, each press once."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

DIGITS: Final = frozenset("0123456789*#ABCD")
SAME_PRESS_SECONDS: Final = 0.8
"""How far apart two methods report one press: INFO takes a round trip and may come at the key's release."""
MAX_WAITING: Final = 256
"""Keys typed ahead that nobody has read; more is a stuck key or noise."""
MOST_PRESSES: Final = 20
"""Presses a leg may make within a second: a tone and its pause take 80 ms at least (ITU-T Q.24), so that a
phone that dials from its memory makes twelve. Every press is a row of the event log."""
QUIET_SECONDS: Final = 1.0
"""For how long nothing is dropped before dropping is news again: one flood is told once."""
MAX_INFO_BODY: Final = 1024
"""Octets of an INFO that is read: what phones send about a key has forty."""

UNREAD: Final = "*"
"""What is told in place of a key that was thrown away unread."""

RFC4733: Final = "rfc4733"
INFO: Final = "info"
INBAND: Final = "inband"

# Not \s, which matches line ends too: of a body of empty lines each would be read from every one before it.
_RELAY: Final = re.compile(r"^[ \t]*signal[ \t]*=[ \t]*([0-9A-D*#])[ \t\r]*$", re.IGNORECASE | re.MULTILINE)


def digit_of_info(content_type: str, body: bytes) -> str | None:
    """Return the digit of an INFO body; "" for a key that is none of ours, None for another kind of body.

    ``application/dtmf-relay`` has lines ``Signal=5`` and ``Duration=160``; ``application/dtmf`` is the
    digit alone. Neither was ever standardised; this is what phones send. A body over
    :data:`MAX_INFO_BODY` octets is not read.
    """
    text = body.decode("utf-8", "replace") if len(body) <= MAX_INFO_BODY else ""
    if content_type == "application/dtmf-relay":
        found = _RELAY.search(text)
        return found[1].upper() if found else ""
    if content_type == "application/dtmf":
        digit = text.strip().upper()
        return digit if digit in DIGITS else ""
    return None


class PressFilter:
    """Tells a new press from the same one reported by another method.

    Every accepted press may be echoed once by each other method within :data:`SAME_PRESS_SECONDS`; what
    remains is a press of its own, so that "11" typed fast on a phone that sends two methods stays "11".
    """

    def __init__(self) -> None:
        self._recent: deque[tuple[float, str, set[str]]] = deque()

    def is_echo(self, digit: str, method: str, at: float) -> bool:
        """Tell whether this report is of a press that is known already; ``at`` in seconds."""
        while self._recent and self._recent[0][0] < at - SAME_PRESS_SECONDS:
            self._recent.popleft()
        for _, seen, methods in self._recent:
            if seen == digit and method not in methods:
                methods.add(method)
                return True
        return False

    def accept(self, digit: str, method: str, at: float) -> None:
        """Note a press of its own, which others may echo."""
        self._recent.append((at, digit, {method}))


class Pace:
    """Lets :data:`MOST_PRESSES` through in any second."""

    def __init__(self) -> None:
        self._passed: deque[float] = deque(maxlen=MOST_PRESSES)

    def allows(self, at: float) -> bool:
        """Tell whether a press at ``at`` may pass, and count it if so."""
        if len(self._passed) == MOST_PRESSES and at < self._passed[0] + 1.0:
            return False
        self._passed.append(at)
        return True


@dataclass(frozen=True, slots=True)
class Press:
    """One key and the method it came by."""

    digit: str
    method: str


class Keys:
    """The keys of a leg that nobody has read yet.

    ``record`` is told of every key once, when it is read or thrown away: only then is it known whether
    it was typed into something secret. Of one that is thrown away that is never known, as it may be a part of
    a PIN that was typed ahead of its question: it is told as :data:`UNREAD`. ``flooded`` is told when keys
    come too fast and are dropped.
    """

    def __init__(
        self, record: Callable[[Press], None], *, flooded: Callable[[], None] = lambda: None
    ) -> None:
        self.belong(record, flooded=flooded)
        self._filter = PressFilter()
        self._pace = Pace()
        self._flooded_until = -QUIET_SECONDS
        self._waiting: deque[Press] = deque()
        self._arrival: asyncio.Future[None] | None = None
        self.unread = False
        """Nobody reads (two people talk): keys are recorded as they come and not kept."""
        self.relay: Callable[[str], None] | None = None
        """Presses a key towards the other side of a talk, which events and sound reach by themselves."""
        self.relays_all = False
        """Events do not reach the other side by themselves."""
        self._by_event = False

    def belong(self, record: Callable[[Press], None], *, flooded: Callable[[], None]) -> None:
        """Tell another leg of the keys from now on."""
        self._record = record
        self._flooded = flooded

    def press(self, digit: str, method: str, at: float) -> None:
        """Take a report of a press at the monotonic time ``at``."""
        self._by_event = self._by_event or method == RFC4733
        if self._filter.is_echo(digit, method, at):
            return
        if not self._pace.allows(at):
            self._drop(at)
            return
        self._filter.accept(digit, method, at)
        press = Press(digit, method)
        if self.unread or len(self._waiting) >= MAX_WAITING:
            self._record(press if self.unread else replace(press, digit=UNREAD))
            # A phone that sends both is heard by its events: the other side must not get each key twice.
            alone = self.relays_all or (method == INFO and not self._by_event)
            if self.unread and self.relay is not None and alone:
                self.relay(digit)
            return
        self._waiting.append(press)
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    def _drop(self, at: float) -> None:
        news, self._flooded_until = at >= self._flooded_until, at + QUIET_SECONDS
        if news:
            self._flooded()

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self) -> Press | None:
        """Read the next key that waits, None when there is none."""
        if not self._waiting:
            return None
        press = self._waiting.popleft()
        self._record(press)
        return press

    def flush(self) -> None:
        """Throw away what waits."""
        while self._waiting:
            self._record(replace(self._waiting.popleft(), digit=UNREAD))

    async def arrived(self) -> None:
        """Wait until a key waits to be read; one waiter at a time."""
        if self._waiting:
            return
        self._arrival = asyncio.get_running_loop().create_future()
        try:
            await self._arrival
        finally:
            self._arrival = None

    async def next(self, within: float) -> Press | None:
        """Read the next key, waiting up to ``within`` seconds for it."""
        if not self._waiting and within > 0:
            try:
                async with asyncio.timeout(within):
                    await self.arrived()
            except TimeoutError:
                return None
        return self.take()
