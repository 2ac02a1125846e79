"""What the parts of a configuration have in common, in whichever room they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

CODES_BEGIN: Final = ("*", "#")

Code = Annotated[str, StringConstraints(pattern=r"^([*#][0-9*#]{1,7})?$")]
"""A code to dial: a star or a hash and more keys; "" for one that is not wanted."""


class Part(BaseModel):
    """Base of all parts: frozen, and no key that means nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Codes(Part):
    """Base of parts that say what is dialled, a :data:`Code` in each field; others may stand beside them."""

    def written(self) -> Iterator[tuple[str, str]]:
        """Yield (name, code) of all that are wanted."""
        for name in type(self).model_fields:
            code = getattr(self, name)
            if isinstance(code, str) and code.startswith(CODES_BEGIN):
                yield name, code

    def find(self, dialled: str) -> tuple[str, str] | None:
        """Return (name, what follows) of the longest code that was dialled, None when it is none."""
        found = [(len(code), name) for name, code in self.written() if dialled.startswith(code)]
        if not found:
            return None
        length, name = max(found)
        return name, dialled[length:]

    @model_validator(mode="after")
    def _different(self) -> Codes:
        seen: dict[str, str] = {}
        for name, code in self.written():
            if code in seen:
                raise ValueError(f"{code} stands for {seen[code]} and for {name}: choose another for one")
            seen[code] = name
        return self
