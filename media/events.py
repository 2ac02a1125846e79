"""What a media worker reports: plain frozen messages, one union."""

from __future__ import annotations

import msgspec

from media.recording_messages import RecordingEnded


class Report(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of all reports."""


class WorkerReady(Report, frozen=True):
    """The worker runs and takes commands."""

    process_id: int


class LegOpened(Report, frozen=True):
    """The leg receives on this port."""

    leg: int
    port: int


class OpenFailed(Report, frozen=True):
    """The leg could not be opened; the reason is a sentence."""

    leg: int
    reason: str


class Statistics(msgspec.Struct, frozen=True, array_like=True):
    """What passed on one leg, in packets; ``late`` came too late, ``concealed`` counts pieces of 10 ms.

    ``jitter_ms`` is that of RFC 3550, ``delay_ms`` how long sound waited in the jitter buffer on average.
    ``round_trip_ms`` and ``lost_by_phone`` are what the phone's RTCP told, -1 when it told nothing. ``mos``
    is what the phone's voice would be rated here (ITU-T G.107), 0 when nothing was heard. ``unauthentic``
    counts what was dropped on an encrypted leg because the phone's key does not prove it.
    """

    sent: int = 0
    received: int = 0
    lost: int = 0
    late: int = 0
    concealed: int = 0
    jitter_ms: float = 0.0
    delay_ms: float = 0.0
    round_trip_ms: float = -1.0
    lost_by_phone: int = -1
    mos: float = 0.0
    unauthentic: int = 0


class LegClosed(Report, frozen=True):
    """The leg is gone; its last word."""

    leg: int
    statistics: Statistics


class MediaArrived(Report, frozen=True):
    """First packet of a leg, or its source changed: where sound really comes from."""

    leg: int
    host: str
    port: int


class DigitHeard(Report, frozen=True):
    """A key, by ``rfc4733`` or ``inband``; ``at`` is the tick's time in seconds."""

    leg: int
    digit: str
    method: str
    at: float


class SilenceHeard(Report, frozen=True):
    """Nobody has spoken for as long as ListenForSilence asked; ``spoke``: somebody had before."""

    leg: int
    seconds: float
    spoke: bool


class PlayEnded(Report, frozen=True):
    """What :class:`~media.commands.Play` began is over; ``finished`` tells whether it came to its end."""

    leg: int
    play: int
    seconds: float
    finished: bool


class OneWay(Report, frozen=True):
    """Sound passes in one direction only: ``deaf`` False, none arrives; True, the phone says none reaches it.

    ``seconds`` is how long nothing has arrived; ``ever`` tells whether anything did before.
    """

    leg: int
    deaf: bool
    seconds: float
    ever: bool


class BothWays(Report, frozen=True):
    """After OneWay, sound passes in both directions again."""

    leg: int


class PromptReady(Report, frozen=True):
    """A sound is in the bank and may be played; ``failure`` is a sentence when it cannot be."""

    prompt: int
    failure: str


class MediaTimeout(Report, frozen=True):
    """Nothing has arrived on the leg for this many seconds, though it should."""

    leg: int
    seconds: float


class CommandFailed(Report, frozen=True):
    """A command could not be carried out; the leg, if any, goes on."""

    leg: int
    reason: str


class TickReport(Report, frozen=True):
    """How the worker kept time since the last report (about once a second).

    ``lateness_ms`` has one value a tick: how long after its deadline it began. ``skipped`` counts ticks
    that were left out because the one before was too late; ``cpu`` is processor seconds used so far.
    """

    ticks: int
    skipped: int
    lateness_ms: tuple[float, ...]
    tick_us: tuple[float, ...]
    legs: int
    cpu: float


AnyReport = (
    WorkerReady
    | LegOpened
    | OpenFailed
    | LegClosed
    | MediaArrived
    | DigitHeard
    | SilenceHeard
    | PlayEnded
    | OneWay
    | BothWays
    | PromptReady
    | MediaTimeout
    | RecordingEnded
    | CommandFailed
    | TickReport
)
