"""Steps that lead the caller to somebody of the firm: the own keeper, who is on duty, an extension."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field, model_validator

from softswitch.ivr.actions.connecting import LONGEST_RING_S, TALK_OVER
from softswitch.ivr.actions.direct_dial import LONGEST_EXTENSION
from softswitch.ivr.actions.menus import CONFIRM, Seconds
from softswitch.ivr.context import DialResult, Manner, QueueWish, WaitEnd
from softswitch.ivr.desks.staff import KeeperBy, Sought
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import EndReason, HandedOver, HangUp, Outcome, Taken, lead
from softswitch.ivr.prompts import Spoken
from softswitch.ivr.references import BranchName, Kind, QueueName, Text
from softswitch.ivr.visit import Visit

MOST_DAYS: Final = 3650
"""Ten years: no firm keeps who talked with whom for longer."""

NO_KEEPER: Final = "no_keeper"
QUEUE: Final = "queue"
SECOND_QUEUE: Final = "second_queue"

NO_SUCH_EXTENSION: Final = "no_such_extension"


class Keeper(Action):
    """Ring the one who looks after the caller, if that one is free and in no call.

    Who that is comes from the customer or the company (crm), from who talked with the caller last
    (last_talk), who called last in a campaign, answered or not (last_campaign), or from another system
    (external). Where there is nobody, or nobody free, or nobody answers, it goes on as ``otherwise`` says:
    a busy tone, a queue, the agent whose number was dialled and then a queue, or a branch. A caller without
    any keeper waits in ``second_queue`` while that one has free agents.
    """

    enters_queue: ClassVar[bool] = True
    reaches_people: ClassVar[bool] = True
    example: ClassVar[str] = "- keeper: {strategy: last_talk, days: 3, otherwise: queue, queue: sales}"

    strategy: Literal["crm", "last_campaign", "last_talk", "external"] = Field(
        default="crm", description="How the one is found who looks after the caller."
    )
    days: int = Field(
        default=7, ge=1, le=MOST_DAYS, description="How many days back talks and campaigns count."
    )
    ring_s: Annotated[float, Kind("seconds", "sekundy")] = Field(
        default=25.0, gt=0, le=LONGEST_RING_S, description="How long to ring, in seconds."
    )
    otherwise: Literal["busy", "queue", "numbers", "branch"] = Field(
        default="busy", description="Where callers go whose keeper cannot be had."
    )
    queue: QueueName | None = Field(default=None, description="The queue of otherwise: queue and numbers.")
    branch: BranchName | None = Field(default=None, description="The branch of otherwise: branch.")
    second_queue: QueueName | None = Field(
        default=None, description="The queue of callers without a keeper, while it has free agents."
    )
    after: BranchName | None = Field(
        default=None, description="The branch when the keeper, or the agent of a queue, hung up."
    )

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Keeper:
        if self.otherwise in ("queue", "numbers") and self.queue is None:
            raise ValueError(f"otherwise is '{self.otherwise}', but no 'queue' is named")
        if self.otherwise == "branch" and self.branch is None:
            raise ValueError("otherwise is 'branch', but no 'branch' is named")
        return self

    def exits(self) -> Mapping[str, Outcome]:
        """Return the talk, and those of the other ways that can be come to."""
        ways: dict[str, Outcome] = {TALK_OVER: lead(self.after, HangUp(EndReason.TALK_OVER))}
        if self.second_queue is not None:
            ways[SECOND_QUEUE] = HandedOver(self.second_queue)
        if self.otherwise == "branch":
            ways[NO_KEEPER] = lead(self.branch, HangUp(EndReason.NO_WAY_ON))
        elif self.queue is not None and self.otherwise != "busy":
            ways[QUEUE] = HandedOver(self.queue)
        else:
            ways["busy"] = HangUp(EndReason.HUNG_UP_BUSY)
        return ways

    async def run(self, visit: Visit) -> Taken:
        """Look, ring, or go on otherwise."""
        staff, facts = visit.world.desks.staff, visit.world.facts
        sought = Sought(facts.caller, visit.customer, KeeperBy(self.strategy), self.days)
        async with visit.world.line.comfort():
            keeper = await staff.keeper(sought)
        if keeper and await self._talked(visit, keeper):
            return self.take(TALK_OVER, keeper)
        second = self.second_queue
        if not keeper and second is not None and visit.world.queues.agents(second, free=True) > 0:
            return await self._waited(visit, SECOND_QUEUE, second)
        if self.otherwise == "numbers":
            owner = staff.owner(facts.called)
            if owner and owner != keeper and await self._talked(visit, owner):
                return self.take(TALK_OVER, owner)
        if self.otherwise == "branch":
            return self.take(NO_KEEPER, keeper)
        if self.otherwise == "busy" or self.queue is None:
            return self.take("busy", keeper)
        return await self._waited(visit, QUEUE, self.queue)

    async def _talked(self, visit: Visit, agent: str) -> bool:
        """Ring somebody who is free; tell whether they talked."""
        staff = visit.world.desks.staff
        if not staff.is_free(agent):
            return False
        manner = Manner(confirm=True, language=visit.tree_language, by=agent, agent=agent)
        return await visit.dial([staff.rung_at(agent)], self.ring_s, manner) is DialResult.ENDED_BY_CALLEE

    async def _waited(self, visit: Visit, exit_name: str, queue: str) -> Taken:
        end = await visit.wait_in_queue(QueueWish(queue, language=visit.language, label=visit.shown_label))
        if end.how is WaitEnd.TALK_OVER and self.after is not None:
            return self.take(TALK_OVER, queue)
        return self.take(exit_name, f"{queue}: {end.how.value}")


class Duty(Action):
    """Ring who is on duty: the main phone, then the spare one, round after round, until one answers.

    The caller hears ringing all the time. For how long it is tried, and how long each phone rings, the duty
    itself says. Without the branch ``nobody`` it goes on as the duty itself says, too.
    Nobody answers for a duty that a variable names and that there is not.
    """

    bare_parameter: ClassVar[str | None] = "name"
    reaches_people: ClassVar[bool] = True
    example: ClassVar[str] = "- duty: {name: service, nobody: sorry}"

    name: Text = Field(description="The name of the duty; variables are allowed.")
    after: BranchName | None = Field(
        default=None, description="The branch when the one on duty hung up; none ends the call."
    )
    nobody: BranchName | None = Field(default=None, description="The branch when nobody has answered.")

    def exits(self) -> Mapping[str, Outcome]:
        """Return both exits."""
        return {
            TALK_OVER: lead(self.after, HangUp(EndReason.TALK_OVER)),
            "no_answer": lead(self.nobody, HangUp(EndReason.NO_ANSWER)),
        }

    def templates(self) -> Iterable[str]:
        """Return the name, which may hold variables."""
        return (self.name,)

    async def run(self, visit: Visit) -> Taken:
        """Ring in rounds."""
        named = visit.named(self.name)
        result = await visit.dial_duty(named.text, alone=self.nobody is not None)
        return self.take(TALK_OVER if result is DialResult.ENDED_BY_CALLEE else "no_answer", named.logged)


class Extension(Action):
    """Let the caller dial an extension (DISA): after so many digits it rings at once.

    Codes, menus and numbers outside are no extensions. One that exists and cannot be reached ends the call
    unless a branch is named for it.
    """

    bare_parameter: ClassVar[str | None] = "length"
    reaches_people: ClassVar[bool] = True
    example: ClassVar[str] = '- extension: {length: 3, prompt: "The extension, please.", error: welcome}'
    listens: ClassVar[bool] = True

    length: int = Field(
        default=3, ge=1, le=LONGEST_EXTENSION, description="How many digits an extension has."
    )
    prompt: Spoken | None = Field(default=None, description="Asks for the extension.")
    first_digit_s: Seconds = Field(default=7.0, description="Wait for the first digit.")
    inter_digit_s: Seconds = Field(default=3.0, description="Wait for each further digit.")
    error: BranchName | None = Field(
        default=None, description="The branch when there is no such extension, or none was dialled."
    )
    unreachable: BranchName | None = Field(
        default=None, description="The branch when the extension cannot be reached, or nobody answers."
    )
    after: BranchName | None = Field(default=None, description="The branch when the called party hung up.")

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per result of the call, and two where there is none to make."""
        reasons = {
            "busy": EndReason.BUSY,
            "no_answer": EndReason.NO_ANSWER,
            "unreachable": EndReason.UNREACHABLE,
            "declined": EndReason.DECLINED,
        }
        return {
            TALK_OVER: lead(self.after, HangUp(EndReason.TALK_OVER)),
            **{name: lead(self.unreachable, HangUp(reason)) for name, reason in reasons.items()},
            NO_SUCH_EXTENSION: lead(self.error, HangUp(EndReason.UNKNOWN_NUMBER)),
            "not_entered": lead(self.error, HangUp(EndReason.NOT_ENTERED)),
        }

    def prompts(self) -> Iterable[Spoken]:
        """Return the question."""
        return () if self.prompt is None else (self.prompt,)

    async def run(self, visit: Visit) -> Taken:
        """Take digits and ring."""
        await visit.hear(tuple(self.prompts()), barge_in=True)
        number = await self._digits(visit)
        if not number:
            return self.take("not_entered")
        if not number.isdecimal():
            return self.take(NO_SUCH_EXTENSION, number)
        result = await visit.dial_extension(number)
        ends = {DialResult.ENDED_BY_CALLEE: TALK_OVER, DialResult.UNKNOWN: NO_SUCH_EXTENSION}
        return self.take(ends.get(result, result.value), number)

    async def _digits(self, visit: Visit) -> str:
        digits = ""
        while len(digits) < self.length:
            key = await visit.next_key(self.inter_digit_s if digits else self.first_digit_s)
            if key is None or key.digit == CONFIRM:
                return digits
            digits += key.digit
        visit.expect_late_key(CONFIRM, self.inter_digit_s)
        return digits
