"""Commands that ask the running switch: what they show, what they have it do, what they refuse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from softswitch.cli import EXIT_CANNOT_START
from softswitch.cli.asking import ACTS
from softswitch.commands.defence import Phone, ShutOut
from softswitch.control import Verb
from tests.cli.running import asked, refused, run
from tests.fakes.clock import START
from tests.test_queue_verbs import Office


@pytest.mark.parametrize(
    "words",
    [
        ("phones",),
        ("bans",),
        ("bans", "lift", "192.0.2.7"),
        ("queues", "--watch"),
        ("agents", "ready", "1001"),
    ],
)
def test_where_no_switch_runs_none_is_asked(words: tuple[str, ...], tmp_path: Path) -> None:
    sentence = refused(EXIT_CANNOT_START, *words, "--home", tmp_path)
    assert sentence.startswith(f"no switch is running with the folder {tmp_path}")


@pytest.mark.parametrize("words", [("lift",), ("", "192.0.2.7")])
def test_bans_are_listed_or_lifted_and_nothing_else(words: tuple[str, ...], tmp_path: Path) -> None:
    result = run("bans", *words, "--home", tmp_path)
    assert result.exit_code == 2
    assert "lift ADDRESS" in result.output


def test_an_address_alone_is_no_ban_that_is_lifted(tmp_path: Path) -> None:
    result = run("bans", "192.0.2.7", "--home", tmp_path)
    assert result.exit_code == 2
    assert "did you mean: bans lift 192.0.2.7" in result.output


def test_a_running_switch_is_asked(tmp_path: Path) -> None:
    phone = Phone("1001", "Jan", "sip:1001@a", "192.0.2.9:5062", "UDP", START.isoformat(), "Phone", False)
    lifted: list[str] = []

    def lift(arguments: Mapping[str, str]) -> bool:
        lifted.append(arguments["source"])
        return True

    verbs: dict[str, Verb] = {
        "phones": lambda arguments: [phone],
        "bans": lambda arguments: [ShutOut("192.0.2.66", 60, 1, 20, "1001")],
        "lift": lift,
    }

    shown, as_json, bans, let_in = asked(
        tmp_path,
        verbs,
        ("phones",),
        ("phones", "--json"),
        ("bans", "--pl"),
        ("bans", "lift", "192.0.2.66"),
    )
    assert "192.0.2.9:5062" in shown.stdout
    assert json.loads(as_json.stdout)[0]["account"] == "1001"
    assert "pozostało s" in bans.stdout
    assert let_in.stdout == "192.0.2.66 is let in again.\n"
    assert lifted == ["192.0.2.66"]


@pytest.mark.parametrize("words", [("dance", "1001"), ("pause",), ("", "1001")])
def test_agents_are_listed_or_something_is_done_for_one(words: tuple[str, ...], tmp_path: Path) -> None:
    result = run("agents", *words, "--home", tmp_path)
    assert result.exit_code == 2
    assert "login, logout, pause, resume, ready" in " ".join(result.output.replace("│", " ").split())


def test_queues_and_agents_of_a_running_switch(tmp_path: Path) -> None:
    office = Office()
    whole, one, as_json, agents, nothing = asked(
        tmp_path,
        office.verbs,
        ("queues", "--agents"),
        ("queues", "--queue", "help", "--pl"),
        ("queues", "--json", "--watch"),
        ("agents",),
        ("queues", "--queue", "closed"),
    )
    assert "sales" in whole.stdout
    assert "1002" in whole.stdout
    assert "Poziom obsługi" in one.stdout
    assert "1001" not in one.stdout
    assert [queue["queue"] for queue in json.loads(as_json.stdout)["queues"]] == ["sales", "help"]
    assert "wrap-up" in agents.stdout
    assert nothing.stdout.startswith("There is no such queue.")


def test_something_is_done_for_an_agent(tmp_path: Path) -> None:
    office = Office()
    paused, back, out, refused_ = asked(
        tmp_path,
        office.verbs,
        ("agents", "pause", "1001", "--reason", "lunch", "--minutes", "30"),
        ("agents", "resume", "1001", "--json"),
        ("agents", "logout", "1002", "--queue", "help", "--pl"),
        ("agents", "login", "1001", "--queue", "help"),
    )
    assert paused.stdout == "1001: paused: lunch; queues: sales\n"
    assert json.loads(back.stdout)["state"] == "ready"
    assert out.stdout == "1002: gotowy, telefon nieosiągalny; kolejki: sales\n"
    assert refused_.exit_code == EXIT_CANNOT_START
    assert "1001 is no member of the queue help" in refused_.stderr
    assert {f"agent_{act}" for act in ACTS} <= office.verbs.keys()
