"""What arrives on an encrypted row: read when it is authentic and new, else as if it had never come."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import commands as ask
from media import events as tell
from media import rtcp, rtp
from media.opening import MOST_SENDERS, OLD_KEY_TICKS, WINDOW, Opening, Window, estimate
from media.rtcp import ReceiverReport, ReportBlock
from media.srtp import SUITES, Key
from media.tick import ControlPacket
from tests.fakes.rtp import Stream, batch_of
from tests.media.room import Room
from tests.media.secret_phone import CM_80, SecretPhone, media_key

LOUD = b"\x10" * 160
STRANGER = ("10.9.9.9", 4000)
PHONE = ("10.0.0.1", 4000)


def heard(room: Room, leg: int = 1) -> tuple[int, int]:
    """Return how many packets of a leg were taken, and how many were not authentic."""
    statistics = room.engine.statistics(leg)
    return statistics.received, statistics.unauthentic


def echoed(room: Room, phone: SecretPhone, ticks: int = 6) -> set[int]:
    """Let ticks pass; return the codes the phone hears back of itself."""
    codes: set[int] = set()
    for _ in range(ticks):
        for packet in room.tick()[1]:
            codes |= set((phone.reads(packet) or b"")[rtp.HEADER :])
    return codes


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("mki", [b"", b"\x01\x02\x03\x04"])
def test_a_phone_is_heard(suite, mki):
    room = Room()
    phone = SecretPhone(room, suite=suite, mki=mki)
    room.engine.command(ask.HearItself(1))
    for code in range(20):
        room.tick([(1, phone.audio(bytes([0x20 + code]) * 160))])
    assert heard(room) == (20, 0)
    back = [phone.reads(packet) for packet in room.sent[1][5:]]
    assert {(packet or b"")[rtp.HEADER] for packet in back} >= set(range(0x24, 0x30))


@pytest.mark.parametrize("suite", ["AES_CM_128_HMAC_SHA1_80", "AEAD_AES_128_GCM"])
def test_packets_of_every_shape_are_read(suite):
    room = Room()
    phone = SecretPhone(room, suite=suite)

    def shaped(first: int, more: bytes, payload: bytes) -> bytes:
        plain = phone.stream.audio(payload)
        return phone.sealed(bytes([first]) + plain[1:12] + more + plain[12:])

    packets = [
        shaped(0x90, bytes.fromhex("bede000111223344"), LOUD),
        shaped(0x81, bytes.fromhex("00000009"), LOUD),
        # The padding is encrypted with the rest (RFC 3711 §3.1): its count shows only afterwards.
        shaped(0xA0, b"", LOUD + b"\x00\x02"),
        shaped(0x80, b"", LOUD[:80]),
        shaped(0x80, b"", LOUD * 3),
    ]
    for packet in packets:
        room.tick([(1, packet)])
    assert heard(room) == (5, 0)


def test_several_packets_of_one_phone_in_one_tick_are_read_in_their_order():
    room = Room()
    phones = [SecretPhone(room, leg, seed=leg) for leg in (1, 2, 3)]
    room.tick([(phone.leg, phone.audio()) for phone in phones])
    room.tick([(phone.leg, phone.audio()) for phone in phones for _ in range(phone.leg)])
    assert [heard(room, leg) for leg in (1, 2, 3)] == [(2, 0), (3, 0), (4, 0)]


def test_plain_sound_on_an_encrypted_row_is_dropped():
    room = Room()
    phone = SecretPhone(room)
    room.engine.command(ask.HearItself(1))
    for _ in range(10):
        room.tick([(1, phone.stream.audio(LOUD))], {1: STRANGER})
    assert heard(room) == (0, 10)
    assert 0x10 not in echoed(room, phone)
    assert room.take(tell.MediaArrived) == []
    assert room.engine.legs.destination[room.rows[1]] == PHONE


def test_a_forger_neither_moves_the_leg_nor_is_heard_beside_the_phone():
    room = Room()
    phone = SecretPhone(room)
    forger = SecretPhone(Room(), seed=40)
    room.engine.command(ask.HearItself(1))
    for _ in range(40):
        room.tick([(1, forger.audio(LOUD))], {1: STRANGER})
        room.tick([(1, phone.audio())], {1: PHONE})
    assert heard(room) == (40, 40)
    assert 0x10 not in {code for packet in room.sent[1] for code in (phone.reads(packet) or b"")[12:]}
    assert room.engine.legs.destination[room.rows[1]] == PHONE


def test_the_silence_of_a_phone_is_seen_behind_a_forgers_noise():
    room = Room()
    SecretPhone(room, silence_after=2.0)
    forger = SecretPhone(Room(), seed=40)
    for _ in range(150):
        room.tick([(1, forger.audio(LOUD))], {1: STRANGER})
    assert room.take(tell.MediaTimeout)


def test_what_was_heard_once_is_not_heard_again():
    room = Room()
    phone = SecretPhone(room)
    packets = [phone.audio() for _ in range(30)]
    for packet in packets:
        room.tick([(1, packet), (1, packet)])
    for packet in packets:
        room.tick([(1, packet)])
    # Repeats are no forgeries: networks make them.
    assert heard(room) == (30, 0)


def test_late_packets_are_taken_within_the_window_only():
    room = Room()
    phone = SecretPhone(room)
    packets = [phone.audio() for _ in range(2 * WINDOW)]
    room.tick([(1, packets[0])])
    room.tick([(1, packets[-1])])
    room.tick([(1, packets[-WINDOW])])
    assert room.engine.statistics(1).received == 3
    room.tick([(1, packets[-WINDOW - 1])])
    assert heard(room) == (3, 0)


def test_the_sequence_number_wraps():
    room = Room()
    phone = SecretPhone(room)
    phone.stream.sequence = 65_530
    held = b""
    for number in range(20):
        packet = phone.audio()
        if number == 4:
            held = packet  # It comes when the numbers have begun anew.
            continue
        room.tick([(1, packet)])
    room.tick([(1, held)])
    assert heard(room) == (20, 0)


def test_a_phone_that_begins_in_the_wrong_order_at_a_wrap_is_read():
    room = Room()
    phone = SecretPhone(room)
    phone.stream.sequence = 2
    early = phone.audio()
    phone.stream.sequence = 1
    room.tick([(1, early)])
    room.tick([(1, phone.audio())])
    assert heard(room) == (2, 0)


def test_a_phone_whose_numbers_have_wrapped_already_is_read_from_its_first_packet_on():
    room = Room()
    phone = SecretPhone(room)
    phone.stream.sequence = 3 * 65_536 + 65_530
    for _ in range(10):
        room.tick([(1, phone.audio())])
    assert heard(room) == (10, 0)


def test_a_new_sender_of_the_phone_is_followed_and_an_old_one_is_not_repeated():
    room = Room()
    phone = SecretPhone(room)
    before = [phone.audio() for _ in range(10)]
    for packet in before:
        room.tick([(1, packet)])
    again = Stream(ssrc=99, sequence=3)
    phone.stream = again
    for _ in range(20):
        room.tick([(1, phone.audio())])
    assert heard(room)[1] == 0
    taken = heard(room)[0]
    for packet in before:
        room.tick([(1, packet)])
    assert heard(room) == (taken, 0)
    phone.stream = Stream(ssrc=1, sequence=1010)
    for _ in range(20):
        room.tick([(1, phone.audio())])
    assert heard(room)[0] > taken


def test_nobody_makes_a_row_remember_senders_without_end():
    opening = Opening(1)
    key = media_key(CM_80, 5)
    opening.agree(0, key)
    speaks = Key(key.suite, key.key)
    taken = 0
    for ssrc in range(MOST_SENDERS + 5):
        packet = speaks.protect(Stream(ssrc=ssrc, sequence=1).audio(), 1)
        taken += int(opening.open(batch_of([(0, packet)]), 0)[0] > 0)
    assert taken == MOST_SENDERS + 1
    assert opening.unauthentic[0] == 4


def test_a_new_key_is_read_beside_the_old_one_until_the_phone_uses_it():
    room = Room()
    phone = SecretPhone(room)
    for _ in range(5):
        room.tick([(1, phone.audio())])
    fresh = media_key(CM_80, 11)
    room.agree(1, ours=phone.ours, theirs=fresh)
    late = phone.audio()
    for _ in range(5):
        room.tick([(1, phone.audio())])
    assert heard(room) == (10, 0)
    phone.use(fresh)
    for _ in range(5):
        room.tick([(1, phone.audio())])
    assert heard(room) == (15, 0)
    room.tick([(1, late)])
    assert heard(room) == (15, 1)


def test_what_came_under_the_old_key_is_not_repeated_under_it():
    room = Room()
    phone = SecretPhone(room)
    packet = phone.audio()
    room.tick([(1, packet)])
    room.agree(1, ours=phone.ours, theirs=media_key(CM_80, 11))
    room.tick([(1, packet)])
    assert heard(room) == (1, 0)


def test_an_old_key_is_forgotten_when_its_time_is_over():
    room = Room()
    phone = SecretPhone(room)
    room.tick([(1, phone.audio())])
    room.agree(1, ours=phone.ours, theirs=media_key(CM_80, 11))
    room.engine.tick_number += OLD_KEY_TICKS + 1
    room.tick([(1, phone.audio())])
    assert heard(room) == (1, 1)


def test_another_suite_is_agreed_on_in_the_call():
    room = Room()
    phone = SecretPhone(room)
    room.tick([(1, phone.audio())])
    ours, theirs = media_key("AEAD_AES_256_GCM", 12), media_key("AEAD_AES_256_GCM", 13)
    room.agree(1, ours=ours, theirs=theirs)
    phone.use(theirs)
    phone.listen(ours)
    (packet,) = room.tick([(1, phone.audio())])[1]
    assert heard(room) == (2, 0)
    assert phone.reads(packet) is not None


def test_a_row_without_keys_again_is_plain():
    room = Room()
    phone = SecretPhone(room)
    room.tick([(1, phone.audio())])
    room.agree(1)
    room.tick([(1, phone.stream.audio())])
    assert heard(room) == (2, 0)
    room.close(1)
    room.open(1)
    room.tick([(1, Stream(ssrc=5).audio())])
    assert heard(room) == (1, 0)


def test_two_legs_with_and_without_keys_hear_each_other():
    room = Room()
    secret, plain = SecretPhone(room, 1), room.open(2)
    room.engine.command(ask.HearLeg(1, 2))
    room.engine.command(ask.HearLeg(2, 1))
    for _ in range(15):
        out = room.tick([(1, secret.audio(b"\x21" * 160)), (2, plain.audio(b"\x22" * 160))])
    assert out[2][0][rtp.HEADER :] == b"\x21" * 160
    assert (secret.reads(out[1][0]) or b"")[rtp.HEADER :] == b"\x22" * 160


def test_keys_of_an_encrypted_phone_are_read():
    room = Room()
    phone = SecretPhone(room)
    room.tick([(1, phone.audio())])
    for packet in phone.stream.press("7"):
        room.tick([(1, phone.sealed(packet))])
    assert [key.digit for key in room.take(tell.DigitHeard)] == ["7"]


def test_a_key_nobody_proves_is_no_key():
    room = Room()
    phone = SecretPhone(room)
    room.tick([(1, phone.audio())])
    for packet in phone.stream.press("7"):
        room.tick([(1, packet)])
    assert room.take(tell.DigitHeard) == []


# RTCP


def report(room: Room, lost: int) -> bytes:
    """Return what a phone says of how it hears leg 1."""
    ssrc = int(room.engine.legs.ssrc[room.rows[1]])
    return rtcp.build([ReceiverReport(1, (ReportBlock(ssrc, 0, lost, 100, 0, 0, 0),))])


def told(room: Room, data: bytes, source: tuple[str, int] = ("10.0.0.1", 4001)) -> int:
    """Let RTCP arrive on leg 1; return what is known of its losses."""
    batch = batch_of([], {})
    batch.controls.append(ControlPacket(room.rows[1], data, source))
    room.engine.tick(room.now, batch)
    room.now += 1.0
    return room.engine.statistics(1).lost_by_phone


@pytest.mark.parametrize("suite", SUITES)
def test_reports_are_read(suite):
    room = Room()
    phone = SecretPhone(room, suite=suite)
    assert told(room, phone.report(report(room, 3))) == 3
    assert told(room, phone.report(report(room, 4))) == 4
    assert heard(room) == (0, 0)


def test_reports_that_are_not_authentic_or_come_again_say_nothing():
    room = Room()
    phone = SecretPhone(room)
    first = phone.report(report(room, 3))
    assert told(room, report(room, 9)) == -1
    assert told(room, first) == 3
    assert told(room, phone.report(report(room, 4))) == 4
    assert told(room, first) == 4
    forged = bytearray(phone.report(report(room, 9)))
    forged[10] ^= 1
    assert told(room, bytes(forged), ("10.0.0.1", 6666)) == 4
    assert room.engine.legs.controls[room.rows[1]] == ("10.0.0.1", 4001)


def test_what_keeps_a_nat_open_is_neither_read_nor_counted():
    room = Room()
    SecretPhone(room)
    binding_request = bytes.fromhex("000100002112a442e11a54b95445fcf4ad818a5f")
    assert told(room, binding_request) == -1
    room.tick([(1, binding_request), (1, b"\r\n"), (1, b"")])
    assert heard(room) == (0, 0)


def test_reports_on_the_port_of_the_sound_are_read():
    room = Room()
    phone = SecretPhone(room, shared_port=True)
    room.tick([(1, phone.report(report(room, 3)))])
    assert room.engine.statistics(1).lost_by_phone == 3
    room.now += 1.0
    room.tick([(1, report(room, 9))])
    assert room.engine.statistics(1).lost_by_phone == 3
    assert heard(room) == (0, 1)


def test_reports_under_the_old_key_are_read_while_it_is_good():
    room = Room()
    phone = SecretPhone(room)
    room.agree(1, ours=phone.ours, theirs=media_key(CM_80, 11))
    assert told(room, phone.report(report(room, 3))) == 3
    phone.use(media_key(CM_80, 11))
    room.tick([(1, phone.audio())])
    phone.use(phone.theirs)
    assert told(room, phone.report(report(room, 5))) == 3


# What holds for any network


@settings(max_examples=60, deadline=None)
@given(
    start=st.integers(0, 32_767) | st.integers(65_400, 65_535),
    steps=st.lists(st.sampled_from(["send", "lose", "twice", "late", "forge"]), min_size=1, max_size=60),
    suite=st.sampled_from([CM_80, "AES_CM_128_HMAC_SHA1_32", "AEAD_AES_128_GCM"]),
    together=st.integers(1, 4),
)
def test_every_new_packet_is_read_once_whatever_the_network_does(start, steps, suite, together):
    opening, agreed = Opening(2), media_key(suite, 21)
    opening.agree(1, agreed)
    key, stream = Key(agreed.suite, agreed.key), Stream(ssrc=7, sequence=start)
    arriving: list[bytes] = []
    plain: dict[bytes, int] = {}
    index, late, forged = start, [], 0
    for step in ["send", *steps]:
        packet = stream.audio(os.urandom(160))
        sealed = key.protect(packet, index)
        index += 1
        if step != "lose":
            plain[packet] = 0
        if step == "forge":
            arriving.append(sealed[:20] + bytes([sealed[20] ^ 1]) + sealed[21:])
            forged += 1
        if step == "late":
            late.append(sealed)
        elif step != "lose":
            arriving += [sealed] * (2 if step == "twice" else 1)
    arriving += late
    for begin in range(0, len(arriving), together):
        batch = batch_of([(1, packet) for packet in arriving[begin : begin + together]])
        lengths = opening.open(batch, 0)
        for at, length in enumerate(lengths.tolist()):
            if length:
                plain[batch.slots[at, :length].tobytes()] += 1
    assert set(plain.values()) <= {1}
    assert opening.unauthentic[1] == forged


@given(st.integers(0, (1 << 48) - 70_000), st.integers(-32_768, 32_767))
def test_an_index_is_found_from_its_number(highest, difference):
    index = highest + difference
    expected = index if index >= 0 else index + 65_536
    assert estimate(highest, index & 0xFFFF) == expected


@given(st.lists(st.integers(0, 300), min_size=1, max_size=80))
def test_the_window_knows_what_has_come(indexes):
    window, come = Window(indexes[0]), {indexes[0]}
    for index in indexes[1:]:
        newest = max(come)
        assert window.is_new(index) == (index > newest - WINDOW and index not in come)
        if window.is_new(index):
            window.note(index)
            come.add(index)
    assert window.highest == max(come)


@settings(max_examples=50, deadline=None)
@given(packets=st.lists(st.tuples(st.integers(0, 1), st.binary(max_size=200)), max_size=12))
def test_noise_is_dropped_and_plain_rows_are_left_alone(packets):
    opening = Opening(2)
    opening.agree(1, media_key(CM_80, 3))
    batch = batch_of(packets)
    before = batch.slots.copy()
    lengths = opening.open(batch, 0)
    for at, (row, packet) in enumerate(packets):
        is_report = len(packet) >= 8 and packet[0] >> 6 == 2 and 200 <= packet[1] <= 207
        assert lengths[at] == (len(packet) if row == 0 or is_report else 0)
    assert np.array_equal(batch.slots, before)
