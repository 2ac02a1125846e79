"""What simulated calls take of a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.errors import ConfigError
from softswitch.ivr.loader import load_tree
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.line import NO_LINE
from softswitch.ivr.simulated.scene import Scene
from softswitch.tree_line import read_line


def test_a_line_has_the_zone_of_its_configuration(tmp_path: Path) -> None:
    file = tmp_path / "softswitch.yaml"
    file.write_text("time_zone: Europe/Lisbon\n", encoding="utf-8")
    line = read_line(file)
    assert line.zone == "Europe/Lisbon"
    assert line != NO_LINE


def test_a_configuration_that_is_wrong_is_told(tmp_path: Path) -> None:
    file = tmp_path / "softswitch.yaml"
    file.write_text("time_zone: Mars\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="time_zone"):
        read_line(file)


def test_what_a_menu_names_that_the_line_does_not_have(tmp_path: Path) -> None:
    file, menu = tmp_path / "softswitch.yaml", tmp_path / "menu.yaml"
    file.write_text("accounts: {1001: {name: Anna, password: long-enough-1}}\n", encoding="utf-8")
    steps = "[{voicemail: anna}, {queue: sales}, {dial: 1002}, {dial: 1001}]"
    menu.write_text(f"tree: menu\nlanguage: en\nstart: a\nbranches:\n  a: {steps}\n", encoding="utf-8")
    told = [problem.reason for problem in read_line(file).lacks(load_tree(menu))]
    assert told[0] == "there is no queue 'sales'"
    assert told[1].startswith("there is no voice box yet")
    assert told[2].startswith("there is no account 1002")
    assert len(told) == 3


def test_t20_own_fields_in_simulated_calls_are_of_the_line_s_kinds(tmp_path: Path) -> None:
    file, menu = tmp_path / "softswitch.yaml", tmp_path / "menu.yaml"
    fields = "{consent: yes_no, points: number, package: text}"
    file.write_text(f"customers: {{fields: {fields}}}\n", encoding="utf-8")
    steps = """
  a:
    - find_customer: {}
    - by_customer: {field: FIELD, values: {VALUE: b}}
    - hangup
  b: [hangup]
"""
    given = {"consent": "true", "points": "12.50", "package": "1"}
    customer = {"last_name": "Nowak", "numbers": ["600100200"], "own": given}
    scene = Scene.model_validate({"caller": "600100200", "customers": [customer]})
    ways = {"consent": ("tak", "nie"), "points": ("12,5", "12"), "package": ("1", "tak")}
    for field, (same, other) in ways.items():
        for value, path in ((same, ("a", "b")), (other, ("a",))):
            text = steps.replace("FIELD", field).replace("VALUE", f"'{value}'")
            menu.write_text(f"tree: menu\nlanguage: pl\nstart: a\nbranches:{text}", encoding="utf-8")
            assert simulate(load_tree(menu), scene=scene, line=read_line(file)).path == path, (field, value)
