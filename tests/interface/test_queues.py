"""Queues and agents as programs see them, on a real floor."""

from __future__ import annotations

import pytest

from softswitch.interface.queues import LineQueues
from softswitch.web.errors import Conflict, NotThere
from softswitch.web.resources.line import AgentAct
from tests.test_queue_verbs import Office


def queues_of(office: Office) -> LineQueues:
    return LineQueues(office, office.statistics, office.clock)


def test_queues_and_agents_are_as_their_figures_say() -> None:
    queues = queues_of(Office())
    assert {one.queue for one in queues.queues()} == {"sales", "help"}
    assert {one.agent for one in queues.agents()} == {"1001", "1002"}
    assert queues.queues()[0].service_level == -1.0


@pytest.mark.parametrize("act", ["logout", "login", "resume"])
def test_what_is_done_for_an_agent_is_seen_at_once(act: str) -> None:
    queues = queues_of(Office())
    done = queues.act("1001", AgentAct.model_validate({"act": act, "queue": "sales"}))
    assert done.agent == "1001"
    assert ("sales" in done.queues) is (act != "logout")


def test_a_pause_has_a_reason_and_an_end() -> None:
    office = Office()
    queues = queues_of(office)
    queues.act("1001", AgentAct(act="pause", reason=" lunch ", minutes=30))
    queues.act("1002", AgentAct(act="pause", queue="help"))
    assert office.paused == [("1001", "lunch", "", 1800.0), ("1002", "pause", "help", 0.0)]


def test_what_cannot_be_done_is_said() -> None:
    queues = queues_of(Office())
    with pytest.raises(NotThere):
        queues.act("1009", AgentAct(act="login"))
    with pytest.raises(Conflict):
        queues.act("1001", AgentAct(act="login", queue="help"))
