"""The ladder as SVG: well formed, everything inside the picture, nothing on top of something else."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest

from softswitch.languages import ENGLISH
from softswitch.trace.ladder import Arrow, Ladder, Lane, Look, Remark, call_ladder
from softswitch.trace.svg import APART, DARK, LEFT, LETTER, LIGHT, svg
from tests.fakes.clock import START
from tests.trace.broken_calls import PICTURE, SHOWN
from tests.trace.broken_calls import drawn as picture_of
from tests.trace.test_verdict import SENTENCES, stored

SVG = "{http://www.w3.org/2000/svg}"


def drawn(name: str) -> tuple[Ladder, ElementTree.Element]:
    recorded = stored(name)
    ladder = call_ladder(recorded.call, recorded.read, SENTENCES[name][:2], ENGLISH)
    return ladder, ElementTree.fromstring(svg(ladder))


@pytest.mark.parametrize("name", SENTENCES)
def test_all_of_a_call_is_in_the_picture(name):
    ladder, root = drawn(name)
    texts = ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
    arrows = [row for row in ladder.rows if isinstance(row, Arrow)]
    hovers = [one.text or "" for one in root.iter(f"{SVG}title")]
    assert len(hovers) == len(arrows)
    assert all(row.message.text.splitlines()[0] in hover for row, hover in zip(arrows, hovers, strict=True))
    assert " ".join(SENTENCES[name][:2]) == root.get("aria-label")
    said = " ".join(texts)
    for row in ladder.rows:
        assert row.label.split(" ")[0] in said
    for lane in ladder.lanes:
        assert lane.title in texts
        assert lane.where in texts


@pytest.mark.parametrize("name", SENTENCES)
def test_everything_lies_inside_and_apart(name):
    ladder, root = drawn(name)
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    assert width == LEFT + APART * len(ladder.lanes)
    for one in root.iter(f"{SVG}text"):
        assert 0 <= float(one.get("x") or -1) <= width
        assert 0 <= float(one.get("y") or -1) <= height
        if "why" in (one.get("class") or ""):
            assert 20 + len(one.text or "") * LETTER <= width
    boxes = [one for one in root.iter(f"{SVG}rect") if "note" in (one.get("class") or "")]
    for one in boxes:
        assert float(one.get("x") or -1) >= 0
        assert float(one.get("width") or 0) <= APART
    spans = [(float(one.get("y") or 0), float(one.get("height") or 0)) for one in boxes]
    assert all(y + h <= below for (y, h), (below, _) in itertools.pairwise(spans))


def test_arrows_point_where_messages_went():
    ladder, root = drawn("busy")
    lines = [one for group in root.iter(f"{SVG}g") for one in group.iter(f"{SVG}line")]
    arrows = [row for row in ladder.rows if isinstance(row, Arrow)]
    for line, arrow in zip(lines, arrows, strict=True):
        to_the_right = float(line.get("x2") or 0) > float(line.get("x1") or 0)
        assert to_the_right == (arrow.target > arrow.source)
        assert ("stroke-dasharray" in line.attrib) == bool(arrow.message.status)


def luminance(colour: str) -> float:
    """Return relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_all_that_is_written_can_be_read_on_its_ground(colours):
    for name, colour in colours.items():
        grounds = [colours["note"]] if name in {look.value for look in Look} else []
        for ground in [colours["ground"], *grounds] if name not in ("ground", "line", "note") else []:
            low, high = sorted([luminance(colour), luminance(ground)])
            assert (high + 0.05) / (low + 0.05) >= 4.5, (name, ground)


def test_both_grounds_have_all_their_colours():
    style = ElementTree.fromstring(svg(drawn("busy")[0])).find(f"{SVG}style")
    assert style is not None
    light, dark = (style.text or "").split("@media (prefers-color-scheme: dark)")
    assert LIGHT.keys() == DARK.keys()
    assert all(colour in light for colour in LIGHT.values())
    assert all(colour in dark for colour in DARK.values())
    assert light.count("{") == light.count("}")
    assert dark.count("{") == dark.count("}")


def test_nothing_of_a_stranger_becomes_markup():
    nasty = 'a<b>&"\x00\x1b]]>\ud800'
    ladder = Ladder(nasty, START, (Lane("x", nasty),), (Remark(0.0, 0, nasty, Look.STATE),), (nasty,))
    root = ElementTree.fromstring(svg(ladder).encode())
    texts = ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
    assert 'a<b>&"··]]>·' in texts


def test_the_picture_in_the_manual_is_what_is_drawn():
    """If not: ``python -m tests.trace.broken_calls``."""
    assert PICTURE.read_text(encoding="utf-8") == picture_of(stored(SHOWN))
