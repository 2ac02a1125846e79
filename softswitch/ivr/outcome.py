"""What comes of a step: where the walk through the tree goes on, and how it can end.

An action never jumps by itself. It says by which of its named exits it ended (:class:`Taken`), and
the outcome of that exit is matched, exhaustively, by the interpreter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


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
    NO_WAY_ON = "the step ended in a way for which the tree has no branch"
    ENDLESS_LOOP = "the tree went round without the caller"
    HANDED_OVER = "the tree handed the caller over"


POLISH_REASONS: Final[Mapping[EndReason, str]] = {
    EndReason.HUNG_UP: "menu zakończyło połączenie",
    EndReason.HUNG_UP_BUSY: "menu zakończyło połączenie sygnałem zajętości",
    EndReason.END_OF_BRANCH: "gałąź się skończyła i nie ma drogi dalej",
    EndReason.NO_INPUT: "dzwoniący nie nacisnął klawisza",
    EndReason.NO_MATCH: "dzwoniący naciskał klawisze, które tu nic nie znaczą",
    EndReason.TOO_MANY_TRIES: "dzwoniący wyczerpał wszystkie próby",
    EndReason.NOT_ENTERED: "dzwoniący nie wpisał poprawnego numeru",
    EndReason.NO_TARGET: "nie było numeru, pod który można zadzwonić",
    EndReason.TALK_OVER: "rozmówca się rozłączył",
    EndReason.BUSY: "rozmówca jest zajęty",
    EndReason.NO_ANSWER: "nikt nie odebrał",
    EndReason.UNREACHABLE: "rozmówca jest nieosiągalny",
    EndReason.DECLINED: "rozmówca odrzucił połączenie",
    EndReason.UNKNOWN_NUMBER: "wybrany numer nie istnieje",
    EndReason.QUEUE_FULL: "kolejka jest pełna",
    EndReason.QUEUE_EMPTY: "nikt nie obsługuje kolejki",
    EndReason.QUEUE_MAX_WAIT: "dzwoniący czekał najdłużej, jak pozwala kolejka",
    EndReason.QUEUE_NO_AGENT: "zbyt długo nikt nie obsługiwał kolejki",
    EndReason.QUEUE_LEFT: "dzwoniący wyszedł z kolejki klawiszem",
    EndReason.QUEUE_CALLBACK: "do dzwoniącego ktoś oddzwoni",
    EndReason.NO_WAY_ON: "krok skończył się tak, że menu nie ma dla niego gałęzi",
    EndReason.ENDLESS_LOOP: "menu krążyło w kółko bez udziału dzwoniącego",
    EndReason.HANDED_OVER: "menu oddało dzwoniącego",
}
"""The same sentences in Polish."""

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
class Into:
    """Go to another branch, and come back behind this step when that is done."""

    branch: str


@dataclass(frozen=True, slots=True)
class Back:
    """Go back behind the step that led into this part of the tree; ``result`` may choose another way on."""

    result: str = ""


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


Outcome = Next | GoTo | Into | Back | Up | HangUp | HandedOver


def lead(branch: str | None, otherwise: Outcome) -> Outcome:
    """Return the way to a branch, or ``otherwise`` where the tree names none."""
    return GoTo(branch) if branch is not None else otherwise


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
