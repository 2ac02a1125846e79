"""Events of what phones are shown of a caller."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallerShown:
    """From here on phones of ours are shown this ``name`` or ``number`` of the caller; "" is as it was.

    Where there is a number the caller's own is hidden from agents.
    """

    name: str = ""
    number: str = ""
