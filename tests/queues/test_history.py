"""Who last talked with whom."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from softswitch.events import AgentOffered, Entry, Event, QueueAnswered
from softswitch.queues.config import QueuesConfig
from softswitch.queues.history import KINDS_READ, History, longest_memory
from tests.fakes.clock import START

DAY = 86_400.0


def entry(event: Event, at: float = 0.0) -> Entry:
    return Entry(1, START + timedelta(seconds=at), "c", event)


def talked(party: str, agent: str, at: float = 0.0) -> Entry:
    return entry(QueueAnswered("sales", agent, "b1", party, 10.0, 3.0), at)


def test_the_last_agent_is_known_for_as_long_as_is_asked() -> None:
    history = History()
    history.replay([talked("600100200", "1002"), talked("600100200", "1003", DAY), talked("7", "1004")])
    now = START + timedelta(days=2)
    assert history.last_agent("600100200", now, 1.5 * DAY) == "1003"
    assert history.last_agent("600100200", now, DAY) == "1003"
    assert history.last_agent("600100200", now, DAY - 1) == ""
    assert history.last_agent("stranger", now, 9 * DAY) == ""


def test_an_offer_alone_is_no_talk_and_a_hidden_number_nobody() -> None:
    history = History()
    history.read(entry(AgentOffered("sales", "1002", 1.0, 0, 1.0, "linear", ("1002",))))
    history.read(talked("", "1002"))
    assert len(history) == 0
    assert history.last_agent("", START, DAY) == ""
    assert (QueueAnswered,) == KINDS_READ


@given(
    talks=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["1001", "1002", "1003"])), max_size=60),
    most=st.integers(1, 10),
)
def test_it_remembers_the_most_recent_parties_and_no_more(talks: list[tuple[int, str]], most: int) -> None:
    history = History(most=most)
    for at, (party, agent) in enumerate(talks):
        history.read(talked(str(party), agent, float(at)))
    last: dict[str, str] = {}
    for number, agent in talks:
        last.pop(str(number), None)
        last[str(number)] = agent
    kept = dict([*last.items()][-most:])
    assert len(history) == len(kept)
    for party in map(str, range(10)):
        assert history.last_agent(party, START, DAY) == kept.get(party, "")


def test_as_much_is_replayed_as_any_queue_looks_back() -> None:
    def config(**queues: object) -> QueuesConfig:
        return QueuesConfig.model_validate({"queues": queues})

    asked = config(
        sales={"members": ["1"], "preferred": {"days": 30}},
        help={"members": ["1"], "preferred": {"by": ["keeper"], "days": 365}},
        other={"members": ["1"]},
    )
    assert longest_memory(asked) == timedelta(days=30)
    assert longest_memory(config(other={"members": ["1"]})) == timedelta(0)
