import os
import stat

import pytest

from softswitch.speech.cache import GRACE_SECONDS, AudioCache, cache_key
from softswitch.speech.engine import Order, Voice
from softswitch.speech.errors import CacheFailed
from softswitch.speech.spare import Spare
from tests.speech.fakes import FakeClock

SECOND = b"\1\0" * 8000
FILE_BYTES = 16056


@pytest.fixture
def clock():
    return FakeClock()


def cache_in(folder, clock, files=100):
    return AudioCache(folder / "speech", limit_bytes=files * FILE_BYTES, clock=clock)


def names(folder):
    return sorted(path.stem for path in (folder / "speech").iterdir())


def test_a_key_changes_with_all_that_is_heard():
    order = Order("witamy", "pl", "pl", 1.0)
    keys = {
        cache_key("espeak", "1", Voice("pl"), order),
        cache_key("piper", "1", Voice("pl"), order),
        cache_key("espeak", "2", Voice("pl"), order),
        cache_key("espeak", "1", Voice("pl+f2"), order),
        cache_key("espeak", "1", Voice("pl", stamp="new"), order),
        cache_key("espeak", "1", Voice("pl"), Order("Witamy", "pl", "pl", 1.0)),
        cache_key("espeak", "1", Voice("pl"), Order("witamy", "en", "pl", 1.0)),
        cache_key("espeak", "1", Voice("pl"), Order("witamy", "pl", "pl", 1.1)),
    }
    assert len(keys) == 8
    assert cache_key("espeak", "1", Voice("pl", exact=False), order) in keys


def test_kept_files_survive_a_restart(tmp_path, clock):
    stored = cache_in(tmp_path, clock).store("a", SECOND)
    found = cache_in(tmp_path, clock).find("a")
    assert found == stored
    assert found.seconds == 1.0
    assert cache_in(tmp_path, clock).find("b") is None


@pytest.mark.parametrize("damage", [b"", b"RIFF", b"\0" * FILE_BYTES])
def test_a_damaged_file_is_removed(tmp_path, clock, caplog, damage):
    cache = cache_in(tmp_path, clock)
    path = cache.store("a", SECOND).path
    path.write_bytes(damage)
    assert cache.find("a") is None
    assert not path.exists()
    assert "damaged" in caplog.text
    assert cache.store("a", SECOND).path == path


def test_the_least_recently_used_goes_first_also_after_a_restart(tmp_path, clock):
    cache = cache_in(tmp_path, clock, files=3)
    for key in "abc":
        clock.seconds += 100
        cache.store(key, SECOND)
    clock.seconds += 100
    assert cache.find("a")
    clock.seconds += 100
    cache_in(tmp_path, clock, files=3).store("d", SECOND)
    assert names(tmp_path) == ["a", "c", "d"]


def test_a_file_that_is_read_stays_the_same_file(tmp_path, clock):
    cache = cache_in(tmp_path, clock)
    kept = cache.store("a", SECOND)
    written = kept.path.stat().st_mtime_ns
    clock.seconds += 100
    assert cache.find("a") == kept
    status = kept.path.stat()
    assert status.st_mtime_ns == written
    assert status.st_atime == clock.wall().timestamp()


def test_a_file_just_handed_out_is_not_removed(tmp_path, clock):
    cache = cache_in(tmp_path, clock, files=1)
    cache.store("a", SECOND)
    clock.seconds += GRACE_SECONDS / 2
    cache.store("b", SECOND)
    assert names(tmp_path) == ["a", "b"]
    clock.seconds += GRACE_SECONDS
    cache.store("c", SECOND)
    assert names(tmp_path) == ["c"]


def test_leftovers_of_a_killed_process_are_cleared_away(tmp_path, clock):
    folder = tmp_path / "speech"
    folder.mkdir()
    old, young = folder / "a.wav.1.part", folder / "b.wav.2.part"
    for path, age in ((old, 1000), (young, 1)):
        path.write_bytes(b"half")
        moment = clock.wall().timestamp() - age
        os.utime(path, (moment, moment))
    cache_in(tmp_path, clock).store("c", SECOND)
    assert names(tmp_path) == ["b.wav.2", "c"]


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_their_owners_alone_whatever_the_process_is_set_to(tmp_path, clock):
    before = os.umask(0)
    try:
        cache = cache_in(tmp_path, clock)
        kept, private = cache.store("a", SECOND), cache.store_private(SECOND)
    finally:
        os.umask(before)
    assert [mode(path) for path in (tmp_path / "speech", kept.path, private.path)] == [0o700, 0o600, 0o600]


def test_private_texts_have_no_place_in_the_cache(tmp_path, clock):
    cache = cache_in(tmp_path, clock, files=2)
    private = [cache.store_private(SECOND) for _ in range(3)]
    assert len({kept.path for kept in private}) == 3
    assert private[0].seconds == 1.0
    clock.seconds += 2 * GRACE_SECONDS
    for key in "ab":
        cache.store(key, SECOND)
    assert all(kept.path.exists() for kept in private)


def test_private_texts_of_a_killed_process_go_at_the_next_start(tmp_path, clock):
    left = cache_in(tmp_path, clock).store_private(SECOND)
    cache = cache_in(tmp_path, clock)
    ours = cache.store_private(SECOND)
    cache.store("a", SECOND)
    assert (left.path.exists(), ours.path.exists()) == (False, True)


def test_a_private_text_that_cannot_be_written_leaves_nothing(tmp_path, clock):
    (tmp_path / "speech").write_text("a file stands in the way")
    with pytest.raises(CacheFailed, match=str(tmp_path / "speech")):
        cache_in(tmp_path, clock).store_private(SECOND)


def test_a_folder_that_cannot_be_written_is_named(tmp_path, clock):
    (tmp_path / "speech").write_text("a file stands in the way")
    with pytest.raises(CacheFailed, match=str(tmp_path / "speech")):
        cache_in(tmp_path, clock).store("a", SECOND)


def test_what_the_disk_does_not_take_is_kept_in_memory(tmp_path, clock):
    (tmp_path / "speech").write_text("a file stands in the way")
    memory = tmp_path / "memory"
    memory.mkdir()
    cache = AudioCache(tmp_path / "speech", limit_bytes=FILE_BYTES, clock=clock, spare=Spare(memory))
    kept, private = cache.store("a", SECOND), cache.store_private(SECOND)
    assert kept.path.is_relative_to(memory)
    assert (kept.seconds, private.path.read_bytes()) == (1.0, kept.path.read_bytes())
    assert cache.find("a") == kept
    cache.close()
    assert cache.find("a") is None
    assert list(memory.iterdir()) == []


def test_where_memory_takes_nothing_either_it_is_said(tmp_path, clock):
    (tmp_path / "speech").write_text("a file stands in the way")

    class Full(Spare):
        def write(self, name, data):
            raise OSError("full")

    cache = AudioCache(tmp_path / "speech", limit_bytes=FILE_BYTES, clock=clock, spare=Full(tmp_path))
    with pytest.raises(CacheFailed, match=str(tmp_path / "speech")):
        cache.store("a", SECOND)
