"""Who serves what, who is on a pause, and what is written down of it."""

from __future__ import annotations

import pytest

from softswitch.events import AgentChanged, AgentLoggedIn, AgentLoggedOut, AgentPaused, AgentReturned
from softswitch.queues.agents import Input, Pause, State, Talk
from softswitch.queues.config import QueuesConfig
from softswitch.queues.errors import QueueError
from softswitch.queues.model import Miss
from softswitch.queues.roster import Roster

CONFIG = {
    "queues": {
        "sales": {
            "members": ["1001", "1002"],
            "may_join": ["1003"],
            "wrap_up_s": 30,
            "missed": {"no_answer": {"rest_s": 5, "times": 2}, "reject": {"rest_s": 15}},
        },
        "help": {
            "members": ["1002"],
            "missed": {"pause": "queue", "no_answer": {"times": 1, "pause_s": 60}},
        },
    },
    "agents": {"1002": {"logged_in": False, "wrap_up_s": 0}},
}


class Office:
    """A roster and what it told."""

    def __init__(self) -> None:
        config = QueuesConfig.model_validate(CONFIG)
        self.told: list[object] = []
        self.roster = Roster(config.queues, config.agents, 100.0, self.told.append)

    def state(self, name: str) -> State:
        return self.roster.agent(name).state

    def talking(self, name: str, queue: str = "sales") -> None:
        agent = self.roster.agent(name)
        self.roster.move(110.0, agent, Input.OFFERED, Input.ANSWERED)
        agent.talk = Talk(queue, "c1", 110.0)
        self.told.clear()

    def ended(self) -> list[object]:
        told, self.told[:] = [*self.told], []
        return told


def test_how_agents_begin():
    office = Office()
    assert [agent.name for agent in office.roster] == ["1001", "1002", "1003"]
    assert office.roster.agent("1001").logged_in == {"sales"}
    # He logs in himself; and who only may join is nowhere until he does.
    assert office.roster.agent("1002").logged_in == office.roster.agent("1003").logged_in == set()
    assert [office.state(name) for name in ("1001", "1002", "1003")] == [
        State.READY, State.OFFLINE, State.OFFLINE,
    ]  # fmt: skip
    assert office.told == []


def test_who_serves_a_queue_in_the_order_of_its_configuration():
    office = Office()
    assert [agent.name for agent in office.roster.of("sales")] == ["1001", "1002", "1003"]
    assert [agent.name for agent in office.roster.of("help")] == ["1002"]
    assert "1003" in office.roster
    assert "1004" not in office.roster


def test_logging_in_and_out():
    office = Office()
    office.roster.log_in(105.0, "1002", "help")
    assert office.ended() == [
        AgentLoggedIn("1002", "help"),
        AgentChanged("1002", "ready", "offline", 5.0),
    ]
    assert office.roster.agent("1002").idle_since == 105.0
    office.roster.log_in(106.0, "1002", "sales")
    office.roster.log_in(107.0, "1002", "sales")
    assert office.ended() == [AgentLoggedIn("1002", "sales")]
    # In a further queue he does not stand behind everybody anew.
    assert office.roster.agent("1002").idle_since == 105.0
    office.roster.log_out(108.0, "1002", "help")
    office.roster.log_out(108.0, "1002", "help")
    assert office.ended() == [AgentLoggedOut("1002", "help")]
    office.roster.log_out(109.0, "1002", "sales")
    assert office.state("1002") is State.OFFLINE


