"""Who is erased is nowhere: no row of any table and no octet of the line's folder tells of the person."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
from sqlalchemy import select

from softswitch.crm.privacy_model import ERASE, Eraser, Person
from softswitch.outbox.messages import ERASURES
from softswitch.outbox.model import State
from softswitch.storage.database import Database
from softswitch.storage.personal_rows import RowsOf, json_without, small_tables
from softswitch.storage.tables import metadata
from tests.fakes.clock import FakeClock
from tests.storage.conftest import seen
from tests.storage.one_person import CALL, CANARIES, MAIL, NAME, NATIONAL, NUMBER, STRANGER, filled_line


async def rows_with(database: Database, words: tuple[str, ...]) -> list[str]:
    """Return where in any row of any table one of these words stands, in whatever way it is written."""
    found = []
    async with database.reading() as connection:
        for table in metadata.sorted_tables:
            for row in (await connection.execute(select(table))).mappings():
                for name, value in row.items():
                    plain = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    found += [f"{table.name}.{name}: {word}" for word in words if written(word, plain)]
    return found


def files_with(folder: Path, words: tuple[str, ...]) -> list[str]:
    """Return in which files one of these words stands, their deleted parts and all."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        f"{path.relative_to(folder)}: {word}"
        for path in files
        for octets in (path.read_bytes(),)
        for word in words
        if written(word, octets)
    ]


def written(word: str, octets: bytes) -> bool:
    ways = {word, word.lower(), word.upper(), msgspec.json.encode(word).decode().strip('"')}
    return any(way.encode() in octets for way in ways) or word.encode("utf-16-le") in octets


async def test_everything_is_filled_first(url: str, clock: FakeClock, tmp_path: Path) -> None:
    """Or else the next test would show nothing."""
    async with filled_line(url, tmp_path, clock) as line:
        tables = {found.partition(".")[0] for found in await rows_with(line.database, CANARIES)}
        # Where queues wait nobody is now; the rest holds calls' ids, PINs of houses, and settings alone.
        assert tables >= {
            "api_replays", "call_parties", "call_requests", "caller_choices", "contacts", "customer_keys",
            "customers", "events", "identity_tries", "listed_callers", "orders", "outbox", "payments",
            "ratings", "recordings", "sms_sent", "text_messages", "ticket_changes", "tickets",
            "voice_messages", "webhook_messages",
        }  # fmt: skip
        assert any("trace/calls.ring" in found for found in files_with(tmp_path, CANARIES))


async def test_nobody_finds_an_erased_person(url: str, clock: FakeClock, tmp_path: Path) -> None:
    async with filled_line(url, tmp_path, clock) as line:
        act = await line.privacy.erase(line.customer, by="1001")
        assert act.act == ERASE
        # The order to take copies away at drops must name them; once it is delivered that goes, too.
        assert await rows_with(line.database, CANARIES) == [f"outbox.body: {NATIONAL}"]
        (order,) = await line.outbox.due(ERASURES)
        await line.outbox.settle(order, State.DELIVERED)
        await line.database.scrub()
        assert await rows_with(line.database, CANARIES) == []
        # Also while the switch runs on: its journal is folded in.
        assert await asyncio.to_thread(files_with, tmp_path, CANARIES) == []
    assert files_with(tmp_path, CANARIES) == []


async def test_a_stranger_stays_as_he_was(url: str, clock: FakeClock, tmp_path: Path) -> None:
    async with filled_line(url, tmp_path, clock) as line:
        stranger = (STRANGER.removeprefix("+48"), "Jan Obcy")
        before = await rows_with(line.database, stranger)
        files = await asyncio.to_thread(files_with, tmp_path, (*stranger, "voice of"))
        await line.privacy.erase(line.customer, by="1001")
        assert await rows_with(line.database, stranger) == before
        left = await asyncio.to_thread(files_with, tmp_path, (*stranger, "voice of"))
        his = [one for one in files if "Jan Obcy" in one and "softswitch.db" not in one]
        assert his == [one for one in left if "Jan Obcy" in one and "softswitch.db" not in one]
        assert len([one for one in files if "voice of" in one]) == 8
        assert len([one for one in left if "voice of" in one]) == 4


