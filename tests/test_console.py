"""Lines reach the terminal in order, and a terminal that stands still stops nobody."""

from __future__ import annotations

import io
import os
import threading

import pytest

from softswitch.console import MAX_WAITING, Console


class StuckTerminal(io.StringIO):
    """Takes nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()

    def write(self, text: str) -> int:
        self.free.wait(10)
        return super().write(text)


def test_lines_come_out_in_order() -> None:
    out = io.StringIO()
    console = Console(out)
    for number in range(100):
        console.say(f"line {number}")
    console.close()
    assert out.getvalue().splitlines() == [f"line {number}" for number in range(100)]


def test_a_stuck_terminal_keeps_nobody_waiting_and_learns_what_it_missed() -> None:
    out = StuckTerminal()
    console = Console(out)
    for number in range(MAX_WAITING + 50):
        console.say(str(number))
    out.free.set()
    console.close(within=5)
    again = out.getvalue().splitlines()
    # One line was already on its way when the queue filled up, or none: the rest is dropped.
    assert MAX_WAITING <= len(again) <= MAX_WAITING + 1
    assert again[:3] == ["0", "1", "2"]


def test_what_was_dropped_is_said_once_there_is_room() -> None:
    out = StuckTerminal()
    console = Console(out)
    for number in range(MAX_WAITING + 20):
        console.say(str(number))
    out.free.set()
    while console._lines.qsize() > MAX_WAITING // 2:
        os.sched_yield()
    console.say("after")
    console.close(within=5)
    *_, notice, last = out.getvalue().splitlines()
    assert "lines were not shown" in notice
    assert last == "after"


def test_one_line_that_was_dropped_is_one_line() -> None:
    console = Console(io.StringIO())
    console._dropped = 1
    console.say("after")
    console.close(within=5)
    assert isinstance(console._out, io.StringIO)
    assert console._out.getvalue().splitlines() == [
        "(1 line was not shown: the terminal was too slow)",
        "after",
    ]


@pytest.mark.parametrize("fault", [OSError, ValueError])
def test_a_terminal_that_has_gone_ends_the_writing_quietly(fault: type[Exception]) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise fault

    console = Console(Gone())
    console.say("nobody reads this")
    console.close(within=2)
