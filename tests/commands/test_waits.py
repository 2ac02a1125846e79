"""The queue part of ``softswitch call ID``."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from softswitch.calls.hangup import Reason
from softswitch.calls.record import call_record
from softswitch.commands.records import show_call
from softswitch.commands.view import View
from softswitch.commands.waits import talk_words, wait_rows
from softswitch.events import CallForwarded, LegTookPlace, QueueRefused
from tests.calls.queue_stories import answered, waiting
from tests.calls.stories import arrived
from tests.commands.test_records import Log


@pytest.mark.parametrize(
    ("language", "rows", "talk"),
    [
        (
            "en",
            [
                "sales: waited 30 s, ahead 2; answered: 1003",
                "  +10 s 1002 (longest idle, also free: 1003): no answer",
                "  +25 s 1003 (longest idle; overtook 1: skill): answered",
            ],
            "1003 (sales) 1 min 0 s, the agent hung up",
        ),
        (
            "pl",
            [
                "sales: czekanie 30 s, wcześniejszych 2; odebrano: 1003",
                "  +10 s 1002 (najdłużej wolny, wolni także: 1003): nikt nie odebrał",
                "  +25 s 1003 (najdłużej wolny; wyprzedza 1: umiejętności): odebrano",
            ],
            "1003 (sales) 1 min 0 s, konsultant się rozłączył",
        ),
    ],
)
def test_a_wait_and_the_talk_after_it(language: str, rows: list[str], talk: str) -> None:
    record = call_record(answered().over(90, Reason.CALLEE_HUNG_UP, "callee"))
    assert [*wait_rows(record.waits[0], language)] == rows
    assert talk_words(record.talks[0], language) == talk


def test_who_got_the_call_handed_over_is_called_no_agent() -> None:
    story = answered().at(60, LegTookPlace("b3", "1004", "b2"))
    first, second = call_record(story.over(80, Reason.CALLEE_HUNG_UP, "callee")).talks
    assert talk_words(first, "en") == "1003 (sales) 30 s, handed over"
    assert talk_words(second, "en") == "1004 20 s, the called side hung up"


def test_what_goes_on_has_no_end_yet() -> None:
    record = call_record(waiting().entries)
    assert [*wait_rows(record.waits[0], "en")] == ["sales: waited 0 s, ahead 2; …"]
    record = call_record(answered().entries)
    assert talk_words(record.talks[0], "en") == "1003 (sales) …"


def test_who_was_not_let_in() -> None:
    story = arrived("500").at(1, QueueRefused("sales", "1001", "full"))
    record = call_record(story.at(1, CallForwarded("sales", "501", "queue_full")).entries)
    assert [*wait_rows(record.waits[0], "en")] == ["sales: the queue is full > 501"]


async def test_they_stand_in_the_head_of_the_call() -> None:
    entries = answered().over(90, Reason.CALLEE_HUNG_UP, "callee")
    shown, _ = await show_call(Log(tuple(entries)), entries[0].call, view=View())
    out = StringIO()
    Console(file=out, width=160, color_system=None).print(shown)
    lines = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert "Queue sales: waited 30 s, ahead 2; answered: 1003" in lines
    assert "+10 s 1002 (longest idle, also free: 1003): no answer" in lines
    assert "With 1003 (sales) 1 min 0 s, the agent hung up" in lines
