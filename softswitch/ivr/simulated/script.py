"""The script of a simulated call: what its caller does, and when.

``press("1")`` presses at the first moment the tree waits for a key in silence; ``press("1", after=2.0)``
presses two seconds after the script's last event, prompt or not; ``wait(8)`` lets time pass before what
follows; ``hang_up()`` hangs up there; ``silent()`` lets one moment at which the tree waits for a key pass
without one. What comes of what the tree does is in :mod:`softswitch.ivr.simulated.others`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from softswitch.ivr.errors import SimulationError
from softswitch.ivr.simulated.others import Told


@dataclass(frozen=True, slots=True)
class Press:
    """Keys pressed together: when the tree waits (``after`` is None) or at a fixed time."""

    digits: str
    after: float | None = None
    method: str = "rfc4733"


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds that pass before the next item of the script."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Silent:
    """The caller lets one moment pass at which the tree waits for a key, to its end."""


@dataclass(frozen=True, slots=True)
class HangUpNow:
    """The caller hangs up; ``when_asked`` not before the tree waits for a key."""

    when_asked: bool = False


Deed = Press | Wait | Silent | HangUpNow
Input = Deed | Told


def press(digits: str, after: float | None = None, method: str = "rfc4733") -> Press:
    """Press keys: when the tree waits for one, or ``after`` seconds from the script's last event."""
    return Press(digits, after, method)


def wait(seconds: float) -> Wait:
    """Let time pass before the next item."""
    return Wait(seconds)


def silent() -> Silent:
    """Let one moment pass at which the tree waits for a key."""
    return Silent()


def hang_up() -> HangUpNow:
    """Hang up."""
    return HangUpNow()


class ScriptedCaller:
    """Plays the script: what the caller does next, and when."""

    def __init__(self, script: Iterable[Input]) -> None:
        self._items = deque(item for item in script if isinstance(item, Deed))
        self._ready = 0.0

    def due(self, now: float, *, listening: bool) -> float | None:
        """Return when the next item happens, or None while it waits for the tree to listen."""
        item = self._next()
        if item is None or isinstance(item, Silent):
            return None
        if (isinstance(item, Press) and item.after is None) or item == HangUpNow(when_asked=True):
            return max(now, self._ready) if listening else None
        return self._ready + (item.after or 0.0 if isinstance(item, Press) else 0.0)

    def stays_silent(self) -> bool:
        """Tell whether nothing is pressed at this moment, at which the tree waits; it is used up by that."""
        if not isinstance(self._next(), Silent):
            return False
        self._items.popleft()
        return True

    def was_silent(self, now: float) -> None:
        """Count from now what follows a moment that was let pass."""
        self._ready = max(self._ready, now)

    def _next(self) -> Deed | None:
        """Return the next item that is no wait; those before it count from the last one that happened."""
        while self._items and isinstance(item := self._items[0], Wait):
            self._ready += item.seconds
            self._items.popleft()
        return self._items[0] if self._items else None

    @property
    def not_pressed(self) -> tuple[str, ...]:
        """Return the keys that are still to be pressed."""
        return tuple(item.digits for item in self._items if isinstance(item, Press))

    def take(self, now: float) -> Press | HangUpNow:
        """Return the next item, which happens now."""
        item = self._items.popleft()
        if not isinstance(item, Press | HangUpNow):
            raise SimulationError(f"the script has no action at {now:.1f} s")
        self._ready = now
        return item