def test_who_may_join_joins():
    office = Office()
    office.roster.log_in(100.0, "1003", "sales")
    assert office.state("1003") is State.READY


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda roster: roster.log_in(0.0, "1009", "sales"), "1009 is no agent of any queue"),
        (lambda roster: roster.log_in(0.0, "1001", "nowhere"), "there is no queue nowhere"),
        (lambda roster: roster.log_in(0.0, "1003", "help"), "1003 is no member of the queue help"),
        (lambda roster: roster.log_out(0.0, "1009", "sales"), "1009 is no agent"),
        (lambda roster: roster.pause(0.0, "1009", "lunch"), "1009 is no agent"),
        (lambda roster: roster.pause(0.0, "1001", "lunch", queue="nowhere"), "there is no queue nowhere"),
        (
            lambda roster: roster.pause(0.0, "1003", "lunch", queue="help"),
            "1003 is no member of the queue help",
        ),
        (lambda roster: roster.resume(0.0, "1001", queue="nowhere"), "there is no queue nowhere"),
        (lambda roster: roster.log_out(0.0, "1001", "nowhere"), "there is no queue nowhere"),
        (lambda roster: roster.resume(0.0, "1009"), "1009 is no agent"),
        (lambda roster: roster.finish_wrap_up(0.0, "1009"), "1009 is no agent"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(act, says):
    office = Office()
    with pytest.raises(QueueError, match=says):
        act(office.roster)
    assert office.told == []


def test_a_pause_that_was_kept_for_a_queue_he_may_serve_no_more_is_gone_with_it():
    office = Office()
    pause = {"help": Pause("lunch", until=5.0), "sales": Pause("mail", until=5.0)}
    office.roster.restore("1003", logged_in={}, paused=None, paused_in=pause)
    assert list(office.roster.agent("1003").paused_in) == ["sales"]
    office.roster.tick(10.0, "1003")
    assert office.told == [AgentReturned("1003", "sales")]


def test_a_pause_from_all_and_back():
    office = Office()
    office.roster.pause(110.0, "1001", "lunch", seconds=60.0)
    assert office.ended() == [
        AgentPaused("1001", "lunch", "", False, 60.0),
        AgentChanged("1001", "paused", "ready", 10.0),
    ]
    office.roster.resume(120.0, "1001")
    assert office.ended() == [AgentReturned("1001"), AgentChanged("1001", "ready", "paused", 10.0)]


def test_a_pause_from_one_queue_leaves_him_ready_for_others():
    office = Office()
    office.roster.pause(110.0, "1001", "mail", queue="sales")
    assert office.state("1001") is State.READY
    assert office.ended() == [AgentPaused("1001", "mail", "sales", False, 0.0)]


def test_returning_ends_every_pause_or_the_one_that_is_named():
    office = Office()
    office.roster.pause(110.0, "1001", "mail", queue="sales")
    office.roster.pause(110.0, "1001", "lunch")
    office.ended()
    office.roster.resume(111.0, "1001", queue="sales")
    assert office.ended() == [AgentReturned("1001", "sales")]
    assert office.state("1001") is State.PAUSED
    office.roster.pause(112.0, "1001", "mail", queue="sales")
    office.ended()
    office.roster.resume(113.0, "1001")
    assert office.ended() == [
        AgentReturned("1001"),
        AgentReturned("1001", "sales"),
        AgentChanged("1001", "ready", "paused", 3.0),
    ]
    office.roster.resume(114.0, "1001")
    assert office.ended() == []


def test_pauses_with_an_end_end_at_it():
    office = Office()
    office.roster.pause(110.0, "1001", "lunch", seconds=60.0)
    office.roster.pause(110.0, "1001", "mail", queue="sales", seconds=20.0)
    office.ended()
    office.roster.tick(129.9, "1001")
    assert office.ended() == []
    office.roster.tick(130.0, "1001")
    assert office.ended() == [AgentReturned("1001", "sales")]
    office.roster.tick(170.0, "1001")
    assert office.ended() == [AgentReturned("1001"), AgentChanged("1001", "ready", "paused", 60.0)]


def test_a_pause_during_a_talk_begins_after_its_wrap_up():
    office = Office()
    office.talking("1001")
    office.roster.pause(115.0, "1001", "lunch")
    assert office.state("1001") is State.TALKING
    office.ended()
    assert office.roster.talk_over(120.0, office.roster.agent("1001")) == 150.0
    assert office.ended() == [AgentChanged("1001", "wrap_up", "talking", 10.0)]
    office.roster.tick(150.0, "1001")
    assert office.ended() == [AgentChanged("1001", "paused", "wrap_up", 30.0)]


def test_wrapping_up_takes_as_long_as_the_queue_says_and_idleness_begins_after_it():
    office = Office()
    office.talking("1001")
    agent = office.roster.agent("1001")
    office.roster.talk_over(120.0, agent)
    assert agent.talk is None
    office.roster.tick(149.9, "1001")
    assert agent.state is State.WRAP_UP
    office.roster.tick(150.0, "1001")
    assert agent.state is State.READY
    assert agent.idle_since == 150.0


def test_his_own_wrap_up_goes_before_and_none_is_no_state():
    office = Office()
    office.roster.log_in(100.0, "1002", "sales")
    office.talking("1002")
    assert office.roster.talk_over(120.0, office.roster.agent("1002")) == 120.0
    assert office.ended() == [AgentChanged("1002", "ready", "talking", 10.0)]


def test_who_has_wrapped_up_early_is_idle_from_then_on():
    office = Office()
    office.talking("1001")
    office.roster.talk_over(120.0, office.roster.agent("1001"))
    office.roster.finish_wrap_up(125.0, "1001")
    assert office.state("1001") is State.READY
    assert office.roster.agent("1001").idle_since == 125.0
    office.ended()
    office.roster.finish_wrap_up(126.0, "1001")
    assert office.ended() == []
    assert office.roster.agent("1001").idle_since == 125.0


def test_a_miss_rests_and_the_second_in_a_row_pauses():
    office = Office()
    agent = office.roster.agent("1001")
    assert office.roster.missed(110.0, agent, "sales", Miss.NO_ANSWER, counts=True) == 115.0
    assert office.told == []
    assert office.roster.missed(120.0, agent, "sales", Miss.NO_ANSWER, counts=True) == 125.0
    assert office.ended() == [
        AgentPaused("1001", "no_answer", "", True, 0.0),
        AgentChanged("1001", "paused", "ready", 20.0),
    ]
    assert agent.paused == Pause("no_answer", None, automatic=True)


def test_each_way_of_missing_has_its_own_count_and_rest():
    office = Office()
    agent = office.roster.agent("1001")
    office.roster.missed(110.0, agent, "sales", Miss.NO_ANSWER, counts=True)
    assert office.roster.missed(111.0, agent, "sales", Miss.REJECT, counts=True) == 126.0
    # A shorter rest cuts no longer one short.
    assert office.roster.missed(112.0, agent, "sales", Miss.BUSY, counts=True) == 126.0
    assert agent.missed == {Miss.NO_ANSWER: 1, Miss.REJECT: 1, Miss.BUSY: 1}
    assert agent.state is State.READY


def test_returning_begins_the_count_anew():
    office = Office()
    agent = office.roster.agent("1001")
    office.roster.missed(110.0, agent, "sales", Miss.NO_ANSWER, counts=True)
    office.roster.resume(111.0, "1001")
    office.roster.missed(112.0, agent, "sales", Miss.NO_ANSWER, counts=True)
    assert agent.state is State.READY


def test_what_does_not_count_rests_all_the_same():
    office = Office()
    agent = office.roster.agent("1001")
    for at in (110.0, 120.0, 130.0):
        assert office.roster.missed(at, agent, "sales", Miss.NO_ANSWER, counts=False) == at + 5.0
    assert agent.state is State.READY


def test_what_was_withdrawn_has_no_consequence():
    office = Office()
    agent = office.roster.agent("1001")
    assert office.roster.missed(110.0, agent, "sales", Miss.WITHDRAWN, counts=True) == 110.0
    assert (agent.rest_until, agent.missed) == (0.0, {})


def test_a_queue_may_pause_from_itself_alone_and_for_a_time():
    office = Office()
    office.roster.log_in(100.0, "1002", "help")
    office.ended()
    agent = office.roster.agent("1002")
    office.roster.missed(110.0, agent, "help", Miss.NO_ANSWER, counts=True)
    assert office.ended() == [AgentPaused("1002", "no_answer", "help", True, 60.0)]
    assert agent.pause_ends() == [170.0]
    assert agent.state is State.READY


def test_a_restart_gives_back_what_held_as_far_as_it_still_exists():
    office = Office()
    pause = Pause("lunch", 500.0)
    office.roster.restore(
        "1002",
        logged_in={"help": True, "sales": False, "gone": True},
        paused=pause,
        paused_in={"sales": Pause("mail"), "gone": Pause("mail")},
    )
    agent = office.roster.agent("1002")
    assert agent.logged_in == {"help"}
    assert agent.paused == pause
    assert set(agent.paused_in) == {"sales"}
    assert agent.state is State.PAUSED
    office.roster.restore("1001", logged_in={"sales": False, "help": True}, paused=None, paused_in={})
    assert office.roster.agent("1001").logged_in == set()
    assert office.state("1001") is State.OFFLINE
    office.roster.restore("1009", logged_in={"sales": True}, paused=None, paused_in={})
    assert "1009" not in office.roster
    assert office.told == []


def test_an_input_that_cannot_be_is_a_fault_of_ours():
    office = Office()
    with pytest.raises(KeyError):
        office.roster.move(100.0, office.roster.agent("1001"), Input.TALK_OVER)
