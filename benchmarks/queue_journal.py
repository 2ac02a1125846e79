"""What happens to calls in a call centre under load, and when: by the wire alone. Times are nanoseconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.arrivals import FRAME

HEADER: Final = 12
NANOSECONDS_A_MS: Final = 1e6


@dataclass(slots=True)
class Journal:
    """Collects samples of hand-outs.

    A hand-out begins when the BYE leaves that frees an agent, his or his caller's, and ends when the kernel
    has the INVITE for him: on the loopback interface that is the moment the switch sent it.
    """

    freed: dict[str, int] = field(default_factory=dict)
    """Agents whose next INVITE has not come yet, and since when."""
    hand_outs: list[tuple[int, float]] = field(default_factory=list)
    """When each ended, and how many milliseconds it took."""
    counts: Counter[str] = field(default_factory=Counter)

    def free(self, agent: str, at: int) -> None:
        """Take that a BYE of an agent, or of his caller, has left."""
        self.freed.setdefault(agent, at)

    def offered(self, agent: str, at: int) -> None:
        """Take that an INVITE for an agent came."""
        self.counts["offered"] += 1
        since = self.freed.pop(agent, None)
        if since is not None:
            self.hand_outs.append((at, (at - since) / NANOSECONDS_A_MS))

    def within(self, begin: int, end: int) -> list[float]:
        """Return how many milliseconds each hand-out took that ended in a window."""
        return [ms for at, ms in self.hand_outs if begin <= at < end]


class Ears:
    """Listens on the phones of one side for the voices of the other: they are copied frame by frame.

    ``voices`` are the frames ``(frames, 160) uint8`` that the other side says, less the ``others`` that
    may be heard without it. Both are whole frames: a concealed one in between is not counted as heard.
    """

    def __init__(self, phones: int, voices: NDArray[np.uint8], others: NDArray[np.uint8]) -> None:
        self._known = frozenset(frame.tobytes() for frame in voices) - {one.tobytes() for one in others}
        self._waits = np.zeros(phones, np.bool_)
        self._since: dict[int, int] = {}
        self.heard_ms: list[tuple[int, float]] = []
        """When each heard the other side first, and how many milliseconds after the answer."""

    def wait(self, row: int, since: int) -> None:
        """Listen on a phone from an answer on."""
        self._waits[row] = True
        self._since[row] = since

    def stop(self, row: int) -> None:
        """Listen no more."""
        self._waits[row] = False
        self._since.pop(row, None)

    @property
    def waiting(self) -> Iterable[tuple[int, int]]:
        """Yield the phones that have not heard the other side yet, and since when they should."""
        return tuple(self._since.items())

    def take(self, rows: NDArray[np.int64], at: NDArray[np.int64], packets: NDArray[np.uint8]) -> None:
        """Take packets of different phones (see :attr:`benchmarks.talk.Talk.watch`)."""
        for place in np.flatnonzero(self._waits[rows]).tolist():
            row = int(rows[place])
            if packets[place, HEADER : HEADER + FRAME].tobytes() in self._known:
                came = int(at[place])
                self.heard_ms.append((came, (came - self._since[row]) / NANOSECONDS_A_MS))
                self.stop(row)

    def within(self, begin: int, end: int) -> list[float]:
        """Return what it took those who heard the other side first in a window."""
        return [ms for at, ms in self.heard_ms if begin <= at < end]
