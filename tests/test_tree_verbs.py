"""What a running switch answers of its voice menus, as the control socket asks it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from softswitch.control import ControlRefused
from softswitch.ivr.publishing.figures import Comparison, Job
from softswitch.ivr.publishing.history import PublishingRefused
from softswitch.ivr.publishing.jobs import Jobs
from softswitch.tree_verbs import tree_verbs
from tests.ivr.publishing.rig import Line, bank


@contextlib.asynccontextmanager
async def asked(folder: Path) -> AsyncIterator[tuple[Line, dict[str, Any]]]:
    line, jobs = await Line(folder).started(bank("one")), Jobs()
    task = asyncio.create_task(jobs.run())
    yield line, dict(tree_verbs(line.publisher, line.history, jobs))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def over(verbs: dict[str, Any], job: Job) -> Job:
    while not job.is_over:
        job = await verbs["trees_job"]({"job": str(job.number)})
    return job


async def test_publishing_and_back_and_what_differs(tmp_path: Path) -> None:
    async with asked(tmp_path) as (line, verbs):
        line.write(bank("two"))
        found: Comparison = await verbs["trees_difference"]({"tree": "bank"})
        assert (found.before, found.after) == (1, 0)
        done = await over(verbs, verbs["trees_publish"]({"files": f"{tmp_path}/bank.yaml", "by": " anna\n"}))
        assert done.report is not None
        assert (done.report.done, line.version()) == (True, 2)
        await over(verbs, verbs["trees_back"]({"tree": "bank"}))
        assert line.heard() == "one"
        versions = await verbs["trees_versions"]({"tree": "bank"})
        assert [(one.version, one.by, one.back_to) for one in versions] == [
            (3, "operator", 1),
            (2, "anna", 0),
            (1, "start", 0),
        ]
        assert [one.version for one in verbs["trees"]({})] == [3]


async def test_nobody_is_taken_for_a_start(tmp_path: Path) -> None:
    async with asked(tmp_path) as (line, verbs):
        line.write(bank("two"))
        await over(verbs, verbs["trees_publish"]({"by": "start"}))
        assert line.versions.kept[-1].by == "operator"


async def test_what_is_asked_wrongly(tmp_path: Path) -> None:
    async with asked(tmp_path) as (_, verbs):
        with pytest.raises(ControlRefused, match="whole path"):
            verbs["trees_publish"]({"files": "bank.yaml"})
        with pytest.raises(ControlRefused, match="'x' is no number"):
            verbs["trees_back"]({"tree": "bank", "version": "x"})
        with pytest.raises(PublishingRefused, match="number 9"):
            await verbs["trees_job"]({"job": "9"})
        failed = await over(verbs, verbs["trees_back"]({"tree": "bnk"}))
        assert failed.trouble.startswith("there is no menu 'bnk'")
