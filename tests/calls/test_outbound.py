"""Numbers outside become parties to be called, or reasons why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.lines import Way
from softswitch.calls.outbound import parties_outside
from tests.calls.test_outside_leg import Counted, way

CALL = cast(Call, None)


class Exits:
    """Implements the Protocol from a table."""

    def __init__(self, table: dict[str, Sequence[Way] | Termination | None]) -> None:
        self._table = table

    def ways(self, call: Call, number: str, by: str | None = None) -> Sequence[Way] | Termination | None:
        return self._table.get(number)


def test_each_number_is_a_party_a_refusal_or_nothing() -> None:
    barred = Termination(Reason.NOT_ALLOWED, detail="+1")
    first, second = way("203.0.113.1", Counted()), way("203.0.113.2", Counted())
    exits = Exits({"600": [first, second], "+1": barred, "none": []})
    parties, refusals = parties_outside(CALL, ["600", "+1", "none", "anna"], exits)
    (party,) = parties
    assert (party.account, party.ways) == ("+48600100200", (first, second))
    assert refusals == [barred]
