"""What all resources have in common."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PLAIN: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""Text with line breaks and tabs, and no other control character: it ends in logs, mails and terminals."""
LINE: Final = r"^[^\x00-\x1f\x7f]*$"
"""Text of one line: nothing written into a header or a file's line can begin another."""
KEY: Final = r"^[0-9A-Za-z][0-9A-Za-z_.:@+-]*$"
"""Names of things: no slash, no space, and no dot at the beginning, so that none is a path."""

Line = Annotated[str, StringConstraints(max_length=200, pattern=LINE)]
Text = Annotated[str, StringConstraints(max_length=10_000, pattern=PLAIN)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=KEY)]
Number = Annotated[
    str, StringConstraints(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z+*#(][0-9A-Za-z ()/.*#-]*$")
]
"""A telephone number in any spelling, or an account."""

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
