"""What is too old goes in portions, every hour, and a fault of one kind holds up no other."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from softswitch.storage.retention import BREATH_SECONDS, EVERY_SECONDS, FIRST_SECONDS, Keeping, Retention
from tests.fakes.clock import START, FakeClock


class Shelf:
    """Removes what it is told to, or fails."""

    def __init__(self, *portions: int | Exception) -> None:
        self.portions = list(portions)
        self.asked: list[datetime] = []

    async def forget(self, before: datetime) -> int:
        self.asked.append(before)
        portion = self.portions.pop(0) if self.portions else 0
        if isinstance(portion, Exception):
            raise portion
        return portion


async def cleaned(*keeping: Keeping) -> list[float]:
    """Let the first round pass; return the pauses."""
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if seconds == EVERY_SECONDS:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await Retention(keeping, FakeClock(), pause=pause).run()
    return pauses


async def test_it_begins_after_the_start_and_removes_until_nothing_is_left() -> None:
    shelf = Shelf(500, 500, 7)
    assert await cleaned(Keeping("letters", 30, shelf.forget)) == [
        FIRST_SECONDS,
        *[BREATH_SECONDS] * 3,
        EVERY_SECONDS,
    ]
    assert shelf.asked == [START - timedelta(days=30)] * 4


@pytest.mark.parametrize(("fault", "told"), [(OSError("gone"), False), (ValueError("ours"), True)])
async def test_a_fault_costs_only_its_own_round(
    fault: Exception, told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    broken, whole = Shelf(fault), Shelf(3)
    await cleaned(Keeping("letters", 1, broken.forget), Keeping("parcels", 1, whole.forget))
    assert len(whole.asked) == 2
    assert ("letters cannot be cleaned up" in caplog.text) is told
