"""The command line teaches, and explains which words it does not know."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from softswitch import __version__
from softswitch.cli import app
from softswitch.cli.loading import load
from softswitch.cli.table import COMMANDS as TABLE
from tests.cli.running import run

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def test_without_a_word_it_lists_what_it_can_do() -> None:
    for words in ((), ("--help",)):
        text = run(*words).output
        assert all(command in text for command in COMMANDS)


def test_the_commands_are_those_of_the_manual() -> None:
    assert set(COMMANDS) == {
        *(
            "demo",
            "run",
            "new",
            "check",
            "simulate",
            "actions",
            "phone",
            "phones",
            "trunks",
            "bans",
            "listen",
            "whisper",
            "barge",
            "webhooks",
            "verify",
            "try-mail",
            "queues",
            "agents",
            "recordings",
            "schedules",
            "trees",
            "duties",
            "callers",
            "tickets",
            "calls",
            "call",
            "trace",
            "trees",
            "application",
            "connection",
            "outbox",
            "voicemail",
            "callbacks",
            "payments",
            "backup",
            "restore",
            "customers",
            "tokens",
            "audit",
            "api",
            "test",
            "draw",
            "paths",
            "version",
        )
    }


@pytest.mark.parametrize("command", [*TABLE, "version"])
def test_every_command_and_option_says_what_it_is_for(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    itself = load(command, TABLE[command]) if command in TABLE else COMMANDS[command]
    first = (itself.help or "").splitlines()[0]
    assert first.endswith(".")
    assert first[:40] in result.output
    for parameter in itself.params:
        assert getattr(parameter, "help", None), f"{command} {parameter.name}"
        assert max(parameter.opts, key=len) in result.output


def test_the_version() -> None:
    for word in ("version", "--version"):
        result = run(word)
        assert (result.exit_code, result.output) == (0, f"{__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        ("demo", "--port", "70000"),
        ("demo", "--port", "sip"),
        ("phone", "--password", "x", "--port", "-1"),
        ("phone", "--password", "x", "--rtp", "65500"),
        ("phone", "--password", "x", "--user", ""),
        ("phone", "--password", "x", "--patience", "60"),
        ("calls", "--limit", "0"),
        ("dance",),
    ],
)
def test_words_it_does_not_know_are_explained(words: tuple[str, ...], tmp_path: Path) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr
    assert "Traceback" not in result.output
