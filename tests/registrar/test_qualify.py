"""When phones are asked whether they are there, and what follows from their answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.registrar.bindings import Binding
from softswitch.registrar.qualify import (
    LONGEST_PAUSE,
    SPREAD,
    Health,
    Intervals,
    Phone,
    Qualify,
    Reach,
)
from softswitch.sip.hop import Hop
from softswitch.sip.uri import parse_uri

HOP = Hop("UDP", "192.168.1.9", 5062, "192.168.1.1", 5060)
CONTACT = "sip:1001@192.168.1.9:5062"
ANNA = Phone("1001", CONTACT)
NAT, USUAL = 28.0, 60.0


def binding(contact: str = CONTACT, *, hop: Hop = HOP, nat: bool = False, cseq: int = 1) -> Binding:
    return Binding("1001", parse_uri(contact), hop, "c", cseq, 1e9 + cseq, behind_nat=nat)


def following(*bindings: Binding, restored: bool = False) -> Qualify:
    qualify = Qualify(Intervals(NAT, USUAL))
    qualify.follow(0.0, "1001", bindings, restored=restored)
    return qualify


def asked(qualify: Qualify) -> tuple[float, Phone]:
    """Go on to the next question and ask it; return when and whom."""
    at = qualify.next_deadline()
    assert at is not None
    phone = qualify.due(at)
    assert phone is not None
    qualify.asked(at, phone)
    return at, phone


def lost(qualify: Qualify) -> float:
    """Let the next question find no answer; return when that is known."""
    at, phone = asked(qualify)
    qualify.unanswered(at + 32, phone)
    return at + 32


@pytest.mark.parametrize(
    ("hop", "nat", "longest"),
    [
        (HOP, False, USUAL),
        (HOP, True, NAT),
        (replace(HOP, host="203.0.113.9"), False, USUAL),  # For documentation only: nobody's.
        (replace(HOP, host="5.5.5.5"), False, NAT),
        (replace(HOP, host="2a01::9"), False, NAT),
        (replace(HOP, transport="TCP", connection=3), True, USUAL),
    ],
)
def test_each_phone_has_its_interval(hop: Hop, nat: bool, longest: float) -> None:
    qualify = following(binding(hop=hop, nat=nat))
    first, phone = asked(qualify)
    assert longest * (1 - SPREAD) / 2 <= first <= longest
    qualify.answered(first + 0.02, phone)
    for _ in range(5):
        at, phone = asked(qualify)
        assert longest * (1 - SPREAD) <= at - first <= longest
        qualify.answered(at + 0.02, phone)
        first = at


def test_an_answer_makes_it_reachable_and_gives_the_round_trip() -> None:
    qualify = following(binding())
    assert qualify.health(ANNA) == Health(Reach.UNKNOWN, None)
    at, phone = asked(qualify)
    assert qualify.next_deadline() is None
    assert not qualify.answered(at + 0.05, phone)
    health = qualify.health(ANNA)
    assert health.reach is Reach.REACHABLE
    assert health.round_trip_ms == pytest.approx(50)
    assert not qualify.answered(at + 0.06, phone), "an answer to nothing"


def test_a_phone_that_does_not_answer_is_lost_and_asked_ever_less() -> None:
    qualify = following(binding())
    at, phone = asked(qualify)
    assert qualify.unanswered(at + 32, phone)
    assert qualify.health(ANNA).reach is Reach.UNREACHABLE
    pauses, before = [], at + 32
    for _ in range(6):
        at, phone = asked(qualify)
        pauses.append(at - before)
        assert not qualify.unanswered(at + 32, phone), "told twice"
        before = at + 32
    assert pauses[0] <= USUAL
    assert pauses[1] == pytest.approx(2 * pauses[0])
    assert pauses[3:] == pytest.approx([LONGEST_PAUSE] * 3)
    at, phone = asked(qualify)
    assert qualify.answered(at + 0.01, phone), "it is back"
    assert qualify.health(ANNA).reach is Reach.REACHABLE


def test_a_lost_phone_that_registers_again_may_ring_at_once_and_is_asked_at_once() -> None:
    qualify = following(binding())
    now = lost(qualify) + 10
    qualify.follow(now, "1001", (binding(),))
    assert qualify.health(ANNA).reach is Reach.UNREACHABLE, "nothing has come from it"
    qualify.follow(now, "1001", (binding(cseq=2),))
    assert qualify.health(ANNA).reach is Reach.UNKNOWN
    at, phone = asked(qualify)
    assert at == now
    assert qualify.answered(now + 0.01, phone), "told to be back when it has answered"


def test_a_refresh_of_a_phone_that_is_there_changes_nothing() -> None:
    qualify = following(binding())
    at, phone = asked(qualify)
    qualify.answered(at + 0.02, phone)
    before = qualify.next_deadline()
    qualify.follow(at + 5, "1001", (binding(cseq=2),))
    assert qualify.next_deadline() == before
    assert qualify.health(ANNA).reach is Reach.REACHABLE


def test_a_phone_that_leaves_is_forgotten_also_while_it_is_asked() -> None:
    qualify = following(binding())
    at, phone = asked(qualify)
    qualify.follow(at, "1001", ())
    assert len(qualify) == 0
    assert not qualify.unanswered(at + 32, phone)
    assert not qualify.answered(at + 32, phone)
    assert qualify.next_deadline() is None
    assert qualify.health(ANNA) == Health()


def test_phones_that_come_at_once_are_asked_evenly() -> None:
    qualify = Qualify(Intervals(NAT, USUAL))
    for number in range(2800):
        user = f"{number:04}"
        qualify.follow(0.0, user, (replace(binding(nat=True), account=user),), restored=True)
    counts = [0] * 28
    while (at := qualify.next_deadline()) is not None and at < 28:
        phone = qualify.due(at)
        assert phone is not None
        counts[int(at)] += 1
    assert sum(counts) == 2800
    # 100 a second on average; in the last seconds fewer, as no interval is longer than the longest.
    assert max(counts) < 160
    assert min(counts[:24]) > 60


def test_the_unreachable_are_left_out_if_another_is_there() -> None:
    other = binding("sip:1001@192.168.1.10")
    qualify = following(binding(), other)
    assert qualify.worth_ringing((binding(), other)) == (binding(), other)
    at, phone = asked(qualify)
    qualify.unanswered(at + 32, phone)
    (left,) = qualify.worth_ringing((binding(), other))
    assert Phone("1001", str(left.contact)) != phone
    lost(qualify)
    assert qualify.worth_ringing((binding(), other)) == (binding(), other), "nobody else is there"
    assert qualify.worth_ringing(()) == ()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["follow", "leave", "ask", "answer", "fail"]),
            st.integers(0, 3),
            st.floats(0.0, 100.0),
        ),
        max_size=60,
    )
)
def test_whatever_happens_every_phone_is_asked_again(
    steps: list[tuple[str, int, float]],
) -> None:
    qualify, now, out = Qualify(Intervals(NAT, USUAL)), 0.0, []
    present: dict[str, Binding] = {}
    for number, (what, which, seconds) in enumerate(steps):
        now += seconds
        contact = f"sip:1001@192.168.1.{which}"
        if what == "follow":
            present[contact] = binding(contact, cseq=number)
            qualify.follow(now, "1001", present.values())
        elif what == "leave":
            present.pop(contact, None)
            qualify.follow(now, "1001", present.values())
        elif what == "ask" and (phone := qualify.due(now)) is not None:
            qualify.asked(now, phone)
            out.append(phone)
        elif out and what in ("answer", "fail"):
            phone = out.pop(0)
            (qualify.answered if what == "answer" else qualify.unanswered)(now, phone)
    for phone in out:
        qualify.unanswered(now, phone)
    again = set()
    end = now + LONGEST_PAUSE + 1
    while (at := qualify.next_deadline()) is not None and at <= end:
        phone = qualify.due(max(at, now))
        assert phone is not None
        again.add(phone.contact)
    assert again == present.keys()
    assert len(qualify) == len(present)
