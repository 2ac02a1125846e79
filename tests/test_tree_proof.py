"""Tests of trees as real calls: the real switch, real telephones, and the same way as in the simulator."""

from __future__ import annotations

from pathlib import Path

from softswitch.config import load_config
from softswitch.ivr.proof.model import Verdict
from softswitch.ivr.proof.reading import suites_at
from softswitch.tree_proof import prove_live

TREE = """\
tree: office
language: en
numbers: [100]
start: welcome
branches:
  welcome:
    - menu:
        prompt: "One."
        keys: {1: desk, 2: number, 3: sales, 4: tongue, 6: road}
        slower_key: 5
        remember_pace: yes
        first_digit_s: 2
        no_input: {repeat: 1, then: bye}
        no_match: {repeat: 0, then: bye}
  desk:
    - label: "Desk"
    - dial: {target: 1002, ring_s: 2, busy: bye, no_answer: bye, unreachable: bye, after: welcome}
  road:
    - dial: {target: "+48600100200", ring_s: 2, busy: bye, no_answer: bye, unreachable: bye}
  number:
    - gather: {prompt: "Two.", variable: number, max: 3, sensitive: yes, not_entered: bye}
    - goto: bye
  sales:
    - queue: {name: sales, keys: {0: bye}}
  tongue:
    - language: {chosen: bye}
    - menu: {prompt: "English: one.", keys: {1: english, 2: polish}, no_input: {repeat: 0, then: bye}}
  english:
    - language: {language: en, remember: yes}
    - goto: bye
  polish:
    - language: {language: pl, remember: yes}
    - goto: bye
  bye:
    - say: {pl: "Do widzenia.", en: "Bye."}
    - hangup
"""
TESTS = """\
tests:
  "nobody presses anything": {expect: {path: [welcome, bye]}}
  "nothing is under nine": {do: [press: 9], expect: {path: [welcome, bye]}}
  "the desk is called": {do: [press: 1]}
  "a secret number": {do: [{press: 2}, {press: 47#}], expect: {path: [welcome, number, bye]}}
  "on the road": {do: [{press: 6}, {dial: busy}], expect: {path: [welcome, road, bye]}}
  "sales and out again": {do: [{press: 3}, {queue: answered}, {press: 0}], expect: {queue: sales}}
  "the caller leaves": {do: [silent, hang_up], expect: {path: [welcome], end: caller_hung_up}}
  "English": {do: [{press: 4}, {press: 1}], expect: {path: [welcome, tongue, english, bye]}}
  "Polish": {given: {remembered: {language: pl}}, do: [press: 4], expect: {path: [welcome, tongue, bye]}}
  "slower": {do: [{press: 5}, {press: 9}]}
  "at night": {given: {at: 2026-01-05 22:00}}
  "from outside": {given: {caller: "600100200"}}
"""
DESK = "{do: [press: 1], cases: [{case: busy, do: [dial: busy]}, {case: talk, do: [dial: answered]},"
DESK += " {case: declined, do: [dial: declined]}, {case: rings, do: [dial: no_answer]},"
DESK += " {case: gone, do: [dial: unreachable]}, {case: no such, do: [dial: unknown]}]}"


def line(folder: Path) -> Path:
    """Write a line with two phones and a queue; return its configuration."""
    path = folder / "softswitch.yaml"
    path.write_text(
        "accounts:\n  1001: {password: a-long-one-1}\n  1002: {password: a-long-one-2}\n"
        "trunks: {provider: {host: 192.0.2.1, number: '+48221234567', qualify: 0}}\n"
        "outbound: [{match: '+48*', trunks: [provider]}]\n"
        "queues:\n  sales: {number: 300, language: en, members: [1002]}\n",
        encoding="utf-8",
    )
    (folder / "office.yaml").write_text(TREE, encoding="utf-8")
    (folder / "office.tests.yaml").write_text(TESTS.replace("{do: [press: 1]}", DESK), encoding="utf-8")
    return path


async def test_n04_every_test_goes_the_same_way_simulated_and_live(tmp_path, caplog):
    config = load_config(line(tmp_path))
    (suite,) = suites_at([tmp_path / "office.yaml"])
    told: list[str] = []
    results = await prove_live(config, suite, lambda result: told.append(result.test.name))
    assert sorted(told) == sorted(test.name for test in suite.tests)
    assert {r.test.name: r.differences for r in results if r.verdict is not Verdict.PASSED} == {}
    assert not (config.home / "switch.db").exists()
    # What the line is warned of is told by its check, and not by each call.
    assert caplog.text == ""


async def test_n04_who_waits_for_agents_without_phones_is_not_sent_away_before_the_key(tmp_path):
    path = line(tmp_path)
    sales = "{number: 300, language: en, members: [1002], refuse_when_all: [unregistered]}"
    written = path.read_text(encoding="utf-8").partition("  sales: ")[0]
    path.write_text(f"{written}  sales: {sales}\n", encoding="utf-8")
    (tmp_path / "office.tests.yaml").write_text(
        "tests: {out: {do: [{press: 3}, {queue: answered}, {press: 0}]}}\n", encoding="utf-8"
    )
    (suite,) = suites_at([tmp_path / "office.yaml"])
    (result,) = await prove_live(load_config(path), suite, lambda result: None)
    assert (result.verdict, result.differences) == (Verdict.PASSED, ())


async def test_n04_a_line_may_name_the_folder_of_its_menus(tmp_path):
    path = line(tmp_path)
    with path.open("a", encoding="utf-8") as file:
        file.write("trees: [menus]\n")
    folder = tmp_path / "menus"
    folder.mkdir()
    (folder / "office.yaml").write_text(TREE, encoding="utf-8")
    (folder / "office.tests.yaml").write_text("tests: {nothing: {do: [press: 9]}}\n", encoding="utf-8")
    (suite,) = suites_at([folder])
    (result,) = await prove_live(load_config(path), suite, lambda result: None)
    assert (result.verdict, result.differences) == (Verdict.PASSED, ())
