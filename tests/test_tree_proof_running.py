"""Tests of trees as calls to the line that runs: only what rings nobody, judged by the log of the line."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from softswitch.app import Notices, running
from softswitch.clock import SystemClock
from softswitch.config import AccountConfig, Config, load_config
from softswitch.errors import StartError
from softswitch.events import CallEnded, SwitchStarted
from softswitch.ivr.proof.model import Verdict
from softswitch.ivr.proof.reading import suites_at
from softswitch.storage.database import opened
from softswitch.storage.event_store import EventStore
from softswitch.storage.place import file_url
from softswitch.tree_proof_running import calls_as, prove_running
from tests.fakes.patience import PATIENCE
from tests.scenarios import short_speech

TREE = """\
tree: office
language: en
numbers: [100]
start: welcome
branches:
  welcome:
    - menu:
        prompt: "One."
        keys: {1: hours, 2: number, 3: sales, 4: desk, 5: polish, 6: keeps, 7: who}
        first_digit_s: 3
        no_input: {repeat: 1, then: bye}
        no_match: {repeat: 0, then: bye}
  hours:
    - by_hours: {schedule: office, open: open, closed: bye, special: bye}
  open:
    - say: "Open."
    - goto: bye
  number:
    - gather: {prompt: "Two.", variable: number, max: 3, not_entered: bye}
    - goto: bye
  sales:
    - queue: {name: sales, keys: {0: bye}}
  desk:
    - dial: {target: 1002, busy: bye, no_answer: bye, unreachable: bye, declined: bye}
  who:
    - identify: {refused: bye, locked: bye}
  polish:
    - language: pl
    - goto: bye
  keeps:
    - language: {language: pl, remember: yes}
    - goto: bye
  bye:
    - say: {pl: "Do widzenia.", en: "Bye."}
    - hangup
