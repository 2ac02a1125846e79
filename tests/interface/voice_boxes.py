"""A line's voicemail on a real disk and a real database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from softswitch.ids import make_id
from softswitch.interface.voicemail import LineVoicemail
from softswitch.storage.database import Database
from softswitch.storage.request_store import RequestStore
from softswitch.storage.voicemail_store import VoicemailStore
from softswitch.voicemail.boxes import Boxes
from softswitch.voicemail.config import VoicemailConfig
from softswitch.voicemail.files import Files
from softswitch.voicemail.lamps import Lamps
from softswitch.voicemail.letters import Letters
from softswitch.voicemail.model import Message, Request, State
from tests.fakes.clock import START, FakeClock

CONFIG = VoicemailConfig.model_validate(
    {"boxes": {"sales": {"number": "8000"}, "1001": {}}, "requests": {"office": {"number": "8100"}}}
)


class VoiceBoxes:
    """A line's voicemail."""

    def __init__(self, database: Database, clock: FakeClock, home: Path) -> None:
        self.clock = clock
        self.files = Files(home, 0)
        self.store = VoicemailStore(database, clock)
        self.requests = RequestStore(database, clock)
        self.lamps = Lamps(CONFIG, self.store, lambda account, counts: None)
        letters = Letters(CONFIG, self.files, clock)
        boxes = Boxes(CONFIG, self.store, self.files, letters=letters, lamps=self.lamps, clock=clock)
        self.line = LineVoicemail(CONFIG, boxes, self.lamps, self.requests, clock)

    async def leaves(self, minute: int = 0, state: State = State.NEW) -> Message:
        """Leave a message in a box, with a file."""
        at = START + timedelta(minutes=minute)
        one = make_id(at)
        message = Message(
            one, "sales", "01CALL", at, "+48600100200", file=f"{one}.wav", seconds=3.5, state=state
        )
        self.files.prepare("sales")
        self.files.message("sales", message.file).write_bytes(b"RIFF")
        await self.store.add(message)
        return message

    async def asks(self, minute: int, number: str) -> Request:
        """Ask to be called back."""
        at = START + timedelta(minutes=minute)
        one = Request(make_id(at), "office", number, number, number, "01CALL", at, "Anna")
        await self.requests.take(one, since=START, most=5, most_kept=50, deliver=())
        return one
