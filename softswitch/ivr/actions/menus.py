"""The menu: a question answered by one choice of keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from softswitch.ivr.model import Action
from softswitch.ivr.outcome import EndReason, GoTo, HangUp, Outcome, Taken
from softswitch.ivr.prompts import GrowingPrompt, Spoken, at_attempt
from softswitch.ivr.references import BranchName, Kind
from softswitch.ivr.visit import Visit

CONFIRM = "#"
"""Ends a choice that could go on with more digits, where ``#`` is no choice itself."""

LONGEST_WAIT_S = 60.0
"""A caller left alone for longer believes that the line is dead."""

MOST_REPEATS = 20
"""Nobody listens to the same question more often; the tree should go somewhere else."""

_DIGITS = re.compile(r"[0-9*#A-D]+")


def _checked_digits(digits: str) -> str:
    if not _DIGITS.fullmatch(digits):
        raise ValueError(f"'{digits}' cannot be pressed: keys are 0-9, * and #")
    return digits


def _checked_keys(keys: dict[str, str]) -> dict[str, str]:
    if not keys:
        raise ValueError("the menu has no keys")
    return keys


Keys = Annotated[
    dict[Annotated[str, AfterValidator(_checked_digits)], BranchName],
    AfterValidator(_checked_keys),
    Kind("keys and their branches", "klawisze i ich gałęzie"),
]
Seconds = Annotated[float, Field(gt=0, le=LONGEST_WAIT_S), Kind("seconds", "sekundy")]


class Retry(BaseModel):
    """What a menu does about silence, or about keys that mean nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    example: ClassVar[str] = '{repeat: 2, prompt: "Please choose.", then: goodbye}'

    repeat: int = Field(
        default=2, ge=0, le=MOST_REPEATS, description="How often the question is asked again."
    )
    prompt: GrowingPrompt | None = Field(default=None, description="Said before the question is asked again.")
    then: BranchName | None = Field(
        default=None, description="The branch after the last repeat; none hangs up."
    )


class Menu(Action):
    """Ask for a choice and go to the branch of the keys pressed.

    No key at all counts as no_input; keys that match nothing count as no_match and are kept for the
    log. Each has its own counter, and ``total_max`` bounds both together. Keys of several digits
    wait for the next digit only while a longer choice is still possible.
    """

    example: ClassVar[str] = '- menu: {prompt: "Sales: one.", keys: {1: sales}, no_input: {then: sales}}'
    listens: ClassVar[bool] = True

    prompt: GrowingPrompt = Field(description="The question, or a list growing with the count.")
    short_prompt: Spoken | None = Field(default=None, description="The question for a caller who comes back.")
    keys: Keys = Field(
        description="The keys to press, each with the branch it leads to.",
        examples=['{1: sales, 2: service, "*": welcome}'],
    )
    first_digit_s: Seconds = Field(default=7.0, description="Wait for the first key after the question.")
    inter_digit_s: Seconds = Field(default=3.0, description="Wait for a further key of a longer choice.")
    barge_in: bool = Field(default=True, description="Whether a key cuts the question short.")
    type_ahead: Literal["keep", "flush"] = Field(
        default="keep", description="What happens to keys pressed before the question."
    )
    no_input: Retry = Field(default=Retry(), description="What to do when no key is pressed.")
    no_match: Retry = Field(default=Retry(), description="What to do when the keys mean nothing.")
    total_max: int = Field(
        default=6, ge=1, le=2 * MOST_REPEATS, description="Failed tries of both kinds together."
    )
    then: BranchName | None = Field(
        default=None, description="The branch after too many tries, where no_input and no_match name none."
    )

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per choice and one per kind of failure."""
        return {
            **{f"key {digits}": GoTo(branch) for digits, branch in self.keys.items()},
            "no_input": _to(self.no_input.then or self.then, EndReason.NO_INPUT),
            "no_match": _to(self.no_match.then or self.then, EndReason.NO_MATCH),
            "too_many_tries": _to(self.then, EndReason.TOO_MANY_TRIES),
        }

    def prompts(self) -> Iterable[Spoken]:
        """Return every prompt of the menu."""
        yield from self.prompt
        if self.short_prompt is not None:
            yield self.short_prompt
        yield from self.no_input.prompt or ()
        yield from self.no_match.prompt or ()

    async def run(self, visit: Visit) -> Taken:
        """Ask until there is a choice or the tries are used up."""
        silent = 0
        wrong: list[str] = []
        before: tuple[Spoken, ...] = ()
        while True:
            question = self._question(visit, attempt=silent + len(wrong) + 1)
            await self._ask(visit, (*before, question))
            digits = await self._choice(visit)
            if digits in self.keys:
                return self.take(f"key {digits}", _tries(silent, wrong))
            if digits:
                # Whatever was typed ahead was meant for a place the caller did not reach.
                visit.flush_keys()
                wrong.append(digits)
                exit_name, retry, times = "no_match", self.no_match, len(wrong)
            else:
                silent += 1
                exit_name, retry, times = "no_input", self.no_input, silent
            if times > retry.repeat:
                return self.take(exit_name, _tries(silent, wrong))
            if silent + len(wrong) >= self.total_max:
                return self.take("too_many_tries", _tries(silent, wrong))
            before = (at_attempt(retry.prompt, times),) if retry.prompt else ()

    def _question(self, visit: Visit, attempt: int) -> Spoken:
        comes_back = visit.entered[visit.branch] > 1
        if attempt == 1 and comes_back and self.short_prompt is not None:
            return self.short_prompt
        return at_attempt(self.prompt, attempt)

    async def _ask(self, visit: Visit, prompts: tuple[Spoken, ...]) -> None:
        if self.type_ahead == "flush":
            visit.flush_keys()
        await visit.hear(prompts, barge_in=self.barge_in)
        if self.type_ahead == "flush" and not self.barge_in:
            visit.flush_keys()

    async def _choice(self, visit: Visit) -> str:
        """Return the digits pressed: a choice, digits that match nothing, or nothing at all."""
        digits = ""
        wait = self.first_digit_s
        while (key := await visit.next_key(wait)) is not None:
            if key.digit == CONFIRM and digits in self.keys and not self._may_go_on(digits, CONFIRM):
                return digits
            digits += key.digit
            if not self._may_go_on(digits):
                return digits
            wait = self.inter_digit_s
        return digits

    def _may_go_on(self, digits: str, more: str = "") -> bool:
        return any(k.startswith(digits + more) and len(k) > len(digits) for k in self.keys)


def _to(branch: str | None, otherwise: EndReason) -> Outcome:
    return GoTo(branch) if branch is not None else HangUp(otherwise)


def _tries(silent: int, wrong: list[str]) -> str:
    """Say which tries failed: ``wrong: 7, 99; silent: 1``, or nothing."""
    parts = [f"wrong: {', '.join(wrong)}"] if wrong else []
    if silent:
        parts.append(f"silent: {silent}")
    return "; ".join(parts)
