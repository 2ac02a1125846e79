"""A floor in the hands of chance, and that what must hold is really looked at."""

from __future__ import annotations

import pytest

from benchmarks.chaos import CONFIG, Broken, Chaos, must, run
from softswitch.events import AgentOffered, QueueAnswered, QueueLeft
from softswitch.queues.agents import State


@pytest.mark.parametrize("seed", range(4))
def test_ten_thousand_random_things_break_nothing(seed):
    chaos = run(2_500, seed)
    answered = sum(isinstance(event, QueueAnswered) for _, event in chaos.events)
    offered = sum(isinstance(event, AgentOffered) for _, event in chaos.events)
    assert offered > answered > 100
    # Every way out was taken.
    left = {event.why for _, event in chaos.events if isinstance(event, QueueLeft)}
    assert {"abandoned", "max_wait", "no_agent", "empty", "callback_failed", "callback_cancelled"} <= left


def test_the_same_seed_does_the_same_things():
    assert run(300, 5).events == run(300, 5).events
    assert run(300, 5).events != run(300, 6).events


def crowded() -> Chaos:
    """Return a floor where somebody waits, somebody rings and somebody talks."""
    chaos = Chaos(CONFIG, 1)
    while not (chaos.talks and chaos.ringing and len(chaos.floor.entries) > len(chaos.floor.offers)):
        chaos.step()
        chaos.check()
    return chaos


def lose_a_caller(chaos: Chaos) -> None:
    entry = next(entry for entry in chaos.floor.entries.values() if entry.offer is None)
    del chaos.floor.entries[entry.id]
    chaos.floor.posts[entry.queue].line.remove(entry)


def serve_twice(chaos: Chaos) -> None:
    chaos.end(next(iter(chaos.done)))


def forget_an_offer(chaos: Chaos) -> None:
    chaos.floor.offers.clear()


def forget_a_wrap_up(chaos: Chaos) -> None:
    name, _ = chaos.talks.popitem()
    agent = chaos.floor.roster.agent(name)
    agent.talk, agent.state, agent.wrap_up_until = None, State.WRAP_UP, chaos.now - 1.0


def let_an_offer_last(chaos: Chaos) -> None:
    chaos.now += 1000.0


def hide_a_free_agent(chaos: Chaos) -> None:
    for agent in chaos.floor.roster:
        if agent.state is State.RINGING:
            agent.state = State.READY


def count_wrongly(chaos: Chaos) -> None:
    chaos.floor.tally.clear()
    chaos.check_counts()


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (lose_a_caller, "somebody is lost"),
        (serve_twice, "served twice"),
        (forget_an_offer, "Agent"),
        (forget_a_wrap_up, "never stops wrapping up"),
        (let_an_offer_last, "an offer that never ends"),
        (hide_a_free_agent, "Agent"),
        (count_wrongly, "calls of"),
    ],
)
def test_a_fault_is_found(fault, says):
    chaos = crowded()

    def meet_it() -> None:
        fault(chaos)
        chaos.check()

    with pytest.raises(Broken, match=says):
        meet_it()


def test_what_must_hold():
    must(True, "never said")
    with pytest.raises(Broken, match="it does not"):
        must(False, "it does not")
