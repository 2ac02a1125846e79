import io
import struct
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.drawing import Picture, Series, Stroke, Words, curves
from benchmarks.raster import GLYPHS, png


def pixels(data: bytes) -> NDArray[np.uint8]:
    """Read a PNG file as ``(height, width, 3)``; every checksum is looked at."""
    stream = io.BytesIO(data)
    assert stream.read(8) == b"\x89PNG\r\n\x1a\n"
    chunks: dict[bytes, bytes] = {}
    while size := stream.read(4):
        kind = stream.read(4)
        chunks[kind] = stream.read(struct.unpack(">I", size)[0])
        assert struct.unpack(">I", stream.read(4))[0] == zlib.crc32(kind + chunks[kind])
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, 1 + 3 * width)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, 3)


def test_a_line_is_where_it_should_be_and_nothing_else():
    picture = Picture(30, 20, strokes=[Stroke(((5.0, 10.0), (25.0, 10.0)), "#ff0000", 2.0)])
    image = pixels(png(picture))
    assert image.shape == (20, 30, 3)
    assert tuple(image[10, 15]) == (255, 0, 0)
    dark = (image != 255).any(2)
    assert dark[8:13, 4:27].any(1).sum() <= 3
    dark[8:13, 4:27] = False
    assert not dark.any()


def test_dots_are_not_joined():
    dots = Stroke(((5.0, 10.0), (25.0, 10.0)), "#0000ff", 4.0, dots=True)
    image = pixels(png(Picture(30, 20, strokes=[dots])))
    assert tuple(image[10, 5]) == tuple(image[10, 25]) == (0, 0, 255)
    assert tuple(image[10, 15]) == (255, 255, 255)


def test_words_have_the_shape_of_their_letters():
    image = pixels(png(Picture(30, 20, words=[Words((2.0, 15.0), "L", "#000000", 6)])))
    dark = (image == 0).all(2)[10:15, 2:5]
    assert dark.tolist() == [[True, False, False]] * 4 + [[True, True, True]]


@pytest.mark.parametrize("text", ["", "far beyond the edge " * 20, "µ ≤ ?"])
def test_words_that_do_not_fit_do_no_harm(text):
    pixels(png(Picture(30, 20, words=[Words((25.0, 4.0), text)])))


def test_points_outside_do_no_harm():
    pixels(png(Picture(30, 20, strokes=[Stroke(((-50.0, -5.0), (99.0, 90.0)), "#123456", 3.0)])))


def test_every_letter_has_five_rows():
    assert all(len(shape) == 5 and set(shape) <= set("01234567") for shape in GLYPHS.values())
    assert len(set(GLYPHS.values())) >= len(GLYPHS) - 2  # O and 0, S and 5


def test_a_chart_is_drawn():
    picture = curves("load", Series("calls", [1.0, 2.0]), [(Series("worker", [10.0, 60.0]), 100.0)])
    assert len(np.unique(pixels(png(picture)).reshape(-1, 3), axis=0)) > 4
