"""Run the switch by a clock of its own, which tests set: ``python clocked.py FILE WORDS...``.

FILE holds the time to begin with, as ISO 8601, and the monotonic time at which it was written. From there the
clock goes a hundred times slower than the machine's: whatever a call takes, it is still the same second.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from softswitch.cli.root import app
from softswitch.clock import SystemClock

SLOWER = 100


def main() -> None:
    """Run ``softswitch`` with the words behind the file; deadlines stay those of the machine."""
    file = Path(sys.argv[1])

    def wall(_: SystemClock) -> datetime:
        begun, at = file.read_text(encoding="ascii").split()
        return datetime.fromisoformat(begun) + timedelta(seconds=(time.monotonic() - float(at)) / SLOWER)

    SystemClock.wall = wall  # type: ignore[method-assign]
    app(sys.argv[2:], prog_name="softswitch")


if __name__ == "__main__":
    main()
