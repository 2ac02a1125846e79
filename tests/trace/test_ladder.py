"""The ladder: lanes, arrows and remarks on one axis."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallerReached,
    DigitPressed,
    Entry,
    Event,
    LegEnded,
    LegInvited,
    PromptPlayed,
    StepTaken,
)
from softswitch.languages import ENGLISH, POLISH
from softswitch.trace.ladder import (
    SWITCH,
    Arrow,
    Ladder,
    Look,
    Remark,
    call_ladder,
    legs_of,
    quality,
    wire_ladder,
)
from softswitch.trace.messages import message_of
from tests.trace.test_verdict import outward, stored


def ladder_of(name: str, *more: tuple[float, Event], language: str = ENGLISH) -> Ladder:
    """Return a stored call's ladder, with further events at so many seconds."""
    recorded = stored(name)
    start = recorded.call[0].at
    added = [Entry(100 + n, start + timedelta(seconds=at), "x", event) for n, (at, event) in enumerate(more)]
    entries = sorted([*recorded.call, *added], key=lambda entry: entry.at)
    return call_ladder(entries, recorded.read, ["why"], language)


def arrows(ladder: Ladder) -> list[tuple[int, int, str]]:
    return [(row.source, row.target, row.label) for row in ladder.rows if isinstance(row, Arrow)]


def remarks(ladder: Ladder) -> list[tuple[int, str]]:
    return [(row.lane, row.label) for row in ladder.rows if isinstance(row, Remark)]


def test_the_caller_stands_left_of_the_switch_and_who_is_called_right():
    ladder = ladder_of("busy")
    assert [(lane.title, lane.where) for lane in ladder.lanes] == [
        ("1001", "192.0.2.11:5060"),
        (SWITCH, "192.0.2.1:5060"),
        ("1002", "192.0.2.12:5060"),
    ]
    assert ladder.title == "1001 → 1002"
    assert arrows(ladder) == [
        (0, 1, "INVITE 1002 (PCMA, PCMU)"),
        (1, 0, "100 Trying"),
        (1, 2, "INVITE 1002 (PCMA, PCMU)"),
        (2, 1, "180 Ringing"),
        (1, 0, "180 Ringing"),
        (2, 1, "486 Busy Here"),
        (1, 2, "ACK"),
        (1, 0, "486 Busy Here"),
        (0, 1, "ACK"),
    ]
    times = [row.at for row in ladder.rows]
    assert times == sorted(times)
    assert times[0] == 0.0


def test_repeats_are_counted_and_looks_differ():
    rows = [row for row in ladder_of("no_ack").rows if isinstance(row, Arrow)]
    answers = [row for row in rows if row.message.status == 200 and row.target == 0]
    assert [row.again for row in answers] == list(range(11))
    assert [row.look for row in answers[:2]] == [Look.SUCCESS, Look.AGAIN]
    looks = {row.label: row.look for row in rows if not row.again}
    assert (looks["100 Trying"], looks["BYE"]) == (Look.PROVISIONAL, Look.REQUEST)


def test_what_happened_stands_on_the_same_axis():
    ladder = ladder_of(
        "busy",
        (1.0, BranchEntered("bank", "welcome")),
        (2.0, PromptPlayed("bank", "welcome", "Witamy", 1.5, True)),
        (2.1, DigitPressed("a", "*", "rfc4733")),
        (2.2, StepTaken("bank", "welcome", "2 menu", "key 1")),
        (2.3, StepTaken("bank", "welcome", "3 say", "next")),
    )
    told = [
        (lane, label)
        for lane, label in remarks(ladder)
        if "bank" in label or "pressed" in label or "heard" in label
    ]
    assert told == [
        (1, "enters bank/welcome"),
        (0, "a pressed * (RFC 4733)"),
        (1, 'heard "Witamy" 1.5 s, cut short by a key'),
        (1, "bank/welcome 2 menu: key 1"),
    ]
    # What a message says already is not said again.
    assert not any("dials" in label or "rings" in label for _, label in remarks(ladder))


def test_without_messages_the_events_say_it_all():
    recorded = stored("busy")
    ladder = call_ladder(recorded.call, (), [], ENGLISH)
    labels = [label for _, label in remarks(ladder)]
    assert labels[0] == "1001 (Anna) dials 1002 from 192.0.2.11:5060"
    assert "1002 rings (b1)" in labels
    assert arrows(ladder) == []


