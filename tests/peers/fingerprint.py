"""A voice whose every text sounds like no other: a program that a line under test speaks with.

Run as ``python fingerprint.py LANGUAGE VOICE OUTPUT`` with the text on standard input. Each tenth of a second
is a chord drawn from text, language and voice: the same at every rendering, on every machine, so that what a
phone heard can be told to the syllable. A voice of speech does not say the same twice in quite the same way.
"""

from __future__ import annotations

import hashlib
import math
import struct
import sys
import wave

RATE = 8000
CHORD_SECONDS = 0.1
SECONDS_A_LETTER = 0.035
LEAST_SECONDS = 1.2
LOWEST_HZ, STEP_HZ, STEPS = 400.0, 31.0, 80
"""Within what a telephone carries."""
NOTES, LEVEL = 3, 0.12


def chords(text: str, language: str, voice: str) -> list[list[float]]:
    """Return the frequencies (Hz) of each tenth of a second."""
    seconds = max(LEAST_SECONDS, SECONDS_A_LETTER * len(text))
    drawn = []
    for place in range(math.ceil(seconds / CHORD_SECONDS)):
        digest = hashlib.sha256(f"{language}|{voice}|{text}|{place}".encode()).digest()
        drawn.append([LOWEST_HZ + STEP_HZ * (digest[note] % STEPS) for note in range(NOTES)])
    return drawn


def main() -> None:
    """Write the sound of the text."""
    language, voice, output = sys.argv[1:4]
    text = sys.stdin.read().strip()
    size = round(CHORD_SECONDS * RATE)
    samples = [
        sum(LEVEL * math.sin(2 * math.pi * note * place / RATE) for note in chord)
        for chord in chords(text, language, voice)
        for place in range(size)
    ]
    with wave.open(output, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *(round(32767 * one) for one in samples)))


if __name__ == "__main__":
    main()
