"""The workers' punctuality as a file: one line of JSON a worker and second, for measurements and graphs."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from media.events import TickReport

logger = logging.getLogger(__name__)


class TimingFile:
    """Appends reports to ``path``; made anew at each start. Raises OSError when it cannot be made.

    A line has the time (ISO 8601, UTC), the worker, and the fields of
    :class:`~media.events.TickReport` with their names: some 800 octets, 70 MB a day and worker.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._file = path.open("w", encoding="utf-8", buffering=1)

    def __enter__(self) -> TimingFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, worker: int, report: TickReport) -> None:
        """Append one report. A full disk ends the file with a word in the log, never a call."""
        if self._file.closed:
            return
        fields = {name: getattr(report, name) for name in report.__struct_fields__}
        line = json.dumps({"at": self._now().isoformat(), "worker": worker, **fields})
        try:
            self._file.write(line + "\n")
        except OSError as error:
            logger.warning("timings are kept no longer: %s", error.strerror)
            # Closing tries to write the rest once more; the file is closed all the same.
            with contextlib.suppress(OSError):
                self._file.close()
