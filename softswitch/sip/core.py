"""What every part of the stack stands on: its layers, its outputs, and how its requests are begun."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from softswitch.sip.dialog import Dialog
from softswitch.sip.dialog_layer import DialogLayer
from softswitch.sip.headers import MAGIC_COOKIE, Via
from softswitch.sip.hop import Hop, uri_host
from softswitch.sip.message import Request
from softswitch.sip.signals import (
    DialogId,
    Output,
)
from softswitch.sip.stateless import StatelessAnswers
from softswitch.sip.streams import Streams
from softswitch.sip.timers import Alarms, Timings
from softswitch.sip.transaction import TransactionLayer


class Core:
    """The layers of a stack. ``events`` names the packages it notifies of."""

    def __init__(
        self,
        *,
        token: Callable[[], str],
        timings: Timings | None = None,
        agent: str = "softswitch",
        events: str = "",
    ) -> None:
        self._token = token
        self._agent = agent
        self._events = events
        self._alarms = Alarms()
        self._outputs: deque[Output] = deque()
        self._dialogs = DialogLayer(
            self._alarms,
            self._outputs.append,
            timings or Timings(),
            send=lambda now, request, dialog: self._layer.open_client(now, request, dialog.hop, dialog.id),
            token=token,
        )
        self._layer = TransactionLayer(
            self._alarms, self._outputs.append, timings or Timings(), self._dialogs.client_over
        )
        self._streams = Streams(self._alarms, self._outputs.append, self._dialogs.over_stream)
        self._stateless = StatelessAnswers(token(), agent)

    def dialog(self, name: DialogId) -> Dialog:
        """Return a dialog; raise LocalProtocolError when it is over."""
        return self._dialogs.get(name)

    def has_dialog(self, name: DialogId) -> bool:
        """Tell whether a dialog lives."""
        return name in self._dialogs

    def forget(self, name: DialogId) -> None:
        """Drop a dialog: after BYE, or an early one whose INVITE was refused."""
        self._dialogs.forget(name)

    def depart(self, now: float) -> None:
        """Send what waits for an ACK: nobody will be here any more when it comes."""
        self._dialogs.depart(now)

    def _complete(self, request: Request, hop: Hop) -> None:
        """Add what names its transaction and us."""
        request.fields.insert_first("Via", self._via(hop))
        request.fields.add("User-Agent", self._agent)
        if request.method == "INVITE" and self._events:
            # RFC 6665 §4.4.4: in what begins a dialog, and in its answers.
            request.fields.put("Allow-Events", self._events)

    def _via(self, hop: Hop) -> Via:
        params = {"rport": None, "branch": MAGIC_COOKIE + self._token()}
        return Via(hop.transport, uri_host(hop.local_host), hop.local_port, params)
