"""The step ``rate``: the caller says by a key how the talk was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from pydantic import Field, ValidationInfo, field_validator

from softswitch.events import CallRated
from softswitch.ivr.actions.menus import CONFIRM, LATE_CONFIRM_S, MOST_REPEATS, Seconds
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import EndReason, HangUp, Next, Outcome, Taken, lead
from softswitch.ivr.prompts import GrowingPrompt, Spoken, at_attempt
from softswitch.ivr.references import BranchName
from softswitch.ivr.visit import Visit

RATED: Final = "rated"
INVALID: Final = "invalid"
GIVEN_UP: Final = "given_up"


class Rate(Action):
    """Ask the caller to rate the talk that is over, by one key, and write it down with agent and queue.

    No key, and a key outside the scale, lead to ``invalid``, which may lead back here; without that branch
    it is asked again at once. Either way no more than ``tries`` times in a call: then ``given_up``. Who has
    been asked is led into no queue any more.
    """

    example: ClassVar[str] = '- rate: {min: 1, max: 5, prompt: "From one to five, please.", then: sorry}'
    listens: ClassVar[bool] = True
    asks_to_rate: ClassVar[bool] = True

    prompt: GrowingPrompt | None = Field(default=None, description="The question, or a growing list.")
    min: int = Field(default=1, ge=1, le=9, description="The lowest rating.")
    max: int = Field(default=5, ge=1, le=9, description="The highest rating, 9 at most.")
    tries: int = Field(default=3, ge=1, le=MOST_REPEATS, description="How often it is asked in a call.")
    wait_s: Seconds = Field(default=7.0, description="Wait for the key after the question.")
    wrong: Spoken | None = Field(default=None, description="Said before it is asked again at once.")
    thanks: Spoken | None = Field(default=None, description="Said after a rating.")
    then: BranchName | None = Field(
        default=None, description="The branch after a rating; none: the next step."
    )
    invalid: BranchName | None = Field(
        default=None, description="The branch without a rating on the scale; none asks again."
    )
    given_up: BranchName | None = Field(
        default=None, description="The branch after the last try; none ends the call."
    )

    @field_validator("max")
    @classmethod
    def _scale(cls, highest: int, info: ValidationInfo) -> int:
        lowest = info.data.get("min", 0)
        if lowest >= highest:
            raise ValueError(f"max ({highest}) must be more than min ({lowest})")
        return highest

    def exits(self) -> Mapping[str, Outcome]:
        """Return the exits; the one for a wrong key only where it has a branch."""
        again: dict[str, Outcome] = {} if self.invalid is None else {INVALID: lead(self.invalid, Next())}
        return {
            RATED: lead(self.then, Next()),
            **again,
            GIVEN_UP: lead(self.given_up, HangUp(EndReason.TOO_MANY_TRIES)),
        }

    def prompts(self) -> Iterable[Spoken]:
        """Return the question in all its forms, and what is said of the answer."""
        return (*(self.prompt or ()), *(one for one in (self.wrong, self.thanks) if one is not None))

    async def run(self, visit: Visit) -> Taken:
        """Ask until there is a rating."""
        visit.has_rated = True
        key = ""
        while visit.asked_to_rate < self.tries:
            visit.asked_to_rate += 1
            key = await self._asked(visit, again=bool(key) or visit.asked_to_rate > 1)
            if key.isdecimal() and self.min <= int(key) <= self.max:
                return await self._rated(visit, int(key))
            if self.invalid is not None and visit.asked_to_rate < self.tries:
                return self.take(INVALID, key)
        return self.take(GIVEN_UP, key)

    async def _asked(self, visit: Visit, *, again: bool) -> str:
        said = () if not self.prompt else (at_attempt(self.prompt, visit.asked_to_rate),)
        wrong = (self.wrong,) if again and self.invalid is None and self.wrong is not None else ()
        await visit.hear((*wrong, *said), barge_in=True)
        key = await visit.next_key(self.wait_s)
        # One key is the whole answer: a second one is none to what follows.
        visit.flush_keys()
        if key is None:
            return ""
        if key.digit != CONFIRM:
            visit.expect_late_key(CONFIRM, LATE_CONFIRM_S, unless_wanted=True)
        return key.digit

    async def _rated(self, visit: Visit, rating: int) -> Taken:
        talked = visit.world.line.talked_with
        visit.world.record(CallRated(talked.queue, talked.agent, rating, self.min, self.max))
        if self.thanks is not None:
            await visit.hear((self.thanks,), barge_in=False)
        return self.take(RATED, str(rating))
