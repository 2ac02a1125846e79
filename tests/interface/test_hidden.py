"""Numbers that are hidden from agents, also those of calls from before a restart."""

from __future__ import annotations

from softswitch.events import CallerShown, Entry
from softswitch.interface.hidden import KINDS_READ, HiddenNumbers
from tests.fakes.clock import START


def entry(call, event):
    return Entry(1, START, call, event)


class Kept:
    """A log of before this start."""

    async def of_kinds(self, kinds, *, since):
        assert kinds == KINDS_READ
        yield (entry("c1", CallerShown("P.Nowak", "7000")), entry("c2", CallerShown("P.Nowak")))


async def test_t23_a_hidden_number_stays_hidden_after_a_restart():
    numbers = HiddenNumbers()
    await numbers.catch_up(Kept())
    assert [numbers.hidden(call) for call in ("c1", "c2", "c3")] == ["7000", None, None]


def test_t23_the_own_number_may_be_shown_again():
    numbers = HiddenNumbers()
    numbers.read(entry("c1", CallerShown(number="7000")))
    numbers.read(entry("c1", CallerShown(name="P.Nowak")))
    assert numbers.hidden("c1") is None
