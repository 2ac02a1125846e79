"""Callers by SIP: they register, dial, talk and listen, all from one loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from benchmarks.phones import Phones
from benchmarks.sip import Account, Address, Call, Exchange, Stage
from benchmarks.talk import Talk

SET_UP_RATE: Final = 100
"""Calls begun a second while the load is built up: not what is measured here."""
LONGEST_WAIT: Final = 30.0
"""Until all requests are answered, beyond the time it takes to send them."""


class BenchmarkFailed(Exception):
    """The load could not be built up; the text says at which call."""


class Callers:
    """Callers of a switch at ``address``, who dial ``number`` from ``accounts`` in turn.

    With ``crypto`` they offer SRTP by that line.
    """

    def __init__(
        self, address: Address, accounts: Sequence[Account], number: str, *, crypto: str = ""
    ) -> None:
        self._accounts = accounts
        self._number = number
        self._rows: dict[Exchange, int] = {}
        self._up: list[Call] = []
        self._talk: Talk | None = None
        self._host = address[0]
        self.phones = Phones(address, progress=self._progressed, crypto=crypto)

    def register(self, talk: Talk) -> None:
        """Register every account."""
        self._talk = talk
        for account in self._accounts:
            self.phones.register(account, time.monotonic())
        self._turn_until(talk, lambda: not len(self.phones))

    def dial(self, talk: Talk, calls: int) -> None:
        """Begin calls at :data:`SET_UP_RATE`, one for each phone, and wait until all are up."""
        self._talk = talk
        begin, begun = time.monotonic(), 0

        def dialled() -> bool:
            nonlocal begun
            while begun < min(calls, (time.monotonic() - begin) * SET_UP_RATE):
                account = self._accounts[begun % len(self._accounts)]
                call = self.phones.call(account, self._number, talk.port(begun), time.monotonic())
                self._rows[call] = begun
                begun += 1
            return len(self._up) == calls

        self._turn_until(talk, dialled, more=calls / SET_UP_RATE)

    def turn(self, talk: Talk) -> None:
        """Let everybody talk for one phase."""
        talk.pause()
        talk.step()
        self.phones.poll(time.monotonic())

    def hang_up(self, talk: Talk) -> None:
        """End every call, a few at a time."""
        calls, self._up = self._up, []
        for call in calls:
            talk.hush(self._rows.pop(call))
        waiting = iter(calls)

        def gone() -> bool:
            for _, call in zip(range(2), waiting, strict=False):
                self.phones.hang_up(call, time.monotonic())
            return not len(self.phones)

        self._turn_until(talk, gone, more=len(calls) / SET_UP_RATE)

    def _turn_until(self, talk: Talk, done: Callable[[], bool], *, more: float = 0.0) -> None:
        end = time.monotonic() + LONGEST_WAIT + more
        while not done():
            if time.monotonic() > end:
                raise BenchmarkFailed(f"the switch has not answered {len(self.phones)} requests")
            self.turn(talk)

    def _progressed(self, exchange: Exchange) -> None:
        if exchange.stage is Stage.FAILED:
            raise BenchmarkFailed(f"{exchange.call_id} after {len(self._up)} calls: {exchange.fault}")
        if isinstance(exchange, Call) and exchange.stage is Stage.UP and self._talk is not None:
            self._up.append(exchange)
            self._talk.connect(self._rows[exchange], (exchange.far_host or self._host, exchange.far_port))
