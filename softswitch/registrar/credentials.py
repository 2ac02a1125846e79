"""Is it really you: challenges and the check of their answers, for every request that needs an account."""

from __future__ import annotations

from collections.abc import Callable

from softswitch.bus import EventLog
from softswitch.clock import Clock
from softswitch.events import CredentialsRefused
from softswitch.registrar.accounts import Account, Accounts
from softswitch.sip.digest import ALGORITHMS, MD5, SHA256, Nonces, Verdict, challenges, check
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request

MD5_ONLY = ("baresip v0", "baresip v1")
"""User agents that give up when any challenge names SHA-256, though one with MD5 stands beside it."""


class Authenticator:
    """Challenges requests and returns the account that answered rightly."""

    def __init__(
        self,
        accounts: Accounts,
        *,
        realm: str,
        nonces: Nonces,
        clock: Clock,
        salt: Callable[[], str],
        log: EventLog,
    ) -> None:
        self._accounts = accounts
        self._realm = realm
        self._nonces = nonces
        self._clock = clock
        self._salt = salt
        self._log = log

    def account(self, request: Request, hop: Hop) -> Account:
        """Return the account whose credentials the request carries.

        Raises RemoteProtocolError(401) with fresh challenges otherwise. Unknown users and wrong passwords
        get the very same answer as no credentials at all; only the event log tells them apart.
        """
        now = self._clock.wall().timestamp()
        outcome = check(
            request, now=now, realm=self._realm, nonces=self._nonces, secret_of=self._accounts.secret
        )
        account = self._accounts.get(outcome.user)
        if outcome.verdict is Verdict.GOOD and account is not None:
            return account
        if outcome.verdict is Verdict.WRONG:
            reason = "wrong password" if account is not None else "no such account"
            self._log.append(CredentialsRefused(outcome.user, hop.address, reason))
        values = challenges(
            self._realm,
            self._nonces.make(now, self._salt()),
            stale=outcome.verdict is Verdict.STALE,
            algorithms=self._algorithms(request.fields.get("User-Agent")),
        )
        fields = tuple(("WWW-Authenticate", value) for value in values)
        raise RemoteProtocolError(401, "Unauthorized", fields=fields)

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
