"""Passwords that stand in what comes with the switch: everybody can read them, so nobody may keep them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import BaseModel

KNOWN_TO_ALL: Final = frozenset(
    {
        "choose-a-long-one",
        "another-long-one",
        "a-third-long-one",
        "the-one-they-gave-you",
        "choose-a-long-secret",
    }
)
"""What stands for a password in the shipped lines and in the documentation."""

REASON: Final = (
    "is the one that stands in the files and pages that come with the switch, so everybody knows it: "
    "choose another"
)


def kept_placeholders(part: BaseModel) -> Iterator[tuple[str, str]]:
    """Yield each setting of a configuration whose value everybody knows: its dotted path, and why."""
    yield from ((where, REASON) for where in _places(part, ""))


def _places(value: object, where: str) -> Iterator[str]:
    match value:
        case str():
            if value in KNOWN_TO_ALL:
                yield where
        case BaseModel():
            for name in type(value).model_fields:
                yield from _places(getattr(value, name), f"{where}.{name}".lstrip("."))
        case Mapping():
            for key, one in value.items():
                yield from _places(one, f"{where}.{key}")
        case tuple() | list():
            for index, one in enumerate(value):
                yield from _places(one, f"{where}.{index}")
        case _:
            pass
