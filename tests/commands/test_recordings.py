"""``recordings`` as people and programs see them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, timedelta
from io import StringIO
from typing import get_args

import pytest
from rich.console import Console, RenderableType

from softswitch.commands.recordings import (
    DEEDS,
    DONE,
    STATES,
    RecordingAnswer,
    moment,
    show_answer,
    show_erasure,
    show_recording,
    show_recordings,
)
from softswitch.commands.view import View
from softswitch.narration.recordings import RECORDING_WORDS
from softswitch.recordings import consent, running, shelf, witness
from softswitch.recordings.catalogue import RETENTION, Erasure
from softswitch.recordings.config import ConsentKind
from softswitch.recordings.errors import RecordingError
from softswitch.recordings.model import Access, Deed, Hold, Recorded, State
from tests.fakes.clock import START

ID = "01KE5Q2M00AAAAAAAAAA3F7K2A-1"
DONE_ONE = Recorded(
    ID, ID[:-2], 1, START, "+48600100200", "1001", "600", "sales", "office", "C7", "on_demand", "queue:sales",
    "1001", "notice", "2026/01/05/x.flac", State.DONE, START + timedelta(seconds=70), 65.0, 1_234_567,
    "ab" * 32, ((3.0, 4.5),), "the disk was full", START + timedelta(days=90),
    Hold("anna", "complaint\x1b 7", START),
)  # fmt: skip
RUNS = Recorded(ID, ID[:-2], 2, START, "", "1002", because="line")
VIEW, POLISH, JSON = View(zone=UTC), View(zone=UTC, language="pl"), View(as_json=True)


def printed(shown: RenderableType) -> list[str]:
    out = StringIO()
    Console(file=out, width=160, color_system=None).print(shown)
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_each_recording_has_its_line() -> None:
    assert printed(show_recordings([DONE_ONE, RUNS], view=VIEW)) == [
        "Recording When Caller Agent Queue Lasts State",
        "3F7K2A-1 2026-01-05 09:00:00 +48600100200 1001 sales 1 min 5 s done, broken off, held",
        "3F7K2A-1 2026-01-05 09:00:00 - 1002 - - running",
    ]
    assert printed(show_recordings([], view=VIEW)) == ["There are no such recordings."]
    assert printed(show_recordings([RUNS], view=POLISH))[1].endswith("- 1002 - - trwa")


def test_one_is_shown_in_full_with_who_listened() -> None:
    access = Access(ID, START, "bob", Deed.LISTENED, "training")
    shown = printed(show_recording(DONE_ONE, [access], view=VIEW, folder="/kept"))
    assert shown == [
        f"Recording {ID}",
        f"Call {ID[:-2]}",
        "Began 2026-01-05 09:00:00 UTC",
        "Left side +48600100200",
        "Right side 1001",
        "Dialled 600",
        "Queue sales",
        "Trunk office",
        "Customer C7",
        "Asked for by 1001",
        "Rule queue sales",
        "Consent heard the notice",
        "State done, broken off, held",
        "Trouble the disk was full",
        "Lasts 1 min 5 s, 1.2 MB",
        "File /kept/2026/01/05/x.flac",
        f"SHA-256 {'ab' * 32}",
        "Silent 3.0-4.5 s",
        "Kept until 2026-04-05",
        "Held anna, 2026-01-05: complaint· 7",
        "listened 2026-01-05 09:00:00 bob: training",
    ]
    other = printed(show_recording(RUNS, [], view=POLISH, folder="/kept"))
    assert "Reguła cała linia" in other
    assert "Do kiedy bez terminu" in other


def test_programs_get_all_of_it() -> None:
    (told,) = json.loads(str(show_recordings([DONE_ONE], view=JSON)))
    assert (told["id"], told["state"], told["masked"]) == (ID, "done", [[3.0, 4.5]])
    access = Access(ID, START, "bob", Deed.LISTENED)
    whole = json.loads(str(show_recording(DONE_ONE, [access], view=JSON, folder="")))
    assert whole["accesses"][0]["deed"] == "listened"
    assert json.loads(str(show_erasure(Erasure(("a",), ()), view=JSON))) == {"erased": ["a"], "kept": []}
    answer = json.loads(str(show_answer("start", RecordingAnswer("1001", ID), view=JSON)))
    assert answer == {"whom": "1001", "recording": ID}


def test_what_came_of_a_deed() -> None:
    assert printed(show_answer("start", RecordingAnswer("1001", ID), view=VIEW)) == [
        "The talk is being recorded: 3F7K2A-1"
    ]
    assert printed(show_answer("start", RecordingAnswer("1001", ""), view=POLISH)) == [
        "Rozmówcy słyszą teraz komunikat; potem zacznie się nagranie."
    ]
    came = Erasure(("a", "b"), ("anna holds it",))
    assert printed(show_erasure(came, view=VIEW)) == ["Recordings erased: 2.", "anna holds it"]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-22", "2026-11-22T00:00:00+00:00"),
        ("2026-11-22 18:30", "2026-11-22T18:30:00+00:00"),
        ("2026-11-22T18:30:15", "2026-11-22T18:30:15+00:00"),
    ],
)
def test_times_as_people_write_them(text: str, at: str) -> None:
    assert moment(text, UTC).isoformat() == at


def test_days_by_name_and_what_is_no_time() -> None:
    assert moment("today", UTC) - moment("wczoraj", UTC) == timedelta(days=1)
    assert moment("today").tzinfo is not None
    for text in ("soon", "2026-13-01", "2026-11-22 25:00"):
        with pytest.raises(RecordingError, match="is no time"):
            moment(text)


def test_every_code_has_its_words() -> None:
    codes = {
        *(running.HOLD, running.ASKED, running.SECRET, shelf.DISK_FULL, shelf.NO_FOLDER, RETENTION),
        *(witness.TALK_OVER, witness.HANDED_OVER, witness.RULE, witness.MOVED, witness.ASKED),
        *(
            witness.NO_CONSENT,
            witness.NO_SOUND,
            witness.NOT_TOLD,
            consent.NOTICE,
            consent.SILENCE,
            consent.KEY,
        ),
    }
    assert codes <= RECORDING_WORDS.keys()
    assert {*State} == {*STATES}
    assert {*Deed} == {*DEEDS}
    assert {*DONE} == {"start", "stop", "pause", "resume"}
    assert {*get_args(ConsentKind)} == {"none", "notice", "choice"}


def test_an_erased_one_has_no_time_left() -> None:
    gone = replace(DONE_ONE, state=State.ERASED, hold=None, reason="")
    assert not any(line.startswith("Kept until") for line in printed(
        show_recording(gone, [], view=VIEW, folder="")
    ))  # fmt: skip
