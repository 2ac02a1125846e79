"""A call centre from outside: callers who keep its queues full and agents who take them, in one loop."""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count, islice
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.agent_phones import SPARE_ROWS, AgentPhones
from benchmarks.callers import BenchmarkFailed
from benchmarks.phones import Phones
from benchmarks.queue_journal import Ears, Journal
from benchmarks.queue_plan import Plan
from benchmarks.sip import Account, Address, Call, Exchange, Stage
from benchmarks.switch import HOST
from benchmarks.talk import Talk

DIAL_RATE: Final = 50
"""Calls begun a second at most, while the queues fill and after."""
GIVE_UP_SECONDS: Final = 60.0
"""Until the queues are full, or empty again, beyond the time it takes to dial."""
HANG_UP_AT_ONCE: Final = 2
"""BYEs a phase at the end: 400 a second."""


class Centre:
    """All phones round a switch under test. ``voices`` are what callers and what agents say, in frames.

    ``music`` are the frames that those who wait may hear.
    """

    def __init__(
        self,
        switch: Address,
        accounts: Sequence[Account],
        plan: Plan,
        voices: tuple[NDArray[np.uint8], NDArray[np.uint8]],
        music: NDArray[np.uint8],
    ) -> None:
        self.plan = plan
        self.journal = Journal()
        self.callers = Talk(plan.rows, HOST, voices[0])
        self.agents = Talk(plan.agents + SPARE_ROWS, HOST, voices[1])
        self.callers_ears = Ears(plan.rows, voices[1], music)
        self.agents_ears = Ears(len(self.agents.sockets), voices[0], music)
        self.callers.watch, self.agents.watch = self.callers_ears.take, self.agents_ears.take
        self._accounts = {account.user: row for row, account in enumerate(accounts[: plan.rows])}
        self._by_row = accounts[: plan.rows]
        self._chance = Random(plan.callers)
        self._phones = Phones(switch, progress=self._progressed)
        self.phones = AgentPhones(
            switch, accounts[plan.rows :], plan=plan, talk=self.agents, ears=self.agents_ears,
            journal=self.journal, later=self._later,
        )  # fmt: skip
        self.phones.floor = self
        self._missing = deque(self._shuffled(plan))
        """The queues that want a further caller."""
        self._rows = deque(range(plan.rows))
        self._calls: dict[int, tuple[Call, str]] = {}
        """The call on each phone that is not free, and the number it has dialled."""
        self._with: dict[int, str] = {}
        """The agent who rings for each caller, or talks with them."""
        self._up: set[int] = set()
        self._talking: set[int] = set()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._dialled_at = time.monotonic()
        self._closing = False

    @property
    def repeated(self) -> int:
        """Requests that callers sent again."""
        return self._phones.repeated

    @property
    def waiting(self) -> int:
        """How many wait on the line."""
        return len(self._up) - len(self._talking)

    def fill(self) -> None:
        """Register the agents and let callers come until all queues are full. Raises BenchmarkFailed."""
        self.phones.register()
        self._until(lambda: self.phones.registered, "the agents are not all registered")
        most = GIVE_UP_SECONDS + self.plan.callers / DIAL_RATE
        # Whoever leaves is replaced after a moment: a hundredth is always on the way.
        enough = self.plan.callers - max(self.plan.callers // 50, 1)
        self._dialled_at = time.monotonic()
        self._until(lambda: self.waiting >= enough, "the queues do not fill", within=most)

    def turn(self) -> None:
        """Let everybody do what is due in one phase."""
        self.callers.pause()
        self.callers.step()
        self.agents.step()
        self.phones.poll()
        now = time.monotonic()
        self._phones.poll(now)
        self._dial(now)
        while self._due and self._due[0][0] <= now:
            heapq.heappop(self._due)[2]()

    def empty(self) -> None:
        """Let everybody go. Raises BenchmarkFailed."""
        self._closing = self.phones.closing = True
        self._missing.clear()

        def gone() -> bool:
            for row in list(islice(self._up, HANG_UP_AT_ONCE)):
                self._hang_up(row)
            return not self._calls

        self._until(gone, "calls do not end")

    def close(self) -> None:
        """Close all sockets."""
        self._phones.close()
        self.phones.close()
        self.callers.close()
        self.agents.close()

    # Who calls, as the agents' phones know them

    def rung(self, caller: str, agent: str) -> None:
        """Take that a phone rings for a caller."""
        self._with[self._accounts[caller]] = agent

    def answered(self, caller: str, at: int) -> None:
        """Take that it is answered."""
        self.callers_ears.wait(self._accounts[caller], at)

    def talks(self, caller: str) -> bool:
        """Take that they talk; tell whether the caller will end it."""
        row = self._accounts[caller]
        if row not in self._calls:
            return False
        call, number = self._calls[row]
        self._talking.add(row)
        self._replace(number)
        ends = self._chance.random() < 0.5
        if ends:
            self._later(self._chance.uniform(*self.plan.talk_s), partial(self._leaves, row, call))
        return ends

    # Callers

    def _dial(self, now: float) -> None:
        while self._missing and now >= self._dialled_at and self._rows:
            self._dialled_at = max(self._dialled_at + 1 / DIAL_RATE, now - 1 / DIAL_RATE)
            row, number = self._rows.popleft(), self._missing.popleft()
            self.callers.open_again(row)
            call = self._phones.call(self._by_row[row], number, self.callers.port(row), now)
            self._calls[row] = call, number
            if self._chance.random() < self.plan.leaving:
                self._later(self._chance.uniform(*self.plan.patience_s), partial(self._gives_up, row, call))

    def _progressed(self, exchange: Exchange) -> None:
        assert isinstance(exchange, Call)
        row = self._accounts[exchange.account.user]
        if exchange.stage is Stage.UP:
            self.callers.join(row, (exchange.far_host or HOST, exchange.far_port))
            self._up.add(row)
            return
        if exchange.stage is Stage.FAILED:
            if row not in self._with and not self._closing:
                raise BenchmarkFailed(f"a caller who waits was let go: {exchange.fault}")
            # The agent has hung up: the sound has ended when the switch said so, or just before.
            self.callers.leave(row)
        self._gone(row)

    def _gives_up(self, row: int, call: Call) -> None:
        if call.stage is Stage.UP and row not in self._talking and self._is_on(row, call):
            self.journal.counts["abandoned"] += 1
            self._replace(self._calls[row][1])
            self._hang_up(row)

    def _leaves(self, row: int, call: Call) -> None:
        if call.stage is Stage.UP and self._is_on(row, call):
            self._hang_up(row)

    def _is_on(self, row: int, call: Call) -> bool:
        return row in self._calls and self._calls[row][0] is call

    def _hang_up(self, row: int) -> None:
        call, _ = self._calls[row]
        now = time.time_ns()
        self._phones.hang_up(call, time.monotonic())
        if row in self._with:
            self.journal.free(self._with[row], now)
        self.callers_ears.stop(row)
        self.callers.leave(row, until=now)
        self._off(row)

    def _gone(self, row: int) -> None:
        del self._calls[row]
        self.callers_ears.stop(row)
        self._off(row)
        self._with.pop(row, None)
        self._rows.append(row)

    def _off(self, row: int) -> None:
        self._up.discard(row)
        self._talking.discard(row)

    def _replace(self, number: str) -> None:
        if not self._closing:
            self._missing.append(number)

    # The loop

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), action))

    def _until(self, done: Callable[[], bool], fault: str, *, within: float = GIVE_UP_SECONDS) -> None:
        end = time.monotonic() + within
        while not done():
            if time.monotonic() > end:
                raise BenchmarkFailed(f"{fault}: {self.waiting} wait, {self.phones.talking} talk")
            self.turn()

    def _shuffled(self, plan: Plan) -> list[str]:
        numbers = [number for number, many in plan.waiting().items() for _ in range(many)]
        self._chance.shuffle(numbers)
        return numbers
