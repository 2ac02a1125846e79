#!/usr/bin/env python3
"""Write the diagrams of the four transaction machines into ARCHITECTURE.md, from their tables.

python tools/draw_machines.py          rewrite the part between the two marks
python tools/draw_machines.py --check  exit 1 if the part is not what the tables say
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from softswitch.sip.transitions import MACHINES, Table

BEGIN = "<!-- machines: written by tools/draw_machines.py -->"
END = "<!-- end of machines -->"
DOCUMENT = Path(__file__).parent.parent / "ARCHITECTURE.md"


def diagram(name: str, table: Table) -> str:
    """Return one machine as a Mermaid state diagram."""
    lines = [f"**{name}**", "", "```mermaid", "stateDiagram-v2"]
    for state, rows in table.items():
        for what, (target, _) in rows.items():
            lines.append(f"    {state.value} --> {target.value}: {what.value}")
    return "\n".join([*lines, "```", ""])


def written(text: str) -> str:
    """Return the document with the part between the marks made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    machines = "\n".join(diagram(name, table) for name, table in MACHINES.items())
    return f"{before}{BEGIN}\n\n{machines}\n{END}{after}"


def main() -> int:
    """Rewrite or check the document."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing, fail when out of date")
    options = parser.parse_args()
    text = DOCUMENT.read_text(encoding="utf-8")
    fresh = written(text)
    if options.check:
        return int(text != fresh)
    DOCUMENT.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
