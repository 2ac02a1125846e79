"""Steps that take numbers and single keys: ``gather`` into a variable, ``read_keys`` back aloud."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from softswitch.ivr.actions.menus import MOST_REPEATS, Seconds
from softswitch.ivr.expressions import MASK
from softswitch.ivr.model import Action
from softswitch.ivr.numbers_known import LENGTHS, Known, can_be
from softswitch.ivr.outcome import EndReason, GoTo, HangUp, Next, Outcome, Taken
from softswitch.ivr.prompts import GrowingPrompt, Spoken, Wordings, at_attempt
from softswitch.ivr.references import BranchName, Kind
from softswitch.ivr.visit import Visit

LONGEST_NUMBER = 64
"""More digits than any account, card or order number has; it bounds what a stuck key can enter."""

CANNOT_BE = "cannot be one"
"""Written down of digits that are no number of the wanted kind."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _checked_variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError(f"'{name}' is not a variable name: letters, digits and _")
    return name


def _checked_terminator(digit: str) -> str:
    if digit not in ("", "#", "*"):
        raise ValueError(f"'{digit}' cannot end a number: use # or *, or an empty text for none")
    return digit


@dataclass(frozen=True, slots=True)
class Entry:
    """What a caller typed. ``fault`` says in a word or two why it does not count, "" when it does."""

    digits: str
    fault: str = ""


class Gather(Action):
    """Take a number from the caller into ``{{VARIABLE.name}}``.

    It ends at ``max`` digits without waiting, at the terminator, or when no further digit comes.
    Nothing, the terminator alone, too few digits and keys that are no digits are all not entered, and so is
    what cannot be a PESEL, NIP or REGON where ``format`` asks for one: a typing error is found at once.
    """

    example: ClassVar[str] = '- gather: {prompt: "Your number?", variable: number, max: 6}'
    listens: ClassVar[bool] = True

    prompt: GrowingPrompt | None = Field(default=None, description="The question, or a growing list.")
    variable: Annotated[str, AfterValidator(_checked_variable), Kind("name", "nazwa")] = Field(
        description="Where the number goes: {{VARIABLE.NAME}}."
    )
    min: int = Field(default=1, ge=1, le=LONGEST_NUMBER, description="Fewest digits.")
    max: int = Field(default=LONGEST_NUMBER, ge=1, le=LONGEST_NUMBER, description="Most digits.")
    first_digit_s: Seconds = Field(default=7.0, description="Wait for the first digit.")
    inter_digit_s: Seconds = Field(default=3.0, description="Wait for each further digit.")
    terminator: Annotated[
        str, AfterValidator(_checked_terminator), Kind("#, * or an empty text", "#, * albo pusty tekst")
    ] = Field(default="#", description="The key that ends the number.")
    barge_in: bool = Field(default=True, description="Whether a key cuts the question short.")
    type_ahead: Literal["keep", "flush"] = Field(
        default="keep", description="What happens to keys pressed before the question."
    )
    sensitive: bool = Field(default=False, description="Keep the digits out of every log.")
    format: Known | None = Field(
        default=None, description="What the number must be: digits that cannot be one are not entered."
    )
    invalid: Spoken | None = Field(
        default=None, description="Said of digits that cannot be such a number, before it is asked again."
    )
    repeat: int = Field(
        default=0, ge=0, le=MOST_REPEATS, description="How often the question is asked again."
    )
    entered: BranchName | None = Field(
        default=None, description="The branch after a number; none: the next step."
    )
    not_entered: BranchName | None = Field(default=None, description="The branch without one; none hangs up.")

    @field_validator("max")
    @classmethod
    def _range(cls, most: int, info: ValidationInfo) -> int:
        fewest = info.data.get("min", 0)
        if fewest > most:
            raise ValueError(f"min ({fewest}) is more than max ({most})")
        return most

    def exits(self) -> Mapping[str, Outcome]:
        """Return both exits."""
        return {
            "entered": GoTo(self.entered) if self.entered is not None else Next(),
            "not_entered": (
                GoTo(self.not_entered) if self.not_entered is not None else HangUp(EndReason.NOT_ENTERED)
            ),
        }

    def prompts(self) -> Iterable[Spoken]:
        """Return the question in all its forms, and what is said of a wrong number."""
        return (*(self.prompt or ()), *((self.invalid,) if self.invalid is not None else ()))

    @property
    def most(self) -> int:
        """The digits after which nothing is waited for: those of the longest such number, or ``max``."""
        return self.max if self.format is None else min(self.max, LENGTHS[self.format][-1])

    def variables_set(self) -> Iterable[str]:
        """Return the one variable."""
        return (self.variable.upper(),)

    async def run(self, visit: Visit) -> Taken:
        """Ask, take digits, keep them."""
        if not self.sensitive:
            return await self._ask_until_entered(visit)
        visit.world.line.mask_keys(True)
        try:
            return await self._ask_until_entered(visit)
        finally:
            visit.world.line.mask_keys(False)

    async def _ask_until_entered(self, visit: Visit) -> Taken:
        entry = Entry("", "nothing")
        for attempt in range(1, self.repeat + 2):
            await self._ask(visit, attempt)
            entry = await self._take_digits(visit)
            if not entry.fault:
                visit.set_variable(self.variable, entry.digits, private=self.sensitive)
                return self.take("entered", self._shown(entry.digits))
            # What was typed ahead followed a number that did not count.
            visit.flush_keys()
            if entry.fault == CANNOT_BE and self.invalid is not None and attempt <= self.repeat:
                await visit.hear((self.invalid,), barge_in=False)
        shown = self._shown(entry.digits)
        return self.take("not_entered", f"{entry.fault}: {shown}" if shown else entry.fault)

    async def _ask(self, visit: Visit, attempt: int) -> None:
        if self.type_ahead == "flush":
            visit.flush_keys()
        if self.prompt:
            await visit.hear((at_attempt(self.prompt, attempt),), barge_in=self.barge_in)
        if self.type_ahead == "flush" and not self.barge_in:
            visit.flush_keys()

    async def _take_digits(self, visit: Visit) -> Entry:
        digits = ""
        while len(digits) < self.most:
            key = await visit.next_key(self.inter_digit_s if digits else self.first_digit_s)
            if key is None:
                break
            if key.digit == self.terminator:
                return self._judged(digits, "terminator alone")
            digits += key.digit
            if not key.digit.isdecimal():
                return Entry(digits, "not a number")
        if len(digits) == self.most and self.terminator:
            visit.expect_late_key(self.terminator, self.inter_digit_s)
        return self._judged(digits, "nothing")

    def _judged(self, digits: str, without_digits: str) -> Entry:
        if not digits:
            return Entry("", without_digits)
        if len(digits) < self.min:
            return Entry(digits, "too short")
        wrong = self.format is not None and not can_be(self.format, digits)
        return Entry(digits, CANNOT_BE if wrong else "")

    def _shown(self, digits: str) -> str:
        return MASK if self.sensitive and digits else digits


