"""One UDP socket on which any number of phones register and call, with the repeats UDP needs."""

from __future__ import annotations

import heapq
import socket
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Final

from benchmarks.sip import Account, Address, Call, Exchange, Registration, Stage, accept_request, read_answer

FIRST_REPEAT: Final = 0.5
"""T1 of RFC 3261 §17.1.1.1 in seconds; doubled each time."""
PATIENCE: Final = 8.0
"""Seconds after which an unanswered request is a failure: nobody waits longer for a ring."""
RECEIVE_BUFFER: Final = 4 << 20
"""A stall of the generator must not lose answers and make the switch look bad."""
LARGEST: Final = 65_535


@dataclass(order=True, slots=True)
class _Repeat:
    """When a request is looked at again; ``order`` keeps two of one instant apart."""

    due: float
    order: int
    exchange: Exchange
    number: int
    request: bytes
    since: float

    @property
    def stale(self) -> bool:
        """Tell whether the request has had its answer."""
        exchange = self.exchange
        return exchange.over or exchange.stage is Stage.UP or exchange.number != self.number


class Phones:
    """All phones of a generator. ``progress`` gets every exchange that is up, done or failed, once each.

    ``host`` is the address they have, the usual one towards the switch unless given. With ``crypto`` they
    offer SRTP by that line (RFC 4568).
    """

    def __init__(
        self,
        switch: Address,
        *,
        progress: Callable[[Exchange], None],
        host: str = "",
        crypto: str = "",
    ) -> None:
        self._crypto = crypto
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self._socket.bind((host, 0))
        self._socket.connect(switch)
        self._socket.setblocking(False)
        self._switch = switch
        self._address: Address = self._socket.getsockname()
        self._progress = progress
        self._exchanges: dict[str, Exchange] = {}
        self._repeats: list[_Repeat] = []
        self._order = count()
        self.repeated = 0
        """Requests sent again because no answer came in time."""

    def __len__(self) -> int:
        """Return how many exchanges are under way."""
        return len(self._exchanges)

    @property
    def host(self) -> str:
        """Return the address of this machine that the switch is reached from."""
        return self._address[0]

    def fileno(self) -> int:
        """Return the socket's file descriptor, for a poller."""
        return self._socket.fileno()

    def register(self, account: Account, now: float) -> Registration:
        """Begin a registration."""
        exchange = Registration(account, self._name(), self._address, self._switch)
        self._begin(exchange, now)
        return exchange

    def call(self, account: Account, number: str, audio_port: int, now: float) -> Call:
        """Begin a call."""
        exchange = Call(
            account, self._name(), self._address, self._switch,
            number=number, audio_port=audio_port, crypto=self._crypto,
        )  # fmt: skip
        self._begin(exchange, now)
        return exchange

    def hang_up(self, call: Call, now: float) -> None:
        """End a call that is up."""
        self._send(call, [call.hang_up()], now)

    def poll(self, now: float) -> None:
        """Take what has arrived, and repeat what waits for an answer too long."""
        while (data := self._read()) is not None:
            answer = read_answer(data)
            if answer is None:
                self._requested(data)
            elif (exchange := self._exchanges.get(answer.call_id)) is not None:
                before = exchange.stage
                self._send(exchange, exchange.take(answer), now)
                if exchange.stage is not before:
                    self._tell(exchange)
        while self._repeats and self._repeats[0].due <= now:
            self._repeat(now)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _name(self) -> str:
        return f"{next(self._order)}-{self._address[1]}"

    def _begin(self, exchange: Exchange, now: float) -> None:
        self._exchanges[exchange.call_id] = exchange
        self._send(exchange, [exchange.begin()], now)

    def _read(self) -> bytes | None:
        try:
            return self._socket.recv(LARGEST)
        except BlockingIOError:
            return None

    def _send(self, exchange: Exchange, requests: list[bytes], now: float) -> None:
        for request in requests:
            self._socket.send(request)
            if request is exchange.waiting:
                self._look_again(exchange, request, now, now)

    def _look_again(self, exchange: Exchange, request: bytes, now: float, since: float) -> None:
        # As long again as it has waited so far: 0.5 s, 1 s, 2 s, 4 s, 8 s after it was sent.
        due = now + max(now - since, FIRST_REPEAT)
        repeat = _Repeat(due, next(self._order), exchange, exchange.number, request, since)
        heapq.heappush(self._repeats, repeat)

    def _repeat(self, now: float) -> None:
        repeat = heapq.heappop(self._repeats)
        exchange = repeat.exchange
        if repeat.stale:
            return
        if now - repeat.since >= PATIENCE:
            exchange.fail(f"no answer to {exchange.method}")
            self._tell(exchange)
            return
        if repeat.request is exchange.waiting:
            self._socket.send(repeat.request)
            self.repeated += 1
        self._look_again(exchange, repeat.request, now, repeat.since)

    def _requested(self, data: bytes) -> None:
        """Accept a request of the switch's: a BYE ends a call that nobody ended here."""
        call_id, answer = accept_request(data)
        self._socket.send(answer)
        exchange = self._exchanges.get(call_id)
        if exchange is not None and data.startswith(b"BYE "):
            exchange.fail("the switch hung up")
            self._tell(exchange)

    def _tell(self, exchange: Exchange) -> None:
        if exchange.over:
            self._exchanges.pop(exchange.call_id, None)
        self._progress(exchange)
