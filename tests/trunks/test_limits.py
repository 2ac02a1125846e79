"""Calls and minutes are counted, by day."""

from __future__ import annotations

from datetime import datetime, timedelta

from softswitch.events import CallEvent, Entry, LegAnswered, LegEnded, TrunkTaken
from softswitch.trunks.limits import Cap, Usage
from tests.fakes.clock import START

NAMES = ("account 1001", "trunk a")


def test_calls_at_once() -> None:
    usage, first, second = Usage(), object(), object()
    usage.began(NAMES)
    usage.began(NAMES)
    assert usage.calls("account 1001") == usage.calls("trunk a") == 2
    usage.ended(first, NAMES, START)
    assert usage.calls("trunk a") == 1
    usage.ended(second, NAMES, START)
    assert usage.calls("trunk a") == 0


def test_only_talk_counts_and_it_counts_while_it_lasts() -> None:
    usage, call = Usage(), object()
    cap = Cap(calls=2, seconds=60)
    usage.began(NAMES)
    assert usage.left("account 1001", cap, START + timedelta(seconds=50)) == 60
    usage.answered(call, NAMES, START + timedelta(seconds=50))
    assert usage.left("account 1001", cap, START + timedelta(seconds=70)) == 40
    usage.ended(call, NAMES, START + timedelta(seconds=80))
    assert usage.left("account 1001", cap, START + timedelta(seconds=500)) == 30
    assert usage.left("account 1001", Cap(1, 10), START + timedelta(seconds=500)) == 0
    assert usage.seconds("account 1002", START) == 0


def test_what_is_left_is_shared_by_who_talks() -> None:
    usage, cap = Usage(), Cap(calls=2, seconds=60)
    assert usage.share("account 1001", cap, START) == 60
    for call in ("one", "two"):
        assert not usage.is_over("account 1001", cap, START)
        usage.began(NAMES)
        usage.answered(call, NAMES, START)
    assert usage.is_over("account 1001", cap, START)
    assert usage.share("account 1001", cap, START) == 30
    assert usage.share("account 1001", cap, START + timedelta(seconds=30)) == 0
    usage.ended("one", NAMES, START + timedelta(seconds=30))
    assert usage.is_over("account 1001", cap, START + timedelta(seconds=30))
    assert not usage.is_over("account 1001", Cap(2, 90), START + timedelta(seconds=30))


def test_a_new_day_begins_anew_also_for_who_talks_through_midnight() -> None:
    usage, call = Usage(), object()
    evening = START.replace(hour=23, minute=50)
    usage.began(NAMES)
    usage.answered(call, NAMES, evening)
    assert usage.seconds("trunk a", evening + timedelta(minutes=5)) == 300
    assert usage.seconds("trunk a", evening + timedelta(minutes=15)) == 300
    usage.ended(call, NAMES, evening + timedelta(minutes=20))
    assert usage.seconds("trunk a", evening + timedelta(minutes=30)) == 600


def test_what_was_talked_before_a_restart_is_added() -> None:
    usage = Usage()
    usage.restore("account 1001", 120, START)
    assert usage.seconds("account 1001", START + timedelta(hours=1)) == 120
    assert usage.seconds("account 1001", START + timedelta(days=1)) == 0


def entries(call: str, *told: tuple[datetime, CallEvent]) -> list[Entry]:
    return [Entry(number, at, call, event) for number, (at, event) in enumerate(told, 1)]


def test_the_log_tells_what_was_talked_before_a_restart() -> None:
    usage, now = Usage(), START.replace(hour=12)
    midnight = START.replace(hour=0)

    def at(seconds: float) -> datetime:
        return midnight + timedelta(seconds=seconds)

    taken, answered = TrunkTaken("b1", "a", "1001"), LegAnswered("b1", "+48600", "PCMA", "rfc4733")
    ended = LegEnded("b1", "+48600", "completed", "callee_hung_up", 200, 16)
    usage.replay(
        [
            # Begun yesterday: what lies after midnight counts.
            *entries("one", (at(-90), taken), (at(-60), answered), (at(60), ended)),
            # Passed from one trunk to another: the last one has it.
            *entries(
                "two",
                (at(100), TrunkTaken("b1", "z", "1001")),
                (at(101), taken),
                (at(110), answered),
                (at(140), ended),
            ),
            # Never answered, of another leg, of nobody's account, and never ended.
            *entries("three", (at(200), taken), (at(230), ended)),
            *entries("four", (at(200), LegAnswered("a", "1001", "PCMA", "rfc4733")), (at(300), ended)),
            *entries("five", (at(300), TrunkTaken("b1", "a", "")), (at(301), answered), (at(302), ended)),
            *entries("six", (at(400), taken), (at(401), answered)),
        ],
        now,
    )
    assert usage.seconds("account 1001", now) == 90
    assert usage.seconds("trunk a", now) == 91
    assert usage.seconds("trunk z", now) == 0


def test_a_clock_that_is_set_back_gives_nothing_back() -> None:
    usage, call = Usage(), object()
    usage.began(NAMES)
    usage.answered(call, NAMES, START + timedelta(seconds=60))
    usage.ended(call, NAMES, START)
    assert usage.seconds("trunk a", START) == 0
