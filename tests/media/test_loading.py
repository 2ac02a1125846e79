"""Prompts on their way into the bank: the tick never waits for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from media.errors import BankFull, MediaError
from media.g711 import FRAME
from media.loading import PromptLoader
from media.prompts import PromptBank
from media.soundfiles import read_frames, write_frames
from tests.fakes.patience import PATIENCE


def marked(number: int, count: int) -> np.ndarray:
    """Return frames that say whose they are, in either law."""
    return np.stack([np.full((count, FRAME), number), np.full((count, FRAME), number + 128)]).astype(np.uint8)


class Disk:
    """Frames files, and a thread that reads them only when it may."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked, self.may = threading.Event(), threading.Event()
        self.may.set()

    def holds(self, number: int, count: int) -> Path:
        path = self.folder / f"{number}.frames"
        write_frames(marked(number, count), path)
        return path

    def read(self, path: Path) -> np.ndarray:
        self.asked.set()
        assert self.may.wait(PATIENCE)
        return read_frames(path)


@pytest.fixture
def disk(tmp_path, monkeypatch) -> Disk:
    made = Disk(tmp_path)
    monkeypatch.setattr("media.loading.read_frames", made.read)
    return made


@pytest.fixture
def bank() -> PromptBank:
    return PromptBank(20)


@pytest.fixture
def loader(bank, disk) -> Iterator[PromptLoader]:
    made = PromptLoader(bank)
    yield made
    disk.may.set()
    made.stop()


def stored(bank: PromptBank, prompt: int) -> np.ndarray:
    begin, count = bank.range(prompt)
    return bank.frames[:, begin : begin + count]


def test_a_prompt_is_ready_when_its_frames_are_in_their_place(loader, bank, disk):
    for number in (1, 2, 3):
        loader.load(number, disk.holds(number, 2 * number))
    loader.stop()
    assert loader.ready() == [(1, ""), (2, ""), (3, "")]
    for number in (1, 2, 3):
        assert (stored(bank, number) == marked(number, 2 * number)).all()
    assert loader.ready() == []


def test_nobody_waits_for_a_slow_disk(loader, bank, disk):
    disk.may.clear()
    loader.load(1, disk.holds(1, 3))
    assert disk.asked.wait(PATIENCE)
    assert loader.ready() == []
    assert bank.is_loading(1)
    assert 1 not in bank
    bank.add(2, marked(2, 4))  # what is in the bank meanwhile is not disturbed
    disk.may.set()
    loader.stop()
    assert loader.ready() == [(1, "")]
    assert (stored(bank, 1) == marked(1, 3)).all()
    assert (stored(bank, 2) == marked(2, 4)).all()


def test_a_prompt_is_admitted_by_the_tick_and_not_before(loader, bank, disk):
    """The bank belongs to the tick; the thread only copies into room that is set apart."""
    loader.load(1, disk.holds(1, 3))
    loader.stop()
    assert 1 not in bank
    assert loader.ready() == [(1, "")]
    assert 1 in bank


def test_a_file_that_is_not_there_is_told_at_once(loader, bank, tmp_path):
    with pytest.raises(MediaError, match=r"missing\.frames: No such file"):
        loader.load(1, tmp_path / "missing.frames")
    assert not bank.is_loading(1)


def test_a_prompt_there_is_no_room_for_is_told_at_once(loader, bank, disk):
    with pytest.raises(BankFull):
        loader.load(1, disk.holds(1, 21))
    assert not bank.is_loading(1)
    loader.load(2, disk.holds(2, 20))


@pytest.mark.parametrize("content", [b"", b"odd", bytes(321)])
def test_what_is_no_frames_file_is_reported_and_gives_its_room_back(loader, bank, disk, tmp_path, content):
    (tmp_path / "bad.frames").write_bytes(content)
    loader.load(1, tmp_path / "bad.frames")
    loader.load(2, disk.holds(2, 3))
    loader.stop()
    ((number, failure), good) = loader.ready()
    assert (number, good) == (1, (2, ""))
    assert "not a frames file" in failure
    assert not bank.is_loading(1)
    assert 1 not in bank
    bank.remove(2)
    bank.add(3, marked(3, 20))  # all the room is there again


@pytest.mark.parametrize("count", [2, 4])
def test_a_file_that_changed_under_way_is_not_played(loader, bank, disk, count):
    """Longer, it would overwrite the next prompt; shorter, its end would be another prompt's."""
    disk.may.clear()
    loader.load(1, disk.holds(1, 3))
    disk.holds(1, count)
    disk.may.set()
    loader.stop()
    ((number, failure),) = loader.ready()
    assert number == 1
    assert "changed while it was read" in failure
    assert 1 not in bank


def test_a_file_removed_under_way_is_reported(loader, bank, disk):
    disk.may.clear()
    path = disk.holds(1, 3)
    loader.load(1, path)
    path.unlink()
    disk.may.set()
    loader.stop()
    ((_, failure),) = loader.ready()
    assert "No such file" in failure
    assert 1 not in bank


def test_stopping_finishes_what_is_under_way(loader, disk):
    disk.may.clear()
    loader.load(1, disk.holds(1, 3))
    assert disk.asked.wait(PATIENCE)
    disk.may.set()
    loader.stop()
    assert loader.ready() == [(1, "")]
    assert not any(thread.name == "prompts" for thread in threading.enumerate())
