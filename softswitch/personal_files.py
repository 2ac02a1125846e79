"""What of a person lies in files: voice messages, what applications recorded, the trace of SIP.

Each class implements :class:`softswitch.crm.privacy.PersonalData`; those with sound also tell which files are
handed out with an export.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from softswitch.crm.privacy import Enclosed
from softswitch.crm.privacy_model import FILLING, Person
from softswitch.storage.personal_rows import RowsOf
from softswitch.trace.messages import TRACE_FOLDER
from softswitch.transport.ring import Noted, change_ring, read_ring
from softswitch.transport.trace import CALLS_RING, PHONES_RING
from softswitch.voicemail.files import Files

APPLICATIONS: Final = "recordings/applications"
"""Where, in the line's folder, lies what programs of others let callers say; a file begins with its call."""

_NAME: Final = re.compile(rb'"[^"\r\n]*"')
_LINE: Final = re.compile(rb"[^\r\n]+")


@dataclass(frozen=True, slots=True)
class MessagesOf:
    """Voice messages that the person left, with their sound and what was to be mailed of them."""

    rows: RowsOf
    files: Files
    name: str = "voice messages"

    async def export(self, person: Person) -> object:
        """Return what is known of them."""
        return await self.rows.export(person)

    async def enclosed(self, person: Person, by: str) -> Sequence[Enclosed]:
        """Return their sound."""
        found = await self.rows.found(person)
        paths = [(row["id"], self.files.message(row["box"], row["file"])) for row in found if row["file"]]
        return [Enclosed(f"voice messages/{id_}.wav", path) for id_, path in paths if path.is_file()]

    async def erase(self, person: Person) -> int:
        """Erase them; lamps follow by themselves."""
        found = await self.rows.found(person)
        # First the sound: what falls between the two is found again by its row.
        await asyncio.to_thread(self.files.detach, [row["id"] for row in found])
        for row in found:
            if row["file"]:
                await asyncio.to_thread(self.files.remove, row["box"], row["file"])
        return await self.rows.erase(person)


@dataclass(frozen=True, slots=True)
class SpokenToApplications:
    """What the person said to programs of others that drive calls."""

    folder: Path
    name: str = "said to applications"

    async def export(self, person: Person) -> object:
        """Return the names of the files."""
        return [path.name for path in await asyncio.to_thread(self._found, person)]

    async def enclosed(self, person: Person, by: str) -> Sequence[Enclosed]:
        """Return the files."""
        found = await asyncio.to_thread(self._found, person)
        return [Enclosed(f"said to applications/{path.name}", path) for path in found]

    async def erase(self, person: Person) -> int:
        """Remove them."""
        found = await asyncio.to_thread(self._found, person)
        for path in found:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        return len(found)

    def _found(self, person: Person) -> list[Path]:
        calls = set(person.calls)
        if not calls or not self.folder.is_dir():
            return []
        return sorted(one for one in self.folder.iterdir() if one.name.rpartition("-")[0] in calls)


@dataclass(frozen=True, slots=True)
class TraceOf:
    """SIP messages that name the person, in the rings of the trace: their numbers and names are filled up.

    The messages stay, since calls are understood by them; nothing in a ring may move while it is written.
    """

    folder: Path
    name: str = "trace of SIP"

    async def export(self, person: Person) -> object:
        """Return the messages."""
        return await asyncio.to_thread(lambda: list(self._told(person)))

    async def erase(self, person: Person) -> int:
        """Take the person out of them; return how many there were."""
        return await asyncio.to_thread(self._erase, person)

    def _told(self, person: Person) -> Iterator[dict[str, object]]:
        for ring in self._rings():
            for noted in read_ring(ring):
                if person.eraser.is_about(noted.data.decode("utf-8", "replace")):
                    yield {
                        "at": noted.at,
                        "way": noted.kind,
                        "message": noted.data.decode("utf-8", "replace"),
                    }

    def _erase(self, person: Person) -> int:
        return sum(change_ring(ring, lambda noted: _without(noted, person)) for ring in self._rings())

    def _rings(self) -> list[Path]:
        both = (self.folder / name for name in (CALLS_RING, PHONES_RING))
        return [ring for ring in both if ring.exists()]


def _without(noted: Noted, person: Person) -> bytes:
    """Return a message without a person: names beside the number go, too, and what was written to others."""
    if not person.eraser.is_about(noted.data.decode("utf-8", "replace")):
        return noted.data
    head, blank, body = noted.data.partition(b"\r\n\r\n")

    def clean(line: re.Match[bytes]) -> bytes:
        plain = person.eraser.filled(line[0])
        if plain == line[0]:
            return plain
        return _NAME.sub(lambda name: b'"' + FILLING * (len(name[0]) - 2) + b'"', plain)

    # A description of sound has no words of people; a text message is nothing else.
    body = person.eraser.filled(body) if body.startswith(b"v=0") else FILLING * len(body)
    return _LINE.sub(clean, head) + blank + body


def files_of_person(home: Path, messages: RowsOf) -> Sequence[MessagesOf | SpokenToApplications | TraceOf]:
    """Return everything of persons that lies in files of a line."""
    return (
        MessagesOf(messages, Files(home, 0)),
        SpokenToApplications(home / APPLICATIONS),
        TraceOf(home / TRACE_FOLDER),
    )
