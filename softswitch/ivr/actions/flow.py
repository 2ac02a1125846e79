"""Steps that only move the caller: to a branch, up to the parent, off the line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from softswitch.ivr.model import NEXT, Action
from softswitch.ivr.outcome import EndReason, GoTo, HangUp, Outcome, Taken, Up
from softswitch.ivr.references import BranchName
from softswitch.ivr.visit import Visit


class Jump(Action):
    """Go to another branch."""

    bare_parameter: ClassVar[str | None] = "branch"
    example: ClassVar[str] = "- goto: welcome"
    instant: ClassVar[bool] = True

    branch: BranchName = Field(description="The branch to go to.")

    def exits(self) -> Mapping[str, Outcome]:
        """Return the one exit."""
        return {NEXT: GoTo(self.branch)}

    async def run(self, visit: Visit) -> Taken:
        """Go."""
        return self.take(NEXT)


class GoUp(Action):
    """Go to the parent branch: the declared one, else by number (1-1 to 1), else the one that led here."""

    example: ClassVar[str] = "- up"
    instant: ClassVar[bool] = True

    def exits(self) -> Mapping[str, Outcome]:
        """Return the one exit."""
        return {NEXT: Up()}

    async def run(self, visit: Visit) -> Taken:
        """Go."""
        return self.take(NEXT)


class Disconnect(Action):
    """End the call, after everything before it was heard to its last syllable."""

    bare_parameter: ClassVar[str | None] = "reason"
    example: ClassVar[str] = "- hangup"
    instant: ClassVar[bool] = True

    reason: Literal["normal", "busy"] = Field(
        default="normal", description="What the caller is told: busy is a busy tone."
    )

    def exits(self) -> Mapping[str, Outcome]:
        """Return the one exit."""
        return {NEXT: HangUp(EndReason.HUNG_UP_BUSY if self.reason == "busy" else EndReason.HUNG_UP)}

    async def run(self, visit: Visit) -> Taken:
        """End it."""
        return self.take(NEXT)
