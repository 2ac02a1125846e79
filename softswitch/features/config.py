"""The parts of the configuration that belong to the phone features."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from softswitch.parts import Code, Codes, Part

Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z*#+._-]{1,64}$")]
"""What can be dialled."""

Strategy = Literal["all", "hunt", "memory", "random"]

MOST_SLOTS: Final = 100
"""Calls that one parking can hold: more are kept nowhere but by a slip of the pen in its range."""

SHORTEST_PIN, LONGEST_PIN = 3, 12


class NoAnswerConfig(Part):
    """Where a call goes that rings for so many seconds in vain."""

    to: Number
    after: float = Field(default=20.0, ge=5.0, le=300.0)


class ForwardConfig(Part):
    """Where calls of an account go instead; ``no_answer`` may be the number alone."""

    always: Number | None = None
    busy: Number | None = None
    no_answer: NoAnswerConfig | None = None
    unreachable: Number | None = None

    @property
    def named(self) -> dict[str, str]:
        """Where calls go, by the setting that says so."""
        missed = self.no_answer.to if self.no_answer is not None else None
        settings = {
            "always": self.always,
            "busy": self.busy,
            "no_answer": missed,
            "unreachable": self.unreachable,
        }
        return {setting: to for setting, to in settings.items() if to is not None}

    @field_validator("no_answer", mode="before")
    @classmethod
    def _number_alone(cls, value: object) -> object:
        return {"to": value} if isinstance(value, str) else value


class FindMeConfig(Part):
    """Numbers rung one after another while the account's own phones ring.

    Whoever answers at a number outside has to press 1, so that no mailbox takes the call; with ``confirm``
    at the switch's own numbers too. The first is rung ``after`` seconds, each for ``ring_s``.
    """

    numbers: tuple[Number, ...] = Field(min_length=1, max_length=10)
    confirm: bool = True
    ring_s: float = Field(default=20.0, ge=5.0, le=120.0)
    after: float = Field(default=0.0, ge=0.0, le=120.0)


class PersonConfig(Part):
    """What an account wants done with its calls, until it says otherwise by a feature code.

    ``call_waiting`` lets a second call ring while it talks. Who has the same ``pickup_group`` may answer the
    phones of each other.
    """

    forward: ForwardConfig = ForwardConfig()
    dnd: bool = False
    call_waiting: bool = True
    pickup_group: str = ""
    find_me: FindMeConfig | None = None


class GroupConfig(Part):
    """A number that rings several accounts.

    ``strategy``: all at once; ``hunt``, one after another; ``memory``, one more each time; ``random``, one
    after another in an order drawn anew. Each turn rings for ``ring_s``. ``label`` stands before the caller's
    name.
    """

    name: str = ""
    members: tuple[Number, ...] = Field(min_length=1, max_length=100)
    strategy: Strategy = "all"
    ring_s: float = Field(default=20.0, ge=3.0, le=300.0)
    skip_busy: bool = True
    label: str = Field(default="", max_length=40)
    on_no_answer: Number | None = None


class RoomConfig(Part):
    """A conference room. Without a ``pin`` everybody may enter who can dial it."""

    name: str = ""
    pin: str = Field(default="", repr=False)
    most: int = Field(default=50, ge=2, le=200)

    @field_validator("pin")
    @classmethod
    def _digits(cls, value: str) -> str:
        # The value is not said: it is a secret, also when it is wrong.
        if value and not re.fullmatch(f"[0-9]{{{SHORTEST_PIN},{LONGEST_PIN}}}", value):
            raise ValueError(f"a PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits")
        return value


class ParkingConfig(Part):
    """Where calls are parked: the number that finds a free slot, and the slots, which are numbers too.

    ``recall_s`` is how long a call waits until whoever parked it is rung.
    """

    number: Number = "700"
    slots: str = "701-709"
    recall_s: float = Field(default=90.0, ge=10.0, le=3600.0)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The slots, in order."""
        first, last = self.slots.split("-")
        return tuple(str(one).zfill(len(first)) for one in range(int(first), int(last) + 1))

    @field_validator("slots")
    @classmethod
    def _range(cls, value: str) -> str:
        written = re.fullmatch("([0-9]{1,10})-([0-9]{1,10})", value)
        if written is None or len(written[1]) != len(written[2]) or int(written[1]) > int(written[2]):
            raise ValueError("slots must be FIRST-LAST, such as 701-709")
        if int(written[2]) - int(written[1]) >= MOST_SLOTS:
            raise ValueError(f"slots are at most {MOST_SLOTS}")
        return value

    @model_validator(mode="after")
    def _apart(self) -> ParkingConfig:
        if self.number in self.numbers:
            raise ValueError(f"the number {self.number} is one of the slots too")
        return self


class CodesConfig(Codes):
    """What is dialled to use a feature; a number follows where one is meant, in the same breath.

    ``language`` is spoken to accounts that have none of their own.
    """

    language: Literal["en", "pl"] = "en"
    forward_always: Code = "*72"
    forward_always_off: Code = "*73"
    forward_busy: Code = "*90"
    forward_busy_off: Code = "*91"
    forward_no_answer: Code = "*52"
    forward_no_answer_off: Code = "*53"
    forward_unreachable: Code = "*54"
    forward_unreachable_off: Code = "*55"
    dnd_on: Code = "*78"
    dnd_off: Code = "*79"
    pickup: Code = "*8"
    pickup_at: Code = "**"
    meet: Code = "*3"


class FeaturesConfig(Part):
    """The numbers of the features."""

    groups: dict[Number, GroupConfig] = Field(default_factory=dict)
    rooms: dict[Number, RoomConfig] = Field(default_factory=dict)
    parking: ParkingConfig | None = None
    codes: CodesConfig = CodesConfig()
