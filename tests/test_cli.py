"""The command line: it teaches, answers with its exit code, and says in one sentence what is wrong."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from softswitch import __version__
from softswitch.app import DATABASE
from softswitch.bus import EventLog
from softswitch.cli import EXIT_CANNOT_START, EXIT_STEP_FAILED, EXIT_WRONG_CONFIG, app
from softswitch.events import CallArrived, CallEnded
from softswitch.ids import make_id
from softswitch.phone.steps import HELP
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from tests.fakes.clock import FakeClock

ROOT = Path(__file__).resolve().parents[1]
DEMO_TREE = ROOT / "ivr_trees" / "demo.yaml"
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def run(*words: object) -> Result:
    result = CliRunner(env={"COLUMNS": "160", "TERM": "dumb"}).invoke(app, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(code: int, *words: object) -> str:
    """Return the one sentence on standard error of a command that fails."""
    result = run(*words)
    assert result.exit_code == code, result.output
    (sentence,) = result.stderr.splitlines()
    return sentence


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "softswitch.yaml"


def written(config: Path, text: str) -> Path:
    config.write_text("sip: {bind: 127.0.0.1, port: 0}\nhome: home\n" + text, encoding="utf-8")
    return config


# What it teaches


def test_without_a_word_it_lists_what_it_can_do() -> None:
    for words in ((), ("--help",)):
        text = run(*words).output
        assert all(command in text for command in COMMANDS)


def test_the_commands_are_those_of_the_manual() -> None:
    assert set(COMMANDS) == {"demo", "run", "simulate", "phone", "calls", "call", "version"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_says_what_it_is_for(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    first = (COMMANDS[command].help or "").splitlines()[0]
    assert first.endswith(".")
    assert first[:40] in result.output
    for parameter in COMMANDS[command].params:
        assert getattr(parameter, "help", None), f"{command} {parameter.name}"
        assert max(parameter.opts, key=len) in result.output


def test_the_phone_lists_its_steps() -> None:
    text = run("phone", "--help").output
    assert all(line in text for line in HELP.values())


def test_the_version() -> None:
    assert run("version").output == f"{__version__}\n"


# What cannot start


def test_a_configuration_that_is_wrong_or_not_there(config: Path) -> None:
    assert refused(EXIT_WRONG_CONFIG, "run", "--config", config) == f"{config}: No such file or directory"
    written(config, "sip: {}\n")
    assert refused(EXIT_WRONG_CONFIG, "run", "--config", config) == (
        f"{config} line 3: 'sip' is written twice (first on line 1)"
    )


def test_every_fault_of_a_configuration_has_a_line_of_its_own(config: Path) -> None:
    result = run("run", "--config", written(config, "media: {workers: 0}\ncals: {}\n"))
    assert result.exit_code == EXIT_WRONG_CONFIG
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [
        f"{config} line 3",
        f"{config} line 4",
    ]


def test_a_tree_that_is_not_there(config: Path) -> None:
    sentence = refused(EXIT_WRONG_CONFIG, "run", "--config", written(config, "trees: [menu.yaml]\n"))
    assert sentence == f"{config.parent / 'menu.yaml'}: cannot be read: No such file or directory"


def test_an_account_that_has_the_number_of_a_tree(config: Path) -> None:
    written(config, f"trees: [{DEMO_TREE}]\naccounts: {{100: {{password: x}}}}\n")
    assert "100: is the number of a tree too" in refused(EXIT_WRONG_CONFIG, "run", "--config", config)


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        words = ("demo", "--home", tmp_path, "--bind", "127.0.0.1", "--port", port)
        sentence = refused(EXIT_CANNOT_START, *words)
    assert sentence.startswith(f"cannot listen on 127.0.0.1 port {port}: Address already in use. ")
    assert "--port" in sentence


def test_a_voice_that_is_missing(config: Path) -> None:
    written(config, f"trees: [{DEMO_TREE}]\nspeech: {{chains: {{en: [exec], pl: [exec]}}}}\n")
    assert refused(EXIT_CANNOT_START, "run", "--config", config) == (
        "there is no voice for the language 'en' (exec: no command is configured)"
    )


def test_music_that_is_missing(config: Path) -> None:
    sentence = refused(EXIT_CANNOT_START, "run", "--config", written(config, "music: none.flac\n"))
    assert sentence.endswith(f"{config.parent / 'none.flac'}: No such file or directory")


def test_a_home_that_cannot_be_written(config: Path) -> None:
    written(config, "")
    (config.parent / "home").write_text("a file", encoding="utf-8")
    assert refused(EXIT_CANNOT_START, "run", "--config", config).startswith("cannot write in ")
    assert refused(EXIT_CANNOT_START, "demo", "--home", config.parent / "home").startswith(
        "cannot write the demo line's folder "
    )


@pytest.mark.parametrize(
    "words",
    [
        ("demo", "--port", "70000"),
        ("demo", "--port", "sip"),
        ("phone", "--password", "x", "--port", "-1"),
        ("phone", "--password", "x", "--rtp", "65500"),
        ("calls", "--limit", "0"),
        ("run",),
        ("dance",),
    ],
)
def test_words_it_does_not_know_are_explained(words: tuple[str, ...], tmp_path: Path) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr
    assert "Traceback" not in result.output


def test_it_says_when_it_is_ready_and_stops_in_order(tmp_path: Path) -> None:
    command = (
        sys.executable,
        "-c",
        "from softswitch.cli import main; main()",
        "demo",
        "--home",
        str(tmp_path),
    )
    with subprocess.Popen(
        (*command, "--bind", "127.0.0.1", "--port", "0"), cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as switch:
        assert switch.stdout is not None
        before = []
        for line in switch.stdout:
            if line == "ready\n":
                break
            before.append(line)
        os.kill(switch.pid, signal.SIGTERM)
        after = switch.stdout.read()
        assert switch.wait(10) == 0
    assert any("User 1001" in line for line in before)
    assert after.startswith("stopping: ending the calls\n") or "\nstopping: ending the calls\n" in after


# The phone


def test_a_step_that_means_nothing_is_refused_before_anything_is_done() -> None:
    sentence = refused(EXIT_CANNOT_START, "phone", "--password", "x", "call:1", "dance")
    assert sentence.startswith("'dance' is no step a phone can take. Steps are: call, ")


def test_a_step_that_fails_has_its_own_exit_code() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        server = f"127.0.0.1:{gone.getsockname()[1]}"
    result = run("phone", "--password", "x", "--tcp", "--server", server, "wait:0")
    assert result.exit_code == EXIT_STEP_FAILED
    assert f"failed: {server} does not answer (transport failed)" in result.stdout


def test_a_server_that_cannot_be() -> None:
    assert refused(EXIT_CANNOT_START, "phone", "--password", "x", "--server", "127.0.0.1:0") == "0 is no port"


def test_a_password_that_was_not_given_is_asked_for_and_not_shown() -> None:
    runner = CliRunner()
    result = runner.invoke(app, ["phone", "--server", "127.0.0.1:0"], input="hush\n")
    assert result.exit_code == EXIT_CANNOT_START
    assert "Password" in result.output
    assert "hush" not in result.output


# Menus in virtual time


def test_a_menu_is_walked_through() -> None:
    result = run("simulate", DEMO_TREE, "--press", "1", "--hang-up-after", "5")
    assert result.exit_code == 0
    assert "welcome" in result.stdout


@pytest.mark.parametrize("words", [("nowhere.yaml",), (DEMO_TREE, "--press", "x")])
def test_a_menu_that_cannot_be_walked_through(words: tuple[object, ...]) -> None:
    assert run("simulate", *words).exit_code == 2


# What was recorded


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Return a home folder with two calls in its database, and their ids."""
    home, clock = tmp_path_factory.mktemp("recorded"), FakeClock()
    calls = []

    async def record() -> None:
        database = await Database.open(f"sqlite:///{home / DATABASE}")
        store, log = EventStore(database, clock), EventLog(clock)
        log.subscribe(store.store)
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(store.run())
            for number in ("100", "600"):
                call = make_id(clock.wall())
                calls.append(call)
                log.append(CallArrived("a", "1001", "Anna", number, "192.0.2.9:5062", "1001"), call=call)
                clock.advance(5)
                log.append(CallEnded("completed", "caller_hung_up", 200, 16, "caller"), call=call)
            await store.flush()
            writing.cancel()
        await database.close()

    asyncio.run(record())
    return home, calls


