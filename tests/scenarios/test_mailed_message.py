"""A message on its way to a real mail server, which is down at first."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import aiosmtplib
import soundfile
from aiosmtpd.smtp import SMTP, Envelope, Session

from softswitch.bus import EventLog
from softswitch.outbox.dispatcher import Dispatcher
from softswitch.outbox.messages import Mail, read
from softswitch.outbox.model import Delivery, NotNow, Outlet, Posted, Receipt, State
from softswitch.presence.mailboxes import Counts, MemoryMailboxes
from softswitch.storage.database import Database
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.voicemail_store import VoicemailStore
from softswitch.voicemail.config import VoicemailConfig
from softswitch.voicemail.drafts import Drafts
from softswitch.voicemail.files import Files
from softswitch.voicemail.lamps import Lamps
from softswitch.voicemail.letters import Letters
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock
from tests.fakes.patience import PATIENCE
from tests.storage.test_voicemail_store import message
from tests.voicemail.office import speak_into

CONFIG = VoicemailConfig.model_validate(
    {"boxes": {"sales": {"mail": "sales@example.com", "attach": "mp3"}}, "mail_by": "office"}
)


class Inbox:
    """A mail server's handler that keeps what it gets."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a mail."""
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 taken"


class Post:
    """A channel that hands mails to a server on this machine."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = 1
        """Nobody listens there."""

    async def deliver(self, delivery: Delivery, attempt: int) -> Receipt:
        """See Channel."""
        mail, letter = read(delivery.body, Mail), EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = "line@example.com", mail.to, mail.subject
        letter.set_content(mail.text)
        for one in mail.attachments:
            main, _, sub = one.type.partition("/")
            data = await asyncio.to_thread((self.home / one.path).read_bytes)
            letter.add_attachment(data, maintype=main, subtype=sub, filename=one.name)
        try:
            await aiosmtplib.send(letter, hostname="127.0.0.1", port=self.port, timeout=PATIENCE)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotNow(str(error)) from error
        return Receipt()


@contextlib.asynccontextmanager
async def going_out(outbox: OutboxStore, post: Post, clock: FakeClock) -> AsyncIterator[None]:
    """Let deliveries go out."""
    dispatcher = Dispatcher(outbox, {"mail:office": Outlet(post)}, clock, lambda event: None, lambda: 0.5)
    task = asyncio.ensure_future(dispatcher.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Watched(OutboxStore):
    """An outbox that tells how each try ended."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        super().__init__(database, clock)
        self.ends: asyncio.Queue[State] = asyncio.Queue()

    async def put_off(self, posted: Posted, due: datetime, trouble: str) -> None:
        """See OutboxStore."""
        await super().put_off(posted, due, trouble)
        self.ends.put_nowait(State.WAITING)

    async def settle(self, posted: Posted, state: State, *, reference: str = "", trouble: str = "") -> None:
        """See OutboxStore."""
        await super().settle(posted, state, reference=reference, trouble=trouble)
        self.ends.put_nowait(state)


async def test_a_message_reaches_its_box_by_mail_once_the_server_is_back(tmp_path: Path) -> None:
    clock, shown, inbox = FakeClock(), MemoryMailboxes(), Inbox()
    database = await Database.open(blank(tmp_path / "switch.db"))
    try:
        store, files = VoicemailStore(database, clock), Files(tmp_path, 1)
        outbox = Watched(database, clock)
        lamps = Lamps(CONFIG, store, shown.set)
        letters = Letters(CONFIG, files, clock)
        drafts = Drafts(CONFIG, store, files, letters=letters, lamps=lamps, log=EventLog(clock), clock=clock)
        one = message(-60)
        await store.begin(one)
        speak_into(files.message(one.box, one.file), 8.0)
        clock.jump(10 * 365 * 86_400.0)  # The file is still by then, whatever the real day is.
        assert await drafts.recover() == 1
        post = Post(tmp_path)
        async with going_out(outbox, post, clock):
            assert await asyncio.wait_for(outbox.ends.get(), PATIENCE) is State.WAITING
        assert inbox.mails == []
        assert shown.counts("sales") == Counts(new=1)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(inbox, loop=loop), "127.0.0.1", 0)
        async with server:
            post.port = server.sockets[0].getsockname()[1]
            clock.advance(600.0)
            async with going_out(outbox, post, clock):
                assert await asyncio.wait_for(outbox.ends.get(), PATIENCE) is State.DELIVERED
        (mail,) = inbox.mails
        assert mail["Subject"] == "Voice message from Żaneta (600100200) (0:08)"
        body = mail.get_body()
        assert body is not None
        assert "Way through menus: bank: gate" in body.get_content()
        (attached,) = mail.iter_attachments()
        assert attached.get_content_type() == "audio/mpeg"
        with soundfile.SoundFile(BytesIO(attached.get_content())) as heard:
            assert 7.5 < heard.frames / heard.samplerate < 8.5
    finally:
        await database.close()
