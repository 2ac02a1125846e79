"""One recording that runs: what it hears, and when nothing of the talk may be heard in it."""

from __future__ import annotations

from collections.abc import Callable

from softswitch.calls.media_port import Recording, Sound
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.events import CallEvent, RecordingPaused, RecordingResumed, RecordingStopped

HOLD = "hold"
ASKED = "asked"
SECRET = "secret"


class Running:
    """A recording of what ``leg`` says and hears. ``record`` writes into the log of its call."""

    def __init__(
        self,
        name: str,
        leg: PhoneLeg,
        sound: Sound,
        recording: Recording,
        *,
        record: Callable[[CallEvent], None],
        mode: str,
    ) -> None:
        self.name = name
        self.leg = leg
        self.sound = sound
        self.mode = mode
        self._recording = recording
        self._record = record
        self._held = False
        self._silent_by: str | None = None
        recording.concealed = self._concealed
        if recording.is_concealed:
            self._concealed(True)

    @property
    def is_silent(self) -> bool:
        """Whether somebody has asked that nothing be heard for now."""
        return self._silent_by is not None

    def hold(self, on: bool) -> None:
        """Leave out what is heard while one of the two holds: music is no part of a talk."""
        if on != self._held:
            self._held = on
            self._recording.pause(on)
            self._tell(on, HOLD, "")

    def silence(self, on: bool, by: str) -> None:
        """Put silence in place of the talk, as somebody asks; both sides stay in time."""
        if on != self.is_silent:
            self._silent_by = by if on else None
            self._recording.mask(on)
            self._tell(on, ASKED, by)

    def stop(self, why: str, by: str = "") -> None:
        """End it; the file is told of when it is done."""
        self._recording.concealed = _nobody
        self._recording.stop()
        self._record(RecordingStopped(self.name, why, by))

    def _concealed(self, on: bool) -> None:
        self._tell(on, SECRET, "")

    def _tell(self, on: bool, why: str, by: str) -> None:
        told = RecordingPaused if on else RecordingResumed
        self._record(told(self.name, why, by))


def _nobody(on: bool) -> None:
    """Tell nobody."""
