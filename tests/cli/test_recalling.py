"""Calls as they were, from a database whose switch does not run."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from softswitch.bus import EventLog
from softswitch.cli import EXIT_CANNOT_START
from softswitch.events import CallArrived, CallEnded
from softswitch.ids import make_id
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.place import FILE as DATABASE
from tests.cli.running import refused, run
from tests.fakes.clock import FakeClock


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Return a home folder with two calls in its database, and their ids."""
    folder, clock = tmp_path_factory.mktemp("recorded"), FakeClock()
    calls = []

    async def record() -> None:
        database = await Database.open(f"sqlite:///{folder / DATABASE}")
        store, log = EventStore(database, clock), EventLog(clock)
        log.subscribe(store.store)
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(store.run())
            for number in ("100", "600"):
                call = make_id(clock.wall())
                calls.append(call)
                log.append(CallArrived("a", "1001", "Anna", number, "192.0.2.9:5062", "1001"), call=call)
                clock.advance(5)
                log.append(CallEnded("completed", "caller_hung_up", 200, 16, "caller"), call=call)
            await store.flush()
            writing.cancel()
        await database.close()

    asyncio.run(record())
    return folder, calls


def test_calls_are_listed_newest_first(recorded: tuple[Path, list[str]]) -> None:
    folder, (first, second) = recorded
    result = run("calls", "--home", folder)
    assert result.exit_code == 0
    assert result.stdout.index(second[-6:]) < result.stdout.index(first[-6:])
    listed = json.loads(run("calls", "--home", folder, "--json").stdout)
    assert [call["id"] for call in listed] == [second, first]
    assert len(json.loads(run("calls", "--home", folder, "--json", "--limit", 1).stdout)) == 1
    assert "rozłączył się" in run("calls", "--home", folder, "--pl").stdout


def test_one_call_is_shown_by_the_end_of_its_id(recorded: tuple[Path, list[str]]) -> None:
    folder, (first, _) = recorded
    result = run("call", first[-6:], "--home", folder)
    assert result.exit_code == 0
    assert "1001 hung up after 5 s." in result.stdout
    assert json.loads(run("call", first, "--home", folder, "--json").stdout)["called"] == "100"
    last = json.loads(run("call", "--home", folder, "--json").stdout)
    assert last == json.loads(run("call", "last", "--home", folder, "--json").stdout)
    assert run("trace", "--home", folder).output == run("trace", "last", "--home", folder).output


def test_a_call_that_is_not_there(recorded: tuple[Path, list[str]]) -> None:
    folder, (first, second) = recorded
    for unknown in ("ZZZZZZ", ""):
        result = run("call", unknown, "--home", folder)
        assert (result.exit_code, result.stdout) == (1, f"There is no call {unknown}.\n")
    result = run("call", "ZZZZZZ", "--home", folder, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"error": "not found", "calls": []})
    unclear = run("call", first[:6], "--home", folder)
    assert unclear.exit_code == 2
    assert first in unclear.stdout
    assert second in unclear.stdout


@pytest.mark.parametrize("words", [("calls",), ("call", "ZZZZZZ")])
def test_where_nothing_was_recorded_nothing_is_made(words: tuple[str, ...], tmp_path: Path) -> None:
    sentence = refused(EXIT_CANNOT_START, *words, "--home", tmp_path / "empty")
    assert sentence.startswith(f"there is no database {tmp_path}")
    assert "--home" in sentence
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"no database at all, but long enough to have been one " * 100)
    assert refused(EXIT_CANNOT_START, "calls", "--home", tmp_path)


def test_a_trace_is_shown_by_its_call_or_its_phone(recorded: tuple[Path, list[str]]) -> None:
    """Here of a line whose trace is gone: the events are on the ladder all the same."""
    folder, calls = recorded
    for part in ("last", calls[1]):
        result = run("trace", part, "--home", folder)
        assert result.exit_code == 0
        assert "1001 → 600" in result.output
        assert result.output.rstrip().endswith("1001 hung up after 5 s.")
    assert run("trace", "last", "--home", folder, "--pl").output.rstrip().endswith("rozłączył się po 5 s.")
    assert run("trace", "last", "--home", folder, "--mermaid").output.startswith("sequenceDiagram\n")
    assert run("trace", "nothing", "--home", folder).exit_code == 1
    unknown = run("trace", "--phone", "1009", "--home", folder)
    assert (unknown.exit_code, unknown.output[:26]) == (1, "Nothing of 1009 is in the ")


def test_a_trace_is_of_a_call_or_of_a_phone() -> None:
    result = run("trace", "last", "--phone", "1001")
    assert result.exit_code == 2
    assert "name a call, or --phone and an account" in result.stderr


def test_a_picture_that_cannot_be_written(recorded: tuple[Path, list[str]], tmp_path: Path) -> None:
    folder, _ = recorded
    sentence = refused(
        EXIT_CANNOT_START, "trace", "last", "--home", folder, "--svg", tmp_path / "none" / "x.svg"
    )
    assert sentence.startswith("cannot write")
