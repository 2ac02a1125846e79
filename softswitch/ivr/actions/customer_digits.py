"""The step ``find_by_digits``: the caller types a number, and by it is found among the customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field

from softswitch.ivr.actions.customers import FOUND, NOT_FOUND, UNAVAILABLE
from softswitch.ivr.actions.menus import MOST_REPEATS, Seconds
from softswitch.ivr.customer_fields import LookupField
from softswitch.ivr.desks.book import SECRET_FIELDS, Looked, Search, Typed
from softswitch.ivr.expressions import MASK
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import EndReason, HangUp, Next, Outcome, Taken, lead
from softswitch.ivr.prompts import GrowingPrompt, Spoken, at_attempt
from softswitch.ivr.questions import TypeAhead, masked_keys, put_question
from softswitch.ivr.recognising import note
from softswitch.ivr.references import BranchName, Kind
from softswitch.ivr.visit import Visit

CONFIRM: Final = "#"
AGAIN: Final = "*"
MOST_DIGITS: Final = 20
"""More than any identifier or card of a customer has; it bounds what a stuck key can enter."""

CREATED: Final = "created"
NOT_CONFIRMED: Final = "not confirmed"
NOTHING: Final = "nothing"


def _checked_prefix(prefix: str) -> str:
    if prefix and not (prefix.isascii() and prefix.isalnum()):
        raise ValueError(f"'{prefix}' cannot stand before digits: letters and digits can")
    return prefix


class FindByDigits(Action):
    """Ask for a number, such as the customer's, and find the caller among the customers by it.

    The caller confirms with ``#``; without it nobody is looked for. ``*`` begins the number anew. It proves
    nothing, as others may know the number, too: ``identify`` does that. Where several customers have it
    nobody is taken. Digits of a PESEL, NIP or REGON stand in no log.
    """

    example: ClassVar[str] = '- find_by_digits: {field: nip, prompt: "Your NIP?", not_found: sorry}'
    listens: ClassVar[bool] = True
    identifies: ClassVar[frozenset[str]] = frozenset({FOUND, CREATED})

    field: LookupField = Field(
        description="What is typed: customer_number, pesel, nip, regon or a field of your own."
    )
    prefix: Annotated[str, AfterValidator(_checked_prefix), Kind("letters and digits", "litery i cyfry")] = (
        Field(default="", description="What always stands before the typed digits.")
    )
    create: bool = Field(
        default=False,
        description="Whether somebody new is written down, with the typed and the calling number.",
    )
    prompt: GrowingPrompt | None = Field(default=None, description="The question, or a growing list.")
    first_digit_s: Seconds = Field(default=10.0, description="Wait for the first digit.")
    inter_digit_s: Seconds = Field(default=5.0, description="Wait for each further key, # too.")
    barge_in: bool = Field(default=True, description="Whether a key cuts the question short.")
    type_ahead: TypeAhead = Field(
        default="keep", description="What happens to keys pressed before the question."
    )
    sensitive: bool = Field(
        default=False, description="Keep the digits of other fields out of every log as well."
    )
    repeat: int = Field(
        default=0, ge=0, le=MOST_REPEATS, description="How often it is asked again when nobody was found."
    )
    invalid: Spoken | None = Field(default=None, description="Said before it is asked again.")
    found: BranchName | None = Field(
        default=None, description="The branch of a customer who was found; none: the next step."
    )
    not_found: BranchName | None = Field(
        default=None, description="The branch when nobody was found; none hangs up."
    )
    created: BranchName | None = Field(
        default=None, description="The branch of somebody new; none is as not_found, else the next step."
    )
    unavailable: BranchName | None = Field(
        default=None, description="The branch when it cannot be looked up in time; none is as not_found."
    )

    def exits(self) -> Mapping[str, Outcome]:
        """Return the exits; somebody new is one of them where somebody can be."""
        not_found = lead(self.not_found, HangUp(EndReason.NO_WAY_ON))
        new: dict[str, Outcome] = {CREATED: lead(self.created, lead(self.not_found, Next()))}
        return {
            FOUND: lead(self.found, Next()),
            NOT_FOUND: not_found,
            **(new if self.create else {}),
            UNAVAILABLE: lead(self.unavailable, not_found),
        }

    def prompts(self) -> Iterable[Spoken]:
        """Return the question in all its forms, and what is said before it is asked again."""
        return (*(self.prompt or ()), *((self.invalid,) if self.invalid is not None else ()))

    @property
    def secret(self) -> bool:
        """Whether the digits stand in no log."""
        return self.sensitive or self.field in SECRET_FIELDS

    async def run(self, visit: Visit) -> Taken:
        """Ask, look, note who it is."""
        with masked_keys(visit, self.secret):
            return await self._until_found(visit)

    async def _until_found(self, visit: Visit) -> Taken:
        taken = self.take(NOT_FOUND, NOTHING)
        for attempt in range(1, self.repeat + 2):
            if attempt > 1:
                # What was typed ahead followed a number that did not count.
                visit.flush_keys()
                if self.invalid is not None:
                    await visit.hear((self.invalid,), barge_in=False)
            await self._ask(visit, attempt)
            digits, fault = await self._take_digits(visit)
            taken = await self._looked(visit, digits) if not fault else self.take(NOT_FOUND, fault)
            if taken.exit != NOT_FOUND:
                break
        return taken

    async def _ask(self, visit: Visit, attempt: int) -> None:
        prompts = (at_attempt(self.prompt, attempt),) if self.prompt else ()
        await put_question(visit, prompts, barge_in=self.barge_in, type_ahead=self.type_ahead)

    async def _take_digits(self, visit: Visit) -> tuple[str, str]:
        """Return the confirmed digits, or why there are none."""
        digits = ""
        while (key := await visit.next_key(self.inter_digit_s if digits else self.first_digit_s)) is not None:
            if key.digit == CONFIRM:
                return digits, "" if digits else NOTHING
            digits = "" if key.digit == AGAIN else digits + key.digit
            if len(digits) > MOST_DIGITS:
                return "", "too long"
        return "", NOT_CONFIRMED if digits else NOTHING

    async def _looked(self, visit: Visit, digits: str) -> Taken:
        typed = Typed(self.field, digits, self.prefix)
        async with visit.world.line.comfort():
            looked = await visit.world.desks.book.by_digits(
                # One in a call: whoever goes round with other digits would fill the book with nobody.
                typed,
                create=self.create and not visit.has_been_created,
                number=visit.world.facts.caller,
            )
        visit.has_been_created |= looked.search is Search.CREATED
        note(visit, looked, self.field)
        return self._told(looked, MASK if self.secret else f"{self.prefix}{digits}")

    def _told(self, looked: Looked, shown: str) -> Taken:
        detail = f"{self.field} {shown}"
        match looked.search:
            case Search.FOUND:
                return self.take(FOUND, detail)
            case Search.CREATED:
                return self.take(CREATED, detail)
            case Search.UNAVAILABLE:
                return self.take(UNAVAILABLE, detail)
            case Search.NOBODY | Search.SEVERAL:
                return self.take(NOT_FOUND, detail)
