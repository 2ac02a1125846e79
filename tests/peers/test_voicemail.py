"""Voicemail with phones we did not write: a message is left, the lamp lights, it is heard; and a kill."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from softswitch.events import CallRequested, DigitPressed, MailboxOpened, MessageLeft
from tests.peers import hearing
from tests.peers.conftest import assert_faultless
from tests.peers.programs import Ports
from tests.peers.room import Room
from tests.peers.sounds import RATE
from tests.peers.voicemail_line import DESK, PIN, TEAM, VoicemailLine

pytestmark = pytest.mark.peers

ANNA_HZ = 1000.0
GREETING_SECONDS = 15.0
"""What a greeting and the tone take at most; a hash cuts it off."""
SPOKEN_SECONDS = 8.0
FOUND_SECONDS = 30.0
"""How soon after a start what was cut off is a message: the next look, and a file that is still."""


@pytest.fixture
def line(tmp_path: Path, ports: Ports) -> Iterator[VoicemailLine]:
    """Run a line with voicemail."""
    made = VoicemailLine(tmp_path / "home", ports.take(), log=tmp_path / "switch.log")
    try:
        yield made
    finally:
        made.close()
    assert_faultless(made)


@pytest.fixture
def room(line: VoicemailLine, ports: Ports, sounds_folder: Path, tmp_path: Path) -> Iterator[Room]:
    """Give the test a room for phones on that line."""
    folder = tmp_path / "phones"
    folder.mkdir()
    with Room(line, ports=ports, folder=folder, sounds_folder=sounds_folder) as made:
        yield made


def boxes(line: VoicemailLine) -> Path:
    return line.home / "voicemail" / "boxes"


def test_d07_a_message_is_left_shown_by_the_lamp_mailed_and_heard(room: Room, line: VoicemailLine) -> None:
    anna, celina = room.pjsua2("1001", speaks=ANNA_HZ), room.pjsua2("1003", speaks=None, mwi=True)
    celina.expect("waiting")
    # Bartek has no phone: his calls come to his box, though nobody has dialled a forwarding.
    anna.call("1002")
    anna.press("#")
    anna.do("pass_time", within=2 * SPOKEN_SECONDS, seconds=SPOKEN_SECONDS + 1.0)
    anna.hang_up()
    left = line.wait_event(MessageLeft, box="1002", party="1001")
    assert SPOKEN_SECONDS - 1.0 < left.seconds < SPOKEN_SECONDS + 2.0
    spoken = hearing.read(boxes(line) / "1002" / f"{left.message}.wav")
    assert hearing.share(spoken[RATE:-RATE], ANNA_HZ) > hearing.CLEAR
    ((key, body),) = line.posted().items()
    assert key == f"voicemail:{left.message}:mail"
    (attached,) = json.loads(body)["attachments"]
    mailed = line.home / attached["path"]
    assert soundfile.info(str(mailed)).format == "MP3"
    assert hearing.share(hearing.read(mailed)[RATE:-RATE], ANNA_HZ) > hearing.CLEAR
    bartek = room.pjsua2("1002", speaks=None, mwi=True)
    assert "Voice-Message: 1/0" in str(bartek.expect("waiting")["body"])
    # He dials the code, hears how many there are, and then Anna's tone.
    bartek.call("*97")
    line.wait_event(MailboxOpened, box="1002", new=1)
    bartek.press("1")
    heard = hearing.read(bartek.listen(room.folder / "heard.wav", 11.0))
    assert max(hearing.share(heard[at : at + RATE], ANNA_HZ) for at in range(0, len(heard) - RATE, RATE)) > (
        hearing.CLEAR
    )
    bartek.press("3")
    line.wait_for(lambda: "3" in line.digits(line.call_from(bartek.port)) or None, "the key that deletes")
    bartek.hang_up()
    assert "Voice-Message: 0/0" in str(bartek.expect("waiting")["body"])
    assert list((boxes(line) / "1002").iterdir()) == []
    # What goes with the mail stays until the mail has left.
    assert mailed.exists()
    assert not celina.did("waiting", body="Messages-Waiting: yes")


def test_what_was_spoken_until_a_kill_is_a_message_afterwards(room: Room, line: VoicemailLine) -> None:
    anna = room.pjsua2("1001", speaks=ANNA_HZ)
    anna.call(TEAM)
    anna.press("#")
    anna.do("pass_time", within=20.0, seconds=6.0)
    line.program.signal(signal.SIGKILL)
    line.program.wait_end(5.0)
    assert not line.of_kind(MessageLeft)
    line.start_again()
    left = line.wait_event(MessageLeft, box="team", seconds=FOUND_SECONDS)
    assert 3.0 < left.seconds < 8.0
    spoken = hearing.read(boxes(line) / "team" / f"{left.message}.wav")
    assert hearing.share(spoken[RATE:-RATE], ANNA_HZ) > hearing.CLEAR
    celina = room.pjsua2("1003", speaks=None, mwi=True)
    waits = line.wait_for(
        lambda: next((e for e in celina.events() if "Voice-Message: 1/0" in str(e.get("body"))), None),
        "the lamp of the department",
    )
    assert "Messages-Waiting: yes" in str(waits["body"])
    assert len(line.of_kind(MessageLeft)) == 1


def test_a_stranger_hears_a_box_by_its_pin_alone_and_nobody_reads_it(room: Room, line: VoicemailLine) -> None:
    celina = room.pjsua2("1003", speaks=None)
    celina.call("*98")
    celina.press("1002#")
    celina.press(f"{PIN}#")
    line.wait_event(MailboxOpened, box="1002", party="1003", seconds=20.0)
    keys = "".join(one.digit for one in line.of_kind(DigitPressed))
    assert keys == "1002#*****"
    celina.hang_up()
    line.stop()
    found = [
        path
        for path in line.home.rglob("*")
        if path.is_file() and path.name != "softswitch.yaml" and PIN.encode() in path.read_bytes()
    ]
    assert [path.name for path in found if path.suffix not in (".wav", ".frames")] == []
    line.start_again()


def test_d19_who_asks_to_be_called_back_after_hours_is_noted_and_mailed(
    room: Room, line: VoicemailLine
) -> None:
    anna = room.pjsua2("1001", speaks=None)
    anna.call(DESK)
    anna.press("1")
    asked = line.wait_event(CallRequested, desk="night", number="1001", seconds=20.0)
    anna.expect("call", state="DISCONNECTED", seconds=20.0)
    ((key, body),) = line.posted().items()
    assert key == f"callback:{asked.request}:mail"
    assert "Call: 1001" in json.loads(body)["text"]
