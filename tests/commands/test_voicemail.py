"""``voicemail`` and ``callbacks`` as people and programs see them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from softswitch.commands.view import View
from softswitch.commands.voicemail import (
    show_boxes,
    show_deleted,
    show_done,
    show_exported,
    show_messages,
    show_pin,
    show_requests,
)
from softswitch.languages import POLISH
from softswitch.voicemail.model import Message, Request, RequestState, State, Tally
from tests.commands.test_outbox import printed
from tests.fakes.clock import START

PLAIN, POLISH_VIEW, JSON = View(zone=UTC), View(zone=UTC, language=POLISH), View(as_json=True)
MESSAGE = Message(
    "01MSG", "sales", "01CALL", START, "600100200", "Jan", "8000", "bank: gate", "01MSG.wav", 8.2,
    urgent=True, state=State.NEW,
)  # fmt: skip
REQUEST = Request("01REQ", "night", "600100200", "600100200", "222", "01CALL", START, "Jan", ticket="T-1")


def test_boxes() -> None:
    _, first, second = printed(
        show_boxes({"team": Tally(2, 1, 1, 0), "1001": Tally(0, 3)}, view=PLAIN)
    ).splitlines()
    assert first.split() == ["1001", "0", "3", "0"]
    assert second.split() == ["team", "2", "1", "1"]
    assert "no messages" in printed(show_boxes({}, view=PLAIN))
    assert json.loads(str(show_boxes({"a": Tally(1)}, view=JSON)))["a"]["new"] == 1


def test_messages_of_a_box() -> None:
    told = printed(
        show_messages([MESSAGE, replace(MESSAGE, state=State.OLD, urgent=False)], view=POLISH_VIEW)
    )
    _, first, second = told.splitlines()
    assert "nowa, pilna" in first
    assert "0:08" in first
    assert "bank: gate" in first
    assert "stara" in second
    assert "Nie ma wiadomości" in printed(show_messages([], view=POLISH_VIEW))
    (one,) = json.loads(str(show_messages([MESSAGE], view=JSON)))
    assert (one["id"], one["state"], one["left_at"]) == ("01MSG", "new", "2026-01-05T09:00:00Z")


def test_what_strangers_are_called_paints_no_terminal() -> None:
    assert "\x1b[31m" not in printed(show_messages([replace(MESSAGE, caller_name="\x1b[31mJan")], view=PLAIN))


def test_requests_and_who_has_called() -> None:
    done = replace(REQUEST, state=RequestState.DONE, done_at=START, done_by="anna", note="reached")
    _, first, second = printed(show_requests([REQUEST, done], view=PLAIN)).splitlines()
    assert first.split()[-2:] == ["T-1", "waits"]
    assert "called" in second
    assert "Nobody is to be called back" in printed(show_requests([], view=PLAIN))
    assert json.loads(str(show_requests([done], view=JSON)))[0]["note"] == "reached"


def test_what_was_done_is_said() -> None:
    assert "in out.wav" in printed(show_exported(MESSAGE, Path("out.wav"), view=PLAIN))
    assert "Usunięto wiadomość 01MSG" in printed(show_deleted(MESSAGE, view=POLISH_VIEW))
    assert "is set" in printed(show_pin("1001", reset=False, view=PLAIN))
    assert "configuration again" in printed(show_pin("1001", reset=True, view=PLAIN))
    assert "600100200 was called back" in printed(show_done(REQUEST, view=PLAIN))
    assert json.loads(str(show_exported(MESSAGE, Path("a"), view=JSON)))["file"] == "a"
    assert json.loads(str(show_deleted(MESSAGE, view=JSON)))["deleted"] is True
    assert json.loads(str(show_pin("1001", reset=True, view=JSON)))["pin"] == "configuration"
    assert json.loads(str(show_done(REQUEST, view=JSON)))["number"] == "600100200"
