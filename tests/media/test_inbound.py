"""The way in: each packet to what it is, and nothing from strangers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from media import rtcp
from media.arrivals import FIRST_TARGET
from media.commands import SetStream
from media.concealment import Concealment
from media.control import Control, Peer
from media.g711 import ALAW, TRANSCODE, ULAW
from media.inbound import REPORT_SECONDS, Inbound
from media.jitter import FRAME_SLOTS, JitterBuffer
from media.legs import LOCK_PACKETS, LOCK_SECONDS, Address, Legs
from media.opening import Opening
from media.rtcp import ReceiverReport, ReportBlock
from media.tick import ControlPacket, Sending
from media.watch import TICK_SECONDS
from tests.fakes.rtp import Stream, batch_of

PROMISED: Address = ("10.0.0.1", 4000)
CONTROL: Address = ("10.0.0.1", 4001)
NAT: Address = ("192.0.2.7", 5555)
STRANGER: Address = ("198.51.100.66", 6666)
OURS, THEIRS = 0x11112222, 0x1234_5678
DELAY = FIRST_TARGET // FRAME_SLOTS
HUSH = 13


class Hushing(Concealment):
    """Keeps what it is told about hush."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.told: list[tuple[int, int, int]] = []

    def hush(self, row: int, level: int, slot: int) -> None:
        self.told.append((row, level, slot))


class Door:
    """The way in of four rows, and everything it tells."""

    def __init__(self) -> None:
        words = count(OURS)
        self.legs = Legs(lambda: next(words), capacity=4)
        self.jitter = JitterBuffer(4)
        self.concealment = Hushing(4)
        self.control = Control(4, lambda: 0)
        opening = Opening(len(self.legs.leg))
        self.inbound = Inbound(self.legs, self.jitter, self.concealment, self.control, opening, self)
        self.tick, self.now = 10, 100.0
        self.sending = Sending(rows=np.empty(0, np.int64))
        self.told: list[tuple[object, ...]] = []

    def key(self, row: int, digit: str, method: str, now: float) -> None:
        self.told.append(("key", row, digit, method, now))

    def source(self, row: int) -> None:
        self.told.append(("source", row, self.legs.destination[row]))

    def deaf(self, row: int, on: bool) -> None:
        self.told.append(("deaf" if on else "hears", row))

    def open(self, leg: int = 1, **changes: object) -> int:
        """Open a leg and agree; return its row."""
        row = self.legs.open(leg)
        self.jitter.reset(row)
        self.inbound.open(row)
        self.agree(row, **changes)
        return row

    def agree(self, row: int, **changes: object) -> None:
        known: dict[str, object] = {
            "leg": 1, "host": PROMISED[0], "port": PROMISED[1], "codec": "PCMA", "payload": 8,
            "digits_payload": 101, "digits_rate": 8000, "send": True, "receive": True, "silence_after": 0.0,
        }  # fmt: skip
        stream = SetStream(**(known | changes))  # type: ignore[arg-type]
        self.legs.agree(row, stream, tick=0, ticks_per_second=50)
        self.legs.ssrc[row] = OURS

    def take(
        self,
        packets: Iterable[tuple[int, bytes]] = (),
        sources: Mapping[int, Address] | None = None,
        controls: Iterable[ControlPacket] = (),
    ) -> Sending:
        """Let a tick's packets in; what is told of sources and controls is in the answer."""
        self.sending = Sending(rows=np.empty(0, np.int64))
        batch = replace(batch_of(packets, sources), controls=list(controls))
        self.inbound.receive(self.now, batch, self.tick, self.sending)
        self.jitter.take(self.tick * FRAME_SLOTS, 4)
        self.tick, self.now = self.tick + 1, self.now + TICK_SECONDS
        return self.sending

    def heard(self, row: int = 0) -> list[int]:
        """Return the first and last code of what came in the last tick, from where it will be played."""
        slot = (self.tick - 1 + DELAY) * FRAME_SLOTS
        there = self.jitter.present[row, slot % 64 : slot % 64 + 2]
        return self.jitter.frame(slot, 4)[row, [0, -1]].tolist() if there.all() else []

    def received(self, row: int = 0) -> int:
        return int(self.jitter.reception.received[row])

    def lost(self, row: int = 0) -> int:
        return self.jitter.reception.lost(row)


