"""One trunk while the line runs: its servers, how they are, and the requests we keep it alive with."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop, host_port
from softswitch.sip.locating import Place, Target
from softswitch.sip.message import Request
from softswitch.sip.stack import SipStack
from softswitch.sip.uri import SipUri
from softswitch.trunks.config import TrunkConfig
from softswitch.trunks.health import RANK, Health
from softswitch.trunks.registration import Registration

LINE: str = "line"
"""The parameter of our Contact by which calls to a registered line are known. It is no proof by itself: it
goes over the wire in clear, and stands in traces that are handed on."""


@dataclass(slots=True, eq=False)
class Server:
    """One address of a trunk. ``usual`` is its place in the configured order.

    ``connection`` is the stream by which it has answered last: its calls may come by it.
    """

    place: Place
    hop: Hop
    health: Health
    usual: int
    connection: int | None = None
    trouble: str = ""
    """Why it does not answer, "" when it does."""

    @property
    def address(self) -> str:
        """``host:port``, as people are told."""
        return self.hop.address


class Trunk:
    """One trunk. ``line`` is its secret mark; ``hop_to`` gives the way to a place."""

    def __init__(
        self,
        name: str,
        config: TrunkConfig,
        *,
        line: str,
        hop_to: Callable[[Place], Hop],
        random: Callable[[], float],
    ) -> None:
        self.name = name
        self.config = config
        self.line = line
        self._hop_to = hop_to
        self.servers: tuple[Server, ...] = ()
        self.registration = Registration(config.expires, random) if config.registers else None
        self.lost = ""
        """Why it is not registered, "" where it is, or need not be."""
        self.unfound: dict[Target, str] = {}
        """Which servers DNS knows nothing of, and why."""
        self._networks = [ipaddress.ip_network(one) for one in config.addresses]
        self._last: Request | None = None
        """The REGISTER that went out last: the next one is of the same Call-ID (RFC 3261 §10.2.4)."""

    @property
    def domain(self) -> str:
        """What stands for the trunk in URIs, an IPv6 address in brackets."""
        text = self.config.domain or self.config.host.strip("[]")
        return f"[{text}]" if ":" in text else text

    @property
    def trouble(self) -> str:
        """Why it is not registered, or why a server of it is not found; "" for neither."""
        return next(iter(self.unfound.values()), self.lost)

    def targets(self) -> list[Target]:
        """Return what is to be looked up, in the order of the configuration."""
        transport = self.config.transport.upper() if self.config.transport else None
        return [Target(host, port, transport) for host, port in self.config.servers()]

    def place(self, places: Sequence[Place], now: float) -> bool:
        """Take where its servers are; those there were stay as they are. Tell whether any changed."""
        known = {server.place: server for server in self.servers}
        servers: list[Server] = []
        for number, place in enumerate(dict.fromkeys(places)):
            server = known.get(place) or Server(
                place, self._hop_to(place), Health(self.config.qualify, now), number
            )
            server.usual = number
            servers.append(server)
        changed = [one.place for one in servers] != [one.place for one in self.servers]
        self.servers = tuple(servers)
        if self.registration is not None:
            self.registration.servers_changed(len(servers))
        return changed

    def in_order(self) -> list[Server]:
        """Return the servers in the order to call them: those that live first, then as configured.

        One at which we are registered goes before its equals: others may not know us.
        """
        home = self.registration.server if self.registration and self.registration.is_registered else -1
        return sorted(self.servers, key=lambda one: (RANK[one.health.state], one.usual != home, one.usual))

    def has_server_at(self, host: str) -> bool:
        """Tell whether an address (an IP literal) is that of a server, whatever the port."""
        return any(server.hop.host == host for server in self.servers)

    def is_marked(self, request: Request) -> bool:
        """Tell whether a request is addressed to our registered Contact, by the mark in it."""
        uri = request.uri
        return self.registration is not None and isinstance(uri, SipUri) and uri.param(LINE) == self.line

    def owns(self, request: Request, hop: Hop) -> bool:
        """Tell whether a request from outside comes by this trunk.

        Its source is one of the trunk's addresses or servers; a server's other ports count only for what is
        addressed to our registered Contact, as others may stand behind the same NAT.
        """
        if self.has_server_at(hop.host) and self.is_marked(request):
            return True
        for server in self.servers:
            if (server.hop.host, server.hop.port) == (hop.host, hop.port):
                return True
            if hop.connection is not None and server.connection == hop.connection:
                return True
        address = ipaddress.ip_address(hop.host)
        return any(address in network for network in self._networks)

    # What keeps it alive

    def contact(self, hop: Hop) -> NameAddr:
        """Return our Contact at the trunk: by its mark a call is known to come from there."""
        params: tuple[tuple[str, str | None], ...] = ((LINE, self.line),)
        if hop.transport != "UDP":
            params = (("transport", hop.transport.lower()), *params)
        local = f"[{hop.local_host}]" if ":" in hop.local_host else hop.local_host
        user = self.config.username or None
        return NameAddr(SipUri(local, user, hop.local_port, params=params))

    def register_request(self, stack: SipStack, server: Server, expires: int) -> Request:
        """Return the next REGISTER (RFC 3261 §10.2), without credentials."""
        if self._last is None:
            own = NameAddr(SipUri(self.domain, self.config.username))
            request = stack.request("REGISTER", target=f"sip:{self.domain}", local=own, remote=own)
        else:
            request = self._last.again()
        request.fields.put("Contact", self.contact(server.hop))
        request.fields.put("Expires", expires)
        self._last = request
        return request

    def options_request(self, stack: SipStack, server: Server) -> Request:
        """Return the OPTIONS that asks a server whether it lives (RFC 3261 §11)."""
        local = f"[{server.hop.local_host}]" if ":" in server.hop.local_host else server.hop.local_host
        asker = NameAddr(SipUri(local, self.config.username or None, server.hop.local_port))
        host = self.config.domain or host_port(server.hop.host, server.hop.port)
        target = f"sip:{host}"
        request = stack.request("OPTIONS", target=target, local=asker, remote=NameAddr(SipUri(host)))
        request.fields.put("Contact", NameAddr(SipUri(local, port=server.hop.local_port)))
        return request
