"""``softswitch demo`` and ``run``: what cannot start says why; what starts says so, and stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from softswitch.cli import EXIT_CANNOT_START, EXIT_WRONG_CONFIG
from tests.cli.running import refused, run, written

ROOT = Path(__file__).resolve().parents[2]
DEMO_TREE = ROOT / "ivr_trees" / "demo.yaml"
TEST_TREE = ROOT / "ivr_trees" / "test_line.yaml"


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


@pytest.mark.parametrize("verb", ["check", "run"])
def test_without_a_configuration_nothing_is_checked_or_started(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused(EXIT_WRONG_CONFIG, verb).startswith("softswitch.yaml: No such file")
