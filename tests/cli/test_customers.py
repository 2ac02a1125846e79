"""``softswitch customers …`` as it is typed."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from softswitch.cli import EXIT_CANNOT_START, EXIT_STEP_FAILED, EXIT_WRONG_CONFIG, app
from softswitch.cli.customers import customers, take_in_once
from tests.cli.running import refused, run

CONFIG = """accounts:
  '1001': {password: a-Long-one-1}
home: line
customers:
  fields: {card: text, consent: yes_no}
"""
PEOPLE = """nr klienta;imię;nazwisko;telefon;pesel;opiekun;card;consent
A1;Anna;Żółć;601 234 567;44051401359;1001;K-9;tak
A2;Jan;Nowak;602345678;;;;
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "softswitch.yaml").write_text(CONFIG)
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="cp1250")
    return tmp_path / "softswitch.yaml"


@pytest.fixture
def filled(config: Path) -> Path:
    result = run("customers", "import", config.parent / "people.csv", "--config", config)
    assert result.exit_code == 0, result.output
    assert "Lines: 2, new customers: 2" in result.output
    return config


def found(config: Path, *words: str) -> list[dict[str, object]]:
    return json.loads(run("customers", "find", *words, "--json", "--config", config).output)


@pytest.mark.parametrize(
    "command", ["find", "show", "import", "export", "gdpr-export", "erase", "acts", "pin"]
)
def test_every_command_says_what_it_is_for(command: str) -> None:
    assert command in {one.name for one in customers.registered_commands}
    assert "." in run("customers", command, "--help").output


def test_customers_are_found_by_what_they_have(filled: Path) -> None:
    assert [one["name"] for one in found(filled)] == ["Jan Nowak", "Anna Żółć"]
    for text in ("zolc", "+48601234567", "44051401359", "a1", "k-9"):
        (anna,) = found(filled, text)
        assert anna["pesel"] == "*******1359"
    assert found(filled, "--vip") == []
    assert "Anna Żółć" in run("customers", "find", "zolc", "--config", filled).output
    assert "Nikogo nie znaleziono" in run("customers", "find", "nikt", "--pl", "--config", filled).output
    folder = run("customers", "find", "--limit", "1", "--config", filled.parent).output
    assert "Jan Nowak" in folder
    assert "There are more" in folder


def test_the_customers_of_a_line_to_try_are_taken_in_once(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take_in_once(config.parent)
    assert not (config.parent / "switch.db").exists()
    config.write_text(CONFIG.replace("home: line\n", ""))
    (config.parent / "customers.csv").write_text(f"{PEOPLE}A1;Twice;Twice;700700700;;;;\n", encoding="utf-8")
    take_in_once(config.parent)
    assert capsys.readouterr().out.count("line 4") == 1
    assert [one["customer_number"] for one in found(config, "601234567")] == ["A1"]
    # Who was taken out stays out: the next start has its database already.
    (config.parent / "customers.csv").write_text(f"{PEOPLE}A3;Ewa;Nowa;700700700;;;;\n", encoding="utf-8")
    take_in_once(config.parent)
    assert found(config, "700700700") == []


KILLED_WHILE_WRITING = """
import os, pathlib, signal, sys
from softswitch.cli.customers import take_in_once
from softswitch.storage.customer_store import CustomerStore

async def killed(self, customers):
    os.kill(os.getpid(), signal.SIGKILL)

CustomerStore.create_all = killed
take_in_once(pathlib.Path(sys.argv[1]))
"""


def test_an_import_of_the_first_start_that_is_killed_is_begun_anew(config: Path) -> None:
    config.write_text(CONFIG.replace("home: line\n", ""))
    (config.parent / "customers.csv").write_text(PEOPLE, encoding="utf-8")
    killed = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(config.parent)], check=False)
    assert killed.returncode == -signal.SIGKILL
    # What is there already is no sign that it is whole.
    assert (config.parent / "switch.db").exists()
    assert found(config) == []
    take_in_once(config.parent)
    assert [one["customer_number"] for one in found(config)] == ["A2", "A1"]
    assert {file.name for file in config.parent.glob("customers.csv*")} == {"customers.csv"}
    # Nobody comes twice where it was killed behind its last line.
    (config.parent / "customers.csv.begun").touch()
    take_in_once(config.parent)
    assert len(found(config)) == 2


def test_a_first_import_that_fails_is_not_taken_for_done(config: Path) -> None:
    config.write_text(CONFIG.replace("home: line\n", ""))
    (config.parent / "customers.csv").write_text("foo;bar\n1;2\n", encoding="utf-8")
    with pytest.raises(typer.Exit):
        take_in_once(config.parent)
    (config.parent / "customers.csv").write_text(PEOPLE, encoding="utf-8")
    take_in_once(config.parent)
    assert len(found(config)) == 2


def test_a_customer_is_shown_with_what_was_before(filled: Path) -> None:
    shown = run("customers", "show", "a1", "--config", filled).output
    for text in ("Anna Żółć", "601 234 567", "*******1359", "K-9", "1001", "No contacts yet"):
        assert text in shown
    assert "44051401359" not in shown
    assert "tak" in run("customers", "show", "a1", "--pl", "--config", filled).output
    assert "nobody is meant by 'x9'" in refused(
        EXIT_CANNOT_START, "customers", "show", "x9", "--config", filled
    )


