"""What simulated calls take of a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.errors import ConfigError
from softswitch.ivr.simulated.line import NO_LINE
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
