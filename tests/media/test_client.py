"""The client with real workers: sounds, legs, and what happens when a worker dies."""

from __future__ import annotations

import asyncio
import os
import select
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import soundfile

from media import commands as ask
from media import events as tell
from media.client import CUT_SHORT, LegReport, MediaClient, MediaLeg, Worker
from media.errors import MediaError, PortsExhausted, WorkerGone
from media.recording_messages import RecordingEnded
from tests.fakes.patience import PATIENCE
from tests.fakes.rtp import Stream
from tests.media.loopback import HOST, Phone
from tests.media.workers import Gate, Switch, Watcher

Starter = Callable[..., Awaitable[Switch]]


@pytest.fixture
async def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Starter]:
    # How soon a worker is back is measured with real phones, on a machine that does nothing else.
    monkeypatch.setattr("media.client.RETURN_SECONDS", PATIENCE)
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


async def test_a_sound_is_loaded_once_and_again_when_it_changed(start, phone):
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
    switch.agree(leg, phone)
    switch.client.send(leg, ask.Play(leg.number, 1, (changed, first)))
    assert (await heard.wait_for(tell.PlayEnded)).seconds == pytest.approx(0.14)


async def test_a_sound_is_loaded_when_every_worker_has_it(start, phone, monkeypatch):
    switch = await start(ports=8, workers=2)
    client, told = switch.client, Watcher()
    (one, one_heard), (two, two_heard) = [await switch.leg() for _ in range(2)]
    reported = client.reported

    def heard(worker: Worker, report: tell.AnyReport) -> None:
        reported(worker, report)
        told(report)

    monkeypatch.setattr(client, "reported", heard)
    os.kill(two.worker.process.pid, signal.SIGSTOP)
    loading = asyncio.ensure_future(client.load(switch.sound("one.wav", 2)))
    await told.wait_for(tell.PromptReady)
    assert not loading.done()
    os.kill(two.worker.process.pid, signal.SIGCONT)
    number = await loading
    for leg, ear in ((one, one_heard), (two, two_heard)):
        switch.agree(leg, phone)
        client.send(leg, ask.Play(leg.number, 1, (number,)))
        assert (await ear.wait_for(tell.PlayEnded)).finished


async def test_nobody_is_given_a_sound_that_is_still_on_its_way(start):
    switch = await start()
    path, gate = switch.sound("one.wav", 2), Gate(switch.client)
    first = asyncio.ensure_future(switch.client.load(path))
    await gate.next()
    second = asyncio.ensure_future(switch.client.load(path, keep=True))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not first.done()
    assert not second.done()
    gate.open.set()
    assert await first == await second


async def test_the_sounds_unused_for_longest_make_room(start, monkeypatch):
    monkeypatch.setattr("media.shelf.FULL_FRAMES", 6)
    switch = await start()
    load = switch.client.load
    tone, one, two = switch.sound("tone.wav", 2), switch.sound("one.wav", 2), switch.sound("two.wav", 2)
    numbers = [await load(path) for path in (tone, one, two)]
    assert await load(tone, keep=True) == numbers[0]  # kept from now on
    assert await load(one) == numbers[1]  # so that two is the longest unused
    await load(switch.sound("three.wav", 2))
    assert await load(one) == numbers[1]
    assert await load(two) not in numbers
    await load(switch.sound("long.wav", 20))
    assert await load(tone) == numbers[0]


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
    switch = await start(ports=12, workers=2)
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

    os.kill(process_id, signal.SIGKILL)
    dead, reason = await switch.died.wait_for(tuple)
    assert (dead, leg.worker.alive) == (leg.worker, False)
    assert reason == "the media worker process has ended unexpectedly"
    client.send(leg, ask.CloseLeg(leg.number))  # nothing happens
    fresh, fresh_heard = await switch.leg(near=leg)  # asked for at once: it waits for the new worker
    _, new_process = await switch.started.wait_for(tuple)
    assert new_process != process_id
    switch.agree(fresh, phone)
    client.send(fresh, ask.Play(fresh.number, 1, (number,)))
    assert (await fresh_heard.wait_for(tell.PlayEnded)).finished
    assert heard.nothing_more()


async def killed(switch: Switch) -> None:
    """Kill the only worker and wait until that is known."""
    _, process_id = await switch.started.wait_for(tuple)
    os.kill(process_id, signal.SIGKILL)
    await switch.died.wait_for(tuple)


async def test_sounds_that_come_and_go_while_a_worker_comes_back(start, phone):
    switch = await start()
    client = switch.client
    stays, goes = [await client.load(switch.sound(name, 2)) for name in ("stays.wav", "goes.wav")]
    gate = Gate(client)
    await killed(switch)
    opening = asyncio.ensure_future(switch.leg())
    for _ in range(2):
        await gate.next()
    comes = await client.load(switch.sound("comes.wav", 2))
    client.unload(goes)
    assert not opening.done()  # no call before the bank is full
    gate.open.set()
    leg, heard = await opening
    switch.agree(leg, phone)
    client.send(leg, ask.Play(leg.number, 1, (stays, comes)))
    assert (await heard.wait_for(tell.PlayEnded)).seconds == pytest.approx(0.08)
    client.send(leg, ask.Play(leg.number, 2, (goes,)))
    assert f"prompt {goes}" in (await heard.wait_for(tell.CommandFailed)).reason


async def test_stopping_while_a_worker_loads_its_sounds_leaves_no_process(start):
    switch = await start()
    await switch.client.load(switch.sound("one.wav", 2))
    gate = Gate(switch.client)
    await killed(switch)
    worker, _ = await gate.next()
    await switch.client.stop()
    assert worker.process.returncode is not None


