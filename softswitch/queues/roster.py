"""All agents: who serves which queue, who is on a pause, who works. Pure: time comes in.

Every change of an agent's state goes through :meth:`Roster.move`, and so through the table in ``agents``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from softswitch.events import (
    AgentChanged,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentReturned,
    SystemEvent,
)
from softswitch.queues.agents import Agent, Input, Pause, State
from softswitch.queues.config import AgentConfig, QueueConfig
from softswitch.queues.errors import QueueError
from softswitch.queues.model import Miss

Tell = Callable[[SystemEvent], None]


class Roster:
    """The agents of all queues. ``tell`` gets what is to be written down."""

    def __init__(
        self, queues: Mapping[str, QueueConfig], agents: Mapping[str, AgentConfig], now: float, tell: Tell
    ) -> None:
        self._queues = queues
        self._tell = tell
        names = dict.fromkeys(name for queue in queues.values() for name in queue.agents)
        self._agents = {
            name: Agent(name, agents.get(name, AgentConfig()), changed=now, idle_since=now) for name in names
        }
        for agent in self._agents.values():
            if agent.config.logged_in:
                agent.logged_in = {name for name, queue in queues.items() if agent.name in queue.members}
            agent.state = agent.resting_state
        # Kept, as it is asked for at every decision and most agents are at work.
        self._ready = {name: agent for name, agent in self._agents.items() if agent.state is State.READY}

    def __iter__(self) -> Iterator[Agent]:
        return iter(self._agents.values())

    def __contains__(self, name: str) -> bool:
        return name in self._agents

    def agent(self, name: str) -> Agent:
        """Return an agent; raise QueueError where there is none of that name."""
        try:
            return self._agents[name]
        except KeyError:
            raise QueueError(f"{name} is no agent of any queue") from None

    def _of_queue(self, name: str, queue: str) -> Agent:
        """Return an agent who may serve a queue; raise QueueError where there is none, or he may not."""
        agent = self.agent(name)
        if queue not in self._queues:
            raise QueueError(f"there is no queue {queue}")
        if name not in self._queues[queue].agents:
            raise QueueError(f"{name} is no member of the queue {queue}, and may not join it")
        return agent

    def of(self, queue: str) -> list[Agent]:
        """Return all who may serve a queue, in the order of its configuration."""
        return [self._agents[name] for name in self._queues[queue].agents]

    @property
    def ready(self) -> list[Agent]:
        """All who are ready, in no particular order."""
        return list(self._ready.values())

    def _put(self, agent: Agent, state: State) -> None:
        agent.state = state
        if state is State.READY:
            self._ready[agent.name] = agent
        else:
            self._ready.pop(agent.name, None)

    # Wishes

    def restore(
        self,
        name: str,
        *,
        logged_in: Mapping[str, bool],
        paused: Pause | None,
        paused_in: Mapping[str, Pause],
    ) -> None:
        """Put back what held for an agent before a restart, as far as he and the queues still exist."""
        if name not in self._agents:
            return
        agent = self._agents[name]
        for queue, is_in in logged_in.items():
            if queue in self._queues and name in self._queues[queue].agents:
                (agent.logged_in.add if is_in else agent.logged_in.discard)(queue)
        agent.paused = paused
        agent.paused_in = {
            queue: pause
            for queue, pause in paused_in.items()
            if queue in self._queues and name in self._queues[queue].agents
        }
        self._put(agent, agent.take(Input.WISHED))

    def log_in(self, now: float, name: str, queue: str) -> None:
        """Let an agent serve a queue. Raises QueueError where he may not."""
        agent = self._of_queue(name, queue)
        if queue not in agent.logged_in:
            if not agent.logged_in:
                agent.idle_since = now
            agent.logged_in.add(queue)
            self._tell(AgentLoggedIn(name, queue))
            self.move(now, agent, Input.WISHED)

    def log_out(self, now: float, name: str, queue: str) -> None:
        """Let an agent serve a queue no more; a talk goes on. Raises QueueError where he may not serve it."""
        agent = self._of_queue(name, queue)
        if queue in agent.logged_in:
            agent.logged_in.discard(queue)
            self._tell(AgentLoggedOut(name, queue))
            self.move(now, agent, Input.WISHED)

    def pause(
        self,
        now: float,
        name: str,
        reason: str,
        *,
        queue: str = "",
        seconds: float = 0.0,
        automatic: bool = False,
    ) -> None:
        """Let an agent take no calls, of one queue or of any; 0 ``seconds``: until he returns.

        A talk and its wrap-up go on to their end. Raises QueueError for a queue he may not serve.
        """
        agent = self._of_queue(name, queue) if queue else self.agent(name)
        pause = Pause(reason, now + seconds if seconds else None, automatic)
        if queue:
            agent.paused_in[queue] = pause
        else:
            agent.paused = pause
        self._tell(AgentPaused(name, reason, queue, automatic, seconds))
        self.move(now, agent, Input.WISHED)

    def resume(self, now: float, name: str, *, queue: str = "") -> None:
        """End a pause: that of one queue, or every one he is on. Raises QueueError as :meth:`pause`."""
        agent = self._of_queue(name, queue) if queue else self.agent(name)
        ended = [queue] if queue else ["", *agent.paused_in]
        for one in ended:
            if one and agent.paused_in.pop(one, None) is not None:
                self._tell(AgentReturned(name, one))
            elif not one and agent.paused is not None:
                agent.paused = None
                self._tell(AgentReturned(name))
        agent.missed.clear()
        self.move(now, agent, Input.WISHED)

    def finish_wrap_up(self, now: float, name: str) -> None:
        """End an agent's wrap-up before its time; nothing where he is in none."""
        agent = self.agent(name)
        if agent.state is State.WRAP_UP:
            agent.wrap_up_until = agent.idle_since = now
            self.move(now, agent, Input.WRAPPED_UP)

    # What happens to them

    def move(self, now: float, agent: Agent, *inputs: Input) -> None:
        """Let something happen to an agent; only the state he ends up in is told."""
        before = agent.state
        for one in inputs:
            self._put(agent, agent.take(one))
        if agent.state is not before:
            seconds, agent.changed = round(max(now - agent.changed, 0.0), 3), now
            self._tell(AgentChanged(agent.name, agent.state.value, before.value, seconds))

    def talk_over(self, now: float, agent: Agent) -> float:
        """Let an agent's talk be over; return when he has wrapped up."""
        assert agent.talk is not None
        seconds = agent.config.wrap_up_s
        if seconds is None:
            seconds = self._queues[agent.talk.queue].wrap_up_s
        agent.talk = None
        agent.idle_since = now + seconds
        agent.wrap_up_until = now + seconds
        self.move(now, agent, Input.TALK_OVER, *(() if seconds else (Input.WRAPPED_UP,)))
        return agent.wrap_up_until

    def missed(self, now: float, agent: Agent, queue: str, why: Miss, *, counts: bool) -> float:
        """Let a miss have its consequences, once he has the offer no more; return until when he rests.

        Where it ``counts`` for nothing he only rests.
        """
        if why is Miss.WITHDRAWN:
            return now
        settings = self._queues[queue].missed
        rule = getattr(settings, why.value)
        agent.rest_until = max(agent.rest_until, now + rule.rest_s)
        if counts:
            agent.missed[why] = agent.missed.get(why, 0) + 1
        if counts and rule.times and agent.missed[why] >= rule.times:
            agent.missed.pop(why)
            self.pause(
                now,
                agent.name,
                why.value,
                queue=queue if settings.pause == "queue" else "",
                seconds=rule.pause_s,
                automatic=True,
            )
        return agent.rest_until

    def tick(self, now: float, name: str) -> None:
        """End what of an agent's has an end that is due: pauses, wrap-up."""
        agent = self._agents[name]
        for queue, pause in [*agent.paused_in.items()]:
            if pause.until is not None and pause.until <= now:
                self.resume(now, name, queue=queue)
        if agent.paused is not None and agent.paused.until is not None and agent.paused.until <= now:
            agent.paused = None
            self._tell(AgentReturned(name))
            self.move(now, agent, Input.WISHED)
        if agent.state is State.WRAP_UP and agent.wrap_up_until <= now:
            self.move(now, agent, Input.WRAPPED_UP)
