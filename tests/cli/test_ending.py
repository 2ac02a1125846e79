"""How commands end."""

from __future__ import annotations

import pytest
import typer

from softswitch.cli.codes import EXIT_CANNOT_START, EXIT_WRONG_CONFIG
from softswitch.cli.ending import (
    NAME_IT,
    exit_with,
    judged,
    put,
    run_to_the_end,
    say,
)
from softswitch.control import ControlRefused, NoSwitch
from softswitch.errors import ConfigError, SoftswitchError


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (ConfigError(["sip: no"]), EXIT_WRONG_CONFIG, "sip: no"),
        (NoSwitch("no switch"), EXIT_CANNOT_START, f"no switch. {NAME_IT}"),
        (ControlRefused("not so"), EXIT_CANNOT_START, "not so"),
    ],
)
def test_a_failure_is_one_sentence_and_a_code(
    error: SoftswitchError, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    assert judged(fail) == code
    assert capsys.readouterr().err == f"{sentence}\n"


def test_what_went_well_has_no_code_and_goes_on() -> None:
    async def work() -> None:
        return None

    assert run_to_the_end(work()) == 0
    exit_with(0)
    with pytest.raises(typer.Exit) as end:
        exit_with(3)
    assert end.value.exit_code == 3


def test_json_is_written_as_it_is_and_all_else_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    put('{"a": "[bold]"}', True)
    put("[bold]word[/bold]", False)
    say("line")
    assert capsys.readouterr().out == '{"a": "[bold]"}\nword\nline\n'
