"""``trunks`` as people and programs see it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC
from io import StringIO

import msgspec
import pytest
from rich.console import Console, RenderableType

from softswitch.commands.trunks import STATES, TrunkServer, TrunkState, show_trunks
from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.trunks.health import State

HERE = TrunkServer("203.0.113.1:5060", "UDP", "up", 21.4, "2026-01-05T09:30:00+00:00", "")
AWAY = TrunkServer("203.0.113.2:5060", "UDP", "down", -1.0, "", "no answer")
OFFICE = TrunkState("office", "sip.example.org", True, 2, 30, "", (HERE, AWAY))
LOST = TrunkState("mobile", "203.0.113.9", True, 0, 100, "wrong user name or password", (AWAY,))
UNFOUND = TrunkState("far", "sip.far.test", False, 0, 100, "no address", ())


def printed(shown: RenderableType) -> list[str]:
    out = StringIO()
    Console(file=out, width=120).print(shown)
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_each_server_has_its_line_and_each_trunk_its_name_once() -> None:
    assert printed(show_trunks([OFFICE], view=View(zone=UTC))) == [
        "trunk server state registered calls out",
        "office 203.0.113.1:5060 UDP answers, 21 ms until 09:30:00 2 / 30",
        "203.0.113.2:5060 UDP down: no answer no",
    ]


def test_a_trunk_that_is_not_found_says_why_and_needs_no_registration() -> None:
    _, line = printed(show_trunks([UNFOUND], view=View()))
    assert line == "far sip.far.test not found: no address is known of it - 0 / 100"


def test_in_polish() -> None:
    view = View(language=POLISH)
    assert printed(show_trunks([UNFOUND], view=view))[1] == (
        "far sip.far.test nie znaleziono: brak jej adresu w DNS - 0 / 100"
    )
    lost = replace(LOST, trouble="no answer")
    assert printed(show_trunks([lost], view=view))[1] == (
        "mobile 203.0.113.2:5060 UDP nie działa: brak odpowiedzi nie: brak odpowiedzi 0 / 100"
    )


def test_what_is_wrong_with_a_registration_is_told_where_its_server_answers() -> None:
    trunk = replace(LOST, servers=(replace(HERE, registered_until=""),))
    out = StringIO()
    Console(file=out, width=120).print(show_trunks([trunk], view=View()))
    assert "answers, 21 ms  no: wrong user name or password  0 / 100" in out.getvalue()


@pytest.mark.parametrize(
    ("language", "text"), [("en", "This line has no trunk."), ("pl", "Ta linia nie ma trunków.")]
)
def test_no_trunk_is_told_in_words(language: str, text: str) -> None:
    assert printed(show_trunks([], view=View(language=language))) == [text]


def test_programs_get_all_of_it() -> None:
    told = json.loads(str(show_trunks([OFFICE, UNFOUND], view=View(as_json=True))))
    assert msgspec.convert(told, list[TrunkState]) == [OFFICE, UNFOUND]


def test_every_state_of_a_server_has_its_words() -> None:
    assert {state.value for state in State} <= STATES.keys()
