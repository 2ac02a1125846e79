#!/usr/bin/env python3
"""Write the diagrams of machines into the pages about them, from their tables.

The four of SIP transactions stand in ARCHITECTURE.md, an agent's in docs/queues.md.

python tools/draw_machines.py          rewrite the parts between the marks
python tools/draw_machines.py --check  exit 1 if a part is not what the tables say
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from softswitch.queues import agents
from softswitch.queues.agents import Input, State
from softswitch.sip.transitions import MACHINES, Table

ROOT: Final = Path(__file__).parent.parent

AGENT_INPUTS: Final[Mapping[Input, str]] = {
    Input.WISHED: "logs in or out, pauses, returns",
    Input.OFFERED: "a caller is offered",
    Input.GIVEN_BACK: "not answered, or somebody else has",
    Input.ANSWERED: "answers",
    Input.TALK_OVER: "the talk is over",
    Input.WRAPPED_UP: "the time is over, or ready",
}
RESTING: Final[Mapping[State, str]] = {
    State.OFFLINE: "logged in nowhere",
    State.PAUSED: "on a pause",
    State.READY: "else",
}
"""Where an agent is who does nothing for a caller, and when."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page that is drawn: between two marks that name ``what``."""

    document: Path
    what: str
    drawn: str

    def written(self, text: str) -> str:
        """Return the page with the part between the marks made anew."""
        begin, end = (
            f"<!-- {self.what}: written by tools/draw_machines.py -->",
            f"<!-- end of {self.what} -->",
        )
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        return f"{before}{begin}\n\n{self.drawn}\n{end}{after}"


def diagram(name: str, table: Table) -> str:
    """Return one machine as a Mermaid state diagram."""
    lines = [f"**{name}**", "", "```mermaid", "stateDiagram-v2"]
    for state, rows in table.items():
        for what, (target, _) in rows.items():
            lines.append(f"    {state.value} --> {target.value}: {what.value}")
    return "\n".join([*lines, "```", ""])


def agent_diagram() -> str:
    """Return the agent's machine. A choice stands for where an agent rests: that follows from his wishes."""
    return "\n".join(["```mermaid", "stateDiagram-v2", *_agent_arrows(), "```", ""])


def _agent_arrows() -> Iterator[str]:
    yield "    state rest <<choice>>"
    yield "    [*] --> rest"
    for state, when in RESTING.items():
        yield f"    rest --> {state.value}: {when}"
    for state, ways in agents.TABLE.items():
        for given, follows in ways.items():
            if follows is not state:
                target = "rest" if follows is agents.REST else follows.value
                yield f"    {state.value} --> {target}: {AGENT_INPUTS[given]}"


PARTS: Final = (
    Part(
        ROOT / "ARCHITECTURE.md",
        "machines",
        "\n".join(diagram(name, table) for name, table in MACHINES.items()),
    ),
    Part(ROOT / "docs" / "queues.md", "agents", agent_diagram()),
)


def main() -> int:
    """Rewrite or check the pages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing, fail when out of date")
    options = parser.parse_args()
    stale = 0
    for part in PARTS:
        text = part.document.read_text(encoding="utf-8")
        fresh = part.written(text)
        stale += text != fresh
        if not options.check:
            part.document.write_text(fresh, encoding="utf-8")
    return int(options.check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
