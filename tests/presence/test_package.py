"""Who may watch whom."""

from __future__ import annotations

from softswitch.presence.package import WatchRules


def test_everybody_may_watch_everybody_unless_it_is_said_who() -> None:
    rules = WatchRules({"1001": ("1002",), "1009": ()})
    assert rules.allow("1003", "1002")
    assert rules.allow("1002", "1001")
    assert not rules.allow("1003", "1001")
    assert not rules.allow("1001", "1009")
    assert rules.allow("1009", "1009")
