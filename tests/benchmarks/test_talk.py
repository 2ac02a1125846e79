import socket

import numpy as np

from benchmarks.arrivals import FRAME
from benchmarks.phone_key import PHONES_KEY, SUITE
from benchmarks.talk import KEY_FRAMES, PACKET, PHASES, Talk
from media.srtp import Key
from tests.fakes.patience import PATIENCE


def test_two_sides_hear_each_other():
    speech = np.arange(10 * FRAME).reshape(10, FRAME).astype(np.uint8)
    talk, far = Talk(4, "127.0.0.1", speech), Talk(4, "127.0.0.1", speech)
    for row in range(4):
        talk.connect(row, ("127.0.0.1", far.port(row)))
        far.connect(row, ("127.0.0.1", talk.port(row)))
    talk.hush(3)
    talk.begin()
    far.begin()
    for _ in range(5 * PHASES):
        talk.step()
        far.step()
    heard, heard_far = talk.result(), far.result()
    # Who is hushed is sent something still, and does not count it.
    assert (heard.packets, heard_far.packets) == (15, 15)
    assert (heard.lost, heard_far.left_out) == (0, 0)
    talk.close()
    far.close()


def test_encrypted_phones_say_what_their_key_proves():
    speech = np.arange(10 * FRAME).reshape(10, FRAME).astype(np.uint8)
    talk, far = Talk(2, "127.0.0.1", speech, srtp=True), Talk(2, "127.0.0.1", speech)
    for row in range(2):
        talk.connect(row, ("127.0.0.1", far.port(row)))
        far.connect(row, ("127.0.0.1", talk.port(row)))
    key = Key(SUITE, PHONES_KEY)
    numbers = []
    for _ in range(3 * PHASES):
        talk.step()
        for phone in far.sockets:
            try:
                packet = phone.recv(400)
            except BlockingIOError:
                continue
            index = int.from_bytes(packet[2:4], "big")
            plain = key.unprotect(packet, index)
            assert plain is not None
            assert len(plain) == PACKET
            assert plain[12:] == speech[index % 10].tobytes()
            numbers.append(index)
    talk.close()
    far.close()
    assert len(numbers) == 6
    assert max(numbers.count(number) for number in numbers) <= 2


def test_a_phone_has_another_port_for_another_call_and_hears_nothing_of_the_last():
    speech = np.arange(10 * FRAME).reshape(10, FRAME).astype(np.uint8)
    talk, far = Talk(1, "127.0.0.1", speech), Talk(1, "127.0.0.1", speech)
    seen: list[tuple[int, bytes]] = []
    talk.watch = lambda rows, at, packets: seen.extend(
        (row, packet[12:172].tobytes()) for row, packet in zip(rows.tolist(), packets, strict=True)
    )
    for _ in range(2):
        talk.open_again(0)
        port = talk.port(0)
        talk.join(0, ("127.0.0.1", far.port(0)))
        far.connect(0, ("127.0.0.1", port))
        for _ in range(3 * PHASES):
            far.step()
        talk.leave(0)
        far.step()
        far.step()
        talk.listen()
    assert talk.arrivals.result().packets == len(seen) == 6
    assert seen[0] == (0, speech[0].tobytes())
    talk.close()
    far.close()


def test_a_key_goes_in_place_of_what_a_phone_says():
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.bind(("127.0.0.1", 0))
    far.settimeout(PATIENCE)
    talk = Talk(1, "127.0.0.1", np.zeros((1, FRAME), np.uint8))
    talk.connect(0, far.getsockname())
    talk.press(0, "5")
    for _ in range(4 * (KEY_FRAMES + 4)):
        talk.step()
    packets = [far.recv(400) for _ in range(KEY_FRAMES + 4)]
    talk.close()
    far.close()
    *keys, sound = packets
    assert [int.from_bytes(one[2:4], "big") for one in packets] == list(range(KEY_FRAMES + 4))
    assert [one[1] for one in packets] == [0x80 | 101, *[101] * (KEY_FRAMES + 2), 8]
    assert {one[4:8] for one in keys} == {keys[0][4:8]}
    assert [one[12] for one in keys] == [5] * (KEY_FRAMES + 3)
    assert [bool(one[13] & 0x80) for one in keys] == [False] * KEY_FRAMES + [True] * 3
    durations = [int.from_bytes(one[14:16], "big") for one in keys]
    assert durations == [*range(FRAME, (KEY_FRAMES + 1) * FRAME, FRAME), *[KEY_FRAMES * FRAME] * 3]
    assert len(sound) == 12 + FRAME
