"""Speaks any text in a tenth of a second of a low tone, and one of them as a high one: ``TEXT OUTPUT``.

So a whole call is short, and what was said of importance can be told from the sound. It is a program, since
that is how an operator's own engine is asked.
"""

from __future__ import annotations

import math
import struct
import sys
import wave
from typing import Final

RATE: Final = 8000
SHORT_S: Final = 0.1
PROMISE_S: Final = 0.6
USUAL_HERTZ: Final = 300
"""Silence would be taken for an engine that has failed."""
PROMISE_HERTZ: Final = 1600
"""No tone of the switch itself: that after which one speaks has 1000 Hz."""
PROMISES: Final = ("Your message has been kept",)
"""How a text begins that is a promise."""


def main(text: str, output: str) -> None:
    """Write the sound of a text."""
    promised = text.startswith(PROMISES)
    count = round(RATE * (PROMISE_S if promised else SHORT_S))
    turn = 2 * math.pi * (PROMISE_HERTZ if promised else USUAL_HERTZ) / RATE
    samples = [round(8000 * math.sin(turn * place)) for place in range(count)]
    with wave.open(output, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{count}h", *samples))


if __name__ == "__main__":
    main(*sys.argv[1:])
