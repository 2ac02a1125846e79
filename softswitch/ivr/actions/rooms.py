"""Steps that lead the caller into another room for a while: a program, a voice box, a request for a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field

from softswitch.ivr.actions.queueing import NO_SUCH
from softswitch.ivr.actions.variables import VariableName
from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.ivr.errors import NoSuchRoom
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import EndReason, HandedOver, HangUp, Next, Outcome, Taken, lead
from softswitch.ivr.references import BranchName, Kind, Template, Text, has_variables
from softswitch.ivr.visit import Visit

NO_SUCH_PROGRAM: Final = "no_such_program"
NO_SUCH_BOX: Final = "no_such_box"
NO_SUCH_DESK: Final = "no_such_desk"

BY_CALLER: Final[frozenset[MessageEnd | CallbackEnd]] = frozenset(
    {MessageEnd.SAVED, MessageEnd.CANCELLED, MessageEnd.KEY, CallbackEnd.ACCEPTED}
)
"""Ends that take a caller who speaks or presses keys. A program that is down, or a box that is full, is so at
once and again: a tree that leads back there would go round for ever."""

HandedValues = Annotated[dict[VariableName, Template], Kind("names and values", "nazwy i wartości")]


def _none_such(exit_name: str, name: str, branch: str | None) -> Mapping[str, Outcome]:
    """Return the exit of what a variable names and there is not; none of a name that is checked before."""
    return {exit_name: lead(branch, Next())} if has_variables(name) else {}


class Application(Action):
    """Hand the call over to a program of others, which says step by step what the caller hears.

    It is told the call and ``values``, such as keys that were pressed. What it cannot or does not answer
    goes on in ``down``; its own fallback number is not used here.
    """

    bare_parameter: ClassVar[str | None] = "number"
    reaches_people: ClassVar[bool] = True
    example: ClassVar[str] = "- application: {number: 700, values: {topic: cards}, down: sorry}"
    listens: ClassVar[bool] = True

    number: Text = Field(
        description="The number of the program, as the configuration calls it (applications); variables are "
        "allowed."
    )
    values: HandedValues = Field(
        default_factory=dict, description="What it is told beside the call.", examples=['{topic: "cards"}']
    )
    down: BranchName | None = Field(
        default=None, description="The branch when it gives no answer that can be followed; none hangs up."
    )
    unknown: BranchName | None = Field(default=None, description=NO_SUCH)

    def exits(self) -> Mapping[str, Outcome]:
        """Return both ends."""
        return {
            ProgramEnd.OVER.value: HandedOver(self.number),
            ProgramEnd.DOWN.value: lead(self.down, HangUp(EndReason.NO_WAY_ON)),
            **_none_such(NO_SUCH_PROGRAM, self.number, self.unknown),
        }

    def templates(self) -> Iterable[str]:
        """Return the number and the values, which may hold variables."""
        return (self.number, *self.values.values())

    async def run(self, visit: Visit) -> Taken:
        """Hand it over."""
        values = {name: visit.fill(text).text for name, text in self.values.items()}
        named = visit.named(self.number)
        try:
            end = await visit.world.line.program(named.text, values)
        except NoSuchRoom:
            if not has_variables(self.number):
                raise
            return self.take(NO_SUCH_PROGRAM, named.logged)
        return self.take(end.value, named.logged)


class LeaveMessage(Action):
    """Let the caller leave a voice message in a box, which sends it on by mail where it has an address.

    It ends with #, with silence, or when the caller hangs up. The mail tells the way through the menu. A box
    per choice gives each department its own.
    """

    bare_parameter: ClassVar[str | None] = "box"
    reaches_people: ClassVar[bool] = True
    example: ClassVar[str] = "- voicemail: {box: office, too_short: sorry}"
    listens: ClassVar[bool] = True

    box: Text = Field(description="The box, as the configuration calls it; variables are allowed.")
    saved: BranchName | None = Field(
        default=None, description="The branch once it is kept; none: the next step."
    )
    too_short: BranchName | None = Field(
        default=None, description="The branch when next to nothing was said; none: the next step."
    )
    cancelled: BranchName | None = Field(
        default=None, description="The branch when the caller has thrown it away; none: the next step."
    )
    full: BranchName | None = Field(default=None, description="The branch of a full box; none hangs up.")
    not_stored: BranchName | None = Field(
        default=None, description="The branch when nothing can be kept now; none hangs up."
    )
    unknown: BranchName | None = Field(default=None, description=NO_SUCH)

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per end."""
        return {
            MessageEnd.SAVED.value: lead(self.saved, Next()),
            MessageEnd.TOO_SHORT.value: lead(self.too_short, Next()),
            MessageEnd.CANCELLED.value: lead(self.cancelled, Next()),
            MessageEnd.FULL.value: lead(self.full, HangUp(EndReason.NO_WAY_ON)),
            MessageEnd.NOT_STORED.value: lead(self.not_stored, HangUp(EndReason.NO_WAY_ON)),
            MessageEnd.KEY.value: HandedOver(self.box),
            **_none_such(NO_SUCH_BOX, self.box, self.unknown),
        }

    def templates(self) -> Iterable[str]:
        """Return the box, which may hold variables."""
        return (self.box,)

    async def run(self, visit: Visit) -> Taken:
        """Take the message."""
        visit.flush_keys()
        named = visit.named(self.box)
        try:
            end = await visit.world.line.leave_message(named.text, visit.language)
        except NoSuchRoom:
            if not has_variables(self.box):
                raise
            return self.take(NO_SUCH_BOX, named.logged)
        visit.flush_keys()
        if end in BY_CALLER:
            visit.steps_without_caller = 0
        return self.take(end.value, named.logged)


