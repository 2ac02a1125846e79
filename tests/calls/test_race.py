"""Two things at once: the first to end counts, the others are ended."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.race import first_of
from tests.fakes.virtual_time import in_virtual_time, passes


class Fault(Exception):
    """What goes wrong in a test."""


async def lasting(seconds, ended, *, fails=False):
    try:
        await passes(seconds)
    except asyncio.CancelledError:
        ended.append(f"{seconds} given up")
        raise
    if fails:
        raise Fault
    return seconds


@in_virtual_time
async def test_the_first_counts_and_the_others_are_given_up():
    ended: list[str] = []
    assert await first_of(lasting(3, ended), lasting(1, ended), lasting(2, ended)) == (1, 1)
    assert ended == ["3 given up", "2 given up"]


@in_virtual_time
async def test_of_two_that_end_together_the_one_that_stands_first():
    assert await first_of(lasting(1, []), lasting(1, [])) == (0, 1)


@in_virtual_time
async def test_what_the_first_raises_is_raised_as_it_is():
    with pytest.raises(Fault):
        await first_of(lasting(2, []), lasting(1, [], fails=True))


@in_virtual_time
async def test_who_is_cancelled_cancels_all():
    ended: list[str] = []
    race = asyncio.ensure_future(first_of(lasting(5, ended), lasting(6, ended)))
    await passes(1)
    race.cancel()
    with pytest.raises(asyncio.CancelledError):
        await race
    assert ended == ["5 given up", "6 given up"]