"""
TESTS = """\
tests:
  "silence": {expect: {path: [welcome, bye], heard: ["Bye."]}}
  "nine": {do: [press: 9], expect: {path: [welcome, bye]}}
  "a number": {do: [{press: 2}, {press: 47#}], expect: {path: [welcome, number, bye]}}
  "leaves": {do: [silent, hang_up], expect: {path: [welcome], end: caller_hung_up}}
  "Polish": {do: [press: 5], expect: {heard: ["Do widzenia."]}}
  "when it is open": {given: {at: 2026-01-05 10:00}, do: [press: 1], expect: {heard: [Open.]}}
  "by a switch": {given: {hours: {office: closed}}, do: [press: 1], expect: {path: [welcome, hours, bye]}}
  "to people": {do: [{press: 3}, {queue: full}]}
  "to the desk": {do: [{press: 4}, {dial: busy}]}
  "leaves while it rings": {do: [{press: 4}, {dial: no_answer}, hang_up]}
  "leaves a question who it is": {do: [{press: 7}, hang_up]}
  "kept": {do: [press: 6]}
  "in an outage": {given: {outage: "Later."}}
  "wrong": {do: [press: 9], expect: {path: [welcome]}}
"""
SPEAKS = f"{sys.executable} -S -E {short_speech.__file__} {{text}} {{output}}"
CALLED = {"silence", "nine", "a number", "leaves", "Polish", "when it is open"}


def line(folder: Path) -> Config:
    """Write a line with two phones and a queue on a port that is free."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "softswitch.yaml").write_text(
        f"sip: {{port: {port}, bind: 127.0.0.1}}\nhome: data\ntrees: [office.yaml]\n"
        "accounts:\n  1001: {password: a-long-one-1}\n  1002: {password: a-long-one-2}\n"
        "schedules: {office: {name: Office, week: {mon-sun: '0:00-24:00'}, key: 1}}\n"
        "queues:\n  sales: {number: 300, language: en, members: [1002]}\n"
        f"speech: {{exec_command: '{SPEAKS}', chains: {{'*': [exec]}}}}\n",
        encoding="utf-8",
    )
    (folder / "office.yaml").write_text(TREE, encoding="utf-8")
    (folder / "office.tests.yaml").write_text(TESTS, encoding="utf-8")
    return load_config(folder / "softswitch.yaml")


async def proved(folder: Path, config: Config):
    """Call what can be called; return the results and what was left out."""
    (suite,) = suites_at([folder / "office.yaml"])
    left_out: dict[str, str] = {}
    async with asyncio.timeout(PATIENCE):
        results = await prove_running(
            config,
            suite,
            calls_as(config, "", None),
            lambda result: None,
            lambda test, why: left_out.setdefault(test.name, why),
        )
    return {one.test.name: one for one in results}, left_out


async def is_written_down(config: Config) -> None:
    """Wait until the log on the disk tells of the start."""
    async with asyncio.timeout(PATIENCE), opened(file_url(config.home), create=False) as database:
        while await EventStore(database, SystemClock()).last_of(SwitchStarted) is None:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)


async def test_n04_the_running_line_is_called_with_what_disturbs_nobody(tmp_path):
    config = line(tmp_path)
    # It may have been started on another port than its file says.
    async with running(config.overridden(port=0)) as switch:
        await is_written_down(config)
        results, left_out = await proved(tmp_path, config)
        # Nobody is rung at the phone that called.
        assert switch.signalling.registrar.bindings("1001") == ()
    assert {name: one.differences for name, one in results.items() if name in CALLED} == dict.fromkeys(
        CALLED, ()
    )
    assert results.keys() == {*CALLED, "wrong"}
    assert results["wrong"].verdict is Verdict.FAILED
    assert left_out == {
        "by a switch": "at this time of day its call goes another way",
        "to people": "it comes to sales 1 (queue)",
        "to the desk": "it comes to desk 1 (dial)",
        "leaves while it rings": "it comes to desk 1 (dial)",
        "leaves a question who it is": "it comes to who 1 (identify)",
        "kept": "keeps 1 (language) keeps what the caller chooses",
        "in an outage": "it gives an outage",
    }


async def test_what_is_not_published_is_a_difference(tmp_path):
    config = line(tmp_path)
    async with running(config):
        (tmp_path / "office.yaml").write_text(
            TREE.replace("no_match: {repeat: 0, then: bye}", "no_match: {repeat: 0, then: polish}")
        )
        (tmp_path / "office.tests.yaml").write_text("tests: {nine: {do: [press: 9]}}\n")
        results, _ = await proved(tmp_path, config)
    (difference,) = results["nine"].differences
    assert difference.startswith("the real call goes another way: after welcome comes bye")


async def test_a_call_that_leaves_the_tested_way_is_left_before_anybody_waits_for_it(tmp_path):
    config, told = line(tmp_path), list[object]()
    async with running(config, notices=Notices(event=lambda entry: told.append(entry.event))):
        # What is published leads to people; the file does not any more.
        (tmp_path / "office.yaml").write_text(TREE.replace("3: sales", "3: bye"))
        (tmp_path / "office.tests.yaml").write_text("tests: {three: {do: [press: 3]}}\n")
        results, _ = await proved(tmp_path, config)
    (difference,) = results["three"].differences
    assert "comes sales, in the simulated one bye" in difference
    (ended,) = [one for one in told if isinstance(one, CallEnded)]
    assert ended.reason == "caller_hung_up"


async def test_a_line_that_does_not_run_is_said(tmp_path):
    config = line(tmp_path)
    with pytest.raises(StartError, match=r"no switch runs in .*data: start it, or leave --running out"):
        await proved(tmp_path, config)


ACCOUNTS = {"1001": AccountConfig(ha1="a" * 32), "1002": AccountConfig(password="a-long-one")}


@pytest.mark.parametrize(
    ("user", "password", "caller"),
    [
        ("", None, ("1002", "a-long-one")),
        ("1001", "mine", ("1001", "mine")),
        ("1002", None, ("1002", "a-long-one")),
    ],
)
def test_who_calls(user, password, caller):
    found = calls_as(Config(accounts=ACCOUNTS), user, password)
    assert (found.user, found.password) == caller
    assert caller[1] not in repr(found)


@pytest.mark.parametrize(
    ("accounts", "user", "why"),
    [
        (ACCOUNTS, "1009", "there is no account 1009 to call from"),
        (ACCOUNTS, "1001", "the password of 1001 is not written down: give it as SOFTSWITCH_PASSWORD"),
        ({}, "", "no account has a password here"),
    ],
)
def test_nobody_to_call_as(accounts, user, why):
    with pytest.raises(StartError, match=why):
        calls_as(Config(accounts=accounts), user, None)
