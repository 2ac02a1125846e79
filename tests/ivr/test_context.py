"""What a tree sees of a switch that lacks something."""

from __future__ import annotations

import pytest

from softswitch.ivr.context import NoQueues
from softswitch.ivr.errors import NoSuchQueue


@pytest.mark.parametrize(
    "look",
    [
        lambda queues: queues.agents("sales", free=True),
        lambda queues: queues.waiting("sales"),
        lambda queues: queues.answers_at_once("sales"),
    ],
)
def test_a_switch_without_queues_names_the_one_that_was_looked_for(look):
    queues = NoQueues()
    assert list(queues.names) == []
    with pytest.raises(NoSuchQueue, match="there is no queue 'sales'"):
        look(queues)
