"""Builds a telephone, takes its steps, and tells by its exit code whether all of them worked."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import tempfile
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from media.client import MediaClient
from media.errors import MediaError
from media.recording_messages import RecordingEnded
from media.soundfiles import read_sound, write_wave
from media.tones import key
from softswitch import __version__
from softswitch.calls.directory import Directory
from softswitch.calls.errors import CallError
from softswitch.calls.hangup import Reason
from softswitch.calls.leg import Surroundings
from softswitch.calls.media_port import MediaPort, Sound
from softswitch.clock import SystemClock
from softswitch.errors import StartError
from softswitch.ids import Tokens
from softswitch.phone.steps import Step
from softswitch.phone.telephone import PATIENCE, Line, PhoneError, Telephone, split_server
from softswitch.ports import refusal
from softswitch.sip.dialog import DEFAULT_PORT
from softswitch.sip.hop import bare_host
from softswitch.sip.offer_answer import Direction
from softswitch.sip.stack import SipStack
from softswitch.transport.addresses import LocalAddresses
from softswitch.transport.driver import SipDriver
from softswitch.transport.tls import Trust

INFO_SECONDS: Final = 0.25
"""Pause between two keys by INFO: a quick finger."""
TONE_SECONDS: Final = 0.12
REFUSALS: Final = {"busy": Reason.BUSY, "decline": Reason.DECLINED}
KEY_SECONDS: Final = 0.30
"""What one key takes by events: 160 ms down, its end packets, 80 ms up."""
FILE_SECONDS: Final = 5.0
"""How long the end of a recording is waited for: it is brought to the disk, which may be slow."""


@dataclass(frozen=True, slots=True)
class PhoneSetup:
    """What the command line says about the phone itself."""

    user: str
    server: str
    password: str = field(repr=False)
    transport: str = "UDP"
    port: int = 0
    rtp: tuple[int, int] = (30_000, 30_999)
    play: Path | None = None
    record: Path | None = None
    register: bool = True
    keep_registered: bool = False
    patience: float = PATIENCE
    ca_file: Path | None = None
    """Over TLS, a PEM file of whom to trust; the system's authorities unless given."""


async def take_steps(
    setup: PhoneSetup, steps: Iterable[Step] | AsyncIterable[Step], say: Callable[[str], None]
) -> bool:
    """Register and take the steps in order; tell whether all worked. ``say`` gets the time-line.

    Each is asked for when the one before is done, so that steps may wait for what happens meanwhile.
    Raises StartError when the phone cannot even be set up, or its files not be used.
    """
    _check_files(setup)
    began = time.monotonic()

    def timed(text: str) -> None:
        say(f"{time.monotonic() - began:8.3f} s  {text}")

    recordings = Recordings(setup.record, timed)
    async with telephone(setup, timed) as (phone, media):
        try:
            if setup.register:
                await phone.register()
            async for step in _each(steps):
                await _take(step, phone, (media, recordings), setup, timed)
            worked = True
        except (PhoneError, CallError, MediaError) as error:
            timed(f"failed: {error}")
            worked = False
        finally:
            await _put_down(phone, setup)
        # The call is over, and with it its file.
        return await recordings.all_good() and worked


async def _each(steps: Iterable[Step] | AsyncIterable[Step]) -> AsyncIterator[Step]:
    if isinstance(steps, AsyncIterable):
        async for step in steps:
            yield step
    else:
        for step in steps:
            yield step


class Recordings:
    """The recordings of a run: one begins with each call; ``say`` hears what became of it."""

    def __init__(self, path: Path | None, say: Callable[[str], None]) -> None:
        self._path = path
        self._say = say
        self._open = 0
        self._failed = False
        self._closed = asyncio.Event()
        self._closed.set()

    def begin(self, sound: Sound) -> None:
        """Record a call from its answer on, if that is wanted."""
        if self._path is not None:
            self._open += 1
            self._closed.clear()
            sound.record(self._path, self._ended, layout="mono")

    def _ended(self, report: RecordingEnded) -> None:
        self._open -= 1
        if self._open == 0:
            self._closed.set()
        if report.reason:
            self._failed = True
            self._say(f"failed: {report.path}: {report.reason}")
        else:
            self._say(f"recorded {report.seconds:.1f} s in {report.path}")

    async def all_good(self) -> bool:
        """Wait until every file is done; tell whether all could be made."""
        try:
            async with asyncio.timeout(FILE_SECONDS):
                await self._closed.wait()
        except TimeoutError:
            self._failed = True
            self._say(f"failed: nobody knows what became of {self._path}")
        return not self._failed


def _check_files(setup: PhoneSetup) -> None:
    """Raise StartError when a sound to play cannot be read, or a recording not be written."""
    if setup.play is not None:
        try:
            read_sound(setup.play)
        except MediaError as error:
            raise StartError(f"cannot play {error}") from error
    if setup.record is not None:
        fresh = not setup.record.exists()
        try:
            setup.record.open("ab").close()
            if fresh:
                setup.record.unlink()
        except OSError as error:
            raise StartError(f"cannot record to {setup.record}: {error.strerror}") from error


