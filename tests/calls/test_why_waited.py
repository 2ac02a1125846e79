"""How somebody waited, in a sentence of either language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from softswitch.calls.hangup import Reason
from softswitch.calls.waits import WaitRecord
from softswitch.calls.why import why_it_ended
from softswitch.calls.why_waited import ENDS, wait_words
from softswitch.events import QueueLeft
from softswitch.queues.model import Refused, Why
from tests.calls.queue_stories import answered, waiting
from tests.fakes.clock import START

WAIT = WaitRecord("sales", START, waited=65.0, ended=START)


@pytest.mark.parametrize(
    ("wait", "english", "polish"),
    [
        (
            replace(WAIT, how="answered", agent="1003"),
            "1001 waited 65 s in queue sales until 1003 answered",
            "dzwoniący 1001 czekał 65 s w kolejce sales, zanim odebrał 1003",
        ),
        (
            replace(WAIT, how="max_wait", to="501"),
            "1001 waited 65 s in queue sales and could wait no longer there, then went on to 501",
            "dzwoniący 1001 czekał 65 s w kolejce sales do najdłuższego dozwolonego czasu, "
            "potem przeszedł na 501",
        ),
        (
            replace(WAIT, how="called_back", to="X"),
            "1001 waited 65 s in queue sales and was called back in call X",
            "dzwoniący 1001 czekał 65 s w kolejce sales i centrala oddzwoniła w połączeniu X",
        ),
        (
            replace(WAIT, how="full", refused=True, to="501"),
            "queue sales was full, so 1001 went on to 501",
            "kolejka sales była pełna, więc dzwoniący 1001 przeszedł na 501",
        ),
        (
            replace(WAIT, how="empty", refused=True),
            "queue sales had no agent who could take a call",
            "kolejka sales nie miała konsultanta, który mógłby odebrać",
        ),
        (
            replace(WAIT, how="eaten_by_a_dog"),
            "1001 waited 65 s in queue sales and left",
            "dzwoniący 1001 czekał 65 s w kolejce sales i z niej wyszedł",
        ),
    ],
)
def test_each_end_of_a_wait_has_its_words(wait: WaitRecord, english: str, polish: str) -> None:
    assert wait_words(wait, "1001", "65 s") == (english, polish)


def test_every_reason_has_words() -> None:
    assert {why.value for why in Why} <= ENDS.keys()
    for refused in Refused:
        said = wait_words(replace(WAIT, how=refused.value, refused=True), "", "0 s")
        assert "took nobody in" not in said[0]


def test_the_sentence_of_a_call_tells_of_the_wait_first() -> None:
    entries = answered().over(90, Reason.CALLEE_HUNG_UP, "callee")
    assert why_it_ended(entries) == (
        "1001 waited 30 s in queue sales until 1003 answered. 1003 hung up after 1 min 0 s."
    )
    story = waiting().at(31, QueueLeft("sales", "1001", "abandoned", 31.0, 1))
    assert why_it_ended(story.over(31, Reason.CALLER_HUNG_UP, "caller"), "pl") == (
        "Dzwoniący 1001 czekał 31 s w kolejce sales i nikt nie odebrał. Dzwoniący 1001 rozłączył się po 31 s."
    )
