"""Voice menus published while calls walk them, on whole running switches with real phones."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from softswitch.app import Notices, running
from softswitch.config import Config
from softswitch.control import ask
from softswitch.events import (
    BranchEntered,
    CallEnded,
    PhoneRegistered,
    TreePublished,
    TreeRolledBack,
)
from softswitch.ivr.publishing.figures import Comparison, Job, Report, TreeFigures, VersionFigures
from softswitch.phone.run import PhoneSetup, telephone
from softswitch.phone.telephone import Telephone
from softswitch.speech.config import SpeechConfig
from tests.fakes.home_line import Diary, local
from tests.fakes.patience import PATIENCE, RUN_PATIENCE
from tests.interface.test_build import ACCOUNTS, PASSWORD, Line, free_ports
from tests.scenarios import short_speech

ROOT = Path(__file__).resolve().parents[2]

TREE = """
tree: bank
language: en
numbers: [{number}]
start: welcome
branches:
  welcome:
    - menu: {{prompt: "{prompt}", keys: {{"1": cards, "0": bye}}, first_digit_s: 30, no_input: {{then: bye}}}}
  cards:
    - goto: {after}
  old:
    - label: old
    - goto: bye
  new:
    - label: new
    - goto: bye
  bye: [hangup]
"""


def bank(prompt: str, after: str, number: str = "700") -> str:
    text = TREE.format(prompt=prompt, after=after, number=number)
    gone = "new" if after == "old" else "old"
    return text.replace(f"  {gone}:\n    - label: {gone}\n    - goto: bye\n", "")


SPOKEN = {
    "exec_command": f"{sys.executable} -S -E {short_speech.__file__} {{text}} {{output}}",
    "chains": {"*": ["exec"], "en": ["exec"]},
}


def line(home: Path) -> Config:
    speech = SpeechConfig.model_validate(SPOKEN)
    return local(home, trees=(home / "bank.yaml",), accounts=ACCOUNTS, speech=speech)


@contextlib.asynccontextmanager
async def calling(here: Line, user: str, number: str) -> AsyncIterator[Telephone]:
    """Let a phone be in a call as long as the context lasts, or the switch ends it."""
    setup = PhoneSetup(user=user, server=f"127.0.0.1:{here.switch.port}", password=PASSWORD, rtp=free_ports())
    async with telephone(setup, lambda line: None) as (phone, _):
        await phone.register()
        await phone.call(number)
        yield phone
        await phone.register(0)


async def report_of(home: Path, verb: str, **arguments: str) -> Report:
    job = await asyncio.to_thread(ask, home, verb, Job, **arguments)
    async with asyncio.timeout(PATIENCE):
        while not job.is_over:
            job = await asyncio.to_thread(ask, home, "trees_job", Job, job=str(job.number))
    assert job.report is not None, job.trouble
    return job.report


def entered(diary: Diary) -> list[tuple[str, str, int]]:
    """Return which call entered which branch of which version."""
    return [
        (entry.call, entry.event.branch, entry.event.version)
        for entry in diary.entries
        if isinstance(entry.event, BranchEntered)
    ]


async def test_a_call_finishes_on_its_version_while_the_next_is_published(tmp_path: Path) -> None:
    diary, path = Diary(), tmp_path / "bank.yaml"
    path.write_text(bank("Press one.", "old"))
    async with running(line(tmp_path), notices=Notices(event=diary.tell)) as switch:
        here = Line(switch, diary, tmp_path)
        async with calling(here, "1001", "700") as first:
            await diary.until(BranchEntered)
            path.write_text(bank("Cards: one.", "new"))
            ahead = await asyncio.to_thread(ask, tmp_path, "trees_difference", Comparison, tree="bank")
            assert (ahead.before, ahead.after) == (1, 0)
            report = await report_of(tmp_path, "trees_publish", by="anna")
            assert (report.done, report.faults, report.changes[0].told) == (True, (), ahead.told)
            async with calling(here, "1002", "700") as second:
                await diary.until(BranchEntered, 2)
                now = await asyncio.to_thread(ask, tmp_path, "trees", list[TreeFigures])
                assert [(one.version, one.calls, one.entered) for one in now] == [(2, 1, True), (1, 1, False)]
                for phone in (first, second):
                    phone.press_by_events("1")
                await diary.until(CallEnded, 2)
        calls = list(dict.fromkeys(call for call, _, _ in entered(diary)))
        ways = [[(branch, at) for one, branch, at in entered(diary) if one == call] for call in calls]
        assert ways == [
            [("welcome", 1), ("cards", 1), ("old", 1), ("bye", 1)],
            [("welcome", 2), ("cards", 2), ("new", 2), ("bye", 2)],
        ]
    published = [entry.event for entry in diary.entries if isinstance(entry.event, TreePublished)]
    assert [(one.version, one.by) for one in published] == [(1, "start"), (2, "anna")]


async def test_numbers_come_and_go_and_what_is_refused_changes_nothing(tmp_path: Path) -> None:
    diary, path = Diary(), tmp_path / "bank.yaml"
    path.write_text(bank("Press one.", "old"))
    tests = tmp_path / "bank.tests.yaml"
    async with running(line(tmp_path), notices=Notices(event=diary.tell)) as switch:
        path.write_text(bank("Press one.", "old", "1002"))
        refused = await report_of(tmp_path, "trees_publish", force="yes")
        assert not refused.done
        assert "accounts.1002" in refused.faults[0]
        path.write_text(bank("Press one.", "old", "701"))
        tests.write_text('tests: {"cards": {do: [press: 1], expect: {path: [welcome, cards, new]}}}')
        refused = await report_of(tmp_path, "trees_publish", force="yes")
        assert not refused.done
        assert refused.red
        here = Line(switch, diary, tmp_path)
        assert switch.trees[0].numbers == ("700",)
        tests.write_text('tests: {"cards": {do: [press: 1], expect: {path: [welcome, cards, old, bye]}}}')
        report = await report_of(tmp_path, "trees_publish")
        assert (report.done, report.tests, report.red) == (True, 1, ())
        assert not await here.phone("1001", "call:700")
        assert await here.phone("1001", "call:701", "hangup")
        back = await report_of(tmp_path, "trees_back", tree="bank", by="jan")
        assert (back.done, back.changes[0].version, switch.trees[0].numbers) == (True, 3, ("700",))
        rolled = await diary.until(TreeRolledBack)
        assert isinstance(rolled.event, TreeRolledBack)
        assert (rolled.event.version, rolled.event.back_to, rolled.event.by) == (3, 1, "jan")
        assert "700" in path.read_text()
    # After a restart the versions are the same, and the file goes on as the last of them.
    async with running(line(tmp_path), notices=Notices(event=diary.tell)) as switch:
        assert [tree.version for tree in switch.trees] == [3]
        kept = await asyncio.to_thread(ask, tmp_path, "trees_versions", list[VersionFigures], tree="bank")
        assert [(one.version, one.by, one.back_to) for one in kept] == [
            (3, "jan", 1),
            (2, "operator", 0),
            (1, "start", 0),
        ]


FALLING = """
import asyncio, os, signal, sys
from pathlib import Path
from softswitch.app import running
from softswitch.ivr.publishing.living import LivingTrees
from softswitch.storage.tree_store import TreeStore
from tests.scenarios.test_publishing import bank, line

