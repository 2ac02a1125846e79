"""The floor: everybody who waits and everybody who serves, and every decision between them.

Pure: each input comes with the monotonic time ``now``, what is to be done is polled, and
:meth:`Floor.next_deadline` says when to call :meth:`Floor.tick` next. A reservation is an :class:`Offer`. It
always has an end: an answer, a miss, its caller gone, or its deadline.

Each input changes the :class:`~softswitch.queues.book.Book`, and whoever can be offered then is offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from softswitch.events import QueueAnswered, QueueLeft, QueueTalkEnded
from softswitch.queues.agents import Pause
from softswitch.queues.alarms import Subject
from softswitch.queues.book import Book
from softswitch.queues.config import QueuesConfig
from softswitch.queues.matching import Post, matches
from softswitch.queues.model import Arrival, Callback, Entry, Miss, Output, Refused, Why
from softswitch.queues.offering import Offering
from softswitch.queues.places import Places
from softswitch.queues.recalls import Recalls
from softswitch.queues.strategies import Random


class Floor:
    """All queues and agents of a switch."""

    def __init__(self, config: QueuesConfig, now: float, *, random: Random) -> None:
        self._random = random
        self._book = book = Book(config, now)
        self._offering = Offering(book)
        self._places = Places(book, self._offering)
        self._recalls = Recalls(book, self._offering, self._places)
        self.roster = book.roster
        self.posts = book.posts
        self.tally = book.tally
        self.credits = book.credits
        self.entries = book.entries
        """All who wait, by the id of the call they came with."""
        self.offers = book.offers

    # Reading

    def poll(self) -> Iterator[Output]:
        """Yield what is to be done, in order."""
        while self._book.outputs:
            yield self._book.outputs.popleft()

    def next_deadline(self) -> float | None:
        """Return when :meth:`tick` wants to be called, None for no time that is known."""
        return self._book.alarms.next()

    def post(self, queue: str) -> Post:
        """Return a queue; raise QueueError where there is none of that name."""
        return self._book.post(queue)

    def ahead(self, now: float, entry: str) -> int:
        """Return how many will be served before somebody who waits (see :meth:`Post.ahead`)."""
        one = self.entries[entry]
        return self.posts[one.queue].ahead(one, now)

    # Agents

    def log_in(self, now: float, agent: str, queue: str) -> None:
        """See :meth:`Roster.log_in`."""
        self.roster.log_in(now, agent, queue)
        self._agent_changed(now, agent)

    def log_out(self, now: float, agent: str, queue: str) -> None:
        """See :meth:`Roster.log_out`; what rings for this queue stops."""
        self.roster.log_out(now, agent, queue)
        self._agent_changed(now, agent)

    def pause(self, now: float, agent: str, reason: str, *, queue: str = "", seconds: float = 0.0) -> None:
        """See :meth:`Roster.pause`; what rings stops."""
        self.roster.pause(now, agent, reason, queue=queue, seconds=seconds)
        if seconds:
            self._book.alarms.set(Subject.AGENT, agent, now + seconds)
        self._agent_changed(now, agent)

    def resume(self, now: float, agent: str, *, queue: str = "") -> None:
        """See :meth:`Roster.resume`."""
        self.roster.resume(now, agent, queue=queue)
        self._agent_changed(now, agent)

    def finish_wrap_up(self, now: float, agent: str) -> None:
        """See :meth:`Roster.finish_wrap_up`."""
        self.roster.finish_wrap_up(now, agent)
        self._agent_changed(now, agent)

    def restore_agent(
        self,
        now: float,
        name: str,
        *,
        logged_in: Mapping[str, bool],
        paused: Pause | None,
        paused_in: Mapping[str, Pause],
    ) -> None:
        """See :meth:`Roster.restore`. ``until`` of a pause is in the floor's time; one may be over."""
        if name not in self.roster:
            return
        self.roster.restore(name, logged_in=logged_in, paused=paused, paused_in=paused_in)
        for at in self.roster.agent(name).pause_ends():
            self._book.alarms.set(Subject.AGENT, name, at)
        self._agent_changed(now, name)

    def phone(self, now: float, name: str, *, reachable: bool, engaged: bool) -> None:
        """Take how an agent's phones are: whether one can be rung, and whether he talks by himself."""
        agent = self.roster.agent(name)
        if (agent.reachable, agent.engaged) != (reachable, engaged):
            agent.reachable, agent.engaged = reachable, engaged
            self._agent_changed(now, name)

    def _agent_changed(self, now: float, name: str) -> None:
        self._offering.withdraw_from(now, self.roster.agent(name))
        self._book.review_all_of(now, name)
        self._settle(now)

    # Who waits

    def enter(self, now: float, queue: str, arrival: Arrival) -> Entry | Refused:
        """Let somebody wait; return the place, or why the queue takes nobody in.

        Raises QueueError where there is no such queue, or the call waits already.
        """
        entry = self._places.give(now, queue, arrival)
        self._settle(now)
        return entry

    def leave(self, now: float, entry_id: str, why: Why, *, to: str = "") -> None:
        """Let somebody wait no more; what rings for him stops. Nothing for who does not wait (any more)."""
        self._places.leave(now, entry_id, why, to=to)
        self._settle(now)

    def promote(self, now: float, entry_id: str, priority: int) -> None:
        """Give somebody who waits another head start, in minutes.

        Raises QueueError for who does not wait, and for what is no head start.
        """
        self._places.promote(entry_id, priority)
        self._settle(now)

    def told(self, entry_id: str, low_s: int, high_s: int, waited: float) -> None:
        """Note which waiting time somebody was told, to be written down beside the true one."""
        if entry_id in self.entries:
            self.entries[entry_id].told = (low_s, high_s, waited)

    def stand_in(self, entry_id: str, party: str, name: str) -> None:
        """Take that somebody else waits in a place: it is handed over by a transfer."""
        self._places.hand_over(entry_id, party, name)

    def left_before(self, call: str, left: QueueLeft) -> None:
        """Tell that a wait was over before a restart, of which the log does not know yet."""
        self._book.tell(call, left)

    # Offers

    def answered(self, now: float, offer_id: int, name: str, *, leg: str) -> bool:
        """Take that an agent has taken a caller; False where it comes too late: he must be let go."""
        offer = self._offering.take(now, offer_id, name)
        if offer is None:
            return False
        entry = self.entries[offer.entry]
        self._places.clear(now, entry)
        self.credits.give(now, entry, resumes=False)
        rang, (low, high, at) = round(now - offer.began, 3), entry.told
        self._book.tell(
            entry.call,
            QueueAnswered(offer.queue, name, leg, entry.party, entry.waited(now), rang, low, high, at),
        )
        self._settle(now)
        return True

    def missed(self, now: float, offer_id: int, name: str, why: Miss) -> None:
        """Take that an agent did not take what was offered; nothing where it is over for him already."""
        self._offering.miss(now, offer_id, name, why)
        self._settle(now)

    def talk_over(self, now: float, name: str, by: str) -> None:
        """Take that an agent's part in a talk is over; nothing for who has none."""
        agent = self.roster.agent(name)
        if agent.talk is None:
            return
        talk = agent.talk
        self._book.alarms.set(Subject.AGENT, name, self.roster.talk_over(now, agent))
        self.credits.touch(now, talk.call)
        self._book.tell(talk.call, QueueTalkEnded(talk.queue, name, round(now - talk.began, 3), by))
        self._agent_changed(now, name)

    def turned_away(self, now: float, name: str, queue: str) -> None:
        """Take that an agent has answered and hung up at once.

        He rests as who declines: else he would be rung for the same caller in the same moment, over and over.
        """
        self._offering.rest(now, self.roster.agent(name), queue, Miss.REJECT, counts=True)

    # Callbacks

    def ask_callback(
        self, now: float, entry_id: str, number: str, *, language: str = "", ready_at: float
    ) -> None:
        """Let somebody hang up and keep the place: from ``ready_at`` on ``number`` is called in its turn.

        Raises QueueError for who does not wait (any more).
        """
        self._recalls.ask(now, entry_id, number, language=language, ready_at=ready_at)
        self._settle(now)

    def refuse_callback(self, now: float, entry_id: str, why: str) -> bool:
        """Let somebody wait on the line after all, whose callback could not be taken on, for ``why``.

        False where it is too late: who asked waits no more, or is being called already.
        """
        waits = self._recalls.refuse(now, entry_id, why)
        self._settle(now)
        return waits

    def restore_callback(
        self, now: float, queue: str, arrival: Arrival, callback: Callback, waited: float
    ) -> None:
        """Put a callback back that was asked for before a restart; it has waited so long.

        Raises QueueError where there is no such queue, or the call waits already.
        """
        self._recalls.restore(now, queue, arrival, callback, waited)
        self._settle(now)

    def called_back(self, now: float, entry_id: str, call: str) -> bool:
        """Take that the called one is on the line again, in another call; False where it is no callback more.

        He has his place, and the agent who is kept for him rings now.
        """
        reached = self._recalls.reached(now, entry_id, call)
        self._settle(now)
        return reached

    def callback_missed(
        self, now: float, entry_id: str, why: str, *, ready_at: float | None, counts: bool = True
    ) -> None:
        """Take that nobody was reached: the agent is free, and the number is tried again, or never (None).

        What does not count was no try. Nothing where the number is not being called (any more).
        """
        self._recalls.missed(now, entry_id, why, ready_at=ready_at, counts=counts)
        self._settle(now)

    # Time

    def tick(self, now: float) -> None:
        """Do what is due."""
        for subject, name in self._book.alarms.due(now):
            match subject:
                case Subject.OFFER:
                    self._offer_due(now, int(name))
                case Subject.AGENT:
                    self.roster.tick(now, name)
                    self._book.review_all_of(now, name)
                case Subject.ENTRY:
                    self._places.look_at(now, name)
        self._settle(now)

    def _offer_due(self, now: float, offer_id: int) -> None:
        offer = self.offers.get(offer_id)
        if offer is None or offer.deadline > now:
            return
        entry = self.entries[offer.entry]
        if (tried := entry.callback) is not None:
            self._recalls.expire(now, entry, tried)
        else:
            self._offering.expire(now, offer)

    def _settle(self, now: float) -> None:
        """Offer whoever can be offered, then send on who need not wait for what agents do now."""
        if ready := self.roster.ready:
            posts = [*self.posts.values()]
            for match in matches(posts, now, ready=ready, tally=self.tally, random=self._random):
                self._offering.make(now, match)
        self._places.send_on(now)
