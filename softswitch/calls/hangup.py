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
    MENU_HUNG_UP = "menu_hung_up"
    MENU_BUSY = "menu_busy"
    MENU_NO_INPUT = "menu_no_input"
    MENU_NO_MATCH = "menu_no_match"
    MENU_TOO_MANY_TRIES = "menu_too_many_tries"
    MENU_NOT_ENTERED = "menu_not_entered"
    MENU_NO_WAY_ON = "menu_no_way_on"
    MENU_NO_TARGET = "menu_no_target"
    MENU_UNKNOWN_TARGET = "menu_unknown_target"
    MENU_ENDLESS_LOOP = "menu_endless_loop"
    QUEUE_FULL = "queue_full"
    QUEUE_EMPTY = "queue_empty"
    QUEUE_MAX_WAIT = "queue_max_wait"
    QUEUE_NO_AGENT = "queue_no_agent"
    QUEUE_CALLBACK = "queue_callback"
    QUEUE_LEFT = "queue_left"
    SERVICE_ENDED = "service_ended"
    SUPERVISED_TALK_OVER = "supervised_talk_over"
    ENDED_BY_PROGRAM = "ended_by_program"
    CANCELLED = "cancelled"
    EXPIRED = "invitation_expired"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    TRANSFERRED = "transferred"
    MOVED = "moved"
    BUSY = "busy"
    DECLINED = "declined"
    DO_NOT_DISTURB = "do_not_disturb"
    NO_ANSWER = "no_answer"
    OFFLINE = "offline"
    UNREACHABLE = "unreachable"
    PEER_FAILED = "peer_failed"
    UNKNOWN_NUMBER = "unknown_number"
    NOBODY_THERE = "nobody_there"
    NOT_ADMITTED = "not_admitted"
    CALLER_BLOCKED = "caller_blocked"
    NO_COMMON_CODEC = "no_common_codec"
    SRTP_REQUIRED = "srtp_required"
    SRTP_OFF = "srtp_off"
    BAD_DESCRIPTION = "bad_description"
    MEDIA_LOST = "media_lost"
    MEDIA_WORKER_DIED = "media_worker_died"
    NO_MEDIA = "no_media"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    SESSION_EXPIRED = "session_expired"
    TOO_LONG = "too_long"
    TOO_MANY_CALLS = "too_many_calls"
    NOT_ALLOWED = "not_allowed"
    LIMIT_REACHED = "limit_reached"
    TRUNK_DOWN = "trunk_down"
    TRUNK_REFUSED = "trunk_refused"
    ALL_LINES_BUSY = "all_lines_busy"
    NO_SUCH_NUMBER = "no_such_number"
    SWITCH_STOPPED = "switch_stopped"
    SWITCH_FELL = "switch_fell"
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
    Reason.MENU_HUNG_UP: Codes(Result.COMPLETED, 200, 16),
    Reason.MENU_BUSY: Codes(Result.BUSY, 486, 17),
    Reason.MENU_NO_INPUT: Codes(Result.COMPLETED, 200, 16),
    Reason.MENU_NO_MATCH: Codes(Result.COMPLETED, 200, 16),
    Reason.MENU_TOO_MANY_TRIES: Codes(Result.COMPLETED, 200, 16),
    Reason.MENU_NOT_ENTERED: Codes(Result.COMPLETED, 200, 16),
    # No 404: the number that the caller dialled exists, it is the menu that leads nowhere.
    Reason.MENU_NO_WAY_ON: Codes(Result.FAILED, 480, 31),
    Reason.MENU_NO_TARGET: Codes(Result.FAILED, 480, 3),
    Reason.MENU_UNKNOWN_TARGET: Codes(Result.FAILED, 480, 3),
    Reason.MENU_ENDLESS_LOOP: Codes(Result.FAILED, 500, 41),
    # No 486: a busy tone is what queues are there to spare callers. Q.850 42 is "congestion".
    Reason.QUEUE_FULL: Codes(Result.REFUSED, 480, 42),
    # Q.850 20 is "subscriber absent", 19 "no answer from user".
    Reason.QUEUE_EMPTY: Codes(Result.UNREACHABLE, 480, 20),
    Reason.QUEUE_MAX_WAIT: Codes(Result.NO_ANSWER, 480, 19),
    Reason.QUEUE_NO_AGENT: Codes(Result.UNREACHABLE, 480, 20),
    Reason.QUEUE_CALLBACK: Codes(Result.COMPLETED, 200, 16),
    Reason.QUEUE_LEFT: Codes(Result.COMPLETED, 200, 16),
    Reason.SERVICE_ENDED: Codes(Result.COMPLETED, 200, 16),
    Reason.SUPERVISED_TALK_OVER: Codes(Result.COMPLETED, 200, 16),
    Reason.ENDED_BY_PROGRAM: Codes(Result.COMPLETED, 200, 16),
    Reason.CANCELLED: Codes(Result.CANCELLED, 487, 16),
    Reason.EXPIRED: Codes(Result.CANCELLED, 487, 102),
    Reason.ANSWERED_ELSEWHERE: Codes(Result.CANCELLED, 487, 26),
    Reason.TRANSFERRED: Codes(Result.COMPLETED, 200, 16),
    # Q.850 23 is "redirection to new destination".
    Reason.MOVED: Codes(Result.UNREACHABLE, 480, 23),
    Reason.BUSY: Codes(Result.BUSY, 486, 17),
    Reason.DECLINED: Codes(Result.DECLINED, 603, 21),
    # RFC 3261 §21.4.18 names do-not-disturb for 480; Q.850 21 is "call rejected".
    Reason.DO_NOT_DISTURB: Codes(Result.DECLINED, 480, 21),
    Reason.NO_ANSWER: Codes(Result.NO_ANSWER, 480, 19),
    Reason.OFFLINE: Codes(Result.UNREACHABLE, 480, 20),
    Reason.UNREACHABLE: Codes(Result.UNREACHABLE, 480, 18),
    Reason.PEER_FAILED: Codes(Result.FAILED, 480, 41),
    Reason.UNKNOWN_NUMBER: Codes(Result.REFUSED, 404, 1),
    # Q.850 3 is "no route to destination": the number exists, but nobody can be rung there.
    Reason.NOBODY_THERE: Codes(Result.UNREACHABLE, 480, 3),
    Reason.NOT_ADMITTED: Codes(Result.REFUSED, 403, 21),
    # 603 keeps a network from trying elsewhere for the caller; Q.850 21 is "call rejected".
    Reason.CALLER_BLOCKED: Codes(Result.REFUSED, 603, 21),
    Reason.NO_COMMON_CODEC: Codes(Result.REFUSED, 488, 88),
    # RFC 4568 §7.1.2 has an offer whose keys cannot be taken refused like any other.
    Reason.SRTP_REQUIRED: Codes(Result.REFUSED, 488, 88),
    Reason.SRTP_OFF: Codes(Result.REFUSED, 488, 88),
    Reason.BAD_DESCRIPTION: Codes(Result.REFUSED, 400, 96),
    Reason.MEDIA_LOST: Codes(Result.FAILED, 408, 102),
    Reason.MEDIA_WORKER_DIED: Codes(Result.FAILED, 500, 41),
    Reason.NO_MEDIA: Codes(Result.FAILED, 503, 34),
    # RFC 3262 §3 wants a 5xx where it is a PRACK that never came.
    Reason.NOT_ACKNOWLEDGED: Codes(Result.FAILED, 504, 102),
    Reason.SESSION_EXPIRED: Codes(Result.FAILED, 408, 102),
    Reason.TOO_LONG: Codes(Result.COMPLETED, 480, 31),
    # No 503: it would tell the phone to try another switch. It is the account that is busy.
    Reason.TOO_MANY_CALLS: Codes(Result.REFUSED, 486, 17),
    Reason.NOT_ALLOWED: Codes(Result.REFUSED, 403, 21),
    # A talk that is cut for it is a completed one.
    Reason.LIMIT_REACHED: Codes(Result.COMPLETED, 480, 31),
    # No 503 for these either: another switch has no other trunks.
    Reason.TRUNK_DOWN: Codes(Result.UNREACHABLE, 480, 38),
    Reason.TRUNK_REFUSED: Codes(Result.REFUSED, 403, 21),
    Reason.ALL_LINES_BUSY: Codes(Result.REFUSED, 486, 34),
    Reason.NO_SUCH_NUMBER: Codes(Result.UNREACHABLE, 404, 1),
    Reason.SWITCH_STOPPED: Codes(Result.FAILED, 503, 41),
    Reason.SWITCH_FELL: Codes(Result.FAILED, 503, 41),
    Reason.FAULT: Codes(Result.FAILED, 500, 41),
}
"""Result and codes of every reason. Q.850 causes are those of ITU-T Q.850 table 1."""

