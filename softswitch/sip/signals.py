"""What goes into the stack from the wire, and what comes out of it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum

from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response

TransactionKey = Hashable


@dataclass(frozen=True, slots=True)
class DialogId:
    """RFC 3261 §12: a dialog is named by all three, never by the Call-ID alone."""

    call_id: str
    local_tag: str
    remote_tag: str


# Inputs: what the shell saw on the wire.


@dataclass(frozen=True, slots=True)
class DatagramReceived:
    """One datagram."""

    hop: Hop
    data: bytes


@dataclass(frozen=True, slots=True)
class StreamOpened:
    """A stream is there, opened by either side."""

    connection: int


@dataclass(frozen=True, slots=True)
class StreamReceived:
    """Bytes of a stream, in order. ``hop.connection`` names the stream."""

    hop: Hop
    data: bytes


@dataclass(frozen=True, slots=True)
class StreamClosed:
    """A stream is gone, closed by either side."""

    connection: int


@dataclass(frozen=True, slots=True)
class SendFailed:
    """A request of ours could not be sent: the bytes of the :class:`Transmit` that named its transaction."""

    transaction: TransactionKey


WireInput = DatagramReceived | StreamOpened | StreamReceived | StreamClosed | SendFailed


# Outputs for the shell.


@dataclass(frozen=True, slots=True)
class Transmit:
    """Send these bytes. ``transaction`` is to hear of it when that cannot be done, None for nobody."""

    hop: Hop
    data: bytes
    transaction: TransactionKey | None = None


@dataclass(frozen=True, slots=True)
class CloseStream:
    """Close a stream: its framing is lost, or nothing comes. An ``idle`` one may be a registered phone's."""

    connection: int
    reason: str
    idle: bool = False


@dataclass(frozen=True, slots=True)
class PingStream:
    """Send a keep-alive over a stream if a registered phone needs it: nothing came over it for a while."""

    connection: int


# Outputs for the user of the stack.


@dataclass(frozen=True, slots=True)
class Incoming:
    """A new request; answer it with ``respond``. ``dialog`` is set when it belongs to one."""

    transaction: TransactionKey
    request: Request
    hop: Hop
    dialog: DialogId | None


@dataclass(frozen=True, slots=True)
class Reply:
    """A response to a request of ours. ``dialog`` is set for an INVITE's 101-299 with a tag."""

    transaction: TransactionKey
    response: Response
    hop: Hop
    dialog: DialogId | None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The ACK of a 2xx we sent; its body may hold the answer to our offer."""

    dialog: DialogId
    request: Request


@dataclass(frozen=True, slots=True)
class Unacknowledged:
    """A 2xx we sent was repeated for 64*T1 and never acknowledged: end the dialog (RFC 3261 §13.3.1.4)."""

    dialog: DialogId


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The caller cancelled this INVITE; 200 has gone to the CANCEL, 487 is the user's to send."""

    transaction: TransactionKey
    request: Request


class Cause(Enum):
    """Why a transaction failed without a response."""

    EXPIRED = "no answer in time"
    BROKEN = "transport failed"
    ENDED = "its dialog ended first"


@dataclass(frozen=True, slots=True)
class Failed:
    """A request of ours got no final response.

    ``dialog`` stands until the user ends it by BYE (RFC 3261 §12.2.1.2); after a BYE that failed it is gone.
    A 2xx to an INVITE may come all the same, over another stream than the one that was lost: it is reported
    as any, and wants ACK and BYE.
    """

    transaction: TransactionKey
    cause: Cause
    dialog: DialogId | None


UserOutput = Incoming | Reply | Acknowledged | Unacknowledged | Cancelled | Failed
Output = Transmit | CloseStream | PingStream | UserOutput
