"""``outbox`` as people and programs see it."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from softswitch.commands.outbox import STATES, show_outbox, show_revived
from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.outbox.model import Delivery, Posted, State
from tests.fakes.clock import START

SECRET = "the text of a message"
ONE = Posted(
    "01J",
    Delivery("voicemail:7:mail", "mail:support", SECRET),
    State.REFUSED,
    START,
    START,
    START + timedelta(hours=72),
    attempts=3,
    trouble="550 no such box",
)


def printed(shown: RenderableType) -> str:
    out = StringIO()
    Console(file=out, width=120).print(shown)
    return out.getvalue()


def test_what_has_not_arrived_is_listed_with_the_reason():
    _, row = printed(show_outbox([ONE], view=View(zone=UTC))).splitlines()
    assert row.split() == [
        *("2026-01-05", "09:00:00", "mail:support", "voicemail:7:mail", "refused", "3"),
        *("550", "no", "such", "box"),
    ]


def test_the_message_itself_is_shown_nowhere():
    for view in (View(), View(as_json=True)):
        assert SECRET not in printed(show_outbox([ONE], view=view))


def test_programs_get_all_else():
    (told,) = json.loads(str(show_outbox([ONE], view=View(as_json=True))))
    assert told["key"] == "voicemail:7:mail"
    assert (told["state"], told["attempts"], told["trouble"]) == ("refused", 3, "550 no such box")


def test_an_empty_list_and_what_came_of_a_retry_are_sentences():
    assert "Wszystko dostarczono." in printed(show_outbox([], view=View(language=POLISH)))
    assert "a:b is tried anew." in printed(show_revived("a:b", revived=True, view=View()))
    assert "Nothing called a:b was given up." in printed(show_revived("a:b", revived=False, view=View()))
    assert json.loads(str(show_revived("a", revived=True, view=View(as_json=True)))) == {
        "key": "a",
        "revived": True,
    }


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_word_in_both_languages(state):
    english, polish = STATES[state]
    assert english
    assert polish
    assert english != polish
