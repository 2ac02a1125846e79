"""The one door between calls and the media room: legs of sound by name, sounds by path."""

from softswitch.calls.media_port.ear import Ear
from softswitch.calls.media_port.port import MediaPort
from softswitch.calls.media_port.recording import Recording, RecordingReport
from softswitch.calls.media_port.sound import Played, Sound

__all__ = ["Ear", "MediaPort", "Played", "Recording", "RecordingReport", "Sound"]
