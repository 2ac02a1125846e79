"""Recordings of talks between phones we did not write: who is on which side, and what must not be in a file.

Each phone speaks a tone of its own.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media.g711 import ALAW, FRAME, encode
from media.tone_detector import ToneDetector
from softswitch.app import Switch
from softswitch.events import (
    CallEnded,
    RecordingConsent,
    RecordingEnded,
    RecordingPaused,
    RecordingRefused,
    RecordingResumed,
    RecordingStarted,
    TransferDone,
)
from softswitch.recordings.config import RecordingsConfig
from tests.peers import hearing, sounds
from tests.peers.conftest import assert_faultless
from tests.peers.inside import InsideSwitch
from tests.peers.line import PASSWORD, DemoLine
from tests.peers.office import OfficeLine
from tests.peers.programs import Ports
from tests.peers.room import Room
from tests.peers.softphone import SoftPhone, start_pjsua2
from tests.peers.sounds import RATE, Samples
from tests.peers.test_supervision import command

pytestmark = pytest.mark.peers

ANNA, BARTEK, CELINA = "1001", "1002", "1003"
ANNA_HZ, BARTEK_HZ, CELINA_HZ = 600.0, 1000.0, 700.0
TALK_SECONDS = 1.2
FILE_SECONDS = 20.0
"""After a kill the file is looked for some seconds after the start, when nobody has touched it for five."""
SECRET = "58213"
KEY_ON, KEY_OFF = 0.1, 0.1
RESTS_SECONDS = 2.0
"""For how long a finger rests on the last key: twice what is waited for anyway."""
NOTHING = 0.02
"""At most so much of what is heard is a tone that must not be."""


class RecordingLine(OfficeLine):
    """A running ``softswitch run`` of three accounts that records as said."""

    def __init__(self, home: Path, port: int, *, log: Path, recordings: Mapping[str, object]) -> None:
        home.mkdir(parents=True)
        self._config = home / "softswitch.yaml"
        config = {
            "accounts": {user: {"name": user, "password": PASSWORD} for user in (ANNA, BARTEK, CELINA)},
            "media": {"workers": 1},
            "recordings": {"language": "en", **recordings},
        }
        self._config.write_text(json.dumps(config), encoding="utf-8")
        DemoLine.__init__(self, home, port, log=log)

    def sides(self, ended: RecordingEnded) -> tuple[Samples, Samples]:
        """Return the left and the right side of a finished recording."""
        samples, rate = soundfile.read(self.home / "recordings" / ended.path, dtype="float64")
        assert rate == RATE
        return samples[:, 0], samples[:, 1]


LineOf = Callable[[Mapping[str, object]], Room]


@pytest.fixture
def room_of(tmp_path: Path, ports: Ports, sounds_folder: Path) -> Iterator[LineOf]:
    """Give the test a room for phones on a line that records as the test says."""
    made: list[tuple[RecordingLine, Room]] = []

    def make(recordings: Mapping[str, object]) -> Room:
        line = RecordingLine(
            tmp_path / "home", ports.take(), log=tmp_path / "switch.log", recordings=recordings
        )
        room = Room(line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder)
        made.append((line, room))
        return room

    yield make
    for line, room in made:
        room.__exit__(None, None, None)
        line.close()
        assert_faultless(line)


def clear(samples: Samples, frequency: float) -> bool:
    """Tell whether one tone is heard, and no gap."""
    heard = hearing.seconds_heard(samples)
    return hearing.share(samples, frequency) > hearing.CLEAR and heard > 0.9 * len(samples) / RATE


def talk(caller: SoftPhone, number: str, seconds: float = TALK_SECONDS) -> None:
    caller.call(number)
    caller.do("pass_time", seconds=seconds)


def line_of(room: Room) -> RecordingLine:
    assert isinstance(room.line, RecordingLine)
    return room.line


def test_f03_each_side_has_its_channel_through_a_pause_and_a_transfer(room_of: LineOf) -> None:
    room = room_of({"record": "always", "consent": "none", "form": "flac"})
    line = line_of(room)
    anna = room.pjsua2(ANNA, speaks=ANNA_HZ)
    bartek = room.pjsua2(BARTEK, speaks=BARTEK_HZ, answer=200)
    room.pjsua2(CELINA, speaks=CELINA_HZ, answer=200)
    talk(anna, BARTEK)
    call = line.call_from(anna.port)
    started = line.wait_event(RecordingStarted, call=call)
    assert (started.caller, started.agent, started.because) == (ANNA, BARTEK, "line")
    said = command(line, "recordings", "pause", BARTEK, "--by", "chief", log=room.folder / "pause.log")
    assert "Nothing is heard" in said
    anna.do("pass_time", seconds=TALK_SECONDS)
    command(line, "recordings", "resume", BARTEK, "--by", "chief", log=room.folder / "resume.log")
    bartek.transfer(CELINA)
    line.wait_event(TransferDone, call=call, done=True)
    anna.do("pass_time", seconds=TALK_SECONDS)
    anna.hang_up()
    ended = line.wait_event(RecordingEnded, call=call)

    assert (len(line.of_kind(RecordingStarted, call=call)), ended.reason) == (1, "")
    assert ended.path.endswith(".flac")
    left, right = line.sides(ended)
    assert abs(len(left) / RATE - ended.seconds) < 0.01
    ((begin, end),), whole = ended.masked, ended.seconds
    assert end - begin > TALK_SECONDS
    before, silent, after = (
        slice(round(first * RATE), round(last * RATE))
        for first, last in (
            (0.3, begin - 0.1),
            (begin + 0.1, end - 0.1),
            (whole - 0.9, whole - 0.2),
        )
    )
    assert clear(left[before], ANNA_HZ)
    assert clear(right[before], BARTEK_HZ)
    assert not left[silent].any()
    assert not right[silent].any()
    assert clear(left[after], ANNA_HZ)
    assert clear(right[after], CELINA_HZ)
    shown = json.loads(command(line, "recordings", "--json", log=room.folder / "list.log"))
    assert [(one["caller"], one["state"], one["sha256"]) for one in shown] == [(ANNA, "done", ended.sha256)]


def test_who_says_no_is_in_no_file(room_of: LineOf) -> None:
    room = room_of({"record": "always", "consent": "choice"})
    line = line_of(room)
    anna = room.pjsua2(ANNA, speaks=ANNA_HZ)
    room.pjsua2(BARTEK, speaks=BARTEK_HZ, answer=200)
    anna.call(BARTEK)
    call = line.call_from(anna.port)
    anna.do("pass_time", seconds=0.5)
    anna.press("9")
    consent = line.wait_event(RecordingConsent, call=call)
    assert (consent.party, consent.agreed, consent.by) == (ANNA, False, "key")
    refused = line.wait_event(RecordingRefused, call=call, seconds=20.0)
    assert (refused.why, refused.agent) == ("no_consent", BARTEK)
    anna.do("pass_time", seconds=TALK_SECONDS)
    anna.hang_up()
    line.wait_event(CallEnded, call=call)
    files = [path for path in (line.home / "recordings").rglob("*") if path.is_file()]
    assert files == []
    assert line.of_kind(RecordingStarted, call=call) == []


def test_a_recording_outlives_the_killed_switch_and_is_in_the_catalogue_after(room_of: LineOf) -> None:
    room = room_of({"record": "always", "consent": "none"})
    line = line_of(room)
    anna = room.pjsua2(ANNA, speaks=ANNA_HZ)
    room.pjsua2(BARTEK, speaks=BARTEK_HZ, answer=200)
    talk(anna, BARTEK, 2 * TALK_SECONDS)
    call = line.call_from(anna.port)
    line.wait_event(RecordingStarted, call=call)
    line.program.signal(signal.SIGKILL)
    line.program.wait_end(5.0)
    line.program.close()
    line.start_again()
    ended = line.wait_event(RecordingEnded, call=call, seconds=FILE_SECONDS)
    assert "the switch ended" in ended.reason
    left, right = line.sides(ended)
    assert len(left) > 2 * TALK_SECONDS * RATE - RATE
    spoken = slice(round(0.3 * RATE), len(left) - round(0.7 * RATE))
    assert clear(left[spoken], ANNA_HZ)
    assert clear(right[spoken], BARTEK_HZ)
    (one,) = json.loads(command(line, "recordings", "--json", log=room.folder / "list.log"))
    assert (one["call"], one["state"], one["sha256"]) == (call, "done", ended.sha256)
    exported = room.folder / "out.wav"
    words = ("recordings", "export", one["id"], "--to", str(exported), "--why", "test")
    assert ended.sha256 in command(line, *words, log=room.folder / "export.log")


def test_a_switch_that_stops_finishes_its_recordings(room_of: LineOf) -> None:
    room = room_of({"record": "always", "consent": "none", "form": "flac"})
    line = line_of(room)
    anna = room.pjsua2(ANNA, speaks=ANNA_HZ)
    room.pjsua2(BARTEK, speaks=BARTEK_HZ, answer=200)
    talk(anna, BARTEK)
    call = line.call_from(anna.port)
    line.stop()
    (ended,) = line.of_kind(RecordingEnded, call=call)
    assert ended.reason == ""
    left, right = line.sides(ended)
    assert len(left) > RATE
    assert clear(left[round(0.3 * RATE) : RATE], ANNA_HZ)
    assert clear(right[round(0.3 * RATE) : RATE], BARTEK_HZ)


# Secrets


def digits_in(samples: Samples) -> str:
    """Return the keys that the switch's own detector hears in a side of a recording."""
    detector, row, law = ToneDetector(1), np.array([0]), np.array([ALAW])
    linear = np.round(samples * 32767).astype(np.int16)
    frames = encode(linear[: len(linear) // FRAME * FRAME], ALAW).reshape(-1, FRAME)
    return "".join(digit for frame in frames for _, digit in detector.detect(row, frame[None], law))


def keys_as_sound(folder: Path, keys: str, *, rests: float = 0.0) -> Path:
    """Write the sound of keys, on the last of which a finger rests for some time."""
    tones = [sounds.key_tones(keys[:-1], on=KEY_ON, off=KEY_OFF)]
    tones.append(sounds.key_tones(keys[-1], on=KEY_ON + rests, off=KEY_OFF))
    return sounds.write_wav(folder / f"keys{keys}.wav", np.concatenate(tones))


def masked(switch: Switch, on: bool) -> None:
    """Do to the caller's leg what a step does that asks for something secret."""
    (seat,) = switch.signalling.originator.board.seats(ANNA)
    seat.leg.masked = on


@pytest.fixture
def phones(tmp_path: Path, ports: Ports) -> Iterator[tuple[InsideSwitch, Sequence[SoftPhone]]]:
    """Two phones on a switch in this process, which records all."""
    rules = RecordingsConfig(record="always", consent="none")
    with InsideSwitch(tmp_path / "home", recordings=rules) as switch:
        made = []
        for user, speaks, answer in ((ANNA, ANNA_HZ, 0), (BARTEK, BARTEK_HZ, 200)):
            tone = sounds.write_wav(tmp_path / f"{user}.wav", sounds.tone(speaks, 10.0))
            phone = start_pjsua2(
                user,
                switch.password,
                switch.server,
                ports=ports,
                folder=tmp_path,
                sound=str(tone),
                answer=answer,
            )
            phone.register()
            made.append(phone)
        try:
            yield switch, made
        finally:
            for phone in made:
                phone.close()


def test_no_secret_key_can_be_read_back_out_of_a_file(
    phones: tuple[InsideSwitch, Sequence[SoftPhone]], tmp_path: Path
) -> None:
    switch, (anna, _) = phones
    told: list[object] = []
    switch.do(lambda running: running.log.subscribe(lambda entry: told.append(entry.event)))
    talk(anna, BARTEK, 0.5)
    # A number that may be heard: what follows is not silent for another reason.
    anna.speak(keys_as_sound(tmp_path, "47"), once=True)
    anna.do("pass_time", seconds=1.0)
    switch.do(lambda running: masked(running, True))
    anna.speak(keys_as_sound(tmp_path, SECRET, rests=RESTS_SECONDS), once=True)
    # The last one is read when it begins to sound: that is the moment in which a step is over.
    anna.do("pass_time", seconds=len(SECRET) * (KEY_ON + KEY_OFF) - KEY_OFF - KEY_ON / 2)
    switch.do(lambda running: masked(running, False))
    anna.do("pass_time", seconds=RESTS_SECONDS + 1.0)
    anna.speak(tmp_path / f"{ANNA}.wav")
    anna.do("pass_time", seconds=TALK_SECONDS)
    anna.hang_up()
    until = time.monotonic() + FILE_SECONDS
    while not any(isinstance(event, RecordingEnded) for event in told) and time.monotonic() < until:
        time.sleep(0.1)
    (ended,) = [event for event in told if isinstance(event, RecordingEnded)]
    samples, _ = soundfile.read(tmp_path / "home" / "recordings" / ended.path, dtype="float64")
    left, right = samples[:, 0], samples[:, 1]
    assert digits_in(left) == "47"
    assert digits_in(right) == ""
    ((begin, end),) = ended.masked
    silent = slice(round(begin * RATE), round(end * RATE))
    assert not left[silent].any()
    assert not right[silent].any()
    last = slice(len(left) - round(0.9 * RATE), len(left) - round(0.2 * RATE))
    assert clear(left[last], ANNA_HZ)
    assert clear(right[last], BARTEK_HZ)
    kinds = [type(event) for event in told if isinstance(event, RecordingPaused | RecordingResumed)]
    assert kinds == [RecordingPaused, RecordingResumed]
    assert SECRET not in str(told)
