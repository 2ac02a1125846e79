"""An exchange with voicemail: real calls, virtual time, and recordings that are real files."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from media import commands as ask
from softswitch.calls.call import Call, Destination
from softswitch.calls.dialling import AccountDestination, Dialler
from softswitch.calls.speaking import Speaking
from softswitch.events import CallNotRequested, CallRequested, Event, MessageLeft, MessageNotLeft
from softswitch.presence.mailboxes import MemoryMailboxes
from softswitch.registrar.accounts import Account
from softswitch.sip.errors import LocalProtocolError
from softswitch.voicemail.config import VoicemailConfig
from softswitch.voicemail.errors import VoicemailError
from softswitch.voicemail.files import Files
from softswitch.voicemail.model import Message
from softswitch.voicemail.requests import Tickets
from softswitch.voicemail.service import Means, Voicemail
from softswitch.voicemail.voice import BoxVoice
from tests.fakes.exchange import Exchange, Phone, exchange
from tests.fakes.media import BEEP
from tests.fakes.speaker import FakeSpeaker, let_prompts_end
from tests.fakes.virtual_time import in_virtual_time, passes, settled
from tests.voicemail.memory import Disk, MemoryMessages, MemoryRequests

BOX, NUMBER = "sales", "8000"
PEOPLE = {"1001": "Anna", "1002": "Bartek", "1003": "Celina", "2001": "", "2002": ""}
GREETING = 2.0
"""Seconds of everything that is said (see tests.fakes.speaker)."""


class AtOnce(ThreadPoolExecutor):
    """Threads that are none: in virtual time nobody would wait for them."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it now."""
        done: Future[Any] = Future()
        try:
            done.set_result(function(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - told to who waits for it, as a thread's is.
            done.set_exception(error)
        return done


def without_threads(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test in virtual time, with what is done in threads done at once."""

    async def run(*args: object, **kwargs: object) -> None:
        asyncio.get_running_loop().set_default_executor(AtOnce())
        await test(*args, **kwargs)

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    wrapped = in_virtual_time(run)
    wrapped.__wrapped__ = test  # type: ignore[attr-defined]
    return wrapped


class Sounds:
    """The files that become audible: messages and greetings, each with a number while it is heard."""

    def __init__(self) -> None:
        self.heard: list[Path] = []
        self.loaded: dict[int, Path] = {}
        self.broken: set[str] = set()

    async def file(self, path: Path) -> int:
        """See Recordings."""
        if path.name in self.broken or not os.path.exists(path):  # noqa: ASYNC240 - a test's own folder.
            raise VoicemailError(f"{path} cannot be read")
        self.heard.append(path)
        number = 900 + len(self.heard)
        self.loaded[number] = path
        return number

    def forget(self, number: int) -> None:
        """See Recordings."""
        del self.loaded[number]


class Recorder:
    """The recorder process: a recording becomes a file when it is stopped, or its leg is closed."""

    def __init__(self, switch: Exchange) -> None:
        self._switch = switch
        self._running: dict[int, tuple[int, float]] = {}
        """Recordings by number: their leg, and when they began."""
        self._prompts = switch.client.on_send
        self.slow = False
        """It finishes nothing."""
        switch.client.on_send = self._sent

    def _sent(self, command: ask.AnyCommand) -> None:
        self._prompts(command)
        loop = asyncio.get_running_loop()
        match command:
            case ask.Record():
                self._running[command.recording] = (command.leg, loop.time())
            case ask.StopRecording():
                loop.call_soon(self.finish, command.recording)
            case ask.CloseLeg():
                for number, (leg, _) in list(self._running.items()):
                    if leg == command.leg:
                        loop.call_soon(self.finish, number)

    def finish(self, number: int, reason: str = "") -> None:
        """Make the file and report it."""
        if self.slow or number not in self._running:
            return
        _, began = self._running.pop(number)
        seconds = asyncio.get_running_loop().time() - began
        path, _ = self._switch.client.recordings[number]
        speak_into(path, seconds)
        wall = self._switch.clock.wall().timestamp()
        os.utime(path, (wall, wall))
        self._switch.client.finish_recording(number, seconds=seconds, reason=reason)

    def break_off(self, reason: str = "No space left on device") -> None:
        """Let the one recording that runs end by itself."""
        (number,) = self._running
        self.finish(number, reason)

    @property
    def running(self) -> int:
        """How many recordings run."""
        return len(self._running)


def speak_into(path: Path, seconds: float) -> None:
    """Write a message of a file's usual kind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = (3000 * np.sin(np.arange(round(seconds * 8000)) / 3)).astype(np.int16)
    soundfile.write(path, samples, 8000, "PCM_16", format="WAV")


@dataclass
class Office:
    """The exchange, its voicemail, and what is told of it."""

    switch: Exchange
    voicemail: Voicemail
    speaker: FakeSpeaker
    sounds: Sounds
    recorder: Recorder
    disk: Disk
    messages: MemoryMessages
    requests: MemoryRequests
    mailboxes: MemoryMailboxes
    home: Path
    phones: dict[str, Phone] = field(default_factory=dict)
    woken: list[float] = field(default_factory=list)

    def phone(self, user: str) -> Phone:
        """Return somebody's phone, plugged in by now."""
        if user not in self.phones:
            host = f"192.0.2.{int(user) % 1000 + (10 if user < '2000' else 60)}"
            self.phones[user] = self.switch.phone(user, host)
        return self.phones[user]

    async def calls(self, user: str, number: str = NUMBER, seconds: float = 0.5) -> Phone:
        """Let somebody dial and some time pass."""
        phone = self.phone(user)
        phone.call(number)
        await passes(seconds)
        return phone

    async def types(self, phone: Phone, keys: str, pause: float = 0.1) -> None:
        """Press keys, one after another."""
        for key in keys:
            self.switch.client.digit(phone.sound, key)
            await passes(pause)

    async def speaks(self, user: str = "2001", seconds: float = 8.0, number: str = NUMBER) -> Phone:
        """Let somebody hear greeting and tone and speak for so long."""
        phone = await self.calls(user, number, 2 * GREETING + 1.0)
        assert self.recorder.running == 1
        await passes(seconds)
        return phone

    async def leaves(self, user: str = "2001", seconds: float = 8.0, number: str = NUMBER) -> Message:
        """Let somebody leave a message and hang up; return it."""
        phone = await self.speaks(user, seconds, number)
        before = set(self.messages.rows)
        phone.hang_up()
        await passes(1.0)
        return self.messages.rows[max(before)]

    def told(self, kind: type[Event]) -> list:
        """Return all events of a kind."""
        return self.switch.events(kind)

    @property
    def said(self) -> list[str]:
        """What was said, in order."""
        return self.speaker.said

    def files(self, box: str = BOX) -> list[str]:
        """Return the names of the files of a box."""
        return sorted(path.name for path in (self.home / "voicemail" / "boxes" / box).glob("*"))


def heard_prompts(phone: Phone) -> list[tuple[int, ...]]:
    """Return the prompts a phone was to hear, one tuple for each time."""
    return [one.prompts for one in phone.sound.asked(ask.Play)]


def heard_tone(phone: Phone) -> int:
    """Return how often a phone has heard the tone."""
    return sum(one == (BEEP,) for one in heard_prompts(phone))


@contextlib.asynccontextmanager
async def office(
    home: Path,
    box: Mapping[str, object] | None = None,
    *,
    boxes: Mapping[str, Mapping[str, object]] | None = None,
    routes: Mapping[str, Destination] | None = None,
    tickets: Tickets | None = None,
    customers: Any = None,
    languages: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    leftovers: Callable[[MemoryMessages], None] = lambda store: None,
    least_free: int = 1 << 20,
    **parts: object,
) -> AsyncIterator[Office]:
    """Run an exchange with the box :data:`BOX` at :data:`NUMBER`, or with ``boxes``."""
    one = {"number": NUMBER, "shortest_s": 2, **(box or {})}
    config = VoicemailConfig.model_validate(
        {"boxes": {BOX: one} if boxes is None else boxes, "time_zone": "UTC", **parts}
    )
    async with exchange() as switch:
        switch.accounts.clear()
        for user, name in {**PEOPLE, **(names or {})}.items():
            switch.accounts[user] = Account(user, name, (languages or {}).get(user, ""))
        switch.afterwards = frozenset({MessageLeft, MessageNotLeft, CallRequested, CallNotRequested})
        switch.dialler = Dialler(switch.bindings, PEOPLE.get)
        let_prompts_end(switch)
        speaker, sounds, recorder, disk = FakeSpeaker(), Sounds(), Recorder(switch), Disk()
        messages, requests, mailboxes = MemoryMessages(disk), MemoryRequests(disk), MemoryMailboxes()
        leftovers(messages)

        def route(number: str, account: Account) -> Destination | None:
            found = (routes or {}).get(number) or here.voicemail.numbers.get(number)
            found = found or here.voicemail.personal(number, account)
            known = number in switch.accounts
            return found or (AccountDestination(switch.dialler, number) if known else None)

        def leads_to(number: str, by: str | None) -> Destination | None:
            return route(number, switch.accounts.get(by or "", Account("")))

        means = Means(
            store=messages,
            requests=requests,
            files=Files(home, least_free),
            voice=BoxVoice(Speaking(speaker), sounds, lambda: switch.media.beep),
            show=mailboxes.set,
            log=switch.log,
            clock=switch.clock,
            post=disk,
            account=switch.accounts.get,
            leads_to=leads_to,
            wake=lambda: here.woken.append(switch.clock.monotonic()),
            customers=customers,
            tickets=tickets,
        )
        here = Office(
            switch, Voicemail(config, means), speaker, sounds, recorder, disk, messages, requests, mailboxes,
            home,
        )  # fmt: skip
        switch.router = route
        await here.voicemail.upkeep.look()
        try:
            yield here
        finally:
            disk.works, disk.takes = True, 0.0
            for phone in here.phones.values():
                # Who has not hung up does so now.
                if phone.dialog is not None:
                    with contextlib.suppress(LocalProtocolError):
                        phone.hang_up()
            await passes(1)
            await here.voicemail.close()
            await settled()


class Serving:
    """A destination that serves a caller by the plain function, and keeps how it went."""

    kind, name = "service", "serving"

    def __init__(self, serve: Callable[[Call], Coroutine[Any, Any, Any]]) -> None:
        self._serve = serve

    async def __call__(self, call: Call) -> Any:
        """Serve the caller."""
        return await self._serve(call)
