"""Who waits, as queues tell people apart."""

from __future__ import annotations

from softswitch.calls.origin import ANONYMOUS


def known(party: str) -> str:
    """Return who it is, "" for who hides it: strangers must not be taken for each other."""
    return "" if party.partition("@")[0] == ANONYMOUS else party
