"""Voicemail for programs, and requests to be called back."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from softswitch.clock import Clock
from softswitch.storage.request_store import RequestStore
from softswitch.voicemail.boxes import Boxes
from softswitch.voicemail.config import VoicemailConfig
from softswitch.voicemail.errors import NoSuchBox, VoicemailError
from softswitch.voicemail.lamps import Lamps
from softswitch.voicemail.model import Message, Request, State
from softswitch.web.errors import Busy, NotThere, WebError
from softswitch.web.paging import Part
from softswitch.web.resources.kept import Box, CallbackRequest, VoiceMessage
from softswitch.web.services.kept import Sound

AGAIN_S: Final = 5
"""Seconds after which a program asks again where the database has not answered."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class LineVoicemail:
    """Implements :class:`softswitch.web.services.Voicemail`."""

    config: VoicemailConfig
    kept: Boxes
    lamps: Lamps
    requests: RequestStore
    clock: Clock

    async def boxes(self) -> Sequence[Box]:
        """See Voicemail. Counts what is on the disk now."""
        await self.lamps.refresh()
        found = []
        for name, box in self.config.boxes.items():
            tally = self.lamps.tally(name)
            found.append(Box(name=name, number=box.number or "", new=tally.new, old=tally.old))
        return found

    async def find(self, box: str, *, after: str, limit: int) -> Part[VoiceMessage]:
        """See Voicemail."""
        found = sorted(await _told(self.kept.messages(box)), key=lambda one: one.id, reverse=True)
        rest = [one for one in found if not after or one.id < after]
        page = rest[:limit]
        return Part(tuple(_shown(one) for one in page), page[-1].id if len(rest) > limit else "")

    async def get(self, message: str) -> VoiceMessage:
        """See Voicemail."""
        return _shown(await self._one(message))

    async def sound(self, message: str, *, by: str) -> Sound:
        """See Voicemail."""
        path = self.kept.path(await self._one(message))
        return Sound(path, path.parent, f"{message}{path.suffix}")

    async def mark(self, message: str, *, heard: bool, by: str) -> VoiceMessage:
        """See Voicemail. Lamps follow."""
        found = await self._one(message)
        if not await self.kept.set_state(found, State.OLD if heard else State.NEW):
            raise Busy("The message cannot be marked now.", retry_after=AGAIN_S)
        return await self.get(message)

    async def erase(self, message: str, *, by: str) -> None:
        """See Voicemail. Lamps follow."""
        await _told(self.kept.delete((await self._one(message),)))

    async def callbacks(self, *, done: bool, after: str, limit: int) -> Part[CallbackRequest]:
        """See Voicemail. The newest first."""
        found = await _told(self.requests.page(done=done, before=after, limit=limit + 1))
        page = found[:limit]
        return Part(tuple(_asked(one) for one in page), page[-1].id if len(found) > limit else "")

    async def tick_off(self, callback: str, *, by: str) -> CallbackRequest:
        """See Voicemail."""
        # Of two who say it at once the second finds what the first has written.
        await _told(self.requests.tick_off_this(callback, at=self.clock.wall(), by=by))
        found = await _told(self.requests.find(callback))
        if found is None:
            raise NotThere(f"There is no request {callback}.")
        return _asked(found)

    async def _one(self, message: str) -> Message:
        """Return a message; one that is being left just now is none yet."""
        found = await _told(self.kept.find(message))
        if found is None or found.id != message or found.state is State.LEAVING:
            raise NotThere(f"There is no message {message}.")
        return found


async def _told(asking: Awaitable[Answer]) -> Answer:
    """Return what is found; raise what programs are told where it is not."""
    try:
        return await asking
    except VoicemailError as error:
        raise _refused(error) from error


def _refused(error: VoicemailError) -> WebError:
    text = f"{str(error)[:1].upper()}{str(error)[1:]}."
    return NotThere(text) if isinstance(error, NoSuchBox) else Busy(text, retry_after=AGAIN_S)


def _shown(one: Message) -> VoiceMessage:
    return VoiceMessage(
        id=one.id,
        box=one.box,
        at=one.left_at,
        caller=one.caller,
        caller_name=one.caller_name,
        seconds=round(one.seconds, 3),
        heard=one.state is State.OLD,
        urgent=one.urgent,
        call=one.call,
    )


def _asked(one: Request) -> CallbackRequest:
    return CallbackRequest(
        id=one.id,
        at=one.asked_at,
        number=one.number,
        name=one.name,
        box=one.desk,
        call=one.call,
        done=one.done_at,
        done_by=one.done_by,
    )
