"""A floor in the hands of chance (see ``chaos``)."""

from __future__ import annotations

import pytest

from softswitch.events import AgentOffered, QueueAnswered
from softswitch.queues.config import QueuesConfig
from tests.queues.chaos import Chaos

CONFIG = QueuesConfig.model_validate(
    {
        "queues": {
            "sales": {"members": ["1001", "1002", "1003"], "wrap_up_s": 10, "max_wait_s": 120},
            "help": {
                "members": {"1002": {"tier": 1}, "1004": {"tier": 2}, "1005": {"tier": 3}},
                "strategy": "ring_all",
                "tiers": {"wait_s": 10},
                "may_join": ["1006"],
                "no_agent_wait_s": 30,
                "callback": {"by": "1001"},
            },
            "claims": {
                "members": ["1003", "1004", "1006"],
                "strategy": "weighted_random",
                "weight": 2,
                "most_talks": 2,
                "leave_when_all": ["logged_out", "paused"],
                "skills": {"law": {"level": 2, "relax_s": 20}, "english": {"required": False}},
                "missed": {"pause": "queue", "reject": {"times": 1, "pause_s": 20}},
            },
        },
        "agents": {"1003": {"skills": {"law": 3}}, "1004": {"skills": {"law": 1, "english": 1}}},
    }
)


@pytest.mark.parametrize("seed", range(4))
def test_ten_thousand_random_things_break_nothing(seed: int) -> None:
    chaos = Chaos(CONFIG, seed)
    for _ in range(2_500):
        chaos.step()
        chaos.check()
    chaos.check_counts()
    chaos.check_order()
    answered = sum(isinstance(event, QueueAnswered) for _, event in chaos.events)
    offered = sum(isinstance(event, AgentOffered) for _, event in chaos.events)
    assert offered > answered > 100
