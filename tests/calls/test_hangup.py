"""Every end has one result and one pair of codes."""

from __future__ import annotations

import pytest

from softswitch.calls.errors import CallError, LegEnded, NoMedia
from softswitch.calls.hangup import (
    CALLEE,
    CODES,
    ELSEWHERE,
    GIVEN_UP,
    REFUSED,
    SWITCH,
    Reason,
    Result,
    Termination,
    of_status,
)
from softswitch.sip.headers import parse_reason


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_result_and_codes(reason):
    end = Termination(reason)
    assert end.by == SWITCH
    assert (end.result, end.sip, end.q850) == (CODES[reason].result, CODES[reason].sip, CODES[reason].q850)
    assert 1 <= end.q850 <= 127
    assert end.sip == 200 or 400 <= end.sip < 700


@pytest.mark.parametrize("reason", list(Reason))
def test_the_reason_field_can_be_read_again(reason):
    text = reason.value.replace("_", " ")
    assert parse_reason(Termination(reason).reason_field()) == ("Q.850", CODES[reason].q850, text)


def test_only_a_good_end_is_completed():
    good = {reason for reason, codes in CODES.items() if codes.result is Result.COMPLETED}
    assert good == {
        Reason.CALLER_HUNG_UP,
        Reason.CALLEE_HUNG_UP,
        Reason.MENU_ENDED,
        Reason.MENU_HUNG_UP,
        Reason.MENU_NO_INPUT,
        Reason.MENU_NO_MATCH,
        Reason.MENU_TOO_MANY_TRIES,
        Reason.MENU_NOT_ENTERED,
        Reason.QUEUE_CALLBACK,
        Reason.QUEUE_LEFT,
        Reason.SERVICE_ENDED,
        Reason.SUPERVISED_TALK_OVER,
        Reason.ENDED_BY_PROGRAM,
        Reason.TRANSFERRED,
        Reason.TOO_LONG,
        Reason.LIMIT_REACHED,
    }


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("otherwise", [REFUSED, GIVEN_UP])
def test_nobody_who_was_never_answered_had_a_completed_call(reason, otherwise):
    end = Termination(reason)
    assert end.codes(answered=True) == CODES[reason]
    written = end.codes(answered=False, otherwise=otherwise)
    assert written.result is not Result.COMPLETED
    assert 400 <= written.sip < 700
    if end.result is not Result.COMPLETED:
        assert written == CODES[reason]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (300, Reason.MOVED),
        (302, Reason.MOVED),
        (380, Reason.MOVED),
        (400, Reason.PEER_FAILED),
        (403, Reason.PEER_FAILED),
        (404, Reason.OFFLINE),
        (408, Reason.UNREACHABLE),
        (410, Reason.OFFLINE),
        (480, Reason.UNREACHABLE),
        (486, Reason.BUSY),
        (487, Reason.PEER_FAILED),
        (488, Reason.NO_COMMON_CODEC),
        (500, Reason.PEER_FAILED),
        (600, Reason.BUSY),
        (603, Reason.DECLINED),
        (604, Reason.OFFLINE),
        (606, Reason.NO_COMMON_CODEC),
        (699, Reason.PEER_FAILED),
    ],
)
def test_what_a_refusal_means(status, reason):
    assert of_status(status) == Termination(reason, CALLEE)


def test_a_phone_reads_that_it_was_answered_elsewhere():
    # RFC 3326 §2, and what phones look for before they show a missed call.
    assert parse_reason(ELSEWHERE) == ("SIP", 200, "Call completed elsewhere")


def test_an_exception_knows_its_own_verdict():
    for kind in (CallError, LegEnded, NoMedia):
        error = kind(Termination(Reason.NO_MEDIA))
        assert error.termination.sip == 503
        assert str(error) == "no_media"
