"""The package of message waiting (RFC 3842)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from softswitch.presence.mailboxes import Counts
from softswitch.presence.package import Watch
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.subscription import Event

NAME: Final = "message-summary"
CONTENT_TYPE: Final = "application/simple-message-summary"


def summary(counts: Counts, account: str) -> bytes:
    """Write the counts of the account whose URI is ``account`` (RFC 3842 §5.2)."""
    lines = (
        f"Messages-Waiting: {'yes' if counts.new else 'no'}",
        f"Message-Account: {account}",
        f"Voice-Message: {counts.new}/{counts.old} ({counts.urgent_new}/{counts.urgent_old})",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class MessageSummary:
    """The package. ``counts_of`` tells what waits for an account; everybody may ask for his own alone."""

    counts_of: Callable[[str], Counts]
    name: str = NAME
    content_type: str = CONTENT_TYPE
    pace: float = 1.0
    """RFC 3842 §3.11."""

    def open(self, watch: Watch, event: Event) -> SummaryView:
        """Begin to show a mailbox; raise RemoteProtocolError(403) for another's."""
        if watch.watcher != watch.user:
            raise RemoteProtocolError(403, "Not your mailbox")
        return SummaryView(self, watch)


@dataclass(frozen=True, slots=True)
class SummaryView:
    """What one subscriber sees of a mailbox."""

    package: MessageSummary
    watch: Watch

    def document(self, version: int) -> bytes:
        """Return the counts of now."""
        return summary(self.package.counts_of(self.watch.user), str(self.watch.entity))
