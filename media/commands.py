"""What may be asked of a media worker: plain frozen messages, one union."""

from __future__ import annotations

import msgspec


class Command(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of all commands."""


class MediaKey(msgspec.Struct, frozen=True, array_like=True):
    """What one side encrypts its SRTP with: master key and salt (RFC 4568 §6.1), and ``mki``, their name."""

    suite: str
    key: bytes
    mki: bytes = b""

    def __repr__(self) -> str:
        """Name the suite alone: a key is never shown."""
        return f"MediaKey({self.suite})"


class OpenLeg(Command, frozen=True):
    """Take an RTP port on ``host`` for a new leg; answered by LegOpened or OpenFailed."""

    leg: int
    host: str


class SetStream(Command, frozen=True):
    """Tell a leg what was agreed with its phone.

    ``host`` and ``port`` are what the phone promised; where packets really come from wins (NAT).
    ``digits_payload`` -1 means no telephone-event. ``silence_after`` is the number of seconds without a
    packet after which MediaTimeout is reported, 0 for never (a held phone may be silent). ``packet_ms`` is
    how much sound a packet to the phone carries. RTCP goes to ``control_port`` of the same host, 0 for the
    port after the RTP's, or shares the RTP's port (RFC 5761); ``hush`` says that the phone understands
    comfort noise. ``signalling_host`` is where its SIP comes from: behind NAT its sound does too. ``ours``
    and ``theirs`` are the keys of SRTP: both, or none for a stream that is not encrypted.
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
    packet_ms: int = 20
    control_port: int = 0
    shared_port: bool = False
    hush: bool = False
    signalling_host: str = ""
    ours: MediaKey | None = None
    theirs: MediaKey | None = None


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
    """Let the leg hear prompts one after another, over and over.

    ``shared`` takes the position all shared listeners have (music on hold is one programme). Otherwise it
    starts at its beginning (a ring-back tone), or with ``resume`` where this leg stopped hearing it.
    """

    leg: int
    prompts: tuple[int, ...]
    shared: bool
    resume: bool = False


class HearLeg(Command, frozen=True):
    """Let the leg hear another leg; a bridge is two of these."""

    leg: int
    other: int


class HearRoom(Command, frozen=True):
    """Let the leg hear all who speak in a room.

    ``speaks`` lets the room hear it. One that does not may whisper to the leg ``whispers_to`` alone, in
    whichever room that is; -1 for none.
    """

    leg: int
    room: int
    speaks: bool
    whispers_to: int = -1


class HearItself(Command, frozen=True):
    """Send the leg's own sound back to it."""

    leg: int


class ListenForTones(Command, frozen=True):
    """Switch the search for keys in the audio on or off."""

    leg: int
    on: bool


class ListenForSilence(Command, frozen=True):
    """Report SilenceHeard when nobody has spoken for so many seconds; 0 for no longer."""

    leg: int
    seconds: float


class SendDigits(Command, frozen=True):
    """Press keys towards the phone, by telephone-event where agreed, else as tones."""

    leg: int
    digits: str
    milliseconds: int
    gap: int


class Record(Command, frozen=True):
    """Record what a leg says and hears, under a number of its own; RecordingEnded tells what became of it.

    ``layout`` is stereo (said left, heard right), mixed, or mono (what the leg says). ``then`` is what the
    WAV file becomes when it is done: wav, flac or opus.
    """

    leg: int
    recording: int
    path: str
    layout: str = "stereo"
    then: str = "wav"


class PauseRecording(Command, frozen=True):
    """Leave out what is said meanwhile."""

    recording: int
    on: bool


class MaskRecording(Command, frozen=True):
    """Put silence in place of what is said meanwhile, and note where: card numbers, passwords.

    With ``when_quiet`` it ends only once no key sounds any more, on either side.
    """

    recording: int
    on: bool
    when_quiet: bool = False


class StopRecording(Command, frozen=True):
    """End a recording; one whose leg closes ends by itself."""

    recording: int


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
    | HearRoom
    | HearItself
    | ListenForTones
    | ListenForSilence
    | SendDigits
    | Record
    | PauseRecording
    | MaskRecording
    | StopRecording
    | Stop
)
