"""Tables and sentences of commands are in the reader's language and safe to print."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from io import StringIO

from rich.console import Console

from softswitch.calls.why import POLISH
from softswitch.commands.records import View
from softswitch.commands.shown import as_json, local_time, sentence, table

TITLES = (("name", "nazwa"), ("when", "kiedy"))


def test_cells_are_printed_as_they_are_and_titles_in_the_language():
    out = StringIO()
    Console(file=out, width=60).print(table(View(language=POLISH), TITLES, [("[bold]x\x1b[2J", "now")]))
    title, row = out.getvalue().splitlines()
    assert title.split() == ["nazwa", "kiedy"]
    assert row.split() == ["[bold]x·[2J", "now"]


def test_sentences_and_times_follow_the_reader():
    assert sentence(View(), "none", "brak").plain == "none"
    assert sentence(View(language=POLISH), "none", "brak").plain == "brak"
    at = "2026-07-01T22:30:00.000000+00:00"
    assert local_time(at, View(zone=timezone(timedelta(hours=2)))) == "2026-07-02 00:30:00"
    assert local_time("", View(zone=UTC)) == ""


def test_json_is_for_programs_and_people_alike():
    assert as_json({"a": (1, "ż")}) == '{\n  "a": [\n    1,\n    "ż"\n  ]\n}'
