"""Why somebody waited in a queue in vain: to whom the call was offered, and what became of each offer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from softswitch.calls.waits import ANSWERED, CALLED_BACK, WaitRecord
from softswitch.languages import ENGLISH, POLISH
from softswitch.narration.phrases import printable
from softswitch.trace.facts import Facts
from softswitch.words import Both, queue_word

MOST_NAMED: Final = 6
"""Agents named with what became of the offer: a sentence, not a list."""


def waited_in_vain(facts: Facts) -> Iterator[Both]:
    """A wait that is over and led to nobody."""
    for wait in facts.record.waits:
        if wait.ended is not None and not wait.refused and wait.how not in (ANSWERED, CALLED_BACK):
            yield _offers(wait)


def _offers(wait: WaitRecord) -> Both:
    queue = printable(wait.queue)
    if not wait.offers:
        return (
            f"In queue {queue} nobody's phone was rung: no agent was free for this caller.",
            f"W kolejce {queue} nie zadzwonił żaden telefon: nie było wolnego konsultanta.",
        )
    named = dict.fromkeys((offer.agent, offer.became) for offer in wait.offers)
    english, polish = (
        ", ".join(
            f"{printable(agent)} ({queue_word(became, language)})" for agent, became in [*named][:MOST_NAMED]
        )
        for language in (ENGLISH, POLISH)
    )
    more = ", …" if len(named) > MOST_NAMED else ""
    return (
        f"In queue {queue} the phones of these agents rang: {english}{more}.",
        f"W kolejce {queue} dzwoniły telefony konsultantów: {polish}{more}.",
    )
