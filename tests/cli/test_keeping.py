"""``outbox``, ``backup`` and ``restore`` as they are typed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from softswitch import home as homes
from softswitch.cli import EXIT_CANNOT_START
from softswitch.outbox.model import Delivery, State
from softswitch.storage.database import Database
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.place import settle
from tests.cli.running import refused, run
from tests.fakes.clock import FakeClock

CONFIG = "accounts:\n  '1001': {password: a-Long-one-1}\nhome: line\n"


def line(folder: Path) -> Path:
    """Make a line whose outbox holds a refused mail; return its configuration."""

    async def fill() -> None:
        (folder / "line").mkdir()
        database = await Database.open(settle(folder / "line", None))
        store = OutboxStore(database, FakeClock())
        await store.post([Delivery("a", "mail:x", "{}"), Delivery("b", "sms:y", "{}")])
        await store.settle((await store.due("mail:x"))[0], State.REFUSED, trouble="no such box")
        await database.close()

    (folder / "softswitch.yaml").write_text(CONFIG)
    asyncio.run(fill())
    return folder / "softswitch.yaml"


def listed(config: Path, *words: str) -> list[dict[str, object]]:
    return json.loads(run("outbox", *words, "--json", "--config", config).output)


def test_what_was_given_up_is_seen_and_tried_anew(tmp_path: Path) -> None:
    config = line(tmp_path)
    assert {one["key"]: one["state"] for one in listed(config)} == {"a": "refused", "b": "waiting"}
    assert [one["key"] for one in listed(config, "--channel", "sms:y")] == ["b"]
    assert "a is tried anew" in run("outbox", "retry", "a", "--config", config).output
    assert {one["state"] for one in listed(config)} == {"waiting"}
    again = run("outbox", "retry", "a", "--config", config)
    assert ("Nothing called a was given up" in again.output, again.exit_code) == (True, EXIT_CANNOT_START)


def test_half_a_question_is_refused(tmp_path: Path) -> None:
    result = run("outbox", "retry", "--config", line(tmp_path))
    assert result.exit_code == 2
    assert "retry KEY" in result.output


def test_where_nothing_was_recorded_that_is_said(tmp_path: Path) -> None:
    assert "nothing was recorded there yet" in refused(EXIT_CANNOT_START, "outbox", "--home", tmp_path)


def test_a_backup_comes_back_in_a_new_line(tmp_path: Path) -> None:
    file, there = tmp_path / "line.backup", tmp_path / "there"
    assert f"outbox: 2\nwritten: {file}" in run("backup", file, "--config", line(tmp_path)).output
    there.mkdir()
    (there / "softswitch.yaml").write_text(CONFIG)
    assert (
        f"outbox: 2\nrestored from {file}"
        in run("restore", file, "--config", there / "softswitch.yaml").output
    )
    assert listed(there / "softswitch.yaml") == listed(tmp_path / "softswitch.yaml")


def test_a_line_that_runs_or_is_in_use_is_left_alone(tmp_path: Path) -> None:
    config, file = line(tmp_path), tmp_path / "line.backup"
    run("backup", file, "--config", config)
    with homes.owned(tmp_path / "line"):
        assert "another switch is running" in refused(EXIT_CANNOT_START, "restore", file, "--config", config)
    assert "is in use" in refused(EXIT_CANNOT_START, "restore", file, "--config", config)
