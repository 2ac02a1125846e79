"""How much each agent had of each queue: a reader of the events, so that no count can differ from the log."""

from __future__ import annotations

from softswitch.events import Event, QueueAnswered, QueueTalkEnded


class Tally:
    """Calls and seconds of talk by queue and agent, since it was last cleared."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], int] = {}
        self._talk: dict[tuple[str, str], float] = {}

    def read(self, event: Event) -> None:
        """Take an event of the log."""
        match event:
            case QueueAnswered(queue=queue, agent=agent):
                self._calls[queue, agent] = self.calls(queue, agent) + 1
            case QueueTalkEnded(queue=queue, agent=agent, seconds=seconds):
                self._talk[queue, agent] = self.talk_s(queue, agent) + seconds
            case _:
                pass

    def calls(self, queue: str, agent: str) -> int:
        """Return how many calls an agent had."""
        return self._calls.get((queue, agent), 0)

    def talk_s(self, queue: str, agent: str) -> float:
        """Return for how many seconds an agent talked."""
        return self._talk.get((queue, agent), 0.0)

    def clear(self) -> None:
        """Begin anew: another day."""
        self._calls.clear()
        self._talk.clear()
