"""A switch that keeps nothing remembers nothing, and does not say that it does."""

from __future__ import annotations

from softswitch.calls.tongue import AS_IT_COMES
from softswitch.ivr.desks.memory import NoMemory


def test_nothing_is_kept_there() -> None:
    memory = NoMemory()
    assert not memory.keep("48601234567", language="en", pace=0.85)
    assert memory.of("48601234567") == AS_IT_COMES