@pytest.fixture
def door() -> Door:
    made = Door()
    made.open()
    return made


def frame(code: int) -> bytes:
    return bytes([code]) * 160


# Sound


@pytest.mark.parametrize(
    ("codec", "payload", "sent", "transcoded"),
    [
        ("PCMA", 8, 8, None),
        ("PCMU", 0, 0, None),
        ("PCMA", 8, 0, ULAW),
        ("PCMU", 0, 8, ALAW),
        ("PCMA", 97, 97, None),
        ("PCMA", 97, 8, None),
        ("PCMA", 97, 0, ULAW),
    ],
)
def test_sound_comes_in_the_agreed_law_whichever_was_sent(door, codec, payload, sent, transcoded):
    door.agree(0, codec=codec, payload=payload)
    door.take([(0, Stream(payload_type=sent).audio(frame(0x12)))])
    code = 0x12 if transcoded is None else int(TRANSCODE[transcoded][0x12])
    assert door.heard() == [code, code]
    assert door.received() == 1


def test_only_the_packets_of_the_other_law_are_changed(door):
    door.open(2)
    right, wrong = Stream(), Stream(payload_type=0)
    for _ in range(2):
        door.take([(0, right.audio(frame(0x12))), (1, wrong.audio(frame(0x12)))])
        assert door.heard(0) == [0x12] * 2
        assert door.heard(1) == [int(TRANSCODE[ULAW][0x12])] * 2


@pytest.mark.parametrize("payload_type", [3, 9, 18, 96, 100])
def test_what_was_not_agreed_is_neither_sound_nor_a_sign_of_life(door, payload_type):
    door.take([(0, Stream(payload_type=payload_type).audio())], {0: NAT})
    assert (door.heard(), door.received(), door.told) == ([], 0, [])
    assert door.legs.last_heard[0] == 0
    assert door.legs.destination[0] == PROMISED


def test_before_anything_is_agreed_nothing_is_taken():
    door = Door()
    row = door.legs.open(1)
    door.inbound.open(row)
    phone = Stream()
    for kind in (0, 8, HUSH, 101):
        phone.payload_type = kind
        door.take([(0, phone.audio(bytes(4)))], {0: NAT})
    door.take(controls=[ControlPacket(0, report(), CONTROL)])
    assert (door.received(), door.told, door.control.peer(0)) == (0, [], None)


def test_whoever_sends_what_was_agreed_lives(door):
    phone = Stream()
    for kind in (8, 0, 101, HUSH):
        phone.payload_type = kind
        door.take([(0, phone.audio(bytes(4)))])
        assert door.legs.last_heard[0] == door.tick - 1


def test_a_leg_that_wants_no_sound_counts_it_all_the_same(door):
    """Else all that was sent while we held would be lost packets when the talk goes on."""
    phone = Stream()
    door.take([(0, phone.audio(frame(1)))])
    door.agree(0, receive=False)
    for _ in range(20):
        door.take([(0, phone.audio(frame(2)))])
        assert door.heard() == []
    phone.payload_type = HUSH
    door.take([(0, phone.audio(b"\x20"))])
    phone.payload_type = 8
    door.agree(0)
    door.take([(0, phone.audio(frame(3)))])
    assert (door.received(), door.lost()) == (23, 0)
    assert door.concealment.told == []
    assert door.legs.last_heard[0] == door.tick - 1


def test_a_stream_that_begins_while_nothing_is_wanted_is_counted_from_its_sound(door):
    door.agree(0, receive=False)
    phone = Stream()
    for _ in range(20):
        door.take([(0, phone.audio())])
    assert door.received() == 0
    door.agree(0)
    door.take([(0, phone.audio(frame(3)))])
    assert (door.received(), door.lost(), door.heard()) == (1, 0, [3, 3])


# Comfort noise


def test_hush_is_followed_from_its_place_in_the_sound(door):
    phone = Stream()
    door.take([(0, phone.audio())])
    place = (door.tick - 1 + DELAY) * FRAME_SLOTS
    phone.payload_type = HUSH
    for payload in (b"\x45", b"\xc5\x80\x80", b""):  # with spectrum; without a level
        packet = phone.audio(payload)
        phone.timestamp = 20_160
        door.take([(0, packet)])
    assert door.concealment.told == [(0, 0x45, place + 2), (0, 0x45, place + 2), (0, 127, place + 2)]
    assert (door.received(), door.lost(), door.told) == (4, 0, [])


