"""Which sounds have which numbers, and which make room."""

from __future__ import annotations

import os

import numpy as np
import pytest

from media.errors import MediaError
from media.shelf import Shelf, sound_key
from media.soundfiles import read_frames, write_wave


@pytest.fixture
def shelf(tmp_path):
    (tmp_path / "frames").mkdir()
    return Shelf(tmp_path / "frames")


def sound(folder, name, frames=2):
    path = folder / name
    write_wave(path, (np.arange(frames * 160) * 31 % 9000).astype(np.int16))
    return path


async def put(shelf, path, *, as_it_is=True):
    return await shelf.encode(path, sound_key(path, as_it_is=as_it_is))


def test_a_sound_is_known_by_its_file_as_it_is_now(tmp_path):
    path = sound(tmp_path, "one.wav")
    before = sound_key(path, as_it_is=False)
    assert sound_key(path, as_it_is=False) == before
    assert sound_key(path, as_it_is=True) != before
    os.utime(path, ns=(1, 1))
    assert sound_key(path, as_it_is=False) != before
    with pytest.raises(MediaError, match="No such file"):
        sound_key(tmp_path / "none.wav", as_it_is=False)


async def test_a_sound_gets_a_number_and_a_frames_file(shelf, tmp_path):
    path = sound(tmp_path, "one.wav", 3)
    number = await put(shelf, path)
    assert shelf.find(sound_key(path, as_it_is=True)) == number
    assert shelf.find(sound_key(path, as_it_is=False)) is None
    assert read_frames(shelf.path(number)).shape == (2, 3, 160)
    assert shelf.numbers == {number}


async def test_what_cannot_be_read_leaves_nothing_behind(shelf, tmp_path):
    path = tmp_path / "bad.wav"
    path.write_bytes(b"noise")
    with pytest.raises(MediaError):
        await put(shelf, path)
    assert shelf.numbers == set()
    assert await put(shelf, sound(tmp_path, "good.wav")) == 2


async def test_a_dropped_sound_is_gone_with_its_file(shelf, tmp_path):
    path = sound(tmp_path, "one.wav")
    number = await put(shelf, path)
    frames = shelf.path(number)
    assert shelf.drop(number)
    assert not shelf.drop(number)
    assert not frames.exists()
    assert shelf.find(sound_key(path, as_it_is=True)) is None


async def test_the_longest_unused_make_room_and_kept_ones_stay(shelf, tmp_path, monkeypatch):
    monkeypatch.setattr("media.shelf.FULL_FRAMES", 4)
    paths = [sound(tmp_path, f"{name}.wav") for name in "abcd"]
    numbers = [await put(shelf, path) for path in paths]
    shelf.keep(numbers[0])
    assert shelf.find(sound_key(paths[1], as_it_is=True)) == numbers[1]
    gone = []
    for number in shelf.in_the_way():
        shelf.drop(number)
        gone.append(number)
    assert gone == [numbers[2], numbers[3]]


async def test_what_a_killed_process_left_behind_is_removed(shelf, tmp_path):
    folder = tmp_path / "frames"
    for name in ("7.frames", "8.frames.part"):
        (folder / name).write_bytes(b"private")
    shelf.clear()
    assert list(folder.iterdir()) == []


async def test_only_prompts_are_levelled(shelf, tmp_path):
    path = tmp_path / "soft.wav"
    write_wave(path, (300 * np.sin(np.arange(8000) / 3)).astype(np.int16))
    as_it_is, levelled = [await put(shelf, path, as_it_is=flag) for flag in (True, False)]
    assert (read_frames(shelf.path(as_it_is)) != read_frames(shelf.path(levelled))).any()
