"""Tables and sentences of commands are in the reader's language and safe to print."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from io import StringIO

from rich.console import Console

from softswitch.commands.shown import as_json, local_time, sentence, table
from softswitch.commands.view import View
from softswitch.languages import POLISH

TITLES = (("name", "nazwa"), ("when", "kiedy"))


def test_cells_are_printed_as_they_are_and_titles_in_the_language():
    out = StringIO()
    Console(file=out, width=60).print(table(View(language=POLISH), TITLES, [("[bold]x\x1b[2J", "now")]))
    title, row = out.getvalue().splitlines()
    assert title.split() == ["nazwa", "kiedy"]
    assert row.split() == ["[bold]x·[2J", "now"]


def test_a_reason_is_shown_whole_and_what_strangers_write_fills_no_screen():
    out = StringIO()
    reason = "the mail server 127.0.0.1:2525 cannot be reached: nobody listens there"
    Console(file=out, width=300).print(table(View(), TITLES, [(reason, "x" * 999)]))
    row = out.getvalue().splitlines()[1]
    assert reason in row
    assert row.endswith("x" * 199 + "…")


def test_sentences_and_times_follow_the_reader():
    assert sentence(View(), "none", "brak").plain == "none"
    assert sentence(View(language=POLISH), "none", "brak").plain == "brak"
    at = "2026-07-01T22:30:00.000000+00:00"
    assert local_time(at, View(zone=timezone(timedelta(hours=2)))) == "2026-07-02 00:30:00"
    assert local_time("", View(zone=UTC)) == ""


def test_json_is_for_programs_and_people_alike():
    assert as_json({"a": (1, "ż")}) == '{\n  "a": [\n    1,\n    "ż"\n  ]\n}'
