"""One subscription, seen by its notifier: what NOTIFY is due, and when (RFC 6665 §4.2). Pure: time comes in.

Whoever drives it hands in what happens and sends what :meth:`Subscription.poll` gives. Three rules stand
behind it: one NOTIFY at a time, so that none overtakes another; never faster than the package's pace; and of
several changes the last state counts, so no more than one is ever owed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.grammar import build_params, is_token, parse_params, split_outside

GONE: Final = frozenset({404, 405, 410, 416, *range(480, 486), 489, 501, 604})
"""Answers to a NOTIFY that end its subscription (RFC 6665 §4.2.2)."""
MOST_REFUSALS: Final = 3
"""NOTIFYs in a row that may be refused for another reason, such as a 500, before the subscription ends: what
is told to somebody who never takes it helps nobody."""
RETRY_SECONDS: Final = 5.0
"""Until a NOTIFY that was refused for such a reason is tried again: a phone that starts up needs them."""


class Reason(Enum):
    """Why a subscription is over, as the subscriber is told (RFC 6665 §4.1.3)."""

    DEACTIVATED = "deactivated"
    """The switch stops: come again."""
    TIMEOUT = "timeout"
    """It was not refreshed, or given up by the subscriber."""


@dataclass(frozen=True, slots=True)
class Event:
    """What an Event field names: the package, and a parameter that tells several subscriptions apart."""

    package: str
    params: dict[str, str | None]

    @property
    def echoed(self) -> str:
        """The value for the NOTIFYs: "id" is the one parameter that they repeat (RFC 6665 §8.2.1)."""
        kept = {"id": self.params["id"]} if "id" in self.params else {}
        return f"{self.package}{build_params(kept)}"


def parse_event(text: str) -> Event:
    """Read the value of an Event field (RFC 6665 §8.4); raise RemoteProtocolError(400)."""
    package, *params = split_outside(text, ";")
    if not is_token(package):
        raise RemoteProtocolError(400, "Bad Event")
    return Event(package, parse_params(params, what="Event"))


@dataclass(frozen=True, slots=True)
class Notify:
    """A NOTIFY to send now. ``state`` is its Subscription-State; ``version`` counts from 0."""

    state: str
    version: int


class Subscription:
    """The life of one subscription. Times and ``pace`` are in seconds, whatever the zero of the clock."""

    def __init__(self, now: float, seconds: int, *, pace: float) -> None:
        self._pace = pace
        self._expires_at = now + seconds
        self._owed_from: float | None = now
        """From when on the state may be told that the subscriber does not know, None when it knows all."""
        self._last = now - pace
        self._outstanding = False
        self._changed_meanwhile = False
        self._version = 0
        self._refusals = 0
        self._ending: Reason | None = None
        self._last_told = False
        self._over = False
        if seconds <= 0:
            self.end(now, Reason.TIMEOUT)

    @property
    def over(self) -> bool:
        """Tell whether it has ended and nothing more is to be sent."""
        return self._over

    @property
    def ending(self) -> bool:
        """Tell whether its end has been decided: a further SUBSCRIBE comes too late."""
        return self._over or self._ending is not None

    def seconds_left(self, now: float) -> int:
        """Return the whole seconds until it expires, at least 0."""
        return max(int(self._expires_at - now), 0)

    def refresh(self, now: float, seconds: int) -> None:
        """Take a SUBSCRIBE inside the dialog: it is answered by the whole state at once (§4.2.1.2).

        0 seconds end the subscription.
        """
        if self.ending:
            return
        self._expires_at = now + seconds
        self._owe(now)
        if seconds <= 0:
            self.end(now, Reason.TIMEOUT)

    def changed(self, now: float) -> None:
        """Note that the state has changed since it was last told."""
        if self.ending:
            return
        if self._outstanding:
            self._changed_meanwhile = True
        elif self._owed_from is None:
            self._owe(max(now, self._last + self._pace))

    def end(self, now: float, reason: Reason, *, waits: bool = True) -> None:
        """Decide its end: one more NOTIFY says so, and no later decision counts.

        Unless it ``waits``, that NOTIFY is due at once, also while another is out: for who has no time left.
        """
        if not self.ending:
            self._ending = reason
            self._owe(now)
        if not waits and not self._last_told:
            self._outstanding = False

    def poll(self, now: float) -> Notify | None:
        """Return the NOTIFY to send now, None when there is none. It is outstanding from then on."""
        if self._over or self._outstanding:
            return None
        if now >= self._expires_at:
            self.end(now, Reason.TIMEOUT)
        if self._owed_from is None or now < self._owed_from:
            return None
        self._owed_from, self._outstanding, self._last = None, True, now
        version, self._version = self._version, self._version + 1
        if self._ending is not None:
            self._last_told = True
            return Notify(f"terminated;reason={self._ending.value}", version)
        return Notify(f"active;expires={self.seconds_left(now)}", version)

    def answered(self, now: float, status: int, *, retry_after: float = RETRY_SECONDS) -> None:
        """Take the final answer to the NOTIFY; ``retry_after`` is what a refusal asks for, if anything."""
        self._outstanding = False
        if self._last_told or status in GONE:
            self._over = True
        elif status < 300:
            self._refusals = 0
            if self._changed_meanwhile:
                self._owe(max(now, self._last + self._pace))
        else:
            self._refusals += 1
            self._over = self._refusals >= MOST_REFUSALS
            self._owe(now + max(retry_after, self._pace))
        self._changed_meanwhile = False

    def failed(self) -> None:
        """Take that the NOTIFY found no answer: whoever it was for is gone (§4.2.2)."""
        self._over = True

    def next_deadline(self) -> float | None:
        """Return when :meth:`poll` wants to be called; None while an answer is awaited, and at the end."""
        if self._over or self._outstanding:
            return None
        return self._expires_at if self._owed_from is None else min(self._owed_from, self._expires_at)

    def _owe(self, at: float) -> None:
        if self._owed_from is None or at < self._owed_from:
            self._owed_from = at
