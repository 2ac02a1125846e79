"""Who somebody is, as the other side's phone shows it (RFC 3325 §9.1, RFC 5876 §4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from softswitch.calls.leg import Leg
from softswitch.calls.origin import ANONYMOUS, ANONYMOUS_NAME
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.languages import ENGLISH, POLISH
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import uri_host
from softswitch.sip.uri import SipUri

SOMEBODY: Final[Mapping[str, str]] = {
    ENGLISH: "somebody who hides the number",
    POLISH: "kogoś z numerem zastrzeżonym",
}


def shown(leg: Leg, *, to: PhoneLeg) -> tuple[tuple[str, str], ...]:
    """Return the fields that tell the phone of ``to`` that it talks with the party of ``leg``, if it may."""
    if not to.shows_identity:
        return ()
    host, port = to.hop.local_host, to.hop.local_port
    number, name = leg.guise.number_of(leg.party), leg.guise.name_of(leg.party, leg.display)
    return (("P-Asserted-Identity", str(NameAddr(SipUri(uri_host(host), number, port), name))),)


def called_by(leg: Leg) -> str:
    """Return what somebody of ours is told of who calls: the name, else the number, as it is shown."""
    return leg.guise.name_of(leg.party, leg.display) or leg.guise.number_of(leg.party)


def spoken_caller(leg: Leg, language: str) -> str:
    """Return what is said behind "from" of who calls: as :func:`called_by`, and words for who is hidden."""
    shown_as = called_by(leg)
    if shown_as in (ANONYMOUS_NAME, ANONYMOUS):
        return SOMEBODY[language if language in SOMEBODY else ENGLISH]
    return shown_as
