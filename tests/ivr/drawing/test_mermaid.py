"""The flowchart as text: every branch a node, every way a line, nothing that the language would misread."""

from __future__ import annotations

import re

from softswitch.ivr.drawing.marks import Marks, Mode
from softswitch.ivr.drawing.mermaid import mermaid
from softswitch.ivr.drawing.sketch import Lead
from tests.ivr.drawing.drawn import shipped, sketch
from tests.ivr.written import tree_of

NODE = re.compile(r'^    (b\d+)\["<b>([^<]*)</b>.*"\]$')
LINE = re.compile(
    r'^    (\w+)(?:\(\["[^"]*"\]\))? (-->|-\.->)(?:\|"[^"]*"\|)? (\w+)(?:\(\["[^"]*"\]\):::\w+)?$'
)


def test_every_branch_is_a_node_and_every_way_a_line() -> None:
    tree = shipped("demo")
    lines = mermaid(sketch(tree)).splitlines()
    assert lines[0] == "flowchart TD"
    nodes = {found[1]: found[2] for line in lines if (found := NODE.match(line))}
    assert list(nodes.values()) == list(tree.branches)
    arrows = [found for line in lines if (found := LINE.match(line))]
    ways = [
        way for box in sketch(tree).boxes for row in box.rows for way in row.ways if way.lead is not Lead.NEXT
    ]
    assert len(arrows) == len(ways) + len(sketch(tree).entrances)
    assert len(lines) == 1 + len(nodes) + len(arrows) + sum(line.startswith("    classDef") for line in lines)
    assert all(found[3] in nodes or "x" in found[3] for found in arrows)


def test_what_the_language_reads_as_its_own_is_written_as_numbers() -> None:
    text = mermaid(sketch(tree_of('a: [say: "Press # or * now; say \\"yes\\" <ok>", hangup]')))
    node = next(line for line in text.splitlines() if "say" in line)
    assert node.count('"') == 2
    assert "#35; or #42; now#59;" in node
    assert "#60;ok#62;" in node


def test_counts_and_what_is_missing() -> None:
    tree = tree_of('a:\n  - menu: {prompt: "Choose.", keys: {1: b, 2: c}}\nb: [hangup]\nc: [hangup]')
    taken = {("a", 1, "key 1"): 4, ("a", 1, "key 2"): 0}
    text = mermaid(sketch(tree), Marks(Mode.COVERAGE, {"a": 4, "b": 4}, taken))
    assert '    b0 -->|"key 1 4×"| b1' in text
    assert '    b0 -.->|"key 2 0×"| b2' in text
    assert "    class b2 missing" in text
