"""What calls need of SIP: the stack's verbs with the sending done."""

from __future__ import annotations

from typing import Protocol

from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.signals import DialogId, TransactionKey
from softswitch.sip.stack import SipStack


class Signaller(Protocol):
    """See the methods of the same names of :class:`~softswitch.sip.stack.SipStack`."""

    @property
    def stack(self) -> SipStack:
        """The stack, for what sends nothing: making messages, looking at dialogs."""
        ...

    def respond(
        self,
        key: TransactionKey,
        response: Response,
        *,
        contact: NameAddr | None = None,
        reliable: bool = False,
    ) -> DialogId | None:
        """Send a response."""
        ...

    def dismiss(
        self, key: TransactionKey, status: int, *, reason: str = "", fields: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Answer a request outside dialogs and keep nothing of it."""
        ...

    def send(self, request: Request, hop: Hop) -> TransactionKey:
        """Send a request outside a dialog."""
        ...

    def send_in_dialog(
        self,
        name: DialogId,
        method: str,
        *,
        body: bytes = b"",
        content_type: str = "",
        fields: tuple[tuple[str, str], ...] = (),
    ) -> TransactionKey:
        """Send a request inside a dialog."""
        ...

    def acknowledge(self, name: DialogId, cseq: int, *, body: bytes = b"", content_type: str = "") -> None:
        """Send the ACK of a 2xx."""
        ...

    def cancel(self, key: TransactionKey, *, reason: str = "") -> None:
        """Cancel an INVITE."""
        ...
