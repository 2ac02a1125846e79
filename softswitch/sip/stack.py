"""The SIP stack: wire in, wire and user events out, time as an argument.

The shell calls :meth:`SipStack.handle` with what it read and :meth:`SipStack.tick` when the deadline of
:meth:`SipStack.next_deadline` has come, then drains :meth:`SipStack.poll`. The user (registrar, calls)
sends and answers through the other methods. Nothing here waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from softswitch.sip.dialog import Dialog, reachable
from softswitch.sip.dialog_layer import GIVE_UP_SUCCESS, REPEAT_SUCCESS, DialogLayer
from softswitch.sip.errors import LocalProtocolError, NotSip, RemoteProtocolError
from softswitch.sip.fields import Fields
from softswitch.sip.headers import MAGIC_COOKIE, CSeq, NameAddr, Via
from softswitch.sip.hop import Hop, uri_host
from softswitch.sip.message import Request, Response, explain, response_to
from softswitch.sip.parser import PONG, BrokenRequest, parse_datagram
from softswitch.sip.provisionals import GIVE_UP_PROVISIONAL, REPEAT_PROVISIONAL
from softswitch.sip.reliable import is_next, reliable_rseq
from softswitch.sip.return_path import answer_hop, note_source
from softswitch.sip.signals import (
    Cancelled,
    CloseStream,
    DatagramReceived,
    DialogId,
    Incoming,
    Output,
    Reply,
    SendFailed,
    StreamClosed,
    StreamOpened,
    StreamReceived,
    TransactionKey,
    Transmit,
    WireInput,
)
from softswitch.sip.stateless import StatelessAnswers
from softswitch.sip.streams import STREAM, Streams
from softswitch.sip.timers import Alarms, Timings
from softswitch.sip.transaction import Transaction, TransactionLayer, client_key, server_key
from softswitch.sip.validate import validate_request, validate_response

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, REGISTER, PRACK, UPDATE, REFER, SUBSCRIBE, MESSAGE"
"""Methods this element answers with more than 405."""
SUPPORTED = "100rel, replaces, timer"
"""Option tags of extensions we speak (RFC 3262, RFC 3891, RFC 4028)."""
NAMES_CONTACT = frozenset({"UPDATE", "REFER"})
"""Whose 2xx must have a Contact, though it makes no dialog (RFC 3311 table 1, RFC 3515 table 1)."""
RETRY_AFTER = 2
"""Seconds we ask for when overloaded: the time in which some thousand transactions end."""


class SipStack:
    """Transactions and dialogs of one SIP element. ``events`` names the packages it notifies of."""

    def __init__(
        self,
        *,
        token: Callable[[], str],
        timings: Timings | None = None,
        agent: str = "softswitch",
        events: str = "",
    ) -> None:
        self._token = token
        self._agent = agent
        self._events = events
        self._alarms = Alarms()
        self._outputs: deque[Output] = deque()
        self._dialogs = DialogLayer(
            self._alarms,
            self._outputs.append,
            timings or Timings(),
            send=lambda now, request, dialog: self._layer.open_client(now, request, dialog.hop, dialog.id),
            token=token,
        )
        self._layer = TransactionLayer(
            self._alarms, self._outputs.append, timings or Timings(), self._dialogs.client_over
        )
        self._streams = Streams(self._alarms, self._outputs.append, self._dialogs.over_stream)
        self._stateless = StatelessAnswers(token(), agent)

    # The shell's side

    def handle(self, now: float, what: WireInput) -> None:
        """Take in what was seen on the wire."""
        match what:
            case DatagramReceived(hop, data):
                self._datagram(now, hop, data)
            case StreamOpened(connection):
                self._streams.opened(now, connection)
            case StreamReceived(hop, data):
                self._stream(now, hop, data)
            case StreamClosed(connection):
                self._streams.closed(connection)
                self._layer.stream_lost(now, connection)
            case SendFailed(transaction):
                self._layer.broken(now, transaction)

    def tick(self, now: float) -> None:
        """Let every timer ring that has come due."""
        while (key := self._alarms.due(now)) is not None:
            assert isinstance(key, tuple)
            if key[0] in (REPEAT_SUCCESS, GIVE_UP_SUCCESS):
                self._dialogs.alarm(now, *key)
            elif key[0] in (REPEAT_PROVISIONAL, GIVE_UP_PROVISIONAL):
                self._dialogs.provisional_alarm(now, *key)
            elif key[0] == STREAM:
                self._streams.alarm(now, key[1])
            else:
                self._layer.alarm(now, key[0], key[1], server=key[2])

    def next_deadline(self) -> float | None:
        """Return when :meth:`tick` wants to be called, None when nothing is pending."""
        return self._alarms.next()

    def poll(self) -> Output | None:
        """Take the next output, None when there is none."""
        return self._outputs.popleft() if self._outputs else None

    # What comes in

    def _datagram(self, now: float, hop: Hop, data: bytes) -> None:
        if len(data) <= 4 and not data.strip(b"\r\n\0"):
            # RFC 5626 asks for a pong over streams only; over UDP it does no harm and holds the NAT open.
            if data == b"\r\n\r\n":
                self._outputs.append(Transmit(hop, PONG))
            return
        try:
            message = parse_datagram(data)
        except BrokenRequest as error:
            self._refuse(hop, error.request, error)
        except NotSip:
            return
        else:
            self._message(now, hop, message)

    def _stream(self, now: float, hop: Hop, data: bytes) -> None:
        assert hop.connection is not None
        try:
            for message in self._streams.messages(now, hop, data):
                self._message(now, hop, message)
        except BrokenRequest as error:
            self._refuse(hop, error.request, error)
            if not hop.framed:  # Of a WebSocket the next message is whole again.
                self._outputs.append(CloseStream(hop.connection, error.reason))
        except NotSip as error:
            self._outputs.append(CloseStream(hop.connection, error.reason))
        for _ in range(self._streams.take_pings(hop.connection)):
            self._outputs.append(Transmit(hop, PONG))

    def _message(self, now: float, hop: Hop, message: Request | Response) -> None:
        if isinstance(message, Response):
            try:
                validate_response(message)
            except RemoteProtocolError:
                return  # RFC 3261 §16.7: a response that cannot be read has nobody who waits for it.
            self._response(now, hop, message)
            return
        try:
            validate_request(message)
            note_source(message, hop)
        except RemoteProtocolError as error:
            self._refuse(hop, message, error)
        else:
            self._request(now, answer_hop(message, hop), message)

    def _refuse(self, hop: Hop, request: Request, error: RemoteProtocolError) -> None:
        """Answer without keeping anything (RFC 3261 §8.2.7)."""
        if request.method == "ACK" or not request.fields.get("Via"):
            return
        response = self._stateless.answer(request, error.status, reason=error.reason, fields=error.fields)
        self._outputs.append(Transmit(hop, response.to_bytes()))

    # Requests

    def _request(self, now: float, hop: Hop, request: Request) -> None:
        if self._layer.absorb(now, request):
            return
        if request.method == "ACK":
            self._dialogs.acknowledged(now, request)
        elif request.method == "CANCEL":
            self._cancel_received(now, hop, request)
        elif request.to.tag:
            self._request_in_dialog(now, hop, request)
        else:
            self._request_outside(hop, request)

    def _request_outside(self, hop: Hop, request: Request) -> None:
        if self._layer.full:
            later = ("Retry-After", str(RETRY_AFTER))
            self._refuse(hop, request, RemoteProtocolError(503, "Overloaded", fields=(later,)))
        elif self._layer.merged(request):
            self._refuse(hop, request, RemoteProtocolError(482, "Loop Detected"))
        else:
            transaction = self._layer.open_server(request, hop, self._token())
            self._outputs.append(Incoming(transaction.key, request, hop, None))

    def _request_in_dialog(self, now: float, hop: Hop, request: Request) -> None:
        dialog = self._dialogs.of_request(request)
        if dialog is None:
            self._refuse(hop, request, RemoteProtocolError(481, "No such dialog"))
            return
        transaction = self._layer.open_server(request, hop, self._token())
        try:
            self._dialogs.admit(now, dialog, transaction)
        except RemoteProtocolError as error:
            response = self.response(transaction.key, error.status, error.reason)
            for field_name, value in error.fields:
                response.fields.add(field_name, value)
            self._layer.respond(now, transaction, response)
        else:
            self._follow(dialog, hop, request)
            self._outputs.append(Incoming(transaction.key, request, hop, dialog.id))
            if request.method == "PRACK":
                self._send_next_provisional(now, dialog)

    def _follow(self, dialog: Dialog, hop: Hop, request: Request) -> None:
        # A phone whose stream was lost comes back over another one: so do our requests, or nothing could.
        lost = dialog.hop.connection
        if lost is not None and lost not in self._streams and hop.transport == dialog.hop.transport:
            dialog.hop = reachable(hop, request)

    def _cancel_received(self, now: float, hop: Hop, request: Request) -> None:
        # RFC 3261 §9.2: matched as if its method were INVITE.
        invite = self._layer.server(server_key(request, method="INVITE"))
        if invite is None:
            self._refuse(hop, request, RemoteProtocolError(481, "No such transaction"))
            return
        cancel = self._layer.open_server(request, hop, invite.tag)
        self._layer.respond(now, cancel, response_to(request, 200, to_tag=invite.tag))
        if not invite.answered:
            self._outputs.append(Cancelled(invite.key, request))

    # Responses

    def _response(self, now: float, hop: Hop, response: Response) -> None:
        transaction = self._layer.match(response)
        if transaction is None:
            return
        hop = replace(hop, local_host=transaction.hop.local_host, local_port=transaction.hop.local_port)
        if hop.connection != transaction.hop.connection:
            # The stream that was opened for the request, or one that the other side has opened since.
            transaction.hop = replace(transaction.hop, connection=hop.connection)
        invite = transaction.request.method == "INVITE"
        if invite and not self._dialogs.expects(transaction, response):
            return
        if not self._layer.receive(now, transaction, response):
            return
        if (again := self._dialogs.proved_again(transaction, response)) is not None:
            self._send_again(now, transaction, again)
            return
        dialog = self._dialogs.of_response(transaction, response, hop) if invite else None
        if response.final:
            self._dialogs.settle(transaction, response)
        elif dialog is not None and not self._prove(now, dialog, response):
            return
        name = dialog.id if dialog is not None else transaction.dialog
        self._outputs.append(Reply(transaction.name, response, hop, name))

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

    # The user's side: answering

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

    # The user's side: asking

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

    def dialog(self, name: DialogId) -> Dialog:
        """Return a dialog; raise LocalProtocolError when it is over."""
        return self._dialogs.get(name)

    def has_dialog(self, name: DialogId) -> bool:
        """Tell whether a dialog lives."""
        return name in self._dialogs

    def forget(self, name: DialogId) -> None:
        """Drop a dialog: after BYE, or an early one whose INVITE was refused."""
        self._dialogs.forget(name)

    def depart(self, now: float) -> None:
        """Send what waits for an ACK: nobody will be here any more when it comes."""
        self._dialogs.depart(now)

    def sizes(self) -> dict[str, int]:
        """Return how much the stack holds: for metrics, and for tests that look for leaks."""
        return {
            "transactions": len(self._layer),
            "dialogs": len(self._dialogs),
            "streams": len(self._streams),
            "alarms": len(self._alarms),
        }

    def _complete(self, request: Request, hop: Hop) -> None:
        """Add what names its transaction and us."""
        request.fields.insert_first("Via", self._via(hop))
        request.fields.add("User-Agent", self._agent)
        if request.method == "INVITE" and self._events:
            # RFC 6665 §4.4.4: in what begins a dialog, and in its answers.
            request.fields.put("Allow-Events", self._events)

    def _via(self, hop: Hop) -> Via:
        params = {"rport": None, "branch": MAGIC_COOKIE + self._token()}
        return Via(hop.transport, uri_host(hop.local_host), hop.local_port, params)
