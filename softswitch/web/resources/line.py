"""Calls, queues, agents, opening hours: what goes on on the line."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from softswitch.web.resources.base import LINE, Asked, Line, Name, Number, Resource, Text


class CallSummary(Resource):
    """A call that was, or still is: then ``ended`` is null."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "01J9Z8Q4M2K7XW5T3R6P8N0BCD",
                    "caller": "+48600100200",
                    "caller_name": "Anna Nowak",
                    "called": "300",
                    "started": "2026-03-02T10:15:00Z",
                    "answered": "2026-03-02T10:15:20Z",
                    "ended": "2026-03-02T10:18:00Z",
                    "seconds": 180.0,
                    "result": "completed",
                    "reason": "caller_hung_up",
                    "queue": "sales",
                    "agents": ["1001"],
                }
            ]
        },
    )

    id: str
    caller: str
    caller_name: str = ""
    called: str
    account: str = ""
    started: datetime
    answered: datetime | None = None
    ended: datetime | None = None
    seconds: float = 0.0
    answered_seconds: float = 0.0
    result: str = ""
    reason: str = ""
    queue: str = Field(default="", description="The last queue it waited in.")
    waited_s: float = 0.0
    agents: tuple[str, ...] = Field(default=(), description="The accounts that talked in it.")
    rating: int | None = Field(default=None, description="What the caller thought of it.")
    menu_path: tuple[str, ...] = ()
    digits: str = Field(default="", description="The keys its caller pressed; secret ones are stars.")
    why: str = Field(default="", description="In a sentence, why it ended.")


class CallStep(Resource):
    """One event of a call."""

    sequence: int
    at: datetime
    kind: str
    data: dict[str, Any]


class CallDetail(CallSummary):
    """A call with every step."""

    legs: tuple[dict[str, Any], ...] = ()
    steps: tuple[CallStep, ...] = ()


class LiveLeg(Resource):
    """Somebody who takes part in a call that goes on."""

    leg: str
    party: str
    state: Literal["calling", "ringing", "up", "held"]
    is_caller: bool = False


class LiveCall(Resource):
    """A call that goes on."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "01J9Z8Q4M2K7XW5T3R6P8N0BCD",
                    "caller": "+48600100200",
                    "caller_name": "Anna Nowak",
                    "called": "300",
                    "started": "2026-03-02T10:15:00Z",
                    "state": "talking",
                    "where": "queue sales",
                    "queue": "sales",
                    "legs": [],
                }
            ]
        },
    )

    id: str
    caller: str
    caller_name: str = ""
    called: str
    started: datetime
    state: Literal["arrived", "menu", "waiting", "ringing", "talking"]
    where: str = Field(default="", description="What serves it: kind and name.")
    queue: str = ""
    trunk: str = ""
    made_for: str = ""
    legs: tuple[LiveLeg, ...] = ()


class NewCall(Asked):
    """A call that the switch is to begin: it rings the account first, and then the number."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"account": "1001", "number": "1002"}]},
    )

    account: Name = Field(description="Whose phones ring, and with whose rights the number is called.")
    number: Number | None = Field(default=None, description="Whom the account is connected with.")
    call: Name | None = Field(
        default=None,
        description="In place of a number: call back whoever called in this call, hidden or not.",
    )
    ring_s: float = Field(
        default=30.0, ge=5.0, le=120.0, description="Seconds that the account's phones ring."
    )


class Begun(Resource):
    """A call that the switch has begun."""

    call: str = Field(description="Its id; what comes of it is told by the events.")


class TransferTo(Asked):
    """Where somebody's call is to go on."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"number": "1002"}]}
    )

    number: Number
    by: Name | None = Field(
        default=None,
        description="Whose phone hands it over, with its rights; unless given, the one of ours that talks.",
    )


class Transferring(Resource):
    """A transfer that has begun; TransferDone among the events tells what came of it."""

    call: str
    number: str


class Supervise(Asked):
    """Who is to hear a talk, and to whom he may speak."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"by": "1003", "mode": "listen"}]}
    )

    by: Name = Field(description="The account whose phones ring.")
    mode: Literal["listen", "whisper", "barge"]


class Supervised(Resource):
    """A supervision."""

    call: str = Field(description="The supervisor's own call.")
    agent: str
    mode: str
    rings: bool = Field(description="Whether it begins only now.")


