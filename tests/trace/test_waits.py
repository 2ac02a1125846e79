"""Why somebody waited in vain, from the offers of the wait."""

from __future__ import annotations

from collections.abc import Sequence

from softswitch.calls.hangup import Reason
from softswitch.events import AgentMissed, Entry, QueueLeft
from softswitch.trace.facts import facts_of
from softswitch.trace.ladder import Look, Remark, call_ladder
from softswitch.trace.verdict import sentences
from softswitch.trace.waits import waited_in_vain
from tests.calls.queue_stories import answered, offered, waiting


def said(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    return [*waited_in_vain(facts_of(entries, ()))]


def test_who_got_nobody_is_told_whose_phones_rang() -> None:
    story = waiting()
    for at, agent, why in ((1, "1002", "no_answer"), (20, "1003", "reject"), (40, "1002", "no_answer")):
        story.at(at, offered(agent, at)).at(at + 15, AgentMissed("sales", agent, why, 15.0))
    story.at(60, QueueLeft("sales", "1001", "abandoned", 60.0, 0))
    assert said(story.entries) == [
        (
            "In queue sales the phones of these agents rang: 1002 (no answer), 1003 (rejected).",
            "W kolejce sales dzwoniły telefony konsultantów: 1002 (nikt nie odebrał), 1003 (odrzucono).",
        )
    ]
    told = sentences(facts_of(story.over(60, Reason.CALLER_HUNG_UP, "caller"), ()), "en")
    assert told == (
        "1001 waited 1 min 0 s in queue sales and got nobody. 1001 hung up after 1 min 0 s.",
        "In queue sales the phones of these agents rang: 1002 (no answer), 1003 (rejected).",
    )


def test_where_no_phone_rang_there_was_nobody() -> None:
    (both,) = said(waiting().at(60, QueueLeft("sales", "1001", "max_wait", 60.0, 0)).entries)
    assert both[0].startswith("In queue sales nobody's phone was rung")
    assert both[1].startswith("W kolejce sales nie zadzwonił żaden telefon")


def test_nothing_is_said_of_who_was_answered_or_still_waits() -> None:
    assert said(answered().entries) == []
    assert said(waiting().entries) == []


def test_n07_the_ladder_shows_the_queue_on_its_axis_and_the_answer_at_the_agents_lane() -> None:
    ladder = call_ladder(answered().entries, (), (), "en")
    rows = [row for row in ladder.rows if isinstance(row, Remark) and row.look is Look.MENU]
    assert [(ladder.lanes[row.lane].title, row.label) for row in rows] == [
        ("softswitch", "1001 waits in queue sales, ahead: 2"),
        ("softswitch", "queue sales rings 1002 after 10.0 s (longest idle, also free: 1003)"),
        ("softswitch", "1002 does not take the caller of queue sales: no answer (15.0 s)"),
        ("softswitch", "queue sales rings 1003 after 25.0 s (longest idle); overtakes 1: skill"),
        ("1003", "1003 answers queue sales after 30.0 s of waiting and 5.0 s of ringing (b2)"),
    ]
