"""The parts of the configuration that belong to queues and their agents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from softswitch.parts import Code, Codes, Part
from softswitch.queues.announce_config import AnnounceConfig

Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z*#+._-]{1,64}$")]
"""What can be dialled, and the name of an account."""

Name = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
"""By which trees, commands and the log know a queue."""

Strategy = Literal[
    "ring_all",
    "longest_idle",
    "round_robin",
    "fewest_calls",
    "least_talk",
    "random",
    "weighted_random",
    "linear",
]
Kept = Literal["logged_out", "paused", "unregistered", "ringing", "in_use", "wrap_up"]
"""What can keep an agent from a call, as far as it counts for letting callers in and sending them on."""

Key = Annotated[str, StringConstraints(pattern=r"^[0-9*#]$")]
CALLBACK: Final = "callback"
PLACE: Final = "place"
"""What a key may do besides leading to a number."""

MOST_PRIORITY: Final = 1440
"""A day of head start: who has it comes before everybody who has not."""


class MemberConfig(Part):
    """An agent's part in a queue. Lower tiers ring first; ``weight`` counts with ``weighted_random``."""

    tier: int = Field(default=1, ge=1, le=20)
    weight: float = Field(default=1.0, gt=0.0, le=100.0)


class TiersConfig(Part):
    """How a queue widens: a further tier rings after each ``wait_s`` seconds that a caller has waited.

    Without ``multiply`` all further tiers ring after ``wait_s``. With ``skip_empty`` nobody waits for a tier
    in which nobody serves.
    """

    wait_s: float = Field(default=20.0, ge=0.0, le=3600.0)
    multiply: bool = True
    skip_empty: bool = True


class SkillConfig(Part):
    """A skill that callers of a queue need; it may be the level alone.

    Agents with less do not ring, or, if it is not ``required``, only when nobody better is free. Every
    ``relax_s`` seconds of waiting one level less is enough; 0 for never.
    """

    level: int = Field(default=1, ge=1, le=10)
    required: bool = True
    relax_s: float = Field(default=0.0, ge=0.0, le=3600.0)


class MissConfig(Part):
    """What follows on missing a call: ``rest_s`` seconds without one, and a pause after ``times`` in a row.

    ``times`` 0 never pauses. The pause ends by itself after ``pause_s`` seconds, 0: when the agent returns.
    Without any rest a phone that refuses by itself would be rung as fast as the network carries it.
    """

    rest_s: float = Field(default=5.0, ge=1.0, le=3600.0)
    times: int = Field(default=0, ge=0, le=100)
    pause_s: float = Field(default=0.0, ge=0.0, le=86_400.0)


class MissedConfig(Part):
    """What follows when an agent misses a call, by how. ``pause`` is from all queues or this one."""

    pause: Literal["all", "queue"] = "all"
    no_answer: MissConfig = MissConfig(rest_s=5.0, times=2)
    reject: MissConfig = MissConfig(rest_s=15.0)
    busy: MissConfig = MissConfig(rest_s=10.0)
    unreachable: MissConfig = MissConfig(rest_s=20.0)

    @field_validator("no_answer", "reject", "busy", "unreachable", mode="before")
    @classmethod
    def _rest_as_it_was(cls, value: object, field: ValidationInfo) -> object:
        """Let what is written change that alone: each way of missing has its own defaults."""
        if not isinstance(value, dict):
            return value
        return cls.model_fields[str(field.field_name)].default.model_dump() | value


