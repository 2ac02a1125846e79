"""What is answered about versions: which there are, and what differs between two."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.ivr.publishing.history import PublishingRefused
from tests.ivr.publishing.rig import Line, bank, shop


async def published(folder: Path, *texts: str) -> Line:
    line = await Line(folder).started(bank(texts[0]))
    for text in texts[1:]:
        line.write(bank(text))
        await line.publisher.publish(by="anna")
    return line


async def test_versions_newest_first(tmp_path: Path) -> None:
    line = await published(tmp_path, "one", "two")
    assert [(one.version, one.by) for one in await line.history.versions("bank")] == [
        (2, "anna"),
        (1, "start"),
    ]
    with pytest.raises(PublishingRefused, match="no menu 'shop'"):
        await line.history.versions("shop")


async def test_n19_by_itself_it_tells_what_publishing_would_change_else_what_it_changed_last(
    tmp_path: Path,
) -> None:
    line = await published(tmp_path, "one", "two")
    last = await line.history.compare("bank")
    assert (last.before, last.after) == (1, 2)
    assert "“one” is now “two”" in last.told[0][0]
    line.write(bank("three"))
    ahead = await line.history.compare("bank")
    assert (ahead.before, ahead.after, ahead.same_text) == (2, 0, False)
    assert "“two” is now “three”" in ahead.told[0][0]


async def test_any_two_versions(tmp_path: Path) -> None:
    line = await published(tmp_path, "one", "two", "three")
    assert "“three” is now “one”" in (await line.history.compare("bank", "3", "1")).told[0][0]
    assert (await line.history.compare("bank", "2", "2")).same_text
    assert "“two” is now “three”" in (await line.history.compare("bank", "2")).told[0][0]
    assert (await line.history.compare("bank", "file", "3")).told == ()


async def test_notes_alone_are_no_difference_but_another_text(tmp_path: Path) -> None:
    line = await published(tmp_path, "one")
    line.write("# A note.\n" + bank("one"))
    found = await line.history.compare("bank")
    assert (found.told, found.same_text) == ((), False)


async def test_what_cannot_be_compared(tmp_path: Path) -> None:
    line = await published(tmp_path, "one")
    for words, reason in (
        (("bank", "x", ""), "'x' is no version"),
        (("bank", "1", "9"), "no version 9, only 1 to 1"),
        (("shop",), "no menu 'shop'"),
        (("shop", "1", "2"), "no menu 'shop'"),
        (("shop", "file", "file"), "no menu 'shop'"),
    ):
        with pytest.raises(PublishingRefused, match=reason):
            await line.history.compare(*words)
    line.write("tree: bank\n")
    with pytest.raises(PublishingRefused, match="is missing"):
        await line.history.compare("bank")
    sound = bank("one").replace('say: "one"', "play: gone.wav")
    kept = line.versions.kept[0]
    line.versions.kept[0] = type(kept)("bank", 1, kept.path, type(kept.content)(sound, {}), kept.at, kept.by)
    with pytest.raises(PublishingRefused, match=r"version 1 can no longer be read:\n.*gone\.wav"):
        await line.history.compare("bank", "1", "1")


async def test_what_there_is_now(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank(), shop())
    first, second = line.history.figures()
    assert (first.tree, first.version, first.numbers, first.calls, first.by) == (
        "bank",
        1,
        ("100",),
        0,
        "start",
    )
    assert (first.path, first.entered) == (str(tmp_path / "bank.yaml"), True)
    assert second.tree == "shop"