async def test_only_the_legs_of_the_dead_worker_are_lost(start):
    switch = await start(ports=8, workers=2)
    await switch.started.wait_for(tuple)
    _, second_process = await switch.started.wait_for(tuple)
    (one, one_heard), (two, _) = [await switch.leg() for _ in range(2)]
    assert (one.worker.index, two.worker.index) == (0, 1)
    os.kill(second_process, signal.SIGKILL)
    assert (await switch.died.wait_for(tuple))[0] is two.worker
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
    async with asyncio.timeout(PATIENCE):
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
    async with asyncio.timeout(PATIENCE):
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


# Recordings


async def talking(switch: Switch, phone: Phone, packets: int = 10) -> None:
    """Wait until so much has been sent."""
    for _ in range(packets):
        await asyncio.to_thread(phone.hears)


async def test_whoever_records_is_told_of_the_file(start, phone, tmp_path):
    switch = await start()
    (leg, heard), told = await switch.leg(), [Watcher(), Watcher()]
    switch.agree(leg, phone)
    first = switch.client.record(leg, tmp_path / "call.wav", told[0], layout="stereo", then="wav")
    second = switch.client.record(leg, tmp_path / "said.wav", told[1], layout="mono", then="flac")
    await talking(switch, phone)
    switch.client.send(leg, ask.StopRecording(first))
    ended = await told[0].wait_for(RecordingEnded)
    assert (ended.recording, ended.path, ended.reason) == (first, str(tmp_path / "call.wav"), "")
    assert soundfile.info(ended.path).channels == 2
    assert told[1].nothing_more()
    switch.client.send(leg, ask.CloseLeg(leg.number))
    ended = await told[1].wait_for(RecordingEnded)
    assert (ended.recording, ended.path) == (second, str(tmp_path / "said.flac"))
    assert (soundfile.info(ended.path).channels, soundfile.info(ended.path).duration) == (1, ended.seconds)
    await heard.wait_for(tell.LegClosed)
    assert told[0].nothing_more()


async def test_a_recording_that_cannot_be_is_told_too(start, tmp_path):
    switch = await start()
    (leg, _), told = await switch.leg(), Watcher()
    switch.client.record(leg, tmp_path / "missing" / "x.wav", told, layout="stereo", then="wav")
    assert "No such file" in (await told.wait_for(RecordingEnded)).reason
    switch.client.record(leg, tmp_path / "x.wav", told, layout="stereo", then="mp3")
    assert "mp3" in (await told.wait_for(RecordingEnded)).reason


async def test_stopping_finishes_what_is_recorded(start, phone, tmp_path):
    switch = await start()
    (leg, _), told = await switch.leg(), Watcher()
    switch.agree(leg, phone)
    switch.client.record(leg, tmp_path / "call.wav", told, layout="stereo", then="wav")
    await talking(switch, phone)
    await switch.client.stop()
    ended = await told.wait_for(RecordingEnded)
    assert (ended.reason, soundfile.info(ended.path).duration) == ("", ended.seconds)
    assert told.nothing_more()


async def test_what_was_recorded_is_whole_though_the_worker_was_killed(start, phone, tmp_path):
    switch = await start()
    (leg, _), told = await switch.leg(), Watcher()
    switch.agree(leg, phone)
    switch.client.record(leg, tmp_path / "call.wav", told, layout="stereo", then="wav")
    await talking(switch, phone)
    process_id = leg.worker.process.pid
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()  # noqa: ASYNC240
    recorder = os.pidfd_open(int(children))
    await killed(switch)
    ended = await told.wait_for(RecordingEnded)
    assert (ended.path, ended.reason) == (str(tmp_path / "call.wav"), CUT_SHORT)
    # The recorder process outlives the worker, and ends when the file is complete.
    await asyncio.to_thread(select.select, [recorder], [], [], PATIENCE)
    os.close(recorder)
    assert soundfile.info(ended.path).duration >= 9 * 0.02
    assert told.nothing_more()


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


async def test_workers_are_renewed_and_calls_go_on_where_they_are(start, phone):
    switch = await start()
    client = switch.client
    number = await client.load(switch.sound("one.wav", 2))
    leg, heard = await switch.leg()
    old = leg.worker
    await client.renew()
    fresh, _ = await switch.leg()
    assert fresh.worker is not old
    # A call that goes on there gets its second leg there, and hears what was loaded later.
    beside, _ = await switch.leg(near=leg)
    assert beside.worker is old
    later = await client.load(switch.sound("later.wav", 3))
    switch.agree(leg, phone)
    client.send(leg, ask.Play(leg.number, 1, (number, later)))
    assert (await heard.wait_for(tell.PlayEnded)).seconds == pytest.approx(0.1)
    for one in (leg, beside):
        client.send(one, ask.CloseLeg(one.number))
    async with asyncio.timeout(PATIENCE):
        await old.process.wait()
    assert switch.died.nothing_more()
    assert fresh.worker.alive


async def test_a_replaced_worker_without_calls_ends_at_once(start):
    switch = await start(ports=8, workers=2)
    old = [(await switch.leg())[0].worker for _ in range(1)]
    await switch.client.renew()
    idle = [index for index in (0, 1) if index != old[0].index]
    assert [await switch.started.wait_for(tuple) for _ in range(4)]
    assert old[0].alive
    assert len(idle) == 1


async def test_a_replaced_worker_that_dies_ends_its_calls_and_is_not_started_again(start):
    switch = await start()
    leg, _ = await switch.leg()
    await switch.started.wait_for(tuple)
    await switch.client.renew()
    await switch.started.wait_for(tuple)
    leg.worker.process.kill()
    dead, _ = await switch.died.wait_for(tuple)
    assert dead is leg.worker
    fresh, _ = await switch.leg(near=leg)
    assert fresh.worker is not leg.worker
    await switch.client.stop()
    assert switch.started.nothing_more()
