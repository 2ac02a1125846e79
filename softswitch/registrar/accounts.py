"""Accounts: who may register and call, and how they prove it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from softswitch.sip.digest import ALGORITHMS, MD5, SHA256, ha1
from softswitch.sip.sdes import Protection


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the firm: its number, who it is, and the hashes its phone must know.

    ``secrets`` maps a digest algorithm to HA1 in hex; an account configured by one HA1 alone can only be
    asked for that algorithm. ``language`` is "" when the account has none of its own. ``srtp`` is whether its
    sound may or must be encrypted.
    """

    user: str
    name: str = ""
    language: str = ""
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    srtp: Protection = Protection.OFFERED


def secrets_of(user: str, realm: str, password: str) -> dict[str, str]:
    """Return HA1 under every algorithm for a password, which need not be kept after that."""
    return {algorithm: ha1(algorithm, user, realm, password) for algorithm in (SHA256, MD5)}


class Accounts:
    """All accounts by user name."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._accounts = {account.user: account for account in accounts}
        # One look-up, as long for a name that nobody has as for one that somebody has.
        self._secrets = {
            (account.user, algorithm): secret
            for account in self._accounts.values()
            for algorithm, secret in account.secrets.items()
        }
        common = frozenset(ALGORITHMS)
        self._algorithms = common.intersection(*(account.secrets for account in self._accounts.values()))

    def get(self, user: str) -> Account | None:
        """Return an account, None when there is no such one."""
        return self._accounts.get(user)

    def name_of(self, user: str) -> str | None:
        """Return the name of an account, "" for one without, None when there is no such one."""
        account = self._accounts.get(user)
        return None if account is None else account.name

    def secret(self, user: str, algorithm: str) -> str | None:
        """Return HA1 of a user for an algorithm, None when unknown: what the digest check asks for."""
        return self._secrets.get((user, algorithm))

    def protection(self, user: str) -> Protection:
        """Return what a user's phones are to do about SRTP."""
        account = self._accounts.get(user)
        return Protection.OFFERED if account is None else account.srtp

    def algorithms(self) -> frozenset[str]:
        """Return the digest algorithms that every account can be asked for."""
        return self._algorithms

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts.values())

    def __len__(self) -> int:
        return len(self._accounts)
