"""What steps that ask for keys have in common: the question itself, and keys that nobody is to know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from softswitch.ivr.prompts import Spoken
from softswitch.ivr.visit import Visit

TypeAhead = Literal["keep", "flush"]
"""What happens to keys that are pressed before a question."""


@contextmanager
def masked_keys(visit: Visit, secret: bool = True) -> Iterator[None]:
    """Keep what is pressed meanwhile out of every log and recording, where it is secret."""
    if not secret:
        yield
        return
    visit.world.line.mask_keys(True)
    try:
        yield
    finally:
        visit.world.line.mask_keys(False)


async def put_question(
    visit: Visit, prompts: Sequence[Spoken], *, barge_in: bool, type_ahead: TypeAhead
) -> None:
    """Say a question; keys before it, or in one that none cuts short, are thrown away if so wished."""
    if type_ahead == "flush":
        visit.flush_keys()
    if prompts:
        await visit.hear(prompts, barge_in=barge_in)
    if type_ahead == "flush" and not barge_in:
        visit.flush_keys()
