"""Is it really you: challenges and the check of their answers, for every request that needs an account."""

from __future__ import annotations

import math
from collections.abc import Callable

from softswitch.bus import EventLog, keepable
from softswitch.clock import Clock
from softswitch.events import AccountShutOut, CredentialsRefused, SourceLetIn, SourceShutOut
from softswitch.registrar.accounts import Account, Accounts
from softswitch.registrar.bindings import Binding, source_of
from softswitch.registrar.guard import Guard
from softswitch.registrar.guesses import MOST_FOR_ACCOUNT, MOST_WRONG, Ban, Guesses
from softswitch.sip.digest import ALGORITHMS, MD5, SHA256, Nonces, Outcome, Verdict, challenges, check
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.hop import Hop, site
from softswitch.sip.message import Request
from softswitch.sip.uri import dialled

MD5_ONLY = ("baresip v0", "baresip v1")
"""User agents that give up when any challenge names SHA-256, though one with MD5 stands beside it."""


class Authenticator:
    """Challenges requests and returns the account that answered rightly.

    ``bindings_of`` tells where an account's phones are: who shares an address with somebody who guesses
    passwords is not shut out with him, once registered.
    """

    def __init__(
        self,
        accounts: Accounts,
        *,
        realm: str,
        nonces: Nonces,
        clock: Clock,
        salt: Callable[[], str],
        log: EventLog,
        bindings_of: Callable[[str], tuple[Binding, ...]],
        guard: Guard | None = None,
    ) -> None:
        self._accounts = accounts
        self._realm = realm
        self._nonces = nonces
        self._clock = clock
        self._salt = salt
        self._log = log
        self._bindings_of = bindings_of
        self._guard = guard or Guard()
        self._guesses = Guesses()

    def account(self, request: Request, hop: Hop) -> Account:
        """Return the account whose credentials the request carries.

        Raises RemoteProtocolError(401) with fresh challenges otherwise. Unknown users and wrong passwords
        get the very same answer as no credentials at all; only the event log tells them apart. After too many
        wrong passwords from one address it is a 403 for a while, whatever comes.
        """
        now = self._clock.wall().timestamp()
        outcome = check(
            request,
            now=now,
            realm=self._realm,
            nonces=self._nonces,
            secret_of=self._accounts.secret,
            asker=site(hop.host),
        )
        self._check_shut_out(outcome.user or dialled(request.from_.uri), hop)
        account = self._accounts.get(outcome.user)
        if outcome.verdict is Verdict.GOOD and account is not None:
            self._guesses.right(hop.host, account.user)
            self._guard.trust(hop.host, hop.port, self._clock.monotonic())
            return account
        if outcome.verdict is Verdict.WRONG:
            self._note_wrong(outcome, hop)
        values = challenges(
            self._realm,
            self._nonces.make(now, self._salt(), site(hop.host)),
            stale=outcome.verdict is Verdict.STALE,
            algorithms=self._algorithms(request.fields.get("User-Agent")),
        )
        fields = tuple(("WWW-Authenticate", value) for value in values)
        raise RemoteProtocolError(401, "Unauthorized", fields=fields)

    def bans(self) -> list[Ban]:
        """Return who is shut out now."""
        return self._guesses.bans(self._clock.monotonic())

    def lift(self, source: str) -> bool:
        """Let an address or a name in again; tell whether it was shut out."""
        lifted = self._guesses.lift(source, self._clock.monotonic())
        if lifted:
            self._log.append(SourceLetIn(source))
        return lifted

    def _check_shut_out(self, user: str, hop: Hop) -> None:
        now = self._clock.monotonic()
        wait = self._guesses.wait(hop.host, now) or self._guesses.account_wait(hop.host, user, now)
        # A phone that is registered sends from the socket it registered from, which nobody else can have.
        if not wait or any(source_of(hop) == source_of(binding.hop) for binding in self._bindings_of(user)):
            return
        left = math.ceil(wait)
        raise RemoteProtocolError(403, f"Too many wrong passwords, try again in {left} s")

    def _note_wrong(self, outcome: Outcome, hop: Hop) -> None:
        user, now = keepable(outcome.user), self._clock.monotonic()
        counted = not self._guard.allowed(hop.host)
        if counted and not self._guesses.wrong(hop.host, user, outcome.proof, now):
            return
        reason = "wrong password" if self._accounts.get(outcome.user) is not None else "no such account"
        self._log.append(CredentialsRefused(user, hop.address, reason))
        if wait := self._guesses.wait(hop.host, now):
            self._log.append(SourceShutOut(site(hop.host), MOST_WRONG, round(wait)))
        elif wait := self._guesses.account_wait(hop.host, user, now):
            self._log.append(AccountShutOut(user, MOST_FOR_ACCOUNT, round(wait)))

    def _algorithms(self, agent: str | None) -> tuple[str, ...]:
        # An account known by its MD5 hash alone can prove nothing by SHA-256, which phones would choose. All
        # are then offered the same, so that a challenge does not tell which accounts there are.
        usual, provable = _usual_algorithms(agent), self._accounts.algorithms()
        return tuple(algorithm for algorithm in usual if algorithm in provable) or usual


def _usual_algorithms(agent: str | None) -> tuple[str, ...]:
    """Return what to offer, best first; any algorithm is accepted from anybody.

    RFC 8760 §2.3 has the client take the first it knows. Test tools that name no agent stop at a first
    challenge they do not know instead of reading on.
    """
    if agent is None:
        return (MD5, SHA256)
    if agent.lower().startswith(MD5_ONLY):
        return (MD5,)
    return ALGORITHMS
