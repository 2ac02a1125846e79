"""Duties and codes for opening hours, with phones we did not write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from softswitch.events import CallRouted, LegInvited, LegsBridged, ScheduleReleased, ScheduleSwitched
from tests.peers import hearing
from tests.peers.conftest import assert_faultless
from tests.peers.line import PASSWORD, DemoLine
from tests.peers.office import OfficeLine
from tests.peers.programs import Ports
from tests.peers.room import Room
from tests.peers.softphone import SoftPhone

pytestmark = pytest.mark.peers

ANNA_HZ, CELINA_HZ = 600.0, 700.0
RING_SECONDS = 5
CONFIG = f"""\
accounts:
  1001: {{name: Anna, password: {PASSWORD}}}
  1002: {{name: Bartek, password: {PASSWORD}}}
  1003: {{name: Celina, password: {PASSWORD}}}
media: {{workers: 1}}
schedules:
  office: {{week: {{mon-sun: always}}, key: 1, may_switch: [1001]}}
duties:
  doctor: {{number: 540, week: {{mon-sun: {{main: 1002, spare: 1003}}}}, ring_s: {RING_SECONDS}}}
"""


class HoursLine(OfficeLine):
    """A running ``softswitch run`` with :data:`CONFIG`."""

    def __init__(self, home: Path, port: int, *, log: Path) -> None:
        home.mkdir()
        self._config = home / "softswitch.yaml"
        self._config.write_text(CONFIG, encoding="utf-8")
        DemoLine.__init__(self, home, port, log=log)


@pytest.fixture(scope="module")
def hours_line(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[HoursLine]:
    """Run a line with a duty for all tests of the module."""
    folder = tmp_path_factory.mktemp("hours")
    line = HoursLine(folder / "home", ports.take(), log=folder / "switch.log")
    yield line
    line.close()
    assert_faultless(line)


@pytest.fixture
def room(hours_line: HoursLine, ports: Ports, sounds_folder: Path, tmp_path: Path) -> Iterator[Room]:
    """Give the test a room for phones on that line."""
    with Room(hours_line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as made:
        yield made


def said(phone: SoftPhone, code: str, folder: Path) -> float:
    """Dial a code; return for how many seconds something was said."""
    phone.dial(code)
    phone.expect("call", state="CONFIRMED")
    samples = hearing.read(phone.listen(folder / f"{code[1:]}.wav", 1.5))
    phone.expect("call", state="DISCONNECTED")
    return hearing.seconds_heard(samples)


def test_t11_the_spare_phone_answers_where_the_main_one_only_rings(room: Room) -> None:
    main = room.pjsua2("1002")
    spare = room.baresip("1003", speaks=CELINA_HZ, answers=True)
    anna = room.pjsua2("1001", speaks=ANNA_HZ)
    anna.dial("540")
    main.expect("incoming")
    main.do("answer", code=180)
    anna.expect("call", state="CONFIRMED")
    call = room.line.call_from(anna.port)
    room.line.wait_event(LegsBridged, call=call)
    assert [one.party for one in room.line.of_kind(LegInvited, call=call)] == ["1002", "1003"]
    assert room.line.of_kind(CallRouted, call=call) == [CallRouted("duty", "doctor")]
    main.expect("call", state="DISCONNECTED")
    talk = hearing.read(anna.listen(room.folder / "talk.wav", 2.0))
    assert hearing.share(talk[len(talk) // 2 :], CELINA_HZ) > hearing.CLEAR
    anna.hang_up()
    spare.wait_event("CALL_CLOSED")


def test_opening_hours_are_switched_by_a_code(room: Room) -> None:
    anna = room.pjsua2("1001")
    assert said(anna, "*631", room.folder) > 0.5
    assert room.line.wait_event(ScheduleSwitched) == ScheduleSwitched("office", "outage", "1001")
    assert said(anna, "*641", room.folder) > 0.5
    assert room.line.wait_event(ScheduleReleased) == ScheduleReleased("office", "1001")
