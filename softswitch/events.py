"""Everything that can happen to a call or a phone, as plain frozen values.

These are the rows of the one event log. The call record, the console, statistics and every later
report read them; nothing keeps a second count. An event says what happened, never what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SwitchStarted:
    """The switch is ready: phones can register."""

    version: str
    addresses: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    """What could be dialled then, so that a wrong number can be told from a near one later."""


@dataclass(frozen=True, slots=True)
class SwitchStopped:
    """The switch was told to stop and has ended its calls."""


@dataclass(frozen=True, slots=True)
class PhoneRegistered:
    """A phone registered or moved; a plain refresh is not an event."""

    account: str
    contact: str
    source: str
    transport: str
    user_agent: str
    behind_nat: bool


@dataclass(frozen=True, slots=True)
class PhoneUnregistered:
    """A binding is gone: removed by the phone, expired, replaced, or its connection closed."""

    account: str
    contact: str
    reason: str


@dataclass(frozen=True, slots=True)
class PhoneUnreachable:
    """A registered phone does not answer OPTIONS any more. Told once, until it is back."""

    account: str
    contact: str


@dataclass(frozen=True, slots=True)
class PhoneReachable:
    """A phone that was unreachable answers again, after so many milliseconds."""

    account: str
    contact: str
    round_trip_ms: float


@dataclass(frozen=True, slots=True)
class CredentialsRefused:
    """Somebody answered a challenge wrongly. A challenge by itself is never an event."""

    account: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceShutOut:
    """So many wrong passwords came from an address that for a while nobody new is let in from there."""

    source: str
    wrong: int
    seconds: int


@dataclass(frozen=True, slots=True)
class AccountShutOut:
    """So many wrong passwords came for one name, from many addresses, that no new place is let in with it."""

    account: str
    wrong: int
    seconds: int


@dataclass(frozen=True, slots=True)
class SourceLetIn:
    """Somebody lifted what had shut out an address or a name."""

    source: str


@dataclass(frozen=True, slots=True)
class SourceSilenced:
    """Strangers at an address sent more than they are heard with: what was over it was dropped unread."""

    source: str
    dropped: int


@dataclass(frozen=True, slots=True)
class TrunkRegistered:
    """We are registered at a trunk's server: calls can come from there."""

    trunk: str
    server: str
    seconds: int


@dataclass(frozen=True, slots=True)
class TrunkLost:
    """We are not registered at a trunk, at none of its servers; ``seconds`` until it is tried again."""

    trunk: str
    reason: str
    seconds: int


@dataclass(frozen=True, slots=True)
class TrunkReachable:
    """A trunk's server answers (again)."""

    trunk: str
    server: str
    round_trip_ms: float


@dataclass(frozen=True, slots=True)
class TrunkUnreachable:
    """A trunk's server does not answer, or says that it serves nobody: others are called before it."""

    trunk: str
    server: str
    reason: str


@dataclass(frozen=True, slots=True)
class MediaWorkerStarted:
    """A media worker process is up."""

    worker: int
    process_id: int


@dataclass(frozen=True, slots=True)
class MediaWorkerDied:
    """A media worker process ended without being told to; its calls end with it."""

    worker: int
    reason: str


@dataclass(frozen=True, slots=True)
class CallArrived:
    """A caller dialled; nothing has been decided yet. ``account`` is "" for who calls by a ``trunk``."""

    leg: str
    caller: str
    caller_name: str
    called: str
    source: str
    account: str
    sip_call_id: str = ""
    """By which the trace finds the messages of the leg."""
    trunk: str = ""


@dataclass(frozen=True, slots=True)
class CallRouted:
    """The dialled number leads to ``target`` of the given ``kind`` (tree, account, service)."""

    kind: str
    target: str


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
class CallForwarded:
    """The phones of ``party`` are not reached, and the call goes on to ``to`` by their owner's will."""

    party: str
    to: str
    why: str


@dataclass(frozen=True, slots=True)
class TransferAsked:
    """The phone of this leg wants the other side connected with ``target``."""

    leg: str
    party: str
    target: str
    attended: bool


