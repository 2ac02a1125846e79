"""A user of a SipStack as small as can be: it keeps what the stack reports and does what it is told."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TypeVar

from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.signals import DialogId, Incoming, Reply, TransactionKey, UserOutput
from softswitch.sip.stack import SipStack
from softswitch.sip.uri import SipUri
from tests.fakes.network import Address, Network

Kind = TypeVar("Kind", bound=UserOutput)


def counted(prefix: str) -> Callable[[], str]:
    """Return a source of tokens that are all different and the same in every run."""
    numbers = count(1)
    return lambda: f"{prefix}{next(numbers)}"


class Party:
    """One stack on the network and everything it reported to its user."""

    def __init__(self, network: Network, name: str, host: str, *, port: int = 5060) -> None:
        self.network = network
        self.address: Address = (host, port)
        self.uri = SipUri(host, name, port)
        self.stack = SipStack(token=counted(name), agent=name)
        self.seen: list[UserOutput] = []
        network.join(self.address, self.stack, self.hear)

    def hear(self, output: UserOutput) -> None:
        """Take what the stack reports; a test's user does more here."""
        self.seen.append(output)

    def got(self, kind: type[Kind]) -> list[Kind]:
        """Return all reports of one kind."""
        return [one for one in self.seen if isinstance(one, kind)]

    def last(self, kind: type[Kind]) -> Kind:
        """Return the latest report of one kind."""
        return self.got(kind)[-1]

    def statuses(self, method: str = "INVITE") -> list[int]:
        """Return the statuses of all replies to requests of one method."""
        return [one.response.status for one in self.got(Reply) if one.response.cseq.method == method]

    def incoming(self, method: str) -> list[Incoming]:
        """Return all new requests of one method."""
        return [one for one in self.got(Incoming) if one.request.method == method]

    def hop_to(self, address: Address, transport: str = "UDP") -> Hop:
        """Return the way to another party."""
        connection = None if transport == "UDP" else 1
        return Hop(transport, address[0], address[1], self.address[0], self.address[1], connection)

    def request(self, method: str, other: Party) -> Request:
        """Make a request to another party outside any dialog."""
        request = self.stack.request(
            method, target=str(other.uri), local=NameAddr(self.uri), remote=NameAddr(other.uri)
        )
        if method == "INVITE":
            request.fields.add("Contact", NameAddr(self.uri))
        return request

    def send(self, method: str, other: Party, *, transport: str = "UDP", body: bytes = b"") -> TransactionKey:
        """Send a request to another party outside any dialog."""
        request = self.request(method, other)
        if body:
            request.put_body(body, "application/sdp")
        key = self.stack.send(self.network.now, request, self.hop_to(other.address, transport))
        self.network.flush()
        return key

    def send_in(self, name: DialogId, method: str) -> TransactionKey:
        """Send a request inside a dialog."""
        key = self.stack.send_in_dialog(self.network.now, name, method)
        self.network.flush()
        return key

    def answer(self, incoming: Incoming, status: int, *, body: bytes = b"") -> DialogId | None:
        """Answer a request; a 101-299 to an INVITE carries our Contact and so makes the dialog."""
        response: Response = self.stack.response(incoming.transaction, status)
        if body:
            response.put_body(body, "application/sdp")
        contact = NameAddr(self.uri) if incoming.request.method == "INVITE" else None
        name = self.stack.respond(self.network.now, incoming.transaction, response, contact=contact)
        self.network.flush()
        return name

    def acknowledge(self, reply: Reply) -> DialogId:
        """Send the ACK of a 2xx; return its dialog."""
        assert reply.dialog is not None
        self.stack.acknowledge(self.network.now, reply.dialog, reply.response.cseq.number)
        self.network.flush()
        return reply.dialog


def sizes_are_zero(*parties: Party) -> bool:
    """Tell whether no stack holds anything any more."""
    return not any(any(party.stack.sizes().values()) for party in parties)
