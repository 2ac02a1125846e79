"""``softswitch check`` of a whole line."""

from __future__ import annotations

import os
from pathlib import Path

from softswitch import home
from softswitch.cli import EXIT_CANNOT_START, EXIT_WRONG_CONFIG
from tests.cli.running import refused, run, written

TEST_TREE = Path(__file__).resolve().parents[2] / "ivr_trees" / "test_line.yaml"


def test_a_line_that_could_start_is_told_and_not_started(config: Path) -> None:
    result = run("check", "--config", written(config, f"trees: [{TEST_TREE}]\n"))
    assert result.exit_code == 0, result.output
    assert "menu test_line" in result.stdout
    assert "codes: *72 forward_always" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("0 faults, ")
    assert [path.name for path in config.parent.iterdir()] == [config.name]


def test_what_a_check_finds_decides_its_exit_code(config: Path) -> None:
    written(config, "music: none.flac\nmedia: {ports: 1024-65535}\n")
    result = run("check", "--config", config)
    assert result.exit_code == EXIT_WRONG_CONFIG
    assert (
        result.stderr == f"{config} line 4: music: {config.parent / 'none.flac'}: No such file or directory\n"
    )
    assert result.stdout.startswith(f"warning: {config} line 5: media.ports: ")
    result = run("check", "--config", written(config, "sip_: x\n"))
    assert (result.exit_code, result.stdout) == (EXIT_WRONG_CONFIG, "")


def test_a_check_beside_the_running_line_finds_no_fault_in_it(config: Path) -> None:
    with home.owned(config.parent / "home"):
        result = run("check", "--config", written(config, ""))
        assert result.exit_code == 0, result.output
        assert f"a switch is running with the folder {config.parent / 'home'}: its ports" in result.stdout
        sentence = refused(EXIT_CANNOT_START, "run", "--config", config)
    assert f"(process {os.getpid()})" in sentence
