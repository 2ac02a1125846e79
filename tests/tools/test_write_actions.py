"""The page of the actions is that of their definitions."""

from __future__ import annotations

from softswitch.ivr.catalogue import markdown
from tools.write_actions import DOCUMENT


def test_the_page_shows_the_actions_of_today() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == markdown(), "run tools/write_actions.py"
