"""Steps that only move the caller: to a branch, up to the parent, off the line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from softswitch.ivr.model import NEXT, Action
from softswitch.ivr.outcome import Back, EndReason, GoTo, HangUp, Into, Next, Outcome, Taken, Up
from softswitch.ivr.references import BranchName, Kind
from softswitch.ivr.visit import Visit

CALLED: Final = "called"
BACK: Final = "back"
"""The exits of a step that goes through another branch: on the way in, and on the way on."""

Result = Annotated[str, Field(pattern=r"^[a-z0-9_]*$", max_length=40), Kind("name", "nazwa")]


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


class CallBranch(Action):
    """Go through another branch and come back: the next step follows when that branch returns or ends.

    Whatever it leads to belongs to it. A ``return`` in it can name a result, and ``results`` give those a
    branch of their own to go on with.
    """

    bare_parameter: ClassVar[str | None] = "branch"
    example: ClassVar[str] = "- call: {branch: welcome, results: {refused: sorry}}"
    instant: ClassVar[bool] = True

    branch: BranchName = Field(description="The branch to go through.")
    results: Annotated[
        dict[Result, BranchName], Kind("results and their branches", "wyniki i ich gałęzie")
    ] = Field(
        default_factory=dict,
        description="Results of it after which another branch follows and not the next step.",
        examples=["{refused: sorry}"],
    )

    def exits(self) -> Mapping[str, Outcome]:
        """Return the way in, and the ways back."""
        results = {f"{BACK} {name}": GoTo(branch) for name, branch in self.results.items()}
        return {CALLED: Into(self.branch), BACK: Next(), **results}

    async def run(self, visit: Visit) -> Taken:
        """Go in."""
        return self.take(CALLED)

    def back(self, result: str) -> Taken:
        """Return the way on after it came back with a result."""
        return self.take(f"{BACK} {result}") if result in self.results else self.take(BACK, result)


class GoBack(Action):
    """Go back to where this part of the tree was called from; without such a place the call ends."""

    bare_parameter: ClassVar[str | None] = "result"
    example: ClassVar[str] = "- return: refused"
    instant: ClassVar[bool] = True

    result: Result = Field(default="", description="What came of it, for the step that called.")

    def exits(self) -> Mapping[str, Outcome]:
        """Return the one exit."""
        return {NEXT: Back(self.result)}

    async def run(self, visit: Visit) -> Taken:
        """Go back."""
        return self.take(NEXT, self.result)


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