def test_a_trial_names_each_bad_line_and_writes_nothing(config: Path) -> None:
    file = config.parent / "bad.csv"
    file.write_text("nr klienta;nazwisko;nip;buty\nB1;B;123;42\nB2;C;;\n")
    trial = run("customers", "import", file, "--dry-run", "--config", config)
    assert trial.exit_code == EXIT_STEP_FAILED
    assert "left out: buty" in trial.output
    assert "line 2: nip: it has 3 digits; NIP has 10" in trial.output
    assert "nothing was written. Lines: 2, new customers: 1" in trial.output
    assert (
        "wiersz 2: nip: liczba cyfr: 3"
        in run("customers", "import", file, "--dry-run", "--pl", "--config", config).output
    )
    report = json.loads(run("customers", "import", file, "--dry-run", "--json", "--config", config).output)
    assert report["faults"][0]["line"] == 2
    assert found(config) == []


def test_what_is_no_table_is_refused(config: Path) -> None:
    file = config.parent / "no.csv"
    file.write_text("foo;bar\n1;2\n")
    told = refused(EXIT_CANNOT_START, "customers", "import", file, "--config", config)
    assert told.startswith("no heading of the first line is known")
    missing = refused(EXIT_WRONG_CONFIG, "customers", "find", "--config", config.parent / "no.yaml")
    assert "No such file" in missing


def test_before_anything_was_recorded_that_is_said(config: Path) -> None:
    assert "nothing was recorded" in refused(EXIT_CANNOT_START, "customers", "find", "--config", config)


def test_an_export_is_its_owner_s_alone_and_comes_back(filled: Path) -> None:
    file = filled.parent / "out.csv"
    assert f"{file}: 2" in run("customers", "export", file, "--config", filled).output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    printed = run("customers", "export", "-", "--separator", ",", "--config", filled).output
    assert printed.startswith("\ufeffid,kind,")
    again = run("customers", "import", file, "--by", "id", "--on-duplicate", "update", "--config", filled)
    assert (again.exit_code, "changed: 2" in again.output) == (0, True)
    assert run("customers", "export", file, "--separator", "::", "--config", filled).exit_code == 2


@pytest.mark.parametrize("words", [("export",), ("gdpr-export", "a1")])
def test_what_cannot_be_written_is_told_and_not_noted(filled: Path, words: tuple[str, ...]) -> None:
    nowhere = filled.parent / "no" / "file"
    told = refused(EXIT_CANNOT_START, "customers", *words, nowhere, "--config", filled)
    assert told == f"{nowhere} cannot be written: No such file or directory"
    assert json.loads(run("customers", "acts", "--json", "--config", filled).output) == []


def test_a_full_disk_is_told(filled: Path) -> None:
    told = refused(EXIT_CANNOT_START, "customers", "export", "/dev/full", "--config", filled)
    assert told == "/dev/full cannot be written: No space left on device"


@pytest.mark.parametrize("words", [("export",), ("gdpr-export", "a1"), ("gdpr-export", "nobody")])
def test_what_cannot_be_read_leaves_the_file_that_is_there(config: Path, words: tuple[str, ...]) -> None:
    file = config.parent / "earlier.zip"
    file.write_text("of yesterday")
    before = sorted(config.parent.iterdir())
    nowhere = config.parent / "no.yaml"
    assert run("customers", *words, file, "--config", nowhere).exit_code == EXIT_WRONG_CONFIG
    assert (file.read_text(), sorted(config.parent.iterdir())) == ("of yesterday", before)
    assert run("customers", *words, file, "--config", config).exit_code == EXIT_CANNOT_START
    assert file.read_text() == "of yesterday"


def test_a_person_is_handed_out_and_erased_and_both_are_noted(filled: Path) -> None:
    file = filled.parent / "anna.json"
    run("customers", "gdpr-export", "a1", file, "--config", filled)
    told = json.loads(file.read_text())
    assert told["customer"]["pesel"] == "44051401359"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    identity = told["customer"]["id"]
    asked = CliRunner().invoke(app, ["customers", "erase", "a1", "--config", str(filled)], input="n\n")
    assert asked.exit_code == 1
    assert "Erase Anna Żółć for good?" in asked.output
    assert "Calls stay" in run("customers", "erase", "a1", "--yes", "--config", filled).output
    assert [one["name"] for one in found(filled)] == ["Jan Nowak"]
    acts = json.loads(run("customers", "acts", "--json", "--config", filled).output)
    assert [(one["act"], one["customer"]) for one in acts] == [("erase", identity), ("export", identity)]
    assert all("command line" in one["by"] for one in acts)
    assert "usunięcie" in run("customers", "acts", "--pl", "--config", filled).output


def test_a_set_to_hand_over_can_be_read_by_a_person(filled: Path) -> None:
    file = filled.parent / "anna.zip"
    assert run("customers", "gdpr-export", "a1", file, "--config", filled).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        text = archive.read("what-is-known.txt").decode("utf-8-sig")
        assert json.loads(archive.read("what-is-known.json"))["customer"]["pesel"] == "44051401359"
    assert "pesel: 44051401359" in text
    assert "VOICE MESSAGES\r\n    -" in text


def test_a_pin_is_typed_twice_and_shown_never(filled: Path) -> None:
    words = ["customers", "pin", "a1", "--config", str(filled)]
    result = CliRunner().invoke(app, words, input="4711\n4711\n")
    assert result.output.endswith("PIN: kept\n")
    assert "4711" not in result.output
    assert "a PIN has 4 to 12 digits" in CliRunner().invoke(app, words, input="12\n12\n").stderr
    assert "removed" in run(*words, "--remove").output
    assert "there was none" in run(*words, "--remove").output
    database = (filled.parent / "line" / "switch.db").read_bytes()
    assert b"4711" not in database
