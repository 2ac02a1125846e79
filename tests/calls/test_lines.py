"""A line without trunks lets nobody in and leads nowhere."""

from __future__ import annotations

from typing import cast

from softswitch.calls.call import Call
from softswitch.calls.lines import NoExits, NoLines
from softswitch.calls.origin import OutsideCaller
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request


def test_nothing_comes_in_and_nothing_goes_out() -> None:
    lines, hop = NoLines(), Hop("UDP", "203.0.113.1", 5060, "192.0.2.1", 5060)
    assert lines.arrival(Request("INVITE", "sip:+48221234567@192.0.2.1"), hop) is None
    assert lines.destination(OutsideCaller("a", "+48600100200", "", "+48221234567", 1)) is None
    assert not lines.is_urgent("112")
    assert NoExits().ways(cast(Call, None), "112") is None
