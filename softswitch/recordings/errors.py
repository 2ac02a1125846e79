"""What can be wrong with what is asked of recordings.

::

    SoftswitchError
    └── RecordingError              the wish cannot be granted; the text is one sentence that says why
        ├── NoSuchRecording         there is none of that id, or its file is gone
        ├── OnLegalHold             it must not be erased, as somebody holds it
        └── NothingToRecord         nobody talks there, or that talk is not to be recorded
"""

from __future__ import annotations

from softswitch.errors import SoftswitchError


class RecordingError(SoftswitchError):
    """The wish cannot be granted; the text is one sentence that says why."""


class NoSuchRecording(RecordingError):
    """There is no recording of that id, or its file is gone."""


class OnLegalHold(RecordingError):
    """The recording must not be erased: somebody holds it."""


class NothingToRecord(RecordingError):
    """Nobody talks there, or that talk is not to be recorded."""
