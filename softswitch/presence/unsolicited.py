"""Message waiting for phones that never ask: NOTIFY without a subscription, as many switches have sent it.

RFC 3842 knows no such thing (RFC 6665 §4.2.1 forbids it); phones take it. It is off unless asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from softswitch.calls.signaller import Signaller
from softswitch.events import Entry, PhoneRegistered
from softswitch.presence.mailboxes import Counts
from softswitch.presence.message_summary import CONTENT_TYPE, NAME, summary
from softswitch.presence.wire import our_uri
from softswitch.registrar.bindings import Binding
from softswitch.registrar.service import way_to
from softswitch.sip.headers import NameAddr
from softswitch.sip.own_contact import own_contact


class UnsolicitedSummary:
    """Tells every phone of an account what waits for it: when it registers, and when the counts change."""

    def __init__(
        self,
        signaller: Signaller,
        *,
        bindings_of: Callable[[str], tuple[Binding, ...]],
        counts_of: Callable[[str], Counts],
    ) -> None:
        self._signaller = signaller
        self._bindings_of = bindings_of
        self._counts_of = counts_of

    def read(self, entry: Entry) -> None:
        """Take the next entry of the event log: who registers is told."""
        if isinstance(entry.event, PhoneRegistered):
            # After the answer to its REGISTER, which is not sent yet.
            asyncio.get_running_loop().call_soon(self.tell, entry.event.account)

    def tell(self, user: str) -> None:
        """Send the counts to all phones of an account; nobody waits for their answers."""
        for binding in self._bindings_of(user):
            hop = way_to(binding)
            account = NameAddr(our_uri(hop, user))
            request = self._signaller.stack.request(
                "NOTIFY", target=str(binding.contact), local=account, remote=account
            )
            request.fields.add("Contact", own_contact(hop))
            request.fields.add("Event", NAME)
            # There is no subscription that could go on.
            request.fields.add("Subscription-State", "terminated;reason=noresource")
            request.put_body(summary(self._counts_of(user), str(account.uri)), CONTENT_TYPE)
            self._signaller.send(request, hop)
