import numpy as np

from benchmarks.arrivals import FRAME
from benchmarks.talk import PHASES, Talk


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
