from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.exchange import Room
from benchmarks.modes import Mode
from benchmarks.phone_key import PHONES_KEY, SUITE
from media import commands as ask
from media import events as tell
from media.recording_messages import RecordingEnded


class Client:
    """Opens legs on made-up ports, and keeps what it is told to do."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[Any], None]] = []
        self.said: list[ask.AnyCommand] = []
        self.recordings: list[tuple[Path, Callable[[RecordingEnded], None]]] = []

    async def open_leg(self, host: str, listener: Callable[[Any], None], *, near: object) -> SimpleNamespace:
        self.listeners.append(listener)
        number = len(self.listeners)
        return SimpleNamespace(number=number, port=20_000 + 2 * number)

    def send(self, leg: SimpleNamespace, command: ask.AnyCommand) -> None:
        self.said.append(command)
        if isinstance(command, ask.CloseLeg):
            self.listeners[leg.number - 1](tell.LegClosed(leg.number, tell.Statistics(lost=leg.number)))

    def record(
        self, leg: SimpleNamespace, path: Path, listener: Callable[[RecordingEnded], None], **how: str
    ) -> int:
        assert how == {"layout": "stereo", "then": "wav"}
        self.recordings.append((path, listener))
        return len(self.recordings)

    def told(self, kind: type) -> list[Any]:
        return [one for one in self.said if isinstance(one, kind)]


def a_room(mode: Mode, folder: Path = Path("/nowhere")) -> tuple[Room, Client]:
    client = Client()
    return Room(client, mode, folder, music=7), client  # type: ignore[arg-type]


async def test_encrypted_phones_have_legs_with_keys_and_what_is_not_read_is_lost():
    room, client = a_room(Mode.QUEUE)
    room.srtp = True
    await room.open([4000])
    (stream,) = client.told(ask.SetStream)
    assert stream.theirs == ask.MediaKey(SUITE, PHONES_KEY)
    assert stream.ours.key != PHONES_KEY
    client.listeners[0](tell.LegClosed(1, tell.Statistics(lost=2, unauthentic=3)))
    assert room.lost == 5


async def test_each_phone_has_a_leg_that_speaks_its_law():
    room, client = a_room(Mode.QUEUE)
    assert await room.open([4000, 4002]) == [20_002, 20_004]
    assert await room.open([4004]) == [20_006]
    streams = client.told(ask.SetStream)
    assert [(one.port, one.codec, one.send, one.receive) for one in streams] == [
        (port, "PCMA", True, True) for port in (4000, 4002, 4004)
    ]


async def test_callers_of_a_queue_share_one_music():
    room, client = a_room(Mode.QUEUE)
    await room.open([4000, 4002])
    assert client.told(ask.HearLoop) == [ask.HearLoop(leg, (7,), shared=True) for leg in (1, 2)]


async def test_pairs_hear_each_other_and_no_keys_are_searched():
    room, client = a_room(Mode.BRIDGE)
    await room.open([4000, 4002, 4004, 4006])
    joined = [(one.leg, one.other) for one in client.told(ask.HearLeg)]
    assert joined == [(1, 2), (2, 1), (3, 4), (4, 3)]
    assert not client.told(ask.ListenForTones)
    assert not client.recordings


async def test_rooms_of_a_conference_change_as_it_grows():
    room, client = a_room(Mode.CONFERENCE)
    await room.open([4000, 4002, 4004])
    client.said.clear()
    await room.open([4006])
    assert client.told(ask.HearRoom) == [ask.HearRoom(4, 1, speaks=True)]
    client.said.clear()
    await room.open(list(range(5000, 5058, 2)))
    assert len({one.leg for one in client.told(ask.HearRoom)}) == 33
    assert room.seats.count(0) == 30


async def test_each_pair_has_one_recording_whose_file_goes(tmp_path):
    room, client = a_room(Mode.RECORD, tmp_path)
    await room.open([4000, 4002, 4004, 4006])
    paths = [tmp_path / "one.wav", tmp_path / "two.wav"]
    for path, (_, listener), reason in zip(paths, client.recordings, ["", "the disk is full"], strict=True):
        path.touch()
        listener(RecordingEnded(1, str(path), 1.0, "", reason=reason))
    await room.close()
    assert room.broken == 1
    assert not any(path.exists() for path in paths)


async def test_what_the_worker_missed_is_summed_up_and_begins_anew():
    room, _ = a_room(Mode.BRIDGE)
    await room.open([4000, 4002])
    await room.close()
    assert (room.lost, room.broken, room.legs) == (3, 0, [])
    await room.open([4000, 4002])
    await room.close()
    assert room.lost == 7


async def test_what_cannot_be_done_is_said(capsys):
    room, client = a_room(Mode.BRIDGE)
    await room.open([4000, 4002])
    client.listeners[0](tell.CommandFailed(1, "no such leg"))
    assert "no such leg" in capsys.readouterr().err


async def test_menus_are_not_for_a_worker_alone():
    room, _ = a_room(Mode.IVR)
    with pytest.raises(ValueError, match="whole switch"):
        await room.open([4000])
