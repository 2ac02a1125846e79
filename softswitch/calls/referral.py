"""One REFER, from its arrival to its last NOTIFY (RFC 3515)."""

from __future__ import annotations

from typing import Final, Protocol

from softswitch.calls.signaller import Signaller
from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.message import REASONS, Request
from softswitch.sip.replaces import Reference
from softswitch.sip.signals import Incoming

SIPFRAG: Final = "message/sipfrag;version=2.0"
LASTS_SECONDS: Final = 180
"""How long whoever transfers may expect to hear of it: longer than any phone rings."""


class TransferRequest(Protocol):
    """Somebody wants one who talks to be handed over: a phone by REFER, a program by the interface."""

    @property
    def reference(self) -> Reference:
        """To whom."""
        ...

    @property
    def over(self) -> bool:
        """Tell whether it has come to its end, so that another may be asked for."""
        ...

    def accept(self) -> None:
        """Say that it will be tried."""
        ...

    def refuse(self, status: int, reason: str) -> None:
        """Say that it will not be tried, and why."""
        ...

    def report(self, status: int) -> None:
        """Tell how far it is."""
        ...


class Referral:
    """Answers a REFER and reports how far the call it asks for has come."""

    def __init__(
        self, signaller: Signaller, incoming: Incoming, reference: Reference, *, first: bool
    ) -> None:
        self._signaller = signaller
        self._incoming = incoming
        self.reference = reference
        # §2.4.6: needed from the second REFER of a dialog on; some phones do not know it in the first.
        self._event = "refer" if first else f"refer;id={incoming.request.cseq.number}"
        self._silent = _wants_silence(incoming.request)
        self._said = 0
        self._over = False

    @property
    def over(self) -> bool:
        """Tell whether it has come to its end, so that another may be asked for."""
        return self._over

    def accept(self) -> None:
        """Say that it will be tried."""
        fields = (("Refer-Sub", "false"),) if self._silent else ()
        self._respond(202, *fields)
        self.report(100)

    def refuse(self, status: int, reason: str) -> None:
        """Say that it will not be tried, and why.

        By NOTIFY, which every phone that transfers shows; only who wants none is refused on the spot.
        """
        if self._silent:
            self._over = True
            self._respond(status, reason=reason)
        else:
            self.accept()
            self.report(status)

    def report(self, status: int) -> None:
        """Tell how far it is; once for each status, and no more after a final one."""
        if self._over or status <= self._said:
            return
        self._said, self._over = status, status >= 200
        if not self._silent:
            self._notify(status)

    def _notify(self, status: int) -> None:
        state = "terminated;reason=noresource" if status >= 200 else f"active;expires={LASTS_SECONDS}"
        dialog, stack = self._incoming.dialog, self._signaller.stack
        # Whoever has hung up meanwhile wants to know no more.
        if dialog is not None and stack.has_dialog(dialog):
            self._signaller.send_in_dialog(
                dialog,
                "NOTIFY",
                body=f"SIP/2.0 {status} {REASONS.get(status, '')}\r\n".encode(),
                content_type=SIPFRAG,
                fields=(("Event", self._event), ("Subscription-State", state)),
            )

    def _respond(self, status: int, *fields: tuple[str, str], reason: str = "") -> None:
        try:
            response = self._signaller.stack.response(self._incoming.transaction, status, reason)
        except LocalProtocolError:
            return  # It has its answer: the phone hung up before it could be looked at.
        for name, value in fields:
            response.fields.add(name, value)
        self._signaller.respond(self._incoming.transaction, response)


def _wants_silence(request: Request) -> bool:
    # RFC 4488: no subscription, so no NOTIFY.
    return (request.fields.get("Refer-Sub") or "").strip().lower() == "false"
