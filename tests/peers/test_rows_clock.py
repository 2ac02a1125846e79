"""What depends on the time of day and on the days before, as real calls to a line whose clock is set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from softswitch.events import (
    BranchEntered,
    CallEnded,
    ChannelRecovered,
    ChannelTroubled,
    LegInvited,
    LegsBridged,
    PromptPlayed,
    RecordingEnded,
    ScheduleSwitched,
)
from tests.peers import hearing
from tests.peers.beside import file_server
from tests.peers.clock_line import CLOCKED, MAIN, PATIENT, TONES, WARSAW, ClockLine
from tests.peers.ears import ears
from tests.peers.programs import Ports
from tests.peers.queue_callers import Outside
from tests.peers.room import Room
from tests.peers.rows_line import ANSWERS, KNOWN, OTHER, STRANGER, Firm, rows_line
from tests.peers.softphone import SoftPhone

pytestmark = pytest.mark.peers

AGENT_HZ = 600.0
OTHER_CALLER = "+48607000222"
LEAST_SECONDS = 0.3
"""Of a tone of half a second, in whole pieces."""

OFFICE, EVENINGS, OWN_HOURS, DAWN = "1610", "1611", "1612", "1613"
"""Numbers of rows. Times only go on from test to test: a clock never goes back."""


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[Firm]:
    """Run the line for all tests of the module."""
    with rows_line(tmp_path_factory.mktemp("clock"), ports, CLOCKED, ANSWERS, ClockLine) as made:
        yield made


@pytest.fixture
def line(firm: Firm) -> ClockLine:
    """Give the line, whose clock can be set."""
    assert isinstance(firm.line, ClockLine)
    return firm.line


@pytest.fixture
def room(line: ClockLine, ports: Ports, sounds_folder: Path, tmp_path: Path) -> Iterator[Room]:
    """Give the test a room for phones on that line."""
    with Room(line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as made:
        yield made


@pytest.fixture
def outside(room: Room, line: ClockLine, ports: Ports) -> Iterator[Outside]:
    """Give the test people outside."""
    with ears(ports) as made:
        yield Outside(room, line, made)


def at(text: str) -> datetime:
    """Return a moment as the clock on the wall in Warsaw shows it; ``B`` is the second time of an hour."""
    return datetime.fromisoformat(text.rstrip("B")).replace(tzinfo=WARSAW, fold=int(text.endswith("B")))


def talks(
    phone: SoftPhone, row: str, caller: str, *, line: ClockLine, outside: Outside, seconds: float = 0.0
) -> str:
    """Let somebody call where that phone answers, talk, and be left; return the call's id."""
    outside.calls_as(caller, row)
    phone.expect("call", state="CONFIRMED")
    call = line.call_to(row, caller)
    # Whoever hangs up before that has not talked: the caller goes on to somebody else.
    line.wait_event(LegsBridged, call=call)
    if seconds:
        phone.do("pass_time", seconds=seconds)
    phone.hang_up()
    outside.demand_ends()
    line.wait_event(CallEnded, call=call)
    return call


def test_f04_talks_while_the_server_is_down_are_dropped_whole_and_once_when_it_is_back(
    line: ClockLine, firm: Firm, room: Room, outside: Outside, tmp_path: Path
) -> None:
    line.set_clock(at("2027-01-11 12:00:00"))
    agent = room.pjsua2("1001", speaks=AGENT_HZ, answer=200)
    talks(agent, "0802", STRANGER, line=line, outside=outside, seconds=1.0)
    line.wait_event(ChannelTroubled)
    talks(agent, "0802", OTHER_CALLER, line=line, outside=outside, seconds=1.0)
    line.set_clock(at("2027-01-11 12:10:00"))
    agent.register()
    archive = tmp_path / "archive"
    archive.mkdir()
    with file_server(archive, firm.spare_port):
        # Something new to deliver is when it is looked again.
        talks(agent, "0802", PATIENT, line=line, outside=outside, seconds=1.0)
        files = line.wait_for(
            lambda: found if len(found := list(archive.rglob("*.wav"))) == 3 else None, "three files"
        )
        line.wait_event(ChannelRecovered)
    recorded = line.wait_for(
        lambda: found if len(found := line.of_kind(RecordingEnded)) == 3 else None, "three recordings"
    )
    assert sorted(hashlib.sha256(file.read_bytes()).hexdigest() for file in files) == sorted(
        one.sha256 for one in recorded
    )
    for file in files:
        assert hearing.seconds_of(hearing.read(file), AGENT_HZ) > 0.7


@pytest.mark.parametrize(
    "moments",
    [
        (
            ("2027-01-12 07:59:59", OFFICE, "closed"),
            ("2027-01-12 08:00:00", OFFICE, "open"),
            ("2027-01-12 15:59:59", OFFICE, "open"),
            ("2027-01-12 16:00:00", OFFICE, "closed"),
            ("2027-01-12 16:00:01", EVENINGS, "open"),
            ("2027-01-12 16:00:02", OWN_HOURS, "open"),
            ("2027-01-17 12:00:00", OFFICE, "closed"),
        ),
        (
            ("2027-02-03 06:59:59", OFFICE, "special"),
            ("2027-02-03 11:59:00", OFFICE, "open"),
            ("2027-02-03 12:01:00", OFFICE, "special"),
            ("2027-12-24 10:00:00", OFFICE, "special"),
            ("2027-12-25 10:00:00", OFFICE, "special"),
        ),
    ],
    ids=["work days", "special days"],
)
def test_t16_p04_d13_the_branch_of_the_hour(
    line: ClockLine, firm: Firm, outside: Outside, moments: tuple[tuple[str, str, str], ...]
) -> None:
    called_at(moments, line, firm, outside)


