"""The user's side of the stack that asks: requests outside and inside dialogs, and their repeats."""

from __future__ import annotations

from softswitch.sip.core import Core
from softswitch.sip.dialog import Dialog
from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.fields import Fields
from softswitch.sip.headers import CSeq, NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.reliable import is_next, reliable_rseq
from softswitch.sip.signals import (
    DialogId,
    TransactionKey,
    Transmit,
)
from softswitch.sip.transaction import Transaction, client_key


class Asking(Core):
    """Sends requests."""

    def request(
        self,
        method: str,
        *,
        target: str,
        local: NameAddr,
        remote: NameAddr,
        call_id: str = "",
        cseq: int = 1,
    ) -> Request:
        """Make a request outside any dialog (RFC 3261 §8.1.1); send it by :meth:`send`.

        ``local`` gets a tag when it has none, ``call_id`` is made when it is empty.
        """
        fields = Fields()
        fields.add("Max-Forwards", 70)
        fields.add("From", local if local.tag else local.with_tag(self._token()))
        fields.add("To", remote)
        fields.add("Call-ID", call_id or self._token() + self._token())
        fields.add("CSeq", CSeq(cseq, method))
        return Request(method, target, fields)

    def send(self, now: float, request: Request, hop: Hop) -> TransactionKey:
        """Send a request outside any dialog and return its transaction.

        Raises LocalProtocolError for a request that was sent before: credentials go into a new one, since
        the old one's views (Via, CSeq) are those of the old transaction.
        """
        if request.fields.get("Via") is not None:
            raise LocalProtocolError("this request was sent before")
        self._complete(request, hop)
        return self._layer.open_client(now, request, hop, None).key

    def send_in_dialog(
        self,
        now: float,
        name: DialogId,
        method: str,
        *,
        body: bytes = b"",
        content_type: str = "",
        fields: tuple[tuple[str, str], ...] = (),
    ) -> TransactionKey:
        """Send a request inside a dialog; raise LocalProtocolError when there is no such dialog.

        An INVITE or an offer while another is pending in the dialog is a LocalProtocolError too (RFC 3261
        §14.1, RFC 3311 §5.1). A BYE
        that must wait for the ACK of our 2xx leaves when that has come, or is given up (§15).
        """
        dialog = self.dialog(name)
        offers = method == "INVITE" or (method == "UPDATE" and bool(body))
        if offers and (dialog.pending_client or dialog.pending_server or dialog.pending_update):
            raise LocalProtocolError("another offer is pending in this dialog")
        request = dialog.request(method)
        for field_name, value in fields:
            request.fields.add(field_name, value)
        if body:
            request.put_body(body, content_type)
        self._complete(request, dialog.hop)
        if method == "BYE" and self._dialogs.keep_back(dialog, request):
            return client_key(request)
        transaction = self._layer.open_client(now, request, dialog.hop, name)
        if method == "INVITE":
            dialog.pending_client = transaction.key
            dialog.heard_rseq = None  # RFC 3262 §3: RSeq counts within one transaction.
        elif offers:
            dialog.pending_update = transaction.key
        return transaction.key

    def acknowledge(
        self, now: float, name: DialogId, cseq: int, *, body: bytes = b"", content_type: str = ""
    ) -> None:
        """Send the ACK of a 2xx to our INVITE (RFC 3261 §13.2.2.4) and keep it for repeats."""
        dialog = self.dialog(name)
        request = dialog.request("ACK", cseq=cseq)
        for field_name, value in dialog.credentials:
            request.fields.add(field_name, value)
        if body:
            request.put_body(body, content_type)
        request.fields.insert_first("Via", self._via(dialog.hop))
        dialog.acks = {cseq: request.to_bytes()}
        self._outputs.append(Transmit(dialog.hop, dialog.acks[cseq]))

    def cancel(self, now: float, key: TransactionKey, *, reason: str = "") -> None:
        """Cancel an INVITE of ours; nothing happens when it has its final response.

        ``reason`` is the value of a Reason field (RFC 3326): why it rings no longer.
        """
        self._layer.cancel(now, key, reason)

    def _send_again(self, now: float, first: Transaction, again: Request) -> None:
        """Send a challenged request with credentials; its user hears of it by the name of the first."""
        assert first.dialog is not None
        dialog = self.dialog(first.dialog)
        self._complete(again, dialog.hop)
        second = self._layer.open_client(now, again, dialog.hop, first.dialog)
        second.told_as = first.key
        if again.method == "INVITE":
            dialog.pending_client = second.key
        elif again.method == "UPDATE" and again.body:
            dialog.pending_update = second.key

    def _prove(self, now: float, dialog: Dialog, response: Response) -> bool:
        """Send the PRACK of a reliable 1xx (RFC 3262 §4); tell whether the response is to be seen.

        One that was seen or comes before its turn is dropped: it is sent again until its PRACK has come.
        Our INVITE always holds the offer, so the PRACK needs no body.
        """
        rseq = reliable_rseq(response)
        if rseq is None:
            return True
        if not is_next(dialog.heard_rseq, rseq):
            return False
        dialog.heard_rseq = rseq
        rack = f"{rseq} {response.cseq.number} INVITE"
        self.send_in_dialog(now, dialog.id, "PRACK", fields=(("RAck", rack),))
        return True
