"""A media room without sound: it keeps what it is asked and reports what a test makes happen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

from media import commands as ask
from media import events as tell
from media.client import Listener, MediaClient, MediaLeg, RecordingListener, Worker
from media.errors import MediaError, PortsExhausted, WorkerGone
from media.recording_messages import RecordingEnded
from softswitch.calls.media_port import MediaPort

RING_BACK, BUSY, MUSIC, BEEP = 1, 2, 3, 4
"""Prompt numbers of what every call may need."""

Command = TypeVar("Command", bound=ask.Command)


@dataclass(slots=True)
class FakeLeg:
    """One leg of sound and what it was told."""

    leg: MediaLeg
    host: str
    listener: Listener
    commands: list[ask.AnyCommand] = field(default_factory=list)
    open: bool = True

    def asked(self, kind: type[Command]) -> list[Command]:
        """Return all commands of one kind."""
        return [one for one in self.commands if isinstance(one, kind)]

    @property
    def hears(self) -> str:
        """What the phone hears behind prompts: ``leg 2``, ``loop 3``, ``room 4``, ``itself``, ``nothing``."""
        for command in reversed(self.commands):
            match command:
                case ask.HearLeg():
                    return f"leg {command.other}"
                case ask.HearLoop():
                    return " ".join(["loop", *map(str, command.prompts)])
                case ask.HearRoom():
                    return f"room {command.room}"
                case ask.HearItself():
                    return "itself"
                case ask.HearNothing():
                    return "nothing"
        return "nothing"

    @property
    def stream(self) -> ask.SetStream:
        """What was agreed last."""
        return self.asked(ask.SetStream)[-1]

    @property
    def tones(self) -> bool:
        """Whether its sound is searched for keys."""
        asked = self.asked(ask.ListenForTones)
        return bool(asked) and asked[-1].on


class FakeMediaClient:
    """Stands in for :class:`media.client.MediaClient`."""

    def __init__(self) -> None:
        self.legs: dict[int, FakeLeg] = {}
        self.loaded: list[Path] = []
        self.kept: list[str] = []
        self.as_they_are: list[str] = []
        self.unloaded: list[int] = []
        self.recordings: dict[int, tuple[Path, RecordingListener]] = {}
        """Running recordings by number."""
        self.broken: set[str] = set()
        """Names of files that cannot be read."""
        self.refuse: str = ""
        """Why no leg can be opened."""
        self.gate: asyncio.Event | None = None
        """Opening waits for it."""
        self.ungated = 0
        """How many legs are opened without waiting."""
        self.spread = False
        """Each leg is opened on a worker of its own, unless it is to be near another."""
        self.answers_close = True
        self.close_gate: asyncio.Event | None = None
        """The last statistics wait for it."""
        self.statistics = tell.Statistics(sent=50, received=49, lost=1)
        self.on_send: Callable[[ask.AnyCommand], None] = lambda command: None
        self.worker = self._new_worker()
        self._closers: set[asyncio.Task[None]] = set()

    def next_worker(self) -> None:
        """Open the legs of further calls on another worker."""
        self.worker = self._new_worker()

    def _new_worker(self) -> Worker:
        nothing = cast(asyncio.subprocess.Process, None)
        return Worker(0, nothing, cast(asyncio.Transport, None))

    @property
    def open_legs(self) -> list[FakeLeg]:
        """Legs that hold a port."""
        return [leg for leg in self.legs.values() if leg.open]

    def leg(self, port: int) -> FakeLeg:
        """Return the leg on a port, which is what an SDP names."""
        return next(leg for leg in self.legs.values() if leg.leg.port == port)

    async def open_leg(self, host: str, listener: Listener, *, near: MediaLeg | None = None) -> MediaLeg:
        """See MediaClient."""
        number = len(self.legs) + 1
        worker = self._new_worker() if self.spread else self.worker
        worker = near.worker if near is not None else worker
        leg = FakeLeg(MediaLeg(number, 20_000 + 2 * number, worker), host, listener)
        self.legs[number] = leg
        try:
            if self.gate is not None and number > self.ungated:
                await self.gate.wait()
            if self.refuse:
                raise PortsExhausted(self.refuse)
            if not self.worker.alive:
                raise WorkerGone("no media worker is running")
        except (asyncio.CancelledError, MediaError):
            leg.open = False
            raise
        leg.open = worker.alive  # Near to one whose worker has died there is no port.
        return leg.leg

    def send(self, leg: MediaLeg, command: ask.AnyCommand) -> None:
        """See MediaClient."""
        if not leg.worker.alive:
            return
        mine = self.legs[leg.number]
        assert mine.open, f"{command} for a leg that is closed"
        if isinstance(command, ask.HearLeg):
            other = self.legs[command.other].leg
            assert other.worker is leg.worker, "legs of two workers cannot hear each other"
        mine.commands.append(command)
        self.on_send(command)
        if isinstance(command, ask.CloseLeg):
            mine.open = False
            if self.answers_close:
                task = asyncio.get_running_loop().create_task(self._closed(mine))
                self._closers.add(task)
                task.add_done_callback(self._closers.discard)
        elif isinstance(command, ask.StopPlay) and (played := mine.asked(ask.Play)):
            loop = asyncio.get_running_loop()
            loop.call_soon(mine.listener, tell.PlayEnded(leg.number, played[-1].play, 0.5, False))

    async def _closed(self, leg: FakeLeg) -> None:
        if self.close_gate is not None:
            await self.close_gate.wait()
        leg.listener(tell.LegClosed(leg.leg.number, self.statistics))

    async def load(self, path: Path, *, keep: bool = False, as_it_is: bool = False) -> int:
        """See MediaClient."""
        if path.name in self.broken:
            raise MediaError(f"{path}: No such file or directory")
        self.loaded.append(path)
        self.kept += [path.name] if keep else []
        self.as_they_are += [path.name] if as_it_is else []
        return 100 + len(self.loaded)

    def unload(self, number: int) -> None:
        """See MediaClient."""
        self.unloaded.append(number)

    def record(
        self, leg: MediaLeg, path: Path, listener: RecordingListener, *, layout: str, then: str
    ) -> int:
        """See MediaClient."""
        number = 1 + sum(len(one.asked(ask.Record)) for one in self.legs.values())
        self.recordings[number] = (path, listener)
        self.send(leg, ask.Record(leg.number, number, str(path), layout, then))
        return number

    # What a test makes happen

    def finish_recording(self, number: int = 1, *, seconds: float = 2.0, reason: str = "") -> None:
        """Let a recording end; with a ``reason``, it broke off."""
        path, listener = self.recordings.pop(number)
        listener(RecordingEnded(number, str(path), seconds, "" if reason else "5ea1", (), reason))

    def finish_play(self, leg: FakeLeg, seconds: float = 1.0) -> None:
        """Let what plays come to its end."""
        leg.listener(tell.PlayEnded(leg.leg.number, leg.asked(ask.Play)[-1].play, seconds, True))

    def digit(self, leg: FakeLeg, digit: str, method: str = "rfc4733") -> None:
        """Let a key be heard."""
        leg.listener(tell.DigitHeard(leg.leg.number, digit, method, 0.0))

    def sound(self, leg: FakeLeg, host: str, port: int) -> None:
        """Let the first packet arrive."""
        leg.listener(tell.MediaArrived(leg.leg.number, host, port))

    def one_way(self, leg: FakeLeg, *, deaf: bool = False, ever: bool = False, seconds: float = 0.0) -> None:
        """Let sound pass in one direction only."""
        leg.listener(tell.OneWay(leg.leg.number, deaf, seconds, ever))

    def both_ways(self, leg: FakeLeg) -> None:
        """Let sound pass in both directions again."""
        leg.listener(tell.BothWays(leg.leg.number))

    def quiet(self, leg: FakeLeg, seconds: float = 6.0, *, spoke: bool = True) -> None:
        """Let nobody have spoken for as long as was asked."""
        leg.listener(tell.SilenceHeard(leg.leg.number, seconds, spoke))

    def silence(self, leg: FakeLeg, seconds: float = 30.0) -> None:
        """Let the phone have been silent for too long."""
        leg.listener(tell.MediaTimeout(leg.leg.number, seconds))

    def kill(self, port: MediaPort) -> None:
        """Let the worker die; another one takes its place."""
        self.worker.alive = False
        for leg in self.legs.values():
            leg.open = False
        port.worker_died(self.worker)
        self.worker = self._new_worker()


def media_port(client: FakeMediaClient) -> MediaPort:
    """Return a port on a fake client, with its tones and music known."""
    port = MediaPort(cast(MediaClient, client), bind="192.0.2.1")
    port.ring_back, port.busy, port.beep, port.music = RING_BACK, BUSY, BEEP, (MUSIC,)
    return port
