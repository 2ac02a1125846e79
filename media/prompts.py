"""The prompt bank: every sound once, encoded in both laws, cut into 20 ms frames.

Playing is an index into the bank, shared by all callers. Encoding is done before, off the tick: a sound
travels to the worker as a *frames file*, both laws ready to copy.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media.errors import BankFull, MediaError
from media.g711 import FRAME, LAWS, SAMPLE_RATE, Samples, encode

CAPACITY: Final = 1 << 19
"""Frames of the bank: 2 h 54 min of prompts. The memory is taken as it is written, not before."""


def frames_of(samples: Samples) -> NDArray[np.uint8]:
    """Return ``(laws, frames, 160) uint8``, the last frame filled up with silence."""
    count = -(-len(samples) // FRAME)
    padded = np.zeros(count * FRAME, np.int16)
    padded[: len(samples)] = samples
    return np.stack([encode(padded, law).reshape(count, FRAME) for law in LAWS])


class PromptBank:
    """Frames of all prompts, ``(laws, CAPACITY, 160) uint8``; a prompt is a range of frames."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        # Pages of an empty array cost nothing until they are written.
        self.frames = np.empty((len(LAWS), capacity, FRAME), np.uint8)
        self._ranges: dict[int, tuple[int, int]] = {}
        self._reserved: dict[int, tuple[int, int]] = {}
        self._free = [(0, capacity)]

    def __contains__(self, prompt: int) -> bool:
        return prompt in self._ranges

    def add(self, prompt: int, frames: NDArray[np.uint8]) -> None:
        """Store ``(laws, frames, 160) uint8`` under a number; raise BankFull when there is no room."""
        begin, count = self.reserve(prompt, frames.shape[1])
        for law in LAWS:
            self.frames[law, begin : begin + count] = frames[law]
        self.admit(prompt)

    def reserve(self, prompt: int, count: int) -> tuple[int, int]:
        """Take room for so many frames and return (first frame, frames); raise BankFull when there is none.

        The prompt may be played when it is admitted, not before.
        """
        self.remove(prompt)
        index = next((i for i, (_, length) in enumerate(self._free) if length >= count), None)
        if index is None:
            raise BankFull(f"no room for a prompt of {count * FRAME / SAMPLE_RATE:.0f} s")
        begin, length = self._free[index]
        rest = (begin + count, length - count)
        self._free[index : index + 1] = [rest] if rest[1] else []
        self._reserved[prompt] = (begin, count)
        return begin, count

    def is_loading(self, prompt: int) -> bool:
        """Tell whether a prompt has its room, but may not be played yet."""
        return prompt in self._reserved

    def admit(self, prompt: int) -> None:
        """Let a prompt be played whose frames are in their place; nothing if it was removed meanwhile."""
        if (place := self._reserved.pop(prompt, None)) is not None:
            self._ranges[prompt] = place

    def remove(self, prompt: int) -> None:
        """Give the room of a prompt back. Whoever still plays it hears what is stored there next."""
        gone = self._ranges.pop(prompt, None) or self._reserved.pop(prompt, None)
        if gone is None:
            return
        merged: list[tuple[int, int]] = []
        for begin, length in sorted([*self._free, gone]):
            if merged and merged[-1][0] + merged[-1][1] == begin:
                merged[-1] = (merged[-1][0], merged[-1][1] + length)
            else:
                merged.append((begin, length))
        self._free = merged

    def range(self, prompt: int) -> tuple[int, int]:
        """Return (first frame, frames) of a prompt; raise MediaError when it is not in the bank."""
        try:
            return self._ranges[prompt]
        except KeyError:
            raise MediaError(f"prompt {prompt} is not in the bank") from None
