"""Steps that lead into queues, and those that look at a queue to decide where to go."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from softswitch.events import StepTaken
from softswitch.ivr.context import NeededSkill, QueueEnd, Queues, QueueWish, WaitEnd
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import EndReason, GoTo, HandedOver, Next, Outcome, Taken, lead
from softswitch.ivr.references import AnyQueueName, BranchName, Kind, has_variables
from softswitch.ivr.visit import Visit

WHEN_AGENT: Final = "when_agent"

OWN_KEY: Final = "own_key"
"""The exit of a key that the queue's own configuration gives a meaning."""

ALREADY_ANSWERED: Final = "already_answered"
"""Written down where the wish not to answer comes too late."""

NO_SUCH_QUEUE: Final = "no_such_queue"
NO_SUCH: Final = "The branch when a variable names what there is not; none: the next step."

MOST_PRIORITY: Final = 1440
"""A day of head start: who has it comes before everybody who has not."""

MOST_SKILL: Final = 10
"""The highest level of a skill that agents can have."""

LONGEST_RELAX_S: Final = 3600.0
MOST_COUNTED: Final = 10_000
"""More agents or callers than any one line has."""


class Skill(BaseModel):
    """A skill that callers of a step need; it may be the level alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    example: ClassVar[str] = "{level: 3, required: no, relax_s: 30}"

    level: int = Field(default=1, ge=1, le=MOST_SKILL)
    required: bool = True
    relax_s: float = Field(default=0.0, ge=0.0, le=LONGEST_RELAX_S)


def _level_alone(value: object) -> object:
    return {"level": value} if isinstance(value, str | int) else value


def _checked_key(key: str) -> str:
    if not re.fullmatch("[0-9*#]", key):
        raise ValueError(f"'{key}' is no single key: a queue is left by one of 0-9, * and #")
    return key


QueueKeys = Annotated[
    dict[Annotated[str, AfterValidator(_checked_key)], BranchName],
    Kind("keys and their branches", "klawisze i ich gałęzie"),
]
Skills = Annotated[
    dict[str, Annotated[Skill, BeforeValidator(_level_alone)]],
    Kind("skills and their levels", "umiejętności i ich poziomy"),
]

_REASONS: Final[Mapping[WaitEnd, EndReason]] = {
    WaitEnd.TALK_OVER: EndReason.TALK_OVER,
    WaitEnd.FULL: EndReason.QUEUE_FULL,
    WaitEnd.EMPTY: EndReason.QUEUE_EMPTY,
    WaitEnd.MAX_WAIT: EndReason.QUEUE_MAX_WAIT,
    WaitEnd.NO_AGENT: EndReason.QUEUE_NO_AGENT,
    WaitEnd.CALLBACK: EndReason.QUEUE_CALLBACK,
    WaitEnd.KEY: EndReason.QUEUE_LEFT,
}
"""Why a tree without a branch for it hands the caller over to the queue's own configuration."""


def _no_such_queue(name: str, branch: str | None) -> Mapping[str, Outcome]:
    """Return the exit of a queue that a variable names and that there is not; none of a name as it is."""
    return {NO_SUCH_QUEUE: lead(branch, Next())} if has_variables(name) else {}


