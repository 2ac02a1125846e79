"""The leg of somebody who is called over a trunk: when one does not take the call, the next one is tried.

To the rest of the call it is one called party that rings, answers or refuses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from softswitch.calls.called_leg import CalledLeg
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.leg import Leg, Progress, Surroundings
from softswitch.calls.lines import Way
from softswitch.calls.protection import LegProtection
from softswitch.calls.signals import Signal
from softswitch.events import TrunkGivenUp, TrunkTaken
from softswitch.sip.digest import is_stale
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.message import Response
from softswitch.sip.offer_answer import Agreement
from softswitch.sip.signals import Failed, Reply, TransactionKey

_OUR_FAULT: Final = frozenset({401, 407})
"""Refusals of our credentials: they say nothing of the called person."""
_TIMED_OUT: Final = 408
NO_ANSWER: Final = "no answer"
LOOK_SECONDS: Final = 60.0
"""How often we look how many minutes are left: calls that began later use them up, too."""
LEAST_SECONDS: Final = 1.0
"""The least time between two looks: of what is left, several calls may have fractions."""
MOST_CHALLENGES: Final = 3
"""Challenges answered on one way: a server may call a nonce stale that it has just given, not for ever."""

_MEANINGS: Final = {
    403: Reason.TRUNK_REFUSED,
    404: Reason.NO_SUCH_NUMBER,
    410: Reason.NO_SUCH_NUMBER,
    484: Reason.NO_SUCH_NUMBER,
    604: Reason.NO_SUCH_NUMBER,
}
"""What refusals mean that a telephone network gives; the others mean what they mean of a phone."""


def is_trunk_fault(status: int) -> bool:
    """Tell whether a refusal is the trunk's and not the called person's: then another trunk may do better."""
    return status in _OUR_FAULT or status == _TIMED_OUT or 500 <= status < 600


class OutsideLeg(CalledLeg):
    """A party outside. ``ways`` has at least one; they are tried in this order."""

    def __init__(
        self,
        name: str,
        ways: Sequence[Way],
        around: Surroundings,
        tell: Callable[[Leg, Signal], None],
    ) -> None:
        super().__init__(name, ways[0].invitation, around, tell)
        self.shows_identity = False  # Names and inner numbers stay inside.
        self._way = ways[0]
        self._others = list(ways)
        self._abandoned: set[TransactionKey] = set()
        """INVITEs that were given up; their answers may still come."""
        self._patience: asyncio.TimerHandle | None = None
        self._limit: asyncio.TimerHandle | None = None
        self._counted = False
        self._challenges = 0
        self._status = 0
        """Of the refusal, 0 for none."""

    @property
    def trunk(self) -> str:
        """The trunk that is tried, or that has the call."""
        return self._way.trunk

    def _call(self) -> None:
        # Each trunk has its own wish, and gets keys that no other has seen.
        self.srtp = LegProtection(self._way.protection, self.around.key_source)
        super()._call()

    async def invite(self, near: Leg | None = None) -> None:
        """Call over the first way that may be had; raise NoMedia when no port can be had."""
        refused = self._take_next()
        if refused is not None:
            self.ended(Termination(refused, detail=self.party))
            return
        self.around.record(TrunkTaken(self.name, self._way.trunk, self._way.account))
        try:
            await super().invite(near)
        except BaseException:
            self._uncount()
            raise
        self._wait()

    def replied(self, reply: Reply) -> None:
        """Take a response; one by which the trunk refuses leads to the next trunk, until somebody rings."""
        if reply.transaction in self._abandoned:
            self._answered_too_late(reply)
            return
        if reply.transaction == self._transaction:
            self._stop_waiting()
            self._status = status = reply.response.status
            if self.progress is Progress.NEW and is_trunk_fault(status) and not self._cancelled:
                self._refused_by_trunk(reply.response)
                return
        super().replied(reply)

    def _refused_by_trunk(self, response: Response) -> None:
        try:
            again = response.status in _OUR_FAULT and self._sent_again(response)
        except RemoteProtocolError:
            again = False  # A challenge that cannot be read.
        if again:
            self._wait()
        else:
            self._give_up(f"{response.status} {response.reason}".strip())

    def _authorized(self, response: Response) -> bool:
        """Answer a challenge, and another one whose nonce the trunk calls stale (RFC 7616 §3.3)."""
        self._challenges += 1
        if self._invite is not None and 1 < self._challenges <= MOST_CHALLENGES and is_stale(response):
            self._invite = self._invite.again()  # Without the credentials that were too old.
        return super()._authorized(response)

    def failed(self, failed: Failed) -> None:
        """Take that the trunk does not answer at all."""
        if failed.transaction in self._abandoned:
            self._abandoned.discard(failed.transaction)
        elif failed.transaction == self._transaction and self.progress is Progress.NEW:
            self._stop_waiting()
            if self._cancelled:
                self.ended(Termination(Reason.CANCELLED))
            else:
                self._give_up(failed.cause.value)
        else:
            super().failed(failed)

    def came_up(self, agreement: Agreement | None) -> None:
        """Note the answer; the call may last as long as there are minutes left."""
        super().came_up(agreement)
        self._look_again_in(self._way.ledger.answered())

    def _look_again_in(self, seconds: float | None) -> None:
        if seconds is not None:
            seconds = min(max(seconds, LEAST_SECONDS), LOOK_SECONDS)
            self._limit = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        left = self._way.ledger.left()
        if left is not None and left <= 0:
            self.fail(Termination(Reason.LIMIT_REACHED))
        else:
            self._look_again_in(left)

    def ended(self, termination: Termination) -> None:
        """Note the end, in the words of a telephone network."""
        if not self.over:
            self._stop_waiting()
            if self._limit is not None:
                self._limit.cancel()
            self._uncount()
        super().ended(self._meant(termination))

    def _meant(self, termination: Termination) -> Termination:
        refused = not self.answered and termination.by == CALLEE
        meaning = _MEANINGS.get(self._status) if refused else None
        return termination if meaning is None else Termination(meaning, CALLEE)

    # The next way

    def _wait(self) -> None:
        self._stop_waiting()
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(self._way.patience, self._out_of_patience)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _out_of_patience(self) -> None:
        """Go on where not even 100 has come: RFC 3261 would wait 32 s, and no caller does."""
        if self.progress is not Progress.NEW or self._transaction is None:
            return
        self._abandoned.add(self._transaction)
        self.around.signaller.cancel(self._transaction)
        self._give_up(NO_ANSWER)

    def _give_up(self, reason: str) -> None:
        self._way.ledger.failed()
        self._uncount()
        given_up, refused = self._way.trunk, self._take_next()
        after = "" if refused is not None else self._way.trunk
        self.around.record(TrunkGivenUp(self.name, given_up, reason, after))
        if refused is not None:
            self._status = 0
            self.ended(Termination(Reason.TRUNK_DOWN, CALLEE))
            return
        self.around.record(TrunkTaken(self.name, self._way.trunk, self._way.account))
        self._call()
        self._wait()

    def _answered_too_late(self, reply: Reply) -> None:
        """End what a trunk has put through after all (RFC 3261 §13.2.2.4): nobody is there any more."""
        status = reply.response.status
        if status >= 200:
            self._abandoned.discard(reply.transaction)
        if 200 <= status < 300 and reply.dialog is not None:
            self.around.signaller.acknowledge(reply.dialog, reply.response.cseq.number)
            self._end_fork(reply.dialog)

    # Counting

    def _take_next(self) -> Reason | None:
        """Take the next way that may be had now, and count it; return why there is none.

        Judged and counted in one step: of calls that begin together none may see a place that another takes.
        """
        refused: Reason | None = Reason.TRUNK_DOWN
        while self._others and refused is not None:
            way = self._others.pop(0)
            refused = way.ledger.began()
            if refused is None:
                self._way, self._invitation, self._counted = way, way.invitation, True
                self.hop = self._seen_at = way.invitation.hop
                self._challenges = self._status = 0
        return refused

    def _uncount(self) -> None:
        if self._counted:
            self._counted = False
            self._way.ledger.ended()
