"""The trunks as calls see them: who comes in by one, and which ways lead out. Calls own these Protocols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from softswitch.calls.call import Call, Destination
from softswitch.calls.called_leg import Invitation
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.origin import OutsideCaller
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request
from softswitch.sip.sdes import Protection


class Lines(Protocol):
    """What comes in."""

    def arrival(self, request: Request, hop: Hop) -> OutsideCaller | None:
        """Return who calls by a trunk, None for who does not.

        Raises RemoteProtocolError(482) for a call of ours that has come back.
        """
        ...

    def destination(self, caller: OutsideCaller) -> Destination | None:
        """Return where the number of ours leads that somebody outside has dialled."""
        ...

    def is_urgent(self, number: str) -> bool:
        """Tell whether a number is for emergencies: no limit holds for it."""
        ...

    def why_unknown(self, number: str, caller: OutsideCaller | None) -> str:
        """Return why a number leads nowhere (see :mod:`softswitch.calls.because`), "" for no more to say.

        ``caller`` is None for who dials inside.
        """
        ...


class NoLines:
    """A line without trunks. Implements :class:`Lines`."""

    def arrival(self, request: Request, hop: Hop) -> OutsideCaller | None:
        """Nobody comes."""
        return None

    def destination(self, caller: OutsideCaller) -> Destination | None:
        """Nothing is reached."""
        return None

    def is_urgent(self, number: str) -> bool:
        """Nothing is."""
        return False

    def why_unknown(self, number: str, caller: OutsideCaller | None) -> str:
        """There is no more to say."""
        return ""


class Ledger(Protocol):
    """Keeps count of one call on one trunk, and hears how it went."""

    def began(self) -> Reason | None:
        """Count that the call begins; return why it may not, and count nothing then.

        LIMIT_REACHED is about who calls, whatever the trunk; anything else is about this trunk alone.
        """
        ...

    def answered(self) -> float | None:
        """Take that it is answered; return as :meth:`left`."""
        ...

    def left(self) -> float | None:
        """Return how many seconds it may go on before this is asked again, None for any time.

        0 is the end of it.
        """
        ...

    def ended(self) -> None:
        """Take that it is over."""
        ...

    def failed(self) -> None:
        """Take that the trunk's server did not serve it."""
        ...


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a number outside: the trunk's name, whom to invite, and how long to wait for any answer.

    ``account`` is whose cost it is, "" for nobody's of ours.
    """

    trunk: str
    invitation: Invitation
    patience: float
    ledger: Ledger
    protection: Protection = Protection.OFFERED
    account: str = ""


class Exits(Protocol):
    """What leads out."""

    def ways(self, call: Call, number: str, by: str | None = None) -> Sequence[Way] | Termination | None:
        """Return the ways to a number, best first; why there is none; or None for no number outside.

        ``by`` is the account whose rights count, None for who began the call.
        """
        ...

    def reaches(self, number: str, by: str) -> bool:
        """Tell whether the account ``by`` may call a number outside; never for emergencies."""
        ...

    def comparable(self, number: str) -> str:
        """Return what a number outside is compared by, in whatever way it is written."""
        ...


class NoExits:
    """A line that nothing leads out of. Implements :class:`Exits`."""

    def reaches(self, number: str, by: str) -> bool:
        """Nothing is."""
        return False

    def comparable(self, number: str) -> str:
        """Return it as it is."""
        return number

    def ways(self, call: Call, number: str, by: str | None = None) -> Sequence[Way] | Termination | None:
        """There is none."""
        return None
