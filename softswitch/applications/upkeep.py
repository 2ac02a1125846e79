"""What programs have had recorded is kept no longer than other recordings."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

PORTION: Final = 200
"""Files removed before others may use the disk: a moment's work."""


@dataclass(frozen=True, slots=True)
class OldRecordings:
    """The files in ``folder``, of which each is as old as its last change."""

    folder: Path

    async def forget(self, before: datetime) -> int:
        """Remove a portion of the files from before a time; return how many those were. Raises OSError."""
        return await asyncio.to_thread(self._remove, before.timestamp())

    def _remove(self, before: float) -> int:
        if not self.folder.is_dir():
            return 0
        gone = 0
        for file in self.folder.glob("*.wav"):
            if gone == PORTION:
                break
            if file.stat().st_mtime < before:
                file.unlink(missing_ok=True)
                gone += 1
        return gone
