"""Session timers: a call that nobody refreshes is over (RFC 4028). Pure: values in, values out.

Each side keeps a :class:`SessionTimer`, which the last 2xx to an INVITE or UPDATE agreed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.grammar import parse_params, split_outside
from softswitch.sip.headers import parse_expires
from softswitch.sip.message import Message, Request, Response

TIMER: Final = "timer"
"""The option tag."""
SHORTEST: Final = 90
"""Seconds, "the absolute minimum" (RFC 4028 §4): less would load the network more than dead calls do."""
USUAL: Final = 1800
"""Seconds that we ask for, as RFC 4028 §4 recommends."""
LATEST_MARGIN: Final = 32.0
"""Seconds before the expiry by which the side that waits gives up, or a third of the interval if that is less
(RFC 4028 §10)."""

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SessionTimer:
    """What was agreed: the interval in seconds, and whether the refreshes are ours to send.

    One that is not ``spoken`` by the other side is our own affair: a way to notice that a phone has died.
    """

    interval: int
    ours: bool
    spoken: bool = True

    @property
    def refresh_after(self) -> float:
        """Seconds until our refresh: half of the interval, as RFC 4028 §7.2 recommends."""
        return self.interval / 2

    @property
    def over_after(self) -> float:
        """Seconds without a refresh of theirs after which the session is given up."""
        return self.interval - min(LATEST_MARGIN, self.interval / 3)


OWN: Final = SessionTimer(USUAL, ours=True, spoken=False)
"""The timer of a session whose other side speaks none."""


def request_fields(current: SessionTimer | None = None, shortest: int = SHORTEST) -> Fields:
    """Return what asks for a timer in an INVITE or UPDATE of ours; ``current`` keeps the roles as they are.

    ``shortest`` is the largest Min-SE the other side has named.
    """
    interval = max(current.interval if current is not None else USUAL, shortest)
    role = "" if current is None else ";refresher=uac" if current.ours else ";refresher=uas"
    return (("Session-Expires", f"{interval}{role}"), ("Min-SE", str(max(shortest, SHORTEST))))


def granted(request: Request) -> tuple[SessionTimer, Fields]:
    """Return the timer that our 2xx to an INVITE or UPDATE agrees to, and the fields that say so.

    Raises RemoteProtocolError(422) for an interval that is too short.
    """
    supported = TIMER in request.fields.tokens("Supported")
    wanted, refresher = _read(request)
    if wanted is None and not supported:
        return OWN, ()
    if wanted is not None and wanted < SHORTEST and supported:
        raise RemoteProtocolError(422, "Session Interval Too Small", fields=(("Min-SE", str(SHORTEST)),))
    # RFC 4028 §9: it may be reduced, but not below Min-SE, and never increased. One that is too short comes
    # from a proxy here: its phone could not try again.
    least = min_se(request)
    wanted = max(USUAL, least) if wanted is None else max(wanted, SHORTEST)
    interval = max(min(wanted, USUAL), min(wanted, least))
    # Table 2: the choice is the phone's, and ours if it makes none.
    ours = not (supported and refresher == "uac")
    fields: Fields = (("Session-Expires", f"{interval};refresher={'uas' if ours else 'uac'}"),)
    if supported:
        fields += (("Require", TIMER),)
    return SessionTimer(interval, ours), fields


def agreed(response: Response) -> SessionTimer:
    """Return the timer that a 2xx to our INVITE or UPDATE agrees to; our own where it names none.

    A refresher that is not named is the one who asked (RFC 4028 §7.2). What cannot be read agrees to
    nothing: the call is up all the same.
    """
    try:
        interval, refresher = _read(response)
    except RemoteProtocolError:
        return OWN
    return OWN if interval is None else SessionTimer(max(interval, SHORTEST), refresher != "uas")


def min_se(message: Message) -> int:
    """Return the shortest interval a message allows, in seconds; 90 where it says nothing (RFC 4028 §5)."""
    text = message.fields.get("Min-SE")
    return SHORTEST if text is None else max(parse_expires(text.partition(";")[0]), SHORTEST)


def _read(message: Message) -> tuple[int | None, str]:
    text = message.fields.get("Session-Expires")
    if text is None:
        return None, ""
    seconds, *params = split_outside(text, ";")
    refresher = parse_params(params, what="Session-Expires").get("refresher") or ""
    return parse_expires(seconds), refresher.lower()
