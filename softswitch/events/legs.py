"""Events of the legs of a call: how each rings, sounds, and ends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LegInvited:
    """A phone is being called on behalf of this call."""

    leg: str
    party: str
    contact: str
    sip_call_id: str = ""
    """By which the trace finds the messages of the leg."""


@dataclass(frozen=True, slots=True)
class TrunkTaken:
    """A call outside is tried over a trunk, at the cost of an account; "" for who came from outside."""

    leg: str
    trunk: str
    account: str


@dataclass(frozen=True, slots=True)
class TrunkGivenUp:
    """A trunk did not take a call outside; ``after`` it comes the next one, "" when there is none."""

    leg: str
    trunk: str
    reason: str
    after: str


@dataclass(frozen=True, slots=True)
class LegRinging:
    """A called phone rings."""

    leg: str
    party: str
    early_media: bool


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """A leg is up: the caller's, when we answer it, or a called phone's, when it answers."""

    leg: str
    party: str
    codec: str
    digits_by: str
    protected: bool = False
    """Its sound is encrypted (SRTP)."""


@dataclass(frozen=True, slots=True)
class LegHeld:
    """The phone of this leg put the call on hold."""

    leg: str


@dataclass(frozen=True, slots=True)
class LegResumed:
    """The phone of this leg took the call from hold."""

    leg: str


@dataclass(frozen=True, slots=True)
class MediaLatched:
    """Audio arrives from an address other than the one the phone gave in its SDP (NAT)."""

    leg: str
    promised: str
    real: str


@dataclass(frozen=True, slots=True)
class SoundOneWay:
    """Sound passes in one direction only.

    ``deaf`` says that the phone hears nothing of us, else nothing arrives from it, ``ever`` whether
    anything did before. ``promised`` is where its SDP says it is, ``signalling`` where its SIP comes from.
    """

    leg: str
    party: str
    deaf: bool
    ever: bool
    seconds: float
    promised: str
    signalling: str


@dataclass(frozen=True, slots=True)
class SoundBothWays:
    """After SoundOneWay, sound arrives again."""

    leg: str
    party: str


@dataclass(frozen=True, slots=True)
class LegMoved:
    """The phone of this leg changed what was agreed, from another address than before."""

    leg: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A key press, reported once whatever methods the phone used. ``digit`` is ``*`` when masked."""

    leg: str
    digit: str
    method: str


@dataclass(frozen=True, slots=True)
class KeysDropped:
    """Keys came faster than anybody types, and those beyond ``limit`` a second count for nothing.

    Told once for a flood, when it begins.
    """

    leg: str
    limit: int


@dataclass(frozen=True, slots=True)
class LegTookPlace:
    """A leg that came from another call, or has just called, stands in the place of the leg ``of``."""

    leg: str
    party: str
    of: str
    from_call: str = ""


@dataclass(frozen=True, slots=True)
class LegLeft:
    """This leg goes on in another call, as a leg of that."""

    leg: str
    party: str
    to_call: str


@dataclass(frozen=True, slots=True)
class LegJoined:
    """A leg of another call goes on in this one, beside those that are here."""

    leg: str
    party: str
    from_call: str


@dataclass(frozen=True, slots=True)
class LegsBridged:
    """Two legs hear each other."""

    leg: str
    other: str


@dataclass(frozen=True, slots=True)
class LegEnded:
    """One leg is over."""

    leg: str
    party: str
    result: str
    reason: str
    sip_code: int
    q850: int
    packets_sent: int = 0
    packets_received: int = 0
    packets_lost: int = 0
    jitter_ms: float = 0.0
    delay_ms: float = 0.0
    """How long its sound waited in our jitter buffer, on average."""
    round_trip_ms: float = -1.0
    lost_by_phone: int = -1
    """Of our packets, as its phone tells by RTCP; it and the round trip are -1 when it told nothing."""
    mos: float = 0.0
    """What its voice would be rated here by ITU-T G.107, 1 to 4.5; 0 when nothing was heard."""
    unauthentic: int = 0
    """Packets dropped because the phone's key does not prove them."""
