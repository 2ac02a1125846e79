"""Our own registration at a provider: when to ask, what to make of the answer, when to ask again.

Time is an argument and nothing is sent here: each method returns what is to be done (RFC 3261 §10.2, §10.3,
RFC 5626 §4.5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from softswitch.sip.digest import is_stale
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.grammar import parse_params, split_outside
from softswitch.sip.headers import MAX_DELTA, parse_expires
from softswitch.sip.message import Response

PATIENCE: Final = 8.0
"""Seconds an answer is waited for: four repeats over UDP have gone out, and the next server may live."""
BASE_ALL_FAILED: Final = 30.0
"""Seconds, RFC 5626 §4.5: "base-time (if all failed)". One round has tried all servers there are."""
MAX_WAIT: Final = 1800.0
"""Seconds, RFC 5626 §4.5: "max-time with a default of 1800 seconds"."""
MOST_DOUBLINGS: Final = 10
"""Beyond it the wait is at its maximum anyway."""
MOST_CHALLENGES: Final = 3
"""Challenges answered for one request: a server may call a nonce stale that it has just given, but not for
ever."""
LONGEST_LEAD: Final = 600.0
"""Seconds before its end a registration is refreshed at the earliest; half of its life if that is less."""
LONGEST_GRANT: Final = 86_400
"""Seconds: who grants more is asked again after a day all the same, as routers forget in between."""


class State(Enum):
    """How far a registration is."""

    IDLE = "idle"
    """Not begun, or ended."""
    ASKING = "asking"
    """A REGISTER is on its way; we may still be registered from before."""
    REGISTERED = "registered"
    WAITING = "waiting"
    """It failed at every server; the next round comes later."""
    LEAVING = "leaving"
    """We take our leave."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Send a REGISTER to server ``server``, for so many seconds (0 to leave).

    With ``challenge`` it goes with credentials for that 401 or 407, as the next request of the same Call-ID.
    """

    server: int
    expires: int
    challenge: Response | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """Calls can come, by server ``server``, for so many seconds. Told when it begins and when it moves."""

    server: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Lost:
    """Calls cannot come any more, or not yet; it is tried again after so many seconds."""

    reason: str
    seconds: int


Action = Ask | Registered | Lost


class Registration:
    """One registration, at the first of several servers that takes it.

    ``random`` gives numbers from 0 to 1. The caller sends what an :class:`Ask` says, hands in the answer, and
    calls :meth:`tick` at :meth:`next_deadline`.
    """

    def __init__(self, expires: int, random: Callable[[], float], *, servers: int = 1) -> None:
        self._wanted = expires
        self._random = random
        self._servers = max(servers, 1)
        self.state = State.IDLE
        self.server = 0
        """The server that is being asked, or that has us."""
        self._deadline: float | None = None
        self._asked = expires
        self._tried = 0
        self._challenges = 0
        self._failures = 0
        """Rounds in a row in which no server took us."""
        self._retry_after = 0.0
        self._home: int | None = None
        """The server that has us."""
        self._granted_until = 0.0
        self._told = ""

    @property
    def is_registered(self) -> bool:
        """Tell whether calls can come."""
        return self._home is not None

    @property
    def held(self) -> tuple[int, float] | None:
        """The server that has us, and until when if it is not refreshed; None for none."""
        return None if self._home is None else (self._home, self._granted_until)

    def next_deadline(self) -> float | None:
        """Return when :meth:`tick` wants to be called, None for never."""
        return self._deadline

    def servers_changed(self, servers: int) -> None:
        """Take that there are so many servers now: DNS has spoken."""
        self._servers = max(servers, 1)
        if self.server >= self._servers:
            self.server = 0

    def start(self, now: float) -> list[Action]:
        """Begin, or ask anew at once: the way to the server is another, or was cut."""
        self._tried, self._challenges = 0, 0
        return self._ask(now)

    def unreachable(self, now: float, server: int) -> list[Action]:
        """Take that a server does not answer: if it is the one that has us, calls come there no more."""
        if self.state is not State.REGISTERED or server != self._home or self._servers == 1:
            return []
        self._tried, self._challenges = 1, 0
        self.server = (server + 1) % self._servers
        return self._ask(now)

    def leave(self, now: float) -> list[Action]:
        """End it."""
        if self._home is None:
            self.state, self._deadline = State.IDLE, None
            return []
        self.state, self._challenges = State.LEAVING, 0
        self._deadline = now + PATIENCE
        return [Ask(self._home, 0)]

    def tick(self, now: float) -> list[Action]:
        """Do what has come due."""
        if self._deadline is None or now < self._deadline:
            return []
        match self.state:
            case State.ASKING:
                return self._failed(now, "no answer")
            case State.LEAVING:
                return self._left()
            case State.REGISTERED | State.WAITING:
                return self.start(now)
            case State.IDLE:
                return []

    def failed(self, now: float, reason: str) -> list[Action]:
        """Take that the request found no answer at all."""
        if self.state is State.LEAVING:
            return self._left()
        return self._failed(now, reason) if self.state is State.ASKING else []

    def replied(self, now: float, response: Response, contact: str) -> list[Action]:
        """Take a final response to the request that was sent last; ``contact`` is the URI we registered."""
        if self.state not in (State.ASKING, State.LEAVING):
            return []
        status = response.status
        if status in (401, 407):
            return self._challenged(now, response)
        if self.state is State.LEAVING:
            return self._left()
        if 200 <= status < 300:
            return self._granted(now, _granted_seconds(response, contact, self._asked))
        if status == 423:
            return self._too_brief(now, response)
        if status == 503:
            self._retry_after = max(self._retry_after, _retry_after(response))
        return self._failed(now, f"{status} {response.reason}".strip())

    # Steps

    def _ask(self, now: float, challenge: Response | None = None) -> list[Action]:
        self.state = State.ASKING
        self._deadline = now + PATIENCE
        return [Ask(self.server, self._asked, challenge)]

    def _challenged(self, now: float, response: Response) -> list[Action]:
        self._challenges += 1
        # RFC 7616 §3.3: stale=true says that the password was right; any other second challenge, that not.
        if self._challenges == 1 or (self._challenges <= MOST_CHALLENGES and is_stale(response)):
            if self.state is State.LEAVING:
                return [Ask(self.server if self._home is None else self._home, 0, response)]
            return self._ask(now, response)
        if self.state is State.LEAVING:
            return self._left()
        return self._failed(now, "wrong user name or password")

    def _too_brief(self, now: float, response: Response) -> list[Action]:
        """RFC 3261 §10.2.8: "it MAY retry the registration after making the expiration interval" longer."""
        least = parse_expires(response.fields.get("Min-Expires") or "0")
        if self._asked < least <= LONGEST_GRANT:
            self._asked, self._challenges = least, 0
            return self._ask(now)
        return self._failed(now, f"423 {response.reason}".strip())

    def _granted(self, now: float, seconds: int) -> list[Action]:
        if seconds <= 0:
            return self._failed(now, "the server has dropped us")
        seconds = min(seconds, LONGEST_GRANT)
        self.state = State.REGISTERED
        self._failures, self._retry_after, self._tried, self._challenges = 0, 0.0, 0, 0
        self._deadline = now + seconds - min(seconds / 2, LONGEST_LEAD)
        news = self._home != self.server
        self._home, self._granted_until, self._told = self.server, now + seconds, ""
        return [Registered(self.server, seconds)] if news else []

    def _failed(self, now: float, reason: str) -> list[Action]:
        """Go on to the next server, or after all of them wait for the next round."""
        self._tried += 1
        self._challenges = 0
        if self._tried < self._servers:
            self.server = (self.server + 1) % self._servers
            return self._ask(now)
        # The first server goes first again: it is the one the operator prefers.
        self.server, self._tried, self._home = 0, 0, None
        wait = self._wait()
        self._failures += 1
        self.state, self._deadline = State.WAITING, now + wait
        if reason == self._told:
            return []
        self._told = reason
        return [Lost(reason, round(wait))]

    def _wait(self) -> float:
        """RFC 5626 §4.5: W = min(max-time, base-time * 2^failures), of which 50 to 100 % are waited."""
        doublings = min(self._failures + 1, MOST_DOUBLINGS)
        bound = min(MAX_WAIT, BASE_ALL_FAILED * float(2**doublings))
        wait = max(bound * (0.5 + 0.5 * self._random()), self._retry_after)
        self._retry_after = 0.0
        return wait

    def _left(self) -> list[Action]:
        self.state, self._deadline, self._home = State.IDLE, None, None
        return []


def _retry_after(response: Response) -> float:
    """Return the seconds of a Retry-After field (RFC 3261 §20.33), 0 for none that can be read."""
    digits = (response.fields.get("Retry-After") or "").strip().partition(";")[0].partition("(")[0].strip()
    if not digits.isascii() or not digits.isdecimal():
        return 0.0
    return float(min(int(digits[: len(str(MAX_DELTA))]), int(MAX_WAIT)))


def _granted_seconds(response: Response, contact: str, asked: int) -> int:
    """Return how long a 200 has us for: our Contact in it says, else Expires, else what we asked.

    RFC 3261 §10.2.4: "The UA compares each contact address to those it created".
    """
    try:
        contacts = response.contacts
    except RemoteProtocolError:
        contacts = []
    for one in contacts:
        if _same(str(one.uri), contact) and one.expires is not None:
            return one.expires
    if response.expires is not None:
        return response.expires
    # Some registrars write our Contact anew, with the address they saw: the only one there is ours.
    if len(contacts) == 1 and contacts[0].expires is not None:
        return contacts[0].expires
    return asked


def _same(one: str, other: str) -> bool:
    """Compare user, host and the line's own mark; registrars add parameters of theirs."""
    return _identity(one) == _identity(other)


def _identity(uri: str) -> tuple[str, str]:
    address, *params = split_outside(uri, ";")
    return address.lower(), (parse_params(params, what="Contact").get("line") or "")
