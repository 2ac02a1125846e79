"""The steps that a program may answer with: their parameters, checked before the first of them is done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, ClassVar, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from softswitch.ivr.actions.digits import LONGEST_NUMBER
from softswitch.ivr.prompts import Language
from softswitch.ivr.references import QueueName, Template, Text, around, checked_sound

LONGEST_TEXT: Final = 2000
"""Letters of one text: three minutes of speech."""
MOST_PROMPTS: Final = 10
MOST_REPEATS: Final = 10
MOST_CHOICES: Final = 200
MOST_TARGETS: Final = 20
LONGEST_WAIT_S: Final = 60.0
LONGEST_RING_S: Final = 300.0
LONGEST_RECORDING_S: Final = 3600.0
MOST_PRIORITY: Final = 1440

Said = Annotated[Text, Field(max_length=LONGEST_TEXT)]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z*#+._-]{1,64}$")]
Seconds = Annotated[float, Field(gt=0, le=LONGEST_WAIT_S)]
Choice = Annotated[str, StringConstraints(pattern=r"^[0-9*#]{1,64}$")]
Terminator = Literal["#", "*", ""]
Repeats = Annotated[int, Field(ge=0, le=MOST_REPEATS)]


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _inside(path: Path, info: ValidationInfo) -> Path:
    """Return a sound file of the program's folder; raise ValueError for any other."""
    folder = around(info).folder
    if folder is None:
        raise ValueError("there are no files to play: the application has no folder 'sounds'")
    pure = PurePosixPath(str(path))
    if (
        pure.is_absolute()
        or ".." in pure.parts
        or not (folder / path).resolve().is_relative_to(folder.resolve())
    ):
        raise ValueError("the file is not in the folder 'sounds'")
    return checked_sound(path, info)


Prompts = Annotated[tuple[Said, ...], BeforeValidator(_as_list), Field(min_length=1, max_length=MOST_PROMPTS)]
"""What is asked; of several texts the next one each time it is asked again."""
File = Annotated[Path, AfterValidator(_inside)]


class Step(BaseModel):
    """Base of all steps: frozen, and no parameter that means nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    bare: ClassVar[str] = ""
    """The parameter that may stand alone: ``{"say": "Hello."}``."""
    listens: ClassVar[bool] = False
    """Whether it takes keys, so that what is said before may be cut short by one."""

    @classmethod
    def expand(cls, value: object) -> object:
        """Return the parameters, whatever short form they were written in."""
        if isinstance(value, Mapping) or not cls.bare:
            return value
        return {cls.bare: value}


class Say(Step):
    """Speak a text. A ``private`` one is neither written down nor kept."""

    bare = "text"
    text: Said
    language: Language | None = None
    voice: str | None = None
    private: bool = False
    barge_in: bool = True


class Play(Step):
    """Play a sound file of the folder ``sounds``."""

    bare = "file"
    file: File
    barge_in: bool = True


class Gather(Step):
    """Ask for a number and take its digits.

    Of ``choices``, where there are some, it must be one. A ``sensitive`` number is told to the program and to
    nobody else.
    """

    listens = True
    prompt: Prompts | None = None
    wrong: Said | None = None
    min: int = Field(default=1, ge=1, le=LONGEST_NUMBER)
    max: int = Field(default=LONGEST_NUMBER, ge=1, le=LONGEST_NUMBER)
    choices: Annotated[tuple[Choice, ...], Field(max_length=MOST_CHOICES)] = ()
    first_digit_s: Seconds = 7.0
    inter_digit_s: Seconds = 3.0
    terminator: Terminator = "#"
    barge_in: bool = True
    sensitive: bool = False
    repeat: Repeats = 0
    variable: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")] = "ENTERED"

    @model_validator(mode="after")
    def _possible(self) -> Gather:
        if self.min > self.max:
            raise ValueError("min is more than max")
        if any(not self.min <= len(one) <= self.max or not one.isdecimal() for one in self.choices):
            raise ValueError(
                "choices hold what nobody can enter: digits alone, no fewer than min, no more than max"
            )
        return self


class Menu(Step):
    """Ask for one of several keys."""

    listens = True
    prompt: Prompts
    keys: Annotated[tuple[Choice, ...], Field(min_length=1, max_length=MOST_CHOICES)]
    wrong: Said | None = None
    first_digit_s: Seconds = 7.0
    inter_digit_s: Seconds = 3.0
    barge_in: bool = True
    repeat: Repeats = 2


class Queue(Step):
    """Let the caller wait in a queue and talk with the agent who answers."""

    bare = "name"
    name: QueueName
    answer: Literal["at_once", "when_agent"] | None = None
    priority: int = Field(default=0, ge=0, le=MOST_PRIORITY)
    keys: Annotated[
        tuple[Annotated[str, StringConstraints(pattern="^[0-9*#]$")], ...], Field(max_length=12)
    ] = ()


class Dial(Step):
    """Ring accounts and numbers together and let the caller talk with who answers first."""

    bare = "to"
    to: Annotated[tuple[Number, ...], BeforeValidator(_as_list), Field(min_length=1, max_length=MOST_TARGETS)]
    ring_s: float = Field(default=25.0, gt=0, le=LONGEST_RING_S)


class Transfer(Step):
    """Lead the caller to a number for good: a person, a menu, a queue. The program is asked no more."""

    bare = "to"
    to: Number


class Record(Step):
    """Record what the caller says, until a key of ``finish_on`` or for ``max_s`` seconds."""

    listens = True
    max_s: float = Field(default=120.0, gt=0, le=LONGEST_RECORDING_S)
    min_s: float = Field(default=1.0, ge=0, le=LONGEST_WAIT_S)
    finish_on: Annotated[str, StringConstraints(pattern="^[0-9*#]{0,12}$")] = "#"
    beep: bool = True


class HangUp(Step):
    """End the call, with a busy tone if it is to be ``busy``."""

    bare = "reason"
    reason: Literal["normal", "busy"] = "normal"

    @classmethod
    def expand(cls, value: object) -> object:
        """Accept also nothing and true, ``{"hangup": {}}`` and ``{"hangup": true}``."""
        return {} if value is None or value is True else super().expand(value)


class SetLanguage(Step):
    """Speak another language from here on."""

    bare = "language"
    language: Language


class Label(Step):
    """Set what phones show about this caller."""

    bare = "text"
    text: Annotated[Template, Field(max_length=100)]


STEPS: Final[Mapping[str, type[Step]]] = {
    "say": Say,
    "play": Play,
    "gather": Gather,
    "menu": Menu,
    "queue": Queue,
    "dial": Dial,
    "transfer": Transfer,
    "record": Record,
    "hangup": HangUp,
    "language": SetLanguage,
    "label": Label,
}
"""Every step, by the name that programs use."""
