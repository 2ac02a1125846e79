"""Changes that say which state they are about (RFC 9110 §13): ETag, If-Match."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Header

from softswitch.web.errors import Stale, Unconditional

_TAG: Final = re.compile(r'"v([0-9]{1,9})"')

IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        max_length=100,
        description='The ETag of what is to be changed, such as `"v3"`; `*` changes whatever is there.',
    ),
]


def etag(version: int) -> str:
    """Return the ETag of a version."""
    return f'"v{version}"'


def wanted_version(if_match: str) -> int | None:
    """Return the version a change is about, None for any.

    Raises Unconditional where none is named, Stale for one that cannot be ours: a weak tag never matches
    (RFC 9110 §13.1.1).
    """
    text = if_match.strip()
    if not text:
        raise Unconditional('Name the state that is changed: If-Match with its ETag, such as "v3", or *.')
    if text == "*":
        return None
    tag = _TAG.fullmatch(text)
    if tag is None:
        raise Stale("The ETag is none of this resource's: read it anew, and change what it is now.")
    return int(tag[1])
