"""What the media worker and its recorder process say to each other: plain frozen messages, two unions.

A tick is the engine's count of frames of 20 ms. In every command it names the frame from which the command
holds: ``Begin(tick=5)`` makes frame 5 the first of the file, ``End(tick=9)`` leaves frame 9 out.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Layout = Literal["stereo", "mixed", "mono"]
"""Said left and heard right; the saturated sum of both; only what was said."""
Form = Literal["wav", "flac", "opus"]
"""What the file becomes when the recording has ended. It is written as WAV in any case."""


class Message(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of all messages between the two."""


class Begin(Message, frozen=True):
    """Make the file and write from ``tick`` on."""

    recording: int
    path: str
    tick: int
    layout: Layout
    then: Form


class Pause(Message, frozen=True):
    """Write nothing from ``tick`` on, or go on: the stretch is missing from the file."""

    recording: int
    on: bool
    tick: int


class Mask(Message, frozen=True):
    """Write silence from ``tick`` on, or go on with sound: the stretch keeps its length.

    What was hidden for its keys goes on ``when_quiet``: once none has sounded on either side for a moment.
    """

    recording: int
    on: bool
    tick: int
    when_quiet: bool = False


class End(Message, frozen=True):
    """The recording is over before ``tick``."""

    recording: int
    tick: int


class Lost(Message, frozen=True):
    """The frames from ``first`` up to, but not with, ``beyond`` did not fit into the ring."""

    first: int
    beyond: int


AnyCommand = Begin | Pause | Mask | End | Lost


class RecorderReady(Message, frozen=True):
    """The recorder process reads its ring."""

    process_id: int


class RecordingBegun(Message, frozen=True):
    """The file is there, at ``path``: another name than asked for when that one was taken."""

    recording: int
    path: str


class RecordingEnded(Message, frozen=True):
    """A recording is over; said exactly once for each that was begun.

    ``seconds`` is the length of the file and ``sha256`` its hash in hexadecimal: 0.0 and empty when there is
    no file, or when nobody is left who knows (the recorder process died). ``masked`` are the silent stretches
    in seconds of the file. ``reason`` is empty when all went well, else a sentence for people. ``octets`` is
    the size of the file.
    """

    recording: int
    path: str
    seconds: float
    sha256: str
    masked: tuple[tuple[float, float], ...] = ()
    reason: str = ""
    octets: int = 0


AnyReport = RecorderReady | RecordingBegun | RecordingEnded
