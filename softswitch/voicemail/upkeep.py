"""What is done for voicemail while nobody calls: for what a kill left, what was mailed, what is too old."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol

from softswitch.clock import Clock
from softswitch.voicemail.boxes import Boxes
from softswitch.voicemail.config import VoicemailConfig
from softswitch.voicemail.drafts import Drafts
from softswitch.voicemail.errors import VoicemailError
from softswitch.voicemail.files import Files
from softswitch.voicemail.lamps import Lamps
from softswitch.voicemail.letters import mail_keys
from softswitch.voicemail.model import Message, Messages
from softswitch.voicemail.requests import CallRequests

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 15.0
"""How often is looked: a message that a kill has cut off is one within that time after the start."""
OLD_EVERY: Final = 3600.0
"""How often, in seconds, is looked for what is too old."""
TOLD_AFTER: Final = timedelta(days=1)
"""When a file is told of that the database knows nothing of: whoever recorded it is done by then."""
KEPT_AFTER: Final = timedelta(days=7)
"""How long it is kept after that. A kill may have come between the two halves of a deletion, and what was
deleted must be gone; but a database that was restored may know nothing even of old messages."""
TOLD_OF_UNKNOWN: Final = (
    "the database knows nothing of these sounds (was it restored?), they are removed in %d days: "
    "voice box %s, %s"
)
ATTACHED_FOR: Final = timedelta(days=7)
"""How long a file is kept for a mail of which nothing is known any more: a mail is tried for three days."""


class Sent(StrEnum):
    """What has become of a mail to all who were to get it."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Somebody never will get it."""
    UNKNOWN = "unknown"
    """It is so long ago that nobody knows."""


class Post(Protocol):
    """Who knows what has become of mails."""

    async def sent(self, keys: Sequence[str]) -> Sent:
        """Return what has become of deliveries, taken together."""
        ...


@dataclass(slots=True)
class Upkeep:
    """Looks after everything, from time to time."""

    config: VoicemailConfig
    store: Messages
    files: Files
    drafts: Drafts
    boxes: Boxes
    lamps: Lamps
    requests: CallRequests
    post: Post
    clock: Clock
    _old_at: float = -OLD_EVERY

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Do all of it once; what fails is logged, and tried at the next look."""
        try:
            if kept := await self.drafts.recover():
                logger.warning("messages that were cut off by a stop of the switch are kept: %d", kept)
            await self.requests.open_tickets()
            await self._see_to_mails()
            if (now := self.clock.monotonic()) >= self._old_at + OLD_EVERY:
                self._old_at = now
                await self._remove_old()
                await self.requests.forget_old()
            # Also for what a command has changed behind our back.
            await self.lamps.refresh()
        except (VoicemailError, OSError) as error:
            logger.warning("voicemail is looked after later: %s", error)

    async def _see_to_mails(self) -> None:
        """Delete messages whose mail was delivered, where that is wanted, and what went with mails."""
        outgoing = await asyncio.to_thread(self.files.outgoing)
        if not outgoing:
            return
        mailed = {one.id: one for one in await self.store.mailed()}
        limit = (self.clock.wall() - ATTACHED_FOR).timestamp()
        for id_, made in outgoing:
            delivered = id_ in mailed and await self._delivered(mailed[id_])
            if delivered or made < limit:
                await asyncio.to_thread(self.files.detach, [id_])

    async def _delivered(self, message: Message) -> bool:
        """Tell whether a message was delivered to all; if so, delete it where that is wanted."""
        plan = self.config.boxes.get(message.box)
        if plan is None or await self.post.sent(mail_keys(message.id, plan)) is not Sent.DELIVERED:
            return False
        if plan.delete_after_mail:
            await self.boxes.delete((message,))
        return True

    async def _remove_old(self) -> None:
        for box, plan in self.config.boxes.items():
            if plan.keep_days:
                before = self.clock.wall() - timedelta(days=plan.keep_days)
                await self.boxes.delete(await self.store.left_before(box, before))
            await self._remove_unknown(box)

    async def _remove_unknown(self, box: str) -> None:
        """Tell of files without a row, and remove them a week after that."""
        now = self.clock.wall()
        # Listed first: what begins meanwhile is not among them.
        before = (now - TOLD_AFTER).timestamp()
        found = await asyncio.to_thread(self.files.of_box, box, before=before)
        doubted = await asyncio.to_thread(self.files.doubted, box)
        if not found and not doubted:
            return
        messages = (*await self.store.of_box(box), *await self.store.unfinished())
        known = {one.file for one in messages} | set((await self.store.settings(box)).values())
        if fresh := sorted({*found} - {*doubted} - known):
            logger.warning(TOLD_OF_UNKNOWN, KEPT_AFTER.days, box, ", ".join(fresh))
            for name in fresh:
                await asyncio.to_thread(self.files.doubt, box, name, now.timestamp())
        since = (now - KEPT_AFTER).timestamp()
        for name in await asyncio.to_thread(self.files.doubted, box, before=since):
            if name not in known:
                await asyncio.to_thread(self.files.remove, box, name)
