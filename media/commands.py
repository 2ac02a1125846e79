"""What may be asked of a media worker: plain frozen messages, one union."""

from __future__ import annotations

import msgspec


class Command(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of all commands."""


class OpenLeg(Command, frozen=True):
    """Take an RTP port on ``host`` for a new leg; answered by LegOpened or OpenFailed."""

    leg: int
    host: str


class SetStream(Command, frozen=True):
    """Tell a leg what was agreed with its phone.

    ``host`` and ``port`` are what the phone promised; where packets really come from wins (NAT).
    ``digits_payload`` -1 means no telephone-event. ``silence_after`` is the number of seconds without a
    packet after which MediaTimeout is reported, 0 for never (a held phone may be silent).
    """

    leg: int
    host: str
    port: int
    codec: str
    payload: int
    digits_payload: int
    digits_rate: int
    send: bool
    receive: bool
    silence_after: float


class CloseLeg(Command, frozen=True):
    """Let a leg go; answered by LegClosed."""

    leg: int


class AddPrompt(Command, frozen=True):
    """Load a frames file into the bank under a number."""

    prompt: int
    path: str


class RemovePrompt(Command, frozen=True):
    """Give the room of a prompt back."""

    prompt: int


class Play(Command, frozen=True):
    """Play prompts one after another over whatever the leg hears, then report PlayEnded.

    Replaces what plays. ``play`` comes back in PlayEnded, so that a late report is not taken for a new one.
    """

    leg: int
    play: int
    prompts: tuple[int, ...]


class StopPlay(Command, frozen=True):
    """End what :class:`Play` began; PlayEnded reports how far it came."""

    leg: int


class HearNothing(Command, frozen=True):
    """Let the leg hear silence when no prompt plays."""

    leg: int


class HearLoop(Command, frozen=True):
    """Let the leg hear a prompt over and over.

    ``shared`` takes the position all shared listeners have (music on hold is one programme); otherwise
    it starts at its beginning (a ring-back tone).
    """

    leg: int
    prompt: int
    shared: bool


class HearLeg(Command, frozen=True):
    """Let the leg hear another leg; a bridge is two of these."""

    leg: int
    other: int


class HearItself(Command, frozen=True):
    """Send the leg's own sound back to it."""

    leg: int


class ListenForTones(Command, frozen=True):
    """Switch the search for keys in the audio on or off."""

    leg: int
    on: bool


class SendDigits(Command, frozen=True):
    """Press keys towards the phone, by telephone-event where agreed, else as tones."""

    leg: int
    digits: str
    milliseconds: int
    gap: int


class Record(Command, frozen=True):
    """Write what arrives on the leg to a WAV file from now on."""

    leg: int
    path: str


class Stop(Command, frozen=True):
    """End the worker after closing every leg."""


AnyCommand = (
    OpenLeg
    | SetStream
    | CloseLeg
    | AddPrompt
    | RemovePrompt
    | Play
    | StopPlay
    | HearNothing
    | HearLoop
    | HearLeg
    | HearItself
    | ListenForTones
    | SendDigits
    | Record
    | Stop
)
