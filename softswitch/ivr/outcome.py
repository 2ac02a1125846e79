"""What comes of a step: where the walk through the tree goes on, and how it can end.

An action never jumps by itself. It says by which of its named exits it ended (:class:`Taken`), and
the outcome of that exit is matched, exhaustively, by the interpreter.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EndReason(StrEnum):
    """Why a tree let go of its caller. The value is the sentence people read in the call's record."""

    HUNG_UP = "the tree hung up"
    HUNG_UP_BUSY = "the tree hung up with a busy signal"
    END_OF_BRANCH = "the branch ended without a way on"
    NO_INPUT = "the caller pressed no key"
    NO_MATCH = "the caller pressed keys that mean nothing here"
    TOO_MANY_TRIES = "the caller used up all tries"
    NOT_ENTERED = "the caller did not enter a valid number"
    NO_TARGET = "there was no number to call"
    TALK_OVER = "the called party hung up"
    BUSY = "the called party is busy"
    NO_ANSWER = "the called party did not answer"
    UNREACHABLE = "the called party cannot be reached"
    DECLINED = "the called party declined"
    UNKNOWN_NUMBER = "the called number does not exist"
    QUEUE_FULL = "the queue is full"
    QUEUE_EMPTY = "nobody serves the queue"
    QUEUE_MAX_WAIT = "the caller waited for as long as the queue allows"
    QUEUE_NO_AGENT = "nobody has served the queue for too long"
    QUEUE_LEFT = "the caller left the queue by a key"
    QUEUE_CALLBACK = "the caller will be called back"
    ENDLESS_LOOP = "the tree went round without the caller"
    HANDED_OVER = "the tree handed the caller over"


LEFT_UNSAID = frozenset(
    {
        EndReason.HUNG_UP_BUSY,
        EndReason.NO_TARGET,
        EndReason.BUSY,
        EndReason.NO_ANSWER,
        EndReason.UNREACHABLE,
        EndReason.DECLINED,
        EndReason.UNKNOWN_NUMBER,
        EndReason.ENDLESS_LOOP,
    }
)
"""Ends of which a caller has heard nothing: a busy tone says that there is nobody to talk to."""


@dataclass(frozen=True, slots=True)
class Next:
    """Go on with the next step of the same branch."""


@dataclass(frozen=True, slots=True)
class GoTo:
    """Go to the first step of another branch."""

    branch: str


@dataclass(frozen=True, slots=True)
class Up:
    """Go to the parent branch: the declared one, else by number, else the one that led here."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call, for this reason."""

    reason: EndReason


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Somebody else (named by ``to``) owns the caller from now on, by reason of ``why``; the tree is done."""

    to: str
    why: EndReason = EndReason.HANDED_OVER


Outcome = Next | GoTo | Up | HangUp | HandedOver


@dataclass(frozen=True, slots=True)
class Taken:
    """The exit by which a step ended. ``detail`` goes to the event log and holds no secret."""

    exit: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a tree ended, and in which branch. ``to`` is set only when the caller was handed over.

    ``detail`` is that of the step that ended it, such as the number it dialled; it holds no secret.
    """

    reason: EndReason
    branch: str
    to: str = ""
    detail: str = ""