def test_hush_before_any_sound_has_no_place(door):
    door.take([(0, Stream(payload_type=HUSH).audio(b"\x45"))])
    assert (door.concealment.told, door.received()) == ([], 0)
    assert door.legs.last_heard[0] == door.tick - 1


def test_a_stranger_hushes_nobody(door):
    phone, stranger = Stream(), Stream(ssrc=9, payload_type=HUSH)
    door.take([(0, phone.audio())], {0: PROMISED})
    door.take([(0, stranger.audio(b"\x45"))], {0: STRANGER})
    assert door.concealment.told == []


# Keys


def test_a_key_is_told_once_with_its_time(door):
    for packet in Stream().press("7"):
        door.take([(0, packet)])
    assert door.told == [("key", 0, "7", "rfc4733", 100.0)]


def test_keys_are_heard_where_no_sound_is_wanted(door):
    door.agree(0, receive=False)
    door.take([(0, packet) for packet in Stream().press("7")])
    assert [what[:3] for what in door.told] == [("key", 0, "7")]


def test_keys_share_the_numbers_of_the_sound_and_are_none_of_it(door):
    phone = Stream()
    door.take([(0, phone.audio(frame(1)))])
    for packet in phone.press("7"):
        door.take([(0, packet)])
        assert door.heard() == []
    door.take([(0, phone.audio(frame(1)))])
    assert (door.received(), door.lost()) == (10, 0)


@pytest.mark.parametrize("size", range(4))
def test_a_key_cut_short_is_nothing_and_a_sign_of_life(door, size):
    door.take([(0, Stream(payload_type=101).audio(bytes(size)))])
    assert door.told == []
    assert door.legs.last_heard[0] == door.tick - 1


# Sources


def test_the_source_of_what_was_agreed_is_followed_and_told(door):
    phone = Stream()
    sending = door.take([(0, phone.audio(frame(1)))], {0: NAT})
    assert (sending.moved, door.told, door.heard()) == ([(0, NAT)], [("source", 0, NAT)], [1, 1])
    assert door.take([(0, phone.audio())], {0: NAT}).moved == []


def test_who_speaks_beside_the_phone_is_not_heard_nor_a_sign_of_life(door):
    phone, stranger = Stream(), Stream(ssrc=9)
    door.take([(0, phone.audio(frame(1)))], {0: PROMISED})
    door.take([(0, stranger.audio(frame(66)))], {0: STRANGER})
    assert (door.heard(), door.received()) == ([], 1)
    assert door.legs.last_heard[0] == door.tick - 2
    door.take([(0, packet) for packet in stranger.press("1")], {0: STRANGER})
    assert [what[0] for what in door.told] == ["source"]


def test_packets_of_two_sources_in_one_tick_are_told_apart(door):
    phone, stranger = Stream(), Stream(ssrc=9)
    packets = [(0, stranger.audio(frame(66))), (0, phone.audio(frame(1)))]
    batch = replace(batch_of(packets), source={0: STRANGER, 1: PROMISED})
    door.inbound.receive(door.now, batch, door.tick, door.sending)
    assert door.legs.destination[0] == PROMISED
    assert door.sending.moved == [(0, STRANGER), (0, PROMISED)]
    door.tick += 1
    assert door.heard() == [1, 1]


def test_a_source_long_heard_is_locked_and_others_say_nothing_more(door):
    phone, stranger = Stream(), Stream(ssrc=9)
    door.agree(0, signalling_host=NAT[0])
    for _ in range(max(LOCK_PACKETS, round(LOCK_SECONDS / TICK_SECONDS)) + 2):
        sending = door.take([(0, phone.audio())], {0: NAT})
    assert sending.locked == [0]
    before = door.received()
    # Until the kernel's filter works alone, packets still come with their source.
    phone.skip()
    door.take([(0, stranger.audio(frame(66)))], {0: STRANGER})
    assert (door.heard(), door.received()) == ([], before)
    door.take([(0, phone.audio(frame(1)))])
    assert door.heard() == [1, 1]


# RTCP


