"""Who is ready by the log may be out of reach."""

from __future__ import annotations

from datetime import UTC

from softswitch.queues.at_hand import at_hand
from softswitch.queues.config import QueuesConfig
from softswitch.queues.floor import Floor
from softswitch.queues.statistics import Statistics
from tests.fakes.clock import START

CONFIG = QueuesConfig.model_validate(
    {
        "queues": {
            "sales": {"members": ["1001", "1002", "1003"]},
            "help": {"members": ["1003"], "may_join": ["1001"]},
        }
    }
)


def test_agents_are_shown_as_far_as_they_can_be_rung() -> None:
    floor = Floor(CONFIG, 0.0, random=lambda: 0.0)
    floor.phone(0.0, "1001", reachable=True, engaged=False)
    floor.phone(0.0, "1002", reachable=True, engaged=True)
    floor.pause(0.0, "1003", "papers", queue="help")
    statistics = Statistics(CONFIG, zone=UTC, at=START)
    statistics.start(START, floor, 0.0)
    by_the_log = statistics.figures(START)
    assert by_the_log.queues[0].agents == {"ready": 3}
    seen = at_hand(by_the_log, floor)
    assert [one.agents for one in seen.queues] == [
        {"ready": 1, "in_use": 1, "unregistered": 1},
        {"paused": 1},
    ]
    assert [(one.reachable, one.engaged) for one in seen.agents] == [
        (True, False),
        (True, True),
        (False, False),
    ]
    assert [one.state for one in seen.agents] == ["ready"] * 3
