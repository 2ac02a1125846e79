"""The menu: a question answered by one choice of keys."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from softswitch.events import StepTaken
from softswitch.ivr.actions.connecting import TALK_OVER
from softswitch.ivr.actions.direct_dial import Direct, Help
from softswitch.ivr.context import DialResult
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import EndReason, GoTo, HangUp, Outcome, Taken, lead
from softswitch.ivr.prompts import GrowingPrompt, Labels, Spoken, at_attempt, worded
from softswitch.ivr.questions import TypeAhead, put_question
from softswitch.ivr.references import BranchName, Kind
from softswitch.ivr.visit import OTHER_PACE, Visit

CONFIRM = "#"
"""Ends a choice that could go on with more digits, where ``#`` is no choice itself."""

LATE_CONFIRM_S = 1.5
"""How soon behind a choice that was clear already ``#`` is pressed by who ends all that is typed with it."""

ALL_KEYS = frozenset("0123456789*#")
"""The keys of an ordinary telephone."""

LONGEST_WAIT_S = 60.0
"""A caller left alone for longer believes that the line is dead."""

MOST_REPEATS = 20
"""Nobody listens to the same question more often; the tree should go somewhere else."""

_DIGITS = re.compile(r"[0-9*#A-D]+")


def _checked_digits(digits: str) -> str:
    if not _DIGITS.fullmatch(digits):
        raise ValueError(f"'{digits}' cannot be pressed: keys are 0-9, * and #")
    return digits


