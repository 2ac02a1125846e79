#!/usr/bin/env python3
"""Write docs/actions.md, the page of all steps of a voice menu, from their definitions.

python tools/write_actions.py          write the page
python tools/write_actions.py --check  exit 1 if the page is not what the definitions say
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from softswitch.ivr.catalogue import markdown

DOCUMENT = Path(__file__).parent.parent / "docs" / "actions.md"


def main() -> int:
    """Write or check the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing, fail when out of date")
    options = parser.parse_args()
    fresh = markdown()
    if options.check:
        return int(not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != fresh)
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