def report(lost: int = 3, fraction: int = 0, highest: int = 100) -> bytes:
    block = ReportBlock(OURS, fraction, lost, highest=highest, jitter=0, last_sr=0, delay_since_sr=0)
    return rtcp.build([ReceiverReport(THEIRS, (block,))])


def test_rtcp_on_the_port_of_the_sound_is_no_sound(door):
    phone = Stream()
    door.take([(0, phone.audio(frame(1))), (0, report()), (0, phone.audio(frame(2)))], {0: PROMISED})
    assert door.control.peer(0) == Peer(None, 3, 0)
    assert (door.received(), door.lost()) == (2, 0)


def test_rtcp_alone_moves_nothing_and_is_no_sign_of_life(door):
    sending = door.take([(0, report())], {0: PROMISED})
    assert door.control.peer(0) == Peer(None, 3, 0)
    assert (door.legs.last_heard[0], door.received(), sending.moved, door.told) == (0, 0, [], [])


def test_rtcp_of_a_stranger_on_the_port_of_the_sound_is_dropped(door):
    door.take([(0, report())], {0: STRANGER})
    door.take([(0, report())], {0: (PROMISED[0], PROMISED[1] + 2)})
    assert door.control.peer(0) is None
    door.take([(0, report())])  # of a locked row, which the kernel guards
    assert door.control.peer(0) == Peer(None, 3, 0)


def test_rtcp_to_its_own_port_is_taken_from_where_it_was_promised(door):
    sending = door.take(controls=[ControlPacket(0, report(), CONTROL)])
    assert door.control.peer(0) == Peer(None, 3, 0)
    assert sending.controls_moved == []


def test_the_source_of_rtcp_is_followed_on_the_host_of_the_sound(door):
    """A NAT gives both ports of a phone numbers of its own."""
    door.take([(0, Stream().audio())], {0: NAT})
    source = (NAT[0], 7777)
    sending = door.take(controls=[ControlPacket(0, report(), source)])
    assert (sending.controls_moved, door.legs.controls[0]) == ([(0, source)], source)
    assert door.control.peer(0) == Peer(None, 3, 0)
    door.now += REPORT_SECONDS
    assert door.take(controls=[ControlPacket(0, report(4), source)]).controls_moved == []
    assert door.control.peer(0) == Peer(None, 4, 0)


def test_a_flood_of_reports_is_not_read(door):
    read = set()
    for number in range(1, 40):
        door.take(controls=[ControlPacket(0, report(number), CONTROL)] * 4)
        read.add(door.control.peer(0))
    assert len(read) == 4  # in 0.78 s, one every 200 ms


def test_rtcp_of_a_stranger_is_dropped_and_not_followed(door):
    door.take([(0, Stream().audio())], {0: NAT})
    for source in (STRANGER, CONTROL):  # the promised host, too, when the sound comes from elsewhere
        sending = door.take(controls=[ControlPacket(0, report(), source)])
        assert sending.controls_moved == []
    assert door.control.peer(0) is None
    assert door.legs.controls[0] == CONTROL


def test_reports_of_a_deaf_phone_are_told(door):
    for number in range(3):
        door.now += REPORT_SECONDS
        door.take(controls=[ControlPacket(0, report(number, fraction=255), CONTROL)])
    assert door.told == [("deaf", 0)]
    door.now += REPORT_SECONDS
    door.take(controls=[ControlPacket(0, report(9, highest=150), CONTROL)])
    assert door.told == [("deaf", 0), ("hears", 0)]


def test_a_phone_that_gets_no_further_than_it_was_is_deaf(door):
    for sent in (100, 200, 300):
        door.legs.sent[0] = sent
        door.now += REPORT_SECONDS
        door.take(controls=[ControlPacket(0, report(), CONTROL)])
    assert door.told == [("deaf", 0)]


def test_what_is_left_of_a_closed_leg_is_nobodys(door):
    door.legs.close(1)
    door.inbound.close(0)
    phone = Stream()
    packets = [(0, phone.audio()), *((0, packet) for packet in phone.press("1")), (0, report())]
    sending = door.take(packets, {0: PROMISED}, [ControlPacket(0, report(), CONTROL)])
    assert (door.told, sending.moved, sending.controls_moved) == ([], [], [])
    assert (door.received(), door.control.peer(0)) == (0, None)
