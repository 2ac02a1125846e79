"""Lists in pages: at most a hundred at a time, and a cursor for what comes next."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from softswitch.web.errors import Fault, Unacceptable

LARGEST_PAGE: Final = 100
USUAL_PAGE: Final = 25

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="How many at most.")]
Cursor = Annotated[
    str, Query(max_length=200, pattern="^[A-Za-z0-9_-]*$", description="`next` of the page before this one.")
]


@dataclass(frozen=True, slots=True)
class Part(Generic[Item]):
    """Some of a list: the ``items``, and after which key it goes on, "" for its end."""

    items: tuple[Item, ...]
    after: str = ""


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    model_config = ConfigDict(frozen=True)

    items: list[Item]
    next: str = Field(default="", description="The cursor of the page after this one; empty for the last.")


def page_of(part: Part[Item]) -> Page[Item]:
    """Return a part of a list as it is answered."""
    return Page(items=list(part.items), next=to_cursor(part.after))


def to_cursor(after: str) -> str:
    """Return a cursor for a key: letters that need no encoding in an address, and tell nothing."""
    return base64.urlsafe_b64encode(after.encode()).decode().rstrip("=") if after else ""


def from_cursor(cursor: str) -> str:
    """Return the key of a cursor; raise Unacceptable for one that was not ours."""
    if not cursor:
        return ""
    try:
        after = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        after = ""
    if not after or not after.isprintable():
        raise Unacceptable(
            "The cursor is none of ours.", faults=(Fault("query.cursor", "take `next` of a page"),)
        )
    return after
