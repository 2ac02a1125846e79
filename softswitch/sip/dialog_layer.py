"""The dialog layer: which dialog a message belongs to, and what it does to it (RFC 3261 §12-§15).

Stands on the transaction layer. What it keeps is the dialogs, and for each 2xx of ours the timer that
repeats it until its ACK comes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final

from softswitch.sip.dialog import Dialog, DialogState, dialog_of_client, dialog_of_server
from softswitch.sip.errors import LocalProtocolError, RemoteProtocolError
from softswitch.sip.headers import CSeq, NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.provisionals import Provisionals
from softswitch.sip.signals import (
    Acknowledged,
    Cause,
    DialogId,
    Failed,
    Output,
    Transmit,
    Unacknowledged,
)
from softswitch.sip.timers import Alarms, Timings
from softswitch.sip.transaction import Transaction, client_key

LONGEST_PAUSE: Final = 10
"""Seconds: RFC 3261 §14.2 has an INVITE that overlaps come again after 0 to 10, drawn by lot."""
MAX_FORKS: Final = 32
"""Dialogs one INVITE may open: a proxy rings a handful of phones, and each costs memory, an ACK and a BYE."""

CREDENTIALS: Final = ("Authorization", "Proxy-Authorization")
"""Header fields that an ACK repeats from its INVITE (RFC 3261 §13.2.2.4)."""

REPEAT_SUCCESS: Final = "repeat 2xx"
GIVE_UP_SUCCESS: Final = "give up on ACK"


Send = Callable[[float, Request, Dialog], object]
"""Begins the transaction of a request that was made in a dialog before."""


class DialogLayer:
    """All dialogs of a stack. Outputs go to ``emit``, requests to ``send``; alarms are the stack's."""

    def __init__(
        self,
        alarms: Alarms,
        emit: Callable[[Output], None],
        timings: Timings,
        *,
        send: Send,
        token: Callable[[], str],
    ) -> None:
        self._alarms = alarms
        self._emit = emit
        self._timings = timings
        self._send = send
        self._token = token
        self._dialogs: dict[DialogId, Dialog] = {}
        self.provisionals = Provisionals(alarms, emit, timings)

    def __len__(self) -> int:
        return len(self._dialogs)

    def __contains__(self, name: DialogId) -> bool:
        return name in self._dialogs

    def over_stream(self, connection: int) -> bool:
        """Tell whether a dialog's requests go over a stream."""
        return any(dialog.hop.connection == connection for dialog in self._dialogs.values())

    def get(self, name: DialogId) -> Dialog:
        """Return a dialog; raise LocalProtocolError when it is over."""
        dialog = self._dialogs.get(name)
        if dialog is None:
            raise LocalProtocolError("the dialog is over")
        return dialog

    def forget(self, name: DialogId) -> None:
        """Drop a dialog and its timers, if it still lives."""
        dialog = self._dialogs.pop(name, None)
        if dialog is None:
            return
        self._clear_alarms(name)
        self.provisionals.forget(name)
        for bye in dialog.byes:
            self._emit(Failed(client_key(bye), Cause.ENDED, name))

    def alarm(self, now: float, what: str, name: DialogId) -> None:
        """Repeat a 2xx whose ACK has not come, or give up on it (RFC 3261 §13.3.1.4)."""
        dialog = self._dialogs.get(name)
        if dialog is None or dialog.unacknowledged is None:
            return
        if what == REPEAT_SUCCESS:
            assert dialog.success is not None
            self._emit(dialog.success)
            dialog.repeat_after = min(dialog.repeat_after * 2, self._timings.t2)
            self._alarms.set((REPEAT_SUCCESS, name), now + dialog.repeat_after)
        else:
            self._success_settled(now, dialog)
            self._emit(Unacknowledged(name))

    def provisional_alarm(self, now: float, what: str, name: DialogId) -> None:
        """Repeat a reliable 1xx whose PRACK has not come, or give up on it."""
        if name in self._dialogs:
            self.provisionals.alarm(now, what, self._dialogs[name])

    # Requests from the peer

    def of_request(self, request: Request) -> Dialog | None:
        """Return the dialog a request of the peer's belongs to (RFC 3261 §12.2.2)."""
        return self._dialogs.get(DialogId(request.call_id, request.to.tag, request.from_.tag))

    def admit(self, now: float, dialog: Dialog, transaction: Transaction) -> None:
        """Take a request into its dialog.

        Raises RemoteProtocolError with what to answer: 500 or 491 where the request comes out of order or
        crosses another.
        """
        request = transaction.request
        # A BYE ends the dialog whatever its number: somebody else may have used a higher one in between, and
        # who says it must not be left with a call that cannot be ended.
        if request.method != "BYE":
            dialog.accept_order(request)
        if request.method == "INVITE":
            self._check_overlap(dialog)
            dialog.pending_server = transaction.key
        elif request.method == "UPDATE" and request.body and dialog.state is DialogState.CONFIRMED:
            # RFC 3311 §5.2. Before the answer, what was agreed already is the user's to know.
            self._check_overlap(dialog)
        elif request.method == "PRACK":
            self.provisionals.proved(dialog, request)
        elif request.method == "BYE":
            # The peer that says BYE has our 2xx, whatever became of its ACK.
            self._success_settled(now, dialog)
        transaction.dialog = dialog.id

    def _check_overlap(self, dialog: Dialog) -> None:
        # RFC 3261 §14.2: an offer before the one before it is answered is refused with 500 and a
        # Retry-After; one that crosses ours is refused with 491.
        if dialog.pending_client is not None or dialog.pending_update is not None:
            raise RemoteProtocolError(491, "Request Pending")
        # RFC 5407 §3.1.4: before the ACK it may be taken, unless that ACK is to bring an answer.
        if dialog.unacknowledged is not None and dialog.offer_open:
            raise RemoteProtocolError(491, "Request Pending")
        if dialog.pending_server is not None:
            pause = zlib.crc32(self._token().encode()) % (LONGEST_PAUSE + 1)
            raise RemoteProtocolError(
                500, "An offer before the last was answered", fields=(("Retry-After", str(pause)),)
            )

    def acknowledged(self, now: float, request: Request) -> None:
        """Take an ACK that belongs to no transaction: that of a 2xx of ours."""
        dialog = self.of_request(request)
        if dialog is None or dialog.unacknowledged != request.cseq.number:
            return
        self._success_settled(now, dialog)
        self._emit(Acknowledged(dialog.id, request))

    def keep_back(self, dialog: Dialog, bye: Request) -> bool:
        """Keep a BYE of ours until it may be sent; tell whether it must wait.

        RFC 3261 §15: the callee's side must not send one before the ACK of its 2xx has come or is no longer
        waited for. A caller who has not seen that 2xx would refuse the BYE and ring on.
        """
        if dialog.first_ack_due:
            dialog.byes += (bye,)
        return dialog.first_ack_due

    def depart(self, now: float) -> None:
        """Let every BYE leave that waits: the best that can be done for its caller by one who goes."""
        for dialog in [one for one in self._dialogs.values() if one.byes]:
            self._success_settled(now, dialog)

    def _success_settled(self, now: float, dialog: Dialog) -> None:
        """Wait no longer for the ACK of a 2xx; a BYE that waited with it leaves."""
        dialog.unacknowledged, dialog.success, dialog.first_ack_due = None, None, False
        self._clear_alarms(dialog.id)
        byes, dialog.byes = dialog.byes, ()
        for bye in byes:
            self._send(now, bye, dialog)

    def _clear_alarms(self, name: DialogId) -> None:
        self._alarms.clear((REPEAT_SUCCESS, name))
        self._alarms.clear((GIVE_UP_SUCCESS, name))

    # Our answers

    def of_answer(self, transaction: Transaction, contact: NameAddr) -> Dialog:
        """Return the dialog that a 101-299 of ours to an INVITE makes, or belongs to."""
        if transaction.dialog is not None:
            dialog = self.get(transaction.dialog)
            dialog.contact = contact
            return dialog
        dialog = dialog_of_server(transaction.request, transaction.tag, contact, transaction.hop)
        dialog.pending_server = transaction.key
        self._dialogs[dialog.id] = dialog
        transaction.dialog = dialog.id
        return dialog

    def of_subscription(self, transaction: Transaction, contact: NameAddr) -> Dialog:
        """Return the dialog that our 2xx to a SUBSCRIBE makes or refreshes (RFC 6665 §4.4.1)."""
        if transaction.dialog is not None:
            dialog = self.get(transaction.dialog)
            dialog.contact = contact
            # RFC 6665 §3.1: SUBSCRIBE refreshes the target as a re-INVITE does.
            dialog.refresh_target(transaction.request, transaction.hop)
            return dialog
        dialog = dialog_of_server(transaction.request, transaction.tag, contact, transaction.hop)
        dialog.state = DialogState.CONFIRMED
        self._dialogs[dialog.id] = dialog
        transaction.dialog = dialog.id
        return dialog

    def answered(self, transaction: Transaction, response: Response) -> None:
        """Note our final response to an INVITE: a 2xx moves the target, a refusal ends an early dialog."""
        dialog = self._of_transaction(transaction)
        if dialog is None:
            return
        dialog.pending_server = None
        self.provisionals.settled(dialog)
        if response.status < 300:
            # RFC 6141 §4.6: on sending the 2xx; a re-INVITE that is refused changes nothing.
            dialog.refresh_target(transaction.request, transaction.hop)
        elif dialog.state is DialogState.EARLY:
            self.forget(dialog.id)

    def await_ack(self, now: float, dialog: Dialog, transaction: Transaction, *, offer_open: bool) -> None:
        """Confirm a dialog by our 2xx, and repeat that until its ACK comes.

        With ``offer_open`` the 2xx holds an offer, whose answer is due in the ACK.
        """
        # Who sends a re-INVITE has the 2xx that confirmed the dialog.
        dialog.first_ack_due = dialog.state is DialogState.EARLY
        dialog.state = DialogState.CONFIRMED
        dialog.pending_server = None
        self.provisionals.settled(dialog)
        dialog.unacknowledged = transaction.cseq
        dialog.success = Transmit(transaction.hop, transaction.last)
        dialog.offer_open = offer_open
        # RFC 3261 §13.3.1.4: repeated end to end even over a reliable transport.
        dialog.repeat_after = self._timings.t1
        self._alarms.set((REPEAT_SUCCESS, dialog.id), now + dialog.repeat_after)
        self._alarms.set((GIVE_UP_SUCCESS, dialog.id), now + self._timings.patience)

    # Responses to our INVITEs

    def expects(self, transaction: Transaction, response: Response) -> bool:
        """Tell whether a response may change anything: it is no repeated 2xx and no fork too many.

        A 2xx the user has seen gets the ACK again that we sent for it (RFC 3261 §13.2.2.4), if any.
        """
        name = _dialog_name(transaction, response)
        if 200 <= response.status < 300 and name in transaction.successes:
            dialog = self._dialogs.get(name)
            if dialog is not None and response.cseq.number in dialog.acks:
                self._emit(Transmit(dialog.hop, dialog.acks[response.cseq.number]))
            return False
        return response.status >= 300 or name in transaction.forks or len(transaction.forks) < MAX_FORKS

    def of_response(self, transaction: Transaction, response: Response, hop: Hop) -> Dialog | None:
        """Find or make the dialog a 101-299 belongs to; each fork of an INVITE has its own (§12.1.2)."""
        success = 200 <= response.status < 300
        # A 2xx without a tag comes from an RFC 2543 phone, and must be acknowledged all the same.
        if not success and not (100 < response.status < 200 and response.to.tag):
            return None
        name = _dialog_name(transaction, response)
        dialog = self._dialogs.get(name)
        if dialog is None and transaction.dialog is None:
            dialog = self._dialogs[name] = dialog_of_client(transaction.request, response, hop)
            transaction.forks += (name,)
        if not success:
            return dialog
        transaction.successes += (name,)
        if dialog is None:
            return None
        given = transaction.request.fields
        dialog.credentials = tuple((field, value) for field in CREDENTIALS for value in given.all(field))
        if dialog.state is DialogState.EARLY:
            # RFC 3261 §13.2.2.4: the 2xx's Record-Route and Contact replace those of the early dialog.
            confirmed = dialog_of_client(transaction.request, response, hop)
            dialog.route_set, dialog.state = confirmed.route_set, DialogState.CONFIRMED
            dialog.remote_target, dialog.hop = confirmed.remote_target, confirmed.hop
        else:
            dialog.refresh_target(response, hop)
        return dialog

    def proved_again(self, transaction: Transaction, response: Response) -> Request | None:
        """Return a challenged request of ours with credentials in it, None when it stays refused.

        RFC 3261 §22.2: a second challenge means that they were wrong, unless it only wants a new nonce.
        """
        dialog = self._of_transaction(transaction)
        if response.status not in (401, 407) or dialog is None or dialog.prove is None or transaction.told_as:
            return None
        again = transaction.request.again()
        if not dialog.prove(again, response):
            return None
        dialog.no_longer_pending(transaction.key)
        dialog.local_cseq += 1
        again.fields.put("CSeq", CSeq(dialog.local_cseq, again.method))
        return again

    def settle(self, transaction: Transaction, response: Response) -> None:
        """Note the final response to a request of ours."""
        if response.status >= 300:
            self._drop_early(transaction)
        dialog = self._of_transaction(transaction)
        if dialog is None:
            return
        dialog.no_longer_pending(transaction.key)
        if transaction.request.method == "UPDATE" and response.status < 300:
            dialog.refresh_target(response, transaction.hop)
        method = transaction.request.method
        if method == "BYE" or (response.status == 481 and method != "NOTIFY"):
            # RFC 3261 §12.2.1.2: the peer knows nothing of the dialog, so there is none. After a 408 there
            # is one still: the user ends it by BYE. A NOTIFY's 481 ends its subscription alone (RFC 5057).
            self.forget(dialog.id)

    def client_over(self, transaction: Transaction) -> None:
        """Leave nothing behind of a client transaction that has ended."""
        self._drop_early(transaction)
        dialog = self._of_transaction(transaction)
        if dialog is None or transaction.failed is None:
            return
        dialog.no_longer_pending(transaction.key)
        if transaction.request.method == "BYE":
            self.forget(dialog.id)

    def _of_transaction(self, transaction: Transaction) -> Dialog | None:
        return self._dialogs.get(transaction.dialog) if transaction.dialog is not None else None

    def _drop_early(self, transaction: Transaction) -> None:
        # RFC 3261 §12.3, §13.2.2.4: early dialogs end with a refusal, and 64*T1 after the first 2xx.
        for name in transaction.forks:
            dialog = self._dialogs.get(name)
            if dialog is not None and dialog.state is DialogState.EARLY:
                self.forget(name)


def _dialog_name(transaction: Transaction, response: Response) -> DialogId:
    """Return the dialog a response to an INVITE belongs to."""
    if transaction.dialog is not None:
        return transaction.dialog
    return DialogId(response.call_id, response.from_.tag, response.to.tag)
