"""An offer on real phones: agents' phones ring for one caller, and the first who takes the call has it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from softswitch.calls.branch import Branch
from softswitch.calls.call import Call
from softswitch.calls.confirming import accepts
from softswitch.calls.dialling import Dialler, telling
from softswitch.calls.errors import CallError
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.hunt import Hunt
from softswitch.calls.outbound import OutsideParty, parties_outside
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.queues.config import AgentConfig, QueueConfig
from softswitch.queues.model import Miss, Ring
from softswitch.registrar.bindings import Binding

logger = logging.getLogger(__name__)

ELSEWHERE: Final = Termination(Reason.ANSWERED_ELSEWHERE)
TAKEN_BACK: Final = Termination(Reason.CANCELLED)
NOT_TAKEN: Final = Termination(Reason.NO_ANSWER, CALLEE)

QUEUE: Final = "X-Queue"
WAITED: Final = "X-Queue-Waited"
"""The header fields that name the queue, and the seconds that the caller has waited in it when it rings."""

_MISSES: Final = {
    Reason.BUSY: Miss.BUSY,
    Reason.DECLINED: Miss.REJECT,
    Reason.MOVED: Miss.REJECT,
    Reason.NO_ANSWER: Miss.NO_ANSWER,
}
"""What the end of a phone's ringing means; anything else is that it could not be reached."""


@dataclass(frozen=True, slots=True)
class AgentPhones:
    """Where agents are rung: at their account's phones, or at the number they have named in place of those.

    A phone of theirs that sends calls on is not followed: whoever is there is no agent.
    """

    dialler: Dialler
    agents: Mapping[str, AgentConfig]

    def number(self, agent: str) -> str:
        """Return the account or number at which an agent is rung."""
        return self.agents.get(agent, AgentConfig()).phone or agent

    def is_outside(self, agent: str) -> bool:
        """Tell whether he is rung at a number outside."""
        return self.dialler.name_of(self.number(agent)) is None

    def has_any(self, agent: str) -> bool:
        """Tell whether there is a phone that can be rung."""
        return self.is_outside(agent) or bool(self.dialler.bindings(self.number(agent)))

    def of(self, call: Call, agent: str) -> Sequence[Binding | OutsideParty]:
        """Return what is to ring for a call, outside with the agent's own rights; nothing if nothing can."""
        number = self.number(agent)
        if not self.is_outside(agent):
            return self.dialler.bindings(number)
        return parties_outside(call, [number], self.dialler.exits, agent)[0]


@dataclass(frozen=True, slots=True)
class Won:
    """Who has the caller: an agent on his leg, or with "" somebody who picked the call up at his phone."""

    agent: str
    leg: PhoneLeg
    branch: Branch
    confirmed: bool = False
    """He has heard who waits, and pressed a key."""


class Answers(Protocol):
    """What the desk takes of offers (see :class:`~softswitch.queues.desk.Desk`)."""

    def answered(self, offer: int, agent: str, *, leg: str) -> bool:
        """Take that an agent's phone is answered; False where it comes too late."""
        ...

    def missed(self, offer: int, agent: str, why: Miss) -> None:
        """Take that an agent did not take what was offered."""
        ...


@dataclass(eq=False, slots=True)
class _Attempt:
    """The ringing of one agent."""

    task: asyncio.Task[None]
    leftover: Termination = TAKEN_BACK
    """What its phones are told when it is stopped."""


