"""The demo line as a caller meets it: the real switch, the real engine, our own telephone, real sockets."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media.soundfiles import write_wave
from media.tones import sine
from softswitch.app import Notices, Switch, running
from softswitch.demo import prepare_demo
from softswitch.errors import StartError
from softswitch.events import (
    BranchEntered,
    CallEnded,
    DigitPressed,
    Entry,
    LegAnswered,
    LegHeld,
    LegResumed,
    MediaWorkerDied,
    MediaWorkerStarted,
    PhoneRegistered,
    PromptPlayed,
    QueueAnswered,
    QueueTalkEnded,
)
from softswitch.phone.run import PhoneSetup, take_steps
from softswitch.phone.steps import Step, parse_steps
from tests.fakes.patience import PATIENCE

PASSWORD = "only-for-tests"


@dataclass
class DemoLine:
    """A running demo line and everything it has told."""

    switch: Switch = field(init=False)
    entries: list[Entry] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.news.set()

    def has_entered(self, branch: str) -> bool:
        return any(event.branch == branch for event in self.of(BranchEntered))

    def of(self, kind: type) -> list:
        return [entry.event for entry in self.entries if isinstance(entry.event, kind)]

    async def until(self, kind: type, count: int = 1) -> list:
        await self.until_true(lambda: len(self.of(kind)) >= count)
        return self.of(kind)

    async def until_true(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def demo_line(home: Path, port: int = 0) -> AsyncIterator[DemoLine]:
    config = prepare_demo(home, bind="127.0.0.1", port=port, password=PASSWORD)
    line = DemoLine()
    async with running(config, notices=Notices(event=line.tell)) as line.switch:
        yield line


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One speech cache for all lines of this module: texts are spoken once."""
    return tmp_path_factory.mktemp("speech")