def test_a_call_of_the_switch_itself_has_no_lane_left_of_it():
    at = stored("busy").call[0].at
    events = (
        CallArrived("", "+48221234567", "Sales", "1002", "", "1001", made_for="callback:sales"),
        LegInvited("b1", "1002", "sip:1002@192.0.2.12", "x1"),
        CallerReached("b1", "1002"),
    )
    ladder = call_ladder([Entry(n, at, "c1", event) for n, event in enumerate(events)], (), [], ENGLISH)
    assert [lane.title for lane in ladder.lanes] == [SWITCH, "1002"]
    assert ladder.title == "+48221234567 → 1002"
    lane, label = remarks(ladder)[0]
    assert (lane, label.startswith("the switch itself calls 1002")) == (0, True)
    assert remarks(ladder)[-1] == (1, "1002 has answered the switch's call (b1)")


def test_the_quality_of_the_sound_is_told_when_a_leg_ends():
    end = LegEnded("a", "1001", "completed", "x", 200, 16, 500, 490, 10, 3.25, 41.0, 20.4, 3, 4.12)
    assert quality(end, ENGLISH) == (
        "RTP received 490, lost 10 (2.0 %), sent 500, lost by the phone 3, jitter 3.2 ms, buffered 41 ms, "
        "round trip 20 ms, MOS 4.1 (good)"
    )
    assert quality(end, POLISH) == (
        "RTP odebrane 490, utracone 10 (2,0 %), wysłane 500, utracone u telefonu 3, jitter 3,2 ms, bufor "
        "41 ms, "
        "tam i z powrotem 20 ms, MOS 4,1 (dobra)"
    )
    sound = [row for row in ladder_of("given_up").rows if isinstance(row, Remark) and row.look is Look.SOUND]
    assert 2 in [row.lane for row in sound]


def test_every_leg_has_its_call_id():
    recorded = stored("busy")
    ids = legs_of(recorded.call)
    assert list(ids) == ["a", "b1"]
    assert set(ids.values()) == {one.call_id for one in recorded.read}


def test_what_belongs_to_no_call_has_a_lane_for_each_address():
    recorded = stored("wrong_password")
    events = [entry for entry in recorded.entries if not entry.call]
    ladder = wire_ladder("1001", recorded.read, events, ["why"], ENGLISH)
    assert [lane.where for lane in ladder.lanes] == ["192.0.2.11:5060", "192.0.2.1:5060"]
    assert [label for _, _, label in arrows(ladder)[:4]] == [
        "REGISTER",
        "401 Unauthorized",
        "REGISTER (auth)",
        "401 Unauthorized",
    ]
    assert [label for _, label in remarks(ladder)][:1] == [
        "credentials of 1001 from 192.0.2.11:5060 refused: wrong password"
    ]


def test_no_letter_of_a_stranger_can_paint_the_terminal():
    recorded = stored("busy")
    first = recorded.messages[0]
    painted = first._replace(data=first.data.replace(b" sip:1002@", b" sip:\xe2\x80\xae\x1b[31m@"))
    ladder = call_ladder(recorded.call, [message_of(painted)], [], ENGLISH)
    ((_, _, label),) = arrows(ladder)
    assert label.startswith("INVITE")
    assert label.isprintable()


def test_the_lane_of_a_trunk_bears_its_name_or_those_of_all_that_were_tried() -> None:
    for trunks, title in ((("provider",), "provider"), (("provider", "mobile"), "provider, mobile")):
        recorded = outward("busy", *trunks)
        ladder = call_ladder(recorded.call, recorded.read, (), ENGLISH)
        assert [lane.title for lane in ladder.lanes] == ["1001", SWITCH, title]


def test_who_calls_by_a_trunk_stands_in_its_lane() -> None:
    recorded = stored("busy")
    entries = [
        replace(entry, event=replace(entry.event, trunk="provider"))
        if isinstance(entry.event, CallArrived)
        else entry
        for entry in recorded.call
    ]
    ladder = call_ladder(entries, recorded.read, (), ENGLISH)
    assert [lane.title for lane in ladder.lanes] == ["provider", SWITCH, "1002"]
    assert ladder.title == "1001 → 1002"
