"""One line on which one call does everything, with real servers around it: see ``test_whole_call_killed``."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import math
import multiprocessing
import os
import re
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from softswitch.clock import SystemClock
from softswitch.integrations.webhook_signing import make_secret
from softswitch.payments.sandbox import server as sandbox
from softswitch.storage.database import Database
from tests.integrations import places
from tests.integrations.post import Post, post_office
from tests.integrations.servers import Server, serving
from tests.scenarios import short_speech
from tests.scenarios.falling_switch import Fall, Process, born, descendants, run
from tests.scenarios.sounding_phone import SoundingPhone, sounding_phone

PASSWORD: Final = "correct-horse"
CALLER, AGENT, MENU, BOX = "1001", "1002", "700", "8000"
PAYS_TO: Final = "+48600100200"
FROM: Final = "line@firm.example"
GROSZE: Final = 1234
SECRET: Final = make_secret(bytes(range(24)))
START_S: Final = 60.0
STEP_S: Final = 60.0
"""How long any one step of a call may take on a busy machine."""
TALK_S: Final = 1.2
MESSAGE_S: Final = 1.0
POLL_S: Final = 0.05
CALLER_HERTZ, AGENT_HERTZ = 440.0, 700.0

TREE: Final = f"""\
tree: money
language: en
numbers: ["{MENU}"]
start: pay
branches:
  pay:
    - pay: {{amount: "12,34", purpose: "FV/7", receipt: "sms:main", receipt_to: "{PAYS_TO}", paid: talk}}
  talk:
    - dial: {{target: "{AGENT}"}}
"""

FIRST_PORT, LAST_PORT, PORTS_EACH = 20_000, 30_999, 40
"""Where sound goes in and out: below the ports that the system gives away by itself."""


def _port_ranges() -> Iterator[str]:
    """Yield ranges, none of which is another's while both are used: neither here nor in another test process.

    Switches that share one can take each other's ports in the moment in which a port is bound anew.
    """
    count = (LAST_PORT + 1 - FIRST_PORT) // PORTS_EACH
    for number in itertools.count(os.getpid() * 37):
        first = FIRST_PORT + number % count * PORTS_EACH
        yield f"{first}-{first + PORTS_EACH - 1}"


_PORTS: Final = _port_ranges()
_PROCESSES: Final = multiprocessing.get_context("forkserver")
"""A start costs more for its imports than for all the rest: they are made once, and each switch is a fork."""
_PROCESSES.set_forkserver_preload(["tests.scenarios.warm_switch"])


async def until(holds: Callable[[], bool], seconds: float = STEP_S) -> bool:
    """Look again and again whether something holds; return whether it did in time."""
    clock = asyncio.get_running_loop()
    end = clock.time() + seconds
    # What is looked at are files and processes of others, which tell nobody of a change.
    while not (held := holds()) and clock.time() < end:  # noqa: ASYNC110
        await asyncio.sleep(POLL_S)
    return held


@dataclass
class World:
    """The servers outside, which live through every fall, and their journals."""

    folder: Path
    post: Post = field(default_factory=Post)
    sms: Server = field(default_factory=Server)
    hook: Server = field(default_factory=Server)
    bank: str = ""
    ftp: int = 0

    @property
    def dropped(self) -> Path:
        """The folder of the file server."""
        return self.folder / "dropped"

    @property
    def journal(self) -> Path:
        """The bank's own."""
        return self.folder / "bank.journal"


@contextlib.asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """Run the servers."""
    here = World(folder)
    here.dropped.mkdir(parents=True)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(post_office(here.post))
        here.sms = await stack.enter_async_context(serving())
        here.hook = await stack.enter_async_context(serving())
        here.ftp = await stack.enter_async_context(places.ftp_server(here.dropped))
        bank = await stack.enter_async_context(sandbox.running(sandbox.Options(here.journal), SystemClock()))
        here.bank = bank.url
        yield here
    # Connections that a fall has cut off are closed by the servers, which do not wait for the end of it.
    await asyncio.sleep(POLL_S)


