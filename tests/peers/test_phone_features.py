"""Phone features with phones we did not write: what is dialled, who rings, and what everybody hears.

Each phone speaks a tone of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from softswitch.events import (
    CallParked,
    CallRetrieved,
    DigitPressed,
    ForwardSet,
    LegRinging,
    LegsBridged,
    RoomEntered,
)
from tests.peers import hearing
from tests.peers.conftest import assert_faultless
from tests.peers.features_line import PIN, FeaturesLine
from tests.peers.programs import Ports
from tests.peers.room import Room
from tests.peers.softphone import SoftPhone
from tests.peers.sounds import RATE, Samples

pytestmark = pytest.mark.peers

ANNA_HZ, BARTEK_HZ, CELINA_HZ = 600.0, 1000.0, 700.0
TURN_SECONDS = 2.0
JUDGED_SECONDS = 1.5
"""The last of what is heard: when everything has settled."""
OWN_AT_MOST = 0.02
"""Of what a phone hears in a room nothing is its own: more would be an echo."""


@pytest.fixture(scope="module")
def features_line(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[FeaturesLine]:
    """Run a line with features for all tests of the module."""
    folder = tmp_path_factory.mktemp("features")
    line = FeaturesLine(folder / "home", ports.take(), log=folder / "switch.log")
    yield line
    line.close()
    assert_faultless(line)


@pytest.fixture
def room(features_line: FeaturesLine, ports: Ports, sounds_folder: Path, tmp_path: Path) -> Iterator[Room]:
    """Give the test a room for phones on that line."""
    with Room(features_line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as made:
        yield made


def heard(phone: SoftPhone, path: Path) -> Samples:
    """Listen for a while; return the last of it."""
    samples = hearing.read(phone.listen(path, TURN_SECONDS))
    return samples[-round(JUDGED_SECONDS * RATE) :]


def assert_clear(samples: Samples, frequency: float) -> None:
    """Demand one tone."""
    assert hearing.share(samples, frequency) > hearing.CLEAR


def assert_hears_both(phone: SoftPhone, path: Path, one: float, other: float, *, own: float) -> None:
    """Demand the tones of two others at once, and nothing of one's own."""
    samples = heard(phone, path)
    shares = [hearing.share(samples, frequency) for frequency in (one, other)]
    assert sum(shares) > hearing.CLEAR, shares
    assert min(shares) > 0.3, shares
    assert hearing.share(samples, own) < OWN_AT_MOST


def test_calls_follow_a_forwarding_that_was_dialled(room: Room) -> None:
    bartek = room.pjsua2("1002", speaks=BARTEK_HZ)
    celina = room.baresip("1003", speaks=CELINA_HZ, answers=True)
    bartek.dial("*721003")
    bartek.expect("call", state="CONFIRMED")
    confirmation = hearing.read(bartek.listen(room.folder / "said.wav", TURN_SECONDS))
    assert hearing.seconds_heard(confirmation) > 1.0
    bartek.expect("call", state="DISCONNECTED")
    assert room.line.wait_event(ForwardSet).to == "1003"
    anna = room.pjsua2("1001", speaks=ANNA_HZ)
    anna.call("1002")
    assert_clear(heard(anna, room.folder / "talk.wav"), CELINA_HZ)
    assert not bartek.did("incoming")
    anna.hang_up()
    celina.wait_event("CALL_CLOSED")
    bartek.dial("*73")
    bartek.expect("call", state="DISCONNECTED")
    room.line.wait_event(ForwardSet, to="")


