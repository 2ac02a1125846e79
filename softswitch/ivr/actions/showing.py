"""Steps that say what the phones of our own people show of the caller: the name, and the number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field

from softswitch.ivr.expressions import names_in
from softswitch.ivr.model import NEXT, Action
from softswitch.ivr.outcome import Taken
from softswitch.ivr.prompts import Labels, is_wordings, worded
from softswitch.ivr.references import Kind, Template
from softswitch.ivr.visit import Visit

_NUMBER: Final = re.compile(r"\+?[0-9*#]{1,20}")
NO_NUMBER: Final = "no_number"
"""Shown where the text gives no number after all: the caller's own stays hidden."""

WITHHELD: Final = "anonymous"
"""How a number is shown that is to be hidden and has no other in its place (RFC 3323 §4.1.1.3)."""

CALLER_ID: Final = "CALL.CALLER_ID"


def _checked_number(text: str) -> str:
    if text.strip() and not any(names_in(text)) and not _NUMBER.fullmatch(text.strip()):
        raise ValueError(f"'{text}' is no number that a phone can show")
    return text


class CallerName(Action):
    """Set the name that agents' phones show of the caller; the number stays as it is.

    {{CALL.CALLER_ID}} is the company or initial and surname of a known customer, else the number. What was
    typed in secret is left out.
    """

    bare_parameter: ClassVar[str | None] = "text"
    example: ClassVar[str] = '- caller_name: "URGENT {{CALL.CALLER_ID}}"'
    instant: ClassVar[bool] = True

    text: Labels = Field(
        description="The name, or one per language; variables are allowed, an empty text shows the "
        "caller's own."
    )

    @classmethod
    def expand(cls, value: object) -> object:
        """Accept also a bare mapping of languages."""
        return {"text": value} if is_wordings(value) else super().expand(value)

    def templates(self) -> Iterable[str]:
        """Return the name in all its languages."""
        return self.text.values()

    def open_texts(self) -> Iterable[str]:
        """Return the name in all its languages."""
        return self.text.values()

    async def run(self, visit: Visit) -> Taken:
        """Set it."""
        text = worded(self.text, visit.language, visit.tree_language)
        if CALLER_ID in {name.upper() for name in names_in(text)} and not visit.known_as:
            async with visit.world.line.comfort():
                visit.known_as = await visit.world.desks.staff.known_as(visit.world.facts.caller)
        filled = visit.shown(text)
        visit.show_name(filled)
        return self.take(NEXT, filled.logged)


class CallerNumber(Action):
    """Show agents another number in place of the caller's: theirs stays hidden from phones and screens.

    The record of the call keeps the real one, and on its way to the telephone network a call has it, too.
    The name that came with the number is hidden with it.
    """

    bare_parameter: ClassVar[str | None] = "number"
    example: ClassVar[str] = "- caller_number: 7000"
    instant: ClassVar[bool] = True

    number: Annotated[Template, AfterValidator(_checked_number), Kind("number", "numer")] = Field(
        description="The number; variables are allowed, an empty text shows the caller's own."
    )

    def templates(self) -> Iterable[str]:
        """Return the number."""
        return (self.number,)

    def open_texts(self) -> Iterable[str]:
        """Return the number."""
        return (self.number,)

    async def run(self, visit: Visit) -> Taken:
        """Set it."""
        filled = visit.shown(self.number)
        shown = filled.text.strip()
        if self.number.strip() and not _NUMBER.fullmatch(shown):
            # A variable had no value, or no number: to show the real one then would be a leak.
            visit.show_number(WITHHELD)
            return self.take(NEXT, NO_NUMBER)
        visit.show_number(shown)
        return self.take(NEXT, filled.logged)
