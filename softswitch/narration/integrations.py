"""What happens to hosts of others, in words."""

from __future__ import annotations

from typing import assert_never

from softswitch.events import HostBack, HostGivenUp
from softswitch.narration.phrases import both_seconds, printable, words
from softswitch.words import Both

HostEvent = HostGivenUp | HostBack


def told_of_host(event: HostEvent) -> Both:
    """Return what happened to a host, in both languages."""
    who = printable(event.host)
    match event:
        case HostGivenUp(_, why):
            english, polish = words(why)
            return (
                f"{who} is left alone for a while: {english}",
                f"{who} na razie nie będzie odpytywany: {polish}",
            )
        case HostBack(_, seconds):
            english, polish = both_seconds(seconds)
            return f"{who} answers again after {english}", f"{who} znów odpowiada po {polish}"
        case _:
            assert_never(event)