async def test_an_export_has_everything_and_nothing_of_the_stranger(
    url: str, clock: FakeClock, tmp_path: Path
) -> None:
    async with filled_line(url, tmp_path, clock) as line:
        told = await line.privacy.export(line.customer, by="1001")
        plain = msgspec.json.encode(told)
        assert STRANGER.removeprefix("+48").encode() not in plain
        empty = {name for name, found in told.items() if not found}
        assert empty == {"asked by programs", "waits for a call back", "waits on the line"}
        for word in CANARIES:
            assert word.encode() in plain or word == "601 777 333"
        files = await line.privacy.enclosed(line.customer, by="1001")
        assert [file.name.partition("/")[0] for file in files] == [
            "recordings", "voice messages", "said to applications"
        ]  # fmt: skip
        assert all(file.path.is_file() for file in files)
        assert (await seen(line.database, "SELECT deed, by FROM recording_access")) == [("exported", "1001")]


async def test_the_books_stay_without_the_person(url: str, clock: FakeClock, tmp_path: Path) -> None:
    async with filled_line(url, tmp_path, clock) as line:
        await line.privacy.erase(line.customer, by="1001")
        found = await seen(
            line.database, "SELECT id, amount, purpose, held, description, version FROM payments ORDER BY id"
        )
        assert found == [
            ("P1", 12345, "FV/1", "FV/1", "Rachunek: erased", 1),
            ("P2", 12345, "FV/2", "FV/2", "Rachunek: erased", 1),
        ]


async def test_a_webhook_keeps_its_number(url: str, clock: FakeClock, tmp_path: Path) -> None:
    async with filled_line(url, tmp_path, clock) as line:
        query = "SELECT number, kind FROM webhook_messages ORDER BY number"
        before = await seen(line.database, query)
        await line.privacy.erase(line.customer, by="1001")
        assert await seen(line.database, query) == before
        (first,) = await seen(line.database, "SELECT payload FROM webhook_messages WHERE number = 1")
        data = msgspec.json.decode(str(first[0]))["data"]
        assert data["caller"].startswith("erased:")
        assert (data["caller_name"], data["called"], data["trunk"]) == ("", "100", "office")


def test_json_is_hidden_however_deep_and_text_as_text() -> None:
    eraser = Eraser({NUMBER: {NUMBER, NATIONAL}}, {NAME}, b"k")
    person = Person("C1", (NUMBER,), (NUMBER,), eraser=eraser)
    told = {"a": [{"caller": NATIONAL, "caller_name": NAME, "state": "x"}], "text": f"do {NAME}", "n": 7}
    plain = msgspec.json.decode(json_without(msgspec.json.encode(told).decode(), person))
    token = eraser.token(NUMBER)
    assert plain == {"a": [{"caller": token, "caller_name": "", "state": "x"}], "text": "do erased", "n": 7}
    assert json_without(f"no json of {NAME}", person) == "no json of erased"


async def test_done_again_it_finds_nothing_more(url: str, clock: FakeClock, tmp_path: Path) -> None:
    async with filled_line(url, tmp_path, clock) as line:
        eraser = Eraser({NUMBER: {NUMBER, NATIONAL}}, {NAME, MAIL}, b"k", sole={MAIL, NAME})
        marks = (line.customer, NUMBER, NATIONAL, MAIL, NAME)
        person = Person(line.customer, (NUMBER,), (NUMBER,), (MAIL,), marks, (CALL,), eraser)
        parts = [RowsOf(line.database, plan) for plan in small_tables()]
        first = {part.name: await part.erase(person) for part in parts}
        assert {name for name, count in first.items() if not count} == {
            "asked by programs", "waits for a call back", "waits on the line"
        }  # fmt: skip
        assert {part.name: await part.erase(person) for part in parts} == dict.fromkeys(first, 0)
        nobody = Person("", (), ())
        assert {part.name: await part.export(nobody) for part in parts} == {name: [] for name in first}