def test_a_call_that_rings_at_one_phone_is_answered_at_another(room: Room) -> None:
    anna, bartek = room.pjsua2("1001", speaks=ANNA_HZ), room.pjsua2("1002", speaks=BARTEK_HZ)
    celina = room.baresip("1003", speaks=CELINA_HZ)
    anna.dial("1002")
    bartek.expect("incoming")
    bartek.do("answer", code=180)
    room.line.wait_event(LegRinging, call=room.line.call_from(anna.port))
    celina.dial("**1002")
    anna.expect("call", state="CONFIRMED")
    bartek.expect("call", state="DISCONNECTED")
    assert_clear(heard(anna, room.folder / "talk.wav"), CELINA_HZ)
    anna.hang_up()
    celina.wait_event("CALL_CLOSED")
    assert_clear(hearing.read(celina.recordings()[-1])[-2 * RATE : -RATE // 2], ANNA_HZ)


def test_a_call_is_parked_and_fetched_with_sound(room: Room) -> None:
    anna, bartek = room.pjsua2("1001", speaks=ANNA_HZ), room.pjsua2("1002", speaks=BARTEK_HZ, answer=200)
    celina = room.baresip("1003", speaks=CELINA_HZ)
    anna.call("1002")
    bartek.expect("call", state="CONFIRMED")
    call = room.line.call_from(anna.port)
    bartek.transfer("700")
    bartek.expect("transfer", code=200, final=True)
    bartek.expect("call", state="DISCONNECTED")
    slot = room.line.wait_event(CallParked, call=call).slot
    music = heard(anna, room.folder / "music.wav")
    assert hearing.seconds_heard(music) > 0.5 * JUDGED_SECONDS, "who is parked hears music, not silence"
    assert hearing.share(music, BARTEK_HZ) < 0.1
    celina.dial(slot)
    celina.wait_event("CALL_ESTABLISHED")
    assert room.line.wait_event(CallRetrieved, call=call).by == "1003"
    assert_clear(heard(anna, room.folder / "talk.wav"), CELINA_HZ)
    anna.hang_up()
    celina.wait_event("CALL_CLOSED")
    assert_clear(hearing.read(celina.recordings()[-1])[-2 * RATE : -RATE // 2], ANNA_HZ)


def test_three_meet_in_a_room_behind_a_pin(room: Room) -> None:
    tones = {"1001": ANNA_HZ, "1002": BARTEK_HZ, "1003": CELINA_HZ}
    phones = {user: room.pjsua2(user, speaks=tone) for user, tone in tones.items()}
    for user, phone in phones.items():
        phone.call("8000")
        phone.press(PIN)
        room.line.wait_event(RoomEntered, call=room.line.call_from(phone.port), party=user)
    for user, phone in phones.items():
        others = [tone for other, tone in tones.items() if other != user]
        assert_hears_both(phone, room.folder / f"room{user}.wav", *others, own=tones[user])
    for phone in phones.values():
        phone.hang_up()
    calls = [room.line.call_from(phone.port) for phone in phones.values()]
    typed = [press.digit for call in calls for press in room.line.of_kind(DigitPressed, call=call)]
    assert typed == ["*"] * len(PIN) * 3


def test_two_talks_become_one(room: Room) -> None:
    anna = room.pjsua2("1001", speaks=ANNA_HZ)
    bartek = room.pjsua2("1002", speaks=BARTEK_HZ, answer=200)
    celina = room.baresip("1003", speaks=CELINA_HZ, answers=True)
    for number in ("1002", "1003"):
        anna.call(number)
        room.line.wait_event(LegsBridged, call=room.line.call_from(anna.port))
    anna.call("*3")
    meeting = room.line.call_from(anna.port)
    anna.do("pass_time", seconds=1.0)
    assert_hears_both(anna, room.folder / "anna.wav", BARTEK_HZ, CELINA_HZ, own=ANNA_HZ)
    assert_hears_both(bartek, room.folder / "bartek.wav", ANNA_HZ, CELINA_HZ, own=BARTEK_HZ)
    # One leaves, and the other two talk on.
    bartek.hang_up()
    room.line.wait_event(LegsBridged, call=meeting)
    assert_clear(heard(anna, room.folder / "two.wav"), CELINA_HZ)
    anna.hang_up()
    celina.wait_event("CALL_CLOSED")
