"""What can go wrong when a trace is shown.

::

    SoftswitchError
    └── TraceError                  one sentence for who asked for the trace
        └── NotHep                  these octets are no HEPv3 packet
"""

from __future__ import annotations

from softswitch.errors import SoftswitchError


class TraceError(SoftswitchError):
    """A trace cannot be shown or written."""


class NotHep(TraceError):
    """These octets are no HEPv3 packet."""
