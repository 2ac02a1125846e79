"""What can go wrong with programs that drive calls.

::

    ApplicationError
    └── ProgramFailed           no answer that could be followed: its code and what is wrong with it
"""

from __future__ import annotations

from typing import Final

from softswitch.errors import SoftswitchError

BROKEN: Final = "broken_answer"
"""The answer is no list of steps as they may be."""
ENDLESS: Final = "endless"
"""It goes on and on without the caller's hearing or doing anything."""
SLOW: Final = "timed_out"
"""No whole answer came in time."""


class ApplicationError(SoftswitchError):
    """Base of what goes wrong with programs that drive calls."""


class ProgramFailed(ApplicationError):
    """A program gave no answer that could be followed.

    ``code`` is a word for the log (see :mod:`softswitch.words`), ``detail`` a sentence that quotes nothing of
    what was sent or answered. ``turn`` is the question it came of, counted from 1.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.turn = 0
