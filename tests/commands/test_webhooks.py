from __future__ import annotations

import json
from zoneinfo import ZoneInfo

from softswitch.commands.view import View
from softswitch.commands.webhooks import show_receivers, show_replayed, show_welcomed
from softswitch.languages import ENGLISH, POLISH
from softswitch.outbox.messages import Receiver
from tests.commands.printing import text_of
from tests.fakes.clock import START

VIEW = View(language=ENGLISH, zone=ZoneInfo("Europe/Warsaw"))
PL = View(language=POLISH, zone=ZoneInfo("Europe/Warsaw"))
JSON = View(as_json=True)
WANTED = {"crm": ("call.ended",), "board": ("queue.left", "call.ended")}
RECEIVERS = [Receiver("crm", 17, gone=START), Receiver("old", 3)]


def test_all_receivers_are_shown_configured_or_not() -> None:
    shown = text_of(show_receivers(RECEIVERS, WANTED, view=VIEW))
    assert [line.split()[0] for line in shown.splitlines()[1:]] == ["board", "crm", "old"]
    assert "2026-01-05 10:00:00" in shown
    assert "17" in shown
    assert "odbiorca" in text_of(show_receivers(RECEIVERS, WANTED, view=PL))


def test_as_json() -> None:
    told = json.loads(str(show_receivers(RECEIVERS, WANTED, view=JSON)))
    assert told[1] == {
        "receiver": "crm",
        "events": ["call.ended"],
        "last": 17,
        "gone": "2026-01-05T09:00:00Z",
    }
    assert json.loads(str(show_replayed("crm", 3, view=JSON))) == {"receiver": "crm", "messages": 3}
    assert json.loads(str(show_welcomed("crm", view=JSON))) == {"receiver": "crm", "gone": None}


def test_sentences() -> None:
    assert "No webhooks" in text_of(show_receivers([], {}, view=VIEW))
    assert "Sent to crm again: 3" in text_of(show_replayed("crm", 3, view=VIEW))
    assert "Nothing from there on" in text_of(show_replayed("crm", 0, view=VIEW))
    assert "jest znów powiadamiany" in text_of(show_welcomed("crm", view=PL))