class Offers:
    """All that rings for one caller of the queue ``name``.

    ``waited`` tells for how many seconds he has waited by now. ``ask`` says who waits to an agent who is to
    press a key for it. The caller's sound must be open: several phones that ring at once would each open it.
    """

    def __init__(
        self,
        call: Call,
        queue: QueueConfig,
        phones: AgentPhones,
        desk: Answers,
        *,
        name: str,
        label: str,
        waited: Callable[[], float],
        ask: Callable[[str, PhoneLeg], Awaitable[str]],
    ) -> None:
        self._call = call
        self._queue = queue
        self._phones = phones
        self._desk = desk
        self._name = name
        self._label = label
        self._waited = waited
        self._ask = ask
        self._attempts: dict[tuple[int, str], _Attempt] = {}
        self._answered = False
        self.won: asyncio.Future[Won] = asyncio.get_running_loop().create_future()

    def ring(self, order: Ring) -> None:
        """Ring agents, each by himself."""
        for agent in order.agents:
            task = asyncio.ensure_future(self._attempt(order, agent))
            self._attempts[order.offer, agent] = _Attempt(task)

    def stop(self, offer: int, agent: str) -> None:
        """Ring an agent no longer."""
        attempt = self._attempts.get((offer, agent))
        if attempt is not None:
            attempt.leftover = ELSEWHERE if self._answered else TAKEN_BACK
            attempt.task.cancel()

    async def close(self) -> None:
        """Ring nobody any longer."""
        tasks = [attempt.task for attempt in self._attempts.values()]
        for offer, agent in list(self._attempts):
            self.stop(offer, agent)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _attempt(self, order: Ring, agent: str) -> None:
        branch = Branch(self._call)
        key = order.offer, agent
        try:
            missed = await self._rung(branch, order, agent)
        except asyncio.CancelledError:
            branch.fell(self._call.gone or self._attempts[key].leftover)
            raise
        except CallError as error:
            missed = _MISSES.get(error.termination.reason, Miss.UNREACHABLE)
        except Exception:
            # The caller waits on, and gets another agent: what is wrong is on this one's side.
            logger.exception("call %s: agent %s could not be rung", self._call.facts.id, agent)
            missed = Miss.UNREACHABLE
        finally:
            del self._attempts[key]
        if missed is not None:
            branch.fell(NOT_TAKEN)
            if self._call.gone is None:  # What ends a call takes its phones along: no fault of theirs.
                self._desk.missed(order.offer, agent, missed)

    async def _rung(self, branch: Branch, order: Ring, agent: str) -> Miss | None:
        """Ring an agent; return how he missed it, None when he has the caller, or comes too late."""
        places = self._phones.of(branch, agent)
        if not places:
            return Miss.UNREACHABLE
        hunt = Hunt(branch, self._label, lambda user: self._phones.dialler.name_of(user) or "", self._fields)
        leg = await hunt.ring(places, order.ring_s)
        if leg is None:
            why = _MISSES.get(telling(hunt.failures).reason, Miss.UNREACHABLE)
            # A phone that has said nothing at all has not rung: whoever sits there has missed nothing.
            return Miss.UNREACHABLE if why is Miss.NO_ANSWER and not hunt.rang else why
        if leg.party not in (agent, places[0].account):
            self._picked_up(branch, leg)
            return None
        confirm = self._asks_for_a_key(agent)
        if confirm and not await self._accepts(branch, agent, leg):
            return Miss.REJECT if leg.over else Miss.NO_ANSWER
        leg = leg.latest
        if self._taken(order, agent, leg):
            self.won.set_result(Won(agent, leg, branch, confirmed=confirm))
        else:
            branch.fell(ELSEWHERE)
        return None

    async def _accepts(self, branch: Branch, agent: str, leg: PhoneLeg) -> bool:
        accepted = False
        try:
            accepted = await accepts(branch, leg, lambda: self._ask(agent, leg))
        finally:
            # Another phone of his that took this one's place meanwhile is no part of the branch.
            if not accepted and leg.latest is not leg:
                self._call.drop(leg.latest, NOT_TAKEN)
        return accepted

    def _taken(self, order: Ring, agent: str, leg: PhoneLeg) -> bool:
        """Tell whether the caller is this agent's; the others are stopped by then."""
        if self._answered:
            return False
        self._answered = True
        self._answered = self._desk.answered(order.offer, agent, leg=leg.name)
        return self._answered

    def _picked_up(self, branch: Branch, leg: PhoneLeg) -> None:
        if self._answered:
            branch.drop(leg, ELSEWHERE)
            return
        self._answered = True
        self.won.set_result(Won("", leg, branch))

    def _asks_for_a_key(self, agent: str) -> bool:
        settings = self._phones.agents.get(agent, AgentConfig())
        return settings.confirm or self._queue.confirm or self._phones.is_outside(agent)

    @property
    def _fields(self) -> tuple[tuple[str, str], ...]:
        """What phones of ours are told: how to ring (RFC 3261 §20.4), and how long the caller has waited."""
        alert = (("Alert-Info", self._queue.alert_info),) if self._queue.alert_info else ()
        return (*alert, (QUEUE, self._name), (WAITED, f"{self._waited():.0f}"))
