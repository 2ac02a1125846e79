"""Supervision with phones we did not write: a real talk is heard, whispered into, and barged in on.

Each phone speaks a tone of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from softswitch.events import CallArrived, SupervisionBegan, SupervisionChanged, SupervisionEnded
from tests.fakes.patience import PATIENCE
from tests.peers import hearing
from tests.peers.conftest import assert_faultless
from tests.peers.features_line import FeaturesLine
from tests.peers.line import DemoLine
from tests.peers.programs import Ports, Program
from tests.peers.room import Room
from tests.peers.softphone import SoftPhone
from tests.peers.sounds import RATE, Samples

pytestmark = pytest.mark.peers

ANNA_HZ, BARTEK_HZ, CELINA_HZ = 600.0, 1000.0, 700.0
TURN_SECONDS = 1.5
JUDGED_SECONDS = 1.0
COMMAND_SECONDS = PATIENCE
GAP = RATE // 100
"""Judged in pieces of 10 ms: half of what one lost frame would leave silent."""
NOTHING = 0.02
"""At most so much of what is heard is a tone that must not be."""


@pytest.fixture(scope="module")
def supervised_line(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[FeaturesLine]:
    """Run a line for the tests of the module."""
    folder = tmp_path_factory.mktemp("supervision")
    line = FeaturesLine(folder / "home", ports.take(), log=folder / "switch.log")
    yield line
    line.close()
    assert_faultless(line)


@pytest.fixture
def room(supervised_line: FeaturesLine, ports: Ports, sounds_folder: Path, tmp_path: Path) -> Iterator[Room]:
    """Give the test a room for phones on that line."""
    with Room(supervised_line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as made:
        yield made


def command(line: DemoLine, *words: str, log: Path) -> str:
    """Run ``softswitch`` as the operator does; return what it said."""
    argv = [str(Path(sys.executable).with_name("softswitch")), *words, "--home", str(line.home)]
    program = Program(argv, log=log, life_seconds=COMMAND_SECONDS)
    try:
        assert program.wait_end(COMMAND_SECONDS) == 0, program.lines
    finally:
        program.close()
    return "\n".join(program.lines)


def shares(phone: SoftPhone, path: Path, *tones: float) -> list[float]:
    """Listen for a while; return which share of what is heard each tone has."""
    samples = hearing.read(phone.listen(path, TURN_SECONDS))[-round(JUDGED_SECONDS * RATE) :]
    return [hearing.share(samples, tone) for tone in tones]


def assert_both(found: list[float]) -> None:
    """Demand two tones together and nothing else."""
    assert sum(found) > hearing.CLEAR, found
    assert min(found) > 0.3, found


def quietest(samples: Samples) -> float:
    """Return the level of the quietest 10 ms, as a share of the usual level."""
    whole = len(samples) // GAP * GAP
    levels = np.sqrt(np.mean(samples[:whole].reshape(-1, GAP) ** 2, axis=1))
    return float(levels.min() / np.median(levels))


def test_a_talk_is_listened_to_whispered_into_and_barged_in_on(room: Room) -> None:
    anna = room.pjsua2("1001", speaks=ANNA_HZ)
    bartek = room.pjsua2("1002", speaks=BARTEK_HZ, answer=200)
    celina = room.pjsua2("1003", speaks=CELINA_HZ, answer=200)
    anna.call("1002")
    anna.do("pass_time", seconds=0.5)
    whole = anna.record(room.folder / "anna.wav")
    talk = room.line.call_from(anna.port)

    said = command(room.line, "listen", "1002", "--for", "1003", log=room.folder / "listen.log")
    assert "1003 is rung" in said
    began = room.line.wait_event(SupervisionBegan, call=talk, by="1003", agent="1002", mode="listen")
    arrived = room.line.of_kind(CallArrived, call=began.call)
    assert [one.made_for for one in arrived] == ["supervision:1002"]
    assert_both(shares(celina, room.folder / "listens.wav", ANNA_HZ, BARTEK_HZ))
    heard = shares(bartek, room.folder / "unaware.wav", ANNA_HZ, CELINA_HZ)
    assert heard[0] > hearing.CLEAR, heard

    said = command(room.line, "whisper", "1002", "--for", "1003", log=room.folder / "whisper.log")
    assert said == "1003 whispers to 1002."
    assert_both(shares(bartek, room.folder / "whispered.wav", ANNA_HZ, CELINA_HZ))
    assert_both(shares(celina, room.folder / "hears_still.wav", ANNA_HZ, BARTEK_HZ))
    # Anna has heard Bartek all the time, nobody else, and not a frame less of him.
    anna.do("pass_time", seconds=0.2)
    anna.record(room.folder / "rest.wav")
    samples = hearing.read(whole)[RATE // 2 :]
    assert len(samples) > 5 * RATE
    assert hearing.share(samples, BARTEK_HZ) > 1 - NOTHING
    assert hearing.share(samples, CELINA_HZ) < NOTHING
    assert quietest(samples) > 0.5

    celina.press("3")
    room.line.wait_event(SupervisionChanged, call=talk, mode="barge")
    assert_both(shares(anna, room.folder / "barged.wav", BARTEK_HZ, CELINA_HZ))

    celina.hang_up()
    room.line.wait_event(SupervisionEnded, call=talk, by="1003")
    (clear,) = shares(anna, room.folder / "alone.wav", BARTEK_HZ)
    assert clear > hearing.CLEAR
    (clear,) = shares(bartek, room.folder / "alone_too.wav", ANNA_HZ)
    assert clear > hearing.CLEAR
    anna.hang_up()


def test_the_end_of_the_talk_hangs_the_supervisor_up(room: Room) -> None:
    anna = room.pjsua2("1001", speaks=ANNA_HZ)
    room.pjsua2("1002", speaks=BARTEK_HZ, answer=200)
    celina = room.pjsua2("1003", speaks=CELINA_HZ, answer=200)
    anna.call("1002")
    command(room.line, "barge", "1002", "--for", "1003", log=room.folder / "barge.log")
    celina.expect("call", state="CONFIRMED")
    room.line.wait_event(SupervisionBegan, call=room.line.call_from(anna.port), mode="barge")
    anna.hang_up()
    celina.expect("call", state="DISCONNECTED")
