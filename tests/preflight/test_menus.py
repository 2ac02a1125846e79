"""Menus, and what is wrong between them and the line."""

from __future__ import annotations

from pathlib import Path

from softswitch.demo import TREES
from softswitch.preflight.examining import examine
from softswitch.preflight.menus import tree_files
from tests.preflight.lines import ANNA, TRUNK, faults, tree, written

QUEUE_STEPS = """\
tree: shop
language: en
numbers: [200]
start: a
branches:
  a:
    - by_waiting: {queue: slaes, at_most: 5, yes: b}
    - queue: service
  b:
    - say: Hello.
    - queue: sales
"""
SALES = "queues: {sales: {members: [1001], answer: when_agent}}\n"


def test_trees_are_files_and_the_files_of_folders_in_order_each_once(file: Path) -> None:
    folder = file.parent / "trees"
    for place, name, number in (
        (folder / "b.yml", "b", "2"),
        (folder / "a.yaml", "a", "1"),
        (file.parent / "c.yaml", "c", "3"),
    ):
        tree(place, name, number)
    (folder / "a.tests.yaml").write_text("tests: {}", encoding="utf-8")  # no tree
    (folder / "notes.txt").write_text("not a tree", encoding="utf-8")
    config = written(file, f"{ANNA}trees: [c.yaml, trees, trees/a.yaml]\n")
    assert [one.name for one in examine(config).trees] == ["c", "a", "b"]
    assert tree_files(written(file, ANNA)) == ([], [])


def test_a_folder_with_nothing_in_it_or_that_cannot_be_listed(file: Path, unreadable: Path) -> None:
    (file.parent / "empty").mkdir()
    (file.parent / "empty" / "notes.txt").write_text("not a tree", encoding="utf-8")
    config = written(file, f"{ANNA}trees:\n  - empty\n  - closed\n  - none.yaml\n")
    assert faults(config) == [
        f"line 5: trees.0: the folder {file.parent}/empty holds no tree: "
        "put a .yaml file there, or take it out",
        f"line 6: trees.1: {unreadable} cannot be read: Permission denied",
        f"line 7: trees.2: there is no file or folder {file.parent}/none.yaml",
    ]


def test_a_fault_in_one_tree_hides_no_number_of_another(file: Path) -> None:
    (file.parent / "a.yaml").write_text(
        "tree: a\nlanguage: english\nnumbers: 1001\nstart: a\nbranches: {a: [dial: 5555]}\n", encoding="utf-8"
    )
    found = faults(written(file, f"{ANNA}trees: [a.yaml]\n"))
    assert any("'english' is not a language code" in fault for fault in found)
    assert any("there is no account 5555" in fault for fault in found)
    assert any("is also a number of the menu 'a'" in fault for fault in found)


def test_a_number_dialled_that_nobody_has(file: Path) -> None:
    place = tree(file.parent / "office.yaml", "office")
    text = place.read_text(encoding="utf-8").replace("- hangup", "- dial: 5555")
    place.write_text(text, encoding="utf-8")
    (fault,) = examine(written(file, f"{ANNA}trees: [office.yaml]\n")).faults
    assert str(fault).startswith(f"{place} line 7: branch a step 1 (dial): there is no account 5555")


def test_a_menu_may_dial_what_has_a_way_out(file: Path) -> None:
    place = tree(file.parent / "office.yaml", "office")
    text = place.read_text(encoding="utf-8").replace("- hangup", "- dial: [+48600100200, 112, +1600]")
    place.write_text(text, encoding="utf-8")
    routes = f"{TRUNK}outbound: [{{match: +48*, trunks: a}}]\n"
    (fault,) = faults(written(file, f"{ANNA}trees: [office.yaml]\n{routes}"))
    assert "there is no account +1600" in fault or "there is no account 1600" in fault


def test_people_left_out_of_a_shipped_tree_are_a_warning(file: Path) -> None:
    found = examine(written(file, f"{ANNA}trees: [{TREES}/demo.yaml]\nqueues: {{demo: {{}}}}\n"))
    assert found.faults == ()
    assert any("there is no account 1002" in str(warning) for warning in found.warnings)


def test_what_runs_and_is_still_wrong_in_a_tree_is_a_warning(file: Path) -> None:
    place = tree(file.parent / "office.yaml", "office")
    place.write_text(place.read_text(encoding="utf-8") + "  b:\n    - hangup\n", encoding="utf-8")
    (warning,) = examine(written(file, f"{ANNA}trees: [office.yaml]\n")).warnings
    assert str(warning).startswith(f"{place} line 8: branch b: ")


def test_a_menu_may_ring_a_group(file: Path) -> None:
    (file.parent / "a.yaml").write_text(
        "tree: a\nlanguage: en\nnumbers: [100]\nstart: a\nbranches: {a: [dial: 200]}\n", encoding="utf-8"
    )
    config = written(file, f"{ANNA}trees: [a.yaml]\ngroups: {{200: {{members: [1001]}}}}\n")
    assert faults(config) == []


def test_queues_of_menus_that_do_not_exist_are_named_where_they_stand(file: Path) -> None:
    (file.parent / "shop.yaml").write_text(QUEUE_STEPS, encoding="utf-8")
    place = f"{file.parent / 'shop.yaml'} line"
    assert faults(written(file, f"{ANNA}{SALES}trees: [shop.yaml]\n")) == [
        f"{place} 7: branch a step 1 (by_waiting): queue: there is no queue 'slaes'; did you mean 'sales'?",
        f"{place} 8: branch a step 2 (queue): there is no queue 'service'",
    ]
    none = faults(written(file, f"{ANNA}trees: [shop.yaml]\n"))
    assert [fault.rpartition("there is ")[2] for fault in none] == [
        "no queue 'slaes'",
        "no queue 'service'",
        "no queue 'sales'",
    ]


def test_a_queue_that_only_agents_answer_comes_before_anything_is_said(file: Path) -> None:
    steps = QUEUE_STEPS.replace("slaes", "sales").replace("service", "sales")
    (file.parent / "shop.yaml").write_text(steps, encoding="utf-8")
    found = examine(written(file, f"{ANNA}{SALES}trees: [shop.yaml]\n"))
    assert found.faults == ()
    (warning,) = [str(one) for one in found.warnings if "callers are answered already" in str(one)]
    assert "shop.yaml line 11: branch b step 2 (queue): something is said before the queue" in warning


def test_who_waits_is_not_led_into_a_queue_by_a_side_menu(file: Path) -> None:
    steps = QUEUE_STEPS.replace("slaes", "sales").replace("service", "sales")
    (file.parent / "shop.yaml").write_text(steps, encoding="utf-8")
    queues = "queues: {sales: {members: [1001], menus: {5: 200}}}\n"
    found = faults(written(file, f"{ANNA}{queues}trees: [shop.yaml]\n"))
    assert [fault.partition(": ")[0].rpartition("/")[2] for fault in found] == [
        "shop.yaml line 8",
        "shop.yaml line 11",
    ]
