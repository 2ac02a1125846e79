"""Keys pressed towards phones, tick by tick."""

from __future__ import annotations

import pytest

from media import commands as ask
from media.g711 import FRAME
from media.hearing import MOST_WAITING
from media.keypad import TICK_MS, Keypad
from media.legs import Legs
from media.telephone_event import DIGITS, END_COPIES, EventPacket, EventReceiver, parse_event
from tests.media.room import header


class Phones:
    """Rows with a keypad; time passes on all of them."""

    def __init__(self, rows: int = 1, **changes: object) -> None:
        words = iter(range(0x1000, 0x2000))
        self.legs = Legs(lambda: next(words), capacity=rows)
        self.keypad = Keypad(self.legs)
        self.sent: dict[int, list[bytes]] = {row: [] for row in range(rows)}
        for row in range(rows):
            self.legs.open(row)
            self.agree(row, **changes)

    def agree(self, row: int = 0, **changes: object) -> None:
        """Agree on something with the phone of a row."""
        known: dict[str, object] = {
            "leg": row, "host": "10.0.0.1", "port": 4000, "codec": "PCMA", "payload": 8,
            "digits_payload": 101, "digits_rate": 8000, "send": True, "receive": True, "silence_after": 0.0,
        }  # fmt: skip
        stream = ask.SetStream(**(known | changes))  # type: ignore[arg-type]
        self.legs.agree(row, stream, tick=0, ticks_per_second=50)

    def tick(self, ticks: int = 1) -> list[int]:
        """Let time pass; return the rows that were busy with keys in the last tick."""
        busy: list[int] = []
        for _ in range(ticks):
            for row in self.keypad.rows():
                if (packet := self.keypad.step(row)) is not None:
                    self.sent[row].append(packet)
            busy = self.keypad.rows()
            self.legs.timestamp += FRAME
        return busy

    def events(self, row: int = 0) -> list[EventPacket]:
        """Return what was sent on a row."""
        found = [parse_event(packet[12:]) for packet in self.sent[row]]
        return [event for event in found if event is not None]

    def understood(self, row: int = 0) -> str:
        """Return the keys as a phone understands them."""
        receiver, keys = EventReceiver(), ""
        for packet, event in zip(self.sent[row], self.events(row), strict=True):
            _, marker, sequence, timestamp, ssrc = header(packet)
            keys += receiver.receive(
                ssrc=ssrc, timestamp=timestamp, sequence=sequence, marker=marker, event=event
            )
        return keys


def test_a_key_is_its_time_and_three_ends():
    phones = Phones()
    phones.keypad.press(0, "5", 100, 0)
    phones.tick(20)
    assert [(event.code, event.end, event.duration) for event in phones.events()] == [
        *[(5, False, count * FRAME) for count in range(1, 6)],
        *[(5, True, 5 * FRAME)] * END_COPIES,
    ]


def test_all_packets_of_a_key_have_the_stamp_of_its_beginning_and_numbers_of_their_own():
    phones = Phones()
    begun, number = int(phones.legs.timestamp[0]), int(phones.legs.sequence[0])
    phones.tick(3)
    phones.keypad.press(0, "1", 60, 0)
    phones.tick(10)
    headers = [header(packet) for packet in phones.sent[0]]
    assert {kind for kind, _, _, _, _ in headers} == {101}
    assert [marker for _, marker, _, _, _ in headers] == [True] + [False] * 5
    assert [sequence for _, _, sequence, _, _ in headers] == list(range(number + 1, number + 7))
    assert {timestamp for _, _, _, timestamp, _ in headers} == {begun + 3 * FRAME}
    assert {ssrc for _, _, _, _, ssrc in headers} == {int(phones.legs.ssrc[0])}


def test_one_packet_leaves_in_a_tick_and_the_row_is_free_in_the_tick_after_the_last():
    phones = Phones()
    phones.keypad.press(0, "1", 60, 0)
    for sent in range(1, 7):
        assert phones.tick() == [0]
        assert len(phones.sent[0]) == sent
    assert phones.tick() == []
    assert len(phones.sent[0]) == 6


