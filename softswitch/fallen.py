"""Calls that a fall of the switch cut off: each gets its end in the log, so that every call has just one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from softswitch.bus import EventLog
from softswitch.calls.hangup import CODES, SWITCH, Reason
from softswitch.events import CallEnded

_CODES = CODES[Reason.SWITCH_FELL]
_END = CallEnded(_CODES.result.value, Reason.SWITCH_FELL.value, _CODES.sip, _CODES.q850, SWITCH)


def end_cut_off(log: EventLog, cut_off: Mapping[str, datetime]) -> None:
    """Write the ends of calls that have none, each at the time of the last that is known of it."""
    for call, last in cut_off.items():
        log.append(_END, call=call, at=last)
