"""Pictures as PNG, for where no SVG is shown: drawn large and made smaller, with letters of pixels."""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.drawing import Picture, Stroke, Words

FINE: Final = 3
"""Pixels drawn for one of the picture, each way: their mean makes edges smooth."""
SPACE: Final = "00000"
_LETTERS: Final = "0123456789abcdefghijklmnopqrstuvwxyz%.,:/-()<>"
_SHAPES: Final = (
    "75557 26227 71747 71717 55711 74717 74757 71122 75757 75717 "  # 0 to 9
    "25755 65656 74447 65556 74647 74644 74557 55755 72227 11157 55655 44447 57755 "  # a to m
    "57775 75557 75744 75573 75765 74717 72222 55557 55552 55775 55255 55722 71247 "  # n to z
    "51245 00002 00024 02020 11244 00700 24442 21112 12421 42124"
)
GLYPHS: Final = {letter: _SHAPES[6 * place : 6 * place + 5] for place, letter in enumerate(_LETTERS)}
"""Five rows of three pixels, each row an octal digit."""


def png(picture: Picture) -> bytes:
    """Return a picture as a PNG file (W3C PNG, 8 bits of red, green and blue)."""
    canvas = np.full((picture.height * FINE, picture.width * FINE, 3), 255, np.uint8)
    for stroke in picture.strokes:
        _draw(canvas, stroke)
    small = canvas.reshape(picture.height, FINE, picture.width, FINE, 3).mean((1, 3)).astype(np.uint8)
    for words in picture.words:
        _write(small, words)
    rows = np.pad(
        small.reshape(picture.height, -1), ((0, 0), (1, 0))
    )  # Each row begins with its filter: none.
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _draw(canvas: NDArray[np.uint8], stroke: Stroke) -> None:
    points = np.array(stroke.points, np.float64).reshape(-1, 2) * FINE
    if not stroke.dots and len(points) > 1:
        steps = np.ceil(np.abs(np.diff(points, axis=0)).max(1)).astype(int) + 1
        pairs = zip(points, points[1:], steps, strict=False)
        points = np.concatenate([np.linspace(begin, end, count) for begin, end, count in pairs])
    reach = np.arange(-(stroke.width * FINE // 2), stroke.width * FINE // 2 + 1)
    across, down = np.meshgrid(reach, reach)
    round_ = across**2 + down**2 <= (stroke.width * FINE / 2) ** 2
    for right, low in zip(across[round_], down[round_], strict=True):
        x, y = (points + np.array([right, low])).round().astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < canvas.shape[1]) & (y < canvas.shape[0])
        canvas[y[inside], x[inside]] = _colour(stroke.colour)


def _write(canvas: NDArray[np.uint8], words: Words) -> None:
    rows = [GLYPHS.get(letter, SPACE) for letter in words.text.lower()]
    bits = np.array(
        [[[int(row) >> 2 & 1, int(row) >> 1 & 1, int(row) & 1, 0] for row in one] for one in rows]
    )
    if not len(bits):
        return
    size = words.size // 6
    line = np.kron(bits.transpose(1, 0, 2).reshape(5, -1), np.ones((size, size), int)).astype(bool)
    x, bottom = round(words.at[0]), round(words.at[1])
    place = canvas[max(bottom - len(line), 0) : bottom, max(x, 0) : x + line.shape[1]]
    place[line[-len(place) :, : place.shape[1]]] = _colour(words.colour)


def _colour(text: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(text[1:]))
