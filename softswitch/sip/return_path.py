"""The way back: what a request's topmost Via says of it, and where the responses go (RFC 3261 §18.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from softswitch.sip.hop import Hop, bare_host
from softswitch.sip.message import Request

DEFAULT_PORT: Final = 5060
"""Of UDP and TCP, when the Via names none (RFC 3261 §18.2.2)."""


def note_source(request: Request, hop: Hop) -> None:
    """Write ``received`` and ``rport`` into the topmost Via (RFC 3261 §18.2.1, RFC 3581 §4)."""
    via = request.via
    if bare_host(via.host) == hop.host and "rport" not in via.params:
        return
    # RFC 3261 §25.1, RFC 5118 §4.5: without brackets; and which of our own links it came by is our affair.
    found = {"received": hop.host.partition("%")[0]}
    if "rport" in via.params:
        found["rport"] = str(hop.port)
    noted = via.with_params(**found)
    # The typed view stays as the sender wrote it: transactions are matched by that.
    others = request.vias[1:] if request.fields.count("Via") < len(request.vias) else ()
    if others:
        # Several stand on one line: from here on each has its own.
        request.fields.put("Via", noted)
    request.fields.put_first("Via", (noted, *others))


def answer_hop(request: Request, hop: Hop) -> Hop:
    """Return where responses go (RFC 3261 §18.2.2, RFC 3581 §4): to where the request came from.

    A sender that names its own true address listens there, and no NAT is in between: at the port of its
    Via it gets responses whose stream is gone, and datagrams unless it asks for rport.
    """
    via = request.via
    if bare_host(via.host) != hop.host or hop.transport not in ("UDP", "TCP"):
        return hop
    port = via.port or DEFAULT_PORT
    if hop.reliable:
        return replace(hop, listens=port)
    return hop if "rport" in via.params else replace(hop, port=port)
