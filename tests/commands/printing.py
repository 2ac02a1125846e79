"""What a command shows, as text."""

from __future__ import annotations

from io import StringIO

from rich.console import Console, RenderableType


def text_of(shown: RenderableType, width: int = 140) -> str:
    """Return it as it is printed."""
    out = StringIO()
    Console(file=out, width=width).print(shown)
    return out.getvalue()
