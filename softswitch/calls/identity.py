"""Who somebody is, as the other side's phone shows it (RFC 3325 §9.1, RFC 5876 §4.5)."""

from __future__ import annotations

from softswitch.calls.leg import Leg
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import uri_host
from softswitch.sip.uri import SipUri


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