async def _put_down(phone: Telephone, setup: PhoneSetup) -> None:
    """Leave nothing behind: no call, and no registration that would ring a phone which is gone."""
    if phone.leg is not None and not phone.leg.over:
        await phone.hang_up()
    if phone.registered and not setup.keep_registered:
        with contextlib.suppress(PhoneError):
            await phone.register(0)


async def _take(
    step: Step,
    phone: Telephone,
    sounding: tuple[MediaPort, Recordings],
    setup: PhoneSetup,
    say: Callable[[str], None],
) -> None:
    media, recordings = sounding
    match step.verb:
        case "call" | "answer":
            await (phone.call(step.text) if step.verb == "call" else phone.answer(step.seconds))
            if phone.leg is not None:
                recordings.begin(phone.leg.voice)
                if setup.play is not None:
                    phone.leg.voice.hear_loop(await media.load(setup.play, as_it_is=True))
        case "busy" | "decline":
            await phone.refuse(step.seconds, REFUSALS[step.verb])
        case "ignore":
            await phone.ignore(step.seconds)
        case "wait":
            await asyncio.sleep(step.seconds)
        case "press":
            say(f"pressing {step.text} (RFC 4733)")
            phone.press_by_events(step.text)
            await asyncio.sleep(KEY_SECONDS * len(step.text))
        case "info":
            say(f"pressing {step.text} (INFO)")
            for digit in step.text:
                phone.press_by_info(digit)
                await asyncio.sleep(INFO_SECONDS)
        case "tones":
            say(f"pressing {step.text} (tones)")
            await _tones(phone, media, step.text)
        case "hold":
            await phone.redirect(Direction.SENDONLY)
        case "resume":
            await phone.redirect(Direction.SENDRECV)
        case "transfer":
            await phone.transfer(step.text)
        case "hangup":
            await phone.hang_up()
        case "ended":
            await phone.ended(step.seconds)
        case "unregister":
            await phone.register(0)


async def _tones(phone: Telephone, media: MediaPort, digits: str) -> None:
    if phone.leg is None:
        raise PhoneError("there is no call")
    with tempfile.TemporaryDirectory() as folder:
        sounds = {}
        for digit in set(digits):
            path = Path(folder) / f"{ord(digit)}.wav"
            await asyncio.to_thread(write_wave, path, key(digit, TONE_SECONDS))
            sounds[digit] = await media.load(path, as_it_is=True)
        for digit in digits:
            await phone.leg.voice.play([sounds[digit]])
            await asyncio.sleep(TONE_SECONDS)


@contextlib.asynccontextmanager
async def telephone(
    setup: PhoneSetup, say: Callable[[str], None]
) -> AsyncIterator[tuple[Telephone, MediaPort]]:
    """Build a telephone, not registered yet; ``say`` hears what happens. Raises StartError."""
    host, port = await _resolved(setup.server, DEFAULT_PORT[setup.transport])
    everywhere = "::" if ":" in host else "0.0.0.0"
    clock, addresses = SystemClock(), LocalAddresses(everywhere)
    name, trust = _trusted(setup)
    tokens = Tokens()
    stack = SipStack(token=tokens, agent=f"softswitch-phone/{__version__}")
    driver = SipDriver(
        stack, clock, user=lambda output: phone.handle(output), addresses=addresses, trust=trust
    )
    with tempfile.TemporaryDirectory(prefix="softswitch-phone-") as folder:
        client = MediaClient(ports=setup.rtp, frames=Path(folder))
        media = MediaPort(client, bind=everywhere)
        try:
            await driver.listen(everywhere, setup.port)
        except OSError as error:
            raise StartError(refusal(error, everywhere, setup.port)) from error
        try:
            try:
                await client.start()
            except MediaError as error:
                raise StartError(f"the media worker cannot start: {error}") from error
            hop = driver.hop(setup.transport, host, port, name=name)
            line = Line(setup.user, hop, setup.server, setup.password)
            around = Surroundings(
                signaller=driver,
                media=media,
                clock=clock,
                record=lambda event: None,
                directory=Directory(),
                random=random.random,
            )
            phone = Telephone(line, around, tokens, say, patience=setup.patience)
            yield phone, media
        finally:
            await driver.close()
            await client.stop()


def _trusted(setup: PhoneSetup) -> tuple[str, Trust]:
    """Return what the switch's certificate must be for, and who is believed; "" where no TLS is spoken."""
    trust = Trust()
    if setup.transport != "TLS":
        return "", trust
    name = bare_host(split_server(setup.server)[0])
    try:
        trust.add(name, authorities=setup.ca_file)
    except OSError as error:
        raise StartError(f"cannot use {setup.ca_file}: {error.strerror}") from error
    return name, trust


async def _resolved(server: str, usual: int) -> tuple[str, int]:
    """Return the IP address and port of ``HOST[:PORT]``; raise StartError when the name is unknown."""
    host, port = split_server(server)
    number = usual if port is None else port
    if not 0 < number <= 65_535:
        raise StartError(f"{number} is no port")
    # An IPv6 address stands in brackets, as in every URI; names are asked for IPv4.
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host.strip("[]"), number, family=family, type=socket.SOCK_DGRAM
        )
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "a name cannot be written like this"
        raise StartError(f"there is no host {host!r}: {why}") from error
    return str(found[0][4][0]), number
