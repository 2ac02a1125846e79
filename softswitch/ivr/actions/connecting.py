"""Steps that give the caller somebody to talk to, if only an echo, and what that phone shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from softswitch.ivr.context import DialResult, Manner
from softswitch.ivr.expressions import names_in
from softswitch.ivr.model import NEXT, Action
from softswitch.ivr.outcome import EndReason, HangUp, Next, Outcome, Taken, lead
from softswitch.ivr.prompts import Labels, is_wordings, worded
from softswitch.ivr.references import BranchName, Kind, Template
from softswitch.ivr.visit import Visit

LONGEST_RING_S = 300.0
"""No network lets a phone ring for longer than a few minutes."""

LONGEST_ECHO_S = 3600.0
"""An echo nobody ends is a forgotten phone."""

TALK_OVER = "talk_over"
NO_TARGET = "no_target"


def _as_list(value: object) -> object:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


Targets = Annotated[
    tuple[Template, ...],
    BeforeValidator(_as_list),
    Kind("account, or a list of them", "konto albo lista kont"),
]


class Dial(Action):
    """Call accounts or numbers outside for the caller; several ring together and the first to answer wins.

    An exit without a branch hangs up for that reason, after a busy tone. An empty target hangs up. With
    ``in_turn`` they ring one after another, and who is in a call is passed over at once.
    """

    bare_parameter: ClassVar[str | None] = "target"
    reaches_people: ClassVar[bool] = True
    example: ClassVar[str] = "- dial: {target: [1001, 1002], busy: sorry, no_answer: sorry}"

    target: Targets = Field(
        description="An account, a number outside, or a list of them; variables are allowed."
    )
    ring_s: Annotated[float, Kind("seconds", "sekundy")] = Field(
        default=25.0, gt=0, le=LONGEST_RING_S, description="How long to ring, in seconds; in turn, each."
    )
    in_turn: bool = Field(default=False, description="Whether they ring one after another.")
    confirm: bool = Field(
        default=False,
        description="Whether who answers outside presses 1 first, so that no mailbox takes the call.",
    )
    music: bool = Field(default=False, description="Whether the caller hears music in place of ringing.")
    by: Annotated[str | None, Kind("account", "konto")] = Field(
        default=None, description="The account with whose rights numbers outside are called."
    )
    busy: BranchName | None = Field(default=None, description="The branch when the called party is busy.")
    no_answer: BranchName | None = Field(default=None, description="The branch when nobody answered.")
    unreachable: BranchName | None = Field(
        default=None, description="The branch when no phone can be reached."
    )
    declined: BranchName | None = Field(
        default=None, description="The branch when the called party declined."
    )
    unknown: BranchName | None = Field(default=None, description="The branch when there is no such number.")
    after: BranchName | None = Field(default=None, description="The branch when the called party hung up.")

    def _ways(self) -> Mapping[str, tuple[str | None, EndReason]]:
        """Return exit -> (branch it leads to, reason to hang up when none is named)."""
        return {
            TALK_OVER: (self.after, EndReason.TALK_OVER),
            "busy": (self.busy, EndReason.BUSY),
            "no_answer": (self.no_answer, EndReason.NO_ANSWER),
            "unreachable": (self.unreachable, EndReason.UNREACHABLE),
            "declined": (self.declined, EndReason.DECLINED),
            "unknown": (self.unknown, EndReason.UNKNOWN_NUMBER),
        }

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per result of the call, and one where the target may turn out to be empty."""
        ways: dict[str, Outcome] = {
            name: lead(branch, HangUp(reason)) for name, (branch, reason) in self._ways().items()
        }
        return ways if any(self.literal_targets()) else {**ways, NO_TARGET: HangUp(EndReason.NO_TARGET)}

    def literal_targets(self) -> Iterator[tuple[int, str]]:
        """Yield the targets without variables, each with its place in the list."""
        for place, target in enumerate(self.target):
            if target.strip() and not any(names_in(target)):
                yield place, target.strip()

    def templates(self) -> Iterable[str]:
        """Return the targets, which may hold variables."""
        return self.target

    async def run(self, visit: Visit) -> Taken:
        """Ring, join, wait for the end of the talk."""
        # Of a variable without a value nothing is dialled: the tree's default text is no number.
        wanted = [named for named in map(visit.named, self.target) if named.text]
        if not wanted:
            return self.take(NO_TARGET)
        manner = Manner(self.in_turn, self.confirm, self.music, visit.tree_language, self.by or "")
        result = await visit.dial([one.text for one in wanted], self.ring_s, manner)
        exit_name = TALK_OVER if result is DialResult.ENDED_BY_CALLEE else result.value
        return self.take(exit_name, ", ".join(one.logged for one in wanted))


class Echo(Action):
    """Send the caller's own voice back, until time is up or, unless told otherwise, a key is pressed."""

    bare_parameter: ClassVar[str | None] = "seconds"
    example: ClassVar[str] = "- echo: 60"
    listens: ClassVar[bool] = True

    seconds: Annotated[float, Kind("seconds", "sekundy")] = Field(
        default=60.0, gt=0, le=LONGEST_ECHO_S, description="The longest echo, in seconds."
    )
    key_ends: bool = Field(default=True, description="Whether any key ends the echo.")

    def exits(self) -> Mapping[str, Outcome]:
        """Return both exits: either way the next step follows."""
        return {"key": Next(), "time_limit": Next()}

    async def run(self, visit: Visit) -> Taken:
        """Echo."""
        # The key that skipped the prompt before must not end the echo too.
        visit.flush_keys()
        await visit.world.line.echo(self.seconds, until_key=self.key_ends)
        if not self.key_ends:
            visit.flush_keys()
        key = await visit.next_key(0)
        return self.take("time_limit") if key is None else self.take("key", key.digit)


class Label(Action):
    """Set what the called person's phone shows about this caller, such as the topic chosen.

    What was typed in secret is left out.
    """

    bare_parameter: ClassVar[str | None] = "text"
    example: ClassVar[str] = '- label: "Sales, {{CALL.CALLER_ID}}"'
    instant: ClassVar[bool] = True

    text: Labels = Field(
        description="The label, or one per language; variables are allowed, an empty text removes it.",
        examples=['{pl: "Sprzedaż", en: "Sales"}'],
    )

    @classmethod
    def expand(cls, value: object) -> object:
        """Accept also a bare mapping of languages."""
        return {"text": value} if is_wordings(value) else super().expand(value)

    def templates(self) -> Iterable[str]:
        """Return the label in all its languages."""
        return self.text.values()

    def open_texts(self) -> Iterable[str]:
        """Return the label in all its languages."""
        return self.text.values()

    async def run(self, visit: Visit) -> Taken:
        """Set it."""
        filled = visit.shown(worded(self.text, visit.language, visit.tree_language))
        visit.label = filled.text
        return self.take(NEXT, filled.logged)
