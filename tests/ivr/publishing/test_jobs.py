"""Jobs: one after the other, each answered when it is over, and none takes the others down."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import pytest

from softswitch.errors import Excuse, no_excuse
from softswitch.ivr.publishing.figures import Job, Report
from softswitch.ivr.publishing.history import PublishingRefused
from softswitch.ivr.publishing.jobs import MOST_JOBS, MOST_WAITING, Jobs, Work


@contextlib.asynccontextmanager
async def running(excuse: Excuse = no_excuse) -> AsyncIterator[Jobs]:
    jobs = Jobs(excuse)
    task = asyncio.create_task(jobs.run())
    yield jobs
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def after(gate: asyncio.Event, order: list[str], name: str) -> Work:
    async def work() -> Report:
        order.append(name)
        await gate.wait()
        return Report(True)

    return work


async def test_one_after_the_other() -> None:
    gate, order = asyncio.Event(), list[str]()
    async with running() as jobs:
        first, second = (jobs.begin(after(gate, order, name)) for name in ("a", "b"))
        assert (first, second) == (Job(1), Job(2))
        assert not (await jobs.told(1, within=0.0)).is_over
        await asyncio.sleep(0)
        assert order == ["a"]
        gate.set()
        assert await jobs.told(2, within=5) == Job(2, Report(True))
        assert await jobs.told(1, within=0) == Job(1, Report(True))
        assert order == ["a", "b"]


async def test_one_that_fails_is_told_and_the_next_has_its_turn(caplog: pytest.LogCaptureFixture) -> None:
    async def refused() -> Report:
        raise PublishingRefused("there is no menu 'x'")

    async def broken() -> Report:
        raise ZeroDivisionError

    async def fine() -> Report:
        return Report(True)

    async with running() as jobs:
        for work in (refused, broken, fine):
            jobs.begin(work)
        assert (await jobs.told(1, within=5)).trouble == "there is no menu 'x'"
        with caplog.at_level(logging.ERROR):
            assert (await jobs.told(2, within=5)).trouble == "a fault of the switch: ZeroDivisionError"
        assert (await jobs.told(3, within=5)).report == Report(True)
        with pytest.raises(PublishingRefused, match="number 4"):
            await jobs.told(4, within=0)


async def test_neither_waiting_ones_nor_reports_pile_up() -> None:
    gate, order = asyncio.Event(), list[str]()
    gate.set()
    async with running() as jobs:
        for _ in range(MOST_JOBS + 1):
            await jobs.told(jobs.begin(after(gate, order, "x")).number, within=5)
        with pytest.raises(PublishingRefused, match="number 1"):
            await jobs.told(1, within=0)
        gate.clear()
        jobs.begin(after(gate, order, "slow"))
        await asyncio.sleep(0)
        for _ in range(MOST_WAITING):
            jobs.begin(after(gate, order, "y"))
        with pytest.raises(PublishingRefused, match="too much"):
            jobs.begin(after(gate, order, "z"))


async def test_what_passes_by_itself_is_told_in_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    async def full() -> Report:
        raise OSError("No space left on device")

    async with running(lambda error: "The disk is full.") as jobs:
        job = await jobs.told(jobs.begin(full).number, within=5.0)
    assert job.trouble == "The disk is full."
    assert "Traceback" not in caplog.text
