"""What can go wrong in a call, with its own verdict.

::

    SoftswitchError
    └── CallError
        ├── NotBegun            the switch cannot begin a call by itself
        ├── CallOver            whom the call was for has left it; its course ends here
        ├── LegEnded            the leg is over; what was asked of it cannot be done
        └── NoMedia             no sound can be had for a leg: no port, no worker
"""

from __future__ import annotations

from softswitch.calls.hangup import Termination
from softswitch.errors import SoftswitchError


class CallError(SoftswitchError):
    """A call cannot go on. ``termination`` is how it then ends."""

    def __init__(self, termination: Termination) -> None:
        super().__init__(termination)
        self.termination = termination

    def __str__(self) -> str:
        return self.termination.reason.value


class NotBegun(CallError):
    """The switch cannot begin a call by itself. ``why`` is a clause for whoever asked for it."""

    def __init__(self, termination: Termination, why: str) -> None:
        super().__init__(termination)
        self.why = why

    def __str__(self) -> str:
        return self.why


class CallOver(CallError):
    """Whom the call was for has left it, and nothing of its course may go on."""


class LegEnded(CallError):
    """The leg is over; what was asked of it cannot be done."""


class NoMedia(CallError):
    """No sound can be had for a leg: no free port, or no media worker."""
