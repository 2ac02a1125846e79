"""The SIP stack: wire in, wire and user events out, time as an argument.

The shell calls :meth:`SipStack.handle` with what it read and :meth:`SipStack.tick` when the deadline of
:meth:`SipStack.next_deadline` has come, then drains :meth:`SipStack.poll`. The user (registrar, calls)
sends and answers through the other methods. Nothing here waits.
"""

from __future__ import annotations

from dataclasses import replace

from softswitch.sip.answering import Answering
from softswitch.sip.asking import Asking
from softswitch.sip.dialog import Dialog, reachable
from softswitch.sip.dialog_layer import GIVE_UP_SUCCESS, REPEAT_SUCCESS
from softswitch.sip.errors import NotSip, RemoteProtocolError
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response, response_to
from softswitch.sip.parser import PONG, BrokenRequest, parse_datagram
from softswitch.sip.provisionals import GIVE_UP_PROVISIONAL, REPEAT_PROVISIONAL
from softswitch.sip.return_path import answer_hop, note_source
from softswitch.sip.signals import (
    Cancelled,
    CloseStream,
    DatagramReceived,
    Incoming,
    Output,
    Reply,
    SendFailed,
    StreamClosed,
    StreamOpened,
    StreamReceived,
    Transmit,
    WireInput,
)
from softswitch.sip.streams import STREAM
from softswitch.sip.transaction import server_key
from softswitch.sip.validate import validate_request, validate_response

RETRY_AFTER = 2
"""Seconds we ask for when overloaded: the time in which some thousand transactions end."""


class SipStack(Asking, Answering):
    """Transactions and dialogs of one SIP element."""

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

    def sizes(self) -> dict[str, int]:
        """Return how much the stack holds: for metrics, and for tests that look for leaks."""
        return {
            "transactions": len(self._layer),
            "dialogs": len(self._dialogs),
            "streams": len(self._streams),
            "alarms": len(self._alarms),
        }
