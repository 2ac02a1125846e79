"""The bank: every sound in its place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import BankFull, MediaError
from media.g711 import ALAW, DECODE, FRAME, SILENCE, ULAW
from media.prompts import PromptBank, frames_of


def marked(number: int, count: int) -> np.ndarray:
    """Return frames that say whose they are, in either law."""
    return np.stack([np.full((count, FRAME), number), np.full((count, FRAME), number + 128)]).astype(np.uint8)


def stored(bank: PromptBank, prompt: int) -> np.ndarray:
    begin, count = bank.range(prompt)
    return bank.frames[:, begin : begin + count]


def test_samples_become_frames_of_both_laws():
    samples = (np.sin(np.arange(400)) * 20_000).astype(np.int16)
    frames = frames_of(samples)
    assert frames.shape == (2, 3, FRAME)
    for law in (ALAW, ULAW):
        back = DECODE[law][frames[law]].reshape(-1)
        assert np.abs(back[:400].astype(int) - samples).max() <= 1024
        assert set(frames[law].reshape(-1)[400:].tolist()) == {SILENCE[law]}


def test_whole_frames_are_not_filled_up():
    assert frames_of(np.zeros(320, np.int16)).shape == (2, 2, FRAME)


def test_prompts_are_found_as_they_were_stored():
    bank = PromptBank(10)
    bank.add(1, marked(1, 4))
    bank.add(2, marked(2, 6))
    assert (stored(bank, 1) == marked(1, 4)).all()
    assert (stored(bank, 2) == marked(2, 6)).all()
    assert 1 in bank
    assert 3 not in bank


def test_a_full_bank_says_so_in_seconds():
    bank = PromptBank(100)
    bank.add(1, marked(1, 60))
    with pytest.raises(BankFull, match="no room for a prompt of 1 s"):
        bank.add(2, marked(2, 50))
    assert 2 not in bank
    assert (stored(bank, 1) == marked(1, 60)).all()


def test_a_number_added_again_is_replaced():
    bank = PromptBank(10)
    bank.add(1, marked(1, 8))
    bank.add(1, marked(2, 10))
    assert (stored(bank, 1) == marked(2, 10)).all()


def test_room_given_back_is_joined():
    bank = PromptBank(9)
    for number in (1, 2, 3):
        bank.add(number, marked(number, 3))
    for number in (1, 3, 2):
        bank.remove(number)
    bank.add(4, marked(4, 9))
    assert (stored(bank, 4) == marked(4, 9)).all()


def test_removing_what_is_not_there_is_nothing():
    PromptBank(1).remove(7)


def test_an_unknown_prompt_is_named():
    with pytest.raises(MediaError, match="prompt 7 is not in the bank"):
        PromptBank(1).range(7)


# Prompts on their way


def test_a_prompt_has_its_room_before_it_may_be_played():
    bank = PromptBank(10)
    bank.add(1, marked(1, 4))
    begin, count = bank.reserve(2, 6)
    assert (begin, count) == (4, 6)
    assert bank.is_loading(2)
    assert 2 not in bank
    with pytest.raises(MediaError, match="prompt 2 is not in the bank"):
        bank.range(2)
    bank.frames[:, begin : begin + count] = marked(2, 6)
    bank.admit(2)
    assert not bank.is_loading(2)
    assert (stored(bank, 2) == marked(2, 6)).all()
    assert (stored(bank, 1) == marked(1, 4)).all()


def test_the_room_of_a_prompt_on_its_way_is_nobody_elses():
    bank = PromptBank(10)
    bank.reserve(1, 6)
    with pytest.raises(BankFull):
        bank.reserve(2, 5)
    assert not bank.is_loading(2)
    assert bank.reserve(2, 4) == (6, 4)


def test_a_prompt_removed_on_its_way_gives_its_room_back_and_is_not_admitted():
    bank = PromptBank(10)
    bank.reserve(1, 10)
    bank.remove(1)
    assert not bank.is_loading(1)
    bank.admit(1)
    assert 1 not in bank
    bank.add(2, marked(2, 10))
    assert (stored(bank, 2) == marked(2, 10)).all()


def test_admitting_what_was_never_reserved_is_nothing():
    bank = PromptBank(10)
    bank.admit(1)
    assert 1 not in bank


def test_a_number_reserved_again_gives_its_old_room_back():
    bank = PromptBank(10)
    bank.add(1, marked(1, 8))
    assert bank.reserve(1, 10) == (0, 10)
    assert 1 not in bank
    assert bank.is_loading(1)


def test_a_prompt_of_nothing_takes_no_room():
    """So a frames file that is empty is found out where it is read, and the bank is as it was."""
    bank = PromptBank(10)
    assert bank.reserve(1, 0) == (0, 0)
    bank.add(2, marked(2, 4))
    bank.remove(1)
    bank.add(3, marked(3, 6))
    assert (stored(bank, 2) == marked(2, 4)).all()


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 9)), max_size=40))
def test_no_two_prompts_ever_share_a_frame(steps):
    bank, there = PromptBank(24), {}
    for number, count in steps:
        there.pop(number, None)
        if count == 0:
            bank.remove(number)
            continue
        try:
            bank.add(number, marked(number, count))
        except BankFull:
            continue
        there[number] = count
    for number, count in there.items():
        assert (stored(bank, number) == marked(number, count)).all()
    for number in set(range(1, 7)) - set(there):
        bank.remove(number)
    for number in there:
        bank.remove(number)
    bank.add(9, marked(9, 24))  # nothing was lost on the way
