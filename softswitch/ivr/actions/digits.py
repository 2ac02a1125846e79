"""Steps that take numbers and single keys: ``gather`` into a variable, ``read_keys`` back aloud."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from softswitch.ivr.actions.direct_dial import Help
from softswitch.ivr.actions.menus import CONFIRM, MOST_REPEATS, Seconds
from softswitch.ivr.actions.reading_back import KEY_AGAIN, KEY_RIGHT, TYPED, Answered, Confirm, ReadBack
from softswitch.ivr.expressions import MASK, Value
from softswitch.ivr.key_patterns import parse_key_pattern
from softswitch.ivr.model import Action
from softswitch.ivr.numbers_known import COMMA, LENGTHS, SPOKEN_AS, Known, as_kept, can_be
from softswitch.ivr.outcome import EndReason, GoTo, HangUp, Next, Outcome, Taken, lead
from softswitch.ivr.prompts import ANY_LANGUAGE, GrowingPrompt, Spoken, Wordings, at_attempt
from softswitch.ivr.questions import TypeAhead, masked_keys, put_question
from softswitch.ivr.references import BranchName, Kind
from softswitch.ivr.visit import Visit

LONGEST_NUMBER = 64
"""More digits than any account, card or order number has; it bounds what a stuck key can enter."""

CANNOT_BE = "cannot be one"
"""Written down of digits that are no number of the wanted kind."""

ASKS_HELP: Final = "asks for help"

NOT_CONFIRMED: Final = "not confirmed"
TOO_SLOW: Final = "took too long"
NOTHING: Final = "nothing"
TOO_SHORT: Final = "too short"
NO_NUMBER: Final = "not a number"
WRONG: Final = frozenset({CANNOT_BE, TOO_SHORT, NO_NUMBER})
"""What was typed to its end and does not count."""

NO_INPUT: Final = "no_input"
"""The exit of who pressed no key at all, where a branch is named for it."""

LONGEST_TYPING_S: Final = 300.0
"""Nobody needs longer for the longest number, also with the letter at hand that it stands in."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _checked_variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError(f"'{name}' is not a variable name: letters, digits and _")
    return name


def _checked_terminator(digit: str) -> str:
    if digit not in ("", "#", "*"):
        raise ValueError(f"'{digit}' cannot end a number: use # or *, or an empty text for none")
    return digit


def _checked_anew(digit: str) -> str:
    if digit not in ("", "#", "*"):
        raise ValueError(f"'{digit}' cannot begin a number anew: use * or #, or an empty text for none")
    return digit


def _checked_pattern(pattern: str) -> str:
    if pattern:
        parse_key_pattern(pattern)
    return pattern


@dataclass(frozen=True, slots=True)
class Entry:
    """What a caller typed. ``fault`` says in a word or two why it does not count, "" when it does."""

    digits: str
    fault: str = ""


