"""Which dialog a request is to take the place of (RFC 3891), and what a REFER refers to (RFC 3515)."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.grammar import parse_params, split_outside
from softswitch.sip.headers import NameAddr, parse_name_addr
from softswitch.sip.hop import bare_host
from softswitch.sip.message import Request
from softswitch.sip.signals import DialogId
from softswitch.sip.uri import SipUri, TelUri, dialled


@dataclass(frozen=True, slots=True)
class Replaces:
    """A dialog of ours, named as RFC 3891 §3 does; ``early_only`` spares one that was answered."""

    dialog: DialogId
    early_only: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """What a REFER asks for: a number to be called, or with ``replaces`` a call to be joined."""

    number: str
    replaces: Replaces | None = None
    host: str = ""
    """Where that number is, "" for a telephone number."""


def parse_replaces(text: str) -> Replaces:
    """Read a Replaces value; raise RemoteProtocolError(400) for one without a Call-ID and both tags."""
    call_id, *params = split_outside(text, ";")
    named = parse_params(params, what="Replaces")
    to_tag, from_tag = named.get("to-tag"), named.get("from-tag")
    if not call_id.strip() or not to_tag or not from_tag:
        raise RemoteProtocolError(400, "Replaces needs a Call-ID, to-tag and from-tag")
    # §3: the to-tag is compared with the local tag, the from-tag with the remote one.
    return Replaces(DialogId(call_id.strip(), to_tag, from_tag), "early-only" in named)


def parse_refer(request: Request) -> Reference:
    """Read a REFER's Refer-To.

    Raises RemoteProtocolError: 400 when it is missing, stands twice or cannot be read, 416 for a URI
    nobody can be called by, 501 when anything but a call is asked for.
    """
    targets = request.fields.members("Refer-To")
    if len(targets) != 1:
        # RFC 3515 §2.4.2: "MUST return a 400 (Bad Request)".
        raise RemoteProtocolError(400, "A REFER has exactly one Refer-To")
    return _reference(parse_name_addr(targets[0], what="Refer-To"))


def _reference(target: NameAddr) -> Reference:
    uri = target.uri
    if isinstance(uri, TelUri):
        return Reference(dialled(uri))
    if not isinstance(uri, SipUri):
        raise RemoteProtocolError(416, "Nobody can be called at this Refer-To")
    if (uri.param("method") or "INVITE").upper() != "INVITE":
        raise RemoteProtocolError(501, "Only calls can be referred to")
    fields = {name.lower(): value for name, value in uri.headers}
    replaces = fields.get("replaces")
    return Reference(dialled(uri), parse_replaces(replaces) if replaces else None, bare_host(uri.host))
