"""What tokens may be allowed: a resource and one of ``read``, ``write`` and ``control``.

``read`` sees, ``write`` changes what is stored, ``control`` does what cannot be taken back or is heard on
the line: it hangs up, erases, shows whole numbers of identity papers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from softswitch.web.errors import WebError

SCOPES: Final[Mapping[str, str]] = {
    "customers:read": "find customers and see them, identity numbers masked",
    "customers:write": "add and change customers",
    "customers:control": "erase customers, export all that is known of one, see identity numbers whole",
    "tickets:read": "see tickets",
    "tickets:write": "open and change tickets",
    "orders:read": "see orders of shops",
    "orders:write": "put orders of shops",
    "schedules:read": "see opening hours, and whether they are open",
    "schedules:control": "switch day, night and outage by hand",
    "calls:read": "see calls that were, with every step",
    "live-calls:read": "see calls that are",
    "live-calls:control": "begin, transfer, end and supervise calls",
    "queues:read": "see queues and their figures",
    "agents:read": "see agents and their figures",
    "agents:control": "log agents in and out, pause them",
    "ratings:read": "see how callers have rated talks",
    "recordings:read": "find recordings and hear them",
    "recordings:write": "put recordings on hold for a legal reason, and release them",
    "recordings:control": "erase recordings",
    "voicemail:read": "see and hear voicemail, and see requests to be called back",
    "voicemail:write": "mark voicemail as heard, tick off requests to be called back",
    "voicemail:control": "erase voicemail",
    "messages:read": "see what became of text messages",
    "messages:write": "send text messages (SMS)",
    "outbox:read": "see deliveries to the outside",
    "outbox:control": "try deliveries again, give them up",
    "events:read": "follow every event of the switch",
    "audit:read": "see who asked for what",
}
"""Every scope, and what it allows."""

AGENT_SCOPES: Final = frozenset(
    {
        "calls:read",
        "live-calls:read",
        "live-calls:control",
        "agents:read",
        "agents:control",
        "messages:read",
        "messages:write",
        "events:read",
    }
)
"""What a token bound to an agent may have: in each of them it reaches that agent's own calls alone."""


class UnknownScope(WebError):
    """No such scope, or none for an agent's token."""

    status = 422
    code = "scope"


def parse_scopes(words: Iterable[str], *, agent: str = "") -> tuple[str, ...]:
    """Return the scopes that are meant, sorted; ``customers:*`` is all of a resource, ``*:read`` of a verb.

    Raises UnknownScope for what means nothing, and for what a token of ``agent`` cannot have.
    """
    chosen: set[str] = set()
    for word in words:
        resource, _, verb = word.strip().partition(":")
        meant = {
            scope
            for scope in (AGENT_SCOPES if agent else SCOPES)
            if resource in ("*", scope.partition(":")[0]) and verb in ("*", scope.partition(":")[2])
        }
        if not meant:
            known = ", ".join(sorted(AGENT_SCOPES if agent else SCOPES))
            whose = "a token bound to an agent" if agent else "a token"
            raise UnknownScope(f"{word[:60]!r} is no scope {whose} can have; there are: {known}")
        chosen |= meant
    if not chosen:
        raise UnknownScope("a token needs at least one scope, such as customers:read")
    return tuple(sorted(chosen))