@pytest.fixture
def home(tmp_path: Path, voices: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    (home / "speech").symlink_to(voices)
    return home


Until = Callable[[], bool]
"""A wait between two steps: until what the line has told is so."""


async def phone(line: DemoLine, *steps: str | Until, user: str = "1001", **more: object) -> tuple[bool, str]:
    """Let a telephone take steps; return whether all worked, and its time-line."""

    async def each() -> AsyncIterator[Step]:
        for step in steps:
            if isinstance(step, str):
                yield parse_steps([step])[0]
            else:
                await line.until_true(step)

    told: list[str] = []
    rtp = free_rtp_range()
    setup = PhoneSetup(user=user, server=f"127.0.0.1:{line.switch.port}", password=PASSWORD, rtp=rtp, **more)
    worked = await take_steps(setup, each(), told.append)
    return worked, "\n".join(told)


def free_rtp_range() -> tuple[int, int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        first = probe.getsockname()[1]
    return (first, min(first + 99, 65_535)) if first < 65_000 else (first - 200, first)


def tone_share(path: Path, hertz: float, begin: float = 0.0, end: float | None = None) -> float:
    """Return the share of a recording's energy at one frequency, between two seconds."""
    samples, rate = soundfile.read(path, dtype="float64")
    samples = samples[round(begin * rate) : None if end is None else round(end * rate)]
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    at = np.fft.rfftfreq(len(samples), 1 / rate)
    return float(power[np.abs(at - hertz) < 15].sum() / power.sum())


def stretches(path: Path, hertz: float, window: float = 0.2) -> list[tuple[str, float]]:
    """Return what a recording holds, one after the other, and for how many seconds."""
    found: list[tuple[str, float]] = []
    for number in range(int(soundfile.info(path).duration / window)):
        begin, end = number * window, (number + 1) * window
        samples, _ = soundfile.read(path, dtype="float64", start=round(begin * 8000), stop=round(end * 8000))
        if np.sqrt(np.mean(samples**2)) <= 0.01:
            kind = "silence"
        elif (share := tone_share(path, hertz, begin, end)) > 0.9:
            kind = "tone"
        else:
            kind = "other sound" if share < 0.3 else "both"
        before = found.pop()[1] if found and found[-1][0] == kind else 0.0
        found.append((kind, before + window))
    return found


@pytest.fixture
def tones(tmp_path: Path) -> dict[int, Path]:
    paths = {}
    for hertz in (440, 700):
        paths[hertz] = tmp_path / f"tone{hertz}.wav"
        write_wave(paths[hertz], sine(hertz, 2.0, -10.0))
    return paths


async def test_keys_by_all_three_methods_lead_through_the_menu(home: Path) -> None:
    async with demo_line(home) as line:
        worked, told = await phone(
            line, "call:100", "wait:0.5", "press:1", lambda: line.has_entered("pl"), "wait:0.5", "info:4",
            lambda: line.has_entered("pl-4"), "wait:0.5", "tones:12", "press:#",
            lambda: len(line.of(DigitPressed)) == 5, "hangup",
        )  # fmt: skip
        assert worked, told
        await line.until(CallEnded)
        branches = [event.branch for event in line.of(BranchEntered)]
        assert branches[:4] == ["welcome", "choice", "pl", "pl-4"]
        keys = [(event.digit, event.method) for event in line.of(DigitPressed)]
        assert keys == [("1", "rfc4733"), ("4", "info"), ("1", "inband"), ("2", "inband"), ("#", "rfc4733")]


async def test_the_echo_line_gives_back_what_it_is_told(
    home: Path, tmp_path: Path, tones: dict[int, Path]
) -> None:
    heard = tmp_path / "heard.wav"
    async with demo_line(home) as line:
        steps = ("call:600", lambda: bool(line.of(PromptPlayed)), "wait:2", "hangup")
        worked, told = await phone(line, *steps, play=tones[440], record=heard)
        assert worked, told
    whole = soundfile.info(heard).duration
    assert tone_share(heard, 440, begin=whole - 1.4, end=whole - 0.2) > 0.9


async def test_two_phones_hear_each_other_and_hold_gives_music(
    home: Path, tmp_path: Path, tones: dict[int, Path]
) -> None:
    ours, theirs = tmp_path / "ours.wav", tmp_path / "theirs.wav"
    async with demo_line(home) as line:
        called = asyncio.ensure_future(
            phone(line, "answer:60", "ended:60", user="1002", play=tones[700], record=theirs, transport="TCP")
        )
        await line.until(PhoneRegistered)
        worked, told = await phone(
            line, "call:1002", "wait:2", "hold", "wait:2", "resume", "wait:2", "hangup",
            play=tones[440], record=ours,
        )  # fmt: skip
        assert worked, told
        answered, their_story = await called
        assert answered, their_story
        assert len(line.of(LegHeld)) == len(line.of(LegResumed)) == 1
        ended = line.of(CallEnded)
        assert [(event.result, event.reason) for event in ended] == [("completed", "caller_hung_up")]
    assert tone_share(ours, 700, begin=0.5, end=1.8) > 0.9
    # While held, the other side hears music: neither silence nor the holder's tone.
    talk, music, talk_again = [name for name, seconds in stretches(theirs, 440) if seconds >= 1.0]
    assert (talk, music, talk_again) == ("tone", "other sound", "tone")


@pytest.mark.parametrize(
    ("number", "reason"), [("999", "unknown_number"), ("1003", "offline"), ("1001", "busy")]
)
async def test_a_call_that_reaches_nobody_says_why(home: Path, number: str, reason: str) -> None:
    async with demo_line(home) as line:
        worked, told = await phone(line, f"call:{number}")
        assert not worked
        (ended,) = await line.until(CallEnded)
        assert ended.reason == reason, told


async def test_fresh_media_workers_take_over_and_nobody_notices(home: Path) -> None:
    async with demo_line(home) as line:
        call = asyncio.ensure_future(phone(line, "call:600", "wait:1.5", "hangup"))
        await line.until(LegAnswered)
        before = {started.process_id for started in line.of(MediaWorkerStarted)}
        await line.switch.renew_media()
        worked, told = await call
        assert worked, told
        (ended,) = await line.until(CallEnded)
        assert ended.reason == "caller_hung_up"
        assert len({started.process_id for started in line.of(MediaWorkerStarted)} - before) == len(before)
        assert line.of(MediaWorkerDied) == []
        worked, told = await phone(line, "call:600", "wait:0.2", "hangup", user="1002")
        assert worked, told


async def test_a_dead_media_worker_ends_its_calls_and_no_others_after_it(home: Path) -> None:
    async with demo_line(home) as line:
        call = asyncio.ensure_future(phone(line, "call:600", "ended:60"))
        await line.until(LegAnswered)
        workers = line.of(MediaWorkerStarted)
        for started in workers:
            os.kill(started.process_id, signal.SIGKILL)
        worked, told = await call
        assert worked, told
        (ended,) = await line.until(CallEnded)
        assert ended.reason == "media_worker_died"
        await line.until(MediaWorkerStarted, 2 * len(workers))
        worked, told = await phone(line, "call:600", "wait:0.2", "hangup", user="1002")
        assert worked, told


async def test_phones_stay_registered_over_a_restart(home: Path) -> None:
    async with demo_line(home) as line:
        port = line.switch.port
        worked, told = await phone(line, "wait:0", keep_registered=True)
        assert worked, told
        assert len(line.switch.signalling.registrar.bindings("1001")) == 1
    async with demo_line(home, port) as line:
        assert len(line.switch.signalling.registrar.bindings("1001")) == 1


async def test_a_second_switch_in_the_same_folder_is_refused(home: Path) -> None:
    async with demo_line(home):
        with pytest.raises(StartError, match="another switch is running"):
            async with demo_line(home):
                pass


async def test_a_taken_port_is_one_clear_sentence(home: Path, tmp_path: Path) -> None:
    async with demo_line(home) as line:
        with pytest.raises(StartError, match=r"cannot listen on 127\.0\.0\.1 port"):
            async with demo_line(tmp_path / "other", line.switch.port):
                pass


async def test_the_menu_leads_into_the_queue_where_an_agent_answers(home: Path) -> None:
    async with demo_line(home) as line:
        agent = asyncio.ensure_future(phone(line, "answer:60", "ended:60", user="1003"))
        await line.until(PhoneRegistered)
        worked, told = await phone(
            line,
            "call:100",
            "wait:0.5",
            "press:2",
            "wait:0.5",
            "press:5",
            lambda: bool(line.of(QueueAnswered)),
            "wait:0.5",
            "hangup",
        )
        assert worked, told
        answered, their_story = await agent
        assert answered, their_story
        (event,) = line.of(QueueAnswered)
        assert (event.queue, event.agent, event.party) == ("demo", "1003", "1001")
        (over,) = await line.until(QueueTalkEnded)
        assert over.by == "caller"
