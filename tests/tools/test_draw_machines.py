"""The diagrams in the pages are those of the tables."""

from __future__ import annotations

import pytest

from softswitch.queues.agents import REST, TABLE, Agent, Input, Pause
from softswitch.queues.config import AgentConfig
from softswitch.sip.transitions import MACHINES
from tools.draw_machines import AGENT_INPUTS, PARTS, RESTING, Part, agent_diagram, diagram


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.what)
def test_the_page_shows_the_tables_of_today(part: Part) -> None:
    text = part.document.read_text(encoding="utf-8")
    assert text == part.written(text), "run tools/draw_machines.py"


def test_every_transition_of_a_machine_is_drawn() -> None:
    for name, table in MACHINES.items():
        drawn = diagram(name, table)
        arrows = [line for line in drawn.splitlines() if "-->" in line]
        assert len(arrows) == sum(len(rows) for rows in table.values())


def test_every_way_of_an_agent_that_leads_elsewhere_is_drawn() -> None:
    drawn = agent_diagram().splitlines()
    for state, ways in TABLE.items():
        for given, follows in ways.items():
            target = "rest" if follows is REST else follows.value
            arrow = f"    {state.value} --> {target}: {AGENT_INPUTS[given]}"
            assert (arrow in drawn) is (follows is not state)


def test_an_agent_rests_where_the_diagram_lets_him_choose() -> None:
    agents = [
        Agent("1001", AgentConfig()),
        Agent("1001", AgentConfig(), logged_in={"sales"}, paused=Pause("lunch")),
        Agent("1001", AgentConfig(), logged_in={"sales"}),
    ]
    assert [agent.resting_state for agent in agents] == list(RESTING)
    assert {state for state, ways in TABLE.items() if ways.get(Input.WISHED, state) is REST} == set(RESTING)