def test_t16_c24_both_nights_when_clocks_change(line: ClockLine, firm: Firm, outside: Outside) -> None:
    """Open from 2:30 to 3:30: the hour after two comes never in March, and twice in October."""
    called_at(
        (
            ("2028-03-26 01:59:59", DAWN, "closed"),
            ("2028-03-26 03:00:00", DAWN, "open"),
            ("2028-03-26 03:30:00", DAWN, "closed"),
            ("2028-10-29 02:29:59", DAWN, "closed"),
            ("2028-10-29 02:30:00", DAWN, "open"),
            ("2028-10-29 02:10:00B", DAWN, "open"),
            ("2028-10-29 03:30:00", DAWN, "closed"),
        ),
        line,
        firm,
        outside,
    )


def called_at(
    moments: tuple[tuple[str, str, str], ...], line: ClockLine, firm: Firm, outside: Outside
) -> None:
    """Call at each moment a row, and demand the branch that is heard."""
    for place, (moment, row, branch) in enumerate(moments):
        line.set_clock(at(moment))
        number = PATIENT if row == OWN_HOURS else f"{STRANGER[:-2]}{place:02}"
        caller = outside.calls_as(number, row)
        outside.demand_ends()
        heard = {name: hearing.seconds_of(caller.ear.samples, hertz) for name, hertz in TONES.items()}
        assert [name for name, seconds in heard.items() if seconds > LEAST_SECONDS] == [branch], (
            moment,
            heard,
        )


def test_t10_whoever_talked_two_days_ago_and_nobody_six_days_ago(
    line: ClockLine, room: Room, outside: Outside
) -> None:
    line.set_clock(at("2028-11-15 10:00:00"))
    anna, bartek = (room.pjsua2(user, speaks=None, answer=200) for user in ("1001", "1002"))
    talks(anna, "0801", STRANGER, line=line, outside=outside)
    line.wait_for(lambda: "1001" in line.talked_with(STRANGER) or None, "the talk in the history")
    line.set_clock(at("2028-11-17 10:00:00"))
    for phone in (anna, bartek):
        phone.register()
    lately = talks(anna, "1014", STRANGER, line=line, outside=outside)
    assert rung(line, lately) == ["1001"]
    line.set_clock(at("2028-11-23 10:00:00"))
    for phone in (anna, bartek):
        phone.register()
    # Of the number that is Bartek's, and of another.
    assert rung(line, talks(bartek, "1015", STRANGER, line=line, outside=outside)) == ["1002"]


def test_t11_p05_the_duty_changes_at_midnight_while_it_rings(
    line: ClockLine, room: Room, outside: Outside
) -> None:
    line.set_clock(at("2028-11-27 23:59:59"))
    monday, tuesday = (room.pjsua2(user, speaks=None) for user in ("1002", "1003"))
    outside.calls_as(STRANGER, "1110")
    monday.expect("incoming")
    line.set_clock(at("2028-11-28 00:00:00"))
    for phone in (monday, tuesday):
        phone.register()
    monday.do("answer", code=486)
    tuesday.expect("incoming")
    tuesday.do("answer", code=200)
    call = line.call_to("1110", STRANGER)
    line.wait_event(LegsBridged, call=call)
    assert rung(line, call) == ["1002", "1003"]
    tuesday.hang_up()
    outside.demand_ends()


def test_d16_d17_a_vip_hears_no_menu_by_day_and_by_night_and_a_list_counts_out_of_hours(
    line: ClockLine, room: Room, outside: Outside
) -> None:
    anna, celina = (room.pjsua2(user, speaks=None, answer=200) for user in ("1001", "1003"))
    for moment, row in (("2028-12-01 10:00:00", "1610"), ("2028-12-01 23:00:00", "1611")):
        line.set_clock(at(moment))
        for phone in (anna, celina):
            phone.register()
        call = talks(anna, row, KNOWN, line=line, outside=outside)
        assert rung(line, call) == ["1001"]
        assert line.of_kind(BranchEntered, call=call) == line.of_kind(PromptPlayed, call=call) == []
    assert rung(line, talks(celina, "1611", OTHER, line=line, outside=outside)) == ["1003"]
    line.set_clock(at("2028-12-04 10:00:00"))
    outside.calls_as(OTHER, "1610")
    outside.demand_ends()
    call = line.call_to("1610", OTHER)
    line.wait_event(BranchEntered, call=call, branch="open")
    assert rung(line, call) == []


def test_n29_an_outage_is_told_before_all_menus_until_its_time_is_over(
    line: ClockLine, room: Room, outside: Outside
) -> None:
    line.set_clock(at("2028-12-05 09:00:00"))
    anna = room.pjsua2("1001", speaks=None)
    anna.dial("*63*2")
    line.wait_event(ScheduleSwitched, mode="outage")
    during = outside.calls_as(STRANGER, MAIN)
    outside.demand_ends()
    line.set_clock(at("2028-12-05 11:00:01"))
    after = outside.calls_as(OTHER_CALLER, MAIN)
    outside.demand_ends()
    for caller, told in ((during, True), (after, False)):
        sound = caller.ear.samples
        assert (hearing.seconds_of(sound, TONES["special"]) > LEAST_SECONDS) == told
        assert hearing.seconds_of(sound, TONES["open"]) > LEAST_SECONDS


def rung(line: ClockLine, call: str) -> list[str]:
    """Return who was rung in a call, in order."""
    return [one.party for one in line.of_kind(LegInvited, call=call)]