class Callback(Action):
    """Take down that the caller wants to be called back, and tell the desk by mail.

    The caller confirms the number or types another, and hears what came of it: that it is taken only once it
    is kept. A mail that cannot go out now goes later.
    """

    bare_parameter: ClassVar[str | None] = "desk"
    reaches_people: ClassVar[bool] = True
    example: ClassVar[str] = "- callback: {desk: office, not_stored: sorry}"
    listens: ClassVar[bool] = True

    desk: Text = Field(
        description="Who calls back, as the configuration calls it (voicemail: requests); variables are "
        "allowed."
    )
    accepted: BranchName | None = Field(
        default=None, description="The branch once it is kept; none: the next step."
    )
    cancelled: BranchName | None = Field(
        default=None, description="The branch when no number was given; none: the next step."
    )
    too_many: BranchName | None = Field(
        default=None, description="The branch when too much is asked for already; none: the next step."
    )
    not_stored: BranchName | None = Field(
        default=None, description="The branch when it could not be kept; none: the next step."
    )
    unknown: BranchName | None = Field(default=None, description=NO_SUCH)

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per end: of each the caller has heard."""
        branches = {
            CallbackEnd.ACCEPTED: self.accepted,
            CallbackEnd.CANCELLED: self.cancelled,
            CallbackEnd.TOO_MANY: self.too_many,
            CallbackEnd.NOT_STORED: self.not_stored,
        }
        ways: dict[str, Outcome] = {end.value: lead(branch, Next()) for end, branch in branches.items()}
        return {**ways, **_none_such(NO_SUCH_DESK, self.desk, self.unknown)}

    def templates(self) -> Iterable[str]:
        """Return the desk, which may hold variables."""
        return (self.desk,)

    async def run(self, visit: Visit) -> Taken:
        """Ask for the number."""
        visit.flush_keys()
        named = visit.named(self.desk)
        try:
            end = await visit.world.line.ask_for_call(named.text, visit.language)
        except NoSuchRoom:
            if not has_variables(self.desk):
                raise
            return self.take(NO_SUCH_DESK, named.logged)
        visit.flush_keys()
        if end in BY_CALLER:
            visit.steps_without_caller = 0
        return self.take(end.value, named.logged)
