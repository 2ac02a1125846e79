"""Session timers: who refreshes, how often, and when a session is given up (RFC 4028)."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.headers import MAX_DELTA
from softswitch.sip.session_timer import (
    OWN,
    SHORTEST,
    USUAL,
    SessionTimer,
    agreed,
    granted,
    min_se,
    request_fields,
)
from tests.sip.messages import request_of, response_of, text_of

SECONDS = st.integers(0, 10_000) | st.integers(0, MAX_DELTA)


def lines(fields):
    return "".join(f"{name}: {value}\r\n" for name, value in fields)


def asked(expires=None, *, refresher="", supported=True, least=None, method="INVITE"):
    """Return a request with a session timer."""
    fields = [("Supported", "replaces, timer" if supported else "replaces")]
    if expires is not None:
        fields.append(("Session-Expires", f"{expires}{f';refresher={refresher}' if refresher else ''}"))
    if least is not None:
        fields.append(("Min-SE", str(least)))
    return request_of(text_of(method, extra=lines(fields)))


def replied(fields, status=200):
    """Return a response with these fields."""
    return response_of(
        f"SIP/2.0 {status} X\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa\r\n"
        "From: <sip:100@192.0.2.1>;tag=we\r\nTo: <sip:1001@192.0.2.9>;tag=phone\r\n"
        f"Call-ID: call-1\r\nCSeq: 1 INVITE\r\n{lines(fields)}Content-Length: 0\r\n\r\n".encode()
    )


# Table 2: the answer's refresher


@pytest.mark.parametrize(
    ("supported", "refresher", "answered"),
    [
        (False, "", "uas"),
        # "NA": disallowed by the protocol. Only we can refresh, whatever a proxy has left standing.
        (False, "uac", "uas"),
        (False, "uas", "uas"),
        (True, "", "uas"),
        (True, "uac", "uac"),
        (True, "uas", "uas"),
        (True, "UAC", "uac"),
        (True, "nobody", "uas"),
    ],
)
@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_who_refreshes_is_the_phones_choice(supported, refresher, answered, method):
    timer, fields = granted(asked(600, refresher=refresher, supported=supported, method=method))
    assert timer == SessionTimer(600, ours=answered == "uas")
    assert dict(fields)["Session-Expires"] == f"600;refresher={answered}"
    # §9: Require MUST stand there with "uac", SHOULD with "uas" and a phone that knows it, else must not.
    assert dict(fields).get("Require") == ("timer" if supported else None)


def test_a_phone_that_knows_timers_and_asks_for_none_gets_one_of_ours():
    timer, fields = granted(asked())
    assert timer == SessionTimer(USUAL, ours=True)
    assert fields == (("Session-Expires", "1800;refresher=uas"), ("Require", "timer"))
    # §9: not "lower than the value in the Min-SE header field".
    assert granted(asked(least=2000))[0].interval == 2000


def test_a_phone_that_knows_none_is_not_told_of_any():
    assert granted(asked(supported=False)) == (OWN, ())
    assert granted(request_of(text_of("INVITE"))) == (OWN, ())
    assert (OWN.interval, OWN.ours, OWN.spoken) == (USUAL, True, False)


@pytest.mark.parametrize("seconds", [0, 1, 89])
def test_an_interval_that_is_too_short_is_422(seconds):
    with pytest.raises(RemoteProtocolError) as refused:
        granted(asked(seconds))
    assert (refused.value.status, refused.value.fields) == (422, (("Min-SE", "90"),))
    # §8.1: whoever knows no timers could not try again.
    assert granted(asked(seconds, supported=False))[0] == SessionTimer(90, ours=True)


@pytest.mark.parametrize(
    ("wanted", "least", "interval"),
    [
        (90, None, 90),
        (1800, None, 1800),
        (1801, None, 1800),
        (7200, None, 1800),
        (7200, 3600, 3600),
        (7200, 90, 1800),
        (7200, 7200, 7200),
        # Less than its own Min-SE: never increased.
        (600, 900, 600),
        (2400, 3600, 2400),
        (MAX_DELTA, MAX_DELTA, MAX_DELTA),
    ],
)
def test_an_interval_is_shortened_within_what_the_phone_allows(wanted, least, interval):
    assert granted(asked(wanted, least=least))[0].interval == interval


@given(SECONDS, st.none() | SECONDS, st.booleans(), st.sampled_from(["", "uac", "uas"]))
def test_what_is_granted_is_never_longer_than_asked_nor_shorter_than_allowed(
    wanted, least, supported, refresher
):
    assume(wanted >= SHORTEST)
    request = asked(wanted, least=least, supported=supported, refresher=refresher)
    timer, fields = granted(request)
    assert SHORTEST <= timer.interval <= wanted
    assert timer.interval >= min(wanted, least or 0)
    assert timer.interval <= max(USUAL, least or 0)
    # The other side reads in our answer what we have understood, with the roles exchanged.
    theirs = agreed(replied(fields))
    assert (theirs.interval, theirs.ours) == (timer.interval, not timer.ours)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_an_interval_that_cannot_be_read_is_400(method):
    with pytest.raises(RemoteProtocolError) as refused:
        granted(asked('600;refresher="uac', method=method))
    assert refused.value.status == 400


# What we ask


def test_a_first_request_leaves_the_choice_to_the_other_side():
    # §7.1: "it is RECOMMENDED that the parameter be omitted".
    assert request_fields() == (("Session-Expires", "1800"), ("Min-SE", "90"))


@pytest.mark.parametrize(("ours", "role"), [(True, "uac"), (False, "uas")])
def test_a_refresh_keeps_interval_and_roles(ours, role):
    # §7.4: so that "the role of refresher does not change on each refresh".
    fields = request_fields(SessionTimer(600, ours))
    assert fields == (("Session-Expires", f"600;refresher={role}"), ("Min-SE", "90"))


@given(st.integers(SHORTEST, 10_000), st.integers(0, 10_000), st.booleans())
def test_what_is_asked_is_never_shorter_than_what_was_named(interval, shortest, ours):
    fields = dict(request_fields(SessionTimer(interval, ours), shortest))
    asked_for = int(fields["Session-Expires"].partition(";")[0])
    # §7.1, §7.4: the greater of the Min-SE and the interval there is.
    assert asked_for == max(interval, shortest)
    assert int(fields["Min-SE"]) == max(shortest, SHORTEST) <= asked_for


@given(st.integers(SHORTEST, 100_000), st.booleans())
def test_a_refresh_that_is_granted_changes_nothing_for_either_side(interval, ours):
    before = SessionTimer(interval, ours)
    fields = dict(request_fields(before, interval))
    seconds, _, role = fields["Session-Expires"].partition(";refresher=")
    theirs, answer = granted(asked(seconds, refresher=role, least=fields["Min-SE"], method="UPDATE"))
    assert (theirs.interval, theirs.ours) == (interval, not ours)
    assert agreed(replied(answer)) == before


# What they answer


@pytest.mark.parametrize(
    ("text", "timer"),
    [
        (None, OWN),
        ("600;refresher=uac", SessionTimer(600, ours=True)),
        ("600;refresher=uas", SessionTimer(600, ours=False)),
        ("600; Refresher=UAS", SessionTimer(600, ours=False)),
        ("600", SessionTimer(600, ours=True)),
        ("600;refresher", SessionTimer(600, ours=True)),
        # Not a refresh every few seconds, whatever the other side says.
        ("5;refresher=uac", SessionTimer(90, ours=True)),
        ("0;refresher=uas", SessionTimer(90, ours=False)),
        # The call is up, so there is nobody to refuse.
        ('600;refresher="uas', OWN),
        ("600;;=", OWN),
    ],
)
def test_what_an_answer_agrees_to(text, timer):
    assert agreed(replied((("Session-Expires", text),) if text else ())) == timer


def test_the_short_name_says_the_same():
    assert agreed(replied((("x", "600;refresher=uas"),))) == SessionTimer(600, ours=False)
    request = request_of(text_of("INVITE", extra="k: timer\r\nx: 90;refresher=uac\r\n"))
    assert granted(request)[0] == SessionTimer(90, ours=False)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [(None, 90), ("90", 90), ("300", 300), ("300;x=y", 300), ("5", 90), ("0", 90)],
)
def test_the_shortest_interval_a_message_allows(text, seconds):
    fields = (("Min-SE", text),) if text is not None else ()
    assert min_se(replied(fields, 422)) == seconds


# Time


@pytest.mark.parametrize(
    ("interval", "refresh", "over"),
    # §10: "the minimum of 32 seconds and one third of the session interval" before the end.
    [(90, 45.0, 60.0), (96, 48.0, 64.0), (120, 60.0, 88.0), (1800, 900.0, 1768.0)],
)
def test_when_it_is_refreshed_and_when_it_is_given_up(interval, refresh, over):
    timer = SessionTimer(interval, ours=True)
    assert (timer.refresh_after, timer.over_after) == (refresh, over)


@given(st.integers(SHORTEST, MAX_DELTA))
def test_there_is_always_time_for_a_refresh_to_be_tried_again(interval):
    timer = SessionTimer(interval, ours=True)
    assert 0 < timer.refresh_after < timer.over_after < interval
