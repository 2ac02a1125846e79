"""A phone we did not write calls a number that a program of others drives: the one that the page shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from softswitch.events import (
    ApplicationAsked,
    ApplicationFailed,
    CallArrived,
    CallEnded,
    DigitPressed,
    LegRinging,
    LegsBridged,
    PromptPlayed,
)
from tests.peers import hearing
from tests.peers.application_line import FALLBACK, LIMIT_S, NUMBER, Scripted, application_line, started
from tests.peers.office import OfficeLine
from tests.peers.programs import Ports, Program
from tests.peers.room import Room
from tests.peers.sounds import RATE

pytestmark = pytest.mark.peers

LISTEN_SECONDS = 20.0
TALK_SECONDS, TONE_HZ = 2.0, 440.0
SLIP_SECONDS = 0.3
"""What stopping a recording may take."""


@pytest.fixture
def program(tmp_path: Path, ports: Ports) -> Iterator[tuple[Program, int]]:
    port = ports.take()
    made = started(port, tmp_path)
    yield made, port
    made.close()


@pytest.fixture
def line(tmp_path: Path, ports: Ports, program: tuple[Program, int]) -> Iterator[OfficeLine]:
    with application_line(tmp_path, ports, program[1]) as made:
        yield made


@pytest.fixture
def room(line: OfficeLine, ports: Ports, sounds_folder: Path, tmp_path: Path) -> Iterator[Room]:
    with Room(line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as made:
        yield made


def test_d05_d06_the_program_of_the_page_tells_where_a_parcel_is(room: Room) -> None:
    phone = room.pjsua2("1001", speaks=None)
    phone.call(NUMBER)
    call = room.line.call_from(phone.port)
    room.line.wait_event(PromptPlayed, call=call, text="Dzień dobry.", seconds=LISTEN_SECONDS)
    phone.press("4711")
    ended = room.line.wait_event(CallEnded, call=call, seconds=LISTEN_SECONDS)
    assert ended.reason == "menu_hung_up"
    told = [(one.text, one.seconds > 1.0) for one in room.line.of_kind(PromptPlayed, call=call)]
    # What is about a person is private: it was spoken, and stands nowhere.
    assert told[-1] == ("***", True)
    assert [one.digit for one in room.line.of_kind(DigitPressed, call=call)] == list("4711")
    assert [one.turn for one in room.line.of_kind(ApplicationAsked, call=call)] == [1, 2]


def test_d05_a_program_that_does_not_know_transfers_and_one_that_is_down_is_done_without(
    room: Room, program: tuple[Program, int]
) -> None:
    adviser = room.baresip(FALLBACK, answers=True)
    phone = room.pjsua2("1001", speaks=None)
    phone.call(NUMBER)
    call = room.line.call_from(phone.port)
    room.line.wait_event(PromptPlayed, call=call, text="Dzień dobry.", seconds=LISTEN_SECONDS)
    phone.press("1234")
    room.line.wait_event(LegsBridged, call=call, seconds=LISTEN_SECONDS)
    assert room.line.of_kind(ApplicationFailed, call=call) == []
    phone.hang_up()
    room.line.wait_event(CallEnded, call=call)

    program[0].close()
    phone.call(NUMBER)
    second = room.line.wait_for(lambda: _after(room, call), "a second call")
    room.line.wait_event(LegsBridged, call=second, seconds=LISTEN_SECONDS)
    (failed,) = room.line.of_kind(ApplicationFailed, call=second)
    assert (failed.why, failed.to) == ("unreachable", FALLBACK)
    times = {type(one.event): one.at for one in room.line.events() if one.call == second}
    assert (times[LegRinging] - times[CallArrived]).total_seconds() < LIMIT_S
    phone.hang_up()
    room.line.wait_event(CallEnded, call=second)
    assert adviser.program is not None


def test_a_caller_is_recorded_after_the_beep_and_the_file_is_told(
    tmp_path: Path, ports: Ports, sounds_folder: Path
) -> None:
    scripted = Scripted([{"record": {"max_s": TALK_SECONDS}}], [{"hangup": {}}])
    with (
        closing(scripted),
        application_line(tmp_path, ports, scripted.port) as line,
        Room(line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as room,
    ):
        phone = room.pjsua2("1001", speaks=TONE_HZ)
        phone.call(NUMBER)
        call = line.call_from(phone.port)
        line.wait_event(CallEnded, call=call, seconds=LISTEN_SECONDS)
        (told,) = scripted.questions[1]["results"]
        assert (told["step"], told["exit"]) == ("record", "recorded")
        recorded = hearing.read(line.home / "recordings" / "applications" / told["file"])
        assert abs(len(recorded) / RATE - TALK_SECONDS) < SLIP_SECONDS
        assert abs(told["seconds"] - TALK_SECONDS) < SLIP_SECONDS
        # What the caller says, and neither the beep nor what he hears.
        assert hearing.share(recorded, TONE_HZ) > hearing.CLEAR


def _after(room: Room, call: str) -> str | None:
    """Return the id of a call that arrived after another one."""
    arrived = [one.call for one in room.line.events() if isinstance(one.event, CallArrived)]
    return next((one for one in arrived[arrived.index(call) + 1 :]), None)
