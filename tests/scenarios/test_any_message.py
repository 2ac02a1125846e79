"""Wherever the switch falls while a message is kept: afterwards there is one message and one mail."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from softswitch.bus import EventLog
from softswitch.events import Entry, MessageLeft
from softswitch.outbox.model import Delivery
from softswitch.presence.mailboxes import Counts, MemoryMailboxes
from softswitch.voicemail.config import VoicemailConfig
from softswitch.voicemail.drafts import Draft, Drafts
from softswitch.voicemail.files import Files
from softswitch.voicemail.lamps import Lamps
from softswitch.voicemail.letters import Letters
from softswitch.voicemail.model import Message, State, Tally
from tests.fakes.clock import FakeClock
from tests.voicemail.memory import Disk, MemoryMessages
from tests.voicemail.office import speak_into

CONFIG = VoicemailConfig.model_validate(
    {"boxes": {"sales": {"mail": "a@example.com", "attach": "flac"}}, "mail_by": "office"}
)
MOST_STEPS = 30


class Fallen(BaseException):
    """The process is killed here: nothing of ours goes on."""


@dataclass
class Fate:
    """Counts the steps of a keeping, and kills at one of them."""

    at: int = MOST_STEPS
    step: int = 0

    def next(self) -> None:
        """Come to the next step."""
        self.step += 1
        if self.step == self.at:
            raise Fallen


class MortalMessages(MemoryMessages):
    """A store before and behind each change of which everything may end."""

    def __init__(self, disk: Disk, fate: Fate) -> None:
        super().__init__(disk)
        self.fate = fate

    async def begin(self, message: Message) -> None:
        """See Messages."""
        self.fate.next()
        await super().begin(message)
        self.fate.next()

    async def keep(
        self,
        message: str,
        *,
        seconds: float,
        urgent: bool,
        name: str = "",
        mail: str = "",
        deliver: Sequence[Delivery] = (),
    ) -> bool:
        """See Messages."""
        self.fate.next()
        kept = await super().keep(
            message, seconds=seconds, urgent=urgent, name=name, mail=mail, deliver=deliver
        )
        self.fate.next()
        return kept

    async def tallies(self) -> dict[str, Tally]:
        """See Messages."""
        self.fate.next()
        return await super().tallies()


class MortalFiles:
    """Files around each of whose doings everything may end."""

    def __init__(self, files: Files, fate: Fate) -> None:
        self.files, self.fate = files, fate

    def __getattr__(self, name: str):
        doing = getattr(self.files, name)

        def do(*args, **kwargs):
            self.fate.next()
            done = doing(*args, **kwargs)
            self.fate.next()
            return done

        return do


class Stopped:
    """A recording that is stopped."""

    def stop(self) -> None:
        """See Recording."""


class Life:
    """A run of the switch, on what lasts from one to the next."""

    def __init__(self, home: Path, store: MortalMessages, clock: FakeClock, fate: Fate) -> None:
        self.home, self.clock = home, clock
        self.told: list[Entry] = []
        self.shown = MemoryMailboxes()
        log = EventLog(clock)
        log.subscribe(self.told.append, (MessageLeft,))
        files = MortalFiles(Files(home, 1), fate)
        letters = Letters(CONFIG, files, clock)  # type: ignore[arg-type]
        self.lamps = Lamps(CONFIG, store, self.shown.set)
        self.drafts = Drafts(
            CONFIG,
            store,
            files,
            letters=letters,
            lamps=self.lamps,
            log=log,
            clock=clock,  # type: ignore[arg-type]
        )

    async def take(self) -> Draft:
        """Let somebody speak for eight seconds; his message is kept, if nothing happens."""
        draft = await self.drafts.begin("sales", call="c", caller="600", name="", called="8000", menu="")
        speak_into(self.home / "voicemail" / "boxes" / "sales" / draft.message.file, 8.0)
        draft.recording = Stopped()  # type: ignore[assignment]
        draft.over.set()
        await self.drafts.keep(draft, urgent=False)
        return draft


async def fall_and_rise(home: Path, at: int) -> tuple[MortalMessages, Life, Life, int]:
    """Let the switch fall at a step, and start it again."""
    clock, fate = FakeClock(), Fate(at)
    store = MortalMessages(Disk(), fate)
    before = Life(home, store, clock, fate)
    with contextlib.suppress(Fallen):
        await before.take()
    fate.at, steps = MOST_STEPS * 10, fate.step
    # Long after all files are still, whatever the real time is.
    clock.jump(timedelta(days=3650).total_seconds())
    after = Life(home, store, clock, fate)
    await after.drafts.recover()
    await after.drafts.recover()
    await after.lamps.refresh()
    return store, before, after, steps


@pytest.mark.parametrize("at", range(1, MOST_STEPS))
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_what_was_spoken_is_one_message_with_one_mail(tmp_path: Path, at: int) -> None:
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    store, before, after, _ = await fall_and_rise(tmp_path, at)
    rows = [one for one in store.rows.values() if one.state is not State.LEAVING]
    spoken = list((tmp_path / "voicemail" / "boxes" / "sales").glob("*.wav"))
    if not spoken:
        # It fell before the first word: there is nothing to keep, and nothing was promised.
        assert rows == []
        assert store.disk.posted == {}
        return
    (one,) = rows
    assert [path.name for path in spoken] == [one.file]
    assert list(store.disk.posted) == [f"voicemail:{one.id}:mail"]
    assert (tmp_path / "voicemail" / "outgoing" / f"{one.id}.flac").exists()
    assert after.shown.counts("sales") == Counts(new=1)
    assert len(before.told) + len(after.told) <= 1


async def test_without_a_fall_there_are_fewer_steps_than_are_tried(tmp_path: Path) -> None:
    store, before, after, steps = await fall_and_rise(tmp_path, MOST_STEPS)
    assert 8 < steps < MOST_STEPS
    assert [len(before.told), len(after.told)] == [1, 0]
    assert len(store.disk.posted) == 1