@dataclass(frozen=True, slots=True)
class Stock:
    """What lines need not make anew: a speech cache that several share, and an empty database to copy."""

    voices: Path
    database: Path


async def stocked(folder: Path, voices: Path) -> Stock:
    """Make a database in a folder."""
    stock = Stock(voices, folder / "switch.db")
    await (await Database.open(f"sqlite:///{stock.database}")).close()
    return stock


def written_down(here: World, stock: Stock) -> Path:
    """Write the line's configuration; return its file."""
    home = here.folder / "home"
    home.mkdir()
    (home / "speech").symlink_to(stock.voices)
    shutil.copy(stock.database, home)
    (home / "money.yaml").write_text(TREE, encoding="utf-8")
    body = {"to": "{{SMS.NUMBER}}", "text": "{{SMS.TEXT}}", "reference": "{{SMS.REFERENCE}}"}
    server = {"host": "127.0.0.1", "port": here.ftp, "tls": "none", "user": places.USER}
    config = {
        "sip": {"bind": "127.0.0.1", "port": 0},
        "media": {"workers": 1, "ports": next(_PORTS)},
        "accounts": {user: {"name": user, "password": PASSWORD} for user in (CALLER, AGENT)},
        "trees": ["money.yaml"],
        "speech": {
            "exec_command": f"{sys.executable} -S -E {short_speech.__file__} {{text}} {{output}}",
            "chains": {"*": ["exec"], "en": ["exec"]},
        },
        "http": {"allow": ["127.0.0.1"]},
        "payments": {"providers": {"bank": {"kind": "blik", "url": here.bank, "api_key": "sandbox"}}},
        "sms": {"main": {"sender": "Firm", "http": {"url": f"{here.sms.url}/send", "body": body}}},
        "mail": {
            "office": {
                "host": "127.0.0.1", "port": here.post.port, "security": "none", "from": FROM,
            }
        },
        "webhooks": {
            "crm": {
                "url": f"{here.hook.url}/hook",
                "secrets": [SECRET],
                "events": ["call.ended", "recording.ready"],
            }
        },
        "drops": {"archive": {"ftp": {**server, "password": places.PASSWORD}}},
        "recordings": {"record": "always", "consent": "none", "form": "flac", "least_free_mb": 1},
        "voicemail": {
            "boxes": {
                "team": {
                    "number": BOX, "mail": "office@firm.example", "shortest_s": 0.3, "review": False,
                    "unavailable": "Speak.",
                }
            },
            "mail_by": "office",
            "least_free_mb": 1,
        },
    }  # fmt: skip
    file = home / "softswitch.yaml"
    file.write_text(json.dumps(config), encoding="utf-8")
    return file


class FallingSwitch:
    """A switch in a process of its own."""

    def __init__(self, config: Path, fall: Fall | None) -> None:
        self._log = config.with_name(f"switch-{len(list(config.parent.glob('switch-*.log')))}.log")
        self._log.touch()
        self.process = _PROCESSES.Process(target=run, args=(str(config), str(self._log), fall))
        self.process.start()
        self._family: list[Process] = []

    @property
    def lines(self) -> list[str]:
        """What it has printed."""
        return self._log.read_text(encoding="utf-8", errors="replace").splitlines()

    @property
    def port(self) -> int:
        """Where it listens, once it has started."""
        found = (re.match(r"listening on .*?127\.0\.0\.1:(\d+)", one) for one in self.lines)
        return next(int(one[1]) for one in found if one)

    async def started(self) -> bool:
        """Wait until it is ready; return False where it fell before."""
        await until(lambda: "ready" in self.lines or not self.process.is_alive(), START_S)
        self._family = [process for one in self._processes() if (process := born(one)) is not None]
        return "ready" in self.lines

    async def ended(self, seconds: float = math.inf) -> None:
        """Wait until it has ended, whyever."""
        await until(lambda: not self.process.is_alive(), seconds)

    async def fallen(self, seconds: float = STEP_S) -> bool:
        """Wait until it has ended; tell whether it was killed."""
        await self.ended(seconds)
        return self.process.exitcode == -signal.SIGKILL

    def left_behind(self) -> list[Process]:
        """Return those of its processes that live on."""
        return [one for one in self._family if born(one.number) == one]

    def _processes(self) -> list[int]:
        return descendants(self.process.pid) if self.process.pid is not None else []

    def told_to_stop(self) -> None:
        """Send SIGTERM."""
        self.process.terminate()

    @property
    def faults(self) -> list[str]:
        """What it complained of: errors, and where they come from."""
        return [one for one in self.lines if re.match(r"(ERROR|CRITICAL) |Traceback|\w*Error\b", one)]

    async def close(self) -> None:
        """End it and its children, however it stands."""
        if self.process.is_alive():
            for one in self._processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
            self.process.kill()
            await self.ended()
        self.process.close()


