"""Who calls, as trunks tell and are told: From, P-Asserted-Identity, Remote-Party-ID, Privacy, Diversion.

RFC 3323 and RFC 3325 say how a number is asserted and hidden, RFC 5806 who has diverted a call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.headers import NameAddr, parse_name_addr
from softswitch.sip.message import Request
from softswitch.sip.uri import SipUri, dialled
from softswitch.trunks.config import ANONYMOUS, CallerIdField

ANONYMOUS_HOST: Final = "anonymous.invalid"
_HIDING: Final = frozenset({"id", "user", "header"})
"""Values of Privacy by which the caller is not to be known to the called (RFC 3323 §4.2, RFC 3325 §9.3)."""
_NOBODY: Final = frozenset({ANONYMOUS, "unknown", "unavailable", "restricted", "private", "withheld"})
"""What gateways write in place of a number they do not know or may not show. Taken for a number it would be
the same for strangers, who then had each other's place in a queue, agent and callback."""
LONGEST_NAME: Final = 64
"""Letters of a caller's name that are kept: displays show fewer."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls from outside, as he is to be shown: without a number and a name when he hides them."""

    number: str
    name: str
    hidden: bool


def caller_of(request: Request, *, trusted: bool) -> Caller:
    """Return who calls by a trunk; its own assertions count only if it is ``trusted``.

    RFC 3325 §9.1: P-Asserted-Identity may hold a SIP URI and a telephone number; a number goes first. Fields
    that cannot be read count as not there.
    """
    asserted = _asserted(request) if trusted else None
    said = asserted or request.from_
    number = dialled(said.uri)
    if is_hidden(request) or number.lower() in _NOBODY or not number:
        return Caller("", "", hidden=True)
    name = said.display or request.from_.display
    return Caller(number, "" if name == number else name[:LONGEST_NAME], hidden=False)


def is_hidden(request: Request) -> bool:
    """Tell whether the caller wants not to be known (RFC 3323 §4.2; Remote-Party-ID has its own word)."""
    try:
        wishes = {
            wish.strip().lower() for value in request.fields.all("Privacy") for wish in value.split(";")
        }
        remote = [one.params.get("privacy") for one in _addresses(request, "Remote-Party-ID")]
    except RemoteProtocolError:
        return True  # What cannot be read may have been a wish for privacy.
    if wishes & _HIDING or any(value and value.lower() not in ("off", "none") for value in remote):
        return True
    from_ = request.from_.uri
    return isinstance(from_, SipUri) and from_.host.lower() == ANONYMOUS_HOST


def _asserted(request: Request) -> NameAddr | None:
    for field_name in ("P-Asserted-Identity", "Remote-Party-ID"):
        try:
            found = [one for one in _addresses(request, field_name) if dialled(one.uri)]
        except RemoteProtocolError:
            continue
        if found:
            return next((one for one in found if _is_number(dialled(one.uri))), found[0])
    return None


def _addresses(request: Request, field_name: str) -> list[NameAddr]:
    return [parse_name_addr(member, what=field_name) for member in request.fields.members(field_name)]


def _is_number(user: str) -> bool:
    return user.lstrip("+").isdigit()


def called_of(request: Request) -> tuple[str, ...]:
    """Return what may be the number that was dialled, the likeliest first.

    Who registers is called at his own Contact by some providers; the number then stands in To.
    """
    told = [dialled(request.uri), dialled(request.to.uri)]
    try:
        told += [dialled(one.uri) for one in _addresses(request, "P-Called-Party-ID")]
    except RemoteProtocolError:
        return tuple(dict.fromkeys(one for one in told if one))
    return tuple(dict.fromkeys(one for one in told if one))


@dataclass(frozen=True, slots=True)
class Presented:
    """What a trunk is told of the caller, numbers as it wants them written.

    ``user`` stands in From in place of the number where the trunk knows us by our account there.
    ``diverted_by`` is our number that the call was for before it was led out again, "" for none.
    """

    number: str
    domain: str
    field: CallerIdField
    user: str = ""
    hidden: bool = False
    diverted_by: str = ""


def from_of(presented: Presented) -> NameAddr:
    """Return From.

    RFC 3323 §4.1.1.3: a caller who hides is "Anonymous" <sip:anonymous@anonymous.invalid>. A trunk that knows
    us by From gets our account there in any case: Privacy tells it the rest.
    """
    if presented.user:
        return NameAddr(SipUri(presented.domain, presented.user), "Anonymous" if presented.hidden else "")
    if presented.hidden:
        return NameAddr(SipUri(ANONYMOUS_HOST, ANONYMOUS), "Anonymous")
    return NameAddr(SipUri(presented.domain, presented.number or None))


def fields_of(presented: Presented) -> tuple[tuple[str, str], ...]:
    """Return the fields beside From.

    RFC 3325 §9.3: with ``Privacy: id`` "the Network Asserted Identity" is kept from those behind the
    provider, who himself must know who pays and whom an ambulance is to call back.
    """
    fields: list[tuple[str, str]] = []
    if presented.number:
        own = NameAddr(SipUri(presented.domain, presented.number))
        match presented.field:
            case CallerIdField.ASSERTED:
                fields.append(("P-Asserted-Identity", str(own)))
            case CallerIdField.PREFERRED:
                fields.append(("P-Preferred-Identity", str(own)))
            case CallerIdField.REMOTE_PARTY:
                privacy = "full" if presented.hidden else "off"
                fields.append(("Remote-Party-ID", f"{own};party=calling;privacy={privacy};screen=no"))
            case CallerIdField.NONE:
                pass
    if presented.hidden:
        fields.append(("Privacy", "id"))
    if presented.diverted_by:
        diverting = NameAddr(SipUri(presented.domain, presented.diverted_by))
        fields.append(("Diversion", f"{diverting};reason=unknown"))
    return tuple(fields)
