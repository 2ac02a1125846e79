"""A long text that no key cuts short."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from softswitch.ivr.lint.spoken_keys import LETTERS_PER_SECOND
from softswitch.ivr.lint.view import Found, Rule, Severity, View

LONGEST_S: Final = 30.0


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        if getattr(step.action, "barge_in", True):
            continue
        texts = (text for prompt in step.action.prompts() for text in (prompt.text or {}).values())
        seconds = max((len(text) / LETTERS_PER_SECOND for text in texts), default=0.0)
        if seconds > LONGEST_S:
            yield Found(
                f"callers must listen to all of some {seconds:.0f} s each time: let a key cut it short",
                f"dzwoniący musi za każdym razem wysłuchać całych około {seconds:.0f} s: niech klawisz je "
                "przerywa",
                branch,
                step,
            )


RULE = Rule(
    "long_unskippable",
    Severity.HINT,
    "What is long can be cut short by a key.",
    "To, co długie, można przerwać klawiszem.",
    _look,
)
