"""What all resources have in common."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

PLAIN: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""Text with line breaks and tabs, and no other control character: it ends in logs, mails and terminals."""
LINE: Final = r"^[^\x00-\x1f\x7f]*$"
"""Text of one line: nothing written into a header or a file's line can begin another."""
KEY: Final = r"^[0-9A-Za-z][0-9A-Za-z_.:@+-]*$"
"""Names of things: no slash, no space, and no dot at the beginning, so that none is a path."""

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d$")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")

Line = Annotated[str, StringConstraints(max_length=200, pattern=LINE)]
Text = Annotated[str, StringConstraints(max_length=10_000, pattern=PLAIN)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=KEY)]
Number = Annotated[
    str, StringConstraints(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z+*#(][0-9A-Za-z ()/.*#-]*$")
]
"""A telephone number in any spelling, or an account."""


def _told_as_text(form: re.Pattern[str], example: str) -> BeforeValidator:
    """Let nothing pass for a time but text: a bare number is a year to one, and seconds to another."""

    def check(value: object) -> object:
        if isinstance(value, str | int | float) and not (isinstance(value, str) and form.match(value)):
            raise ValueError(f"it is written as {example}")
        return value

    return BeforeValidator(check)


Moment = Annotated[AwareDatetime, _told_as_text(_MOMENT, "2026-03-01T12:00:00Z")]
"""A time that somebody gives, with its zone (RFC 3339 §5.6)."""
Day = Annotated[date, _told_as_text(_DAY, "2026-03-01")]
"""A day that somebody gives."""

Id = Annotated[str, Path(min_length=1, max_length=64, pattern=KEY, description="Its id.")]
"""An id in a path."""


class Resource(BaseModel):
    """Base of all that is answered."""

    model_config = ConfigDict(frozen=True)


class Asked(BaseModel):
    """Base of all that is asked: a field that means nothing is a mistake of whoever sent it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Done(Resource):
    """What came of something that leaves nothing to be shown."""

    done: bool = Field(default=True, description="Whether anything had to be done for it.")