class CallbackConfig(Part):
    """Callers may hang up and be called when it is their turn.

    It is offered after ``offer_after_s`` seconds, to those with more than ``offer_ahead`` before them. The
    number is called ``tries`` times, ``retry_s`` apart, between ``earliest`` and ``latest`` o'clock, with the
    rights of the account ``by``, and shows ``shown``. It rings for ``ring_s``, and whoever answers presses 1.
    A queue keeps ``most_kept`` of them.
    """

    by: Number
    shown: str = ""
    offer_after_s: float = Field(default=60.0, ge=0.0, le=3600.0)
    offer_ahead: int = Field(default=0, ge=0, le=1000)
    confirm_number: bool = True
    tries: int = Field(default=3, ge=1, le=20)
    retry_s: float = Field(default=300.0, ge=10.0, le=86_400.0)
    earliest: str = "08:00"
    latest: str = "20:00"
    time_zone: str = "Europe/Warsaw"
    ring_s: float = Field(default=25.0, ge=5.0, le=120.0)
    most_at_once: int = Field(default=5, ge=1, le=100)
    # More than ten agents call back in an hour; without an end a machine that dials would fill the line.
    most_kept: int = Field(default=100, ge=1, le=10_000)

    @field_validator("earliest", "latest")
    @classmethod
    def _clock(cls, value: str) -> str:
        if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", value):
            raise ValueError(f"'{value}' is no time of day such as 08:00")
        return value


class PreferredConfig(Part):
    """Which agent a caller is offered to first: ``by`` names the rules in their order.

    ``number``: whose own the dialled number is (an agent's ``numbers``); ``keeper``: who keeps the customer;
    ``last_talked``: with whom the caller talked in the last ``days``. A caller waits ``wait_s`` seconds for
    one who talks or is away from the desk; 0: only if he is free at once.
    """

    by: tuple[Literal["number", "keeper", "last_talked"], ...] = ("last_talked",)
    days: float = Field(default=7.0, gt=0.0, le=365.0)
    wait_s: float = Field(default=0.0, ge=0.0, le=600.0)


