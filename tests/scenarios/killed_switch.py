"""A switch on whose queues something goes on until it is killed: see test_queues_after_a_fall."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from softswitch.app import running
from softswitch.config import Config
from softswitch.events import CallArrived
from softswitch.queues.model import Arrival, Ring, Why
from softswitch.storage.config import StorageConfig
from tests.fakes.home_line import local

QUEUES = {
    "sales": {
        "members": ["1001", "1002"],
        "keys": {"1": "callback"},
        "callback": {"by": "1001", "earliest": "00:00", "latest": "23:59"},
    }
}


ACCOUNTS = {user: {"password": "correct-horse", "name": f"Agent {user}"} for user in ("1001", "1002")}


def with_queues(home: Path, url: str | None) -> Config:
    """Return the configuration of both runs, with the database at ``url``."""
    return local(home, accounts=ACCOUNTS, queues=QUEUES, storage=StorageConfig(url=url))


class Patient:
    """Somebody on the line who does as he is told, which is nothing here."""

    def ring(self, offer: Ring) -> None:
        """Nobody is rung: no phone is registered."""

    def stop(self, offer: int, agent: str) -> None:
        """As nobody is rung."""

    def dismiss(self, why: Why) -> None:
        """Nobody is sent away: the queue has no such rule."""


async def wait_to_be_killed(home: Path, url: str | None, seconds: float) -> None:
    """Let an agent log out, another pause, one caller wait and one be called back; then say so and wait."""
    async with running(with_queues(home, url)) as switch:
        desk = switch.signalling.queues.desk
        # A call that is in the middle when the end comes; nobody ever tells how it ended.
        switch.log.append(CallArrived("a", "1001", "", "600", "", "1001"), call="A" * 26)
        desk.log_out("1001")
        desk.pause("1002", "lunch", seconds=3600.0)
        for call, party in (("A" * 26, "+48600100200"), ("B" * 26, "+48600100201")):
            desk.enter("sales", Arrival(call, party), Patient())
            # The log tells times to the millisecond: who comes within one has no order that lasts.
            await asyncio.sleep(0.01)
        desk.ask_callback("B" * 26, "+48600100201", language="pl", ready_in=3600.0)
        await asyncio.sleep(seconds)
        sys.stdout.write("killed now\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(wait_to_be_killed(Path(sys.argv[1]), sys.argv[3] or None, float(sys.argv[2])))