def test_calls_are_listed_newest_first(recorded: tuple[Path, list[str]]) -> None:
    home, (first, second) = recorded
    result = run("calls", "--home", home)
    assert result.exit_code == 0
    assert result.stdout.index(second[-6:]) < result.stdout.index(first[-6:])
    listed = json.loads(run("calls", "--home", home, "--json").stdout)
    assert [call["id"] for call in listed] == [second, first]
    assert len(json.loads(run("calls", "--home", home, "--json", "--limit", 1).stdout)) == 1
    assert "rozłączył się" in run("calls", "--home", home, "--pl").stdout


def test_one_call_is_shown_by_the_end_of_its_id(recorded: tuple[Path, list[str]]) -> None:
    home, (first, _) = recorded
    result = run("call", first[-6:], "--home", home)
    assert result.exit_code == 0
    assert "1001 hung up after 5 s." in result.stdout
    assert json.loads(run("call", first, "--home", home, "--json").stdout)["called"] == "100"


def test_a_call_that_is_not_there(recorded: tuple[Path, list[str]]) -> None:
    home, (first, second) = recorded
    for unknown in ("ZZZZZZ", ""):
        result = run("call", unknown, "--home", home)
        assert (result.exit_code, result.stdout) == (1, f"There is no call {unknown}.\n")
    result = run("call", "ZZZZZZ", "--home", home, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"error": "not found", "calls": []})
    unclear = run("call", first[:6], "--home", home)
    assert unclear.exit_code == 2
    assert first in unclear.stdout
    assert second in unclear.stdout


@pytest.mark.parametrize("words", [("calls",), ("call", "ZZZZZZ")])
def test_where_nothing_was_recorded_nothing_is_made(words: tuple[str, ...], tmp_path: Path) -> None:
    sentence = refused(EXIT_CANNOT_START, *words, "--home", tmp_path / "empty")
    assert sentence.startswith(f"there is no database {tmp_path}")
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"no database at all, but long enough to have been one " * 100)
    assert refused(EXIT_CANNOT_START, "calls", "--home", tmp_path)
