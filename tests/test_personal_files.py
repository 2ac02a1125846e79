"""Voice messages, what was said to applications and the trace: told, handed out, erased."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from softswitch.crm.privacy_model import Eraser, Person
from softswitch.personal import VOICE_MESSAGES
from softswitch.personal_files import MessagesOf, SpokenToApplications, TraceOf, files_of_person
from softswitch.sip.parser import parse_datagram
from softswitch.storage.database import Database
from softswitch.storage.personal_rows import RowsOf
from softswitch.transport.ring import read_ring
from softswitch.voicemail.errors import NotStored
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock
from tests.storage.one_person import CALL, MAIL, NAME, NATIONAL, NUMBER, STRANGER, Line, filled_line

ERASER = Eraser({NUMBER: {NUMBER, NATIONAL}}, {NAME, "Bożydara", "Żółćkowska", MAIL}, b"k", sole={MAIL, NAME})


def person(line: Line) -> Person:
    return Person(
        line.customer, (NUMBER,), (NUMBER,), (MAIL,), (line.customer, NUMBER, NATIONAL), (CALL,), ERASER
    )


async def test_the_trace_stays_readable_without_the_person(tmp_path: Path) -> None:
    async with filled_line(f"sqlite:///{tmp_path / 'a.db'}", tmp_path, FakeClock()) as line:
        ring = tmp_path / "trace" / "calls.ring"
        before = [noted.data for noted in read_ring(ring)]
        trace = TraceOf(tmp_path / "trace")
        told = await trace.export(person(line))
        assert isinstance(told, list)
        assert [one["message"].split()[0] for one in told] == ["INVITE", "MESSAGE"]
        assert await trace.erase(person(line)) == 2
        invite, message, *others = [noted.data for noted in read_ring(ring)]
        assert others == before[2:]
        head, _, body = invite.partition(b"\r\n\r\n")
        filled = b"x" * len(NUMBER)
        # The whole display name: who knows whose spelling it is.
        assert b'From: "' + b"x" * len(f"{NAME} z Gdańska".encode()) + b'" <sip:' + filled + b"@" in head
        assert b"<tel:" + filled + b">" in head
        assert body.startswith(b"v=0")
        assert message.endswith(b"\r\n\r\n" + b"x" * len("uczulona na orzechy"))
        assert parse_datagram(invite).call_id == f"sip-{CALL}"
        assert [len(data) for data in (invite, message)] == [len(data) for data in before[:2]]
        assert await trace.erase(person(line)) == 0
        assert await trace.export(person(line)) == []


async def test_a_line_without_files_has_nothing_of_anybody(tmp_path: Path) -> None:
    database = await Database.open(blank(tmp_path / "a.db"))
    try:
        nobody = Person("C1", (NUMBER,), (NUMBER,), (), ("C1", NUMBER), (CALL,), ERASER)
        for part in files_of_person(tmp_path, RowsOf(database, VOICE_MESSAGES)):
            assert await part.export(nobody) == []
            assert await part.erase(nobody) == 0
    finally:
        await database.close()


async def test_sound_is_handed_out_and_goes(tmp_path: Path) -> None:
    async with filled_line(f"sqlite:///{tmp_path / 'a.db'}", tmp_path, FakeClock()) as line:
        messages, spoken, _ = files_of_person(tmp_path, RowsOf(line.database, VOICE_MESSAGES))
        assert isinstance(messages, MessagesOf)
        assert isinstance(spoken, SpokenToApplications)
        files = [*await messages.enclosed(person(line), "1001"), *await spoken.enclosed(person(line), "1001")]
        assert len(files) == 2
        assert all(NAME.encode() in file.path.read_bytes() for file in files)
        assert (await messages.erase(person(line)), await spoken.erase(person(line))) == (1, 1)
        assert not any(file.path.exists() for file in files)
        assert (await messages.erase(person(line)), await spoken.erase(person(line))) == (0, 0)
        other = Person("", (STRANGER,), (STRANGER,), (), (STRANGER, STRANGER.removeprefix("+48")))
        assert len(await messages.enclosed(other, "1001")) == 1


async def test_a_message_whose_sound_cannot_go_stays_and_goes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with filled_line(f"sqlite:///{tmp_path / 'a.db'}", tmp_path, FakeClock()) as line:
        messages = files_of_person(tmp_path, RowsOf(line.database, VOICE_MESSAGES))[0]
        unlink = Path.unlink

        def refused(path: Path, missing_ok: bool = False) -> None:
            if "boxes" in path.parts:
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
            unlink(path, missing_ok=missing_ok)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "unlink", refused)
            with pytest.raises(NotStored, match="cannot be removed: Read-only file system"):
                await messages.erase(person(line))
        assert await messages.erase(person(line)) == 1