class QueueState(Resource):
    """A queue, now and so far today. Times are seconds, shares from 0 to 1, -1 where there is none."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [{"queue": "sales", "waiting": 2, "longest_wait_s": 31.0, "answered": 14}]
        },
    )

    queue: str
    waiting: int = 0
    longest_wait_s: float = 0.0
    callbacks_waiting: int = 0
    agents: dict[str, int] = Field(default={}, description="Who is logged in, by state.")
    entered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    left: int = 0
    service_level: float = -1.0
    abandoned_share: float = -1.0
    speed_of_answer_s: float = 0.0
    mean_talk_s: float = 0.0
    mean_handling_s: float = 0.0


class AgentState(Resource):
    """An agent, now and so far today."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {"agent": "1001", "state": "ready", "since": "2026-03-02T08:00:00Z", "queues": ["sales"]}
            ]
        },
    )

    agent: str
    state: str
    since: datetime
    queues: tuple[str, ...] = ()
    pauses: dict[str, str] = Field(default={}, description="By queue, empty for all: the reason.")
    queue: str = ""
    party: str = ""
    calls: int = 0
    talk_s: float = 0.0
    wrap_up_s: float = 0.0
    logged_in_s: float = 0.0
    paused_s: float = 0.0
    reachable: bool = True
    engaged: bool = False


class AgentAct(Asked):
    """What is done for an agent."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"act": "pause", "reason": "lunch", "minutes": 30}]},
    )

    act: Literal["login", "logout", "pause", "resume", "ready"]
    queue: Name | None = Field(default=None, description="For one queue alone.")
    reason: Annotated[Line, StringConstraints(max_length=40)] = Field(default="", description="Of a pause.")
    minutes: float = Field(default=0.0, ge=0, le=1440, description="After which a pause ends by itself.")


class Schedule(Resource):
    """Opening hours, and how they stand now."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "office",
                    "zone": "Europe/Warsaw",
                    "state": "open",
                    "until": "2026-03-02T17:00:00+01:00",
                }
            ]
        },
    )

    name: str
    zone: str
    state: Literal["open", "closed", "special"]
    why: str = Field(default="", description="The holiday or special day, or who switched it by hand.")
    until: datetime | None = Field(default=None, description="When that changes.")
    switch: str = Field(default="", description="What was switched by hand: day, night, outage.")
    switch_until: datetime | None = None
    switched_by: str = ""


class ScheduleDay(Resource):
    """One day of a schedule."""

    day: date
    state: Literal["open", "closed", "special"]
    name: str = Field(default="", description="Of a holiday or special day.")
    hours: tuple[str, ...] = Field(default=(), description="When it is open: `9:00-17:00`.")


class SwitchTo(Asked):
    """What a schedule is switched to by hand."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"switch": "night", "minutes": 120}]}
    )

    switch: Literal["day", "night", "outage"]
    minutes: float | None = Field(
        default=None, gt=0, le=525_600, description="After which it ends by itself; unless given, never."
    )
    note: Annotated[str, StringConstraints(max_length=120, pattern=LINE)] = Field(
        default="",
        description="Why. In an outage of all schedules callers hear it where a menu has no branch for that.",
    )


class NewMessage(Asked):
    """A text message (SMS) to be sent."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"number": "+48600100200", "text": "Your parcel is on its way."},
                {"call": "01J9Z8Q4M2K7XW5T3R6P8N0BCD", "template": "manual"},
            ]
        },
    )

    number: Number | None = None
    call: Name | None = Field(
        default=None, description="To which it belongs; without a number it goes to whoever called in it."
    )
    text: Annotated[Text, StringConstraints(min_length=1, max_length=1530)] | None = None
    template: Name | None = Field(default=None, description="In place of a text: one of the line's own.")
    gateway: Name | None = Field(default=None, description="Which of the line's; unless given, the first.")


class Message(Resource):
    """A text message, and what became of it."""

    id: str
    call: str = ""
    template: str = ""
    state: str = Field(description="waiting, sent, refused, expired.")
    at: datetime
    by: str = Field(default="", description="Who has sent it.")
    reason: str = ""


class MessageTemplate(Resource):
    """A text message that can be sent by its name; variables stand in it as they are written."""

    name: str
    text: str
