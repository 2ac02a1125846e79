"""Rows that hear: four phones that say one thing each, and prompts whose frames have numbers."""

from __future__ import annotations

import numpy as np

from media.g711 import ALAW, DECODE, FRAME, ULAW
from media.hearing import Ended, Hearing
from media.mixer import Seat
from media.prompts import PromptBank

SPOKEN = (50, 60, 70, 80)
"""What the phones of the four rows say."""


class Room:
    """Four rows, the odd ones in µ-law; prompt n holds frames that say 10n, 10n+1 ... in A-law, +128 in µ."""

    def __init__(self, **lengths: int) -> None:
        self.bank = PromptBank(64)
        for name, length in lengths.items():
            number = int(name.removeprefix("p"))
            codes = np.repeat(np.arange(length) + 10 * number, FRAME).reshape(length, FRAME)
            self.bank.add(number, np.stack([codes, codes + 128]).astype(np.uint8))
        self.hearing = Hearing(4, self.bank)
        self.law = np.array([ALAW, ULAW, ALAW, ULAW])
        self.sends = np.ones(4, np.bool_)
        self.tick = 0
        self.ended: list[Ended] = []
        # Packets are written into the same place tick after tick, as the engine does.
        self._payload = np.zeros((4, FRAME), np.uint8)

    def frames(self) -> np.ndarray:
        """Let a tick pass; return what all rows heard, ``(4, 160)``."""
        heard = np.repeat(np.array(SPOKEN, np.uint8), FRAME).reshape(4, FRAME)
        self.ended += self.hearing.render(self._payload, heard, self.law, self.tick, self.sends)
        self.tick += 1
        return self._payload.copy()

    def hears(self, row: int, ticks: int = 1) -> list[int]:
        """Let ticks pass; return what a row heard in each, by its last sample, which no fade reaches."""
        return [int(self.frames()[row, -1]) for _ in range(ticks)]

    def loop(self, row: int, *prompts: int, shared: bool = False, resume: bool = False) -> None:
        """Put a programme behind."""
        self.hearing.loop(row, prompts, shared=shared, resume=resume)


def is_soft(frame: np.ndarray, law: int) -> bool:
    """Tell whether a frame of one level comes up from nothing."""
    level = np.abs(DECODE[law][frame].astype(int))
    return bool(level[0] * 20 < level[-1] and (np.diff(level) >= 0).all())


def is_even(frame: np.ndarray) -> bool:
    """Tell whether a frame is of one level, as the prompts and voices of these tests are."""
    return bool((frame == frame[0]).all())


def turn_to(room: Room, what: str) -> None:
    """Let row 0 hear something else."""
    match what:
        case "nothing":
            room.hearing.nothing(0)
        case "itself":
            room.hearing.itself(0)
        case "leg":
            room.hearing.leg(0, 3)
        case "room":
            room.hearing.room(0, Seat(1, speaks=True))
        case _:
            room.loop(0, 3)
