"""The phones of a call centre's agents: they register, are rung, answer, talk and hang up, on one socket."""

from __future__ import annotations

import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Final, Protocol

from benchmarks.answering import REPEAT_SECONDS, Asked, Called, Stage, read_request, respond
from benchmarks.callers import BenchmarkFailed
from benchmarks.phones import LARGEST, RECEIVE_BUFFER
from benchmarks.queue_journal import Ears, Journal
from benchmarks.queue_plan import Plan
from benchmarks.sip import Account, Address, Registration, read_answer
from benchmarks.sip import Stage as Step
from benchmarks.talk import Talk

SPARE_ROWS: Final = 20
"""Places of sound beyond one for each agent: one is used again when its last call is long over."""
_SO_TIMESTAMPNS: Final = 35
_STAMP_ROOM: Final = socket.CMSG_SPACE(16)
_REPEATS: Final = 5

Later = Callable[[float, Callable[[], None]], None]
"""Does something so many seconds from now."""


class Floor(Protocol):
    """Who calls, as the agents' phones know them."""

    def rung(self, caller: str, agent: str) -> None:
        """Take that a phone rings for a caller."""
        ...

    def answered(self, caller: str, at: int) -> None:
        """Take that it is answered."""
        ...

    def talks(self, caller: str) -> bool:
        """Take that they talk; tell whether the caller will end it."""
        ...


class AgentPhones:
    """One phone for each account."""

    def __init__(
        self,
        switch: Address,
        accounts: Sequence[Account],
        *,
        plan: Plan,
        talk: Talk,
        ears: Ears,
        journal: Journal,
        later: Later,
    ) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.connect(switch)
        self._socket.setblocking(False)
        self._address: Address = self._socket.getsockname()
        self._plan = plan
        self._talk = talk
        self._ears = ears
        self._journal = journal
        self._later = later
        self._chance = Random(len(accounts))
        self._rows = deque(range(len(talk.sockets)))
        self._calls: dict[str, Called] = {}
        self._busy: dict[str, Called] = {}
        self.floor: Floor
        self.closing = False
        """Nobody answers any more."""
        self._registrations = {
            f"agent{place}": Registration(account, f"agent{place}", self._address, switch)
            for place, account in enumerate(accounts)
        }

    @property
    def registered(self) -> bool:
        """Tell whether all are."""
        return all(one.stage is Step.DONE for one in self._registrations.values())

    @property
    def talking(self) -> int:
        """How many talk."""
        return sum(call.stage is Stage.TALKING for call in self._busy.values())

    def register(self) -> None:
        """Begin all registrations."""
        for one in self._registrations.values():
            self._socket.send(one.begin())

    def poll(self) -> None:
        """Take what has arrived."""
        while True:
            try:
                data, control, _, _ = self._socket.recvmsg(LARGEST, _STAMP_ROOM)
            except BlockingIOError:
                return
            seconds, nanoseconds = struct.unpack("qq", control[0][2])
            self._take(data, seconds * 1_000_000_000 + nanoseconds)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _take(self, data: bytes, at: int) -> None:
        asked = read_request(data)
        if asked is None:
            self._answered(data)
        elif (call := self._calls.get(asked.call_id)) is not None:
            before = call.stage
            self._send(call.take(asked.method, data))
            self._moved(call, before, at)
        elif asked.method == "INVITE":
            self._rung(data, asked, at)
        else:
            self._send([respond(data, "200 OK")] if asked.method != "ACK" else [])

    def _answered(self, data: bytes) -> None:
        answer = read_answer(data)
        assert answer is not None
        if (registration := self._registrations.get(answer.call_id)) is not None:
            self._send(registration.take(answer))
            if registration.stage is Step.FAILED:
                raise BenchmarkFailed(f"an agent cannot register: {registration.fault}")
        elif (call := self._calls.get(answer.call_id)) is not None and answer.method == "BYE":
            call.bye_answered()
            self._over(call)

    def _rung(self, invite: bytes, asked: Asked, at: int) -> None:
        if asked.user in self._busy:
            self._journal.counts["rung twice"] += 1
            self._send([respond(invite, "486 Busy Here", tag="busy")])
            return
        self._journal.offered(asked.user, at)
        row = self._rows.popleft()
        self._talk.open_again(row)
        call = Called(invite, asked, self._address, row=row, audio_port=self._talk.port(row))
        self._calls[asked.call_id] = self._busy[asked.user] = call
        self.floor.rung(asked.caller, asked.user)
        self._send([call.ring()])
        self._later(self._chance.uniform(*self._plan.answer_s), partial(self._answer, call))

    def _answer(self, call: Called) -> None:
        if call.stage is not Stage.RINGING or self.closing:
            return
        answer, now = call.answer(), time.time_ns()
        self._talk.join(call.row, call.asked.audio)
        self.floor.answered(call.asked.caller, now)
        self._ears.wait(call.row, now)
        self._repeated(call, answer)

    def _hang_up(self, call: Called) -> None:
        if call.stage is not Stage.TALKING:
            return
        now = time.time_ns()
        bye = call.hang_up()
        del self._busy[call.asked.user]
        self._journal.free(call.asked.user, now)
        self._repeated(call, bye)
        self._talk.leave(call.row, until=now)

    def _repeated(self, call: Called, message: bytes, count: int = 0) -> None:
        """Send something, and again until it is answered."""
        if call.waiting is not message:
            return
        if count == _REPEATS:
            raise BenchmarkFailed(f"no answer to {message.split(b' ', 2)[:2]!r} of {call.asked.user}")
        self._journal.counts["repeated"] += count > 0
        self._socket.send(message)
        again = partial(self._repeated, call, message, count + 1)
        self._later(REPEAT_SECONDS * 2**count, again)

    def _moved(self, call: Called, before: Stage, at: int) -> None:
        if call.stage is before:
            return
        if call.stage is Stage.TALKING:
            self._journal.counts["answered"] += 1
            if not self.floor.talks(call.asked.caller):
                self._later(self._chance.uniform(*self._plan.talk_s), partial(self._hang_up, call))
        elif call.stage is Stage.OVER:
            if before is not Stage.LEAVING:
                self._busy.pop(call.asked.user, None)
                # Where a caller's BYE did it, it has been free since that one left.
                self._journal.free(call.asked.user, at)
                self._talk.leave(call.row)
            self._over(call)

    def _over(self, call: Called) -> None:
        if self._calls.pop(call.asked.call_id, None) is not None:
            self._ears.stop(call.row)
            self._rows.append(call.row)

    def _send(self, messages: Sequence[bytes]) -> None:
        for message in messages:
            self._socket.send(message)
