"""One switch has the home folder, says who it is, and nobody begins where nothing can be written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from softswitch import home
from softswitch.errors import StartError


def test_who_has_the_folder_is_known_while_it_has_it(tmp_path: Path) -> None:
    assert home.holder(tmp_path) is None
    with home.owned(tmp_path / "new"):
        assert home.holder(tmp_path / "new") == str(os.getpid())
    assert home.holder(tmp_path / "new") is None


def test_a_second_switch_is_told_whom_to_stop_and_takes_nothing_away(tmp_path: Path) -> None:
    with home.owned(tmp_path):
        for _ in range(2):
            with pytest.raises(StartError) as caught, home.owned(tmp_path):
                pass
            assert str(caught.value) == (
                f"another switch is running with the folder {tmp_path} (process {os.getpid()}): stop it "
                f"(kill {os.getpid()}), or give this one a folder of its own with --home"
            )
        assert home.holder(tmp_path) == str(os.getpid())


def test_the_number_of_an_earlier_switch_is_written_over(tmp_path: Path) -> None:
    (tmp_path / home.LOCK).write_text("123456789\n", encoding="ascii")
    with home.owned(tmp_path):
        assert home.holder(tmp_path) == str(os.getpid())


def test_a_lock_that_names_nobody_is_a_lock_all_the_same(tmp_path: Path) -> None:
    with home.owned(tmp_path):
        (tmp_path / home.LOCK).write_text("", encoding="ascii")
        assert home.holder(tmp_path) == ""
    assert home.taken(tmp_path, "") == (
        f"another switch is running with the folder {tmp_path}: stop it, "
        "or give this one a folder of its own with --home"
    )


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with (
        pytest.raises(StartError, match=f"^cannot write in {tmp_path}/file/home: "),
        home.owned(tmp_path / "file" / "home"),
    ):
        pass
    assert home.obstacle(tmp_path / "file" / "home") == (
        f"cannot write in {tmp_path}/file/home: {tmp_path}/file is no folder"
    )


def test_a_folder_that_is_not_there_yet_is_judged_by_the_one_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home.obstacle(tmp_path / "a" / "b") == ""
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)
    assert home.obstacle(tmp_path / "a").endswith(f"{tmp_path} may not be written by this user")


def test_a_full_disk_is_told_in_megabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        total: int
        used: int
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100, 100, 3_000_000))
    assert home.obstacle(tmp_path).startswith(f"the disk with {tmp_path} is full: 3 MB are free, ")
