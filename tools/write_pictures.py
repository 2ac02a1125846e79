#!/usr/bin/env python3
"""Write the pictures of the menus that come with the switch, as ``softswitch draw`` makes them.

python tools/write_pictures.py          write the pictures
python tools/write_pictures.py --check  exit 1 if one is not that of its menu
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from softswitch.commands.paths import drawn, tree_at
from softswitch.ivr.drawing.marks import Marks

ROOT = Path(__file__).parent.parent
TREES = ROOT / "ivr_trees"
SUITES = ".tests"


def pictures() -> dict[Path, Path]:
    """Return every menu that has a picture, and where that is: beside it, the demo's among the docs."""
    lines = sorted(folder.parent for folder in TREES.glob("*/softswitch.yaml"))
    menus = [
        path
        for folder in lines
        for path in sorted(folder.glob("*.yaml"))
        if path.name != "softswitch.yaml" and not path.stem.endswith(SUITES)
    ]
    return {
        TREES / "demo.yaml": ROOT / "docs" / "demo-tree.svg",
        **{path: path.with_suffix(".svg") for path in menus},
    }


def picture(tree: Path) -> str:
    """Return the picture of a menu as it is today."""
    return drawn(tree_at(tree), Marks(), "en", as_mermaid=False)


def main() -> int:
    """Write or check the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing, fail when out of date")
    options = parser.parse_args()
    old = 0
    for tree, place in pictures().items():
        today = picture(tree)
        if not options.check:
            place.write_text(today, encoding="utf-8")
        elif not place.exists() or place.read_text(encoding="utf-8") != today:
            old += 1
    return int(old > 0)


if __name__ == "__main__":
    sys.exit(main())
