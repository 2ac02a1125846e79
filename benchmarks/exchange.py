"""The signalling process of a media worker under test: starts it, opens legs, joins them, lets them go.

A process of its own, so that the phones keep their time. Each line of JSON that comes in is an order, each
that goes out its answer: ``{"open": [phone ports]}`` is answered with ``{"ports": [worker ports]}``,
``{"close": true}`` with ``{"lost": packets, "broken": recordings}``. The end of the input ends the worker.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.modes import Mode, rooms
from benchmarks.phone_key import PHONES_KEY, SUITE
from benchmarks.processes import allow_many_files
from benchmarks.switch import HOST, MUSIC, RTP_PORTS
from media import commands as ask
from media import events as tell
from media.client import Hooks, LegReport, MediaClient, MediaLeg
from media.recording_messages import RecordingEnded
from media.timings import TimingFile

TIMINGS: Final = "timings.jsonl"
PCMA: Final = 8
EVENTS, EVENTS_RATE = 101, 8000
CLOSE_SECONDS: Final = 30.0
"""How long legs and recordings may take to end."""


@dataclass(slots=True)
class Room:
    """The legs of a worker under test, and what they told when they went."""

    client: MediaClient
    mode: Mode
    folder: Path
    music: int = 0
    legs: list[MediaLeg] = field(default_factory=list)
    seats: list[int] = field(default_factory=list)
    """The room of each leg of a conference."""
    srtp: bool = False
    recording: int = 0
    lost: int = 0
    broken: int = 0
    _closed: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def open(self, ports: list[int]) -> list[int]:
        """Open a leg for each phone and join them; return the ports they listen on."""
        before = len(self.legs)
        if not before:
            self.lost = self.broken = 0
        for port in ports:
            leg = await self.client.open_leg(HOST, self._told, near=self.legs[0] if self.legs else None)
            stream = ask.SetStream(
                leg.number, HOST, port, "PCMA", PCMA, EVENTS, EVENTS_RATE, send=True, receive=True,
                silence_after=0.0,
                ours=ask.MediaKey(SUITE, bytes(30)) if self.srtp else None,
                theirs=ask.MediaKey(SUITE, PHONES_KEY) if self.srtp else None,
            )  # fmt: skip
            self.client.send(leg, stream)
            self.legs.append(leg)
        self._join(before)
        return [leg.port for leg in self.legs[before:]]

    async def close(self) -> None:
        """Close every leg, and wait until the worker has said its last word on each and on each recording."""
        waiting = len(self.legs) + self.recording
        for leg in self.legs:
            self.client.send(leg, ask.CloseLeg(leg.number))
        self.legs.clear()
        self.seats.clear()
        self.recording = 0
        for left in range(waiting, 0, -1):
            try:
                await asyncio.wait_for(self._closed.get(), CLOSE_SECONDS)
            except TimeoutError:
                self.broken += left
                return

    def _join(self, before: int) -> None:
        """Join the legs from a place on, and in a conference all: with more of them, rooms change."""
        legs, send = self.legs[before:], self.client.send
        match self.mode:
            case Mode.QUEUE:
                for leg in legs:
                    send(leg, ask.HearLoop(leg.number, (self.music,), shared=True))
            case Mode.CONFERENCE:
                seats = rooms(len(self.legs))
                for leg, room, seated in zip(self.legs, seats, self.seats + [-1] * len(legs), strict=True):
                    if room != seated:
                        send(leg, ask.HearRoom(leg.number, room, speaks=True))
                self.seats = seats
            case Mode.BRIDGE | Mode.RECORD:
                for one, other in zip(legs[::2], legs[1::2], strict=True):
                    send(one, ask.HearLeg(one.number, other.number))
                    send(other, ask.HearLeg(other.number, one.number))
                    if self.mode is Mode.RECORD:
                        self._record(one)
            case Mode.IVR:
                raise ValueError("menus go through the whole switch")

    def _record(self, leg: MediaLeg) -> None:
        path = self.folder / f"pair-{leg.number}"
        self.client.record(leg, path, self._recorded, layout="stereo", then="wav")
        self.recording += 1

    def _told(self, report: LegReport) -> None:
        if isinstance(report, tell.LegClosed):
            self.lost += report.statistics.lost + report.statistics.unauthentic
            self._closed.put_nowait(None)
        elif isinstance(report, tell.CommandFailed):
            print(report.reason, file=sys.stderr)

    def _recorded(self, ended: RecordingEnded) -> None:
        if ended.reason:
            self.broken += 1
            print(ended.reason, file=sys.stderr)
        Path(ended.path).unlink(missing_ok=True)
        self._closed.put_nowait(None)


async def serve(mode: Mode, core: int, folder: Path, *, srtp: bool = False) -> None:
    """Start a worker on a core, say its process id, and carry out orders until there are no more."""
    first, _, last = RTP_PORTS.partition("-")
    loop = asyncio.get_running_loop()
    ids: list[int] = []
    with contextlib.ExitStack() as stack:
        timings = stack.enter_context(TimingFile(folder / TIMINGS))
        hooks = Hooks(started=lambda _, process: ids.append(process), timed=timings.write)
        client = MediaClient(
            ports=(int(first), int(last)), frames=folder / "frames", cores=(core,), hooks=hooks
        )
        await client.start()
        try:
            room = Room(client, mode, folder, music=await client.load(MUSIC, keep=True), srtp=srtp)
            _say({"worker": ids[0]})
            while line := await loop.run_in_executor(None, sys.stdin.readline):
                order = json.loads(line)
                if "open" in order:
                    _say({"ports": await room.open(order["open"])})
                else:
                    await room.close()
                    _say({"lost": room.lost, "broken": room.broken})
        finally:
            await client.stop()


def _say(answer: dict[str, object]) -> None:
    print(json.dumps(answer), flush=True)


def main() -> int:
    """Run the process; the benchmark starts it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exchange", description=__doc__)
    parser.add_argument("--mode", type=Mode, required=True)
    parser.add_argument("--core", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--srtp", action="store_true")
    options = parser.parse_args()
    allow_many_files()
    asyncio.run(serve(options.mode, options.core, options.folder, srtp=options.srtp))
    return 0


if __name__ == "__main__":
    sys.exit(main())
