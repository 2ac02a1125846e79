from benchmarks.switch import sound
from media.g711 import SAMPLE_RATE


def test_the_sound_is_as_long_as_asked_for():
    assert len(sound(1.5)) == 1.5 * SAMPLE_RATE
    long = sound(60.0)
    assert len(long) == 60 * SAMPLE_RATE
    assert long[-SAMPLE_RATE:].any()
