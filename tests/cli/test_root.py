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
from typer.testing import CliRunner

from softswitch import __version__, home
from softswitch.bus import EventLog
from softswitch.cli import EXIT_CANNOT_START, EXIT_STEP_FAILED, EXIT_WRONG_CONFIG, app
from softswitch.events import CallArrived, CallEnded
from softswitch.ids import make_id
from softswitch.ivr.registry import ACTIONS
from softswitch.phone.steps import HELP
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.place import FILE as DATABASE
from tests.cli.running import refused, run
from tests.fakes.clock import FakeClock

ROOT = Path(__file__).resolve().parents[2]
DEMO_TREE = ROOT / "ivr_trees" / "demo.yaml"
TEST_TREE = ROOT / "ivr_trees" / "test_line.yaml"
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "softswitch.yaml"


def written(config: Path, text: str, accounts: str = "{1001: {password: x}}") -> Path:
    """Write a configuration whose third line holds its accounts, before ``text``."""
    head = f"sip: {{bind: 127.0.0.1, port: 0}}\nhome: home\naccounts: {accounts}\n"
    config.write_text(head + text, encoding="utf-8")
    return config


# What it teaches


def test_without_a_word_it_lists_what_it_can_do() -> None:
    for words in ((), ("--help",)):
        text = run(*words).output
        assert all(command in text for command in COMMANDS)


def test_the_commands_are_those_of_the_manual() -> None:
    assert set(COMMANDS) == {
        *(
            "demo",
            "run",
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
            "duties",
            "callers",
            "tickets",
            "calls",
            "call",
            "trace",
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
            "version",
        )
    }


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
    for word in ("version", "--version"):
        result = run(word)
        assert (result.exit_code, result.output) == (0, f"{__version__}\n")


# What cannot start


def test_a_configuration_that_is_wrong_or_not_there(config: Path) -> None:
    assert refused(EXIT_WRONG_CONFIG, "run", "--config", config) == f"{config}: No such file or directory"
    written(config, "sip: {}\n")
    assert refused(EXIT_WRONG_CONFIG, "run", "--config", config) == (
        f"{config} line 4: 'sip' is written twice (first on line 1)"
    )


def test_every_fault_of_a_configuration_has_a_line_of_its_own(config: Path) -> None:
    result = run("run", "--config", written(config, "media: {workers: 0}\ncals: {}\n"))
    assert result.exit_code == EXIT_WRONG_CONFIG
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [
        f"{config} line 4",
        f"{config} line 5",
    ]


def test_a_tree_that_is_not_there(config: Path) -> None:
    sentence = refused(EXIT_WRONG_CONFIG, "run", "--config", written(config, "trees: [menu.yaml]\n"))
    assert sentence == f"{config} line 4: trees.0: there is no file or folder {config.parent / 'menu.yaml'}"


def test_an_account_that_has_the_number_of_a_tree(config: Path) -> None:
    written(
        config,
        f"trees: [{DEMO_TREE}]\nqueues: {{demo: {{}}}}\n",
        "{1001: {password: x}, 1002: {password: x}, 100: {password: x}}",
    )
    assert refused(EXIT_WRONG_CONFIG, "run", "--config", config).startswith(
        f"{config} line 3: accounts.100: is also a number of the menu 'demo' ({DEMO_TREE}, line 4): "
    )


