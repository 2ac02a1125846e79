"""The signalling side of the media workers: starts them, speaks to them, notices when one dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from media import commands as ask
from media import events as tell
from media.errors import MediaError, PortsExhausted, WorkerGone
from media.recording_messages import RecordingEnded
from media.restarts import first_pause, longer_pause
from media.shelf import Shelf, SoundKey, sound_key
from media.wire import Inbox, pack

logger = logging.getLogger(__name__)

START_SECONDS: Final = 10.0
"""A worker imports numpy and is ready in a third of a second; ten means something is wrong."""
STOP_SECONDS: Final = 3.0
RETURN_SECONDS: Final = 4.0
"""How long a new leg waits while no worker runs but one is being started again: it is back in half a second,
on a machine that has other work in two or three, and a caller would rather hear nothing that long than be
refused."""

CUT_SHORT: Final = "the media worker has ended; the file holds what was said until then"
LegReport = (
    tell.LegOpened
    | tell.OpenFailed
    | tell.LegClosed
    | tell.MediaArrived
    | tell.DigitHeard
    | tell.SilenceHeard
    | tell.PlayEnded
    | tell.OneWay
    | tell.BothWays
    | tell.MediaTimeout
    | tell.CommandFailed
)
RecordingListener = Callable[[RecordingEnded], None]
Listener = Callable[[LegReport], None]


@dataclass(slots=True)
class MediaLeg:
    """A leg on a worker: its number there, and the port its phone must send to."""

    number: int
    port: int
    worker: Worker


@dataclass(slots=True, eq=False)
class Worker:
    """One worker process and our end of its line."""

    index: int
    process: asyncio.subprocess.Process
    transport: asyncio.Transport
    listeners: dict[int, Listener] = field(default_factory=dict)
    openings: dict[int, asyncio.Future[int]] = field(default_factory=dict)
    loading: dict[int, asyncio.Future[str]] = field(default_factory=dict)
    """Prompts that are on their way into its bank: "" when they are there, else why they are not."""
    recordings: dict[int, tuple[Path, RecordingListener]] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    alive: bool = True


@dataclass(frozen=True, slots=True)
class Hooks:
    """Who wants to know about workers as such. ``started`` gets the index, ``died`` a sentence too."""

    started: Callable[[int, int], None] = lambda index, process_id: None
    died: Callable[[Worker, str], None] = lambda worker, reason: None
    timed: Callable[[int, tell.TickReport], None] = lambda index, report: None


class MediaClient:
    """All workers of a switch.

    ``ports`` is the whole RTP range, shared out among the workers; ``frames`` is the folder where encoded
    sounds are kept; ``cores`` pins worker *i* to a core.
    """

    def __init__(
        self,
        *,
        ports: tuple[int, int],
        frames: Path,
        workers: int = 1,
        cores: tuple[int, ...] = (),
        hooks: Hooks | None = None,
    ) -> None:
        self._ports = ports
        self._frames = frames
        self._count = workers
        self._cores = cores
        self._hooks = hooks or Hooks()
        self._workers: dict[int, Worker] = {}
        self._restarts: set[asyncio.Task[None]] = set()
        self._running = asyncio.Event()
        """Set while there is a worker."""
        self._next_leg = 1
        self._next_recording = 1
        self._shelf = Shelf(frames)
        self._loading: dict[SoundKey, asyncio.Task[int]] = {}
        self._draining: list[Worker] = []
        """Workers whose place another has taken, and whose last calls go on."""
        self._dying: list[Worker] = []
        """Workers whose line has ended, but whose process was not seen to end yet."""
        self._stopping = False

    async def start(self) -> None:
        """Start every worker; raise MediaError when one does not come up."""
        self._shelf.clear()
        for index in range(self._count):
            await self._start_worker(index)

    async def stop(self) -> None:
        """End every worker."""
        self._stopping = True
        restarts = list(self._restarts)
        for task in restarts:
            task.cancel()
        await asyncio.gather(*restarts, return_exceptions=True)
        for worker in [*self._everyone(), *self._dying]:
            self._send(worker, ask.Stop())
            try:
                await asyncio.wait_for(worker.process.wait(), STOP_SECONDS)
            except TimeoutError:
                worker.process.kill()
                await worker.process.wait()
            worker.transport.close()
        self._dying.clear()

    async def open_leg(self, host: str, listener: Listener, *, near: MediaLeg | None = None) -> MediaLeg:
        """Take a port on ``host`` for a leg; on the worker of ``near``, for two legs that will be joined.

        ``listener`` gets the leg's reports until it is closed. Raises PortsExhausted or WorkerGone.
        """
        worker = near.worker if near is not None and near.worker.alive else await self._free_worker()
        number, self._next_leg = self._next_leg, self._next_leg + 1
        opening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        worker.openings[number] = opening
        worker.listeners[number] = listener
        self._send(worker, ask.OpenLeg(number, host))
        try:
            port = await opening
        except asyncio.CancelledError:
            # The caller hung up meanwhile: the worker must not keep a leg nobody knows.
            worker.listeners.pop(number, None)
            self._send(worker, ask.CloseLeg(number))
            raise
        except MediaError:
            worker.listeners.pop(number, None)
            raise
        finally:
            worker.openings.pop(number, None)
        return MediaLeg(number, port, worker)

    def send(self, leg: MediaLeg, command: ask.AnyCommand) -> None:
        """Send a command for a leg; nothing happens when its worker is gone, as that was reported."""
        self._send(leg.worker, command)

    async def load(self, path: Path, *, keep: bool = False, as_it_is: bool = False) -> int:
        """Bring a sound file into every worker's bank; return its number.

        One that is to be kept stays whatever happens; of the others those unused for longest make room
        when the banks are nearly full. Encoding happens once, in a thread, at the one loudness of all
        prompts unless the sound is to stay ``as_it_is``. Raises MediaError when the file cannot be read.
        """
        key = sound_key(path, as_it_is=as_it_is)
        task = self._loading.get(key)
        number = self._shelf.find(key) if task is None else None
        if number is None:
            if task is None:
                task = self._loading[key] = asyncio.ensure_future(self._load(path, key))
                task.add_done_callback(lambda _: self._loading.pop(key, None))
            number = await asyncio.shield(task)
        if keep:
            self._shelf.keep(number)
        return number

    async def _load(self, path: Path, key: SoundKey) -> int:
        number = await self._shelf.encode(path, key)
        for failure in await asyncio.gather(*[self._add_prompt(one, number) for one in self._everyone()]):
            if failure:
                self.unload(number)
                raise MediaError(failure)
        for other in self._shelf.in_the_way():
            self.unload(other)
        return number

    def _add_prompt(self, worker: Worker, number: int) -> asyncio.Future[str]:
        """Let a worker load a prompt; the result is "" when it may be played there."""
        loaded: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        if not worker.alive:
            loaded.set_result("")
            return loaded
        worker.loading[number] = loaded
        self._send(worker, ask.AddPrompt(number, str(self._shelf.path(number))))
        return loaded

    def unload(self, number: int) -> None:
        """Drop a sound from every worker, and the file made of it."""
        if self._shelf.drop(number):
            for worker in self._everyone():
                self._send(worker, ask.RemovePrompt(number))

    def record(
        self, leg: MediaLeg, path: Path, listener: RecordingListener, *, layout: str, then: str
    ) -> int:
        """Record a leg and return the number of the recording; ``listener`` is told when the file is done."""
        number, self._next_recording = self._next_recording, self._next_recording + 1
        leg.worker.recordings[number] = (path, listener)
        self._send(leg.worker, ask.Record(leg.number, number, str(path), layout, then))
        return number

    # Workers

    def _everyone(self) -> list[Worker]:
        return [*self._workers.values(), *self._draining]

    async def renew(self) -> None:
        """Let fresh processes take the place of all workers, one at a time; calls go on where they are.

        A worker that is replaced gets no new calls and ends with its last one. Raises MediaError when a new
        one does not come up; those not yet replaced stay.
        """
        for index, worker in list(self._workers.items()):
            await self._start_worker(index)
            if self._workers.get(index) is not worker:
                self._draining.append(worker)
                self._end_if_empty(worker)

    def _end_if_empty(self, worker: Worker) -> None:
        if worker in self._draining and not worker.listeners and not worker.openings:
            self._send(worker, ask.Stop())

    async def _free_worker(self) -> Worker:
        """Return the worker with the fewest legs; wait for one that has just died to come back."""
        if not self._workers and self._restarts:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RETURN_SECONDS):
                    await self._running.wait()
        alive = [worker for worker in self._workers.values() if worker.alive]
        if not alive:
            raise WorkerGone("no media worker is running")
        return min(alive, key=lambda worker: len(worker.listeners))

    async def _start_worker(self, index: int) -> None:
        ours, theirs = socket.socketpair()
        first, last = self._share(index)
        core = self._cores[index] if index < len(self._cores) else -1
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "media.worker",
                "--line", str(theirs.fileno()), "--ports", f"{first}-{last}", "--core", str(core),
                pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        finally:
            theirs.close()
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[int] = loop.create_future()
        transport, protocol = await loop.create_unix_connection(lambda: _Line(self, ready), sock=ours)
        worker = Worker(index, process, transport)
        protocol.worker = worker
        try:
            process_id = await asyncio.wait_for(ready, START_SECONDS)
            await self._fill_bank(worker)
        except BaseException as error:
            # Also when this is cancelled: no process is left behind that nobody knows.
            worker.alive = False
            transport.close()
            if process.returncode is None:
                process.kill()
            await process.wait()
            if isinstance(error, TimeoutError | WorkerGone):
                raise WorkerGone("the media worker did not start; its own message stands above") from error
            raise
        if not worker.alive:
            return  # It ended while it loaded them, and is being started again already.
        self._workers[index] = worker
        self._running.set()
        self._hooks.started(index, process_id)

    async def _fill_bank(self, worker: Worker) -> None:
        """Let a worker load every sound before it gets calls, also those that come and go meanwhile."""
        there: set[int] = set()
        while missing := self._shelf.numbers - there:
            there |= missing
            for failure in await asyncio.gather(*[self._add_prompt(worker, one) for one in missing]):
                if failure:
                    logger.warning("a media worker cannot load a sound: %s", failure)
        for gone in there - self._shelf.numbers:
            self._send(worker, ask.RemovePrompt(gone))

    def _share(self, index: int) -> tuple[int, int]:
        first, last = self._ports
        size = (last - first + 1) // self._count // 2 * 2
        return first + index * size, first + (index + 1) * size - 1

    def _send(self, worker: Worker, command: ask.AnyCommand) -> None:
        if worker.alive:
            worker.transport.write(pack(command))

    def reported(self, worker: Worker, report: tell.AnyReport) -> None:
        """Take a report from a worker's line."""
        match report:
            case tell.TickReport():
                self._hooks.timed(worker.index, report)
            case tell.LegOpened(leg, port) if leg in worker.openings:
                if not worker.openings[leg].done():
                    worker.openings[leg].set_result(port)
            case tell.OpenFailed(leg, reason) if leg in worker.openings:
                if not worker.openings[leg].done():
                    worker.openings[leg].set_exception(PortsExhausted(reason))
            case tell.WorkerReady() | tell.LegOpened() | tell.OpenFailed():
                pass
            case tell.PromptReady(prompt, failure):
                if (loaded := worker.loading.pop(prompt, None)) is not None and not loaded.done():
                    loaded.set_result(failure)
            case RecordingEnded():
                if (recording := worker.recordings.pop(report.recording, None)) is not None:
                    recording[1](report)
            case _:
                listener = worker.listeners.get(report.leg)
                if isinstance(report, tell.LegClosed):
                    worker.listeners.pop(report.leg, None)
                    self._end_if_empty(worker)
                if listener is not None:
                    listener(report)

    def lost(self, worker: Worker) -> None:
        """Take the end of a worker's line: its legs are gone, and it is started again."""
        if not worker.alive:
            return
        worker.alive = False
        drained = worker in self._draining
        if drained:
            self._draining.remove(worker)
        elif self._workers.get(worker.index) is worker:
            del self._workers[worker.index]
        self._dying.append(worker)
        if not self._workers:
            self._running.clear()
        for opening in worker.openings.values():
            if not opening.done():
                opening.set_exception(WorkerGone("the media worker has ended"))
        for loaded in worker.loading.values():
            if not loaded.done():
                loaded.set_result("")  # The worker that takes its place loads all of them.
        for number, (path, listener) in worker.recordings.items():
            listener(RecordingEnded(number, str(path), 0.0, "", (), CUT_SHORT))
        if self._stopping:
            return
        if worker.listeners or not drained:
            # The hook first: it knows which calls to end, and why.
            self._hooks.died(worker, "the media worker process has ended unexpectedly")
        task = asyncio.ensure_future(self._buried(worker) if drained else self._restart(worker))
        self._restarts.add(task)
        task.add_done_callback(self._restarts.discard)

    async def _buried(self, worker: Worker) -> None:
        await worker.process.wait()
        worker.transport.close()
        self._dying.remove(worker)

    async def _restart(self, worker: Worker) -> None:
        await self._buried(worker)
        pause = first_pause(time.monotonic() - worker.started)
        while True:
            await asyncio.sleep(pause)
            try:
                await self._start_worker(worker.index)
            except (MediaError, OSError):
                pause = longer_pause(pause)
                logger.exception("media worker %d cannot be started; trying again", worker.index)
            else:
                return


class _Line(asyncio.Protocol):
    """Our end of a worker's socket."""

    def __init__(self, client: MediaClient, ready: asyncio.Future[int]) -> None:
        self._client = client
        self._ready = ready
        self._inbox: Inbox[tell.AnyReport] = Inbox(tell.AnyReport)
        self.worker: Worker | None = None

    def data_received(self, data: bytes) -> None:
        """Hand complete reports on."""
        for report in self._inbox.feed(data):
            if isinstance(report, tell.WorkerReady):
                if not self._ready.done():
                    self._ready.set_result(report.process_id)
            elif self.worker is not None:
                self._client.reported(self.worker, report)

    def connection_lost(self, exc: Exception | None) -> None:
        """Notice that the worker is gone."""
        if not self._ready.done():
            self._ready.set_exception(WorkerGone("the media worker ended before it was ready"))
        elif self.worker is not None:
            self._client.lost(self.worker)
