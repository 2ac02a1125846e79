"""The step that leaves a ticket, so that somebody calls back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final, Literal

from pydantic import Field

from softswitch.calls.origin import known_party
from softswitch.ivr.desks.clerk import Wanted
from softswitch.ivr.model import NEXT, Action
from softswitch.ivr.outcome import Next, Outcome, Taken, lead
from softswitch.ivr.prompts import Labels, worded
from softswitch.ivr.references import BranchName, Template, Text
from softswitch.ivr.visit import Visit
from softswitch.languages import ENGLISH, POLISH

ON_HANGUP: Final = "on_hangup"

HIDDEN: Final[Mapping[str, str]] = {ENGLISH: "(withheld)", POLISH: "(zastrzeżony)"}
"""What stands in a title for the number of a caller who hides it."""
_NUMBER: Final = re.compile("%%number%%", re.IGNORECASE)


class Ticket(Action):
    """Add a ticket in the caller's name to a queue of tickets, at once or if the call ends in the menu.

    With ``on_hangup`` there is none for a caller who comes into a queue or talks with somebody after this
    step. One step makes one ticket in a call, however often it is passed. In the title ``%%number%%`` is the
    caller's number, or says that it is withheld.
    """

    bare_parameter: ClassVar[str | None] = "queue"
    example: ClassVar[str] = '- ticket: {queue: missed, title: "Missed %%number%%", priority: high}'
    instant: ClassVar[bool] = True

    queue: Text = Field(
        description="The queue of tickets, as the configuration calls it; variables are allowed."
    )
    title: Labels = Field(
        default_factory=dict,
        description="The title, or one per language; none is as the queue of tickets has it.",
    )
    when: Literal["now", "on_hangup"] = Field(
        default="now", description="At once, or only if the call ends before the caller reached anybody."
    )
    priority: Literal["low", "normal", "high", "urgent"] | None = Field(
        default=None, description="How urgent it is; none is as the queue of tickets has it."
    )
    category: Template = Field(default="", description="The category, one of the queue's where it has some.")
    error: BranchName | None = Field(
        default=None, description="The branch where no ticket can be made; none: the next step."
    )

    def exits(self) -> Mapping[str, Outcome]:
        """Return the way on, and that of a ticket that could not be made: no caller is cut off for it."""
        return {NEXT: Next(), "error": lead(self.error, Next())}

    def templates(self) -> Iterable[str]:
        """Return the texts in which variables may stand."""
        return (self.queue, self.category, *self.title.values())

    def open_texts(self) -> Iterable[str]:
        """Return the title in all its languages."""
        return self.title.values()

    async def run(self, visit: Visit) -> Taken:
        """Ask for it: the ticket itself is made of the event."""
        facts, named = visit.world.facts, visit.named(self.queue)
        if not named.text:
            return self.take("error", named.logged)
        number = known_party(facts.caller)
        title = worded(self.title, visit.language, visit.tree_language)
        if not number:
            title = _NUMBER.sub(HIDDEN.get(visit.tree_language.partition("-")[0], HIDDEN[ENGLISH]), title)
        wanted = Wanted(
            step=visit.place,
            queue=named.text,
            title=visit.written(title),
            priority=self.priority or "",
            category=visit.named(self.category).text,
            number=number,
            customer=visit.customer,
            at_once=self.when != ON_HANGUP,
            values={"name": facts.caller_name, "called": facts.called},
        )
        event = visit.world.desks.clerk.asked(wanted)
        if event is None:
            return self.take("error", named.logged)
        visit.world.record(event)
        return self.take(NEXT, named.logged)