class QueueConfig(Part):
    """A queue: who waits, who answers, and what happens when nobody does."""

    name: str = Field(default="", max_length=40)
    number: Number | None = None
    members: dict[Number, MemberConfig] = Field(default_factory=dict)
    may_join: tuple[Number, ...] = ()
    language: Literal["en", "pl"] = "en"
    strategy: Strategy = "longest_idle"
    answer: Literal["at_once", "when_agent"] = "at_once"
    ring_s: float = Field(default=15.0, ge=3.0, le=300.0)
    wrap_up_s: float = Field(default=0.0, ge=0.0, le=3600.0)
    missed: MissedConfig = MissedConfig()
    tiers: TiersConfig = TiersConfig()
    skills: dict[Name, SkillConfig] = Field(default_factory=dict)
    most_talks: int = Field(default=0, ge=0, le=1000)
    priority: int = Field(default=0, ge=0, le=MOST_PRIORITY)
    weight: float = Field(default=1.0, gt=0.0, le=100.0)
    preferred: PreferredConfig | None = None
    most_waiting: int = Field(default=0, ge=0, le=10_000)
    on_full: Number | None = None
    refuse_when_all: tuple[Kept, ...] = ()
    leave_when_all: tuple[Kept, ...] = ()
    on_empty: Number | None = None
    max_wait_s: float = Field(default=0.0, ge=0.0, le=86_400.0)
    on_max_wait: Number | None = None
    no_agent_wait_s: float = Field(default=0.0, ge=0.0, le=86_400.0)
    on_no_agent: Number | None = None
    keep_place_s: float = Field(default=300.0, ge=0.0, le=86_400.0)
    abandoned_resume_s: float = Field(default=0.0, ge=0.0, le=86_400.0)
    announce: AnnounceConfig = AnnounceConfig()
    music: tuple[Path, ...] = ()
    ring_instead: bool = False
    keys: dict[Key, Number] = Field(default_factory=dict)
    menus: dict[Key, Number] = Field(default_factory=dict)
    by: Number | None = None
    callback: CallbackConfig | None = None
    connecting: bool = False
    whisper: bool = False
    confirm: bool = False
    label: str = Field(default="", max_length=40)
    alert_info: str = Field(default="", max_length=200)
    after_talk: Number | None = None
    service_level_s: float = Field(default=20.0, ge=1.0, le=3600.0)

    @property
    def agents(self) -> tuple[str, ...]:
        """Everybody who may serve it."""
        return tuple(dict.fromkeys((*self.members, *self.may_join)))

    @property
    def cut_off_resume_s(self) -> float:
        """For how many seconds the place waits of somebody whom we have cut off: he did not give it away."""
        return max(self.keep_place_s, self.abandoned_resume_s)

    @property
    def targets(self) -> dict[str, str]:
        """Where callers go on, by the setting that says so."""
        named = {
            "on_full": self.on_full,
            "on_empty": self.on_empty,
            "on_max_wait": self.on_max_wait,
            "on_no_agent": self.on_no_agent,
            "after_talk": self.after_talk,
            **{f"keys.{key}": to for key, to in self.keys.items() if to not in (CALLBACK, PLACE)},
        }
        return {setting: number for setting, number in named.items() if number is not None}

    def placed(self, base: Path) -> QueueConfig:
        """Return it with its files taken from the folder ``base``."""
        music = tuple(base / path for path in self.music)
        return self.model_copy(update={"music": music, "announce": self.announce.placed(base)})

    @field_validator("members", mode="before")
    @classmethod
    def _list_of_members(cls, value: object) -> object:
        if isinstance(value, list | tuple):
            return {str(one): {} for one in value}
        if isinstance(value, dict):
            return {user: {} if part is None else part for user, part in value.items()}
        return value

    @field_validator("name", "label", "alert_info")
    @classmethod
    def _one_line(cls, value: str) -> str:
        # They stand in header fields, where a line break begins another.
        if any(letter < " " or letter == "\x7f" for letter in value):
            raise ValueError("holds a line break or another control character")
        return value

    @field_validator("skills", mode="before")
    @classmethod
    def _level_alone(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        # Of yes and no neither is a level.
        return {name: {"level": part} if type(part) is int else part for name, part in value.items()}

    @model_validator(mode="after")
    def _callback_is_set_up(self) -> QueueConfig:
        if CALLBACK in self.keys.values() and self.callback is None:
            raise ValueError("a key asks for a callback, but there is no 'callback' that says how")
        return self


class AgentConfig(Part):
    """What holds for an agent in all queues; the name is the account's.

    ``phone`` rings in place of the account's phones: a mobile, called with the account's rights. Whoever
    answers outside, or anywhere with ``confirm``, presses 1 first, so that no mailbox takes a caller.
    ``logged_in`` is how it begins; later he logs in and out himself. Callers of ``numbers`` are his
    (see ``preferred``). ``wrap_up_s`` goes before that of the queues.
    """

    phone: Number | None = None
    confirm: bool = False
    logged_in: bool = True
    pin: str = Field(default="", repr=False)
    skills: dict[Name, int] = Field(default_factory=dict)
    numbers: tuple[Number, ...] = ()
    wrap_up_s: float | None = Field(default=None, ge=0.0, le=3600.0)

    @field_validator("pin")
    @classmethod
    def _digits(cls, value: str) -> str:
        # The value is not said: it is a secret, also when it is wrong.
        if value and not re.fullmatch("[0-9]{3,12}", value):
            raise ValueError("a PIN has 3 to 12 digits")
        return value


class AgentCodesConfig(Codes):
    """What agents dial. The number of one queue may follow on logging in and out, a reason on a pause."""

    log_in: Code = "*45"
    log_out: Code = "*46"
    pause: Code = "*47"
    resume: Code = "*48"
    ready: Code = "*49"


class QueuesConfig(Part):
    """All queues by name, and what holds for their agents. ``pause_reasons`` are keyed in behind the code.

    ``keepers`` are the agents who look after customers, by the customers' numbers as calls show them. The
    figures of a day begin anew at midnight in ``time_zone``.
    """

    queues: dict[Name, QueueConfig] = Field(default_factory=dict)
    agents: dict[Number, AgentConfig] = Field(default_factory=dict)
    agent_codes: AgentCodesConfig = AgentCodesConfig()
    keepers: dict[Number, Number] = Field(default_factory=dict)
    pause_reasons: dict[Key, Annotated[str, StringConstraints(min_length=1, max_length=40)]] = Field(
        default_factory=dict
    )
    time_zone: str = "Europe/Warsaw"

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone {value}: Europe/Warsaw is one") from None
        return value
