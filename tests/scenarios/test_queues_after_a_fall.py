"""A whole switch is killed with agents, a caller and a callback in its queues, and starts again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from softswitch.app import Notices, running
from softswitch.events import CallEnded, Entry, QueueLeft
from softswitch.queues.agents import State
from softswitch.queues.model import Arrival, Refused
from tests.fakes.postgres import Cluster
from tests.scenarios.killed_switch import Patient, with_queues

ROOT = Path(__file__).resolve().parents[2]

WRITTEN_SECONDS = 0.5
"""Ten times as long as the disk takes: a busy machine may be slow."""


@pytest.fixture
async def url(database_server: Cluster | None) -> AsyncIterator[str | None]:
    """The URL of a database of the test's own, None for a file in the home."""
    if database_server is None:
        yield None
        return
    name = await database_server.fresh()
    yield database_server.url(name)
    await database_server.drop(name)


def kill_a_switch(home: Path, url: str | None) -> None:
    """Run a switch until it has said that it is ready to be killed, and kill it."""
    program = [
        sys.executable,
        "-m",
        "tests.scenarios.killed_switch",
        str(home),
        str(WRITTEN_SECONDS),
        url or "",
    ]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as switch:
        assert switch.stdout is not None
        assert switch.stdout.readline() == "killed now\n"
        os.kill(switch.pid, signal.SIGKILL)


async def test_after_a_fall_all_is_as_it_was_and_nobody_is_stuck(tmp_path: Path, url: str | None) -> None:
    await asyncio.to_thread(kill_a_switch, tmp_path, url)
    told: list[Entry] = []
    async with running(with_queues(tmp_path, url), notices=Notices(event=told.append)) as switch:
        desk = switch.signalling.queues.desk
        first, second = (desk.floor.roster.agent(name) for name in ("1001", "1002"))
        assert (first.state, first.logged_in) == (State.OFFLINE, set())
        assert (second.state, second.logged_in) == (State.PAUSED, {"sales"})
        assert second.paused is not None
        assert second.paused.reason == "lunch"
        assert second.paused.until is not None
        assert 3500.0 < second.paused.until - desk.now < 3600.0
        (waits,) = desk.floor.posts["sales"].line
        assert waits.call == "B" * 26
        assert waits.callback is not None
        assert (waits.callback.number, waits.callback.language) == ("+48600100201", "pl")
        # The log knows that the one on the line is gone, and his place is there when he calls again.
        (left,) = [entry for entry in told if isinstance(entry.event, QueueLeft)]
        assert isinstance(left.event, QueueLeft)
        assert (left.call, left.event.why, left.event.ahead) == ("A" * 26, "stopped", 0)
        # And the call that was in the middle has its end, once.
        ends = [(entry.call, entry.event.reason) for entry in told if isinstance(entry.event, CallEnded)]
        assert ends == [("A" * 26, "switch_fell")]
        again = desk.enter("sales", Arrival("C" * 26, "+48600100200"), Patient())
        assert not isinstance(again, Refused)
        assert [entry.call for entry in desk.floor.posts["sales"].line] == ["C" * 26, "B" * 26]
