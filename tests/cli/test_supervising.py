"""Hearing a talk, as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.cli import EXIT_CANNOT_START
from softswitch.commands.supervision import Supervised
from softswitch.control import Verb
from tests.cli.running import asked, refused


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("listen", "1003 listens in on the talk of 1002.\n"),
        ("whisper", "1003 whispers to 1002.\n"),
        ("barge", "1003 speaks in the talk of 1002.\n"),
    ],
)
def test_the_running_switch_is_told_how_somebody_hears_a_talk(
    command: str, told: str, tmp_path: Path
) -> None:
    verbs: dict[str, Verb] = {
        "supervise": lambda arguments: Supervised(
            "01A", arguments["by"], arguments["whom"], arguments["mode"], False
        )
    }
    (result,) = asked(tmp_path, verbs, (command, "1002", "--for", "1003"))
    assert result.stdout == told


def test_where_no_switch_runs_nobody_hears_a_talk(tmp_path: Path) -> None:
    sentence = refused(EXIT_CANNOT_START, "listen", "1002", "--for", "1003", "--home", tmp_path)
    assert sentence.startswith(f"no switch is running with the folder {tmp_path}")
