"""The user's side of the stack that answers: responses, and the dialogs they make."""

from __future__ import annotations

from softswitch.sip.abilities import ALLOW, SUPPORTED
from softswitch.sip.core import Core
from softswitch.sip.dialog import Dialog
from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.message import Response, explain, response_to
from softswitch.sip.signals import (
    DialogId,
    TransactionKey,
    Transmit,
)
from softswitch.sip.transaction import Transaction

NAMES_CONTACT = frozenset({"UPDATE", "REFER"})
"""Whose 2xx must have a Contact, though it makes no dialog (RFC 3311 table 1, RFC 3515 table 1)."""


class Answering(Core):
    """Sends responses."""

    def response(self, key: TransactionKey, status: int, reason: str = "") -> Response:
        """Make the response to a request we hold, with To tag and Server; send it by :meth:`respond`.

        ``reason`` is said in a Warning, see :func:`~softswitch.sip.message.explain`. Raises
        LocalProtocolError when the request is answered already.
        """
        transaction = self._server(key)
        if transaction.answered:
            raise LocalProtocolError(f"{transaction.request.method} has its final response already")
        response = response_to(transaction.request, status, to_tag=transaction.tag)
        response.fields.add("Server", self._agent)
        explain(response, reason)
        return response

    def respond(
        self,
        now: float,
        key: TransactionKey,
        response: Response,
        *,
        contact: NameAddr | None = None,
        reliable: bool = False,
    ) -> DialogId | None:
        """Send a response.

        With ``contact``, a 101-299 to an INVITE makes or confirms the dialog, which is returned, and a
        2xx is repeated until its ACK comes; a ``reliable`` 101-199 until its PRACK does, which is a request
        like others. A 2xx to a SUBSCRIBE makes the dialog of its NOTIFYs, which lasts until :meth:`forget`,
        or refreshes it (RFC 6665 §4.4.1). Raises LocalProtocolError when the request is answered already, and
        for a 101-299 to a re-INVITE whose dialog is over.
        """
        transaction = self._server(key)
        if transaction.request.method == "SUBSCRIBE" and contact is not None:
            return self._subscribed(now, transaction, response, contact)
        if transaction.request.method != "INVITE" or response.status == 100:
            self._respond_in_place(now, transaction, response)
            return transaction.dialog
        if response.final and transaction.dialog is not None:
            self._dialogs.answered(transaction, response)
        if response.status >= 300 or contact is None:
            self._layer.respond(now, transaction, response)
            return transaction.dialog
        dialog = self._dialogs.of_answer(transaction, contact)
        request = transaction.request
        self._name_dialog(transaction, response, contact)
        if 200 <= response.status < 300:
            # RFC 3261 §13.3.1.4: "A 2xx response to an INVITE SHOULD contain the Allow header field and the
            # Supported header field". Some phones join two calls only where they read "replaces".
            response.fields.put("Supported", SUPPORTED)
        if response.status < 200 and reliable:
            if self._dialogs.provisionals.number(dialog, response):
                self._send_reliable(now, dialog, transaction, response)
            return dialog.id
        self._layer.respond(now, transaction, response)
        if response.status >= 200:
            offer_open = bool(response.body) and not request.body
            self._dialogs.await_ack(now, dialog, transaction, offer_open=offer_open)
        return dialog.id

    def _respond_in_place(self, now: float, transaction: Transaction, response: Response) -> None:
        """Answer what makes no dialog; a BYE ends its own, an UPDATE moves its target."""
        dialog, method = transaction.dialog, transaction.request.method
        if dialog is not None and 200 <= response.status < 300:
            if method == "UPDATE":
                self.dialog(dialog).refresh_target(transaction.request, transaction.hop)
            if method in NAMES_CONTACT and self.has_dialog(dialog):
                response.fields.put("Contact", self.dialog(dialog).contact)
        self._layer.respond(now, transaction, response)
        if method == "BYE" and 200 <= response.status < 300 and dialog is not None:
            self.forget(dialog)

    def _send_reliable(
        self, now: float, dialog: Dialog, transaction: Transaction, response: Response
    ) -> None:
        self._layer.respond(now, transaction, response)
        self._dialogs.provisionals.await_prack(now, dialog, transaction, response)

    def _send_next_provisional(self, now: float, dialog: Dialog) -> None:
        response = self._dialogs.provisionals.next(dialog)
        invite = self._layer.server(dialog.pending_server) if dialog.pending_server is not None else None
        if response is not None and invite is not None and not invite.answered:
            self._send_reliable(now, dialog, invite, response)

    def awaits_prack(self, name: DialogId) -> bool:
        """Tell whether a description of ours waits for its PRACK: until then no 2xx may go (RFC 3262 §3)."""
        if name not in self._dialogs:
            return False
        dialog = self.dialog(name)
        described = dialog.provisional is not None and dialog.provisional.described
        return described or any(response.body for response in dialog.unsent)

    def _subscribed(
        self, now: float, transaction: Transaction, response: Response, contact: NameAddr
    ) -> DialogId:
        dialog = self._dialogs.of_subscription(transaction, contact)
        self._name_dialog(transaction, response, contact)
        self._layer.respond(now, transaction, response)
        return dialog.id

    def _name_dialog(self, transaction: Transaction, response: Response, contact: NameAddr) -> None:
        """Put in what the peer makes its side of the dialog of, and what we can (RFC 3261 §12.1.1, §13.3)."""
        for value in transaction.request.fields.all("Record-Route"):
            response.fields.add("Record-Route", value)
        response.fields.put("Contact", contact)
        response.fields.put("Allow", ALLOW)
        if self._events:
            response.fields.put("Allow-Events", self._events)

    def dismiss(
        self, key: TransactionKey, status: int, *, reason: str = "", fields: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Answer a request outside dialogs once, and keep nothing of it (RFC 3261 §8.2.7, §26.3.2.4).

        For what anybody may send: a repeat is a new request, and gets an answer of its own. ``reason`` and
        errors as with :meth:`response` and :meth:`respond`.
        """
        transaction = self._server(key)
        self._layer.forget(transaction)
        response = self._stateless.answer(transaction.request, status, reason=reason, fields=fields)
        self._outputs.append(Transmit(transaction.hop, response.to_bytes()))

    def _server(self, key: TransactionKey) -> Transaction:
        transaction = self._layer.server(key)
        if transaction is None:
            raise LocalProtocolError("the request is over")
        return transaction
