"""What can go wrong with messages and their boxes.

::

    SoftswitchError
    └── VoicemailError      the text is for people, one sentence
        ├── NoSuchBox       no box has that name
        ├── BoxFull         it holds as many messages as it may
        ├── NoRoom          the disk has no room for another message
        └── NotStored       the database or the disk does not take it (now)
"""

from __future__ import annotations

from softswitch.errors import SoftswitchError


class VoicemailError(SoftswitchError):
    """A message or a box cannot be dealt with as was asked."""


class NoSuchBox(VoicemailError):
    """No box has that name."""

    def __init__(self, box: str) -> None:
        super().__init__(f"there is no voicemail box {box!r}")
        self.box = box


class NoSuchDesk(VoicemailError):
    """Nobody of that name calls back."""

    def __init__(self, desk: str) -> None:
        super().__init__(f"there is no desk {desk!r} that calls back")
        self.desk = desk


class BoxFull(VoicemailError):
    """A box holds as many messages as it may."""

    def __init__(self, box: str) -> None:
        super().__init__(f"the voicemail box {box!r} is full")
        self.box = box


class NoRoom(VoicemailError):
    """The disk has no room for another message."""


class NotStored(VoicemailError):
    """Something could not be brought to the disk: whoever waits for it must be told the truth."""
