"""The client with real workers: sounds, legs, and what happens when a worker dies."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from media import commands as ask
from media import events as tell
from media.client import Hooks, LegReport, MediaClient, MediaLeg
from media.errors import MediaError, PortsExhausted, WorkerGone
from media.soundfiles import write_wave
from tests.fakes.rtp import Stream
from tests.media.test_sockets import HOST, Phone, free_ports

Kind = TypeVar("Kind")
SECONDS = 10.0
"""How long anything may take before a test gives up."""
RESTART = 2.0
"""How soon a new call must work after a worker has died, from issue to answer."""


class Watcher:
    """Keeps what it is told, and lets a test wait for it."""

    def __init__(self) -> None:
        self._told: asyncio.Queue[object] = asyncio.Queue()

    def __call__(self, *what: object) -> None:
        self._told.put_nowait(what[0] if len(what) == 1 else what)

    async def wait_for(self, kind: type[Kind]) -> Kind:
        """Return the next thing of a kind, forgetting what came before it."""
        async with asyncio.timeout(SECONDS):
            while not isinstance(told := await self._told.get(), kind):
                pass
        return told

    def nothing_more(self) -> bool:
        return self._told.empty()


class Switch:
    """A client, and everything its hooks were told."""

    def __init__(self, folder: Path, *, ports: int, workers: int) -> None:
        self.started, self.died, self.timed = Watcher(), Watcher(), Watcher()
        first = free_ports(ports)
        self.client = MediaClient(
            ports=(first, first + 2 * ports - 1),
            frames=folder / "frames",
            workers=workers,
            hooks=Hooks(started=self.started, died=self.died, timed=self.timed),
        )
        self.folder = folder

    def sound(self, name: str, frames: int, step: int = 7) -> Path:
        path = self.folder / name
        write_wave(path, (np.arange(frames * 160) * step % 20_000 - 10_000).astype(np.int16))
        return path

    async def leg(self, near: MediaLeg | None = None) -> tuple[MediaLeg, Watcher]:
        heard = Watcher()
        async with asyncio.timeout(SECONDS):
            return await self.client.open_leg(HOST, heard, near=near), heard

    def agree(self, leg: MediaLeg, phone: Phone) -> None:
        host, port = phone.address
        self.client.send(leg, ask.SetStream(leg.number, host, port, "PCMA", 8, 101, 8000, True, True, 0.0))


Starter = Callable[..., Awaitable[Switch]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Starter]:
    made: list[Switch] = []

    async def begin(*, ports: int = 4, workers: int = 1) -> Switch:
        made.append(Switch(tmp_path, ports=ports, workers=workers))
        await made[-1].client.start()
        return made[-1]

    yield begin
    for one in made:
        await one.client.stop()


@pytest.fixture
def phone():
    made = Phone()
    yield made
    made.socket.close()


async def test_a_leg_plays_echoes_and_closes(start, phone):
    switch = await start()
    client, (leg, heard) = switch.client, await switch.leg()
    assert isinstance((await switch.started.wait_for(tuple))[1], int)
    number = await client.load(switch.sound("one.wav", 3))
    switch.agree(leg, phone)
    client.send(leg, ask.HearItself(leg.number))
    client.send(leg, ask.Play(leg.number, 4, (number,)))
    ended = await heard.wait_for(tell.PlayEnded)
    assert (ended.play, ended.seconds, ended.finished) == (4, pytest.approx(0.06), True)

    stream = Stream()
    for packet in [stream.audio(bytes([3]) * 160), *stream.press("#")]:
        phone.say(packet, leg.port)
    arrived = await heard.wait_for(tell.MediaArrived)
    assert (arrived.host, arrived.port) == phone.address
    assert (await heard.wait_for(tell.DigitHeard)).digit == "#"
    while (await asyncio.to_thread(phone.hears))[12:] != bytes([3]) * 160:
        pass

    client.send(leg, ask.CloseLeg(leg.number))
    assert (await heard.wait_for(tell.LegClosed)).statistics.received == 9
    client.send(leg, ask.StopPlay(leg.number))  # nobody is left to hear that it failed
    other, _ = await switch.leg()
    assert other.number != leg.number
    assert heard.nothing_more()


async def test_failed_commands_are_told_to_the_leg_they_are_for(start):
    switch = await start()
    leg, heard = await switch.leg()
    switch.client.send(leg, ask.Play(leg.number, 1, (77,)))
    assert "prompt 77" in (await heard.wait_for(tell.CommandFailed)).reason
    assert (await heard.wait_for(tell.PlayEnded)).finished is False
    switch.client.send(leg, ask.HearLeg(leg.number, 999))
    assert "leg 999" in (await heard.wait_for(tell.CommandFailed)).reason


async def test_ports_that_run_out(start):
    switch = await start(ports=2)
    for _ in range(2):
        await switch.leg()
    with pytest.raises(PortsExhausted, match="no free RTP port"):
        await switch.leg()


async def test_a_sound_is_loaded_once_and_again_when_it_changed(start):
    switch = await start()
    path = switch.sound("one.wav", 2)
    first, again, other = await asyncio.gather(
        switch.client.load(path), switch.client.load(path), switch.client.load(switch.sound("two.wav", 2))
    )
    assert first == again != other
    assert await switch.client.load(path) == first
    switch.sound("one.wav", 5)
    changed = await switch.client.load(path)
    assert changed not in (first, other)
    leg, heard = await switch.leg()
    switch.client.send(leg, ask.Play(leg.number, 1, (changed, first)))
    assert (await heard.wait_for(tell.PlayEnded)).seconds == pytest.approx(0.14)


@pytest.mark.parametrize("content", [None, b"", b"noise"])
async def test_what_is_no_sound_is_a_media_error(start, tmp_path, content):
    switch = await start()
    path = tmp_path / "bad.wav"
    if content is not None:
        path.write_bytes(content)
    for _ in range(2):
        with pytest.raises(MediaError, match=r"bad\.wav"):
            await switch.client.load(path)
    assert await switch.client.load(switch.sound("good.wav", 1))


async def test_two_legs_of_a_bridge_are_on_one_worker(start, phone):
    switch = await start(ports=8, workers=2)
    legs = [(await switch.leg())[0] for _ in range(4)]
    assert sorted(leg.worker.index for leg in legs) == [0, 0, 1, 1]  # shared out evenly
    for leg in legs:
        assert (await switch.leg(near=leg))[0].worker is leg.worker
    # The range is shared out, too.
    low, high = ([leg.port for leg in legs if leg.worker.index == index] for index in (0, 1))
    assert max(low) < min(high)


async def test_a_worker_that_is_killed_is_told_and_comes_back_with_its_sounds(start, phone):
    switch = await start()
    client = switch.client
    number = await client.load(switch.sound("one.wav", 2))
    leg, heard = await switch.leg()
    _, process_id = await switch.started.wait_for(tuple)

    began = asyncio.get_running_loop().time()
    os.kill(process_id, signal.SIGKILL)
    index, reason = await switch.died.wait_for(tuple)
    assert (index, leg.worker.alive) == (0, False)
    assert reason == "the media worker process has ended unexpectedly"
    client.send(leg, ask.CloseLeg(leg.number))  # nothing happens
    fresh, fresh_heard = await switch.leg(near=leg)  # asked for at once: it waits for the new worker
    _, new_process = await switch.started.wait_for(tuple)
    assert new_process != process_id
    switch.agree(fresh, phone)
    client.send(fresh, ask.Play(fresh.number, 1, (number,)))
    assert (await fresh_heard.wait_for(tell.PlayEnded)).finished
    assert asyncio.get_running_loop().time() - began < RESTART
    assert heard.nothing_more()


async def test_only_the_legs_of_the_dead_worker_are_lost(start):
    switch = await start(ports=8, workers=2)
    await switch.started.wait_for(tuple)
    _, second_process = await switch.started.wait_for(tuple)
    (one, one_heard), (two, _) = [await switch.leg() for _ in range(2)]
    assert (one.worker.index, two.worker.index) == (0, 1)
    os.kill(second_process, signal.SIGKILL)
    assert (await switch.died.wait_for(tuple))[0] == 1
    assert (await switch.leg(near=two))[0].worker is one.worker
    switch.client.send(one, ask.Play(one.number, 1, ()))
    assert (await one_heard.wait_for(tell.PlayEnded)).finished
    assert (await switch.started.wait_for(tuple))[0] == 1


async def test_an_opening_under_way_when_the_worker_dies_or_stops_does_not_hang(start):
    switch = await start()
    _, process_id = await switch.started.wait_for(tuple)
    os.kill(process_id, signal.SIGSTOP)
    opening = asyncio.ensure_future(switch.client.open_leg(HOST, Watcher()))
    await asyncio.sleep(0)
    os.kill(process_id, signal.SIGKILL)
    async with asyncio.timeout(SECONDS):
        with pytest.raises(WorkerGone, match="media worker has ended"):
            await opening


async def test_stopping_ends_openings_under_way(start):
    switch = await start()
    _, process_id = await switch.started.wait_for(tuple)
    os.kill(process_id, signal.SIGSTOP)
    opening = asyncio.ensure_future(switch.client.open_leg(HOST, Watcher()))
    await asyncio.sleep(0)
    stopping = asyncio.ensure_future(switch.client.stop())
    await asyncio.sleep(0)
    os.kill(process_id, signal.SIGCONT)
    async with asyncio.timeout(SECONDS):
        await stopping
        outcome = await asyncio.gather(opening, return_exceptions=True)
    # Opened before the stop arrived, or refused by it: not left waiting.
    assert isinstance(outcome[0], MediaLeg | WorkerGone)


async def test_a_caller_who_gives_up_leaves_no_leg_behind(start):
    switch = await start(ports=1)
    heard: list[LegReport] = []
    opening = asyncio.ensure_future(switch.client.open_leg(HOST, heard.append))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    report = await switch.timed.wait_for(tuple)
    while report[1].legs:
        report = await switch.timed.wait_for(tuple)
    assert heard == []


async def test_stopping_while_a_worker_comes_back_leaves_no_process(start):
    switch = await start()
    _, process_id = await switch.started.wait_for(tuple)
    os.kill(process_id, signal.SIGKILL)
    await switch.died.wait_for(tuple)
    await switch.client.stop()
    with pytest.raises(WorkerGone):
        await switch.leg()


async def test_workers_tell_how_they_keep_time(start):
    switch = await start()
    index, report = await switch.timed.wait_for(tuple)
    assert (index, report.legs, report.skipped) == (0, 0, report.skipped)
    assert len(report.lateness_ms) == report.ticks


async def test_a_worker_that_does_not_come_up_is_an_error(tmp_path, monkeypatch):
    client = MediaClient(ports=(31_000, 31_007), frames=tmp_path)
    monkeypatch.setattr("media.client.sys.executable", "/bin/false")
    with pytest.raises(WorkerGone, match="did not start"):
        await client.start()
    await client.stop()


async def test_stopping_twice_and_stopping_what_never_ran(tmp_path, start):
    await MediaClient(ports=(31_000, 31_007), frames=tmp_path).stop()
    switch = await start()
    await switch.client.stop()
    await switch.client.stop()
    with pytest.raises(WorkerGone):
        await switch.client.open_leg(HOST, Watcher())
