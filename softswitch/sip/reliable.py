"""Provisional responses that arrive: RSeq, RAck and PRACK (RFC 3262)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.grammar import parse_integer
from softswitch.sip.message import Request, Response
from softswitch.sip.signals import Transmit

RELIABLE: Final = "100rel"
"""The option tag."""
MOST_RSEQ: Final = 2**32 - 1
FIRST_RSEQ: Final = 1
"""RFC 3262 §3 has it between 1 and 2**31 - 1, so that it cannot run over within one INVITE."""


@dataclass(slots=True)
class ReliableProvisional:
    """A 1xx of ours that is repeated until its PRACK comes."""

    rseq: int
    cseq: int
    message: Transmit
    repeat_after: float
    """Seconds from its last repeat to the next."""
    described: bool
    """It carries a session description: no 2xx may go before its PRACK (RFC 3262 §3)."""

    def matches(self, prack: Request) -> bool:
        """Tell whether a PRACK is for it; raise RemoteProtocolError(400) for one without a readable RAck."""
        rseq, cseq, method = parse_rack(prack.fields.get("RAck") or "")
        return (rseq, cseq, method) == (self.rseq, self.cseq, "INVITE")


def parse_rack(text: str) -> tuple[int, int, str]:
    """Read a RAck: the response's RSeq, its CSeq's number and method (RFC 3262 §7.2)."""
    parts = text.split()
    if len(parts) != 3:
        raise RemoteProtocolError(400, "RAck cannot be read")
    rseq = parse_integer(parts[0], most=MOST_RSEQ, what="RAck")
    return rseq, parse_integer(parts[1], most=MOST_RSEQ, what="RAck"), parts[2]


def reliable_rseq(response: Response) -> int | None:
    """Return the RSeq of a 1xx that asks for a PRACK, None for any other response.

    One whose RSeq cannot be read asks for nothing that could be given.
    """
    if not 100 < response.status < 200 or RELIABLE not in response.fields.tokens("Require"):
        return None
    try:
        return parse_integer((response.fields.get("RSeq") or "").strip(), most=MOST_RSEQ, what="RSeq")
    except RemoteProtocolError:
        return None


def is_next(heard: int | None, rseq: int) -> bool:
    """Tell whether a reliable 1xx is the next of its dialog (RFC 3262 §4): any first one, then one on."""
    return heard is None or rseq == heard + 1
