"""Looking on."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console, RenderableType
from rich.text import Text

from softswitch.commands.watching import EVERY_SECONDS, watch
from softswitch.control import NoSwitch


def test_it_looks_once_a_second_until_interrupted() -> None:
    out, slept = StringIO(), list[float]()
    seen = iter(range(1, 9))

    def look() -> RenderableType:
        return Text(f"look {next(seen)}")

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt

    watch(look, Console(file=out, force_terminal=True, width=40), sleep)
    assert slept == [EVERY_SECONDS] * 3
    assert "look 3" in out.getvalue()
    assert "look 4" not in out.getvalue()


def test_a_switch_that_stops_ends_it() -> None:
    def look() -> RenderableType:
        raise NoSwitch("gone")

    with pytest.raises(NoSwitch):
        watch(look, Console(file=StringIO()), lambda seconds: None)
