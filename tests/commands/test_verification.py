from __future__ import annotations

import json

from softswitch.commands.verification import show_verified
from softswitch.commands.view import View
from softswitch.integrations.verification import Verified
from softswitch.languages import ENGLISH, POLISH
from tests.commands.printing import text_of

VIEW, PL = View(language=ENGLISH), View(language=POLISH)


def test_what_is_wrong_and_what_is_not() -> None:
    found = Verified(
        faults=["a.wav: it is missing"], notes=["b\x1b[2J.wav: it stands in no list"], lines=2, files=1
    )
    shown = text_of(show_verified(found, view=VIEW))
    assert "a.wav: it is missing" in shown
    assert "\x1b" not in shown
    assert "Faults: 1" in shown
    assert "Usterki: 1" in text_of(show_verified(found, view=PL))


def test_all_is_well() -> None:
    assert "All is as it was put there. " in text_of(show_verified(Verified(lines=2, files=2), view=VIEW))
    assert "and signed" in text_of(show_verified(Verified(signed=True), view=VIEW))
    assert "podpisane" in text_of(show_verified(Verified(signed=True), view=PL))


def test_as_json() -> None:
    told = json.loads(str(show_verified(Verified(lines=2), view=View(as_json=True))))
    assert told == {"faults": [], "notes": [], "lines": 2, "files": 0, "signed": False}
