"""Events of calls that a program of others drives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApplicationAsked:
    """A program was asked what to do with the call, for the ``turn``-th time, and answered with ``steps``."""

    application: str
    turn: int
    milliseconds: int
    steps: int


@dataclass(frozen=True, slots=True)
class ApplicationFailed:
    """A program gave no answer that could be followed, so the call goes on at ``to``.

    ``why`` is a code: ``timed_out``, ``broken_answer``. ``detail`` says what is wrong and quotes nothing.
    ``to`` is "" where the menu that led there goes on.
    """

    application: str
    turn: int
    why: str
    detail: str
    to: str


@dataclass(frozen=True, slots=True)
class ApplicationRecorded:
    """A program had the caller recorded into ``file``."""

    application: str
    file: str
    seconds: float