REFUSED: Final = Codes(Result.REFUSED, 480, 16)
"""What a good end is to a caller who was never answered: the INVITE that is still open gets a refusal."""

GIVEN_UP: Final = Codes(Result.CANCELLED, 487, 16)
"""What a good end is to a phone that never answered: it is cancelled."""

CALLER: Final = "caller"
CALLEE: Final = "callee"
SWITCH: Final = "switch"


@dataclass(frozen=True, slots=True)
class Termination:
    """One end: why, on whose side, and what it was about (the number a menu dialled), "" for nothing.

    ``because`` is what in the configuration made it so (see :mod:`softswitch.calls.because`).
    """

    reason: Reason
    by: str = SWITCH
    detail: str = ""
    because: str = ""

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

    def codes(self, *, answered: bool, otherwise: Codes = REFUSED) -> Codes:
        """Return what is written down of this end; ``otherwise`` is what completes nothing.

        A phone that was never answered, or never did, had no completed call and got no 200.
        """
        codes = CODES[self.reason]
        if answered or codes.result is not Result.COMPLETED:
            return codes
        return Codes(otherwise.result, otherwise.sip, codes.q850)

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
    488: Reason.NO_COMMON_CODEC,
    600: Reason.BUSY,
    603: Reason.DECLINED,
    604: Reason.OFFLINE,
    606: Reason.NO_COMMON_CODEC,
}


def of_status(status: int) -> Termination:
    """Return what a refusal of a called phone means.

    A 487 has no meaning of its own: whoever sent CANCEL knows why, and without one the phone has failed.
    """
    if 300 <= status < 400:
        return Termination(Reason.MOVED, CALLEE)
    return Termination(_OF_STATUS.get(status, Reason.PEER_FAILED), CALLEE)
