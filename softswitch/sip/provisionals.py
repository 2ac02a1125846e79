"""Our reliable provisional responses: numbered, repeated, and one after the other (RFC 3262 §3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from softswitch.sip.dialog import Dialog
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.message import Request, Response
from softswitch.sip.reliable import RELIABLE, ReliableProvisional
from softswitch.sip.signals import DialogId, Output, Transmit, Unacknowledged
from softswitch.sip.timers import Alarms, Timings
from softswitch.sip.transaction import Transaction

REPEAT_PROVISIONAL: Final = "repeat 1xx"
GIVE_UP_PROVISIONAL: Final = "give up on PRACK"


class Provisionals:
    """What is repeated until its PRACK comes. The state itself is in the dialogs."""

    def __init__(self, alarms: Alarms, emit: Callable[[Output], None], timings: Timings) -> None:
        self._alarms = alarms
        self._emit = emit
        self._timings = timings

    def number(self, dialog: Dialog, response: Response) -> bool:
        """Make a 1xx a reliable one; tell whether it may go now.

        If not, it is kept: "the UAS MUST NOT send a second reliable provisional response until the first is
        acknowledged".
        """
        dialog.last_rseq += 1
        response.fields.add("Require", RELIABLE)
        response.fields.put("RSeq", dialog.last_rseq)
        if dialog.provisional is None:
            return True
        dialog.unsent += (response,)
        return False

    def await_prack(self, now: float, dialog: Dialog, transaction: Transaction, response: Response) -> None:
        """Repeat a 1xx that was just sent until its PRACK comes."""
        message = Transmit(transaction.hop, transaction.last)
        rseq = int(response.fields.get("RSeq") or 0)
        cseq = transaction.request.cseq.number
        dialog.provisional = ReliableProvisional(
            rseq, cseq, message, repeat_after=self._timings.t1, described=bool(response.body)
        )
        self._alarms.set((REPEAT_PROVISIONAL, dialog.id), now + self._timings.t1)
        self._alarms.set((GIVE_UP_PROVISIONAL, dialog.id), now + self._timings.patience)

    def proved(self, dialog: Dialog, prack: Request) -> None:
        """Take a PRACK; raise RemoteProtocolError(481) for one that nothing waits for."""
        if dialog.provisional is None or not dialog.provisional.matches(prack):
            raise RemoteProtocolError(481, "No such provisional response")
        dialog.provisional = None
        self.forget(dialog.id)

    def next(self, dialog: Dialog) -> Response | None:
        """Take the 1xx that waited for the PRACK which has just come, None when there is none."""
        if not dialog.unsent:
            return None
        response, *rest = dialog.unsent
        dialog.unsent = tuple(rest)
        return response

    def settled(self, dialog: Dialog) -> None:
        """Repeat nothing after the final response; a PRACK that is on its way may still come."""
        dialog.unsent = ()
        self.forget(dialog.id)

    def alarm(self, now: float, what: str, dialog: Dialog) -> None:
        """Repeat the 1xx, or give up on its PRACK."""
        waiting = dialog.provisional
        if waiting is None:
            return
        if what == REPEAT_PROVISIONAL:
            self._emit(waiting.message)
            # No cap as with a 2xx: a PRACK is repeated by its own transaction.
            waiting.repeat_after *= 2
            self._alarms.set((REPEAT_PROVISIONAL, dialog.id), now + waiting.repeat_after)
        else:
            dialog.provisional = None
            self.settled(dialog)
            self._emit(Unacknowledged(dialog.id))

    def forget(self, name: DialogId) -> None:
        """Stop the timers of a dialog."""
        self._alarms.clear((REPEAT_PROVISIONAL, name))
        self._alarms.clear((GIVE_UP_PROVISIONAL, name))
