"""What everything in this room writes into its requests: our address, and what a refusal asks for."""

from __future__ import annotations

from softswitch.sip.hop import Hop, uri_host
from softswitch.sip.message import Response
from softswitch.sip.uri import SipUri


def our_uri(hop: Hop, user: str | None = None) -> SipUri:
    """Return our URI as the other side of ``hop`` must write it."""
    return SipUri(uri_host(hop.local_host), user, hop.local_port)


def retry_after(response: Response, default: float, *, most: float) -> float:
    """Return for how many seconds a refusal wants to be left alone (RFC 3261 §20.33)."""
    text = (response.fields.get("Retry-After") or "").partition(";")[0].partition("(")[0].strip()
    return min(float(text), most) if text.isascii() and text.isdecimal() else default
