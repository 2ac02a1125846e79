"""The transaction layer: the machines of ``transitions``, matched and timed (RFC 3261 §17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from softswitch.sip.errors import LocalProtocolError
from softswitch.sip.fields import Fields
from softswitch.sip.headers import MAGIC_COOKIE, CSeq
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.signals import Cause, DialogId, Failed, Output, TransactionKey, Transmit
from softswitch.sip.timers import Alarms, Timings
from softswitch.sip.transitions import (
    CLIENT,
    INVITE_CLIENT,
    INVITE_SERVER,
    SERVER,
    Action,
    Input,
    State,
    Table,
)

MAX_TRANSACTIONS = 50_000
"""Server transactions held at once. A refused request lives 32 s: this is 1,500 new ones a second, several
times what one process signs off; above it new requests are told 503 without keeping anything."""
MAX_OUTSIDE = 40_000
"""Those of them outside dialogs, which anybody can send. What belongs to a call is never turned away: it is
the calls' own, and 503 to a BYE would leave a phone talking to nobody."""


@dataclass(slots=True)
class Transaction:
    """One request and its responses."""

    key: TransactionKey
    table: Table
    state: State
    request: Request
    hop: Hop
    cseq: int = 0
    """The number in the request's CSeq, of which nothing is left once it is answered."""
    tag: str = ""
    """The tag our responses put into To."""
    dialog: DialogId | None = None
    last: bytes = b""
    """What is sent again on a repeat: the request, or the last response."""
    interval: float = 0.0
    answered: bool = False
    cancel_wanted: bool = False
    cancel_reason: str = ""
    cancel_sent: bool = False
    forks: tuple[DialogId, ...] = ()
    """Dialogs that responses to this INVITE have made."""
    successes: tuple[DialogId, ...] = ()
    """Dialogs whose 2xx the user has seen."""
    told_as: TransactionKey | None = None
    """The request of the user's that this one repeats with credentials: by that it is reported."""
    failed: Cause | None = None
    """Why it ended without a final response."""
    merge_key: tuple[str, ...] = ()

    @property
    def name(self) -> TransactionKey:
        """Return what its user knows it by."""
        return self.told_as if self.told_as is not None else self.key

    def feed(self, what: Input) -> tuple[Action, ...] | None:
        """Make the transition for an input; return its actions, None when the state absorbs it."""
        row = self.table.get(self.state, {}).get(what)
        if row is None:
            return None
        self.state, actions = row
        return actions


def server_key(request: Request, *, method: str = "") -> TransactionKey:
    """Return the key of the server transaction a request belongs to (RFC 3261 §17.2.3).

    The ACK of a refusal counts as its INVITE. ``method`` looks for another transaction with the same
    branch: the INVITE a CANCEL is for. The CSeq number is part of the key though the RFC leaves it out: there
    are phones (pyVoIP) that send their INVITE again with credentials on the branch that was refused. A
    repeat, the ACK and the CANCEL have the number of their request anyway (§8.1.1.5, §9.1, §17.1.1.3).
    """
    method = method or ("INVITE" if request.method == "ACK" else request.method)
    via = request.via
    branch = via.branch
    # A branch that is the bare cookie is as good as none (RFC 4475 §3.2.1).
    if branch.startswith(MAGIC_COOKIE) and branch != MAGIC_COOKIE:
        return (branch, via.sent_by, method, request.cseq.number)
    # RFC 2543: the same Request-URI, From tag, Call-ID, CSeq number and topmost Via.
    return (request.target, request.from_.tag, request.call_id, request.cseq.number, str(via), method)


def client_key(request: Request) -> TransactionKey:
    """Return the key of the client transaction of a request whose topmost Via is ours (RFC 3261 §17.1.3)."""
    return (request.via.branch, request.method)


