"""Looking on: the same question once a second, shown in the same place, until the operator has had enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rich.console import Console, RenderableType
from rich.live import Live

EVERY_SECONDS: Final = 1.0


def watch(look: Callable[[], RenderableType], screen: Console, sleep: Callable[[float], None]) -> None:
    """Show what ``look`` returns, anew every second, until interrupted; raises what ``look`` raises."""
    with Live(look(), console=screen, auto_refresh=False) as live:
        try:
            while True:
                sleep(EVERY_SECONDS)
                live.update(look(), refresh=True)
        except KeyboardInterrupt:
            return