def test_several_keys_follow_each_other_with_their_pause():
    phones = Phones()
    phones.keypad.press(0, "12", 60, 80)
    stamps = []
    for _ in range(30):
        before = len(phones.sent[0])
        phones.tick()
        if len(phones.sent[0]) > before:
            stamps.append(header(phones.sent[0][-1])[3])
    first, second = sorted(set(stamps))
    assert second - first == (3 + END_COPIES + 80 // TICK_MS) * FRAME
    assert phones.understood() == "12"


def test_a_row_in_the_pause_between_two_keys_is_busy_and_sends_nothing():
    phones = Phones()
    phones.keypad.press(0, "12", 40, 100)
    phones.tick(2 + END_COPIES)
    sent = len(phones.sent[0])
    for _ in range(100 // TICK_MS):
        assert phones.tick() == [0]
    assert len(phones.sent[0]) == sent
    phones.tick()
    assert len(phones.sent[0]) == sent + 1


def test_keys_that_come_while_others_are_pressed_wait_their_turn():
    phones = Phones()
    phones.keypad.press(0, "1", 100, 40)
    phones.tick(3)
    phones.keypad.press(0, "23", 60, 40)
    phones.tick(2)
    phones.keypad.press(0, "1", 60, 0)
    phones.tick(100)
    assert phones.understood() == "1231"
    assert phones.keypad.rows() == []


def test_the_same_key_twice_is_two_presses():
    phones = Phones()
    phones.keypad.press(0, "77", 40, 0)
    phones.tick(50)
    assert phones.understood() == "77"


def test_every_key_can_be_pressed_and_what_is_none_is_left_out():
    phones = Phones()
    phones.keypad.press(0, "x" + " ".join(DIGITS) + "-é", 40, 0)
    phones.tick(16 * 5 + 1)
    assert phones.understood() == DIGITS


def test_pressing_what_is_no_key_does_not_occupy_the_row():
    phones = Phones()
    phones.keypad.press(0, "x?", 40, 100)
    phones.keypad.press(0, "", 40, 100)
    assert phones.tick() == []
    assert phones.sent[0] == []


def test_the_clock_of_the_keys_may_be_another():
    phones = Phones(digits_rate=16_000)
    phones.keypad.press(0, "3", 100, 0)
    phones.tick(20)
    durations = [event.duration for event in phones.events()]
    assert durations == [320, 640, 960, 1280, 1600, 1600, 1600, 1600]


def test_the_payload_type_is_the_agreed_one():
    phones = Phones(digits_payload=96)
    phones.keypad.press(0, "3", 40, 0)
    phones.tick(20)
    assert {header(packet)[0] for packet in phones.sent[0]} == {96}


def test_a_hold_in_the_midst_of_a_key_lets_it_wait():
    phones = Phones()
    phones.keypad.press(0, "19", 100, 40)
    phones.tick(3)
    phones.agree(send=False)
    assert phones.tick(50) == [0]
    assert len(phones.sent[0]) == 3
    phones.agree()
    phones.tick(50)
    assert phones.understood() == "19"
    first = [packet for packet in phones.sent[0] if packet[12] == 1]
    assert len({header(packet)[3] for packet in first}) == 1
    assert [event.duration // FRAME for event in phones.events()[:8]] == [1, 2, 3, 4, 5, 5, 5, 5]
    numbers = [header(packet)[2] for packet in phones.sent[0]]
    assert numbers == list(range(numbers[0], numbers[0] + 16))


def test_keys_pressed_during_a_hold_come_after_it():
    phones = Phones()
    phones.agree(send=False)
    phones.keypad.press(0, "4", 40, 0)
    phones.tick(10)
    assert phones.sent[0] == []
    stamp = int(phones.legs.timestamp[0])
    phones.agree()
    phones.tick(10)
    assert phones.understood() == "4"
    assert {header(packet)[3] for packet in phones.sent[0]} == {stamp}


def test_what_is_taken_back_is_what_was_not_begun():
    phones = Phones()
    phones.keypad.press(0, "1234", 60, 40)
    phones.tick(2)
    assert phones.keypad.take_back(0) == "234"
    assert phones.keypad.rows() == []
    phones.tick(20)
    assert len(phones.sent[0]) == 2
    assert phones.keypad.take_back(0) == ""


def test_a_key_that_has_ended_is_not_taken_back():
    phones = Phones()
    phones.keypad.press(0, "12", 40, 200)
    phones.tick(8)
    assert phones.keypad.take_back(0) == "2"


def test_nothing_is_left_of_a_row_that_was_dropped():
    phones = Phones()
    phones.keypad.press(0, "12", 40, 0)
    phones.tick(2)
    phones.keypad.drop(0)
    phones.keypad.drop(0)
    assert phones.tick(20) == []
    assert len(phones.sent[0]) == 2
    phones.keypad.press(0, "3", 40, 0)
    phones.tick(20)
    assert phones.understood() == "13"


def test_a_flood_does_not_wait_for_ever():
    phones = Phones()
    phones.keypad.press(0, "0", 40, 0)
    phones.tick()
    for _ in range(100):
        phones.keypad.press(0, "123456789", 40, 0)
    phones.tick(MOST_WAITING * 5 + 5)
    assert phones.keypad.rows() == []
    assert len(phones.understood()) == 1 + MOST_WAITING


def test_after_a_flood_keys_are_taken_again():
    phones = Phones()
    phones.keypad.press(0, "1" * 1000, 40, 0)
    phones.tick(10)
    phones.keypad.press(0, "2", 40, 0)
    phones.tick(MOST_WAITING * 5 + 5)
    assert phones.understood() == "1" * MOST_WAITING + "2"


def test_rows_press_side_by_side():
    phones = Phones(rows=3)
    phones.keypad.press(2, "9", 40, 0)
    phones.keypad.press(0, "12", 100, 40)
    assert sorted(phones.tick()) == [0, 2]
    phones.tick(50)
    assert [phones.understood(row) for row in range(3)] == ["12", "", "9"]


def test_packets_of_keys_are_counted():
    phones = Phones()
    phones.keypad.press(0, "5", 100, 0)
    phones.tick(20)
    assert (int(phones.legs.sent[0]), int(phones.legs.octets[0])) == (8, 32)


@pytest.mark.parametrize("milliseconds", [0, 1, 39])
def test_no_key_is_too_short_to_be_heard(milliseconds):
    """Two packets at least, so that one may be lost."""
    phones = Phones()
    phones.keypad.press(0, "8", milliseconds, 0)
    phones.tick(20)
    assert [event.duration for event in phones.events()] == [160, 320, 320, 320, 320]
