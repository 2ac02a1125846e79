"""Our registration at a provider, through everything that goes wrong there. Nothing is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.message import Response
from softswitch.trunks.registration import (
    LONGEST_GRANT,
    MAX_WAIT,
    PATIENCE,
    Action,
    Ask,
    Lost,
    Registered,
    Registration,
    State,
)

OURS = "sip:line1@192.0.2.1:5060;line=abc"


def response(status: int, *fields: tuple[str, str]) -> Response:
    made = Response(status)
    for name, value in fields:
        made.fields.add(name, value)
    return made


def granted(seconds: int, contact: str = OURS) -> Response:
    return response(200, ("Contact", f"<{contact}>;expires={seconds}"))


def challenge(nonce: str = "n", *, stale: bool = False) -> Response:
    tail = ", stale=TRUE" if stale else ""
    return response(401, ("WWW-Authenticate", f'Digest realm="r", nonce="{nonce}"{tail}'))


def registration(servers: int = 1, *, luck: float = 1.0) -> Registration:
    return Registration(600, lambda: luck, servers=servers)


def registered(servers: int = 1) -> Registration:
    made = registration(servers)
    made.start(0)
    assert made.replied(0, granted(600), OURS) == [Registered(0, 600)]
    return made


def test_it_asks_proves_itself_and_is_registered() -> None:
    made, asking = registration(), challenge()
    assert made.start(0) == [Ask(0, 600)]
    assert made.state is State.ASKING
    assert made.replied(0.1, asking, OURS) == [Ask(0, 600, asking)]
    assert made.replied(0.2, granted(300), OURS) == [Registered(0, 300)]
    assert made.is_registered
    # Half of its life is left when it is refreshed: a server that is slow then loses nothing.
    assert made.next_deadline() == pytest.approx(150.2)


def test_a_long_one_is_refreshed_ten_minutes_before_its_end() -> None:
    made = registration()
    made.start(0)
    made.replied(0, granted(3600), OURS)
    assert made.next_deadline() == 3000
    assert made.tick(2999) == []
    assert made.tick(3000) == [Ask(0, 600)]
    # A refresh is no news.
    assert made.replied(3001, granted(3600), OURS) == []
    assert made.is_registered


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (granted(120), 120),
        (response(200, ("Contact", f"<sip:other@192.0.2.9>;expires=30, <{OURS}>;expires=120")), 120),
        (response(200, ("Contact", f"<{OURS}>"), ("Expires", "90")), 90),
        # Written anew by the registrar, with the address it sees us from.
        (granted(77, "sip:line1@198.51.100.7:1024;line=abc"), 77),
        (granted(88, "sip:LINE1@192.0.2.1:5060;line=abc;x-nat=yes"), 88),
        (response(200), 600),
        (response(200, ("Contact", ";;broken")), 600),
        (granted(10**9), LONGEST_GRANT),
    ],
)
def test_how_long_it_lasts_is_what_the_registrar_says(answer: Response, seconds: int) -> None:
    made = registration()
    made.start(0)
    assert made.replied(0, answer, OURS) == [Registered(0, seconds)]


def test_a_wrong_password_is_told_once_and_tried_ever_more_rarely() -> None:
    made, now, waits = registration(), 0.0, []
    actions = made.start(now)
    told: list[Action] = []
    for _ in range(9):
        assert [type(one) for one in actions] == [Ask]
        made.replied(now, challenge("a"), OURS)
        told += made.replied(now, challenge("b"), OURS)
        deadline = made.next_deadline()
        assert deadline is not None
        waits.append(deadline - now)
        now = deadline
        actions = made.tick(now)
    assert told == [Lost("wrong user name or password", 60)]
    # RFC 5626 §4.5: 30 s times two to the power of the failures, half an hour at most.
    assert waits == [60, 120, 240, 480, 960, MAX_WAIT, MAX_WAIT, MAX_WAIT, MAX_WAIT]


def test_half_of_the_wait_is_left_to_chance() -> None:
    made = registration(luck=0.0)
    made.start(0)
    made.replied(0, response(403), OURS)
    assert made.next_deadline() == 30


def test_a_stale_nonce_is_no_wrong_password() -> None:
    made, old = registered(), challenge("new", stale=True)
    made.tick(300)
    first = challenge("old")
    assert made.replied(300.1, first, OURS) == [Ask(0, 600, first)]
    assert made.replied(300.2, old, OURS) == [Ask(0, 600, old)]
    assert made.replied(300.3, granted(600), OURS) == []


def test_who_calls_every_nonce_stale_is_given_up() -> None:
    made = registration()
    made.start(0)
    actions: list[Action] = []
    for number in range(10):
        actions = made.replied(0, challenge(str(number), stale=True), OURS)
        if made.state is State.WAITING:
            break
    assert number == 3
    assert actions == [Lost("wrong user name or password", 60)]


def test_a_registrar_that_wants_longer_gets_it() -> None:
    made = registration()
    made.start(0)
    brief = response(423, ("Min-Expires", "1800"))
    assert made.replied(0, brief, OURS) == [Ask(0, 1800)]
    assert made.replied(0, granted(1800), OURS) == [Registered(0, 1800)]
    assert made.tick(1200) == [Ask(0, 1800)]


@pytest.mark.parametrize("least", ["", "60", "600", "999999999", "soon"])
def test_one_that_wants_nothing_longer_has_failed(least: str) -> None:
    made = registration()
    made.start(0)
    # An unreadable time counts as an hour (RFC 3261 §10.2).
    actions = made.replied(0, response(423, ("Min-Expires", least)), OURS)
    assert actions == ([Ask(0, 3600)] if least == "soon" else [Lost("423 Interval Too Brief", 60)])


def test_an_outage_goes_over_to_the_next_server_and_stays_there() -> None:
    made = registered(3)
    assert made.tick(300) == [Ask(0, 600)]
    assert made.tick(300 + PATIENCE) == [Ask(1, 600)]
    assert made.failed(309, "transport failed") == [Ask(2, 600)]
    assert made.replied(310, granted(600), OURS) == [Registered(2, 600)]
    assert made.tick(610) == [Ask(2, 600)]


def test_a_server_that_has_us_and_does_not_answer_is_left_at_once() -> None:
    made = registered(2)
    assert made.unreachable(20, 1) == []
    assert made.unreachable(20, 0) == [Ask(1, 600)]
    assert made.replied(21, granted(600), OURS) == [Registered(1, 600)]
    assert made.unreachable(22, 0) == []
    # Where there is no other, it is asked again when that is due.
    assert registered(1).unreachable(20, 0) == []


def test_after_all_servers_it_waits_and_begins_with_the_first() -> None:
    made = registration(2)
    made.start(0)
    assert made.replied(1, response(500), OURS) == [Ask(1, 600)]
    assert made.tick(9) == [Lost("no answer", 60)]
    assert (made.state, made.is_registered) == (State.WAITING, False)
    assert made.tick(69) == [Ask(0, 600)]


def test_a_loss_after_success_is_told_and_its_return_too() -> None:
    made = registered()
    made.tick(300)
    assert made.tick(308) == [Lost("no answer", 60)]
    made.tick(368)
    assert made.tick(376) == []
    assert made.tick(496) == [Ask(0, 600)]
    assert made.replied(497, granted(600), OURS) == [Registered(0, 600)]


@pytest.mark.parametrize(
    ("value", "wait"),
    [("300", 300), ("300 (maintenance);duration=9", 300), ("5", 60), ("soon", 60), ("9" * 40, 1800)],
)
def test_an_overloaded_registrar_says_when(value: str, wait: float) -> None:
    made = registration()
    made.start(0)
    assert made.replied(0, response(503, ("Retry-After", value)), OURS) == [
        Lost("503 Service Unavailable", round(wait))
    ]
    assert made.next_deadline() == wait


def test_a_granted_nothing_is_a_refusal() -> None:
    made = registration()
    made.start(0)
    assert made.replied(0, granted(0), OURS) == [Lost("the server has dropped us", 60)]


def test_leaving() -> None:
    made, asking = registered(), challenge()
    assert made.leave(10) == [Ask(0, 0)]
    assert made.replied(10.1, asking, OURS) == [Ask(0, 0, asking)]
    assert made.replied(10.2, granted(0), OURS) == []
    assert (made.state, made.next_deadline(), made.is_registered) == (State.IDLE, None, False)
    assert registration().leave(0) == []


def test_leaving_a_registrar_that_is_gone() -> None:
    made = registered()
    made.leave(10)
    assert made.failed(11, "no answer in time") == []
    assert made.state is State.IDLE
    other = registered()
    other.leave(10)
    assert other.tick(10 + PATIENCE) == []
    assert other.state is State.IDLE


def test_answers_nobody_waits_for_change_nothing() -> None:
    made = registered()
    assert made.replied(5, response(403), OURS) == []
    assert made.failed(5, "no answer") == []
    assert made.is_registered


def test_the_way_to_the_server_was_cut() -> None:
    made = registered()
    assert made.start(20) == [Ask(0, 600)]
    assert made.replied(21, granted(600), OURS) == []
    assert made.next_deadline() == 321


def test_fewer_servers_than_before() -> None:
    made = registration(3)
    made.start(0)
    made.tick(PATIENCE)
    made.tick(2 * PATIENCE)
    assert made.server == 2
    made.servers_changed(1)
    assert made.server == 0


ANSWERS = st.one_of(
    st.sampled_from(["tick", "fail", "leave", "start"]),
    st.sampled_from(
        [granted(600), granted(0), challenge(), challenge(stale=True), response(423, ("Min-Expires", "900"))]
    ),
    st.sampled_from([response(status) for status in (200, 302, 403, 404, 408, 423, 500, 503, 600)]),
)


@given(st.integers(1, 4), st.lists(ANSWERS, max_size=60), st.floats(0, 1))
def test_whatever_comes_it_never_stops_trying_and_never_hurries(
    servers: int, course: list[str | Response], luck: float
) -> None:
    made, now = registration(servers, luck=luck), 0.0
    sent = made.start(now)
    asked = 1
    for step in course:
        match step:
            case "tick":
                now = max(now, made.next_deadline() or now)
                sent = made.tick(now)
            case "fail":
                sent = made.failed(now, "no answer")
            case "leave":
                sent = made.leave(now)
            case "start":
                sent = made.start(now)
            case Response():
                sent = made.replied(now, step, OURS)
        asks = [one for one in sent if isinstance(one, Ask)]
        assert len(asks) <= 1
        assert all(0 <= one.server < servers for one in asks)
        asked += len(asks)
        assert (made.next_deadline() is None) == (made.state is State.IDLE)
        if made.state is State.WAITING:
            deadline = made.next_deadline()
            assert deadline is not None
            assert deadline >= now
    assert asked <= 1 + len(course)