class TransactionLayer:
    """All transactions of a stack. Outputs go to ``emit``; alarms are the stack's."""

    def __init__(
        self,
        alarms: Alarms,
        emit: Callable[[Output], None],
        timings: Timings,
        client_over: Callable[[Transaction], None],
    ) -> None:
        self._alarms = alarms
        self._emit = emit
        self._timings = timings
        self._client_over = client_over
        self._servers: dict[TransactionKey, Transaction] = {}
        self._clients: dict[TransactionKey, Transaction] = {}
        self._merges: dict[tuple[str, ...], TransactionKey] = {}

    def __len__(self) -> int:
        return len(self._servers) + len(self._clients)

    @property
    def full(self) -> bool:
        """Tell whether no further server transaction may be made outside a dialog."""
        # Those outside are the ones that a copy could be merged with.
        return len(self._servers) >= MAX_TRANSACTIONS or len(self._merges) >= MAX_OUTSIDE

    # Server side

    def server(self, key: TransactionKey) -> Transaction | None:
        """Return a server transaction that still lives."""
        return self._servers.get(key)

    def absorb(self, now: float, request: Request) -> bool:
        """Feed a repeated request or the ACK of a refusal to its transaction; tell whether there was one."""
        transaction = self._servers.get(server_key(request))
        if transaction is None:
            return False
        # An ACK in Accepted belongs to the 2xx: that is the dialog's business.
        if request.method == "ACK" and transaction.state is State.ACCEPTED:
            return False
        self._step(now, transaction, Input.ACK if request.method == "ACK" else Input.REQUEST)
        return True

    def merged(self, request: Request) -> bool:
        """Tell whether this is a second copy of a request that came by another path (RFC 3261 §8.2.2.2)."""
        return not request.to.tag and _merge_key(request) in self._merges

    def open_server(self, request: Request, hop: Hop, tag: str) -> Transaction:
        """Begin a server transaction for a new request."""
        invite = request.method == "INVITE"
        transaction = Transaction(
            key=server_key(request),
            table=INVITE_SERVER if invite else SERVER,
            state=State.PROCEEDING if invite else State.TRYING,
            request=request,
            hop=hop,
            cseq=request.cseq.number,
            tag=tag,
        )
        if not request.to.tag:
            transaction.merge_key = _merge_key(request)
            self._merges[transaction.merge_key] = transaction.key
        self._servers[transaction.key] = transaction
        return transaction

    def respond(self, now: float, transaction: Transaction, response: Response) -> None:
        """Send a response; raise LocalProtocolError when the transaction is over or has a final one."""
        what = (
            Input.SEND_PROVISIONAL
            if response.status < 200
            else Input.SEND_SUCCESS
            if response.status < 300
            else Input.SEND_FAILURE
        )
        if transaction.answered or transaction.key not in self._servers:
            raise LocalProtocolError(f"{transaction.request.method} has its final response already")
        transaction.answered = response.final
        transaction.last = response.to_bytes()
        if response.final:
            transaction.request = transaction.request.remnant()
        self._step(now, transaction, what)

    def forget(self, transaction: Transaction) -> None:
        """Drop a server transaction that nothing was sent for; raise LocalProtocolError when something was.

        RFC 3261 §8.2.7: who has sent a provisional response can no longer be without state.
        """
        if transaction.last or transaction.key not in self._servers:
            raise LocalProtocolError(f"{transaction.request.method} has been answered already")
        self._remove(transaction)

    # Client side

    def client(self, key: TransactionKey) -> Transaction | None:
        """Return a client transaction that still lives."""
        return self._clients.get(key)

    def open_client(self, now: float, request: Request, hop: Hop, dialog: DialogId | None) -> Transaction:
        """Send a request whose topmost Via is ours and wait for its responses."""
        invite = request.method == "INVITE"
        transaction = Transaction(
            key=client_key(request),
            table=INVITE_CLIENT if invite else CLIENT,
            state=State.CALLING if invite else State.TRYING,
            request=request,
            hop=hop,
            dialog=dialog,
            last=request.to_bytes(),
            interval=self._timings.t1,
        )
        self._clients[transaction.key] = transaction
        self._emit(Transmit(hop, transaction.last, transaction.key))
        if not hop.reliable:
            self._alarms.set((transaction.key, Input.REPEAT, False), now + transaction.interval)
        self._alarms.set((transaction.key, Input.EXPIRE, False), now + self._timings.patience)
        return transaction

    def match(self, response: Response) -> Transaction | None:
        """Return the client transaction a response belongs to (RFC 3261 §17.1.3)."""
        return self._clients.get((response.via.branch, response.cseq.method))

    def receive(self, now: float, transaction: Transaction, response: Response) -> bool:
        """Feed a response to its transaction; tell whether its user must see it.

        The answer to a CANCEL is nobody's business: what counts is how the INVITE ends.
        """
        what = (
            Input.PROVISIONAL
            if response.status < 200
            else Input.SUCCESS
            if response.status < 300
            else Input.FAILURE
        )
        transaction.answered = transaction.answered or response.final
        passed = self._step(now, transaction, what, response)
        if passed and transaction.cancel_wanted and what is Input.PROVISIONAL:
            self._send_cancel(now, transaction)
        if transaction.failed is not None and what is not Input.SUCCESS:
            return False  # Its user has given it up; only an answer is to be ended still.
        return passed and transaction.request.method != "CANCEL"

    def cancel(self, now: float, key: TransactionKey, reason: str = "") -> None:
        """Cancel an INVITE of ours: at once, or when its first provisional response comes (RFC 3261 §9.1)."""
        transaction = self._clients.get(key)
        if transaction is None or transaction.answered or transaction.cancel_wanted:
            return
        transaction.cancel_wanted, transaction.cancel_reason = True, reason
        if transaction.state is State.PROCEEDING:
            self._send_cancel(now, transaction)

    def _send_cancel(self, now: float, transaction: Transaction) -> None:
        if transaction.cancel_sent:
            return
        transaction.cancel_sent = True
        cancel = follow_up(transaction.request, "CANCEL")
        if transaction.cancel_reason:
            cancel.fields.add("Reason", transaction.cancel_reason)
        self.open_client(now, cancel, transaction.hop, None)
        self._alarms.set((transaction.key, Input.EXPIRE, False), now + self._timings.patience)

    def broken(self, now: float, key: TransactionKey) -> None:
        """Tell a client transaction that what it sent did not leave."""
        transaction = self._clients.get(key)
        if transaction is not None:
            self._step(now, transaction, Input.BROKEN)

    def stream_lost(self, now: float, connection: int) -> None:
        """Tell the client transactions over a stream that it is gone."""
        for transaction in [one for one in self._clients.values() if one.hop.connection == connection]:
            self._step(now, transaction, Input.LOST)

    # Both

    def alarm(self, now: float, key: TransactionKey, what: Input, *, server: bool) -> None:
        """Let a timer of a transaction run out."""
        transaction = (self._servers if server else self._clients).get(key)
        if transaction is not None:
            self._step(now, transaction, what)

    def _step(
        self, now: float, transaction: Transaction, what: Input, response: Response | None = None
    ) -> bool:
        actions = transaction.feed(what)
        if actions is None:
            return False
        for action in actions:
            self._perform(now, transaction, action, response)
        if transaction.state is State.TERMINATED:
            self._remove(transaction)
        return Action.PASS in actions

    def _perform(
        self, now: float, transaction: Transaction, action: Action, response: Response | None
    ) -> None:
        server = transaction.table in (SERVER, INVITE_SERVER)
        timings, alarms, key = self._timings, self._alarms, transaction.key
        match action:
            case Action.SEND_REQUEST:
                self._emit(Transmit(transaction.hop, transaction.last, key))
            case Action.SEND_RESPONSE:
                if transaction.last:
                    self._emit(Transmit(transaction.hop, transaction.last))
            case Action.SEND_ACK:
                assert response is not None
                ack = _ack_of_refusal(transaction.request, response)
                self._emit(Transmit(transaction.hop, ack.to_bytes(), key))
            case Action.CANCEL:
                self.cancel(now, key)
            case Action.REPEAT_DOUBLED | Action.REPEAT_CAPPED | Action.REPEAT_T2:
                self._arm_repeat(now, transaction, action, server=server)
            case Action.STOP_REPEAT:
                alarms.clear((key, Input.REPEAT, server))
            case Action.STOP_EXPIRE:
                alarms.clear((key, Input.EXPIRE, server))
            case Action.LINGER_LONG:
                # Timers D and J are zero over a reliable transport; L and M never are (RFC 6026 §8.4).
                zero = transaction.hop.reliable and transaction.state is State.COMPLETED
                alarms.set((key, Input.LINGER, server), now + (0.0 if zero else timings.patience))
            case Action.LINGER_T4:
                alarms.set(
                    (key, Input.LINGER, server), now + (0.0 if transaction.hop.reliable else timings.t4)
                )
            case Action.REPORT_EXPIRED:
                self._report(transaction, Cause.EXPIRED)
            case Action.REPORT_BROKEN:
                if not server:
                    self._report(transaction, Cause.BROKEN)
            case Action.PASS:
                pass

    def _report(self, transaction: Transaction, cause: Cause) -> None:
        if transaction.failed is None and transaction.request.method != "CANCEL":
            self._emit(Failed(transaction.name, cause, transaction.dialog))
        transaction.failed = cause

    def _arm_repeat(self, now: float, transaction: Transaction, action: Action, *, server: bool) -> None:
        timings = self._timings
        if transaction.interval == 0.0:
            # First repeat of a refusal (timer G), and with it the limit on waiting for its ACK (timer H).
            transaction.interval = timings.t1
            self._alarms.set((transaction.key, Input.EXPIRE, server), now + timings.patience)
        elif action is Action.REPEAT_T2:
            transaction.interval = timings.t2
        else:
            transaction.interval *= 2
            if action is Action.REPEAT_CAPPED:
                transaction.interval = min(transaction.interval, timings.t2)
        if not transaction.hop.reliable:
            self._alarms.set((transaction.key, Input.REPEAT, server), now + transaction.interval)

    def _remove(self, transaction: Transaction) -> None:
        server = transaction.table in (SERVER, INVITE_SERVER)
        for what in (Input.REPEAT, Input.EXPIRE, Input.LINGER):
            self._alarms.clear((transaction.key, what, server))
        (self._servers if server else self._clients).pop(transaction.key, None)
        if transaction.merge_key:
            self._merges.pop(transaction.merge_key, None)
        if not server:
            self._client_over(transaction)


def _merge_key(request: Request) -> tuple[str, ...]:
    return (request.from_.tag, request.call_id, str(request.cseq))


def follow_up(invite: Request, method: str) -> Request:
    """Make the CANCEL or the ACK of a refusal: what they copy from the INVITE (RFC 3261 §9.1, §17.1.1.3)."""
    fields = Fields()
    fields.add("Via", invite.via)
    for name in ("From", "To", "Call-ID"):
        fields.add(name, invite.fields.get(name) or "")
    fields.add("CSeq", CSeq(invite.cseq.number, method))
    fields.add("Max-Forwards", 70)
    for route in invite.fields.all("Route"):
        fields.add("Route", route)
    return Request(method, invite.target, fields)


def _ack_of_refusal(invite: Request, response: Response) -> Request:
    ack = follow_up(invite, "ACK")
    ack.fields.put("To", response.fields.get("To") or "")
    return ack
