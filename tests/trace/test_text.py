"""The ladder in a terminal: what stands where, at any width."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from softswitch.languages import ENGLISH
from softswitch.trace.ladder import Ladder, Lane, Look, Remark, call_ladder
from softswitch.trace.text import LadderText, ladder_lines, since
from tests.fakes.clock import START
from tests.trace.test_verdict import stored

WIDTHS = (40, 80, 100, 200)


def shown(ladder: Ladder, width: int = 100, *, whole: bool = False) -> list[str]:
    out = StringIO()
    Console(file=out, width=width, color_system=None).print(LadderText(ladder, whole=whole))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def busy() -> Ladder:
    recorded = stored("busy")
    return call_ladder(recorded.call, recorded.read, ["1002 was busy."], ENGLISH)


def test_a_whole_ladder():
    lines = shown(busy(), 110)
    assert lines[0] == "1001 → 1002  2026-01-05 09:00:00 UTC"
    assert lines[2].split() == ["1001", "softswitch", "1002"]
    assert lines[3].split() == ["192.0.2.11:5060", "192.0.2.1:5060", "192.0.2.12:5060"]
    assert lines[4].lstrip().startswith("+0:00.000")
    left, middle, right = (lines[2].index(name) for name in ("1001", "softswitch", "1002"))
    invite, trying = lines[4], next(line for line in lines if "100 Trying" in line)
    assert left < invite.index(" INVITE 1002 (PCMA, PCMU) ") < invite.index("▶") < right
    assert left < trying.index("◀") < trying.index("100 Trying") < middle
    called = next(line for line in lines if "486 Busy Here" in line)
    assert middle < called.index("◀") < called.index("486 Busy Here")
    assert lines[-1] == "1002 was busy."


@pytest.mark.parametrize("width", WIDTHS)
def test_the_lanes_go_straight_down_at_any_width(width):
    lines = [line.plain for line in ladder_lines(busy(), width)]
    rows = [line for line in lines if line.lstrip().startswith("+0:")]
    centers = [place for place, letter in enumerate(rows[0]) if letter == "│"]
    assert len(centers) == 3
    for row in rows:
        for center in centers:
            # A bar, an arrow that passes, a mark, or the text of a remark.
            assert center >= len(row) or row[center] != " " or "●" in row
    assert all(cell_len(line) <= max(width, 80) for line in rows)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_of_a_remark_is_lost(width):
    label = "słyszy zapowiedź " * 8 + "漢字" * 30
    lanes = tuple(Lane(name, name) for name in ("a", "softswitch", "b1"))
    for lane in range(3):
        ladder = Ladder("t", START, lanes, (Remark(1.0, lane, label, Look.MENU),))
        rows = [line.plain for line in ladder_lines(ladder, width)][4:]
        letters = "".join(rows).replace("│", "").replace("●", "").replace("+0:01.000", "")
        assert letters.replace(" ", "") == label.replace(" ", "")


def test_repeats_say_which_they_are():
    recorded = stored("no_ack")
    lines = shown(call_ladder(recorded.call, recorded.read, [], ENGLISH))
    assert sum("200 OK" in line for line in lines) >= 11
    assert any("(×11)" in line for line in lines)


def test_whole_messages_follow_with_the_number_of_their_arrow():
    lines = shown(busy(), whole=True)
    assert any(" 1 INVITE 1002" in line for line in lines)
    place = lines.index("1  +0:00.000  UDP 192.0.2.11:5060 → 192.0.2.1:5060")
    assert lines[place + 1] == "INVITE sip:1002@192.0.2.1:5060 SIP/2.0"
    assert any(line.startswith("9  +") for line in lines)


def test_times():
    assert since(0.0) == since(-1.0) == "+0:00.000"
    assert since(3725.0426) == "+62:05.043"
