"""The diagrams in ARCHITECTURE.md are those of the tables."""

from __future__ import annotations

from softswitch.sip.transitions import MACHINES
from tools.draw_machines import DOCUMENT, diagram, written


def test_the_document_shows_the_tables_of_today() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == written(text), "run tools/draw_machines.py"


def test_every_transition_of_a_machine_is_drawn() -> None:
    for name, table in MACHINES.items():
        drawn = diagram(name, table)
        arrows = [line for line in drawn.splitlines() if "-->" in line]
        assert len(arrows) == sum(len(rows) for rows in table.values())
