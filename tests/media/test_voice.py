"""When somebody speaks, when nobody does, and what is only the line."""

from __future__ import annotations

import numpy as np
import pytest

from media.g711 import ALAW, FRAME, LAWS, SILENCE, ULAW, encode
from media.voice import LEAST, ONSET, Silence, VoiceActivity

WAIT = 50
"""Ticks of silence that are asked for: a second."""
QUIET, LOUD = 8, 1500


class Line:
    """Two rows, A-law and µ-law; each tick has a mean level, as a hum of no shape or as noise."""

    def __init__(self, *, wait: int = WAIT) -> None:
        self.activity = VoiceActivity(4)
        self.law = np.array([ALAW, ULAW])
        self.noise = np.random.default_rng(5)
        self.ticks = 0
        for row in (0, 1):
            self.activity.listen(row, wait)

    def hear(self, *levels: float, rough: bool = False) -> list[Silence]:
        """Let both rows say these levels, one a tick; return what is told."""
        told: list[Silence] = []
        for level in levels:
            if rough:
                wave = self.noise.standard_normal(FRAME) * level / np.sqrt(2 / np.pi)
            else:
                wave = np.where(np.arange(FRAME) % 16 < 8, level, -level)
            samples = np.clip(np.round(wave), -32768, 32767).astype(np.int16)
            heard = np.stack([encode(samples, law) for law in LAWS])
            told += self.activity.hear(heard, self.law)
            self.ticks += 1
        return told

    def until_told(self, level: float, *, most: int = 2000, rough: bool = False) -> list[Silence]:
        """Let rows say one level until something is told; nothing if it never is."""
        for _ in range(most):
            if told := self.hear(level, rough=rough):
                return told
        return []


def both(ticks: int, *, spoke: bool) -> list[Silence]:
    return [Silence(row, ticks, spoke) for row in (0, 1)]


def test_nobody_has_spoken():
    line = Line()
    assert line.hear(*[QUIET] * (WAIT - 1)) == []
    assert line.hear(QUIET) == both(WAIT, spoke=False)


def test_a_row_without_any_sound_is_silent_too():
    activity = VoiceActivity(2)
    heard = np.array([[SILENCE[law]] * FRAME for law in LAWS], np.uint8)
    for row in (0, 1):
        activity.listen(row, 3)
    told = [list(activity.hear(heard, np.array(LAWS))) for _ in range(4)]
    assert told == [[], [], both(3, spoke=False), []]


def test_silence_after_speech_counts_from_its_end():
    line = Line()
    assert line.hear(*[QUIET] * 20, *[LOUD] * 30, *[QUIET] * (WAIT - 1)) == []
    assert line.hear(QUIET) == both(WAIT, spoke=True)


def test_who_goes_on_speaking_is_not_silent():
    line = Line()
    for _ in range(20):
        assert line.hear(*[LOUD] * 10, *[QUIET] * (WAIT - 10)) == []
    assert line.hear(*[QUIET] * 10) == both(WAIT, spoke=True)


def test_it_is_told_once_until_asked_again():
    line = Line()
    assert line.hear(*[QUIET] * (10 * WAIT)) == both(WAIT, spoke=False)
    assert line.hear(*[LOUD] * 20, *[QUIET] * (10 * WAIT)) == []
    line.activity.listen(1, 30)
    assert line.hear(*[QUIET] * 200) == [Silence(1, 30, False)]


def test_asking_again_begins_anew():
    line = Line()
    line.hear(*[LOUD] * 20, *[QUIET] * (WAIT - 1))
    for row in (0, 1):
        line.activity.listen(row, WAIT)
    assert line.hear(*[QUIET] * (WAIT - 1)) == []
    assert line.hear(QUIET) == both(WAIT, spoke=False)


def test_a_wait_may_be_given_up():
    line = Line()
    line.activity.listen(0, 0)
    assert line.hear(*[QUIET] * 200) == [Silence(1, WAIT, False)]


