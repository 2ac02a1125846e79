"""The book of the floor: everybody who waits and serves, every offer, and what is to be done.

What stands in it is changed by :mod:`offering`, :mod:`places` and :mod:`recalls`; :class:`Floor` is what
others see. Pure: time comes in.
"""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import Final

from softswitch.events import CallEvent, SystemEvent
from softswitch.queues.alarms import Alarms, Subject
from softswitch.queues.config import QueuesConfig
from softswitch.queues.credits import Credits
from softswitch.queues.errors import QueueError
from softswitch.queues.matching import Post
from softswitch.queues.model import Entry, Offer, Output, Told
from softswitch.queues.patience import moments
from softswitch.queues.roster import Roster
from softswitch.queues.tally import Tally

GRACE_SECONDS: Final = 20.0
"""How much longer than a phone rings an offer lives: time to press a key and to hear whom one gets. It ends
then, whoever has forgotten it."""


class Book:
    """What holds at this moment, of all queues and agents."""

    def __init__(self, config: QueuesConfig, now: float) -> None:
        self.outputs: deque[Output] = deque()
        self.alarms = Alarms()
        self.numbers = count(1)
        self.roster = Roster(config.queues, config.agents, now, lambda event: self.tell("", event))
        self.posts = {name: Post(name, queue, self.roster.of(name)) for name, queue in config.queues.items()}
        self.tally = Tally()
        self.credits = Credits()
        self.entries: dict[str, Entry] = {}
        """All who wait, by the id of the call they came with."""
        self.offers: dict[int, Offer] = {}
        for post in self.posts.values():
            self.review(now, post)

    def post(self, queue: str) -> Post:
        """Return a queue; raise QueueError where there is none of that name."""
        try:
            return self.posts[queue]
        except KeyError:
            raise QueueError(f"there is no queue {queue}") from None

    def waiting(self, entry_id: str) -> Entry:
        """Return somebody who waits; raise QueueError for who does not."""
        try:
            return self.entries[entry_id]
        except KeyError:
            raise QueueError(f"nobody waits with the call {entry_id}") from None

    def post_of(self, entry: Entry) -> Post:
        """Return the queue somebody waits in."""
        return self.posts[entry.queue]

    def tell(self, call: str, event: CallEvent | SystemEvent) -> None:
        """Have something written down; counts go by what is."""
        self.tally.read(event)
        self.outputs.append(Told(call, event))

    def watch(self, now: float, entry: Entry) -> None:
        """Look at somebody whenever waiting alone may change something for him."""
        for at in moments(self.post_of(entry), entry):
            self.alarms.set(Subject.ENTRY, entry.id, max(at, now))

    def review_all_of(self, now: float, agent: str) -> None:
        """Look at the queues of an agent who has changed."""
        for post in self.posts.values():
            if agent in post.places:
                self.review(now, post)

    def review(self, now: float, post: Post) -> None:
        """Look at a queue one of whose agents has changed."""
        if post.is_served:
            post.unserved_since = None
        elif post.unserved_since is None:
            post.unserved_since = now
            if seconds := post.config.no_agent_wait_s:
                for entry in post.line:
                    self.alarms.set(Subject.ENTRY, entry.id, now + seconds)
