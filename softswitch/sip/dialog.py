"""Dialogs: the peer-to-peer state of a call (RFC 3261 §12)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.fields import Fields
from softswitch.sip.grammar import remembered
from softswitch.sip.headers import CSeq, NameAddr
from softswitch.sip.hop import Hop, bare_host
from softswitch.sip.message import Message, Request, Response
from softswitch.sip.reliable import ReliableProvisional
from softswitch.sip.signals import DialogId, TransactionKey, Transmit
from softswitch.sip.uri import SipUri, Uri

DEFAULT_PORT = {"UDP": 5060, "TCP": 5060, "TLS": 5061, "WS": 80, "WSS": 443}


Prover = Callable[[Request, Response], bool]
"""Adds credentials for a 401 or 407 to a request that is to be sent again; False when it cannot."""


class DialogState(Enum):
    """RFC 3261 §12: early until a 2xx, then confirmed."""

    EARLY = "early"
    CONFIRMED = "confirmed"


@dataclass(slots=True)
class Dialog:
    """One dialog. ``hop`` is where the peer really is; ``remote_target`` what it calls itself."""

    id: DialogId
    local: NameAddr
    remote: NameAddr
    contact: NameAddr
    remote_target: Uri
    hop: Hop
    route_set: list[NameAddr]
    local_cseq: int
    remote_cseq: int | None
    state: DialogState
    pending_server: TransactionKey | None = None
    """An INVITE of the peer's that we have not answered."""
    pending_client: TransactionKey | None = None
    """An INVITE of ours that the peer has not answered."""
    unacknowledged: int | None = None
    """CSeq of a 2xx of ours whose ACK is awaited."""
    success: Transmit | None = None
    """That 2xx, to be repeated the way it went first."""
    first_ack_due: bool = False
    """It is the one that confirmed the dialog: the caller may not know yet that there is one."""
    byes: tuple[Request, ...] = ()
    """Our BYE, which waits for that (RFC 3261 §15); several when it was said more than once."""
    repeat_after: float = 0.0
    """Seconds from its last repeat to the next."""
    offer_open: bool = False
    """It held an offer, whose answer is due in the ACK."""
    acks: dict[int, bytes] = field(default_factory=dict)
    """ACKs we sent, by CSeq: a repeated 2xx gets the same again (RFC 3261 §13.2.2.4)."""
    pending_update: TransactionKey | None = None
    """An UPDATE of ours that holds an offer and is not answered (RFC 3311 §5.1)."""
    provisional: ReliableProvisional | None = None
    """Our 1xx that waits for its PRACK."""
    unsent: tuple[Response, ...] = ()
    """Reliable 1xx of ours that wait for that."""
    last_rseq: int = 0
    """RSeq of our last reliable 1xx."""
    heard_rseq: int | None = None
    """RSeq of the peer's last reliable 1xx (RFC 3262 §4)."""
    prove: Prover | None = None
    """Adds credentials to a request of ours that was challenged; None where we have none to give."""
    credentials: tuple[tuple[str, str], ...] = ()
    """Those of our INVITE that was answered last: its ACK must carry the same (§13.2.2.4)."""

    def request(self, method: str, *, cseq: int | None = None) -> Request:
        """Make a request inside the dialog (RFC 3261 §12.2.1.1); Via is the stack's to add."""
        if cseq is None:
            self.local_cseq += 1
            cseq = self.local_cseq
        target, routes = self._first_hop()
        fields = Fields()
        fields.add("Max-Forwards", 70)
        fields.add("From", self.local)
        fields.add("To", self.remote)
        fields.add("Call-ID", self.id.call_id)
        fields.add("CSeq", CSeq(cseq, method))
        for route in routes:
            fields.add("Route", route)
        # RFC 3261 §12.2.1.1: target refresh requests carry a Contact; the others may, and no phone minds.
        if method not in ("BYE", "ACK"):
            fields.add("Contact", self.contact)
        return Request(method, str(target), fields)

    def _first_hop(self) -> tuple[Uri, list[NameAddr]]:
        target = _as_request_uri(self.remote_target)
        if not self.route_set:
            return target, []
        first = self.route_set[0].uri
        if isinstance(first, SipUri) and first.param("lr") is not None:
            return target, self.route_set
        # A strict router of RFC 2543: it takes the Request-URI's place, the target goes last.
        return _as_request_uri(first), [*self.route_set[1:], NameAddr(self.remote_target)]

    def accept_order(self, request: Request) -> None:
        """Check the peer's CSeq and note it (RFC 3261 §12.2.2).

        Raises RemoteProtocolError(500) when it is not higher than the last.
        """
        number = request.cseq.number
        if self.remote_cseq is not None and number <= self.remote_cseq:
            raise RemoteProtocolError(500, "CSeq out of order")
        self.remote_cseq = number

    def no_longer_pending(self, key: TransactionKey) -> None:
        """Note that a request of ours is answered, or never will be."""
        if key == self.pending_client:
            self.pending_client = None
        if key == self.pending_update:
            self.pending_update = None

    def refresh_target(self, message: Message, hop: Hop) -> None:
        """Follow the Contact of a re-INVITE or UPDATE, or of its 2xx (RFC 3261 §12.2)."""
        if message.contacts:
            self.remote_target = message.contacts[0].uri
            self.hop = reachable(hop, message)


