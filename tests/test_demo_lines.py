"""Lines to try: each shipped one is copied once, with passwords of its own, and nothing is wrong with it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from softswitch import ports
from softswitch.config import load_config
from softswitch.demo import ALPHABET, PASSWORD_LETTERS, TREES
from softswitch.demo_lines import CHOOSE, CONFIGURATION, GATEWAY, PIN_DIGITS, prepare_line, shipped_lines
from softswitch.errors import StartError
from softswitch.preflight.examining import examine
from tests.cli.running import refused

LINES = shipped_lines()


def test_the_lines_that_come_with_the_switch() -> None:
    assert set(LINES) == {"b2b", "bank", "broker", "ecommerce", "helpline", "payments"}


@pytest.mark.parametrize("name", LINES)
def test_the_shipped_file_passes_as_it_stands(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "overlap", lambda first, last: None)
    config = load_config(TREES / name / CONFIGURATION).overridden(bind="127.0.0.1", port=0)
    found = examine(config)
    assert found.faults == ()
    # Only a copy has passwords of its own: whoever uses the file itself is told of each account.
    assert {one.where for one in found.warnings} == {f"accounts.{user}.password" for user in config.accounts}
    assert name in {tree.name for tree in found.trees}


@pytest.mark.parametrize("name", LINES)
def test_a_copy_has_passwords_of_its_own_and_nothing_is_wrong_with_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "overlap", lambda first, last: None)
    home = tmp_path / name
    config = made = prepare_line(name, home, bind="127.0.0.1", port=0, password=None)
    passwords = [part.password or "" for part in config.accounts.values()]
    assert len(set(passwords)) == len(passwords)
    assert all(len(one) == PASSWORD_LETTERS and set(one) <= set(ALPHABET) for one in passwords)
    if config.api is not None:
        # Another line of this machine may have the usual port.
        config = config.model_copy(update={"api": config.api.model_copy(update={"port": 0})})
    found = examine(config)
    assert (found.faults, found.obstacles, found.warnings) == ((), (), ())
    assert {tree.name for tree in found.trees} >= {name, "echo", "test_line"}
    written = home / CONFIGURATION
    assert CHOOSE not in written.read_text(encoding="utf-8")
    assert (stat.S_IMODE(home.stat().st_mode), stat.S_IMODE(written.stat().st_mode)) == (0o700, 0o600)
    assert config.home == home
    # The second start finds what the first one made, and what was changed in it since.
    tree = home / f"{name}.yaml"
    tree.write_text(f"{tree.read_text(encoding='utf-8')}# mine\n", encoding="utf-8")
    assert prepare_line(name, home, bind="127.0.0.1", port=0, password=None) == made
    assert tree.read_text(encoding="utf-8").endswith("# mine\n")


def test_the_pins_of_a_copy_are_its_own(tmp_path: Path) -> None:
    pins = [
        prepare_line("helpline", tmp_path / str(copy), bind=None, port=0, password=None)
        .voicemail.boxes[box]
        .pin
        for copy in range(2)
        for box in ("technical", "bills")
    ]
    assert len(set(pins)) == len(pins)
    assert all(pin is not None and len(pin) == PIN_DIGITS and pin.isdecimal() for pin in pins)
    shipped = load_config(TREES / "helpline" / CONFIGURATION)
    assert not {box.pin for box in shipped.voicemail.boxes.values()} & set(pins)


def test_lines_that_send_messages_come_with_what_prints_them(tmp_path: Path) -> None:
    for name in LINES:
        prepare_line(name, tmp_path / name, bind=None, port=0, password=None)
    with_it = {path.parent.name for path in tmp_path.glob(f"*/{GATEWAY}")}
    assert with_it == {name for name in LINES if load_config(TREES / name / CONFIGURATION).sms}


def test_what_a_line_has_in_folders_comes_along(tmp_path: Path) -> None:
    prepare_line("helpline", tmp_path, bind="127.0.0.1", port=0, password=None)
    assert '"fault": "internet"' in (tmp_path / "faults" / "faults.json").read_text(encoding="utf-8")


def test_one_password_for_all_counts_for_this_run_alone(tmp_path: Path) -> None:
    config = prepare_line("bank", tmp_path, bind=None, port=0, password="for all")
    assert {part.password for part in config.accounts.values()} == {"for all"}
    assert "for all" not in (tmp_path / CONFIGURATION).read_text(encoding="utf-8")


def test_a_copy_that_is_killed_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(path: Path, text: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("softswitch.demo_lines.write_private", killed)
    with pytest.raises(KeyboardInterrupt):
        prepare_line("bank", tmp_path, bind=None, port=0, password=None)
    monkeypatch.undo()
    assert not (tmp_path / CONFIGURATION).exists()
    assert prepare_line("bank", tmp_path, bind=None, port=0, password=None).accounts


def test_a_line_that_is_not_there_and_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"^there is no line 'bnak' to try: .*bank"):
        prepare_line("bnak", tmp_path, bind=None, port=None, password=None)
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(StartError, match=r"^cannot write the folder "):
        prepare_line("bank", tmp_path / "taken", bind=None, port=None, password=None)


@pytest.mark.parametrize("command", ["demo", "run"])
def test_the_command_names_the_lines_there_are(command: str, tmp_path: Path) -> None:
    sentence = refused(1, command, "--demo", "bnak", "--home", tmp_path / "line")
    assert sentence.startswith("there is no line 'bnak' to try: ")
    assert not (tmp_path / "line").exists()
