"""One thing to try at a step, in the words of tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from softswitch.ivr.proof.script import Doing


@dataclass(frozen=True, slots=True)
class Move:
    """What is done at one step, and what is given of the world for it."""

    do: tuple[Doing, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
