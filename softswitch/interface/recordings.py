"""Recordings for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from softswitch.recordings.catalogue import Catalogue
from softswitch.recordings.errors import NoSuchRecording, RecordingError
from softswitch.recordings.model import Recorded, Search
from softswitch.web.errors import Conflict, NotThere, WebError
from softswitch.web.paging import Part
from softswitch.web.resources.kept import Recording
from softswitch.web.services.kept import Sound

WHY: Final = "asked for by a program"
KINDS: Final = {".wav": "audio/wav", ".flac": "audio/flac"}


@dataclass(frozen=True, slots=True)
class LineRecordings:
    """Implements :class:`softswitch.web.services.Recordings`."""

    catalogue: Catalogue

    async def find(
        self,
        *,
        since: datetime | None,
        until: datetime | None,
        queue: str,
        agent: str,
        number: str,
        call: str,
        after: str,
        limit: int,
    ) -> Part[Recording]:
        """See Recordings."""
        wanted = Search(
            since=since,
            until=until,
            queue=queue,
            agent=agent,
            numbers=(number,) if number else (),
            call=call,
            before=after,
            limit=limit + 1,
        )
        found = await self.catalogue.store.search(wanted)
        page = found[:limit]
        return Part(tuple(_shown(one) for one in page), page[-1].id if len(found) > limit else "")

    async def get(self, recording: str) -> Recording:
        """See Recordings."""
        try:
            return _shown(await self.catalogue.store.get(recording))
        except RecordingError as error:
            raise _refused(error) from error

    async def sound(self, recording: str, *, by: str) -> Sound:
        """See Recordings."""
        try:
            path = await self.catalogue.open_file(recording, by=by)
        except RecordingError as error:
            raise _refused(error) from error
        kind = KINDS.get(path.suffix, "application/octet-stream")
        return Sound(path, self.catalogue.shelf.folder, f"{recording}{path.suffix}", kind)

    async def hold(self, recording: str, reason: str, *, by: str) -> Recording:
        """See Recordings."""
        try:
            return _shown(await self.catalogue.store.hold(recording, by=by, why=reason))
        except RecordingError as error:
            raise _refused(error) from error

    async def release(self, recording: str, *, by: str) -> Recording:
        """See Recordings."""
        try:
            return _shown(await self.catalogue.store.release(recording, by=by, why=WHY))
        except RecordingError as error:
            raise _refused(error) from error

    async def erase(self, recording: str, *, by: str) -> None:
        """See Recordings."""
        try:
            await self.catalogue.erase(recording, by=by, why=WHY)
        except RecordingError as error:
            raise _refused(error) from error


def _shown(one: Recorded) -> Recording:
    return Recording(
        id=one.id,
        call=one.call,
        began=one.started,
        seconds=one.seconds,
        queue=one.queue,
        agent=one.agent,
        caller=one.caller,
        called=one.called,
        state=one.state.value,
        sha256=one.sha256,
        on_hold="" if one.hold is None else one.hold.why,
        erase_after=one.keep_until,
    )


def _refused(error: RecordingError) -> WebError:
    text = f"{str(error)[:1].upper()}{str(error)[1:]}."
    return NotThere(text) if isinstance(error, NoSuchRecording) else Conflict(text)