@contextlib.asynccontextmanager
async def falling_switch(config: Path, fall: Fall | None = None) -> AsyncIterator[FallingSwitch]:
    """Run a switch that kills itself at a point, if one is given."""
    switch = FallingSwitch(config, fall)
    try:
        yield switch
    finally:
        await switch.close()


@dataclass(frozen=True, slots=True)
class Records:
    """The database of a line, read from outside."""

    home: Path

    def answers(self, *queries: str) -> list[list[sqlite3.Row]]:
        """Return what questions find, all at one moment; nothing where there is no database or table yet."""
        with contextlib.suppress(sqlite3.OperationalError):
            database = sqlite3.connect(f"file:{self.home / 'switch.db'}?mode=ro", uri=True, timeout=5)
            with contextlib.closing(database):
                database.row_factory = sqlite3.Row
                database.execute("BEGIN")
                return [database.execute(query).fetchall() for query in queries]
        return [[] for _ in queries]

    def rows(self, query: str) -> list[sqlite3.Row]:
        """Return what one question finds."""
        return self.answers(query)[0]

    async def until(self, query: str) -> None:
        """Wait until a question finds something."""
        assert await until(lambda: bool(self.rows(query)))


@dataclass
class Told:
    """What the caller was told in the call, as far as it went."""

    heard_promise_s: float = 0.0
    """How long the tone was heard that stands for "your message has been kept"."""


async def whole_call(switch: FallingSwitch, records: Records, told: Told) -> None:
    """Let a caller pay, talk with somebody who sends him to a box, leave a message, and be hung up on."""
    async with (
        sounding_phone(AGENT, PASSWORD, switch.port, AGENT_HERTZ) as agent,
        sounding_phone(CALLER, PASSWORD, switch.port, CALLER_HERTZ) as caller,
    ):
        try:
            await agent.register()
            await caller.begin(MENU)
            await _pay(caller, records)
            await _talk(agent)
            await records.until("SELECT 1 FROM voice_messages")
            assert await until(lambda: bool(list(records.home.glob("voicemail/boxes/team/*.wav"))))
            await asyncio.sleep(MESSAGE_S)
            await caller.press("#")
            assert await until(caller.over.is_set)
        except (AssertionError, TimeoutError) as error:
            await asyncio.sleep(POLL_S)
            error.add_note("\n".join(switch.lines))
            raise
        finally:
            told.heard_promise_s = caller.heard_share(short_speech.PROMISE_HERTZ)


async def _pay(caller: SoundingPhone, records: Records) -> None:
    await records.until("SELECT 1 FROM payments WHERE state = 'waiting_for_code' AND reference != ''")
    await caller.press("770000")
    await records.until("SELECT 1 FROM payments WHERE state != 'waiting_for_code'")
    for _ in range(3):
        # Any key lets the menu look at once whether the customer has confirmed.
        await caller.press("1")


async def _talk(agent: SoundingPhone) -> None:
    assert await until(agent.talking.is_set)
    await asyncio.sleep(TALK_S)
    await agent.transfer(BOX)
