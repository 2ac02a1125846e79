"""What we call ourselves towards one hop: the URI of our Contact (RFC 3261 §8.1.1.8, RFC 7118 §5.2)."""

from __future__ import annotations

from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop, uri_host
from softswitch.sip.uri import SipUri, Uri


def own_contact(hop: Hop, *, answering: Uri | None = None) -> NameAddr:
    """Return our Contact for what goes over ``hop``; ``answering`` is the Request-URI it belongs to.

    It names the transport the other side came by, so that it comes back by the same: never in clear when
    it was not. RFC 3261 §8.1.1.8 and §12.1.1: where the Request-URI is a SIPS one, the Contact must be.
    """
    scheme = "sips" if isinstance(answering, SipUri) and answering.scheme == "sips" else "sip"
    transport = hop.transport.lower()
    if hop.framed:
        transport = "ws"  # RFC 7118 §5.2 knows no other value, whether TLS lies below or not.
    # RFC 3261 §26.2.2 leaves out "tls" where "sips" says it already.
    said = transport != "udp" and not (scheme == "sips" and transport == "tls")
    params = (("transport", transport),) if said else ()
    return NameAddr(SipUri(uri_host(hop.local_host), port=hop.local_port, scheme=scheme, params=params))
