import json
import socket
import time
from itertools import count

import pytest

from benchmarks.bare import BareCost, exchange, mean


def test_every_socket_is_served_once_a_tick_both_ways(capsys):
    clock = count(10.0, 2.0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.setblocking(False)
        port = phone.getsockname()[1]
        spent = exchange([port], ticks=4, warm_up=0.02, clock=lambda: next(clock))
        sources = []
        while True:
            try:
                sources.append(phone.recvfrom(2048)[1][1])
            except BlockingIOError:
                break
    assert json.loads(capsys.readouterr().out) == [sources[0]]
    assert len(sources) == 2 * 5
    assert spent == (2.0, 2.0)


def test_time_is_spent(capsys):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        spent = exchange([phone.getsockname()[1]], ticks=2, warm_up=0.0, clock=time.process_time)
    assert min(spent) > 0


def test_several_costs_have_a_mean():
    both = mean([BareCost(4.0, 3.0), BareCost(6.0, 4.0)])
    assert (both.sendto_us, both.connected_us) == pytest.approx((5.0, 3.5))
