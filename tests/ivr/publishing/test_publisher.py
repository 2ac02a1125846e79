"""Publishing and rolling back: what callers enter afterwards, what is kept and told, and what is refused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from softswitch.errors import Problem, SoftswitchError
from softswitch.events import TreePublished, TreeRolledBack, TreeWithdrawn
from softswitch.ivr.loader import load_tree
from softswitch.ivr.publishing.history import PublishingRefused
from softswitch.ivr.publishing.publisher import Judged
from softswitch.ivr.publishing.version_model import Content
from tests.ivr.publishing.rig import InMemory, Line, bank, shop

WARNING = Problem("bank.yaml", 7, "branch welcome", "no way leads to a person")
FAULT = Problem("bank.yaml", 3, "numbers", "100 is also an account")


async def test_a_start_keeps_what_it_finds_once(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank(), shop())
    assert line.told == [
        TreePublished("bank", 1, Content(bank(), {}).checksum, "start"),
        TreePublished("shop", 1, Content(shop(), {}).checksum, "start"),
    ]
    again = Line(tmp_path, line.versions)
    await again.publisher.begin([load_tree(tmp_path / "bank.yaml"), load_tree(tmp_path / "shop.yaml")])
    assert (again.told, again.version(), again.living.numbers) == ([], 1, ("100", "200"))


async def test_at_a_start_the_file_on_the_disk_is_what_counts(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank())
    line.write(bank("Good evening."))
    again = Line(tmp_path, line.versions)
    await again.publisher.begin([load_tree(tmp_path / "bank.yaml")])
    assert (again.heard(), again.version()) == ("Good evening.", 2)
    assert again.told == [TreePublished("bank", 2, Content(bank("Good evening."), {}).checksum, "start")]


async def test_a_start_tells_of_a_menu_that_publishing_would_have_refused(tmp_path: Path) -> None:
    line = await Line(tmp_path, red=("sales: not red",)).started(bank(), shop())
    assert line.told == line.steps  # What is there from the first start on is not looked at.
    line.write(bank("Good evening."))
    again = Line(tmp_path, line.versions, red=("sales: not red",))
    trees = [load_tree(tmp_path / "bank.yaml"), load_tree(tmp_path / "shop.yaml")]
    (warning,) = await again.publisher.begin(trees)
    assert warning.startswith("the menu 'bank' was changed and not published, and tests of it fail")
    assert (again.heard(), again.steps[-1]) == ("Good evening.", ("tested", "bank"))
    green = Line(tmp_path, line.versions)
    assert await green.publisher.begin(trees) == ()


async def test_publishing_goes_in_this_order(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank(), shop())
    line.write(bank("Good evening."))
    line.steps.clear()
    report = await line.publisher.publish(by="anna")
    checksum = Content(bank("Good evening."), {}).checksum
    assert line.steps == [
        ("judged", ("bank", "shop"), ("bank",)),
        ("tested", "bank"),
        # Prompts are ready while callers still enter the old one.
        ("spoken", "Good morning.", 1),
        TreePublished("bank", 2, checksum, "anna"),
    ]
    assert (line.heard(), line.version(), line.version("shop")) == ("Good evening.", 2, 1)
    (change,) = report.changes
    assert (report.done, report.tests, change.before, change.version, change.checksum) == (
        True,
        2,
        1,
        2,
        checksum,
    )
    assert "“Good morning.” is now “Good evening.”" in change.told[0][0]
    assert [(one.number, one.by) for one in await line.versions.all("bank", limit=9)] == [
        (2, "anna"),
        (1, "start"),
    ]


async def test_where_nothing_changed_nothing_is_done(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank())
    line.steps.clear()
    report = await line.publisher.publish(by="anna")
    assert (report.done, report.changes, line.steps, len(line.versions.kept)) == (True, (), [], 1)


@pytest.mark.parametrize(
    ("trouble", "force"),
    [
        ({"judged": Judged(faults=(FAULT,))}, True),
        ({"red": ("test hours: end: hung_up was to be",)}, True),
        ({"judged": Judged(warnings=(WARNING,))}, False),
        ({"unspoken": ("no voice can speak it",)}, False),
    ],
)
async def test_what_is_refused_leaves_everything_as_it_was(
    tmp_path: Path, trouble: dict[str, object], force: bool
) -> None:
    line = await Line(tmp_path).started(bank())
    before = line.living.all
    line.steps.clear()
    for name, value in trouble.items():
        setattr(line, name, value)
    line.write(bank("Good evening.", "101"))
    report = await line.publisher.publish(by="anna", force=force)
    assert not report.done
    assert report.faults or report.red or report.warnings
    assert (line.living.all, line.told, len(line.versions.kept)) == (before, [], 1)


async def test_warnings_alone_can_be_overruled(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank())
    polish = {str(WARNING): "po polsku"}
    line.judged, line.unspoken = Judged(warnings=(WARNING,), polish=polish), ("no voice",)
    line.write(bank("Good evening."))
    report = await line.publisher.publish(by="anna", force=True)
    assert report.polish == polish
    assert (report.done, report.warnings, line.version()) == (True, (str(WARNING), "no voice"), 2)


async def test_a_file_with_a_fault_takes_no_tree_away(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank(), shop())
    line.write(bank().replace("hangup", "hang_up"))
    report = await line.publisher.publish(by="anna", force=True)
    assert not report.done
    assert "unknown action" in report.faults[0]
    assert "nieznany krok" in report.polish[report.faults[0]]
    assert (report.withdrawn, line.living.numbers) == ((), ("100", "200"))


async def test_a_number_that_another_menu_has_is_refused(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank(), shop())
    line.write(bank(number="200"))
    report = await line.publisher.publish([tmp_path / "bank.yaml"], by="anna")
    assert not report.done
    assert "200" in report.faults[0]
    assert line.living.numbers == ("100", "200")


async def test_of_named_files_the_others_stay_as_they_are(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank(), shop())
    line.write(bank("Good evening."))
    line.write("this is no tree", "shop")
    report = await line.publisher.publish([tmp_path / "bank.yaml"], by="anna")
    assert (report.done, line.heard(), line.version("shop")) == (True, "Good evening.", 1)
    with pytest.raises(PublishingRefused, match="no menu of this line"):
        await line.publisher.publish([tmp_path / "other.yaml"], by="anna")


async def test_trees_come_and_go_with_their_files(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank())
    (tmp_path / "bank.yaml").unlink()
    line.write(shop(), "shop")
    report = await line.publisher.publish(by="anna")
    assert (report.withdrawn, line.living.numbers, line.version("bank")) == (("bank",), ("200",), 0)
    assert line.told[-2:] == [
        TreePublished("shop", 1, Content(shop(), {}).checksum, "anna"),
        TreeWithdrawn("bank", "anna"),
    ]
    # It may come again, and its versions go on.
    line.write(bank())
    assert (await line.publisher.publish(by="anna")).changes[0].before == 1
    assert line.version() == 2


async def test_when_a_version_cannot_be_kept_nobody_enters_it(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank())
    line.versions.broken = SoftswitchError("the disk is full")
    line.write(bank("Good evening."))
    with pytest.raises(SoftswitchError, match="disk is full"):
        await line.publisher.publish(by="anna")
    assert (line.heard(), len(line.told)) == ("Good morning.", 1)


# Back


async def test_an_earlier_version_is_walked_again_and_its_file_put_back(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank())
    path = line.write(bank("Good evening."))
    path.chmod(0o640)
    await line.publisher.publish(by="anna")
    report = await line.publisher.back("bank", by="jan")
    assert (report.done, line.heard(), line.version()) == (True, "Good morning.", 3)
    assert line.told[-1] == TreeRolledBack("bank", 3, 1, Content(bank(), {}).checksum, "jan")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == (bank(), 0o640)
    assert line.files() == ["bank.yaml"]
    # The next start goes on with it.
    again = Line(tmp_path, line.versions)
    await again.publisher.begin([load_tree(path)])
    assert (again.told, again.version()) == ([], 3)


async def test_going_back_twice_goes_two_versions_back(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank("one"))
    for text in ("two", "three"):
        line.write(bank(text))
        await line.publisher.publish(by="anna")
    await line.publisher.back("bank", by="jan")
    assert line.heard() == "two"
    await line.publisher.back("bank", by="jan")
    assert line.heard() == "one"
    with pytest.raises(PublishingRefused, match="no version before"):
        await line.publisher.back("bank", by="jan")
    await line.publisher.back("bank", 3, by="jan")
    assert line.heard() == "three"


async def test_changes_that_were_not_published_are_kept(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank("one"))
    line.write(bank("two"))
    await line.publisher.publish(by="anna")
    line.write(bank("half done"))
    report = await line.publisher.back("bank", by="jan")
    kept = tmp_path / "bank.yaml.unpublished"
    assert (kept.read_text(), str(kept) in report.notes[0][0]) == (bank("half done"), True)
    assert line.heard() == "one"


async def test_what_cannot_be_gone_back_to(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank("one"))
    line.write(bank("two"))
    await line.publisher.publish(by="anna")
    with pytest.raises(PublishingRefused, match="no menu 'bnk'"):
        await line.publisher.back("bnk", by="jan")
    with pytest.raises(PublishingRefused, match="no version 7, only 1 to 2"):
        await line.publisher.back("bank", 7, by="jan")
    with pytest.raises(PublishingRefused, match="walk now"):
        await line.publisher.back("bank", 2, by="jan")
    line.judged = Judged(faults=(FAULT,))
    report = await line.publisher.back("bank", by="jan")
    assert (report.done, report.faults, line.heard()) == (False, (str(FAULT),), "two")


async def test_a_file_that_cannot_be_put_back_is_told_of_and_callers_are_helped_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, text: str, *, published: str) -> None:
        raise PermissionError(13, "Permission denied")

    line = await Line(tmp_path).started(bank("one"))
    line.write(bank("two"))
    await line.publisher.publish(by="anna")
    monkeypatch.setattr("softswitch.ivr.publishing.publisher.put_back", refuse)
    report = await line.publisher.back("bank", by="jan")
    assert (report.done, line.heard()) == (True, "one")
    assert "Permission denied" in report.notes[0][0]


async def test_a_fall_between_writing_and_switching_leaves_one_of_both_whole(tmp_path: Path) -> None:
    line = await Line(tmp_path).started(bank("one"))
    line.write(bank("two"))
    kept = InMemory(list(line.versions.kept))
    await line.publisher.publish(by="anna")
    # Fallen before the version was kept, and after: each start finds one whole tree, and counts it once.
    for versions in (kept, InMemory(list(line.versions.kept))):
        again = Line(tmp_path, versions)
        await again.publisher.begin([load_tree(tmp_path / "bank.yaml")])
        assert (again.heard(), again.version(), len(versions.kept)) == ("two", 2, 2)
