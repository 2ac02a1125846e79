"""How calls end: every end is a :class:`Termination` with its SIP and Q.850 code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from softswitch.sip.grammar import quote


class Result(Enum):
    """What came of a call or a leg, in one word."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    FAILED = "failed"


class Reason(Enum):
    """Why it ended. Each has its result and codes in :data:`CODES`."""

    CALLER_HUNG_UP = "caller_hung_up"
    CALLEE_HUNG_UP = "callee_hung_up"
    MENU_ENDED = "menu_ended"
    SERVICE_ENDED = "service_ended"
    CANCELLED = "cancelled"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    OFFLINE = "offline"
    UNREACHABLE = "unreachable"
    PEER_FAILED = "peer_failed"
    UNKNOWN_NUMBER = "unknown_number"
    NO_COMMON_CODEC = "no_common_codec"
    BAD_DESCRIPTION = "bad_description"
    MEDIA_LOST = "media_lost"
    MEDIA_WORKER_DIED = "media_worker_died"
    NO_MEDIA = "no_media"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    TOO_LONG = "too_long"
    MENU_FAULT = "menu_fault"
    SWITCH_STOPPED = "switch_stopped"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Codes:
    """The result of a reason, the final response to a caller not yet answered, and the Q.850 cause."""

    result: Result
    sip: int
    q850: int


CODES: Final = {
    Reason.CALLER_HUNG_UP: Codes(Result.COMPLETED, 200, 16),
    Reason.CALLEE_HUNG_UP: Codes(Result.COMPLETED, 200, 16),
    Reason.MENU_ENDED: Codes(Result.COMPLETED, 200, 16),
    Reason.SERVICE_ENDED: Codes(Result.COMPLETED, 200, 16),
    Reason.CANCELLED: Codes(Result.CANCELLED, 487, 16),
    Reason.ANSWERED_ELSEWHERE: Codes(Result.CANCELLED, 487, 26),
    Reason.BUSY: Codes(Result.BUSY, 486, 17),
    Reason.DECLINED: Codes(Result.DECLINED, 603, 21),
    Reason.NO_ANSWER: Codes(Result.NO_ANSWER, 480, 19),
    Reason.OFFLINE: Codes(Result.UNREACHABLE, 480, 20),
    Reason.UNREACHABLE: Codes(Result.UNREACHABLE, 480, 18),
    Reason.PEER_FAILED: Codes(Result.FAILED, 480, 41),
    Reason.UNKNOWN_NUMBER: Codes(Result.REFUSED, 404, 1),
    Reason.NO_COMMON_CODEC: Codes(Result.REFUSED, 488, 88),
    Reason.BAD_DESCRIPTION: Codes(Result.REFUSED, 400, 96),
    Reason.MEDIA_LOST: Codes(Result.FAILED, 408, 102),
    Reason.MEDIA_WORKER_DIED: Codes(Result.FAILED, 500, 41),
    Reason.NO_MEDIA: Codes(Result.FAILED, 503, 34),
    Reason.NOT_ACKNOWLEDGED: Codes(Result.FAILED, 408, 102),
    Reason.TOO_LONG: Codes(Result.COMPLETED, 480, 31),
    Reason.MENU_FAULT: Codes(Result.FAILED, 500, 41),
    Reason.SWITCH_STOPPED: Codes(Result.FAILED, 503, 41),
    Reason.FAULT: Codes(Result.FAILED, 500, 41),
}
"""Result and codes of every reason. Q.850 causes are those of ITU-T Q.850 table 1."""

CALLER: Final = "caller"
CALLEE: Final = "callee"
SWITCH: Final = "switch"


@dataclass(frozen=True, slots=True)
class Termination:
    """One end: why, and on whose side."""

    reason: Reason
    by: str = SWITCH

    @property
    def result(self) -> Result:
        """What came of it."""
        return CODES[self.reason].result

    @property
    def sip(self) -> int:
        """The final response a caller gets who was not answered."""
        return CODES[self.reason].sip

    @property
    def q850(self) -> int:
        """The Q.850 cause."""
        return CODES[self.reason].q850

    def reason_field(self) -> str:
        """Return the value of a Reason field (RFC 3326)."""
        return f"Q.850;cause={self.q850};text={quote(self.reason.value.replace('_', ' '))}"


ELSEWHERE: Final = 'SIP;cause=200;text="Call completed elsewhere"'
"""The Reason of a CANCEL that tells a phone not to show a missed call (RFC 3326 §2)."""

_OF_STATUS: Final = {
    404: Reason.OFFLINE,
    408: Reason.UNREACHABLE,
    410: Reason.OFFLINE,
    480: Reason.UNREACHABLE,
    486: Reason.BUSY,
    487: Reason.CANCELLED,
    488: Reason.NO_COMMON_CODEC,
    600: Reason.BUSY,
    603: Reason.DECLINED,
    604: Reason.OFFLINE,
    606: Reason.NO_COMMON_CODEC,
}


def of_status(status: int) -> Termination:
    """Return what a refusal of a called phone means."""
    return Termination(_OF_STATUS.get(status, Reason.PEER_FAILED), CALLEE)
