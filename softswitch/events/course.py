"""Events of the course of a call: where it leads, what its caller hears, how it ends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallArrived:
    """A caller dialled; nothing has been decided yet. ``account`` is "" for who calls by a ``trunk``.

    Where the switch calls by itself it has no ``leg``, and ``account`` is whose rights it calls with.
    """

    leg: str
    caller: str
    caller_name: str
    called: str
    source: str
    account: str
    sip_call_id: str = ""
    """By which the trace finds the messages of the leg."""
    trunk: str = ""
    made_for: str = ""
    """What the switch calls for by itself, ``callback:sales``; "" for everybody else's calls."""


@dataclass(frozen=True, slots=True)
class CallerReached:
    """Whom the switch has rung by itself has answered, and is its call's caller from here on."""

    leg: str
    party: str


@dataclass(frozen=True, slots=True)
class CallRouted:
    """The dialled number leads to ``target`` of the given ``kind`` (tree, account, service)."""

    kind: str
    target: str


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
class BranchEntered:
    """The caller entered a branch of a voice menu tree; ``version`` is 0 where none is kept."""

    tree: str
    branch: str
    version: int = 0


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
class DeadAir:
    """A step let an answered caller hear nothing for ``seconds``; music was played from the second one on."""

    tree: str
    branch: str
    step: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call is over. Exactly one for every :class:`CallArrived`.

    ``sip_code`` is the final response of a caller who was never answered. ``detail`` is what it was about:
    the number a menu dialled. ``because`` is what in the configuration made it so, ``country:FR``.
    """

    result: str
    reason: str
    sip_code: int
    q850: int
    ended_by: str
    detail: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class SupervisionBegan:
    """The account ``by`` hears the talk of ``agent`` from here on, in a ``call`` of its own.

    ``mode`` is ``listen``, ``whisper`` (the agent alone hears it) or ``barge`` (both do).
    """

    by: str
    agent: str
    mode: str
    call: str


@dataclass(frozen=True, slots=True)
class SupervisionChanged:
    """It goes on in another mode."""

    by: str
    agent: str
    mode: str


@dataclass(frozen=True, slots=True)
class SupervisionEnded:
    """The account ``by`` hears the talk no more."""

    by: str
    agent: str


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
