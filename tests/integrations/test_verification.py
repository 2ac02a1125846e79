"""What is found out about a folder of recordings that somebody has had his hands in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from softswitch.integrations.manifest import HEAD, Manifest
from softswitch.integrations.verification import digest, verify
from tests.fakes.clock import START

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()
FIRST, SECOND = "manifest-2026-01-05.jsonl", "manifest-2026-01-06.jsonl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with seven recordings of two days, one of them erased."""
    manifest = Manifest(tmp_path, key=KEY)
    for number in range(7):
        now = START + timedelta(days=number // 4)
        name = f"{now:%Y-%m-%d}/{number}.wav"
        content = bytes([number]) * (100 + number)
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
        manifest.add(name, len(content), hashlib.sha256(content).hexdigest(), now)
    (tmp_path / "2026-01-05/1.wav").unlink()
    manifest.erase("2026-01-05/1.wav", "retention", now)
    (tmp_path / HEAD).write_bytes(manifest.head(now))
    return tmp_path


def test_n24_an_untouched_folder_has_no_faults(folder: Path) -> None:
    found = verify(folder, key=PUBLIC)
    assert found.faults == found.notes == []
    assert (found.lines, found.files, found.signed) == (8, 6, True)
    assert verify(folder).signed is False


def test_n24_every_changed_octet_of_a_recording_is_found(folder: Path) -> None:
    path = folder / "2026-01-06/5.wav"
    whole = path.read_bytes()
    for place in range(0, len(whole), 13):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert verify(folder).faults == ["2026-01-06/5.wav: its content is not what was put there"]


@pytest.mark.parametrize("name", [FIRST, SECOND])
def test_n24_every_changed_octet_of_a_list_is_found(folder: Path, name: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert verify(folder).faults, place


def _without(place: int) -> Callable[[list[bytes]], list[bytes]]:
    return lambda lines: lines[:place] + lines[place + 1 :]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (_without(0), "manifest-2026-01-05.jsonl line 1: the chain is broken: the list begins with line 2"),
        (_without(2), "manifest-2026-01-05.jsonl line 3: the chain is broken"),
        (_without(3), "manifest-2026-01-06.jsonl line 1: the chain is broken"),
        (lambda lines: [lines[0], lines[0], *lines[1:]], "manifest-2026-01-05.jsonl line 2: the chain"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "manifest-2026-01-05.jsonl line 1: the chain"),
        (lambda lines: [*lines[:2], b"nonsense", *lines[3:]], "line 3: this is no line"),
    ],
)
def test_a_list_that_was_changed_says_where(
    folder: Path, change: Callable[[list[bytes]], list[bytes]], fault: str
) -> None:
    path = folder / FIRST
    path.write_bytes(b"".join(line + b"\n" for line in change(path.read_bytes().splitlines())))
    assert any(fault in one for one in verify(folder).faults), verify(folder).faults


def test_n24_lines_missing_at_the_end_are_missed(folder: Path) -> None:
    path = folder / SECOND
    path.write_bytes(b"\n".join(path.read_bytes().split(b"\n")[:-2]) + b"\n")
    assert any("lines at the end" in one for one in verify(folder).faults)
    path.unlink()
    assert any("lines at the end" in one for one in verify(folder).faults)
    (folder / HEAD).unlink()
    assert any("it is missing" in one for one in verify(folder).faults)


def test_n24_who_writes_the_head_anew_lacks_the_key(folder: Path) -> None:
    forged = Manifest(folder, key=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    (folder / "2026-01-06/x.wav").write_bytes(b"forged")
    forged.add("2026-01-06/x.wav", 6, hashlib.sha256(b"forged").hexdigest(), START + timedelta(days=1))
    (folder / HEAD).write_bytes(forged.head(START))
    assert verify(folder).faults == []
    assert verify(folder, key=PUBLIC).faults == ["manifest.head: it is not signed by this key"]


def test_a_head_that_lags_behind_is_noted(folder: Path) -> None:
    behind = (folder / HEAD).read_bytes()
    manifest = Manifest(folder, key=KEY)
    (folder / "late.wav").write_bytes(b"1")
    manifest.add("late.wav", 1, hashlib.sha256(b"1").hexdigest(), START + timedelta(days=1))
    (folder / HEAD).write_bytes(behind)
    found = verify(folder, key=PUBLIC)
    assert found.faults == []
    assert found.notes == ["manifest.head: it ends at line 8, the list goes on to 9"]


def test_what_is_missing_or_strange_is_named(folder: Path) -> None:
    (folder / "2026-01-05/0.wav").unlink()
    (folder / "2026-01-05/new.wav").write_bytes(b"x")
    found = verify(folder)
    assert found.faults == ["2026-01-05/0.wav: it is missing"]
    assert found.notes == ["2026-01-05/new.wav: it stands in no list"]


def test_a_list_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    inner = tmp_path / "drop"
    manifest = Manifest(inner)
    manifest.add("../secret", 6, digest(tmp_path / "secret"), START)
    (inner / HEAD).write_bytes(manifest.head(START))
    assert verify(inner).faults == ["../secret: the list names a file outside the folder"]


def test_a_folder_without_a_list_proves_nothing(tmp_path: Path) -> None:
    assert verify(tmp_path).faults == [f"{tmp_path}: there is no manifest in this folder"]
