"""``softswitch recordings`` as it is typed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from softswitch.cli import EXIT_CANNOT_START
from softswitch.cli.recordings import TALKS
from softswitch.commands.recordings import RecordingAnswer
from softswitch.control import ControlRefused, Verb
from softswitch.events import RecordingStarted
from tests.cli.running import asked, refused, run
from tests.fakes.clock import FakeClock
from tests.recordings.archive import archive


def recorded(home: Path, *callers: str, clock: FakeClock | None = None) -> list[RecordingStarted]:
    """Let these have been recorded in a home."""

    async def record() -> list[RecordingStarted]:
        async with archive(home, clock or FakeClock()) as here:
            return [
                await here.record(number, caller=caller) for number, caller in enumerate(callers, start=1)
            ]

    return asyncio.run(record())


def test_they_are_listed_and_found(tmp_path: Path) -> None:
    recorded(tmp_path, "+48600100200", "+48222222222")
    both = run("recordings", "--home", tmp_path).stdout.splitlines()
    assert len(both) == 3
    found = run("recordings", "list", "--number", "22 222 22 22", "--json", "--home", tmp_path)
    (one,) = json.loads(found.stdout)
    assert one["caller"] == "+48222222222"
    none = run("recordings", "--since", "2026-02-01", "--pl", "--home", tmp_path)
    assert none.stdout == "Nie ma takich nagrań.\n"


def test_who_plays_or_exports_one_is_shown_with_it(tmp_path: Path) -> None:
    (started,) = recorded(tmp_path, "+48600100200")
    tail = started.recording[-6:]
    played = run("recordings", "play", tail, "--by", "anna", "--why", "training", "--home", tmp_path)
    assert Path(played.stdout.strip()) == tmp_path / "recordings" / started.path
    target = tmp_path / "copy.wav"
    run("recordings", "export", tail, "--to", target, "--by", "bob", "--home", tmp_path)
    assert target.stat().st_size > 1000
    shown = run("recordings", "info", tail, "--home", tmp_path).stdout
    assert "anna: training" in shown
    assert "given out" in shown


def test_what_is_held_is_not_erased_until_it_is_released(tmp_path: Path) -> None:
    (started,) = recorded(tmp_path, "+48600100200")
    name, file = started.recording, tmp_path / "recordings" / started.path
    home = ("--by", "anna", "--home", tmp_path)
    held = run("recordings", "hold", name, "--why", "court", *home)
    assert "court" in held.stdout
    why = ("--why", "asked")
    sentence = refused(EXIT_CANNOT_START, "recordings", "erase", name, *why, *home)
    assert "anna holds it" in sentence
    run("recordings", "release", name, *home)
    assert run("recordings", "erase", name, *why, *home).stdout == f"The recording {name} is erased.\n"
    assert not file.exists()
    assert "being erased" not in run("recordings", "info", name, "--home", tmp_path).stdout


def test_all_of_a_person_are_erased_and_the_running_switch_writes_it_down(tmp_path: Path) -> None:
    first, second = recorded(tmp_path, "+48600100200", "+48600100200")
    told: list[Mapping[str, str]] = []

    def erased(arguments: Mapping[str, str]) -> bool:
        told.append(arguments)
        return True

    words = ("recordings", "erase", "--number", "600100200", "--why", "asked", "--by", "anna", "--limit", "1")
    (result,) = asked(tmp_path, {"recording_erased": erased}, words)
    assert result.stdout == "Recordings erased: 2.\n"
    assert {one["recording"] for one in told} == {first.recording, second.recording}
    assert told[0]["call"] == told[0]["recording"][:-2]
    assert (told[0]["by"], told[0]["why"]) == ("anna", "asked")


def test_what_is_overdue_goes_by_hand_too(tmp_path: Path) -> None:
    recorded(tmp_path, "+48600100200", clock=FakeClock(wall=datetime(2020, 1, 5, tzinfo=UTC)))
    for count in (1, 0):
        assert run("recordings", "tidy", "--home", tmp_path).stdout == f"Recordings erased: {count}.\n"


def test_a_talk_is_recorded_by_the_running_switch(tmp_path: Path) -> None:
    told: list[tuple[str, Mapping[str, str]]] = []

    def acting(name: str) -> Verb:
        def act(arguments: Mapping[str, str]) -> RecordingAnswer:
            told.append((name, arguments))
            if arguments["whom"] == "1009":
                raise ControlRefused("1009 talks with nobody now")
            return RecordingAnswer(arguments["whom"], "01KE5Q2M00AAAAAAAAAA3F7K2A-1")

        return act

    verbs = {f"recording_{what}": acting(what) for what in ("start", "stop", "pause", "resume")}
    questions = [
        ("recordings", what, "1001", "--by", "chief") for what in ("start", "stop", "pause", "resume")
    ]
    *done, no = asked(tmp_path, verbs, *questions, ("recordings", "start", "1009"))
    assert [name for name, _ in told[:4]] == [*TALKS]
    assert told[0][1] == {"whom": "1001", "by": "chief"}
    assert done[0].stdout == "The talk is being recorded: 3F7K2A-1\n"
    assert (no.exit_code, no.stderr) == (EXIT_CANNOT_START, "1009 talks with nobody now\n")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("delete", "X"), "say one of list"),
        (("info",), "needs to know which"),
        (("start",), "needs to know which"),
        (("hold", "X"), "needs --why"),
        (("erase", "X"), "needs --why"),
        (("erase", "--why", "x"), "name one recording, or whose"),
        (("erase", "X", "--call", "Y", "--why", "x"), "name one recording, or whose"),
        (("erase", "--queue", "sales", "--why", "x"), "name one recording, or whose"),
        (("export", "X"), "needs --to"),
    ],
)
def test_what_is_not_said_is_asked_for(words: tuple[str, ...], complaint: str, tmp_path: Path) -> None:
    result = run("recordings", *words, "--home", tmp_path)
    assert result.exit_code == 2
    assert complaint in " ".join(result.output.replace("│", " ").split())


def test_where_nothing_was_recorded_it_says_so(tmp_path: Path) -> None:
    assert refused(EXIT_CANNOT_START, "recordings", "--home", tmp_path).startswith("there is no database")
    recorded(tmp_path)
    assert refused(EXIT_CANNOT_START, "recordings", "info", "X", "--home", tmp_path) == (
        "there is no recording X"
    )
    assert "is no time" in refused(EXIT_CANNOT_START, "recordings", "--since", "soon", "--home", tmp_path)