METHOD_NAMES: Mapping[str, Mapping[str, str]] = {
    "pl": {"rfc4733": "RFC 4 7 3 3", "info": "SIP INFO", "inband": "tonami w dźwięku"},
    "en": {"rfc4733": "RFC 4 7 3 3", "info": "SIP INFO", "inband": "tones in the audio"},
}
"""How the methods of sending keys are called aloud; English where a language has no names."""

KEY_DIGIT, KEY_METHOD = "KEY.DIGIT", "KEY.METHOD"


class ReadKeys(Action):
    """Read back every key and the method it came by, until no key comes for a while.

    For the test line: each key is read to its end, and keys pressed meanwhile wait their turn.
    """

    example: ClassVar[str] = '- read_keys: {text: "You pressed {{KEY.DIGIT}}.", quiet_s: 30}'
    listens: ClassVar[bool] = True
    own_variables: ClassVar[tuple[str, ...]] = (KEY_DIGIT, KEY_METHOD)

    text: Wordings = Field(
        default_factory=lambda: {"": "{{KEY.DIGIT}}, {{KEY.METHOD}}."},
        validate_default=True,
        description="What is said for each key; {{KEY.DIGIT}} and {{KEY.METHOD}} are its own variables.",
    )
    quiet_s: Seconds = Field(default=20.0, description="Seconds without a key that end it.")

    def exits(self) -> Mapping[str, Outcome]:
        """Return the one exit."""
        return {"quiet": Next()}

    def prompts(self) -> Iterable[Spoken]:
        """Return the one prompt."""
        return (Spoken.model_construct(text=self.text),)

    async def run(self, visit: Visit) -> Taken:
        """Read keys back as they come."""
        count = 0
        while (key := await visit.next_key(self.quiet_s)) is not None:
            count += 1
            names = METHOD_NAMES.get(visit.language, METHOD_NAMES["en"])
            own = {KEY_DIGIT: key.digit, KEY_METHOD: names.get(key.method, key.method)}
            await visit.hear(tuple(self.prompts()), barge_in=False, own=own)
        return self.take("quiet", "1 key" if count == 1 else f"{count} keys")
