"""What callers chose before, in simulated calls."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.calls.tongue import AS_IT_COMES, Tongue
from softswitch.ivr.simulated.memory import RememberedGiven, SimulatedMemory
from softswitch.ivr.transcript import Effect


def test_each_choice_leaves_the_other_and_shows_as_an_effect() -> None:
    done: list[Effect] = []
    memory = SimulatedMemory(RememberedGiven(language="en"), lambda number: "+48" + number, done.append)
    assert memory.of("601") == Tongue("en")
    assert memory.keep("601", pace=0.7)
    assert memory.keep("601", language="pl")
    assert memory.of("601") == Tongue("pl", 0.7)
    assert [one.facts for one in done] == [
        {"number": "+48601", "pace": "0.7"},
        {"number": "+48601", "language": "pl"},
    ]


def test_of_a_hidden_number_nothing_is_known_and_nothing_kept() -> None:
    done: list[Effect] = []
    memory = SimulatedMemory(RememberedGiven(language="en", pace=0.7), lambda number: "", done.append)
    assert not memory.keep("anonymous", language="pl")
    assert memory.of("anonymous") == AS_IT_COMES
    assert done == []


def test_no_pace_is_faster_than_usual_or_slower_than_the_slowest() -> None:
    for pace in (1.1, 0.6):
        with pytest.raises(ValidationError):
            RememberedGiven(pace=pace)
