"""Waiting in a queue with phones we did not write: what callers hear, from the first note to the talk.

People outside come by a trunk (SIPp), and what they hear is judged at the wire, packet by packet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from media.tones import PROGRESS_HZ
from softswitch.events import (
    AgentChanged,
    BranchEntered,
    CallEnded,
    LegsBridged,
    PlaceTold,
    QueueEntered,
    QueueLeft,
    QueueTalkEnded,
)
from softswitch.queues.texts import ahead
from tests.peers import hearing, sounds
from tests.peers.ears import FRAME_SECONDS, Packet, ears
from tests.peers.line import SPEECH
from tests.peers.programs import Ports
from tests.peers.prompts import spoken
from tests.peers.queue_callers import Caller, Outside
from tests.peers.queue_line import AWAY, SURVEY, SURVEY_WORDS, QueueLine, queue_line
from tests.peers.room import Room
from tests.peers.sipp_phones import PHONES
from tests.peers.softphone import SoftPhone
from tests.peers.sounds import RATE, Samples

pytestmark = pytest.mark.peers

AGENT = "1001"
AGENT_HZ, CALLER_HZ = 600.0, 1000.0

SONG = "song.wav"
SONG_SECONDS = 30.0
SONG_HZ = (300.0, 3300.0)
"""A tone that rises all the time: any half second of it tells its place in the song."""
MESSAGE, MESSAGE_HZ, MESSAGE_SECONDS = "message.wav", 1500.0, 8.0
"""What callers are told again and again: a tone, so that each frame of it can be told from all else."""
QUIET = {"position": "off", "eta": "off"}
TOLD_SECONDS = 15.0
PIECE = 0.6
"""Of the song: its tone has risen by 60 Hz meanwhile, and fits nowhere else."""
FADE = 0.1
"""Where music begins in its midst it is faded in."""
SLIP_SECONDS = 0.03
LONGEST_BREATH = 0.4
"""What may be silent within a sentence and around it."""

CROWD = 50
BUSY_TONE_SECONDS = 0.3
"""One burst of it is half a second long."""
LEADS_TO = {"7": "1002", "8": "1003", "9": "1004"}
OTHERS = ["1002", "1003", "1004"]
TALK_SECONDS = 1.5
KEY_SECONDS = 0.2
"""How soon a key must act, from its first packet on."""

QUEUES = {
    "six": {
        "number": "601",
        "members": [AGENT],
        "language": "pl",
        "music": [SONG],
        "ring_s": 60,
        "keys": {"9": AWAY},
        "announce": {"position": {"first_after_s": 1, "every_s": 5}, "min_gap_s": 1, "eta": "off"},
    },
    "crowd": {
        "number": "602",
        "members": [AGENT],
        "ring_s": 60,
        "max_wait_s": 5,
        "on_max_wait": AWAY,
        "announce": QUIET,
    },
    "keys": {
        "number": "604",
        "keys": LEADS_TO,
        "announce": {**QUIET, "comfort": {"messages": [{"play": MESSAGE}], "start_s": 0.2}},
    },
    "cut": {
        "number": "605",
        "members": OTHERS,
        "strategy": "linear",
        "announce": {**QUIET, "comfort": {"messages": [{"play": MESSAGE}], "start_s": 0.2}},
    },
    "asked": {"number": "606", "members": [AGENT], "after_talk": SURVEY, "announce": QUIET},
    "patient": {"number": "603", "members": [AGENT], "answer": "when_agent", "announce": QUIET},
}


def song() -> Samples:
    """Return the song."""
    first, last = SONG_HZ
    at = np.arange(round(SONG_SECONDS * RATE)) / RATE
    turns = first * at + (last - first) / (2 * SONG_SECONDS) * at**2
    return np.asarray(sounds.TONE_LEVEL * np.sin(2 * np.pi * turns))


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[QueueLine]:
    """Run a line with queues for all tests of the module."""
    folder = tmp_path_factory.mktemp("queues")
    (folder / "home").mkdir()
    sounds.write_wav(folder / "home" / SONG, song())
    sounds.write_wav(folder / "home" / MESSAGE, sounds.tone(MESSAGE_HZ, MESSAGE_SECONDS))
    with queue_line(folder, ports, QUEUES) as made:
        yield made


@pytest.fixture
def room(line: QueueLine, ports: Ports, sounds_folder: Path, tmp_path: Path) -> Iterator[Room]:
    """Give the test a room for phones on that line."""
    with Room(line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as made:
        yield made


@pytest.fixture
def outside(room: Room, line: QueueLine, ports: Ports) -> Iterator[Outside]:
    """Give the test people outside."""
    with ears(ports) as made:
        yield Outside(room, line, made)


def serve(line: QueueLine, agent: SoftPhone, call: str) -> None:
    """Let the agent answer who rings, or who will, and begin to talk: it must be that call."""
    agent.expect("incoming")
    agent.do("answer", code=200)
    line.wait_event(LegsBridged, call=call)


# Places fall, and music goes on


def told(line: QueueLine, call: str, people: int) -> None:
    """Wait until a caller has been told so many."""
    line.wait_event(PlaceTold, call=call, ahead=people, seconds=TOLD_SECONDS)


def places_heard(line: QueueLine, sound: Samples, people: range) -> list[tuple[float, float]]:
    """Return where each of these numbers begins and ends in a sound, in seconds; all must be there."""
    found = []
    for number in people:
        sentence = ahead(number, "pl")
        prompt = spoken(sentence.text, sentence.language, folder=line.home / SPEECH)
        place = hearing.find(prompt, sound)
        assert place.score > hearing.CLEAR, (sentence.text, place)
        found.append((place.offset, place.offset + len(prompt) / RATE))
    return found


def place_in_song(sound: Samples, begin: float, end: float) -> float:
    """Return at which second of the song a part of a sound begins."""
    found = hearing.find(sound[round(begin * RATE) : round(end * RATE)], np.tile(song(), 2))
    assert found.score > hearing.CLEAR, (begin, end, found)
    return found.offset % SONG_SECONDS


@pytest.mark.punctual
def test_d11_d21_six_callers_hear_their_places_fall_and_the_music_go_on(
    room: Room, line: QueueLine, outside: Outside
) -> None:
    agent = room.pjsua2(AGENT, speaks=AGENT_HZ)
    fourth = room.pjsua2("2001", speaks=CALLER_HZ)
    first, second, third = outside.call("six", 3)
    line.wait_event(QueueEntered, queue="six", party=third.number)
    fourth.call("601")
    line.wait_event(QueueEntered, queue="six", party="2001")
    fifth, last = outside.call("six", 2)
    call = outside.call_id(last)
    told(line, call, 5)
    serve(line, agent, outside.call_id(first))
    told(line, call, 4)
    agent.hang_up()
    serve(line, agent, outside.call_id(second))
    told(line, call, 3)
    third.ear.press("9")
    told(line, call, 2)
    fourth.hang_up()
    told(line, call, 1)
    waited = last.ear.samples
    for one in (fifth, last):
        agent.hang_up()
        serve(line, agent, outside.call_id(one))
    agent.do("pass_time", seconds=0.5)
    agent.hang_up()
    outside.demand_ends()
    left = {event.party: (event.why, event.to) for event in line.of_kind(QueueLeft)}
    assert left == {third.number: ("key", AWAY), "2001": ("abandoned", "")}
    # In the order in which they came, and the last one has heard the whole song between the numbers.
    spoken_at = places_heard(line, waited, range(5, 0, -1))
    assert spoken_at == sorted(spoken_at)
    assert place_in_song(waited, FADE, FADE + PIECE) <= FADE
    for begin, end in spoken_at[:-1]:
        stopped_at = place_in_song(waited, begin - FADE - PIECE, begin - FADE) + PIECE + FADE
        went_on_at = place_in_song(waited, end + FADE, end + FADE + PIECE) - FADE
        assert abs(went_on_at - stopped_at) < SLIP_SECONDS, (begin, stopped_at, went_on_at)
    assert hearing.longest_silence(waited) < LONGEST_BREATH
    talk = last.ear.samples[-round(0.3 * RATE) :]
    assert hearing.share(talk, AGENT_HZ) > hearing.CLEAR


# Fifty at once


@pytest.mark.punctual
def test_d09_i06_fifty_callers_on_one_agent_are_all_answered_and_let_go(
    room: Room, line: QueueLine, outside: Outside
) -> None:
    agent = room.pjsua2(AGENT, speaks=AGENT_HZ)
    everybody = outside.call("crowd", CROWD)
    first, *others = everybody
    served = outside.call_id(first)
    serve(line, agent, served)
    left = line.wait_for(lambda: _all_sent_on(line), "that all others are sent on", seconds=TOLD_SECONDS)
    agent.hang_up()
    messages = outside.demand_ends()
    answers = Counter(message.split(maxsplit=2)[1] for message in messages if message.startswith("SIP/2.0 "))
    invited = sum(message.startswith("INVITE ") for message in messages)
    assert invited >= CROWD
    assert set(answers) <= {"100", "180", "200"}, answers
    assert {event.party for event in left} == {one.number for one in others}
    for one in everybody:
        sound = one.ear.samples
        assert hearing.seconds_heard(sound[: 3 * RATE]) > 2.5, "music, from the first second on"
        assert hearing.seconds_of(sound, PROGRESS_HZ) < BUSY_TONE_SECONDS, "and never a busy tone"
    ended = [line.wait_event(CallEnded, call=outside.call_id(one)) for one in everybody]
    assert {end.result for end in ended} == {"completed"}
    line.wait_event(AgentChanged, agent=AGENT, before="talking", state="ready")


def _all_sent_on(line: QueueLine) -> list[QueueLeft] | None:
    left = [event for event in line.of_kind(QueueLeft) if event.queue == "crowd"]
    return left if len(left) == CROWD - 1 else None


# Answered only by an agent


def test_t08_it_rings_until_an_agent_answers_and_then_both_hear_each_other(
    room: Room, line: QueueLine
) -> None:
    agent, caller = room.pjsua2(AGENT, speaks=AGENT_HZ), room.pjsua2("2001", speaks=CALLER_HZ)
    caller.dial("603")
    caller.expect("call", state="EARLY", code=180)
    agent.expect("incoming")
    caller.do("pass_time", seconds=2.5)
    assert not caller.did("call", state="CONFIRMED")
    agent.do("answer", code=200)
    caller.expect("call", state="CONFIRMED")
    agent.expect("call", state="CONFIRMED")
    heard = hearing.read(caller.listen(room.folder / "caller.wav", TALK_SECONDS))
    assert hearing.share(heard[RATE // 2 :], AGENT_HZ) > hearing.CLEAR
    heard = hearing.read(agent.listen(room.folder / "agent.wav", TALK_SECONDS))
    assert hearing.share(heard[RATE // 2 :], CALLER_HZ) > hearing.CLEAR
    caller.hang_up()
    statuses = re.findall(
        r"^SIP/2\.0 (\d+) .*?^CSeq: \d+ INVITE", caller.log.read_text("latin-1"), re.M | re.S
    )
    assert list(dict.fromkeys(statuses)) == ["401", "100", "180", "200"]


# At once


def is_message(packet: Packet) -> bool:
    """Tell whether a packet holds what callers are told."""
    samples = packet.samples
    turns = np.exp(-2j * np.pi * MESSAGE_HZ * np.arange(len(samples)) / RATE)
    energy = float(np.sum(samples**2))
    at = 2 * abs(np.sum(samples * turns)) ** 2 / len(samples)
    return energy > 0.01 and at > hearing.CLEAR * energy


def message_over(caller: Caller, since: float) -> float:
    """Return when the last frame of the message came to a caller who heard it at a time of the wall clock."""
    before = [packet for packet in caller.ear.packets if packet.at <= since]
    assert is_message(before[-1]), "the message was being heard"
    return max((packet.at for packet in caller.ear.since(since) if is_message(packet)), default=since)


@pytest.mark.punctual
def test_a_key_during_an_announcement_acts_at_once(room: Room, line: QueueLine, outside: Outside) -> None:
    answers = next(phone for phone in PHONES if phone.name == "answer")
    keys = {key: room.sipp_phone(answers, user=user, alone=False) for key, user in LEADS_TO.items()}
    callers = outside.call("keys", len(keys), leaves_after=3.0)
    for caller in callers:
        caller.ear.wait_until(is_message)
    pressed = [caller.ear.press(key) for caller, key in zip(callers, keys, strict=True)]
    outside.demand_ends()
    cut = [message_over(caller, at) - at for caller, at in zip(callers, pressed, strict=True)]
    rung = [
        next(at for at, message in phone.result().timed() if message.startswith("INVITE ")) - at_first
        for phone, at_first in zip(keys.values(), pressed, strict=True)
    ]
    assert median(cut) < KEY_SECONDS, cut
    assert median(rung) < KEY_SECONDS, rung


@pytest.mark.punctual
def test_an_agents_answer_cuts_an_announcement_within_two_ticks(
    room: Room, line: QueueLine, outside: Outside
) -> None:
    answers = next(phone for phone in PHONES if phone.name == "answer")
    agents = [room.sipp_phone(answers, user=user, alone=False) for user in OTHERS]
    cut: list[float] = []
    callers = outside.call("cut", len(agents), leaves_after=3.0)
    outside.demand_ends()
    for caller, agent in zip(callers, agents, strict=True):
        (answered,) = (
            at
            for at, message in agent.result().timed()
            if message.startswith("SIP/2.0 200") and "INVITE" in message
        )
        cut.append(message_over(caller, answered) - answered)
        assert len(caller.ear.since(answered)) > 1 / FRAME_SECONDS, "the talk is heard in its place"
    assert median(cut) < 2 * FRAME_SECONDS, cut


# After the talk


def test_p11_who_is_left_by_the_agent_is_asked_how_it_was_and_who_leaves_is_not(
    room: Room, line: QueueLine, outside: Outside
) -> None:
    agent = room.pjsua2(AGENT, speaks=AGENT_HZ)
    stays = outside.calls("asked")
    serve(line, agent, outside.call_id(stays))
    agent.hang_up()
    entered = line.wait_event(BranchEntered, call=outside.call_id(stays))
    assert entered.tree == "survey"
    outside.demand_ends()
    words = spoken(SURVEY_WORDS, "en", folder=line.home / SPEECH)
    assert hearing.find(words, stays.ear.samples).score > hearing.CLEAR
    (leaves,) = outside.call("asked", 1, leaves_after=1.0)
    serve(line, agent, outside.call_id(leaves))
    outside.demand_ends()
    ended = line.wait_event(CallEnded, call=outside.call_id(leaves))
    assert ended.reason == "caller_hung_up"
    assert not line.of_kind(BranchEntered, call=outside.call_id(leaves))
    talks = [(event.agent, event.by) for event in line.of_kind(QueueTalkEnded) if event.queue == "asked"]
    assert talks == [(AGENT, "agent"), (AGENT, "caller")]
