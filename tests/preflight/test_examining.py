"""Whatever is wrong is found before anything starts, all of it at once, and nothing is changed by looking."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest

from softswitch import home
from softswitch.config import load_config
from softswitch.errors import ConfigError, StartError
from softswitch.preflight.examining import examine
from tests.preflight.lines import ANNA, faults, tree, written
from tests.transport.shown import NOW, made

PROGRAM = "url: 'https://example.com/', secret: a-secret-of-some-length"


def test_a_line_that_can_start(file: Path) -> None:
    tree(file.parent / "trees" / "a.yaml")
    config = written(file, f"{ANNA}trees: [trees]\n")
    before = sorted(file.parent.rglob("*"))
    found = examine(config)
    assert (found.faults, found.obstacles, found.warnings, found.running) == ((), (), (), "")
    assert [one.name for one in found.trees] == ["a"]
    found.refuse()
    assert sorted(file.parent.rglob("*")) == before


def test_the_faults_of_all_files_are_named_at_once(file: Path) -> None:
    for name in ("a", "b"):
        (file.parent / f"{name}.yaml").write_text("tree: x\n", encoding="utf-8")
    config = written(file, "trees: [a.yaml, b.yaml, none.yaml]\nmusic: none.flac\n")
    found = examine(config)
    text = "\n".join(map(str, found.faults))
    assert all(f"{file.parent}/{name}" in text for name in ("a.yaml", "b.yaml", "none.yaml", "none.flac"))
    assert "accounts: nobody could call" in text
    with pytest.raises(ConfigError) as caught:
        found.refuse()
    assert str(caught.value) == text


def test_a_line_that_is_running_may_be_looked_at(file: Path) -> None:
    config = written(file, ANNA)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as its_own, home.owned(config.home):
        its_own.bind(("127.0.0.1", 0))
        found = examine(config.overridden(port=its_own.getsockname()[1]))
    assert found.obstacles == ()
    assert f"(process {os.getpid()})" in found.running
    with pytest.raises(StartError, match="another switch is running"):
        found.refuse()


def test_certificates_are_looked_at_and_nothing_is_made(file: Path) -> None:
    good = made(file.parent / "good", now=NOW - timedelta(days=810))
    text = ANNA + "trees: []\n"
    path = written(file, text)
    assert faults(path) == []
    lines = (
        "sip:\n  bind: 127.0.0.1\n  port: 0\n"
        "  tls:\n    certificate: good/tls/certificate.pem\n    key: none.key\n"
        "    certificates:\n      - {certificate: good/tls/certificate.pem, key: good/tls/key.pem}\n"
    )
    file.write_text(f"{lines}home: home\n{text}", encoding="utf-8")
    found = examine(load_config(file))
    assert [str(fault) for fault in found.faults] == [
        f"{file} line 4: sip.tls: {file.parent}/none.key: No such file or directory"
    ]
    (warning,) = [str(one) for one in found.warnings]
    assert warning.startswith(f"{file} line 4: sip.tls: {good.certificate}: expires on ")
    assert warning.endswith("in 15 days: get another")
    assert not (file.parent / "home").exists()


def test_what_may_cost_money_is_a_warning(file: Path) -> None:
    tree(file.parent / "office.yaml", "office")
    routes = "outbound: [{match: +48*, trunks: a, from_outside: true}]\n"
    text = f"{ANNA}trees: [office.yaml]\ntrunks: {{a: {{host: 192.0.2.1}}}}\n{routes}"
    found = [str(warning) for warning in examine(written(file, text)).warnings]
    assert any("outbound.0.from_outside: callers from outside can be led out again" in one for one in found)
    assert any("trunks.a: has no number of its own" in one for one in found)


def test_rules_of_recordings_for_nobody_are_named(file: Path) -> None:
    rules = "recordings:\n  accounts: {1009: never}\n  queues: {slaes: always}\n"
    assert [fault.partition(": ")[2] for fault in faults(written(file, f"{ANNA}{rules}"))] == [
        "recordings.accounts.1009: there is no account 1009",
        "recordings.queues.slaes: there is no queue slaes",
    ]


def test_a_program_asked_without_tls_is_warned_of(file: Path) -> None:
    program = PROGRAM.replace("https", "http")
    found = examine(written(file, f"{ANNA}applications: {{700: {{{program}, fallback: 1001}}}}\n"))
    assert [str(one) for one in found.warnings if "without TLS" in str(one)]
