"""RTCP by row: when it is due, what it says, what is learnt from it; and between two engines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import events as tell
from media import rtcp
from media.control import ALL_LOST, TELLING_PACKETS, Control, Own, Peer
from media.reception import Interval
from media.rtcp import Bye, ReceiverReport, ReportBlock, SenderReport, SourceDescription
from media.watch import TICK_SECONDS
from tests.media.link import LEG, End, Link

OURS, THEIRS = 0x11112222, 0x33334444
WALL = 1_700_000_000.0
OWN = Own(ssrc=OURS, timestamp=(1 << 32) + 160, packets=50, octets=8000)
SILENT = Own(ssrc=OURS, timestamp=160, packets=0, octets=0)
HEARD = (THEIRS, Interval(fraction=25, lost=7, highest=70_000, jitter=12))


def control_of(word: int = 1 << 31) -> Control:
    """Return a control whose chance is always the same; in the middle, intervals are the mean."""
    return Control(4, lambda: word, wall=WALL)


@pytest.fixture
def control() -> Control:
    made = control_of()
    made.begin(0, 10.0)
    return made


def told(control: Control, block: ReportBlock, *, now: float = 20.0, sent: int = 50) -> bool | None:
    return control.received(0, now, rtcp.build([ReceiverReport(THEIRS, (block,))]), OURS, sent)


def block(**changes: int) -> ReportBlock:
    known = {
        "ssrc": OURS, "fraction": 0, "lost": 0, "highest": 0, "jitter": 0, "last_sr": 0, "delay_since_sr": 0
    }  # fmt: skip
    return ReportBlock(**(known | changes))


# When


@pytest.mark.parametrize(("word", "factor"), [(0, 0.5), (1 << 31, 1.0), ((1 << 32) - 1, 1.5)])
def test_the_first_report_comes_after_half_the_time(word, factor):
    control = control_of(word)
    control.begin(2, 10.0)
    first = 10.0 + factor * 2.5 / 1.21828
    assert control.due(first - 0.001, 4).tolist() == []
    assert control.due(first + 0.001, 4).tolist() == [2]
    control.report(2, first, OWN, None)
    second = first + factor * 5.0 / 1.21828
    assert control.due(second - 0.001, 4).tolist() == []
    assert control.due(second + 0.001, 4).tolist() == [2]


def test_a_row_begins_once(control):
    control.begin(0, 100.0)
    assert control.due(20.0, 4).tolist() == [0]


def test_rows_that_are_no_legs_are_never_due(control):
    control.begin(1, 10.0)
    control.end(1)
    assert control.due(1e9, 4).tolist() == [0]
    assert control.due(1e9, 0).tolist() == []


# What is said


def test_who_sends_reports_as_a_sender(control):
    report, name = rtcp.parse(control.report(0, 12.5, OWN, HEARD))
    assert report == SenderReport(
        OURS, rtcp.ntp_time(WALL + 12.5), 160, 50, 8000, (ReportBlock(THEIRS, 25, 7, 70_000, 12, 0, 0),)
    )
    assert isinstance(name, SourceDescription)


def test_who_sent_nothing_reports_as_a_receiver(control):
    report, _ = rtcp.parse(control.report(0, 12.5, SILENT, HEARD))
    assert report == ReceiverReport(OURS, (ReportBlock(THEIRS, 25, 7, 70_000, 12, 0, 0),))


def test_who_heard_nothing_reports_on_nobody(control):
    report, _ = rtcp.parse(control.report(0, 12.5, OWN, None))
    assert report.blocks == ()


def test_the_stamp_of_the_phones_report_is_echoed_with_the_time_since(control):
    stamp = rtcp.ntp_time(1_000_000.25)
    control.received(0, 20.0, rtcp.build([SenderReport(THEIRS, stamp, 0, 0, 0)]), OURS, 0)
    report, _ = rtcp.parse(control.report(0, 21.5, OWN, HEARD))
    assert (report.blocks[0].last_sr, report.blocks[0].delay_since_sr) == (rtcp.middle(stamp), 98_304)


def test_the_stamp_of_another_sender_is_not_echoed(control):
    """A phone that changed its SSRC has sent no report under the new one yet."""
    stamp = rtcp.ntp_time(1_000_000.25)
    control.received(0, 20.0, rtcp.build([SenderReport(THEIRS + 1, stamp, 0, 0, 0)]), OURS, 0)
    report, _ = rtcp.parse(control.report(0, 21.5, OWN, HEARD))
    assert (report.blocks[0].last_sr, report.blocks[0].delay_since_sr) == (0, 0)


def test_a_row_says_goodbye_if_it_ever_began(control):
    packets = rtcp.parse(control.farewell(0, 12.5, OWN, HEARD))
    assert [type(packet) for packet in packets] == [SenderReport, SourceDescription, Bye]
    assert packets[2] == Bye((OURS,))
    assert control.farewell(1, 12.5, OWN, HEARD) is None


def names(control: Control, row: int, reports: int = 1) -> set[str]:
    described = [rtcp.parse(control.report(row, 12.5, OWN, None))[1] for _ in range(reports)]
    return {name for one in described for _, name in one.chunks}


def test_a_row_keeps_its_name_for_the_call_only():
    """RFC 7022 §4.2: one name for all sources of a call, and no two calls to be told to be of one party."""
    words = count(0xABCD_0000)
    control = Control(4, lambda: next(words))
    for row in (0, 1):
        control.begin(row, 10.0)
    (first,), (other,) = names(control, 0, 3), names(control, 1, 3)
    control.end(0)
    control.begin(0, 99.0)
    (later,) = names(control, 0)
    assert len({first, other, later}) == 3
    assert {len(name) for name in (first, other, later)} == {24}  # 96 bits, as the RFC asks for


# What is learnt


def test_nothing_is_known_of_a_phone_that_never_reported(control):
    assert control.peer(0) is None
    control.received(0, 20.0, rtcp.build([SenderReport(THEIRS, 1, 0, 0, 0)]), OURS, 0)
    assert control.peer(0) is None


def test_a_phone_tells_how_it_hears_us(control):
    told(control, block(lost=3, jitter=40))
    assert control.peer(0) == Peer(None, 3, 40)
    stamp = rtcp.middle(rtcp.ntp_time(WALL + 19.0))
    told(control, block(lost=4, last_sr=stamp, delay_since_sr=1 << 15), now=19.75)
    assert control.peer(0) == Peer(pytest.approx(0.25, abs=0.001), 4, 0)


def test_a_report_without_a_stamp_leaves_the_round_trip_as_it_was(control):
    stamp = rtcp.middle(rtcp.ntp_time(WALL + 19.0))
    told(control, block(last_sr=stamp, delay_since_sr=1), now=19.5)
    told(control, block(lost=9), now=25.0)
    # Who leaves the delay empty would have it seem that our report went round for seconds.
    told(control, block(lost=9, last_sr=stamp), now=25.0)
    assert control.peer(0) == Peer(pytest.approx(0.5, abs=0.001), 9, 0)


def test_a_senders_report_tells_as_much(control):
    report = SenderReport(THEIRS, 1, 0, 0, 0, (block(ssrc=7, lost=1), block(lost=2)))
    control.received(0, 20.0, rtcp.build([report]), OURS, 0)
    assert control.peer(0) == Peer(None, 2, 0)


def test_what_is_told_of_others_is_not_ours(control):
    told(control, block(ssrc=OURS + 1, lost=3, fraction=ALL_LOST))
    assert control.peer(0) is None


def test_a_row_used_again_knows_nothing(control):
    told(control, block(fraction=ALL_LOST, last_sr=1))
    control.received(0, 20.0, rtcp.build([SenderReport(THEIRS, 1 << 40, 0, 0, 0)]), OURS, 0)
    control.end(0)
    control.begin(0, 30.0)
    assert control.peer(0) is None
    assert not told(control, block(fraction=ALL_LOST))
    report, _ = rtcp.parse(control.report(0, 31.0, OWN, HEARD))
    assert report.blocks[0].last_sr == 0


@given(st.binary(max_size=200), st.sampled_from([200, 201, 202, 203, 204]))
def test_no_noise_breaks_it(noise, kind):
    control = control_of()
    control.begin(0, 10.0)
    for data in (noise, bytes((0x81, kind, 0, len(noise) // 4)) + noise):
        control.received(0, 20.0, data, OURS, 50)
    rtcp.parse(control.report(0, 21.5, OWN, HEARD))


# Phones that hear nothing


def test_two_reports_of_nothing_but_loss_show_a_deaf_phone(control):
    lost = block(fraction=ALL_LOST)
    assert [told(control, lost) for _ in range(4)] == [None, False, None, None]  # told once
    assert told(control, block(fraction=ALL_LOST - 1, highest=9)) is True
    assert [told(control, lost) for _ in range(2)] == [None, False]


def reports(highest: list[int], packets: int = TELLING_PACKETS) -> Iterator[tuple[int, int]]:
    """Yield what a phone has got and what was sent, with so many packets between two reports."""
    yield from zip(highest, range(packets, packets * (len(highest) + 1), packets), strict=True)


def test_a_phone_that_gets_no_further_is_deaf(control):
    """It cannot know of losses: by the counts of RFC 3550 A.3, nothing was expected and nothing lost."""
    steps = reports([50, 100, 100, 100, 100, 300, 350, 350, 350])
    outcome = [told(control, block(highest=highest), sent=sent) for highest, sent in steps]
    assert outcome == [None] * 3 + [False, None, True, None, None, False]


def test_a_phone_that_is_sent_nothing_is_not_deaf(control):
    assert {told(control, block(highest=50), sent=50) for _ in range(10)} == {None}


def test_reports_in_a_row_with_little_between_are_seen_as_one(control):
    steps = reports([50] * 12, TELLING_PACKETS // 5)
    news = [told(control, block(highest=one), sent=sent) for one, sent in steps]
    assert news == [None] * 10 + [False, None]


def test_a_phone_that_leaves_the_number_out_is_not_deaf(control):
    assert {told(control, block(), sent=sent) for sent in range(0, 5000, 250)} == {None}


# Between two engines


@pytest.fixture(params=[False, True], ids=["port above", "shared port"])
def link(request) -> Link:
    return Link(shared_port=request.param)


def ends(link: Link) -> tuple[End, End]:
    return link.one, link.two


def test_both_report_within_five_seconds(link):
    link.run(5.0)
    for end in ends(link):
        at, (report, name) = end.out.delivered[0]
        assert at - 50.0 < 3.1 + link.delay * TICK_SECONDS
        assert isinstance(report, SenderReport)
        assert (report.packets, report.octets) == pytest.approx(
            ((at - 50.0) * 50, (at - 50.0) * 8000), rel=0.1
        )
        assert isinstance(name, SourceDescription)


@pytest.mark.parametrize("delay", [1, 4, 20])
def test_the_round_trip_is_measured_though_the_clocks_differ(delay):
    link = Link(delay=delay)
    link.run(10.0)
    for end in ends(link):
        assert end.statistics.round_trip_ms == pytest.approx(2 * delay * 20, abs=0.1)


def test_what_the_phone_has_lost_is_in_the_statistics(link):
    link.one.out.passes = lambda number: number % 10 != 5
    link.run(10.0)
    at, (report, _) = link.two.out.delivered[-1]
    (told,) = report.blocks
    assert link.one.statistics.lost_by_phone == told.lost == pytest.approx((at - 50.0) * 5, abs=2)
    assert told.fraction == pytest.approx(25.6, abs=2)
    assert link.two.statistics.lost_by_phone == 0
    assert link.two.statistics.lost == pytest.approx(50, abs=2)


def test_delay_and_loss_both_cost_in_the_score():
    near, far, lossy = Link(), Link(delay=15), Link()
    lossy.two.out.passes = lambda number: number % 10 != 5
    for link in (near, far, lossy):
        link.run(10.0)
    assert far.one.statistics.mos < near.one.statistics.mos
    assert lossy.one.statistics.mos < near.one.statistics.mos


def test_a_phone_that_stops_hearing_us_is_told_by_its_reports():
    link = Link()
    link.run(4.0)
    link.one.out.passes = lambda number: False
    link.run(16.0)
    assert link.one.take(tell.OneWay) == [tell.OneWay(LEG, True, 0.0, True)]
    assert link.two.take(tell.OneWay) == [tell.OneWay(LEG, False, pytest.approx(3.1, abs=0.2), True)]
    link.one.out.passes = lambda number: True
    link.run(7.0)
    assert link.two.take(tell.BothWays) == [tell.BothWays(LEG)]
    link.one.out.passes = lambda number: False
    link.run(16.0)
    assert len(link.one.take(tell.OneWay)) == 1  # anew


def test_a_phone_that_never_sends_is_told_within_three_seconds():
    link = Link()
    link.two.out.passes = lambda number: False
    link.run(2.9)
    assert link.one.take(tell.OneWay) == []
    link.run(0.4)
    (report,) = link.one.take(tell.OneWay)
    assert (report.deaf, report.ever) == (False, False)
    assert report.seconds == pytest.approx(3.0, abs=0.25)
    link.run(5.0)
    assert link.one.take(tell.OneWay) == []  # told once
    link.two.out.passes = lambda number: True
    link.run(0.5)
    assert link.one.take(tell.BothWays) == [tell.BothWays(LEG)]


def test_a_call_on_hold_is_neither_deaf_nor_one_way():
    link = Link()
    link.run(4.0)
    for end in ends(link):
        link.agree(end, send=False, receive=False, patience=0.0)
    link.run(20.0)
    for end in ends(link):
        assert len(end.out.delivered) > 3  # they go on reporting
        assert end.take(tell.OneWay) == []
        link.agree(end)
    link.run(7.0)
    for end in ends(link):
        assert (end.take(tell.OneWay), end.take(tell.BothWays)) == ([], [])
        assert end.statistics.lost_by_phone == 0


def test_the_end_of_a_leg_is_said_to_the_phone(link):
    link.run(2.0)
    last = link.one.statistics
    row, farewell = link.one.engine.close(LEG, link.now)
    report, _, goodbye = rtcp.parse(farewell)
    assert row == link.one.row
    assert report.packets == last.sent
    assert goodbye == Bye((report.ssrc,))
    assert link.one.engine.open(2) == row
    assert link.one.engine.close(2, link.now)[1] is None  # nothing was agreed: nobody is there to hear it
