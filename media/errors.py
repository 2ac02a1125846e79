"""What can go wrong in the media room.

::

    MediaError
    ├── PortsExhausted      no free RTP port in the configured range
    ├── UnknownLeg          a command names a leg that is not open
    ├── BankFull            no room for another prompt
    └── WorkerGone          the media worker process has ended
"""

from __future__ import annotations


class MediaError(Exception):
    """Base of all errors raised on purpose by the media package."""


class PortsExhausted(MediaError):
    """No free RTP port is left in the configured range."""


class UnknownLeg(MediaError):
    """A command names a leg that is not open."""


class BankFull(MediaError):
    """The prompt bank has no room for another prompt."""


class WorkerGone(MediaError):
    """The media worker process has ended; what was asked of it will not happen."""
