"""``softswitch phone`` as it is typed."""

from __future__ import annotations

import socket
from pathlib import Path

from typer.testing import CliRunner

from softswitch.cli import EXIT_CANNOT_START, EXIT_STEP_FAILED, app
from softswitch.phone.steps import HELP
from tests.cli.running import refused, run


def test_the_phone_lists_its_steps() -> None:
    text = run("phone", "--help").output
    assert all(line in text for line in HELP.values())


def test_a_step_that_means_nothing_is_refused_before_anything_is_done() -> None:
    sentence = refused(EXIT_CANNOT_START, "phone", "--password", "x", "call:1", "dance")
    assert sentence.startswith("'dance' is no step a phone can take. Steps are: call, ")


def test_a_step_that_fails_has_its_own_exit_code() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        server = f"127.0.0.1:{gone.getsockname()[1]}"
    result = run("phone", "--password", "x", "--tcp", "--server", server, "wait:0")
    assert result.exit_code == EXIT_STEP_FAILED
    assert f"failed: {server} does not answer (transport failed)" in result.stdout


def test_a_recording_that_cannot_be_made_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    words = ("phone", "--password", "x", "--record", tmp_path / "none" / "heard.wav", "call:1")
    assert refused(EXIT_CANNOT_START, *words) == (
        f"cannot record to {tmp_path}/none/heard.wav: No such file or directory"
    )


def test_a_server_that_cannot_be() -> None:
    assert refused(EXIT_CANNOT_START, "phone", "--password", "x", "--server", "127.0.0.1:0") == "0 is no port"


def test_a_password_that_was_not_given_is_asked_for_and_not_shown() -> None:
    runner = CliRunner()
    result = runner.invoke(app, ["phone", "--server", "127.0.0.1:0"], input="hush\n")
    assert result.exit_code == EXIT_CANNOT_START
    assert "Password" in result.output
    assert "hush" not in result.output


def test_a_password_may_come_by_the_environment_where_no_list_of_processes_shows_it() -> None:
    given = {"SOFTSWITCH_PASSWORD": "hush"}
    result = CliRunner().invoke(app, ["phone", "--server", "127.0.0.1:0"], env=given)
    assert (result.exit_code, "Password" in result.output) == (EXIT_CANNOT_START, False)


def test_who_calls_from_outside_has_no_password_and_presses_enter() -> None:
    words = ["phone", "--no-register", "--user", "+48600100200", "--server", "127.0.0.1:0"]
    result = CliRunner().invoke(app, words, input="\n")
    assert result.output.count("Password") == 1
    assert "0 is no port" in result.output