def test_rows_speak_and_wait_each_for_themselves():
    activity = VoiceActivity(8)
    law = np.array([ALAW, ALAW, ULAW, ULAW])
    square = np.where(np.arange(FRAME) % 16 < 8, LOUD, -LOUD).astype(np.int16)
    heard = np.array([[SILENCE[kind]] * FRAME for kind in law], np.uint8)
    heard[1], heard[2] = encode(square, ALAW), encode(square, ULAW)
    for row, ticks in ((0, 10), (1, 10), (2, 10), (3, 25)):
        activity.listen(row, ticks)
    told = [one for _ in range(30) for one in activity.hear(heard, law)]
    assert told == [Silence(0, 10, False), Silence(3, 25, False)]
    heard[1] = SILENCE[ALAW]
    assert [one for _ in range(30) for one in activity.hear(heard, law)] == [Silence(1, 10, True)]


def test_rows_that_nobody_asked_about_are_not_told():
    activity = VoiceActivity(2)
    heard = np.full((2, FRAME), SILENCE[ALAW], np.uint8)
    assert [one for _ in range(500) for one in activity.hear(heard, np.array(LAWS))] == []


@pytest.mark.parametrize("length", range(1, ONSET))
def test_a_click_is_no_speech(length):
    line = Line()
    for _ in range(4):
        assert line.hear(*[20_000] * length, *[QUIET] * (10 - length)) == []
    assert line.hear(*[QUIET] * 10) == both(WAIT, spoke=False)


def test_the_shortest_word_is_speech():
    line = Line()
    line.hear(*[QUIET] * 40, *[LOUD] * ONSET)
    assert line.hear(*[QUIET] * (WAIT - 1)) == []
    assert line.hear(QUIET) == both(WAIT, spoke=True)


@pytest.mark.parametrize(("level", "spoke"), [(0.7 * LEAST, False), (2.0 * LEAST, True)])
def test_how_quiet_speech_may_be(level, spoke):
    line = Line()
    line.hear(*[QUIET] * 10, *[level] * 20)
    assert line.until_told(QUIET) == both(WAIT, spoke=spoke)


def test_speech_over_a_noisy_line_is_found_and_so_is_its_end():
    line = Line(wait=200)
    assert line.hear(*[80] * 100, rough=True) == []
    assert line.hear(*[LOUD] * 100, rough=True) == []
    assert line.hear(*[80] * 199, rough=True) == []
    assert line.hear(80, rough=True) == both(200, spoke=True)


@pytest.mark.parametrize("noise", [85, 200, 290])
def test_the_noise_of_a_line_is_never_speech_however_long(noise):
    line = Line(wait=5_000)
    assert line.until_told(noise, most=5_000, rough=True) == both(5_000, spoke=False)


@pytest.mark.parametrize("before", [0, QUIET])
@pytest.mark.parametrize(("noise", "seconds"), [(100, 4), (200, 7), (500, 12)])
def test_noise_that_rises_is_known_for_noise_after_a_while(before, noise, seconds):
    """Also after digital silence, as of a phone that was muted."""
    line = Line()
    line.hear(*[before] * 20)
    begun = line.ticks
    assert line.until_told(noise, rough=True) == both(WAIT, spoke=True)
    assert (line.ticks - begun - WAIT) * 0.020 <= seconds


def test_speech_over_noise_that_has_risen_is_heard():
    line = Line(wait=100)
    line.hear(*[QUIET] * 20)
    line.until_told(200, rough=True)
    for row in (0, 1):
        line.activity.listen(row, 1000)
    line.hear(*[200] * 500, rough=True)
    line.hear(*[3000] * 50, rough=True)
    assert line.hear(*[200] * 999, rough=True) == []
    assert line.hear(200, rough=True) == both(1000, spoke=True)


def test_noise_that_falls_is_known_at_once():
    """Who speaks up after a loud noise has gone, quieter than it was, is heard."""
    line = Line(wait=400)
    line.hear(*[300] * 350, rough=True)
    line.hear(*[20] * 2, rough=True)
    line.hear(*[250] * 20, rough=True)
    assert line.hear(*[20] * 399, rough=True) == []
    assert line.hear(20, rough=True) == both(400, spoke=True)


def test_a_long_speech_is_not_taken_for_noise():
    """Half a minute of syllables with the gaps that words have; each falls back to the line's noise."""
    line = Line(wait=60)
    syllables = ([LOUD] * 12 + [20] * 5) * 15 + [20] * 40
    for _ in range(5):
        assert line.hear(*syllables, rough=True) == []
    assert line.until_told(20, most=30, rough=True) == both(60, spoke=True)
