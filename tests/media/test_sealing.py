"""What leaves an encrypted row: sound, keys, hush, reports, packets of any length."""

from __future__ import annotations

from itertools import pairwise

import pytest

from media import commands as ask
from media import rtcp, rtp
from media.errors import MediaError
from media.rtcp import SenderReport
from media.srtp import SUITES
from tests.media.room import Room, header
from tests.media.secret_phone import CM_80, SecretPhone, media_key


@pytest.mark.parametrize("suite", SUITES)
def test_a_prompt_reaches_the_phone_encrypted(suite):
    room = Room()
    phone = SecretPhone(room, suite=suite)
    room.add_prompt(1, range(40, 60))
    room.engine.command(ask.Play(1, 1, (1,)))
    for code in range(40, 60):
        (packet,) = room.tick()[1]
        assert bytes([code]) * 20 not in packet
        plain = phone.reads(packet)
        assert plain is not None
        assert plain[rtp.HEADER :] == bytes([code]) * 160
        assert len(packet) == len(plain) + SUITES[suite].tag


def test_rows_with_and_without_keys_go_side_by_side():
    room = Room()
    plain = room.open(1)
    phones = {leg: SecretPhone(room, leg, suite, seed=leg) for leg, suite in enumerate(SUITES, start=2)}
    room.engine.command(ask.HearItself(1))
    for _ in range(12):
        out = room.tick([(1, plain.audio(b"\x2a" * 160))])
        for leg, phone in phones.items():
            assert phone.reads(out[leg][0]) is not None
    assert out[1][0][rtp.HEADER :] == b"\x2a" * 160
    sequences = [header(packet)[2] for packet in room.sent[2]]
    assert [later - earlier for earlier, later in pairwise(sequences)] == [1] * 11


def test_the_packets_themselves_stay_plain():
    # What a row is sent may be recorded, or heard by others, from the same place.
    room = Room()
    SecretPhone(room)
    room.add_prompt(1, [7])
    room.engine.command(ask.Play(1, 1, (1,)))
    room.tick()
    assert room.engine.packets[room.rows[1], rtp.HEADER :].tolist() == [7] * 160


def test_the_roll_over_counter_follows_the_numbers():
    room = Room()
    phone = SecretPhone(room)
    room.engine.legs.sequence[room.rows[1]] = 65_533
    phone.reads(room.tick()[1][0])
    numbers = [header(phone.reads(room.tick()[1][0]) or b"")[2] for _ in range(5)]
    assert numbers == [65_535, 0, 1, 2, 3]
    assert phone.newest == 65_539


@pytest.mark.parametrize("suite", [CM_80, "AEAD_AES_256_GCM"])
@pytest.mark.parametrize("length", [10, 30, 40, 60])
def test_packets_of_other_lengths_are_encrypted(suite, length):
    room = Room()
    phone = SecretPhone(room, suite=suite, packet_ms=length)
    for _ in range(12):
        room.tick()
    read = [phone.reads(packet) for packet in room.sent[1]]
    assert len(read) == 240 // length
    assert {len(packet or b"") for packet in read} == {rtp.HEADER + 8 * length}


def test_keys_to_the_phone_are_encrypted():
    room = Room()
    phone = SecretPhone(room)
    room.engine.command(ask.SendDigits(1, "5", 100, 50))
    events = []
    for _ in range(12):
        for packet in room.tick().get(1, []):
            plain = phone.reads(packet)
            assert plain is not None
            if header(plain)[0] == 101:
                events.append(plain[rtp.HEADER])
    assert events
    assert set(events) == {5}


def test_hush_to_the_phone_is_encrypted():
    room = Room()
    phone = SecretPhone(room, hush=True)
    for _ in range(30):
        room.tick()
    read = [phone.reads(packet) for packet in room.sent[1]]
    assert None not in read
    assert any(packet is not None and header(packet)[0] == 13 for packet in read)


def test_reports_and_the_goodbye_are_encrypted():
    room = Room()
    phone = SecretPhone(room)
    reports = []
    for _ in range(500):
        room.tick()
        reports += [data for _, data in room.last.controls]
    assert reports
    kinds = [rtcp.parse(phone.reads_report(data) or b"") for data in reports]
    assert all(isinstance(kind[0], SenderReport) for kind in kinds)
    assert all(not any(isinstance(one, SenderReport) for one in rtcp.parse(data)[1:]) for data in reports)
    indexes = [int.from_bytes(data[-14:-10], "big") for data in reports]
    assert indexes == [(1 << 31) + number for number in range(1, len(reports) + 1)]
    _, farewell = room.engine.close(1, room.now)
    assert farewell is not None
    goodbye = rtcp.parse(phone.reads_report(farewell) or b"")
    assert isinstance(goodbye[-1], rtcp.Bye)


def test_a_new_key_begins_at_roll_over_counter_0_and_the_same_key_goes_on():
    room = Room()
    phone = SecretPhone(room)
    room.engine.legs.sequence[room.rows[1]] = 65_534
    for _ in range(4):
        assert phone.reads(room.tick()[1][0]) is not None
    room.agree(1, ours=phone.ours, theirs=phone.theirs)
    assert phone.reads(room.tick()[1][0]) is not None
    assert phone.newest > 65_536
    other = media_key(CM_80, 9)
    room.agree(1, ours=other, theirs=phone.theirs)
    phone.listen(other)
    for _ in range(3):
        assert phone.reads(room.tick()[1][0]) is not None
    assert phone.newest < 65_536


def test_a_stream_without_keys_is_plain_again():
    room = Room()
    phone = SecretPhone(room)
    room.tick()
    room.agree(1)
    (packet,) = room.tick()[1]
    assert len(packet) == rtp.PACKET
    assert phone.reads(packet) is None
    room.close(1)
    room.open(1)
    assert len(room.tick()[1][0]) == rtp.PACKET


def test_a_key_that_cannot_be_used_leaves_the_leg_as_it_was():
    room = Room()
    phone = SecretPhone(room)
    with pytest.raises(MediaError, match="no way of this engine") as caught:
        room.agree(1, ours=ask.MediaKey("NONE", b"secret"), theirs=phone.theirs, codec="PCMU")
    assert "secret" not in str(caught.value)
    packet = phone.reads(room.tick()[1][0])
    assert packet is not None
    assert header(packet)[0] == 8


def test_no_command_shows_a_key():
    room = Room()
    key = media_key(CM_80, 3)
    phone = SecretPhone(room)
    command = ask.SetStream(1, "h", 1, "PCMA", 8, -1, 8000, True, True, 0.0, ours=key, theirs=phone.theirs)
    shown = repr(command) + str(command)
    assert repr(key.key)[2:-1] not in shown
    assert "MediaKey(AES_CM_128_HMAC_SHA1_80)" in shown
