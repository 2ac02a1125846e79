"""Calls controlled from outside: begun, ended and handed over by a program, with an account's rights."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from softswitch.calls.call import Call, Destination
from softswitch.calls.dialling import RING_SECONDS, AccountDestination, Dialler
from softswitch.calls.errors import NotBegun
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.originate import Origination, Originator
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.signals import Referred
from softswitch.sip.replaces import Reference

LeadsTo = Callable[[str, str | None], Destination | None]
"""Finds where a number leads with the rights of an account, or for None with the switch's own."""

MADE_FOR: Final = "click_to_call"
ACCEPT_SECONDS: Final = 2.0
"""How long a talk may take until it takes a transfer up: it does so at once, unless one is running."""


class OrderedTransfer:
    """A transfer that a program has asked for. Implements TransferRequest."""

    def __init__(self, number: str) -> None:
        self.reference = Reference(number)
        self._answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._over = False

    @property
    def over(self) -> bool:
        """Tell whether it has come to its end."""
        return self._over

    def accept(self) -> None:
        """Take that it will be tried."""
        self._settle("")

    def refuse(self, status: int, reason: str) -> None:
        """Take that it will not be tried, and why."""
        self._over = True
        self._settle(reason)

    def report(self, status: int) -> None:
        """Take how far it is; what comes of it is told by the log."""
        self._over = self._over or status >= 200

    def _settle(self, answer: str) -> None:
        if not self._answer.done():
            self._answer.set_result(answer)

    async def answered(self) -> str:
        """Wait until it is taken up or refused; return "" or why it is refused."""
        return await self._answer


@dataclass(frozen=True, slots=True)
class RemoteControl:
    """Does with calls what a program asks for. Whoever hands that on has looked whether it may.

    Everything raises NotBegun, with a clause for whoever asked, where it cannot be done.
    """

    originator: Originator
    dialler: Dialler
    leads_to: LeadsTo

    def begin(self, account: str, number: str, *, ring_for: float = RING_SECONDS) -> str:
        """Ring the phones of an account, and connect whoever answers with a number; return the call's id.

        The account's own rights say where it may call.
        """
        board = self.originator.board
        destination = board.destination(number, by=account)
        if board.account(account) is None:
            raise _nothing(f"there is no account {account}")
        if destination is None:
            raise _nothing(f"{account} cannot call {number}")
        originated = self.originator.start(
            Origination(
                to=account,
                by=account,
                number=number,
                made_for=f"{MADE_FOR}:{number}",
                ring_for=ring_for,
                whom=AccountDestination(self.dialler, account, ring_for),
            ),
            destination,
        )
        return originated.call.facts.id

    def hang_up(self, call: str) -> None:
        """End a call, whatever it is doing."""
        self._call(call).end(Termination(Reason.ENDED_BY_PROGRAM))

    async def transfer(self, call: str, number: str, *, by: str = "") -> None:
        """Hand over whoever is served in a call to another number.

        Where two talk it is a blind transfer by the account ``by``, "" for the one of ours who was called;
        returns once it has begun. A caller who hears a menu or waits is led on there at once, with the
        rights of ``by``, of the account that called, or of who calls from outside: none that cost anything.
        """
        found = self._call(call)
        if found.pair is not None:
            await self._hand_over(found, number, by)
            return
        destination = self.leads_to(number, by or found.facts.account.user or None)
        if destination is None:
            raise _nothing(f"{number} cannot be called from there")
        if not found.redirect(destination):
            raise _nothing("nobody is served in that call yet")

    async def _hand_over(self, call: Call, number: str, by: str) -> None:
        leg = self._referrer(call, by)
        order = OrderedTransfer(number)
        call.signal(leg, Referred(order))
        try:
            async with asyncio.timeout(ACCEPT_SECONDS):
                refused = await order.answered()
        except TimeoutError:
            raise _nothing("the call is being transferred already") from None
        if refused:
            raise _nothing(refused)

    def _referrer(self, call: Call, by: str) -> PhoneLeg:
        """Return whose part is handed over: that of ``by``, else of whoever of ours was called."""
        assert call.pair is not None
        board = self.originator.board
        ours = [leg for leg in reversed(call.pair) if board.account(leg.party) is not None]
        meant = [leg for leg in ours if by in ("", leg.party)]
        if not meant:
            raise _nothing(f"{by} does not talk in it" if by else "nobody of ours talks in it")
        return meant[0]

    def _call(self, call: str) -> Call:
        found = self.originator.board.find(call)
        if found is None or found.facts.id != call:
            raise _nothing(f"there is no call {call} now")
        return found


def _nothing(why: str) -> NotBegun:
    return NotBegun(Termination(Reason.NOT_ALLOWED), why)
