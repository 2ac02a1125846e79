"""One leg of sound: what its phone hears, what it says, and what is asked of the media engine for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from weakref import ref

from media import commands as ask
from media import events as tell
from media.client import LegReport, MediaClient, MediaLeg, Worker
from media.errors import MediaError
from softswitch.calls.errors import NoMedia
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.media_port.ear import Ear
from softswitch.calls.media_port.recording import Recording, RecordingReport, only_logged
from softswitch.sip.offer_answer import Stream

logger = logging.getLogger(__name__)

CLOSE_SECONDS: Final = 1.0
"""How long the last statistics of a leg are waited for; the worker answers within a tick."""
KEY_TAIL_SECONDS: Final = 1.0
"""For how long recordings stay silent after the last secret key: it is read when it begins to sound, and a
finger rests on it for some tenths of a second; who is told of it by its sound alone hears it later still."""


@dataclass(frozen=True, slots=True)
class Played:
    """How far a playing came, in seconds, and whether to its end."""

    seconds: float
    finished: bool


class Opener(Protocol):
    """Whoever opened a leg: he knows all others, and so whose recordings would hear a secret."""

    @property
    def client(self) -> MediaClient:
        """Whom the media engine is asked through."""

    @property
    def music(self) -> tuple[int, ...]:
        """The music on hold, by prompts."""

    @property
    def music_is_shared(self) -> bool:
        """Whether all who wait are at the same place of it."""

    def bound_for(self, host: str) -> str:
        """Return what to bind a port to whose phone knows us as ``host``."""

    def forget(self, sound: Sound) -> None:
        """Take that a leg is closed."""

    def recorded(self, sound: Sound) -> None:
        """Take that a leg is being recorded."""

    def is_secret(self, sound: Sound) -> bool:
        """Tell whether a recording of this leg would hear secret keys."""

    def secrecy_changed(self) -> None:
        """Look anew which recordings must hear nothing."""


class Sound:
    """The media side of one leg."""

    def __init__(self, port: Opener, host: str, ear: Ear) -> None:
        self._port = port
        self._ear: Ear | None = ear
        self._leg: MediaLeg | None = None
        self._plays = 0
        self._playing: asyncio.Future[Played] | None = None
        self._closed: asyncio.Future[tell.Statistics] | None = None
        self._listening: bool | None = None
        self._silence: asyncio.Future[bool] | None = None
        self._hears: Callable[[Sound], None] = Sound.hear_nothing
        """Lets a leg hear behind prompts what this one does."""
        self._source: ref[Sound] | int | None = None
        """Whom it hears: another leg, or all in a room."""
        self._recordings: list[Recording] = []
        self.secret = False
        """What the phone says is to be heard in no recording."""
        self._tail: asyncio.TimerHandle | None = None
        self.host = host
        self._agreed: tuple[Stream, float, str] | None = None
        self._heard_from = ""
        self.lost = False
        self.failures: list[str] = []
        """Why recordings of this leg broke off whose end nobody was to be told."""

    @property
    def number(self) -> int:
        """The RTP port the phone must send to."""
        return self._open.port

    @property
    def _open(self) -> MediaLeg:
        assert self._leg is not None
        return self._leg

    async def open(self, near: Sound | None) -> None:
        """Take a port; raise NoMedia when none can be had."""
        try:
            self._leg = await self._port.client.open_leg(
                self._port.bound_for(self.host), self.reported, near=near._leg if near is not None else None
            )
        except MediaError as error:
            raise NoMedia(Termination(Reason.NO_MEDIA)) from error
        if not self._leg.worker.alive:
            # It died between its answer and now, when this leg was not yet among those to be told.
            raise NoMedia(Termination(Reason.MEDIA_WORKER_DIED))

    def agree(self, stream: Stream, *, silence_after: float, signalling_host: str = "") -> None:
        """Tell the engine what was agreed; a held phone may be silent for as long as it likes.

        ``signalling_host`` is where the phone's SIP comes from; behind NAT its sound comes from there too.
        One that only listens may be silent too if it is known to be where it wants its sound: else anybody
        could have us send to anybody.
        """
        self._agreed = (stream, silence_after, signalling_host)
        receives = stream.direction.receives and not stream.held
        sends = stream.direction.sends and not stream.held
        known = stream.host in (signalling_host, self._heard_from)
        keys = stream.keys
        self._send(
            ask.SetStream(
                leg=self._open.number,
                host=stream.host,
                port=stream.port,
                codec=stream.codec,
                payload=stream.payload,
                digits_payload=-1 if stream.digits_payload is None else stream.digits_payload,
                digits_rate=stream.digits_rate,
                send=sends,
                receive=stream.direction.receives,
                silence_after=silence_after if receives or (sends and not known) else 0.0,
                packet_ms=stream.packet_ms,
                control_port=stream.control_port,
                shared_port=stream.shared_port,
                hush=stream.hush,
                signalling_host=signalling_host,
                ours=None if keys is None else ask.MediaKey(keys.suite, keys.ours),
                theirs=None if keys is None else ask.MediaKey(keys.suite, keys.theirs, keys.their_mki),
            )
        )

    async def play(self, prompts: Sequence[int]) -> Played:
        """Play prompts one after another and wait for their end; cancelling stops them at once."""
        if self.lost:
            return Played(0.0, finished=False)
        if self._playing is not None and not self._playing.done():
            self._playing.set_result(Played(0.0, finished=False))
        self._plays += 1
        playing: asyncio.Future[Played] = asyncio.get_running_loop().create_future()
        self._playing = playing
        self._send(ask.Play(self._open.number, self._plays, tuple(prompts)))
        try:
            return await asyncio.shield(playing)
        except asyncio.CancelledError:
            self._send(ask.StopPlay(self._open.number))
            raise

    async def stop_playing(self) -> Played:
        """Stop what plays and return how far it came."""
        playing = self._playing
        if playing is None or self.lost:
            return Played(0.0, finished=False)
        self._send(ask.StopPlay(self._open.number))
        return await playing

    def break_off(self) -> None:
        """Stop what plays; who waits for its end is told how far it came."""
        if self._playing is not None and not self._playing.done():
            self._send(ask.StopPlay(self._open.number))

    def hear_nothing(self) -> None:
        """Let the phone hear silence behind prompts."""
        self._hears = Sound.hear_nothing
        self._listen_to(None)
        self._send(ask.HearNothing(self._open.number))

    def hear_itself(self) -> None:
        """Send the phone its own sound."""
        self._hears = Sound.hear_itself
        self._listen_to(None)
        self._send(ask.HearItself(self._open.number))

    def hear_loop(self, *prompts: int, shared: bool = False, resume: bool = False) -> None:
        """Let the phone hear a tone or music over and over.

        All listeners of ``shared`` music are at the same place; with ``resume`` this one goes on where it
        stopped.
        """
        self._hears = lambda sound: sound.hear_loop(*prompts, shared=shared, resume=resume)
        self._listen_to(None)
        self._send(ask.HearLoop(self._open.number, prompts, shared, resume))

    def hear_music(self) -> None:
        """Let the phone hear the music on hold: where all are, or where this one last stopped."""
        shared = self._port.music_is_shared
        self.hear_loop(*self._port.music, shared=shared, resume=not shared)

    def hear(self, other: Sound) -> None:
        """Let the phone hear another leg."""
        known = ref(other)  # The other hears this one: neither keeps the other alive.

        def hears(sound: Sound) -> None:
            still = known()
            if still is not None and sound.shares_worker(still):
                sound.hear(still)
            else:
                sound.hear_nothing()

        self._hears = hears
        self._listen_to(known)
        if other._leg is not None:
            self._send(ask.HearLeg(self._open.number, other._open.number))

    def hear_room(self, room: int, *, speaks: bool = True, whispers_to: Sound | None = None) -> None:
        """Let the phone hear all others of a room, and if it ``speaks`` them hear it.

        One that does not speak may whisper to one other leg. All who are in a room must be on one worker.
        Who comes in the place of one hears nothing, until they are let in too.
        """
        self._hears = Sound.hear_nothing
        self._listen_to(room)
        to = whispers_to._leg.number if whispers_to is not None and whispers_to._leg is not None else -1
        self._send(ask.HearRoom(self._open.number, room, speaks, to))

    def hear_as(self, other: Sound) -> None:
        """Let the phone hear behind prompts what another leg hears; silence if that is out of its reach."""
        other._hears(self)

    def listen_for_tones(self, on: bool) -> None:
        """Search the sound for keys, or stop it."""
        if self._listening != on:
            self._listening = on
            self._send(ask.ListenForTones(self._open.number, on))

    async def until_silent(self, seconds: float) -> bool:
        """Wait until nobody has spoken for so many seconds; tell whether somebody had before that.

        For one at a time. It ends with its cancelling alone on a leg that is closed.
        """
        silence: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._silence = silence
        self._send(ask.ListenForSilence(self._open.number, seconds))
        try:
            return await silence
        finally:
            self._silence = None
            if self._closed is None:
                self._send(ask.ListenForSilence(self._open.number, 0.0))

    def press(self, digits: str) -> None:
        """Press keys towards the phone."""
        self._send(ask.SendDigits(self._open.number, digits, milliseconds=160, gap=80))

    def record(
        self,
        path: Path,
        ended: Callable[[RecordingReport], None] | None = None,
        *,
        layout: str = "stereo",
        then: str = "wav",
    ) -> Recording | None:
        """Record what the phone says and hears; ``ended`` is told when the file is done.

        Without it, a recording that broke off is only logged. Returns None when there is no sound to record.
        """
        if self._leg is None or self.lost:
            return None
        told, client = ended or only_logged, self._port.client
        number = client.record(self._leg, path, told, layout=layout, then=then)
        recording = Recording(client, self._leg, number)
        self._recordings.append(recording)
        self._port.recorded(self)
        recording.conceal(self._port.is_secret(self))
        return recording

    def conceal(self, on: bool) -> None:
        """Let no recording hear what the phone says, nor what sounds beside it, until a moment after."""
        if self._tail is not None:
            self._tail.cancel()
            self._tail = None
        if on:
            self._keep_secret(True)
        elif self.secret:
            loop = asyncio.get_running_loop()
            self._tail = loop.call_later(KEY_TAIL_SECONDS, self._keep_secret, False)

    def _keep_secret(self, on: bool) -> None:
        if self.secret != on:
            self.secret = on
            self._port.secrecy_changed()

    def _listen_to(self, source: ref[Sound] | int | None) -> None:
        self._source = source
        if isinstance(source, int) or self._recordings:
            self._port.secrecy_changed()

    def hears_secrets(self, among: Iterable[Sound]) -> bool:
        """Tell whether the phone hears one whose keys are secret, or says them itself."""
        if self.secret or self._source is None:
            return self.secret
        if isinstance(self._source, int):
            return any(one.secret and one._source == self._source for one in among)
        other = self._source()
        return other is not None and other.secret

    def conceal_recordings(self, on: bool) -> None:
        """Let the recordings that run hear nothing, or hear again."""
        for recording in self._recordings:
            recording.conceal(on)

    async def close(self) -> tell.Statistics:
        """Let the port go and return the last statistics."""
        self._forget_secrets()
        if self._leg is None or self.lost:
            return tell.Statistics()
        if self._playing is not None and not self._playing.done():
            # Somebody waits for its end, who goes on with the leg that took this one's place.
            self._playing.set_result(Played(0.0, finished=False))
        self._closed = asyncio.get_running_loop().create_future()
        self._send(ask.CloseLeg(self._leg.number))
        self._port.forget(self)
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                return await self._closed
        except TimeoutError:
            return tell.Statistics()
        finally:
            self._ear = None

    def _forget_secrets(self) -> None:
        if self._tail is not None:
            self._tail.cancel()
            self._tail = None
        self._recordings.clear()  # They end with the leg.

    def shares_worker(self, other: Sound) -> bool:
        """Tell whether both are on one worker: only then can they hear each other."""
        return other._leg is not None and self.on_worker(other._leg.worker)

    def on_worker(self, worker: Worker) -> bool:
        """Tell whether this leg is on that worker."""
        return self._leg is not None and self._leg.worker is worker

    def fail(self) -> None:
        """Take that the worker has died."""
        self.lost = True
        self._forget_secrets()
        if self._playing is not None and not self._playing.done():
            self._playing.set_result(Played(0.0, finished=False))
        if self._closed is not None and not self._closed.done():
            self._closed.set_result(tell.Statistics())
        if self._ear is not None:
            self._ear.sound_lost()

    def reported(self, report: LegReport) -> None:
        """Take a report of the worker about this leg."""
        ear = self._ear
        if ear is None:
            return  # It is closed: nobody is left to be told.
        match report:
            case tell.DigitHeard():
                ear.digit_heard(report.digit, report.method)
            case tell.MediaArrived():
                ear.sound_arrived(report.host, report.port)
                self._found(report.host)
            case tell.MediaTimeout():
                ear.sound_missing(report.seconds)
            case tell.OneWay():
                ear.sound_one_way(deaf=report.deaf, ever=report.ever, seconds=report.seconds)
            case tell.BothWays():
                ear.sound_both_ways()
            case tell.SilenceHeard():
                if self._silence is not None and not self._silence.done():
                    self._silence.set_result(report.spoke)
            case tell.PlayEnded() if report.play == self._plays:
                if self._playing is not None and not self._playing.done():
                    self._playing.set_result(Played(report.seconds, report.finished))
            case tell.LegClosed():
                if self._closed is not None and not self._closed.done():
                    self._closed.set_result(report.statistics)
            case tell.CommandFailed():
                logger.warning("the media worker could not do what was asked: %s", report.reason)
            case _:
                pass

    def _found(self, host: str) -> None:
        self._heard_from = host
        if self._agreed is not None and not self._agreed[0].direction.receives:
            stream, silence_after, signalling_host = self._agreed
            self.agree(stream, silence_after=silence_after, signalling_host=signalling_host)

    def _send(self, command: ask.AnyCommand) -> None:
        if self._leg is not None and not self.lost:
            self._port.client.send(self._leg, command)