async def fall(home, when):
    async with running(line(home)) as switch:
        (home / "bank.yaml").write_text(bank("Cards: one.", "new"))
        def die(*arguments):
            os.kill(os.getpid(), signal.SIGKILL)
        if when == "written":
            LivingTrees.switch_over = die
        else:
            TreeStore.add = die
        switch.signalling.verbs["trees_publish"]({})
        await asyncio.Event().wait()

asyncio.run(fall(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.parametrize(("when", "kept"), [("written", 2), ("before", 1)])
async def test_killed_between_writing_and_switching_one_of_both_is_whole(
    tmp_path: Path, when: str, kept: int
) -> None:
    (tmp_path / "bank.yaml").write_text(bank("Press one.", "old"))
    program = [sys.executable, "-c", FALLING, str(tmp_path), when]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = await asyncio.to_thread(
        subprocess.run,
        program,
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=RUN_PATIENCE,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    with closing(sqlite3.connect(tmp_path / "switch.db")) as database:
        assert database.execute("SELECT count(*) FROM tree_versions").fetchall() == [(kept,)]
    diary = Diary()
    async with running(line(tmp_path), notices=Notices(event=diary.tell)) as switch:
        (tree,) = switch.trees
        assert (tree.version, "new" in tree.branches, "old" in tree.branches) == (2, True, False)
        here = Line(switch, diary, tmp_path)
        assert await here.phone("1001", "call:700", "wait:1", "press:1", "ended:10")
        await diary.until(PhoneRegistered)
        assert [branch for _, branch, _ in entered(diary)] == ["welcome", "cards", "new", "bye"]
