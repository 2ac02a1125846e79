"""What a request or response carries: a session description, something to refuse, or something to skip."""

from __future__ import annotations

from typing import Final

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.grammar import parse_params, split_outside
from softswitch.sip.message import Message, Request
from softswitch.sip.sdp import SessionDescription

SDP: Final = "application/sdp"


def check_body(request: Request) -> None:
    """Check that a body is one we read or need not; raise RemoteProtocolError(415) otherwise.

    RFC 3261 §8.2.3 and, for what may be left unread, §20.11.
    """
    if not request.body or has_description(request) or is_optional(request):
        return
    if _is_sdp(request):
        raise RemoteProtocolError(415, "Unsupported encoding", fields=(("Accept-Encoding", "identity"),))
    raise RemoteProtocolError(415, "Unsupported Media Type", fields=(("Accept", SDP),))


def has_description(request: Request) -> bool:
    """Tell whether a request carries a session description that we can read."""
    encoding = request.fields.get("Content-Encoding") or "identity"
    return bool(request.body) and _is_sdp(request) and encoding.strip().lower() == "identity"


def _is_sdp(request: Request) -> bool:
    return request.content_type is not None and request.content_type.kind == SDP


def is_optional(request: Request) -> bool:
    """Tell whether a body may be left unread, by its Content-Disposition."""
    # RFC 3261 §20.11: 'If the handling parameter is missing, the value "required" SHOULD be assumed.'
    _, *params = split_outside(request.fields.get("Content-Disposition") or "", ";")
    handling = parse_params(params, what="Content-Disposition").get("handling") or "required"
    return handling.lower() == "optional"


def sdp_of(message: Message) -> SessionDescription:
    """Read the description a message carries; raise RemoteProtocolError when there is none."""
    if not message.body:
        raise RemoteProtocolError(400, "No session description")
    return message.description
