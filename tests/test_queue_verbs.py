"""What a running switch answers of its queues, and does for its agents."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import msgspec
import pytest

from softswitch.bus import EventLog
from softswitch.control import ControlRefused
from softswitch.queue_verbs import MOST_MINUTES, NO_REASON, queue_verbs
from softswitch.queues.at_hand import at_hand
from softswitch.queues.config import QueuesConfig
from softswitch.queues.errors import QueueError
from softswitch.queues.figures import AgentFigures, Figures
from softswitch.queues.floor import Floor
from softswitch.queues.model import Told
from softswitch.queues.statistics import Statistics
from tests.fakes.clock import FakeClock

ACTS = ("login", "logout", "pause", "resume", "ready")

CONFIG = QueuesConfig.model_validate(
    {"queues": {"sales": {"members": ["1001", "1002"]}, "help": {"members": ["1002"]}}}
)


class Office:
    """Implements :class:`softswitch.queue_verbs.AgentDesk` on a real floor, without a loop."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.log = EventLog(self.clock)
        self.floor = Floor(CONFIG, self.clock.monotonic(), random=lambda: 0.0)
        self.statistics = Statistics(CONFIG, zone=UTC, at=self.clock.wall())
        self.statistics.start(self.clock.wall(), self.floor, self.clock.monotonic())
        self.log.subscribe(self.statistics.read)
        self.verbs = queue_verbs(self, self.statistics, self.clock)
        self.paused: list[tuple[str, str, str, float]] = []

    def ask(self, verb: str, **arguments: str) -> Any:
        """Ask as the control socket asks; what is answered goes through JSON."""
        kind = Figures if verb == "queues" else AgentFigures
        return msgspec.json.decode(msgspec.json.encode(self.verbs[verb](arguments)), type=kind)

    def _pump(self) -> None:
        for output in self.floor.poll():
            if isinstance(output, Told):
                self.log.append(output.event, call=output.call)

    def log_in(self, agent: str, queue: str = "") -> None:
        self.floor.log_in(self.clock.monotonic(), agent, queue or "sales")
        self._pump()

    def log_out(self, agent: str, queue: str = "") -> None:
        self.floor.log_out(self.clock.monotonic(), agent, queue or "sales")
        self._pump()

    def pause(self, agent: str, reason: str, queue: str = "", seconds: float = 0.0) -> None:
        self.paused.append((agent, reason, queue, seconds))
        self.floor.pause(self.clock.monotonic(), agent, reason, queue=queue, seconds=seconds)
        self._pump()

    def resume(self, agent: str, queue: str = "") -> None:
        self.floor.resume(self.clock.monotonic(), agent, queue=queue)
        self._pump()

    def finish_wrap_up(self, agent: str) -> None:
        self.floor.finish_wrap_up(self.clock.monotonic(), agent)
        self._pump()


def test_all_figures_come_back_as_they_are() -> None:
    office = Office()
    office.clock.advance(30)
    figures = office.ask("queues")
    assert figures == at_hand(office.statistics.figures(office.clock.wall()), office.floor)
    assert figures.queues[0].agents == {"unregistered": 2}
    assert [one.queue for one in figures.queues] == ["sales", "help"]
    assert figures.agents[0].ready_s == 30.0


def test_agents_log_in_and_out_and_pause() -> None:
    office = Office()
    assert office.ask("agent_logout", agent="1002", queue="help").queues == ("sales",)
    assert office.ask("agent_login", agent="1002", queue="help").queues == ("help", "sales")
    one = office.ask("agent_pause", agent="1001", reason="  lunch ", minutes="1.5")
    assert (one.state, one.pauses) == ("paused", {"": "lunch"})
    assert office.ask("agent_resume", agent="1001").state == "ready"
    assert office.ask("agent_pause", agent="1001", queue="sales").pauses == {"sales": NO_REASON}
    assert office.paused == [("1001", "lunch", "", 90.0), ("1001", NO_REASON, "sales", 0.0)]
    assert office.ask("agent_ready", agent="1001").state == "ready"


@pytest.mark.parametrize("minutes", ["x" * 99, "-1", "nan", "inf", str(MOST_MINUTES + 1)])
def test_a_pause_that_cannot_be_is_refused(minutes: str) -> None:
    with pytest.raises(ControlRefused, match="no number of minutes"):
        Office().ask("agent_pause", agent="1001", minutes=minutes)


@pytest.mark.parametrize(
    "verb", ["agent_login", "agent_logout", "agent_pause", "agent_resume", "agent_ready"]
)
def test_who_is_no_agent_is_told_so(verb: str) -> None:
    with pytest.raises(ControlRefused, match="needs an agent"):
        Office().ask(verb)
    with pytest.raises(QueueError, match="1009 is no agent"):
        Office().ask(verb, agent="1009")
