"""The package of presence in its simple form: there or not, on the phone or not (RFC 3856, RFC 3863)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from softswitch.presence.documents import element, inside, written
from softswitch.presence.package import Watch
from softswitch.sip.subscription import Event

PIDF: Final = "urn:ietf:params:xml:ns:pidf"
DATA_MODEL: Final = "urn:ietf:params:xml:ns:pidf:data-model"
RPID: Final = "urn:ietf:params:xml:ns:pidf:rpid"
BUSY_NOTE: Final = "On the phone"


@dataclass(frozen=True, slots=True)
class PresencePidf:
    """The package. ``open_of`` tells whether an account can be reached, ``busy_of`` whether it is busy."""

    open_of: Callable[[str], bool]
    busy_of: Callable[[str], bool]
    name: str = "presence"
    content_type: str = "application/pidf+xml"
    pace: float = 5.0
    """RFC 3856 §6.10."""

    def open(self, watch: Watch, event: Event) -> PresenceView:
        """Begin to show an account."""
        return PresenceView(self, watch)


@dataclass(frozen=True, slots=True)
class PresenceView:
    """What one subscriber sees of an account."""

    package: PresencePidf
    watch: Watch

    def document(self, version: int) -> bytes:
        """Return the whole state (RFC 3863 §4.1); being on the phone is told as RFC 4480 §3.2 does, too."""
        entity = str(self.watch.entity)
        there, busy = self.package.open_of(self.watch.user), self.package.busy_of(self.watch.user)
        root = element("presence", xmlns=PIDF, entity=entity)
        line = inside(root, "tuple", id="line")
        inside(inside(line, "status"), "basic", "open" if there else "closed")
        if there:
            inside(line, "contact", entity)
        if busy:
            inside(line, "note", BUSY_NOTE)
            root.set("xmlns:dm", DATA_MODEL)
            root.set("xmlns:rpid", RPID)
            person = inside(root, "dm:person", id="person")
            activities = inside(person, "rpid:activities")
            # PJSIP knows the first alone, others show a handset for the second.
            inside(activities, "rpid:busy")
            inside(activities, "rpid:on-the-phone")
            inside(person, "dm:note", BUSY_NOTE)
        return written(root)
