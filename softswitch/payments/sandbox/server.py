"""The sandbox as a server: its API, its bank's customers in real time, and webhooks until they are taken."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
import msgspec
from aiohttp import web

from softswitch.clock import Clock
from softswitch.payments.sandbox.api import Desk, application
from softswitch.payments.sandbox.bank import Account, Bank
from softswitch.payments.sandbox.entries import Notified
from softswitch.payments.sandbox.journal import Journal, read_journal
from softswitch.payments.signature import signed

logger = logging.getLogger(__name__)

SIGNATURE_HEADER: Final = "Sandbox-Signature"
WEBHOOK_SECONDS: Final = 5.0
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
"""A webhook that is not taken is sent again after 1, 2, 4 ... 60 seconds, for as long as the sandbox runs."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a sandbox runs. ``public`` is the address pay-links begin with; "" is where it was asked."""

    journal: Path
    host: str = "127.0.0.1"
    port: int = 0
    api_key: str = field(default="sandbox", repr=False)
    webhook: str = ""
    webhook_secret: str = field(default="", repr=False)
    public: str = ""


class Sandbox:
    """A running sandbox; ``url`` is where it answers."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._bank_stirred = asyncio.Event()
        self._webhook_stirred = asyncio.Event()
        self.url = ""
        self.desk = Desk(
            bank=Bank(read_journal(options.journal)),
            journal=Journal(options.journal),
            clock=clock,
            api_key=options.api_key,
            stir=self._stir,
            base=options.public.rstrip("/"),
        )

    def _stir(self) -> None:
        self._bank_stirred.set()
        self._webhook_stirred.set()

    async def run_bank(self) -> None:
        """Let customers and banks act when their time has come, until cancelled."""
        while True:
            self._bank_stirred.clear()
            self.desk.tick()
            due = self.desk.bank.next_due()
            within = None if due is None else max(0.0, due - self.desk.now())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._bank_stirred.wait()

    async def run_webhooks(self) -> None:
        """Tell the webhook every end until it takes it; until cancelled."""
        pause = FIRST_PAUSE_S
        async with aiohttp.ClientSession(trust_env=False) as session:
            while True:
                self._webhook_stirred.clear()
                untold = self.desk.bank.untold()
                taken = [await self._tell(session, account, state) for account, state in untold]
                if all(taken):
                    pause = FIRST_PAUSE_S
                    await self._webhook_stirred.wait()
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE_S)

    async def _tell(self, session: aiohttp.ClientSession, account: Account, state: str) -> bool:
        body = msgspec.json.encode({"type": "payment.changed", "payment": account.shown()})
        headers = {
            "Content-Type": "application/json",
            SIGNATURE_HEADER: signed(body, self._options.webhook_secret, self._clock.wall()),
        }
        limit = aiohttp.ClientTimeout(total=WEBHOOK_SECONDS)
        try:
            async with session.post(
                self._options.webhook, data=body, headers=headers, timeout=limit, allow_redirects=False
            ) as answer:
                good = 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError) as error:
            logger.info("the webhook did not take payment %s: %s", account.id, type(error).__name__)
            return False
        if good:
            self.desk.write([Notified(at=self.desk.now(), payment=account.id, state=state)])
        return good


@contextlib.asynccontextmanager
async def running(options: Options, clock: Clock) -> AsyncIterator[Sandbox]:
    """Run a sandbox as long as the context lasts; raises OSError when its port cannot be had."""
    sandbox = Sandbox(options, clock)
    runner = web.AppRunner(application(sandbox.desk), access_log=None)
    try:
        await runner.setup()
        site = web.TCPSite(runner, options.host, options.port)
        await site.start()
        host, port = runner.addresses[0][:2]
        sandbox.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        async with asyncio.TaskGroup() as tasks:
            loops = [tasks.create_task(sandbox.run_bank())]
            if options.webhook:
                loops.append(tasks.create_task(sandbox.run_webhooks()))
            try:
                yield sandbox
            finally:
                for loop in loops:
                    loop.cancel()
    finally:
        await runner.cleanup()
        sandbox.desk.journal.close()
