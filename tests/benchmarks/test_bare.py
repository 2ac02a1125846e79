import json
import socket

from benchmarks.bare import exchange


def test_every_socket_is_served_once_a_tick(capsys):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.setblocking(False)
        used, ticks = exchange([phone.getsockname()[1]], seconds=0.08, warm_up=0.02)
        packets = 0
        while True:
            try:
                phone.recv(2048)
            except BlockingIOError:
                break
            packets += 1
    assert (packets, ticks) == (5, 4)
    assert used > 0
    assert len(json.loads(capsys.readouterr().out)) == 1