@dataclass(frozen=True, slots=True)
class TransferDone:
    """The transfer that this leg asked for succeeded, or not: then ``reason`` says why."""

    leg: str
    target: str
    done: bool
    reason: str = ""


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


@dataclass(frozen=True, slots=True)
class BranchEntered:
    """The caller entered a branch of a voice menu tree."""

    tree: str
    branch: str


@dataclass(frozen=True, slots=True)
class PromptPlayed:
    """A prompt was played: to its end, or cut short by a key."""

    tree: str
    branch: str
    text: str
    seconds: float
    interrupted: bool


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step of a tree ended by one of its named exits."""

    tree: str
    branch: str
    step: str
    exit: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call is over. Exactly one for every :class:`CallArrived`.

    ``sip_code`` is the final response of a caller who was never answered. ``detail`` is what it was about:
    the number a menu dialled.
    """

    result: str
    reason: str
    sip_code: int
    q850: int
    ended_by: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ForwardSet:
    """``account`` has its calls sent on to ``to`` from now on, or no more: then ``to`` is empty.

    ``when`` is ``always``, ``busy``, ``no_answer`` or ``unreachable``.
    """

    account: str
    when: str
    to: str


@dataclass(frozen=True, slots=True)
class DoNotDisturbSet:
    """``account`` wants no calls from now on, or wants them again."""

    account: str
    on: bool


@dataclass(frozen=True, slots=True)
class CallParked:
    """``party`` waits at the number ``slot`` for whoever dials it; ``by`` has left it there."""

    slot: str
    party: str
    by: str


@dataclass(frozen=True, slots=True)
class ParkingRecalled:
    """Nobody has come for ``party``, so whoever parked it is rung."""

    slot: str
    party: str
    by: str


@dataclass(frozen=True, slots=True)
class CallRetrieved:
    """``party`` is taken out of ``slot`` by the account ``by``."""

    slot: str
    party: str
    by: str


@dataclass(frozen=True, slots=True)
class RoomEntered:
    """``party`` is in a conference room, with so many others."""

    leg: str
    party: str
    room: str
    others: int


@dataclass(frozen=True, slots=True)
class RoomLeft:
    """``party`` is in the room no more."""

    leg: str
    party: str
    room: str


@dataclass(frozen=True, slots=True)
class PinRefused:
    """A wrong PIN was typed at the door of a conference room, for the ``tries``-th time in this call."""

    leg: str
    party: str
    room: str
    tries: int


SystemEvent = (
    SwitchStarted
    | SwitchStopped
    | PhoneRegistered
    | PhoneUnregistered
    | PhoneUnreachable
    | PhoneReachable
    | CredentialsRefused
    | SourceShutOut
    | AccountShutOut
    | SourceLetIn
    | SourceSilenced
    | TrunkRegistered
    | TrunkLost
    | TrunkReachable
    | TrunkUnreachable
    | MediaWorkerStarted
    | MediaWorkerDied
    | ForwardSet
    | DoNotDisturbSet
)
CallEvent = (
    CallArrived
    | CallRouted
    | LegInvited
    | TrunkTaken
    | TrunkGivenUp
    | LegRinging
    | LegAnswered
    | LegHeld
    | LegResumed
    | MediaLatched
    | SoundOneWay
    | SoundBothWays
    | LegMoved
    | DigitPressed
    | KeysDropped
    | CallForwarded
    | TransferAsked
    | TransferDone
    | LegTookPlace
    | LegLeft
    | LegJoined
    | CallParked
    | ParkingRecalled
    | CallRetrieved
    | RoomEntered
    | RoomLeft
    | PinRefused
    | LegsBridged
    | LegEnded
    | BranchEntered
    | PromptPlayed
    | StepTaken
    | CallEnded
)
Event = SystemEvent | CallEvent

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in (*SystemEvent.__args__, *CallEvent.__args__)}
"""Every event class by its name: how a stored row finds its class again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the event log. ``call`` is empty for events that belong to no call."""

    sequence: int
    at: datetime
    call: str
    event: Event
