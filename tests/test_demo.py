"""The demo line's configuration: made once, private, the operator's from then on."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
import yaml

from softswitch.config import Config
from softswitch.demo import AGENTS, ALPHABET, PASSWORD_LETTERS, QUEUE, SHIPPED, USERS, prepare_demo
from softswitch.errors import ConfigError, StartError
from softswitch.preflight.examining import examine
from softswitch.transport.config import TlsConfig


def prepare(
    home: Path, *, bind: str | None = None, port: int | None = None, password: str | None = None
) -> Config:
    return prepare_demo(home, bind=bind, port=port, password=password)


def test_a_first_start_makes_four_accounts_with_passwords_of_their_own(tmp_path: Path) -> None:
    config = prepare(tmp_path / "demo")
    assert {user: part.name for user, part in config.accounts.items()} == USERS
    passwords = [part.password or "" for part in config.accounts.values()]
    assert len(set(passwords)) == len(USERS)
    assert all(len(password) == PASSWORD_LETTERS and set(password) <= set(ALPHABET) for password in passwords)
    assert not set("l1Io0O") & set(ALPHABET)
    other = prepare(tmp_path / "other")
    assert not set(passwords) & {part.password for part in other.accounts.values()}


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    home = tmp_path / "a" / "demo"
    prepare(home)
    assert stat.S_IMODE((home / "softswitch.yaml").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_the_next_start_finds_what_the_first_one_made(tmp_path: Path) -> None:
    first = prepare(tmp_path)
    written = (tmp_path / "softswitch.yaml").read_bytes()
    assert prepare(tmp_path) == first
    assert (tmp_path / "softswitch.yaml").read_bytes() == written


def test_the_shipped_trees_and_the_home_folder_are_in_place(tmp_path: Path) -> None:
    config = prepare(tmp_path)
    assert [tree.name for tree in config.trees] == list(SHIPPED)
    assert all(tree.is_file() for tree in config.trees)
    assert config.home == tmp_path


def test_the_queue_is_served_by_two_and_the_others_may_join(tmp_path: Path) -> None:
    queue = prepare(tmp_path).queues[QUEUE]
    assert (queue.number, tuple(queue.members)) == ("300", AGENTS)
    assert {*queue.members, *queue.may_join} == set(USERS)


def test_nothing_is_wrong_with_it(tmp_path: Path) -> None:
    found = examine(prepare(tmp_path, bind="127.0.0.1", port=0))
    assert (found.faults, found.obstacles, found.warnings) == ((), (), ())


def test_a_file_from_before_there_were_queues_is_served_with_the_menu_of_today(tmp_path: Path) -> None:
    file = tmp_path / "softswitch.yaml"
    file.write_text("accounts: {1001: {password: a-long-one}, 1003: {password: a-long-one}}\n")
    config = prepare(tmp_path, bind="127.0.0.1", port=0)
    assert {name: tuple(queue.members) for name, queue in config.queues.items()} == {QUEUE: ("1003",)}
    assert examine(config).faults == ()
    file.write_text(f"{file.read_text()}trees: [own.yaml]\n")
    assert prepare(tmp_path).queues == {}


def test_what_the_operator_changed_is_kept(tmp_path: Path) -> None:
    prepare(tmp_path)
    file = tmp_path / "softswitch.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    data["accounts"]["2001"] = {"password": "mine", "name": "Ewa"}
    del data["accounts"]["1004"]
    data["sip"] = {"port": 5070, "realm": "firma"}
    data["trees"] = ["own.yaml"]
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    config = prepare(tmp_path)
    assert set(config.accounts) == {"1001", "1002", "1003", "2001"}
    assert (config.sip.port, config.sip.realm) == (5070, "firma")
    assert config.trees == (tmp_path / "own.yaml",)


def test_what_is_said_on_the_command_line_counts_for_this_run_alone(tmp_path: Path) -> None:
    before = prepare(tmp_path)
    config = prepare(tmp_path, bind="127.0.0.1", port=0, password="for all")
    assert (config.sip.bind, config.sip.port) == ("127.0.0.1", 0)
    assert {part.password for part in config.accounts.values()} == {"for all"}
    assert {part.name for part in config.accounts.values()} == set(USERS.values())
    assert "for all" not in (tmp_path / "softswitch.yaml").read_text(encoding="utf-8")
    assert prepare(tmp_path) == before


def test_one_password_for_all_is_also_for_an_account_that_has_hashes(tmp_path: Path) -> None:
    text = f"accounts:\n  1001: {{ha1: {'a' * 32}, ha1_sha256: {'b' * 64}}}\n"
    (tmp_path / "softswitch.yaml").write_text(text, encoding="utf-8")
    (account,) = prepare(tmp_path, password="for all").accounts.values()
    assert (account.password, account.ha1, account.ha1_sha256) == ("for all", None, None)


def test_a_file_that_the_operator_broke_is_named(tmp_path: Path) -> None:
    (tmp_path / "softswitch.yaml").write_text("accounts:\n  1001: {pasword: x}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"softswitch\.yaml line 2: "):
        prepare(tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    for home in (tmp_path / "taken", tmp_path / "taken" / "deeper"):
        with pytest.raises(StartError, match=f"^cannot write the demo line's folder {home}: "):
            prepare(home)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"bind": "banana"}, "cannot listen on 'banana': give an IP address of this machine"),
        ({"bind": ""}, "cannot listen on '': give an IP address"),
        ({"bind": "a..b"}, "cannot listen on 'a..b': give an IP address"),
        ({"password": ""}, "an empty password would let anybody in"),
    ],
)
def test_what_cannot_be_on_the_command_line(tmp_path: Path, given: dict[str, str], sentence: str) -> None:
    with pytest.raises(StartError) as caught:
        prepare_demo(tmp_path, **{"bind": None, "port": None, "password": None, **given})  # type: ignore[arg-type]
    assert str(caught.value).startswith(sentence)


def test_a_start_that_is_killed_leaves_no_half_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(file: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        prepare(tmp_path)
    assert not (tmp_path / "softswitch.yaml").exists()
    monkeypatch.undo()
    assert set(prepare(tmp_path).accounts) == set(USERS)
    assert [path.name for path in tmp_path.iterdir()] == ["softswitch.yaml"]
    assert stat.S_IMODE((tmp_path / "softswitch.yaml").stat().st_mode) == 0o600


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StartError) as caught:
        prepare(tmp_path)
    assert str(caught.value) == f"cannot write the demo line's folder {tmp_path}: No space left on device"


def test_tls_is_on_unless_the_operator_says_otherwise(tmp_path: Path) -> None:
    config = prepare(tmp_path)
    assert config.sip.tls == TlsConfig(optional=True)
    file = tmp_path / "softswitch.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"sip: {{tls: no}}\n{text}", encoding="utf-8")
    assert prepare(tmp_path).sip.tls is None
    file.write_text(f"sip: {{tls: {{port: 443}}}}\n{text}", encoding="utf-8")
    assert prepare(tmp_path).sip.tls == TlsConfig(port=443)
