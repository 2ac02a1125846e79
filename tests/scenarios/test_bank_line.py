"""The bank's line as its callers meet it: the shipped files, a real switch, real telephones, real FTP."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from softswitch.app import Notices, Switch, running
from softswitch.config import Config
from softswitch.demo_lines import CONFIGURATION, prepare_line
from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    CallRated,
    Entry,
    PhoneRegistered,
    PlaceTold,
    PromptPlayed,
    QueueAnswered,
    RecordingEnded,
    RecordingStarted,
)
from softswitch.phone.run import PhoneSetup, telephone
from softswitch.phone.telephone import Telephone
from tests.fakes.patience import PATIENCE
from tests.integrations import places
from tests.scenarios import short_speech

PASSWORD = "only-for-tests"
ALWAYS_OPEN = "week: {mon-sun: always}"
ALWAYS_CLOSED = "week: {mon-sun: closed}"
INTO_CARDS = (("welcome", "1"), ("main", "2"), ("cards", "1"))
"""What is pressed once a branch has begun to speak: keys are kept for the menu they are meant for."""
TALK_SECONDS = 0.5
CALLERS = ("1001", "1002", "1003")


def bank(home: Path, week: str, ftp: int = 9) -> Config:
    """Return the shipped line with other hours, a short voice, and its files dropped at a port."""
    prepare_line("bank", home, bind=None, port=None, password=None)
    path = home / CONFIGURATION
    voice = f"{sys.executable} -S -E {short_speech.__file__} {{text}} {{output}}"
    text = path.read_text(encoding="utf-8")
    for written, instead in (
        ("week: {mon-fri: 8:00-20:00, sat: 9:00-14:00}\n    holidays: PL\n", f"{week}\n"),
        ("    special: {12-31: 8:00-14:00}\n", ""),
        ("port: 2121, tls: none, user: bank", f"port: {ftp}, tls: none, user: {places.USER}"),
        ("only-to-try-it", places.PASSWORD),
    ):
        assert written in text
        text = text.replace(written, instead)
    text += f"speech: {{exec_command: '{voice}', chains: {{'*': [exec], pl: [exec], en: [exec]}}}}\n"
    path.write_text(text, encoding="utf-8")
    return prepare_line("bank", home, bind="127.0.0.1", port=0, password=PASSWORD)


class Told:
    """Everything that a running line has told."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._news = asyncio.Event()

    def take(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._news.set()

    def of(self, kind: type) -> list:
        return [entry.event for entry in self.entries if isinstance(entry.event, kind)]

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():
                self._news.clear()
                await self._news.wait()

    def asked(self, user: str) -> list[str]:
        """Return the branches that have spoken to a caller."""
        calls = {
            one.call
            for one in self.entries
            if isinstance(one.event, CallArrived) and one.event.caller == user
        }
        return [
            one.event.branch
            for one in self.entries
            if isinstance(one.event, PromptPlayed) and one.call in calls
        ]

    def places(self) -> dict[str, int]:
        """Return how many were ahead of each call when it was told its place for the first time."""
        told = [(one.call, one.event.ahead) for one in self.entries if isinstance(one.event, PlaceTold)]
        return dict(reversed(told))


@asynccontextmanager
async def phone(switch: Switch, user: str) -> AsyncIterator[Telephone]:
    """Register a telephone; it leaves nothing behind."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        first = min(probe.getsockname()[1], 65_400)
    setup = PhoneSetup(
        user=user,
        server=f"127.0.0.1:{switch.port}",
        password=PASSWORD,
        rtp=(first, first + 99),
        patience=PATIENCE,
    )
    async with telephone(setup, lambda text: None) as (made, _):
        await made.register()
        yield made
        if made.leg is not None and not made.leg.over:
            await made.hang_up()
        await made.register(0)


async def into_cards(caller: Telephone, user: str, told: Told) -> None:
    """Call the bank and choose the queue of the cards."""
    await caller.call("100")
    for branch, key in INTO_CARDS:
        await told.until(lambda branch=branch: branch in told.asked(user))
        caller.press_by_events(key)


async def test_f02_i01_f03_f04_t03_three_callers_hear_their_places_and_one_talks_is_recorded_and_rates(
    tmp_path: Path,
) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    told = Told()
    async with places.ftp_server(archive) as ftp:
        config = bank(tmp_path / "bank", ALWAYS_OPEN, ftp)
        async with running(config, notices=Notices(event=told.take)) as switch, AsyncExitStack() as phones:
            first, *others = [await phones.enter_async_context(phone(switch, user)) for user in CALLERS]
            await into_cards(first, CALLERS[0], told)
            await told.until(lambda: len(told.places()) == 1)
            await asyncio.gather(*(into_cards(*one, told) for one in zip(others, CALLERS[1:], strict=True)))
            await told.until(lambda: len(told.places()) == 3)
            assert sorted(told.places().values()) == [0, 1, 2]
            agent = await phones.enter_async_context(phone(switch, "1101"))
            await agent.answer(PATIENCE)
            await told.until(lambda: bool(told.of(RecordingStarted)))
            await asyncio.sleep(TALK_SECONDS)
            await agent.hang_up()
            await told.until(lambda: "survey" in told.asked(CALLERS[0]))
            first.press_by_events("5")
            await told.until(lambda: bool(told.of(CallRated)))
            await first.ended(PATIENCE)
            for other in others:
                await other.hang_up()
            dropped = await _dropped(archive)
        (ended,) = told.of(RecordingEnded)
    (rated,) = told.of(CallRated)
    assert (rated.queue, rated.agent, rated.rating) == ("cards", "1101", 5)
    assert [one.queue for one in told.of(QueueAnswered)] == ["cards"]
    assert [one.branch for one in told.of(BranchEntered)].count("cards-pin") == 3
    assert len(told.of(RecordingStarted)) == 1
    assert hashlib.sha256(dropped.read_bytes()).hexdigest() == ended.sha256
    assert dropped.parent.name == "cards"


async def _dropped(archive: Path) -> Path:
    async with asyncio.timeout(PATIENCE):
        while not (found := await asyncio.to_thread(_files, archive)):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
    return found[0]


def _files(archive: Path) -> list[Path]:
    return list(archive.rglob("*.flac"))


async def test_f02_d13_on_sunday_callers_hear_that_nobody_is_there_and_are_let_go(tmp_path: Path) -> None:
    told = Told()
    async with running(bank(tmp_path / "bank", ALWAYS_CLOSED), notices=Notices(event=told.take)) as switch:
        async with phone(switch, "1001") as caller:
            await caller.call("100")
            await told.until(lambda: "welcome" in told.asked("1001"))
            caller.press_by_events("2")
            await told.until(lambda: "after-hours" in told.asked("1001"))
            await caller.hang_up()
        await told.until(lambda: bool(told.of(CallEnded)))
    assert [one.branch for one in told.of(BranchEntered)] == [
        *("welcome", "english", "gate", "closed", "after-hours")
    ]
    assert told.of(PhoneRegistered)
    assert not told.of(PlaceTold)
