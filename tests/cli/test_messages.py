"""``voicemail`` and ``callbacks`` as they are typed."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path

import pytest

from softswitch.cli import EXIT_CANNOT_START
from softswitch.storage.database import Database
from softswitch.storage.place import settle
from softswitch.storage.request_store import RequestStore
from softswitch.storage.voicemail_store import VoicemailStore
from softswitch.voicemail.model import State
from softswitch.voicemail.pins import matches
from tests.cli.running import refused, run
from tests.fakes.clock import FakeClock
from tests.storage.test_request_store import request, take
from tests.storage.test_voicemail_store import message
from tests.voicemail.office import speak_into

ONE, ASKED = message(1, state=State.NEW), request(0)


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """Make a line with a message and a request; return its home."""

    async def fill() -> None:
        database = await Database.open(settle(tmp_path, None))
        await VoicemailStore(database, FakeClock()).add(ONE)
        await take(RequestStore(database, FakeClock()), ASKED)
        await database.close()

    asyncio.run(fill())
    speak_into(tmp_path / "voicemail" / "boxes" / ONE.box / ONE.file, 2.0)
    return tmp_path


def settings(home: Path) -> dict[str, str]:
    async def read() -> dict[str, str]:
        database = await Database.open(settle(home, None))
        try:
            return await VoicemailStore(database, FakeClock()).settings("1001")
        finally:
            await database.close()

    return asyncio.run(read())


def test_boxes_and_messages_are_listed(line: Path) -> None:
    assert json.loads(run("voicemail", "--json", "--home", line).output)["sales"]["new"] == 1
    (one,) = json.loads(run("voicemail", "sales", "--json", "--home", line).output)
    assert one["id"] == ONE.id
    assert "There are no messages" in run("voicemail", "other", "--home", line).output


def test_a_message_is_exported_for_its_owner_alone_and_over_nothing(line: Path) -> None:
    target = line / "out.wav"
    run("voicemail", "export", ONE.id[-6:], "--to", target, "--home", line)
    assert target.read_bytes()[:4] == b"RIFF"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    told = refused(EXIT_CANNOT_START, "voicemail", "export", ONE.id, "--to", target, "--home", line)
    assert "File exists" in told


def test_a_message_whose_file_is_gone_is_told(line: Path) -> None:
    sound = line / "voicemail" / "boxes" / ONE.box / ONE.file
    sound.unlink()
    target = line / "out.wav"
    told = refused(EXIT_CANNOT_START, "voicemail", "export", ONE.id, "--to", target, "--home", line)
    assert told == f"the file of the message {ONE.id} is not there: {sound}"
    assert not target.exists()


def test_a_message_is_deleted_with_its_file(line: Path) -> None:
    assert "is deleted" in run("voicemail", "delete", ONE.id, "--home", line).output
    assert not (line / "voicemail" / "boxes" / ONE.box / ONE.file).exists()
    assert "there is no one message" in refused(
        EXIT_CANNOT_START, "voicemail", "delete", ONE.id, "--home", line
    )


def test_a_pin_is_set_and_taken_back_and_never_shown(line: Path) -> None:
    told = run("voicemail", "set-pin", "1001", "--home", line, typed="4271\n4271\n")
    assert "4271" not in told.output
    assert matches("4271", settings(line)["pin"])
    run("voicemail", "reset-pin", "1001", "--home", line)
    assert settings(line) == {}
    weak = run("voicemail", "set-pin", "1001", "--home", line, typed="1234\n1234\n")
    assert weak.exit_code == EXIT_CANNOT_START
    assert settings(line) == {}


def test_a_hash_for_the_configuration(line: Path) -> None:
    told = run("voicemail", "hash-pin", "--home", line, typed="4271\n4271\n").output
    assert matches("4271", told.split()[-1])


def test_who_was_called_back_is_ticked_off(line: Path) -> None:
    (one,) = json.loads(run("callbacks", "--json", "--home", line).output)
    assert (one["number"], one["state"]) == (ASKED.number, "open")
    told = run("callbacks", "done", ASKED.id[-6:], "--by", "anna", "--note", "reached", "--home", line)
    assert "was called back" in told.output
    assert "Nobody is to be called back" in run("callbacks", "--home", line).output
    (done,) = json.loads(run("callbacks", "--all", "--json", "--home", line).output)
    assert (done["done_by"], done["note"]) == ("anna", "reached")
    assert "no one open request" in refused(EXIT_CANNOT_START, "callbacks", "done", ASKED.id, "--home", line)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("voicemail", "delete"), "delete needs a message"),
        (("voicemail", "set-pin"), "set-pin needs a box"),
        (("voicemail", "sales", "01MSG"), "say a box alone"),
        (("callbacks", "done"), "done ID"),
        (("callbacks", "doen", "1"), "done ID"),
    ],
)
def test_half_a_question_is_refused(line: Path, words: tuple[str, ...], told: str) -> None:
    result = run(*words, "--home", line)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())