def test_a_port_in_use(config: Path, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        words = ("demo", "--home", tmp_path, "--bind", "127.0.0.1", "--port", port)
        sentence = refused(EXIT_CANNOT_START, *words)
        again = refused(EXIT_CANNOT_START, "run", "--config", written(config, ""), "--port", port)
    assert sentence == again
    assert sentence.startswith(f"cannot listen on 127.0.0.1 port {port}: Address already in use. ")
    assert f"ss -lntup 'sport = :{port}'" in sentence
    assert "--port" in sentence


def test_an_address_that_is_not_ours(config: Path) -> None:
    words = ("run", "--config", written(config, ""))
    assert refused(EXIT_CANNOT_START, *words, "--bind", "192.0.2.1").startswith(
        "cannot listen on 192.0.2.1 port 0: Cannot assign requested address. This machine has no such address"
    )
    assert refused(EXIT_CANNOT_START, *words, "--bind", "banana").startswith("cannot listen on 'banana': ")


def test_another_home_for_one_run(config: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("a file", encoding="utf-8")
    words = ("run", "--config", written(config, ""), "--home", tmp_path / "other")
    assert refused(EXIT_CANNOT_START, *words).startswith(f"cannot write in {tmp_path / 'other'}: ")


def test_a_voice_that_is_missing(config: Path) -> None:
    written(config, f"trees: [{TEST_TREE}]\nspeech: {{chains: {{en: [exec], pl: [exec]}}}}\n")
    result = run("run", "--config", config)
    assert result.exit_code == EXIT_CANNOT_START
    assert result.stderr.splitlines()[0] == (
        "there is no voice for the language 'en', which the menu 'test_line' speaks "
        "(exec: no command is configured)"
    )


def test_music_that_is_missing(config: Path) -> None:
    sentence = refused(EXIT_WRONG_CONFIG, "run", "--config", written(config, "music: none.flac\n"))
    assert sentence == f"{config} line 4: music: {config.parent / 'none.flac'}: No such file or directory"


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


def started_and_stopped(ready: str, *words: object) -> tuple[str, str]:
    """Start the switch and stop it when it is ready; return what it said before and after."""
    command = (sys.executable, "-c", "from softswitch.cli import main; main()", *map(str, words))
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as switch:
        assert switch.stdout is not None
        before = []
        for line in switch.stdout:
            if line == f"{ready}\n":
                break
            before.append(line)
        os.kill(switch.pid, signal.SIGTERM)
        after = switch.stdout.read()
        assert switch.wait(10) == 0
    return "".join(before), f"\n{after}"


def test_the_demo_says_when_it_is_ready_and_stops_in_order(tmp_path: Path) -> None:
    words = ("demo", "--home", tmp_path, "--bind", "127.0.0.1", "--port", 0)
    before, after = started_and_stopped("ready", *words)
    assert "User 1001" in before
    assert "\nstopping: ending the calls\n" in after


def test_a_line_of_ones_own_says_which_numbers_lead_where_in_polish_too(config: Path) -> None:
    written(config, f"trees: [{TEST_TREE}]\n", "{1001: {name: Anna, password: x}}")
    before, after = started_and_stopped("gotowe", "run", "--config", config, "--pl")
    assert "działa pod 127.0.0.1:" in before
    assert "*43 -> menu test_line (ivr_trees/test_line.yaml)\n1001 Anna\n" in before
    assert "\nzatrzymanie: kończę rozmowy\n" in after


def test_what_a_running_line_writes_is_its_owners_alone(config: Path) -> None:
    written(config, f"trees: [{TEST_TREE}]\n")
    before = os.umask(0o022)
    try:
        started_and_stopped("ready", "run", "--config", config)
    finally:
        os.umask(before)
    kept = [config.parent / "home", *(config.parent / "home").rglob("*")]
    assert {"switch.db", "busy.wav"} <= {path.name for path in kept}
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_a_hangup_signal_renews_the_media_workers(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "from softswitch.cli import main; main()")
    words = ("demo", "--home", str(tmp_path), "--bind", "127.0.0.1", "--port", "0")
    with subprocess.Popen((*command, *words), cwd=ROOT, stdout=subprocess.PIPE, text=True) as switch:
        assert switch.stdout is not None
        lines = iter(switch.stdout.readline, "")
        while next(lines) != "ready\n":
            pass
        os.kill(switch.pid, signal.SIGHUP)
        assert "media worker 0 runs" in next(line for line in lines if "media worker" in line)
        os.kill(switch.pid, signal.SIGTERM)
        switch.stdout.read()
        assert switch.wait(10) == 0


# What is checked without a start


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


# Menus in virtual time


def test_a_menu_is_walked_through() -> None:
    result = run("simulate", DEMO_TREE, "--press", "1", "--hang-up-after", "5")
    assert result.exit_code == 0
    assert "welcome" in result.stdout


def test_what_comes_of_the_numbers_a_menu_dials_is_told_in_order() -> None:
    keys = [word for key in "212" for word in ("--press", key)]
    dialled = ("--dial", "busy:after=3", "--dial", "answered:talk=9")
    text = run("simulate", DEMO_TREE, *keys, *dialled).stdout
    assert "dials   1001 as 'Demo: one': busy after 3 s" in text
    assert "dials   1002 as 'Demo: two': the called side hung up after 14 s" in text


def test_what_comes_of_waits_in_queues_is_told_too(tmp_path: Path) -> None:
    tree = tmp_path / "queues.yaml"
    tree.write_text(
        "tree: t\nlanguage: en\nnumbers: 100\nstart: a\nbranches:\n"
        "  a: [{by_agents: {queue: sales, at_least: 2, count: free, no: b}}, {queue: other}]\n"
        "  b: [{queue: {name: sales, full: c}}]\n  c: [hangup]\n"
    )
    text = run("simulate", tree, "--queue", "full", "--figures", "sales:logged_in=2:free=1").stdout
    assert "by_agents: no (sales: 1 < 2)" in text
    assert "waits   sales: the queue is full after 0 s" in text


@pytest.mark.parametrize(
    "words",
    [
        ("nowhere.yaml",),
        (DEMO_TREE, "--press", "x"),
        (DEMO_TREE, "--dial", "engaged"),
        (DEMO_TREE, "--called", "999"),
        (DEMO_TREE, "--queue", "nowhere"),
        (DEMO_TREE, "--figures", "sales"),
        (DEMO_TREE, "--hang-up-after", "nan"),
    ],
)
def test_a_menu_that_cannot_be_walked_through(words: tuple[object, ...]) -> None:
    assert run("simulate", *words).exit_code == 2


def test_the_steps_of_a_menu_are_shown() -> None:
    assert all(name in run("actions").stdout for name in ACTIONS)
    assert "no_input" in run("actions", "menu").stdout
    assert run("actions", "menu").stdout != run("actions", "menu", "--pl").stdout
    assert "'menu'" in refused(EXIT_CANNOT_START, "actions", "menus")


# What was recorded


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Return a home folder with two calls in its database, and their ids."""
    folder, clock = tmp_path_factory.mktemp("recorded"), FakeClock()
    calls = []

    async def record() -> None:
        database = await Database.open(f"sqlite:///{folder / DATABASE}")
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
    return folder, calls


def test_calls_are_listed_newest_first(recorded: tuple[Path, list[str]]) -> None:
    folder, (first, second) = recorded
    result = run("calls", "--home", folder)
    assert result.exit_code == 0
    assert result.stdout.index(second[-6:]) < result.stdout.index(first[-6:])
    listed = json.loads(run("calls", "--home", folder, "--json").stdout)
    assert [call["id"] for call in listed] == [second, first]
    assert len(json.loads(run("calls", "--home", folder, "--json", "--limit", 1).stdout)) == 1
    assert "rozłączył się" in run("calls", "--home", folder, "--pl").stdout


def test_one_call_is_shown_by_the_end_of_its_id(recorded: tuple[Path, list[str]]) -> None:
    folder, (first, _) = recorded
    result = run("call", first[-6:], "--home", folder)
    assert result.exit_code == 0
    assert "1001 hung up after 5 s." in result.stdout
    assert json.loads(run("call", first, "--home", folder, "--json").stdout)["called"] == "100"


def test_a_call_that_is_not_there(recorded: tuple[Path, list[str]]) -> None:
    folder, (first, second) = recorded
    for unknown in ("ZZZZZZ", ""):
        result = run("call", unknown, "--home", folder)
        assert (result.exit_code, result.stdout) == (1, f"There is no call {unknown}.\n")
    result = run("call", "ZZZZZZ", "--home", folder, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"error": "not found", "calls": []})
    unclear = run("call", first[:6], "--home", folder)
    assert unclear.exit_code == 2
    assert first in unclear.stdout
    assert second in unclear.stdout


@pytest.mark.parametrize("words", [("calls",), ("call", "ZZZZZZ")])
def test_where_nothing_was_recorded_nothing_is_made(words: tuple[str, ...], tmp_path: Path) -> None:
    sentence = refused(EXIT_CANNOT_START, *words, "--home", tmp_path / "empty")
    assert sentence.startswith(f"there is no database {tmp_path}")
    assert "--home" in sentence
    assert list(tmp_path.iterdir()) == []


def test_a_line_is_named_by_its_configuration_too(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(config, "")
    there = f"there is no database {config.parent / 'home' / 'switch.db'}"
    assert refused(EXIT_CANNOT_START, "calls", "--config", config).startswith(there)
    monkeypatch.chdir(config.parent)
    assert refused(EXIT_CANNOT_START, "calls").startswith(there)
    assert refused(EXIT_CANNOT_START, "phones").startswith("no switch is running with the folder ")
    assert "--config" in refused(EXIT_CANNOT_START, "phones")
    assert run("check").exit_code == 0
    missing = refused(EXIT_WRONG_CONFIG, "calls", "--config", "none.yaml")
    assert missing.startswith("none.yaml: No such file")


@pytest.mark.parametrize("verb", ["check", "run"])
def test_without_a_configuration_nothing_is_checked_or_started(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused(EXIT_WRONG_CONFIG, verb).startswith("softswitch.yaml: No such file")


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"no database at all, but long enough to have been one " * 100)
    assert refused(EXIT_CANNOT_START, "calls", "--home", tmp_path)


def test_a_trace_is_shown_by_its_call_or_its_phone(recorded: tuple[Path, list[str]]) -> None:
    """Here of a line whose trace is gone: the events are on the ladder all the same."""
    folder, calls = recorded
    for part in ("last", calls[1]):
        result = run("trace", part, "--home", folder)
        assert result.exit_code == 0
        assert "1001 → 600" in result.output
        assert result.output.rstrip().endswith("1001 hung up after 5 s.")
    assert run("trace", "last", "--home", folder, "--pl").output.rstrip().endswith("rozłączył się po 5 s.")
    assert run("trace", "last", "--home", folder, "--mermaid").output.startswith("sequenceDiagram\n")
    assert run("trace", "nothing", "--home", folder).exit_code == 1
    unknown = run("trace", "--phone", "1009", "--home", folder)
    assert (unknown.exit_code, unknown.output[:26]) == (1, "Nothing of 1009 is in the ")


@pytest.mark.parametrize("words", [(), ("last", "--phone", "1001")])
def test_a_trace_is_of_a_call_or_of_a_phone(words: tuple[str, ...]) -> None:
    result = run("trace", *words)
    assert result.exit_code == 2
    assert "name a call, or --phone and an account" in result.stderr


def test_a_picture_that_cannot_be_written(recorded: tuple[Path, list[str]], tmp_path: Path) -> None:
    folder, _ = recorded
    sentence = refused(
        EXIT_CANNOT_START, "trace", "last", "--home", folder, "--svg", tmp_path / "none" / "x.svg"
    )
    assert sentence.startswith("cannot write")
