"""Extensions that callers type into a menu, and the key that explains it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from softswitch.ivr.actions.connecting import TALK_OVER
from softswitch.ivr.context import DialResult
from softswitch.ivr.key_patterns import parse_key_pattern
from softswitch.ivr.outcome import EndReason, HangUp, Outcome, lead
from softswitch.ivr.prompts import Spoken
from softswitch.ivr.references import BranchName, Kind

LONGEST_EXTENSION: Final = 15
"""As many digits as a telephone number has at most (ITU-T E.164)."""

USUAL_LENGTH: Final = 3

MOST_PATTERNS: Final = 100
"""Of one kind; each is read with every key."""


def _as_patterns(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


def _checked_pattern(text: str) -> str:
    if len(parse_key_pattern(text).places) > LONGEST_EXTENSION:
        raise ValueError(f"'{text}' is longer than an extension: {LONGEST_EXTENSION} digits at most")
    return text


Patterns = Annotated[
    tuple[Annotated[str, AfterValidator(_checked_pattern)], ...],
    BeforeValidator(_as_patterns),
    Field(max_length=MOST_PATTERNS),
    Kind("pattern, or a list of them", "wzór albo lista wzorów"),
]


class DirectDial(BaseModel):
    """Which extensions may be typed where a menu listens, and where the caller goes on behind them.

    Codes, menus and numbers outside are no extensions, whatever is typed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    example: ClassVar[str] = "{length: 3, never: [100], unreachable: welcome}"

    length: int | None = Field(
        default=None,
        ge=2,
        le=LONGEST_EXTENSION,
        description=f"How many digits every extension has; {USUAL_LENGTH} unless only says it.",
    )
    only: Patterns = Field(default=(), description="Those that may be dialled; none is all: 1xx, [2-4]0x.")
    never: Patterns = Field(default=(), description="Those that may not.")
    after: BranchName | None = Field(default=None, description="The branch when the called party hung up.")
    unreachable: BranchName | None = Field(
        default=None, description="The branch when the extension cannot be reached; none hangs up."
    )

    @model_validator(mode="after")
    def _one_length(self) -> DirectDial:
        if self.length is not None and self.only:
            raise ValueError("length: the patterns under only say how long extensions are")
        return self

    def exits(self) -> Mapping[str, Outcome]:
        """Return an exit per result of a call; what is no extension at all is a choice without meaning."""
        reasons = {
            DialResult.BUSY: EndReason.BUSY,
            DialResult.NO_ANSWER: EndReason.NO_ANSWER,
            DialResult.UNREACHABLE: EndReason.UNREACHABLE,
            DialResult.DECLINED: EndReason.DECLINED,
        }
        return {
            TALK_OVER: lead(self.after, HangUp(EndReason.TALK_OVER)),
            **{end.value: lead(self.unreachable, HangUp(reason)) for end, reason in reasons.items()},
        }

    @property
    def _patterns(self) -> tuple[str, ...]:
        return self.only or ("x" * (self.length or USUAL_LENGTH),)

    def takes(self, digits: str) -> bool:
        """Tell whether these digits may be dialled."""
        return any(parse_key_pattern(one).fits(digits) for one in self._patterns) and not any(
            parse_key_pattern(one).fits(digits) for one in self.never
        )

    def may_go_on(self, digits: str) -> bool:
        """Tell whether more digits can make an extension of these."""
        return any(
            len(read.places) > len(digits) and read.may_begin(digits)
            for read in map(parse_key_pattern, self._patterns)
        )

    def one_of_them(self) -> str:
        """Return digits that may be dialled, "" where the first of each pattern is excluded."""
        firsts = ("".join(min(place) for place in parse_key_pattern(one).places) for one in self._patterns)
        # An extension that begins with 0 is unusual, and 0 the most usual key of a menu.
        return next(
            (one for first in firsts for one in (first.replace("0", "1"), first) if self.takes(one)), ""
        )


def _direct(value: object) -> object:
    """Read ``yes``, ``no`` and a length alone."""
    said = str(value).lower()
    if said in ("no", "false", "off"):
        return None
    if said in ("yes", "true", "on"):
        return {}
    return {"length": said} if re.fullmatch("[0-9]+", said) else value


Direct = Annotated[DirectDial | None, BeforeValidator(_direct)]
"""``direct_dial: yes`` takes any extension of three digits, ``direct_dial: 4`` of four."""


def _checked_key(key: str) -> str:
    if len(key) != 1 or key not in "0123456789*#":
        raise ValueError(f"'{key}' is no single key: one of 0-9, * and #")
    return key


class Help(BaseModel):
    """What a caller hears who asks what is meant; the question follows."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    example: ClassVar[str] = '{key: "*", prompt: "Your number stands on every bill."}'

    key: Annotated[str, AfterValidator(_checked_key), Kind("key", "klawisz")] = Field(
        description="The key that asks for it; it counts as no failed try."
    )
    prompt: Spoken = Field(description="The explanation.")
