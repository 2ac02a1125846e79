"""Files as they are read to be published, and put back."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from softswitch.ivr.publishing.reading import put_back, read_files, sounds_of
from softswitch.ivr.source import text_at
from tests.ivr.publishing.rig import bank
from tests.ivr.written import sound_file


def test_every_problem_of_every_file_and_every_tree_that_has_none(tmp_path: Path) -> None:
    good, bad, gone, latin = (tmp_path / f"{name}.yaml" for name in ("good", "bad", "gone", "latin"))
    good.write_bytes(b"\xef\xbb\xbf" + bank().replace("\n", "\r\n").encode())
    bad.write_text("tree: x\n")
    latin.write_bytes("# zażółć".encode("iso-8859-2"))
    found, problems = read_files([good, bad, gone, latin])
    assert [one.tree.name for one in found] == ["bank"]
    assert found[0].content.text == bank().replace("\n", "\r\n") == text_at(good)
    told = "\n".join(map(str, problems))
    assert {problem.path for problem in problems} == {str(bad), str(gone), str(latin)}
    assert "No such file" in told
    assert "not UTF-8" in told


def test_the_sounds_of_a_tree_by_their_checksums(tmp_path: Path) -> None:
    (tmp_path / "line" / "sounds").mkdir(parents=True)
    sound = sound_file(tmp_path / "line" / "sounds" / "hello.wav")
    other = sound_file(tmp_path / "other.wav", 0.2)
    path = tmp_path / "line" / "bank.yaml"
    path.write_text(
        bank().replace('say: "Good morning."', "play: sounds/hello.wav\n    - play: ../other.wav")
    )
    (found,), problems = read_files([path])
    assert problems == []
    assert found.content.sounds == {
        "sounds/hello.wav": hashlib.sha256(sound.read_bytes()).hexdigest(),
        str(other): hashlib.sha256(other.read_bytes()).hexdigest(),
    }
    sound.unlink()
    assert sounds_of(found.tree)["sounds/hello.wav"] == ""


def test_a_file_is_put_back_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    path.write_text("published")
    assert put_back(path, "earlier", published="published") is None
    assert path.read_text() == "earlier"
    kept = put_back(path, "first", published="published")
    assert kept is not None
    assert (path.read_text(), kept.read_text()) == ("first", "earlier")
    path.unlink()
    assert put_back(path, "first", published="x") is None
    assert path.read_text() == "first"
    folder = tmp_path / "gone"
    with pytest.raises(FileNotFoundError):
        put_back(folder / "bank.yaml", "x", published="y")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bank.yaml", "bank.yaml.unpublished"]


def test_what_was_kept_once_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    for changes in ("first changes", "second changes"):
        path.write_text(changes)
        put_back(path, "earlier", published="published")
        # The version could not be written down then, and it is tried again.
        assert put_back(path, "earlier", published="published") is None
    assert (tmp_path / "bank.yaml.unpublished").read_text() == "first changes"
    assert (tmp_path / "bank.yaml.unpublished-2").read_text() == "second changes"


def test_behind_a_link_the_file_itself_is_put_back(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_text("published")
    link.symlink_to(real)
    put_back(link, "earlier", published="published")
    assert link.is_symlink()
    assert real.read_text() == "earlier"
