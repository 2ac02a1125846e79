"""Who calls: an account of ours, somebody outside by a trunk, or the switch itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from softswitch.registrar.accounts import Account
from softswitch.sip.sdes import Protection

NOBODY: Final = Account("")
"""The account of callers from outside: no configured account has an empty name, so nothing is theirs."""
ANONYMOUS: Final = "anonymous"
"""The number of a caller who hides it (RFC 3323 §4.1.1.3)."""
ANONYMOUS_NAME: Final = "Anonymous"


@dataclass(frozen=True, slots=True)
class OutsideCaller:
    """A caller by a trunk: what is shown of him, and the number of ours that he has dialled.

    ``most_calls`` is how many calls the trunk may have in this direction at once, ``protection`` what it
    wants of SRTP.
    """

    trunk: str
    number: str
    name: str
    called: str
    most_calls: int
    protection: Protection = Protection.OFFERED


@dataclass(frozen=True, slots=True)
class SwitchCaller:
    """The switch as a caller: what is shown of it, and what it calls for.

    ``made_for`` is a code, with what it is about behind a colon: ``callback:sales``.
    """

    number: str
    name: str
    made_for: str


def known_party(party: str) -> str:
    """Return who it is, "" for who hides it: strangers must not be taken for each other."""
    return "" if party.partition("@")[0] == ANONYMOUS else party
