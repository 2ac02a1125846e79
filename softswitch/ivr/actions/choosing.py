"""The step ``language``: in which one the caller is spoken to from there on, and in the next call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field, model_validator

from softswitch.ivr.expressions import names_in
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import GoTo, Next, Outcome, Taken
from softswitch.ivr.prompts import checked_language
from softswitch.ivr.references import BranchName, Kind, Template
from softswitch.ivr.visit import CHOSEN, Visit

NOT_CHOSEN: Final = "not_chosen"


def _checked_code(text: str) -> str:
    """Return ``text``, which is a language code unless a variable is to give one."""
    return text if not text or any(names_in(text)) else checked_language(text)


class SetLanguage(Action):
    """Set the language of the call from here on, or go by the one that the caller has chosen before.

    With ``remember`` it is kept for the caller's number, and later calls begin in it; of a hidden number
    nothing is kept. ``chosen`` stands before the question and spares it those who have answered it: in this
    call or an earlier one. ``{{CALL.ACCOUNT_LANGUAGE}}`` is the language of the caller's account. When the
    text gives no language code, everything stays as it is.
    """

    bare_parameter: ClassVar[str | None] = "language"
    example: ClassVar[str] = "- language: {language: pl, remember: yes}"
    instant: ClassVar[bool] = True

    language: Annotated[Template, AfterValidator(_checked_code), Kind("language code", "kod języka")] = Field(
        default="", description="A language code like pl or en, or a variable holding one."
    )
    remember: bool = Field(
        default=False, description="Whether later calls from the caller's number begin in this language."
    )
    chosen: BranchName | None = Field(
        default=None,
        description="Instead of language: the branch of callers who have chosen before; others take the next "
        "step.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> SetLanguage:
        if bool(self.language) == (self.chosen is not None):
            raise ValueError("give one of: language, the one to speak; chosen, where those go who have one")
        if self.chosen is not None and self.remember:
            raise ValueError("remember belongs to a language: here none is set")
        return self

    def exits(self) -> Mapping[str, Outcome]:
        """Return two exits: the branch of those who have chosen, and otherwise the next step."""
        if self.chosen is not None:
            return {CHOSEN: GoTo(self.chosen), NOT_CHOSEN: Next()}
        return {"set": Next(), "unchanged": Next()}

    def remembers(self) -> bool:
        """Tell whether it keeps a language, or asks for one that is kept."""
        return self.remember or self.chosen is not None

    def languages(self) -> Iterable[str]:
        """Return the language it sets, where that is no variable."""
        return () if not self.language or any(names_in(self.language)) else (self.language,)

    def templates(self) -> Iterable[str]:
        """Return the language, which may be a variable."""
        return (self.language,)

    async def run(self, visit: Visit) -> Taken:
        """Set it."""
        if self.chosen is not None:
            return self.take(CHOSEN, visit.language) if visit.has_chosen else self.take(NOT_CHOSEN)
        filled = visit.fill(self.language)
        try:
            visit.speak(checked_language(filled.text), remember=self.remember)
        except ValueError:
            return self.take("unchanged", filled.logged)
        return self.take("set", visit.language)
