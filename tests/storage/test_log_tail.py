"""The end of the log in memory: the same as the disk would tell, or nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from softswitch.events import BranchEntered, CallArrived, CallEnded, Entry, Event, SwitchStopped
from softswitch.storage.log_tail import LogTail
from tests.fakes.clock import START

ARRIVED = CallArrived("a", "+48600100200", "", "1", "203.0.113.7:5060", "")
ENTERED = BranchEntered("bank", "welcome")
ENDED = CallEnded("completed", "caller_hung_up", 200, 16, "caller")
KINDS: tuple[Event, ...] = (ARRIVED, ENTERED, ENDED, SwitchStopped())


def entry(sequence: int, event: Event, call: str = "A") -> Entry:
    return Entry(sequence, START, "" if isinstance(event, SwitchStopped) else call, event)


def numbers(found: tuple[list[Entry], int] | None) -> tuple[list[int], int] | None:
    return None if found is None else ([one.sequence for one in found[0]], found[1])


def tail(*entries: Entry, most: int = 100) -> LogTail:
    made = LogTail(most=most)
    made.add(entries)
    return made


def test_what_comes_next_and_up_to_where() -> None:
    known = tail(entry(5, ARRIVED), entry(6, ENTERED), entry(7, ENTERED), entry(8, ENDED))
    branches = frozenset({BranchEntered})
    assert numbers(known.after(4, branches, limit=10)) == ([6, 7], 8)
    assert numbers(known.after(4, branches, limit=1)) == ([6], 6)
    assert numbers(known.after(6, branches, limit=1)) == ([7], 7)
    assert numbers(known.after(8, branches, limit=10)) == ([], 8)
    assert known.after(3, branches, limit=10) is None
    assert known.after(9, branches, limit=10) is None
    assert LogTail().after(0, branches, limit=10) is None


def test_over_a_gap_nothing_is_told() -> None:
    known = tail(entry(1, ARRIVED), entry(2, ENTERED), entry(4, ENDED))
    assert known.after(1, {CallEnded}, limit=10) is None
    assert numbers(known.after(3, {CallEnded}, limit=10)) == ([4], 4)
    assert known.whole_call("A") == ()


def test_a_call_is_told_whole_or_not_at_all() -> None:
    known = tail(entry(1, ENTERED, "B"), entry(2, ENDED, "B"), entry(3, ARRIVED), entry(4, ENTERED))
    assert known.whole_call("A") == known.whole_call("B") == known.whole_call("C") == ()
    known.add([entry(5, ENDED), entry(6, ENTERED)])
    assert [one.sequence for one in known.whole_call("A")] == [3, 4, 5, 6]


def test_what_is_long_ago_is_forgotten() -> None:
    known = tail(entry(1, ARRIVED), *(entry(number, ENTERED) for number in range(2, 11)), most=10)
    assert numbers(known.after(0, {CallArrived}, limit=10)) == ([1], 10)
    known.add([entry(11, ENDED)])
    assert known.after(0, {CallArrived}, limit=10) is None
    assert numbers(known.after(6, {BranchEntered}, limit=10)) == ([7, 8, 9, 10], 11)
    assert known.whole_call("A") == ()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS), st.sampled_from("AB"), st.integers(1, 20).map(lambda n: n // 20 + 1)
        ),
        max_size=60,
    ),
    st.integers(2, 30),
    st.integers(0, 60),
    st.integers(1, 10),
)
def test_the_same_as_the_whole_log_would_tell(
    told: list[tuple[Event, str, int]], most: int, place: int, limit: int
) -> None:
    whole: list[Entry] = []
    known = LogTail(most=most)
    for event, call, step in told:
        one = entry((whole[-1].sequence if whole else 0) + step, event, call)
        whole.append(one)
        known.add([one])
    kinds = {CallArrived, CallEnded}
    found = known.after(place, kinds, limit=limit)
    if found is not None:
        right = [one for one in whole if one.sequence > place and type(one.event) in kinds][:limit]
        assert found == (right, right[-1].sequence if len(right) == limit else whole[-1].sequence)
    for call in "AB":
        entries = known.whole_call(call)
        of_call = tuple(one for one in whole if one.call == call)
        assert entries in ((), of_call[len(of_call) - len(entries) :])
