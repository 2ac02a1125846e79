"""The trace: every SIP message in and out, kept in rings on the disk, so that any call can be seen later.

On the path of a message it is one append. A thread takes what has gathered, cuts streams into messages,
takes the secrets out, and writes: calls into one ring, all else into a smaller one, which phones that
register and strangers that try may wash out as they like.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from softswitch.clock import Clock
from softswitch.sip.hop import Hop
from softswitch.sip.redaction import redacted
from softswitch.sip.signals import DatagramReceived, StreamClosed, StreamReceived, Transmit, WireInput
from softswitch.transport.ring import IN, OUT, UNSENT, Noted, RingWriter, pack
from softswitch.transport.sorting import Allowance, StreamPieces, sort

logger = logging.getLogger(__name__)

CALLS_RING: Final = "calls.ring"
PHONES_RING: Final = "phones.ring"

GATHER_SECONDS: Final = 0.2
"""What a killed process may lose of its trace. A thread that woke more often would cost calls more than all
that it does."""
KEEP_ALIVE: Final = 4
"""Octets of the longest keep-alive, CR LF twice (RFC 5626 §3.5.1): not kept, and no message is so short."""
MOST_WAITING: Final = 100_000
"""Messages kept for a disk that stands still: ten seconds of full load, a hundred megabytes."""
CLOSE_SECONDS: Final = 2.0
"""How long the end of the switch waits for the last batch."""

Traced = Callable[[float, WireInput | Transmit, bool], None]
"""Takes the time (monotonic seconds), what came or went, and whether it could be sent."""


def untraced(now: float, what: WireInput | Transmit, sent: bool = True) -> None:
    """Keep nothing."""


class Tracer:
    """Keeps the trace in ``folder``: ``size`` octets, a quarter of them for what belongs to no call.

    ``also`` gets every message that is written, in the thread that writes. Raises OSError where the files
    cannot be made.
    """

    def __init__(
        self,
        folder: Path,
        size: int,
        clock: Clock,
        *,
        also: Callable[[Noted], None] | None = None,
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._clock = clock
        self._also = also
        self._calls = RingWriter(folder / CALLS_RING, size * 3 // 4)
        self._phones = RingWriter(folder / PHONES_RING, size // 4)
        self._allowance = Allowance()
        self._streams: dict[int, StreamPieces] = {}
        self._waiting: deque[tuple[float, WireInput | Transmit, bool]] = deque()
        self._awake = False
        self._left_out = 0
        self._failing = False
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trace", daemon=True)
        self._thread.start()

    def note(self, now: float, what: WireInput | Transmit, sent: bool = True) -> None:
        """Take what came or went; no I/O, and nothing is looked at."""
        if len(self._waiting) >= MOST_WAITING:
            self._left_out += 1
            return
        self._waiting.append((now, what, sent))
        if not self._awake:
            self._awake = True
            self._wake.set()

    def close(self) -> None:
        """Write what waits and end the thread, within :data:`CLOSE_SECONDS`; once more does no harm."""
        self._closing.set()
        self._wake.set()
        self._thread.join(CLOSE_SECONDS)
        if self._thread.is_alive():
            logger.error("the last of the trace could not be written in %g s", CLOSE_SECONDS)

    def _run(self) -> None:
        ending = False
        while not ending:
            self._wake.wait()
            self._wake.clear()
            # Looked at before the batch: what comes while one is written is written too.
            ending = self._closing.wait(GATHER_SECONDS)
            # First, so that what comes from now on wakes us again.
            self._awake = False
            try:
                self._write()
            except OSError as error:
                self._note_failure(error)
            except Exception:
                # Whatever is wrong with one batch, the next one is traced.
                logger.exception("a part of the trace is lost")
            else:
                self._failing = False
        self._calls.close()
        self._phones.close()

    def _write(self) -> None:
        messages = self._messages()
        if self._left_out:
            logger.error("messages left out of the trace, as the disk is too slow: %d", self._left_out)
            self._left_out = 0
        calls, others = sort(messages)
        for ring, kept in ((self._calls, calls), (self._phones, self._allowance.limited(others))):
            clean = [_clean(noted) for noted in kept]
            ring.write([pack(noted) for noted in clean])
            if self._also is not None:
                for noted in clean:
                    self._also(noted)

    def _messages(self) -> list[Noted]:
        """Return what waits as messages with their time of day."""
        ahead = self._clock.wall().timestamp() - self._clock.monotonic()
        found: list[Noted] = []
        for _ in range(len(self._waiting)):
            now, what, sent = self._waiting.popleft()
            # By isinstance and not by match, which takes thrice as long: this is done for every message.
            if isinstance(what, Transmit):
                if len(what.data) > KEEP_ALIVE:
                    found.append(Noted(now + ahead, OUT if sent else UNSENT, what.hop, what.data))
            elif isinstance(what, DatagramReceived):
                if len(what.data) > KEEP_ALIVE:
                    found.append(Noted(now + ahead, IN, what.hop, what.data))
            elif isinstance(what, StreamReceived):
                pieces = self._pieces(what.hop, what.data)
                found += [Noted(now + ahead, IN, what.hop, one) for one in pieces if len(one) > KEEP_ALIVE]
            elif isinstance(what, StreamClosed):
                self._streams.pop(what.connection, None)
        return found

    def _pieces(self, hop: Hop, data: bytes) -> list[bytes]:
        # RFC 7118 §5: each frame of a WebSocket is one message, and need not tell its length.
        if hop.connection is None or hop.transport in ("WS", "WSS"):
            return [data]
        return self._streams.setdefault(hop.connection, StreamPieces()).cut(data)

    def _note_failure(self, error: OSError) -> None:
        if not self._failing:
            logger.warning("the trace cannot be written: %s", error.strerror or error)
        self._failing = True


def _clean(noted: Noted) -> Noted:
    data = redacted(noted.data)
    return noted if data is noted.data else Noted(noted.at, noted.kind, noted.hop, data)