def _checked_again(key: str) -> str:
    if key and not re.fullmatch("[0-9*#]", key):
        raise ValueError(f"'{key}' is no single key: one of 0-9, * and # says the question again")
    return key


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
    wait for the next digit only while a longer choice is still possible. With ``direct_dial`` an extension
    may be typed as well: it rings at once, and one that there is not counts as no_match. The keys ``again``,
    ``slower_key`` and that of ``help`` count as no failed try. A ``#`` right behind a choice is forgiven,
    unless it means something in the next menu.
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
    type_ahead: TypeAhead = Field(
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
    again: Annotated[str, AfterValidator(_checked_again), Kind("key", "klawisz")] = Field(
        default="", description="The key that says the question again; it counts as no failed try."
    )
    slower_key: Annotated[str, AfterValidator(_checked_again), Kind("key", "klawisz")] = Field(
        default="",
        description="The key that has everything said more slowly for the rest of the call, in two steps, "
        "and then as usual again.",
    )
    remember_pace: bool = Field(
        default=False, description="Whether later calls from the caller's number begin at the pace chosen so."
    )

    help: Help | None = Field(
        default=None, description="The key that explains the question, and what is said before it again."
    )
    direct_dial: Direct = Field(
        default=None, description="Whether an extension may be typed: yes, how many digits, or which."
    )
    labels: Annotated[
        dict[Annotated[str, AfterValidator(_checked_digits)], Labels],
        Kind("keys and their labels", "klawisze i ich etykiety"),
    ] = Field(
        default_factory=dict,
        description="What the called phone shows of who pressed a key, as with the step label; a text, or "
        "one per language.",
        examples=['{3: "Complaint"}'],
    )

    @field_validator("again", "slower_key")
    @classmethod
    def _is_no_choice(cls, key: str, info: ValidationInfo) -> str:
        if key and any(choice.startswith(key) for choice in info.data.get("keys", ())):
            raise ValueError(f"'{key}' begins a choice of the menu already")
        return key

    @model_validator(mode="after")
    def _every_key_has_one_meaning(self) -> Menu:
        key = "" if self.help is None else self.help.key
        if key and (key == self.again or any(choice.startswith(key) for choice in self.keys)):
            raise ValueError(f"help.key: '{key}' has another meaning in the menu already")
        if self.slower_key and self.slower_key in (key, self.again):
            raise ValueError(f"slower_key: '{self.slower_key}' has another meaning in the menu already")
        if self.remember_pace and not self.slower_key:
            raise ValueError("remember_pace: there is no slower_key to choose a pace with")
        direct = self.direct_dial
        both = [choice for choice in self.keys if direct is not None and direct.takes(choice)]
        if both:
            raise ValueError(f"direct_dial: '{both[0]}' is a choice of the menu, and would be an extension")
        strange = [choice for choice in self.labels if choice not in self.keys]
        if strange:
            raise ValueError(f"labels: '{strange[0]}' is no choice of the menu")
        return self

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per choice and one per kind of failure, and those of a call to an extension."""
        return {
            **({} if self.direct_dial is None else self.direct_dial.exits()),
            **{f"key {digits}": GoTo(branch) for digits, branch in self.keys.items()},
            "no_input": lead(self.no_input.then or self.then, HangUp(EndReason.NO_INPUT)),
            "no_match": lead(self.no_match.then or self.then, HangUp(EndReason.NO_MATCH)),
            "too_many_tries": lead(self.then, HangUp(EndReason.TOO_MANY_TRIES)),
        }

    def own_keys(self) -> Collection[str]:
        """Return the keys that the menu itself gives a meaning."""
        helps = "" if self.help is None else self.help.key
        return [key for key in (self.again, helps, self.slower_key) if key]

    def remembers(self) -> bool:
        """Tell whether the pace is kept."""
        return self.remember_pace

    def never(self) -> Collection[str]:
        """Return the failures that another one always comes before, and no_match where every key has one."""
        silent, wrong, total = self.no_input.repeat, self.no_match.repeat, self.total_max
        impossible = {
            "no_input": silent >= total,
            "no_match": wrong >= total or (self.keys.keys() >= ALL_KEYS and self.direct_dial is None),
            "too_many_tries": silent + wrong < total,
        }
        return [name for name, so in impossible.items() if so]

    def prompts(self) -> Iterable[Spoken]:
        """Return every prompt of the menu."""
        yield from self.prompt
        if self.short_prompt is not None:
            yield self.short_prompt
        yield from self.no_input.prompt or ()
        yield from self.no_match.prompt or ()
        if self.help is not None:
            yield self.help.prompt

    def templates(self) -> Iterable[str]:
        """Return the texts of the prompts, and the labels."""
        return [*super().templates(), *(text for texts in self.labels.values() for text in texts.values())]

    def open_texts(self) -> Iterable[str]:
        """Return the labels in all their languages."""
        return [text for texts in self.labels.values() for text in texts.values()]

    async def run(self, visit: Visit) -> Taken:
        """Ask until there is a choice or the tries are used up."""
        silent = 0
        wrong: list[str] = []
        before: tuple[Spoken, ...] = ()
        heard_again = 0
        if self._may_begin(CONFIRM):
            visit.want_key(CONFIRM)
        while True:
            question = self._question(visit, attempt=silent + len(wrong) + 1)
            await self._ask(visit, (*before, question))
            digits = await self._choice(visit)
            if digits in self.keys:
                return self._chosen(visit, digits, _tries(silent, wrong))
            if digits in self.own_keys() and heard_again < MOST_REPEATS:
                heard_again += 1
                before = self._at_own_key(visit, digits)
                continue
            if digits and (dialled := await self._dialled(visit, digits)) is not None:
                return dialled
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

    def _at_own_key(self, visit: Visit, key: str) -> tuple[Spoken, ...]:
        """Do what a key of the menu's own does; return what is said before the question is said again."""
        if key == self.slower_key:
            visit.slow_down(remember=self.remember_pace)
            visit.world.record(
                StepTaken(visit.tree, visit.branch, "menu", OTHER_PACE, f"{100 * visit.pace:.0f} %")
            )
        return () if self.help is None or key != self.help.key else (self.help.prompt,)

    def _chosen(self, visit: Visit, digits: str, tries: str) -> Taken:
        if digits in self.labels:
            text = worded(self.labels[digits], visit.language, visit.tree_language)
            visit.label = visit.shown(text).text
        return self.take(f"key {digits}", tries)

    async def _dialled(self, visit: Visit, digits: str) -> Taken | None:
        """Ring an extension; return None where there is none of these digits."""
        if self.direct_dial is None or not self.direct_dial.takes(digits):
            return None
        result = await visit.dial_extension(digits)
        if result is DialResult.UNKNOWN:
            return None
        return self.take(TALK_OVER if result is DialResult.ENDED_BY_CALLEE else result.value, digits)

    def _question(self, visit: Visit, attempt: int) -> Spoken:
        comes_back = visit.entered[visit.branch] > 1
        if attempt == 1 and comes_back and self.short_prompt is not None:
            return self.short_prompt
        return at_attempt(self.prompt, attempt)

    async def _ask(self, visit: Visit, prompts: tuple[Spoken, ...]) -> None:
        await put_question(visit, prompts, barge_in=self.barge_in, type_ahead=self.type_ahead)

    async def _choice(self, visit: Visit) -> str:
        """Return the digits pressed: a choice, digits that match nothing, or nothing at all."""
        digits = ""
        wait = self.first_digit_s
        while (key := await visit.next_key(wait)) is not None:
            whole = digits in self.keys or (self.direct_dial is not None and self.direct_dial.takes(digits))
            if key.digit == CONFIRM and whole and not self._may_go_on(digits, CONFIRM):
                return digits
            digits += key.digit
            if not self._may_go_on(digits):
                if not self._may_begin(CONFIRM):
                    visit.expect_late_key(CONFIRM, LATE_CONFIRM_S, unless_wanted=True)
                return digits
            wait = self.inter_digit_s
        return digits

    def _may_begin(self, key: str) -> bool:
        return key in self.own_keys() or any(choice.startswith(key) for choice in self.keys)

    def _may_go_on(self, digits: str, more: str = "") -> bool:
        direct = self.direct_dial
        if direct is not None and not more and direct.may_go_on(digits):
            return True
        return any(k.startswith(digits + more) and len(k) > len(digits) for k in self.keys)


def _tries(silent: int, wrong: list[str]) -> str:
    """Say which tries failed: ``wrong: 7, 99; silent: 1``, or nothing."""
    parts = [f"wrong: {', '.join(wrong)}"] if wrong else []
    if silent:
        parts.append(f"silent: {silent}")
    return "; ".join(parts)
