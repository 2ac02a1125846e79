"""A switch inside the test's own process, in a thread: for what no configuration can set yet."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from softswitch.app import Switch, running
from softswitch.config import AccountConfig, Config, SipConfig
from softswitch.events import Entry
from softswitch.presence.config import PresenceConfig
from softswitch.presence.mailboxes import Counts
from tests.peers.programs import LOOPBACK

T = TypeVar("T")

START_SECONDS = 60.0
STOP_SECONDS = 15.0
USERS = ("1001", "1002")


class InsideSwitch:
    """A switch with two accounts; runs as long as the context lasts, or until it is stopped."""

    password = "peers-Pw-2"

    def __init__(self, home: Path, presence: PresenceConfig | None = None, **parts: object) -> None:
        """Make one; ``parts`` are further parts of its configuration."""
        self._config = Config(
            home=home,
            sip=SipConfig(bind=LOOPBACK, port=0),
            accounts={user: AccountConfig(password=self.password) for user in USERS},
            presence=presence or PresenceConfig(),
            **parts,  # type: ignore[arg-type]  # the names are Config's own
        )
        self.entries: list[Entry] = []
        """What its log has told, from the start."""
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._switch: Switch | None = None
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="inside switch")

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as fault:  # noqa: BLE001 - told to the test, which waits in another thread
            self._fault = fault
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        async with running(self._config) as switch:
            self._switch = switch
            switch.log.subscribe(self.entries.append)
            self._ready.set()
            await self._stop.wait()

    @property
    def server(self) -> str:
        """Return host and port, as phones want it."""
        assert self._switch is not None
        return f"{LOOPBACK}:{self._switch.port}"

    def set_waiting(self, user: str, counts: Counts) -> None:
        """Set what waits for an account."""
        assert self._switch is not None
        self._loop.call_soon_threadsafe(self._switch.signalling.presence.mailboxes.set, user, counts)

    def do(self, work: Callable[[Switch], T]) -> T:
        """Do something on the switch's own loop and return what comes of it."""

        async def done() -> T:
            assert self._switch is not None
            return work(self._switch)

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(START_SECONDS)

    def stop(self) -> None:
        """Stop it and wait until it has."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(STOP_SECONDS)
        assert not self._thread.is_alive(), "the switch does not stop"
        if self._fault is not None:
            raise self._fault

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(START_SECONDS), "the switch does not start"
        if self._fault is not None:
            raise self._fault
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
