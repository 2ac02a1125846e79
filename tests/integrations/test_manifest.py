from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import msgspec

from softswitch.integrations.manifest import BEGINNING, Head, Line, Manifest, line_hash
from tests.fakes.clock import START

DAY = timedelta(days=1)


def lines(folder: Path) -> list[bytes]:
    return [line for path in Manifest(folder).files() for line in path.read_bytes().splitlines()]


def add(manifest: Manifest, number: int, now: object = START) -> None:
    manifest.add(f"{number}.wav", number, hashlib.sha256(bytes([number])).hexdigest(), now)  # type: ignore[arg-type]


def test_each_line_holds_the_hash_of_the_one_before(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path / "m")
    for number in range(3):
        add(manifest, number)
    written = lines(tmp_path / "m")
    read = [msgspec.json.decode(one, type=Line) for one in written]
    assert [one.number for one in read] == [1, 2, 3]
    assert [one.previous for one in read] == [BEGINNING, line_hash(written[0]), line_hash(written[1])]
    assert read[2].name == "2.wav"
    head = msgspec.json.decode(manifest.head(START), type=Head)
    assert head == Head(3, line_hash(written[2]))


def test_the_chain_goes_on_over_days_and_starts(tmp_path: Path) -> None:
    add(Manifest(tmp_path), 1, START)
    add(Manifest(tmp_path), 2, START + DAY)
    add(Manifest(tmp_path), 3, START + 40 * DAY)
    assert [path.name for path in Manifest(tmp_path).files()] == [
        "manifest-2026-01-05.jsonl",
        "manifest-2026-01-06.jsonl",
        "manifest-2026-02-14.jsonl",
    ]
    written = lines(tmp_path)
    assert msgspec.json.decode(written[2], type=Line).previous == line_hash(written[1])


def test_what_comes_twice_is_written_once(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    add(manifest, 1)
    add(manifest, 1)
    add(Manifest(tmp_path), 1, START + 3 * DAY)
    assert len(lines(tmp_path)) == 1


def test_a_file_that_is_taken_away_has_a_line_once(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    add(manifest, 1)
    manifest.erase("1.wav", "retention", START)
    manifest.erase("1.wav", "retention", START)
    last = msgspec.json.decode(lines(tmp_path)[-1], type=Line)
    assert (last.number, last.name, last.erased, last.why) == (2, "1.wav", True, "retention")


def test_a_line_that_a_fault_cut_off_is_taken_away(tmp_path: Path) -> None:
    add(Manifest(tmp_path), 1)
    add(Manifest(tmp_path), 2, START + DAY)
    newest = tmp_path / "manifest-2026-01-06.jsonl"
    newest.write_bytes(newest.read_bytes()[:-7])
    add(Manifest(tmp_path), 3, START + DAY)
    written = lines(tmp_path)
    read = [msgspec.json.decode(one, type=Line) for one in written]
    assert [(one.number, one.name) for one in read] == [(1, "1.wav"), (2, "3.wav")]
    assert read[1].previous == line_hash(written[0])


def test_a_clock_that_goes_back_does_not_break_the_chain(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    add(manifest, 1, START + DAY)
    add(manifest, 2, START)
    written = lines(tmp_path)
    assert msgspec.json.decode(written[1], type=Line).previous == line_hash(written[0])


def test_nobody_else_reads_it(tmp_path: Path) -> None:
    add(Manifest(tmp_path / "m"), 1)
    [path] = Manifest(tmp_path / "m").files()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
