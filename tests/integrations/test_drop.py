"""What a drop does with a file, whatever the server is."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from softswitch.integrations.drop import Held, Shelf
from softswitch.integrations.verification import digest, verify
from softswitch.outbox.messages import Dropped, Withdrawn, read, written
from softswitch.outbox.model import Delivery, NotNow, Refused
from tests.integrations.dropping import LANE, NAME, SOUND, Line, files


class Folder:
    """A server that is a folder of this machine. Implements Place and Shelf."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.fails_after_put = False

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[Shelf]:
        yield self

    def close(self) -> None:
        pass

    async def held(self, name: str, size: int, sha256: str) -> Held:
        path = self.root / name
        if not path.exists():
            return Held.NOTHING
        return Held.SAME if digest(path) == sha256 else Held.OTHER

    async def put(self, source: Path, name: str, mark: str, *, replace: bool = False) -> None:
        path = self.root / name
        assert replace or not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(shutil.copyfile, source, path)
        if self.fails_after_put:
            self.fails_after_put = False
            raise NotNow("nobody knows")

    async def remove(self, name: str) -> None:
        (self.root / name).unlink()


@pytest.fixture
def folder(root: Path) -> Folder:
    return Folder(root)


async def test_a_try_whose_end_nobody_saw_does_no_harm(line: Line, folder: Folder) -> None:
    folder.fails_after_put = True
    drop = line.channel(folder)
    with pytest.raises(NotNow):
        await drop.deliver(line.recorded(), 1)
    await line.channel(folder).deliver(line.recorded(), 2)
    await drop.deliver(line.listing(), 1)
    found = verify(folder.root / "rec")
    assert (found.faults, found.lines, found.files) == ([], 1, 1)


async def test_a_file_that_was_changed_here_is_not_passed_off_as_recorded(line: Line, folder: Folder) -> None:
    delivery = line.recorded()
    (line.home / "recordings/1.wav").write_bytes(SOUND[:-1] + b"x")
    with pytest.raises(Refused, match="its hash is another"):
        await line.channel(folder).deliver(delivery, 1)
    assert files(folder.root) == {}


@pytest.mark.parametrize("path", ["../secret", "/etc/hostname", "recordings/gone.wav"])
async def test_no_file_but_the_lines_own_leaves_it(line: Line, folder: Folder, path: str) -> None:
    body = written(Dropped(path, "0" * 64, {}))
    with pytest.raises(Refused, match=r"outside|gone"):
        await line.channel(folder).deliver(Delivery("k", LANE, body), 1)


async def test_a_name_that_is_taken_twice_over_is_given_up(line: Line, folder: Folder) -> None:
    delivery = line.recorded()
    beside = f"{NAME[:-4]}-{read(delivery.body, Dropped).sha256[:8]}.wav"
    for name in (NAME, beside):
        (folder.root / "rec" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder.root / "rec" / name).write_bytes(b"another")
    with pytest.raises(Refused, match="taken by another file"):
        await line.channel(folder).deliver(delivery, 1)


async def test_what_was_erased_here_is_taken_away_there_and_the_list_says_so(
    line: Line, folder: Folder
) -> None:
    drop = line.channel(folder)
    delivery = line.recorded()
    await drop.deliver(delivery, 1)
    dropped = read(delivery.body, Dropped)
    body = written(Withdrawn(dropped.sha256, dropped.values, "retention"))
    for attempt in (1, 2):
        await drop.deliver(Delivery("drop:archive:1:erased", LANE, body), attempt)
    await drop.deliver(line.listing(), 1)
    found = verify(folder.root / "rec")
    assert found.faults == found.notes == []
    assert (found.lines, found.files) == (2, 0)


async def test_what_another_put_there_is_not_taken_away(line: Line, folder: Folder) -> None:
    (folder.root / "rec" / NAME).parent.mkdir(parents=True)
    (folder.root / "rec" / NAME).write_bytes(b"another")
    dropped = read(line.recorded().body, Dropped)
    body = written(Withdrawn(dropped.sha256, dropped.values, "asked"))
    await line.channel(folder).deliver(Delivery("k", LANE, body), 1)
    assert list(files(folder.root)) == [f"rec/{NAME}"]


async def test_lists_of_all_days_since_are_put_there(line: Line, folder: Folder) -> None:
    drop = line.channel(folder)
    await drop.deliver(line.recorded(1), 1)
    line.clock.advance(86_400)
    await drop.deliver(line.recorded(2), 1)
    await drop.deliver(line.listing(), 1)
    assert sorted(path.name for path in (folder.root / "rec").iterdir() if path.is_file()) == [
        "manifest-2026-01-05.jsonl",
        "manifest-2026-01-06.jsonl",
        "manifest.head",
    ]
    assert verify(folder.root / "rec").faults == []
    assert not list((line.home / "drops").glob("*.head"))


async def test_what_comes_after_its_list_brings_the_list_along(line: Line, folder: Folder) -> None:
    due = (line.clock.wall() + timedelta(minutes=5)).isoformat()
    drop = line.channel(folder)
    for number, wait in ((1, 0), (2, 600)):
        line.clock.advance(wait)
        delivery = line.recorded(number)
        late = msgspec.structs.replace(read(delivery.body, Dropped), listed_by=due)
        await drop.deliver(replace(delivery, body=written(late)), 1)
        assert (folder.root / "rec/manifest.head").exists() is (number == 2)
    assert verify(folder.root / "rec").faults == []


async def test_a_full_disk_of_ours_is_tried_again(
    line: Line, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    drop = line.channel(folder)
    with monkeypatch.context() as broken:
        broken.setattr("softswitch.integrations.manifest.os.fsync", full)
        with pytest.raises(NotNow, match="No space left"):
            await drop.deliver(line.recorded(), 1)
    await drop.deliver(line.recorded(), 2)
    await drop.deliver(line.listing(), 1)
    assert verify(folder.root / "rec").faults == []


async def test_a_body_that_is_none_is_refused(line: Line, folder: Folder) -> None:
    with pytest.raises(Refused, match="none for a drop"):
        await line.channel(folder).deliver(Delivery("k", LANE, '{"type": "x"}'), 1)
