"""What legs tell the call, in terms of telephony and not of SIP messages."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.calls.hangup import Termination
from softswitch.calls.referral import TransferRequest


@dataclass(frozen=True, slots=True)
class Ringing:
    """The called phone rings; with ``early_media`` it already sends sound to be heard."""

    early_media: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The called phone was picked up."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The leg is over: refused, hung up, or lost."""

    termination: Termination


@dataclass(frozen=True, slots=True)
class Held:
    """The phone put the call on hold."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The phone took the call from hold."""


@dataclass(frozen=True, slots=True)
class Referred:
    """The other side is to be connected with somebody else; the referral awaits its answer."""

    referral: TransferRequest


@dataclass(frozen=True, slots=True)
class TookPlace:
    """This leg has taken the place of the leg named ``of``, which takes part no more."""

    of: str


Signal = Ringing | Answered | Ended | Held | Resumed | Referred | TookPlace