class Queue(Action):
    """Let the caller wait in a queue for an agent and talk with the one who answers.

    An exit without a branch goes on as the queue's own configuration says (its ``on_full``, ``after_talk``
    and so on); where that says nothing the call ends. ``keys`` leave the queue at any instant, also during
    an announcement, and go before the queue's own. Agents see the label set before.
    """

    enters_queue: ClassVar[bool] = True
    bare_parameter: ClassVar[str | None] = "name"
    reaches_people: ClassVar[bool] = True
    example: ClassVar[str] = "- queue: {name: sales, keys: {0: welcome}, full: sorry, max_wait: sorry}"

    name: AnyQueueName = Field(description="The name of the queue; variables are allowed.")
    answer: Literal["at_once", "when_agent"] | None = Field(
        default=None,
        description="Answer at once with music, or let it ring until an agent answers; none is as the queue "
        "has it.",
    )
    priority: int = Field(
        default=0, ge=0, le=MOST_PRIORITY, description="A head start before other callers, in minutes."
    )
    skills: Skills = Field(
        default_factory=dict,
        description="What agents must be able to do, each skill with its level or with level, required and "
        "relax_s; none is as the queue has it. Variables are allowed in the skills.",
        examples=["{english: 3}"],
    )
    keys: QueueKeys = Field(
        default_factory=dict,
        description="Keys that leave the queue, each with the branch it leads to.",
        examples=['{0: welcome, "*": voicemail}'],
    )
    full: BranchName | None = Field(default=None, description="The branch when too many wait already.")
    empty: BranchName | None = Field(default=None, description="The branch when no agent serves the queue.")
    max_wait: BranchName | None = Field(default=None, description="The branch after the longest wait.")
    no_agent: BranchName | None = Field(
        default=None, description="The branch when nobody has served the queue for too long."
    )
    callback: BranchName | None = Field(
        default=None, description="The branch when the caller has asked to be called back."
    )
    after: BranchName | None = Field(
        default=None, description="The branch when the agent hung up; never when the caller did."
    )
    unknown: BranchName | None = Field(default=None, description=NO_SUCH)

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per way a wait can end, and one per key."""
        branches = {
            WaitEnd.TALK_OVER: self.after,
            WaitEnd.FULL: self.full,
            WaitEnd.EMPTY: self.empty,
            WaitEnd.MAX_WAIT: self.max_wait,
            WaitEnd.NO_AGENT: self.no_agent,
            WaitEnd.CALLBACK: self.callback,
        }
        return {
            **{how.value: lead(branch, self._as_the_queue_says(how)) for how, branch in branches.items()},
            OWN_KEY: self._as_the_queue_says(WaitEnd.KEY),
            **{f"key {key}": GoTo(branch) for key, branch in self.keys.items()},
            **_no_such_queue(self.name, self.unknown),
        }

    def templates(self) -> Iterable[str]:
        """Return the name and the skills, which may hold variables."""
        return (self.name, *self.skills)

    def _as_the_queue_says(self, how: WaitEnd) -> HandedOver:
        return HandedOver(self.name, _REASONS[how])

    async def run(self, visit: Visit) -> Taken:
        """Let the caller wait."""
        if has_variables(self.name):
            named = visit.named(self.name)
            if not visit.world.queues.knows(named.text):
                return self.take(NO_SUCH_QUEUE, named.logged)
            return await self.model_copy(update={"name": named.text}).run(visit)
        if visit.world.line.answered and not self._answers_at_once(visit):
            visit.world.record(StepTaken(visit.tree, visit.branch, "queue", ALREADY_ANSWERED, self.name))
        return self._left(await visit.wait_in_queue(self._wish(visit)))

    def _answers_at_once(self, visit: Visit) -> bool:
        if self.answer is None:
            return visit.world.queues.answers_at_once(self.name)
        return self.answer != WHEN_AGENT

    def _wish(self, visit: Visit) -> QueueWish:
        return QueueWish(
            queue=self.name,
            answer=self.answer or "",
            language=visit.language,
            label=visit.shown_label,
            priority=self.priority,
            skills={
                # One whose variable has no value is not asked for.
                name: NeededSkill(skill.level, skill.required, skill.relax_s)
                for name, skill in ((visit.named(text).text, skill) for text, skill in self.skills.items())
                if name
            },
            keys=frozenset(self.keys),
        )

    def _left(self, end: QueueEnd) -> Taken:
        name = end.how.value
        if end.how is WaitEnd.KEY:
            name = f"key {end.key}" if end.key in self.keys else OWN_KEY
        return self.take(name, self.name)


class _Comparison(Action):
    """Base of the steps that compare a figure of a queue and go one way or the other, silently."""

    instant: ClassVar[bool] = True

    queue: AnyQueueName = Field(description="The name of the queue; variables are allowed.")
    yes: BranchName | None = Field(default=None, description="The branch if so; without it the next step.")
    no: BranchName | None = Field(default=None, description="The branch if not; without it the next step.")
    unknown: BranchName | None = Field(default=None, description=NO_SUCH)

    @model_validator(mode="after")
    def _leads_somewhere(self) -> _Comparison:
        if self.yes is None and self.no is None:
            raise ValueError("neither 'yes' nor 'no' leads to a branch, so nothing is decided here")
        return self

    def exits(self) -> Mapping[str, Outcome]:
        """Return both exits, and one where a variable may name no queue."""
        both = {name: lead(branch, Next()) for name, branch in (("yes", self.yes), ("no", self.no))}
        return {**both, **_no_such_queue(self.queue, self.unknown)}

    def templates(self) -> Iterable[str]:
        """Return the name, which may hold variables."""
        return (self.queue,)

    async def run(self, visit: Visit) -> Taken:
        """Count and go."""
        named = visit.named(self.queue)
        if has_variables(self.queue) and not visit.world.queues.knows(named.text):
            return self.take(NO_SUCH_QUEUE, named.logged)
        return self._counted(visit.world.queues, named.text)

    @abstractmethod
    def _counted(self, queues: Queues, name: str) -> Taken:
        """Return the way that a queue's figures lead."""


class ByAgents(_Comparison):
    """Go on by how many agents a queue has. The caller hears nothing of it.

    ``logged_in`` counts those on a break and in a talk too, ``free`` only those who could take a call now.
    """

    example: ClassVar[str] = "- by_agents: {queue: sales, at_least: 2, count: free, yes: sales, no: sorry}"

    at_least: int = Field(
        ge=1, le=MOST_COUNTED, description="So many agents, or more, go the way of yes; fewer that of no."
    )
    count: Literal["logged_in", "free"] = Field(default="logged_in", description="Which agents count.")

    def _counted(self, queues: Queues, name: str) -> Taken:
        found = queues.agents(name, free=self.count == "free")
        if found >= self.at_least:
            return self.take("yes", f"{name}: {found} >= {self.at_least}")
        return self.take("no", f"{name}: {found} < {self.at_least}")


class ByWaiting(_Comparison):
    """Go on by how many callers wait in a queue. The caller hears nothing of it.

    Who has hung up does not count, nor who is to be called back.
    """

    example: ClassVar[str] = "- by_waiting: {queue: sales, at_most: 5, yes: sales, no: sorry}"

    at_most: int = Field(
        ge=0, le=MOST_COUNTED, description="So many callers, or fewer, go the way of yes; more that of no."
    )

    def _counted(self, queues: Queues, name: str) -> Taken:
        found = queues.waiting(name)
        if found <= self.at_most:
            return self.take("yes", f"{name}: {found} <= {self.at_most}")
        return self.take("no", f"{name}: {found} > {self.at_most}")
