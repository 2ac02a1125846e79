"""The package of busy lamps: who is being called, who talks (RFC 4235)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from softswitch.presence.documents import Element, element, inside, written
from softswitch.presence.lines import Line, LineState
from softswitch.presence.package import Watch
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.subscription import Event

NAMESPACE: Final = "urn:ietf:params:xml:ns:dialog-info"
MOST_LINES: Final = 10
"""Calls in one document, the oldest first: more change no lamp, and with these it stays under 16 kB whatever
the names, which a datagram bears."""
ONE_DIALOG: Final = frozenset({"call-id", "from-tag", "to-tag"})
"""Parameters of Event that ask for one dialog alone (RFC 4235 §3.2)."""


@dataclass(frozen=True, slots=True)
class DialogInfo:
    """The package. ``lines_of`` tells an account's calls, ``name_of`` its display name.

    A watcher sees the state and the direction of calls; the party at the other end only with
    ``show_parties``, or when the account is his own (§3.6: "merely an indication of whether the user is in at
    least one call").
    """

    lines_of: Callable[[str], tuple[Line, ...]]
    name_of: Callable[[str], str]
    show_parties: bool = False
    name: str = "dialog"
    content_type: str = "application/dialog-info+xml"
    pace: float = 1.0
    """RFC 4235 §3.10."""

    def open(self, watch: Watch, event: Event) -> DialogView:
        """Begin to show an account's calls.

        Raises RemoteProtocolError(403) for a subscription to one dialog: those of a phone with us are between
        the two, and nobody else knows their names.
        """
        if ONE_DIALOG & event.params.keys():
            raise RemoteProtocolError(403, "Single dialogs cannot be watched")
        shown = self.show_parties or watch.watcher == watch.user
        return DialogView(self, watch, with_parties=shown)


@dataclass(slots=True)
class DialogView:
    """What one subscriber sees of an account's calls."""

    package: DialogInfo
    watch: Watch
    with_parties: bool
    told: dict[str, Line] = field(default_factory=dict)
    """What stood in the last document: a call that is gone from it is told as terminated, once.

    Whoever reads a full document knows from its absence; but there are phones whose lamp goes out only when
    they are told so.
    """

    def document(self, version: int) -> bytes:
        """Return the full state (§4.1)."""
        present = self.package.lines_of(self.watch.user)
        lines = {line.id: line for line in present[:MOST_LINES]}
        ended = [
            replace(line, state=LineState.TERMINATED) for line in self.told.values() if line.id not in lines
        ]
        self.told = lines
        root = element(
            "dialog-info",
            xmlns=NAMESPACE,
            version=str(version),
            state="full",
            entity=str(self.watch.entity),
        )
        for line in (*lines.values(), *ended)[:MOST_LINES]:
            self._add(root, line)
        return written(root)

    def _add(self, root: Element, line: Line) -> None:
        dialog = inside(root, "dialog", id=line.id, direction=line.direction)
        inside(dialog, "state", line.state.value)
        local = inside(dialog, "local")
        name = self.package.name_of(self.watch.user)
        entity = str(self.watch.entity)
        inside(local, "identity", entity, **({"display": name} if name else {}))
        inside(local, "target", uri=entity)
        if self.with_parties:
            remote = inside(dialog, "remote")
            uri = str(replace(self.watch.entity, user=line.party))
            display = {"display": line.party_name} if line.party_name else {}
            inside(remote, "identity", uri, **display)
            inside(remote, "target", uri=uri)
