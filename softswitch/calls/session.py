"""The life of a leg's session: refreshed in time, or given up (RFC 4028 §10)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from softswitch.sip.session_timer import SHORTEST, SessionTimer


class SessionClock:
    """Rings when a refresh is due, or when the phone's has not come."""

    def __init__(self, *, refresh: Callable[[], None], over: Callable[[], None]) -> None:
        self._refresh = refresh
        self._over = over
        self._handle: asyncio.TimerHandle | None = None
        self.timer: SessionTimer | None = None
        """What was agreed last."""
        self.shortest = SHORTEST
        """The longest interval that either side has called the shortest it takes (RFC 4028 §7.4)."""

    def learn(self, shortest: int) -> None:
        """Note a Min-SE of the other side, in seconds."""
        self.shortest = max(self.shortest, shortest)

    def agree(self, timer: SessionTimer) -> None:
        """Start anew: an INVITE or UPDATE of either side was accepted, which refreshes the session too."""
        self.stop()
        self.timer = timer
        loop = asyncio.get_running_loop()
        if timer.ours:
            self._handle = loop.call_later(timer.refresh_after, self._due, timer.refresh_after / 2)
        else:
            self._handle = loop.call_later(timer.over_after, self._over)

    def _due(self, pause: float) -> None:
        # RFC 4028 §10: "retry if possible". A refresh that is accepted begins anew, which stops this.
        self._handle = asyncio.get_running_loop().call_later(pause, self._due, pause)
        self._refresh()

    def stop(self) -> None:
        """Ring no more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