def _as_request_uri(uri: Uri) -> Uri:
    # RFC 3261 §19.1.1 table 1: neither method nor headers may stand there, whatever the peer's Contact held.
    return replace(uri.without("method"), headers=()) if isinstance(uri, SipUri) else uri


def reachable(hop: Hop, message: Message) -> Hop:
    """Return where later requests reach the sender of ``message``, which came over ``hop``.

    A phone is where its packets come from. Its Contact (or the first Record-Route) is believed instead
    only when it names the same address with another port and the Via shows no NAT in between: a phone
    that receives on another socket than it sends from. A stream is used as long as it lives, and after
    that one to the port it names under the same conditions.
    """
    hop = replace(hop, listens=None)
    records = message.routes("Record-Route")
    uri = records[-1].uri if records and isinstance(message, Response) else None
    if records and isinstance(message, Request):
        uri = records[0].uri
    if uri is None and message.contacts:
        uri = message.contacts[0].uri
    if not isinstance(uri, SipUri) or behind_nat(hop, message):
        return hop
    if hop.reliable:
        return replace(hop, listens=listening_port(hop, uri))
    host = bare_host(uri.host)
    if records and is_address(host):
        return replace(hop, host=host, port=uri.port or DEFAULT_PORT[hop.transport])
    if host != hop.host:
        return hop
    return replace(hop, port=uri.port or DEFAULT_PORT[hop.transport])


def listening_port(hop: Hop, uri: Uri) -> int | None:
    """Return the port where the element behind a stream takes new ones, None when nobody can know.

    It is the one in its Contact, if that names the address the stream came from: there is no NAT in between.
    A Contact without a port says only where a name would be looked up, TLS needs a certificate for that name,
    which phones have not (RFC 5626 §1), and no page takes connections.
    """
    if hop.transport != "TCP" or not isinstance(uri, SipUri) or bare_host(uri.host) != hop.host.lower():
        return None
    return uri.port


def behind_nat(hop: Hop, message: Message) -> bool:
    """Tell whether the sender's own idea of its address (Via, Contact) differs from where it really is."""
    if hop.framed:
        return False  # RFC 7118 §8.1: a page knows no address of its own and invents a name.
    if isinstance(message, Request):
        via = message.via
        if bare_host(via.host) != hop.host:
            return True
        if hop.reliable:
            return False
        if (via.port or DEFAULT_PORT[hop.transport]) != hop.port and "rport" in via.params:
            return True
    for contact in message.contacts[:1]:
        if isinstance(contact.uri, SipUri) and is_address(host := bare_host(contact.uri.host)):
            return host != hop.host and not message.routes("Record-Route")
    return False


@remembered
def is_address(host: str) -> bool:
    """Tell whether a host is an IP literal, so that no DNS is needed."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def dialog_of_server(request: Request, tag: str, contact: NameAddr, hop: Hop) -> Dialog:
    """Make the UAS's dialog for a request we answer (RFC 3261 §12.1.1)."""
    return Dialog(
        id=DialogId(request.call_id, tag, request.from_.tag),
        local=request.to.with_tag(tag),
        remote=request.from_,
        contact=contact,
        remote_target=request.contacts[0].uri if request.contacts else request.from_.uri,
        hop=reachable(hop, request),
        route_set=request.routes("Record-Route"),
        # RFC 3261 §12.1.1 leaves it empty; any start does.
        local_cseq=0,
        remote_cseq=request.cseq.number,
        state=DialogState.EARLY,
    )


def dialog_of_client(request: Request, response: Response, hop: Hop) -> Dialog:
    """Make the UAC's dialog from a response to our request (RFC 3261 §12.1.2)."""
    return Dialog(
        id=DialogId(request.call_id, request.from_.tag, response.to.tag),
        local=request.from_,
        remote=response.to,
        contact=request.contacts[0] if request.contacts else NameAddr(request.from_.uri),
        remote_target=response.contacts[0].uri if response.contacts else request.uri,
        hop=reachable(hop, response),
        route_set=list(reversed(response.routes("Record-Route"))),
        local_cseq=request.cseq.number,
        remote_cseq=None,
        state=DialogState.EARLY,
    )
