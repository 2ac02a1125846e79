"""The world round a simulated call: who calls and when, and how everything stands that a tree may look at.

It is what tests of trees write under ``given``; what is not said is an ordinary Monday morning on which
everything works.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from softswitch.ivr.context import CallFacts
from softswitch.ivr.simulated.customers import CustomerGiven
from softswitch.ivr.simulated.given import CallbackGiven, MessageGiven, PostGiven, ProgramGiven, ReplyGiven
from softswitch.ivr.simulated.hours import Course
from softswitch.ivr.simulated.line import UTC
from softswitch.ivr.simulated.memory import RememberedGiven
from softswitch.ivr.simulated.queues import Figures
from softswitch.ivr.simulated.staff import StaffGiven

MONDAY = datetime(2026, 1, 5, 10, 0)  # noqa: DTZ001 - of the scene's own zone
"""When simulated calls begin unless the scene says: transcripts repeat to the letter."""


MONDAY_UTC = MONDAY.replace(tzinfo=ZoneInfo(UTC))


class Given(BaseModel):
    """Base of all parts of a scene."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name or UTC)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{name}' is no time zone such as Europe/Warsaw") from None
    return name


class QueueGiven(Given):
    """How things are in a queue throughout the call. ``logged_in`` counts the free agents too."""

    logged_in: int = Field(default=1, ge=0)
    free: int = Field(default=1, ge=0)
    waiting: int = Field(default=0, ge=0)
    at_once: bool = True
    exists: bool = True
    """Whether there is such a queue at all: a variable may name one that there is not."""

    def figures(self, queue: str) -> Figures:
        """Return them for the simulated queues."""
        logged_in = max(self.logged_in, self.free)
        return Figures(queue, logged_in, self.free, self.waiting, self.at_once, self.exists)


class TalkedGiven(Given):
    """With whom a caller talked last, and in which queue."""

    queue: str = ""
    agent: str = ""


class Scene(Given):
    """The world round one simulated call. ``at`` is the time on the wall in ``zone``, "" for the line's."""

    caller: str = "1001"
    caller_name: str = "Jan Kowalski"
    called: str = ""
    """The number that was dialled; "" for the tree's first."""
    account: str = "1001"
    language: str = ""
    """The language of the caller's account."""
    remembered: RememberedGiven = RememberedGiven()
    """What was chosen from the caller's number in earlier calls."""
    spoken: str = ""
    """The language that was chosen in this call already, where the tree begins behind another."""
    at: datetime = MONDAY
    zone: Annotated[str, AfterValidator(_zone)] = ""
    hours: dict[str, Course] = Field(default_factory=dict)
    """What schedules say, whatever the time is: ``open``, or what from which second of the call on,
    ``{0: open, 90: closed}``; others are as the line has them."""
    outage: str | None = None
    """What the operator wrote of an outage of the whole line; "" for nothing, None for no outage."""
    customers: tuple[CustomerGiven, ...] = ()
    customers_away: bool = False
    """Whether customers cannot be looked up."""
    silent_shops: tuple[str, ...] = ()
    """The shops that do not answer."""
    queues: dict[str, QueueGiven] = Field(default_factory=dict)
    staff: StaffGiven = StaffGiven()
    talked_with: TalkedGiven = TalkedGiven()
    """With whom the caller has talked already, where the tree begins behind a queue."""
    extensions: tuple[str, ...] | None = None
    """The extensions there are; None for any."""
    post: PostGiven = PostGiven()
    replies: dict[str, ReplyGiven] = Field(default_factory=dict)
    """What connections and addresses answer."""
    programs: dict[str, ProgramGiven] = Field(default_factory=dict)
    boxes: dict[str, MessageGiven] = Field(default_factory=dict)
    desks: dict[str, CallbackGiven] = Field(default_factory=dict)
    """How those end who ask to be called back."""

    def begins(self, zone: str = UTC) -> datetime:
        """Return when the call begins; ``zone`` is that of a time that says none."""
        return self.at if self.at.tzinfo is not None else self.at.replace(tzinfo=ZoneInfo(self.zone or zone))

    def facts(self, called: str) -> CallFacts:
        """Return what is known of the call when it enters a tree by a number."""
        return CallFacts(
            call="simulated",
            caller=self.caller,
            caller_name=self.caller_name,
            called=self.called or called,
            account=self.account,
            codec="PCMA",
            language=self.language,
            is_first=not (self.talked_with.queue or self.talked_with.agent or self.spoken),
        )
