"""Rooms: everybody hears the others, and nobody what is not meant for them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.g711 import ALAW, DECODE, FRAME, SILENCE, ULAW, encode
from media.mixer import NOBODY, Mixer, Seat

ROWS = 8
UNTOUCHED = 0x2A
"""What lies in the place of a row that the mixer must leave alone."""


class Table:
    """Eight rows that say one constant sample each; the odd ones in µ-law."""

    def __init__(self, *levels: int, laws: tuple[int, ...] = (ALAW, ULAW) * 4) -> None:
        self.mixer = Mixer()
        self.law = np.array(laws)
        self.front = np.zeros(ROWS, np.bool_)
        self.heard = np.empty((ROWS, FRAME), np.uint8)
        for row in range(ROWS):
            self.says(row, levels[row] if row < len(levels) else 0)

    def says(self, row: int, level: int) -> None:
        """Let a row say this sample from now on."""
        self.heard[row] = encode(np.full(FRAME, level, np.int16), int(self.law[row]))

    def voice(self, row: int) -> int:
        """Return the sample that a row says, as its law carries it."""
        return int(DECODE[self.law[row], self.heard[row, 0]])

    def sit(self, *rows: int, room: int = 1) -> None:
        """Seat rows that speak."""
        for row in rows:
            self.mixer.sit(row, Seat(room, speaks=True))

    def mixed(self) -> np.ndarray:
        """Return what every row hears, ``(rows, 160)``."""
        payload = np.full((ROWS, FRAME), UNTOUCHED, np.uint8)
        self.mixer.mix(payload, self.heard, self.law, self.front)
        return payload

    def hears(self, row: int, *speakers: int) -> bool:
        """Tell whether a row hears the sum of exactly these, in its own law."""
        total = np.clip(sum(self.voice(speaker) for speaker in speakers), -32768, 32767)
        expected = encode(np.full(FRAME, total, np.int16), int(self.law[row]))
        return bool((self.mixed()[row] == expected).all())


def test_three_hear_the_sum_of_the_other_two():
    table = Table(1000, 500, 250)
    table.sit(0, 1, 2)
    assert table.hears(0, 1, 2)
    assert table.hears(1, 0, 2)
    assert table.hears(2, 0, 1)


def test_two_hear_each_other_as_they_speak():
    """A room of two is a bridge: not one code is changed on the way."""
    table = Table(laws=(ALAW,) * ROWS)
    table.heard[0] = np.random.default_rng(1).permutation(256)[:FRAME]
    table.sit(0, 1)
    assert (table.mixed()[1] == table.heard[0]).all()


def test_who_is_alone_hears_silence_in_its_law():
    table = Table(1000, 1000)
    table.sit(0, room=1)
    table.sit(1, room=2)
    mixed = table.mixed()
    assert set(mixed[0].tolist()) == {SILENCE[ALAW]}
    assert set(mixed[1].tolist()) == {SILENCE[ULAW]}


def test_who_sits_nowhere_is_left_alone():
    table = Table(1000, 1000, 1000)
    assert (table.mixed() == UNTOUCHED).all()
    table.sit(0, 2)
    assert (table.mixed()[[1, 3, 4, 5, 6, 7]] == UNTOUCHED).all()


@pytest.mark.parametrize("laws", [(ALAW,) * 8, (ULAW,) * 8, (ULAW, ALAW) * 4])
def test_the_laws_of_a_room_may_differ(laws):
    table = Table(8000, -3000, 900, 44, laws=laws)
    table.sit(0, 1, 2, 3)
    for row in range(4):
        assert table.hears(row, *({0, 1, 2, 3} - {row}))


def test_too_loud_a_sum_is_saturated_and_not_turned_over():
    table = Table(30_000, 30_000, 30_000, -30_000, -30_000, -30_000)
    table.sit(0, 1, 2, 6)
    assert DECODE[ALAW][table.mixed()[6]].min() == DECODE[ALAW].max()
    table.mixer.leave(6)
    for row in (0, 1, 2):
        table.mixer.leave(row)
    table.sit(3, 4, 5, 7)
    assert DECODE[ULAW][table.mixed()[7]].max() == DECODE[ULAW].min()


def test_one_own_voice_is_taken_out_before_the_sum_is_saturated():
    """Four shout: who is taken out of a sum cut down to full scale would leave a hole."""
    table = Table(30_000, 30_000, 30_000, -30_000)
    table.sit(0, 1, 2, 3)
    assert table.hears(0, 1, 2, 3)
    assert DECODE[ALAW][table.mixed()[0]].min() > 29_000


def test_rooms_do_not_hear_each_other():
    table = Table(1000, 2000, 3000, 4000, 5000, 6000)
    table.sit(0, 5, room=7)
    table.sit(1, 3, 4, room=2)
    table.sit(2, room=9)
    assert table.hears(0, 5)
    assert table.hears(5, 0)
    assert table.hears(1, 3, 4)
    assert table.hears(4, 1, 3)
    assert table.hears(2)


def test_who_listens_in_hears_all_and_is_heard_by_nobody():
    table = Table(1000, 2000, 4000)
    table.sit(0, 1)
    table.mixer.sit(2, Seat(1, speaks=False))
    assert table.hears(2, 0, 1)
    assert table.hears(0, 1)
    assert table.hears(1, 0)


def test_who_whispers_is_heard_by_one():
    table = Table(1000, 2000, 4000)
    table.sit(0, 1)
    table.mixer.sit(2, Seat(1, speaks=False, whispers_to=0))
    assert table.hears(0, 1, 2)
    assert table.hears(1, 0)
    assert table.hears(2, 0, 1)


def test_listening_whispering_and_barging_in_follow_each_other():
    table = Table(1000, 2000, 4000)
    table.sit(0, 1)
    for seat, agent, customer in [
        (Seat(1, speaks=False), (1,), (0,)),
        (Seat(1, speaks=False, whispers_to=0), (1, 2), (0,)),
        (Seat(1, speaks=True), (1, 2), (0, 2)),
        (Seat(1, speaks=False), (1,), (0,)),
    ]:
        table.mixer.sit(2, seat)
        assert table.hears(0, *agent)
        assert table.hears(1, *customer)
        assert table.hears(2, 0, 1)


def test_who_speaks_to_all_whispers_to_nobody_besides():
    table = Table(1000, 2000, 4000)
    table.sit(0, 1)
    table.mixer.sit(2, Seat(1, speaks=True, whispers_to=0))
    assert table.hears(0, 1, 2)


def test_several_may_whisper_to_one():
    table = Table(1000, 2000, 4000, 500)
    table.sit(0, 1)
    for row in (2, 3):
        table.mixer.sit(row, Seat(1, speaks=False, whispers_to=1))
    assert table.hears(1, 0, 2, 3)
    assert table.hears(0, 1)


def test_who_leaves_hears_and_is_heard_no_more():
    table = Table(1000, 2000, 4000)
    table.sit(0, 1, 2)
    table.mixed()
    table.mixer.leave(1)
    assert table.hears(0, 2)
    assert table.hears(2, 0)
    assert (table.mixed()[1] == UNTOUCHED).all()
    table.mixer.leave(1)  # nothing more to leave
    for row in (0, 2):
        table.mixer.leave(row)
    assert (table.mixed() == UNTOUCHED).all()


def test_a_whisper_waits_for_who_is_away():
    table = Table(1000, 2000, 4000)
    table.sit(0, 1)
    table.mixer.sit(2, Seat(1, speaks=False, whispers_to=0))
    table.mixer.leave(0)
    assert table.hears(1)
    table.sit(0)
    assert table.hears(0, 1, 2)


def test_a_whisper_does_not_reach_the_next_leg_on_a_row():
    table = Table(1000, 2000, 4000)
    table.sit(0, 1)
    table.mixer.sit(2, Seat(1, speaks=False, whispers_to=0))
    table.mixer.forget(0)
    table.sit(0, 3, room=5)
    assert table.hears(0, 3)


def test_who_moves_to_another_room_has_left_the_first():
    table = Table(1000, 2000, 4000)
    table.sit(0, 1, 2)
    table.sit(1, room=3)
    assert table.hears(0, 2)
    assert table.hears(1)


def test_a_prompt_in_front_keeps_its_place_and_its_listener_is_heard():
    table = Table(1000, 2000, 4000)
    table.sit(0, 1, 2)
    table.front[[0, 1]] = True
    mixed = table.mixed()
    assert (mixed[:2] == UNTOUCHED).all()
    assert table.hears(2, 0, 1)
    table.front[:] = False
    assert table.hears(0, 1, 2)


seats = st.builds(
    Seat,
    room=st.integers(0, 3),
    speaks=st.booleans(),
    whispers_to=st.sampled_from([NOBODY, *range(ROWS)]),
)


@given(
    placed=st.dictionaries(st.integers(0, ROWS - 1), seats),
    laws=st.lists(st.sampled_from([ALAW, ULAW]), min_size=ROWS, max_size=ROWS),
    front=st.sets(st.integers(0, ROWS - 1)),
    seed=st.integers(0, 1000),
)
def test_every_seat_hears_its_sum(placed, laws, front, seed):
    """The arrays against a plain count, voice by voice."""
    table = Table(laws=tuple(laws))
    table.heard = np.random.default_rng(seed).integers(0, 256, (ROWS, FRAME)).astype(np.uint8)
    table.front[list(front)] = True
    for row, seat in placed.items():
        table.mixer.sit(row, seat)
    mixed = table.mixed()
    for row in range(ROWS):
        if row not in placed or row in front:
            assert (mixed[row] == UNTOUCHED).all()
            continue
        total = np.zeros(FRAME, np.int64)
        for other, seat in placed.items():
            aloud = seat.speaks and seat.room == placed[row].room and other != row
            if aloud or (not seat.speaks and seat.whispers_to == row):
                total += DECODE[laws[other]][table.heard[other]]
        expected = encode(np.clip(total, -32768, 32767).astype(np.int16), laws[row])
        assert (mixed[row] == expected).all()