class Gather(Action):
    """Take a number from the caller into ``{{VARIABLE.name}}``.

    It ends at ``max`` digits without waiting, at the terminator, or when no further digit comes.
    Nothing, the terminator alone, too few digits and keys that are no digits are all not entered, and so is
    what cannot be a PESEL, NIP, card, account or day where ``format`` asks for one: a typing error is found
    at once. A day is typed as 24121980 and kept as 1980-12-24; of a sum the star is the comma, and 12*5 is
    kept as 12.50. With ``confirm`` the number is read back, and counts once the caller says that it is right.
    """

    example: ClassVar[str] = '- gather: {prompt: "Your number?", variable: number, max: 6}'
    listens: ClassVar[bool] = True
    own_variables: ClassVar[tuple[str, ...]] = (TYPED, KEY_RIGHT, KEY_AGAIN)

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
    total_s: Annotated[float, Kind("seconds", "sekundy")] | None = Field(
        default=None, gt=0, le=LONGEST_TYPING_S, description="The longest time for all digits; none is any."
    )
    anew: Annotated[
        str, AfterValidator(_checked_anew), Kind("#, * or an empty text", "#, * albo pusty tekst")
    ] = Field(default="", description="The key that begins the number anew, if one does.")
    help: Help | None = Field(
        default=None,
        description="The key, # or *, that explains the question, and what is said before it again.",
    )
    barge_in: bool = Field(default=True, description="Whether a key cuts the question short.")
    type_ahead: TypeAhead = Field(
        default="keep", description="What happens to keys pressed before the question."
    )
    sensitive: bool = Field(default=False, description="Keep the digits out of every log.")
    format: Known | None = Field(
        default=None, description="What the number must be: digits that cannot be one are not entered."
    )
    pattern: Annotated[str, AfterValidator(_checked_pattern), Kind("pattern", "wzór")] = Field(
        default="",
        description="Which digits can be such a number: x is any digit, [2-4] one of these.",
        examples=['"4[0-5]xxx"'],
    )
    confirm: Confirm = Field(default=None, description="Whether it is read back: yes, or how.")
    invalid: Spoken | None = Field(
        default=None, description="Said of what cannot be such a number, before it is asked again."
    )
    repeat: int = Field(
        default=0, ge=0, le=MOST_REPEATS, description="How often the question is asked again."
    )
    entered: BranchName | None = Field(
        default=None, description="The branch after a number; none: the next step."
    )
    not_entered: BranchName | None = Field(default=None, description="The branch without one; none hangs up.")
    no_input: BranchName | None = Field(
        default=None,
        description="The branch when the last try brought no key at all; none is as not_entered.",
    )

    @field_validator("max")
    @classmethod
    def _range(cls, most: int, info: ValidationInfo) -> int:
        fewest = info.data.get("min", 0)
        if fewest > most:
            raise ValueError(f"min ({fewest}) is more than max ({most})")
        return most

    @model_validator(mode="after")
    def _every_key_has_one_meaning(self) -> Gather:
        if self.anew and self.anew == self.terminator:
            raise ValueError(f"anew: '{self.anew}' ends the number already")
        if self.format == "amount" and COMMA in (self.anew, self.terminator):
            raise ValueError("format: of a sum the star is the comma, and nothing else")
        return self._with_a_key_for_help()

    def _with_a_key_for_help(self) -> Gather:
        key = "" if self.help is None else self.help.key
        if key and key not in "#*":
            raise ValueError(f"help.key: '{key}' is a digit of the number: use # or *")
        if key and (key in (self.anew, self.terminator) or (key == COMMA and self.format == "amount")):
            raise ValueError(f"help.key: '{key}' has another meaning here already")
        return self

    def exits(self) -> Mapping[str, Outcome]:
        """Return both exits, and one for silence where that has a branch of its own."""
        ways: dict[str, Outcome] = {
            "entered": lead(self.entered, Next()),
            "not_entered": lead(self.not_entered, HangUp(EndReason.NOT_ENTERED)),
        }
        return ways if self.no_input is None else {**ways, NO_INPUT: GoTo(self.no_input)}

    def prompts(self) -> Iterable[Spoken]:
        """Return the question in all its forms, what is said of a wrong number, and how it is read back."""
        yield from self.prompt or ()
        if self.invalid is not None:
            yield self.invalid
        if self.help is not None:
            yield self.help.prompt
        if self.confirm is not None:
            yield self.confirm.spoken(self._spoken_as)

    def languages(self) -> Iterable[str]:
        """Return those of the author's own words: ours are there in several, whatever the tree speaks."""
        helps = None if self.help is None else self.help.prompt
        read = None if self.confirm is None else self.confirm.prompt
        own = (*(self.prompt or ()), self.invalid, helps, read)
        return [code for one in own if one is not None for code in (one.text or {}) if code != ANY_LANGUAGE]

    @property
    def _spoken_as(self) -> str:
        return SPOKEN_AS.get(self.format, "digits") if self.format is not None else "digits"

    @property
    def most(self) -> int:
        """The digits after which nothing is waited for: those of the longest such number, or ``max``."""
        return self.max if self.format is None else min(self.max, LENGTHS[self.format][-1])

    def variables_set(self) -> Iterable[str]:
        """Return the one variable."""
        return (self.variable.upper(),)

    def secrets_set(self, known: Collection[str]) -> Iterable[str]:
        """Return the variable where its digits are secret."""
        return self.variables_set() if self.sensitive else ()

    async def run(self, visit: Visit) -> Taken:
        """Ask, take digits, keep them."""
        with masked_keys(visit, self.sensitive):
            return await self._ask_until_entered(visit)

    async def _ask_until_entered(self, visit: Visit) -> Taken:
        entry, failed, read, helped = Entry("", NOTHING), 0, 0, 0
        while True:
            explained = (self.help.prompt,) if self.help is not None and entry.fault == ASKS_HELP else ()
            await self._ask(visit, failed + 1, explained)
            entry = await self._take_digits(visit)
            if entry.fault == ASKS_HELP and helped < MOST_REPEATS:
                helped += 1
                continue
            if not entry.fault and self.confirm is not None:
                answered, times = await self._read_back(visit, self.confirm, entry, read)
                read += times
                if answered is Answered.AGAIN:
                    continue
                if answered is Answered.NOTHING:
                    return self._not_entered(Entry(entry.digits, NOT_CONFIRMED))
            if not entry.fault:
                kept = as_kept(self.format, entry.digits)
                visit.set_variable(self.variable, kept, private=self.sensitive)
                return self.take("entered", self._shown(entry.digits))
            # What was typed ahead followed a number that did not count.
            visit.flush_keys()
            failed += 1
            if failed > self.repeat:
                return self._not_entered(entry)
            if entry.fault in WRONG and self.invalid is not None:
                await visit.hear((self.invalid,), barge_in=False)

    async def _read_back(
        self, visit: Visit, confirm: ReadBack, entry: Entry, read: int
    ) -> tuple[Answered, int]:
        value = Value(as_kept(self.format, entry.digits), self.sensitive)
        return await confirm.ask(visit, value, self._spoken_as, read)

    def _not_entered(self, entry: Entry) -> Taken:
        if self.no_input is not None and entry.fault == NOTHING:
            return self.take(NO_INPUT)
        shown = self._shown(entry.digits)
        return self.take("not_entered", f"{entry.fault}: {shown}" if shown else entry.fault)

    async def _ask(self, visit: Visit, attempt: int, before: tuple[Spoken, ...] = ()) -> None:
        if self.help is not None:
            visit.want_key(self.help.key)
        asked = (at_attempt(self.prompt, attempt),) if self.prompt else ()
        await put_question(visit, (*before, *asked), barge_in=self.barge_in, type_ahead=self.type_ahead)

    async def _take_digits(self, visit: Visit) -> Entry:
        digits, begun_anew = "", 0
        ends = None if self.total_s is None else visit.world.clock.monotonic() + self.total_s
        while len(digits) < self.most:
            wait = self.inter_digit_s if digits else self.first_digit_s
            left = wait if ends is None else ends - visit.world.clock.monotonic()
            key = await visit.next_key(min(wait, left)) if left > 0 else None
            if key is None and left <= wait and ends is not None:
                return Entry(digits, TOO_SLOW if digits else NOTHING)
            if key is None:
                break
            if self.help is not None and key.digit == self.help.key:
                return Entry("", ASKS_HELP)
            if key.digit == self.terminator:
                return self._judged(visit, digits, "terminator alone")
            if key.digit == self.anew and begun_anew < MOST_REPEATS:
                digits, begun_anew = "", begun_anew + 1
                continue
            digits += key.digit
            if not self._may_stand(key.digit):
                return Entry(digits, NO_NUMBER)
        if len(digits) == self.most and self.terminator:
            visit.expect_late_key(self.terminator, self.inter_digit_s)
        return self._judged(visit, digits, NOTHING)

    def _may_stand(self, key: str) -> bool:
        return key.isdecimal() or (key == COMMA and self.format == "amount")

    def _judged(self, visit: Visit, digits: str, without_digits: str) -> Entry:
        if not digits:
            return Entry("", without_digits)
        if len(digits) < self.min:
            return Entry(digits, TOO_SHORT)
        today = visit.world.desks.local(visit.world.clock.wall()).date()
        wrong = (self.format is not None and not can_be(self.format, digits, today)) or (
            bool(self.pattern) and not parse_key_pattern(self.pattern).fits(digits)
        )
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
        visit.want_key(CONFIRM)
        count = 0
        while (key := await visit.next_key(self.quiet_s)) is not None:
            # All that wait are taken together: a key that nobody takes is told to nobody.
            pressed = [key]
            while (more := await visit.next_key(0)) is not None:
                pressed.append(more)
            for one in pressed:
                count += 1
                names = METHOD_NAMES.get(visit.language, METHOD_NAMES["en"])
                own = {KEY_DIGIT: one.digit, KEY_METHOD: names.get(one.method, one.method)}
                await visit.hear(tuple(self.prompts()), barge_in=False, own=own)
        return self.take("quiet", "1 key" if count == 1 else f"{count} keys")
