"""Places in queues: who is let in, where he stands, and how a place is left. Pure: time comes in."""

from __future__ import annotations

from typing import Final

from softswitch.events import QueueEntered, QueueHandedOver, QueueLeft, QueuePromoted, QueueRefused
from softswitch.queues.book import GRACE_SECONDS, Book
from softswitch.queues.config import MOST_PRIORITY
from softswitch.queues.errors import QueueError
from softswitch.queues.matching import PRIORITY_SECONDS, Post
from softswitch.queues.model import Arrival, Dismiss, Entry, Refused, StopDialling, Why
from softswitch.queues.offering import Offering
from softswitch.queues.patience import all_are, over

CUT_OFF: Final = frozenset({Why.STOPPED, Why.FAULT, Why.LOST, Why.TOO_LONG})
"""Who left for one of these did not want to: the place is kept for a further call."""


class Places:
    """Gives places and takes them back."""

    def __init__(self, book: Book, offering: Offering) -> None:
        self._book = book
        self._offering = offering

    def give(self, now: float, queue: str, arrival: Arrival) -> Entry | Refused:
        """Let somebody wait; return the place, or why the queue takes nobody in.

        Whoever has asked to be called back and waits on the line after all, in whatever queue, is called
        back no more: the wait goes on. Raises QueueError where there is no such queue, or the call waits
        already.
        """
        book, post = self._book, self._book.post(queue)
        kept = book.entries.get(arrival.call)
        if kept is None or kept.callback is None:
            self._check_new(arrival)
        if not arrival.returns and (refused := _refusal(post)) is not None:
            book.tell(arrival.call, QueueRefused(queue, arrival.party, refused.value))
            return refused
        self.leave(now, arrival.call, Why.CALLBACK_CANCELLED, to=queue)
        before = max(book.credits.take(now, arrival, post.config, queue), arrival.waited)
        priority = arrival.priority if arrival.returns else max(arrival.priority, post.config.priority)
        entry = self._entry(now, post, arrival, since=now - before, priority=priority)
        self._prefer(now, post, entry, arrival)
        self._add(now, post, entry)
        book.tell(
            entry.call,
            QueueEntered(queue, entry.party, post.line.ahead(entry), entry.priority, round(before, 3)),
        )
        return entry

    def restored(self, now: float, queue: str, arrival: Arrival, waited: float) -> Entry:
        """Give somebody a place back as it was before a restart; nothing is told. Raises as :meth:`give`."""
        post = self._book.post(queue)
        self._check_new(arrival)
        # As it was, also where the queue gives more to those who come now.
        entry = self._entry(now, post, arrival, since=now - waited, priority=arrival.priority)
        self._add(now, post, entry)
        return entry

    def _check_new(self, arrival: Arrival) -> None:
        if arrival.call in self._book.entries:
            raise QueueError(f"the call {arrival.call} waits already")

    def _entry(self, now: float, post: Post, arrival: Arrival, *, since: float, priority: int) -> Entry:
        return Entry(
            id=arrival.call,
            call=arrival.call,
            queue=post.name,
            party=arrival.party,
            name=arrival.name,
            since=since,
            entered=now - arrival.waited_here,
            key=since - PRIORITY_SECONDS * priority,
            number=next(self._book.numbers),
            priority=priority,
            skills=arrival.skills or post.skills,
        )

    def _prefer(self, now: float, post: Post, entry: Entry, arrival: Arrival) -> None:
        if arrival.preferred not in post.places:
            return
        agent = self._book.roster.agent(arrival.preferred)
        seconds = arrival.preferred_s
        if agent.is_free(post.name, now):
            seconds = max(seconds, post.config.ring_s + GRACE_SECONDS)  # He may let it ring.
        if seconds and post.serves(agent):
            entry.preferred, entry.preferred_until = agent.name, now + seconds

    def _add(self, now: float, post: Post, entry: Entry) -> None:
        self._book.entries[entry.id] = entry
        post.line.add(entry)
        self._book.watch(now, entry)

    def leave(self, now: float, entry_id: str, why: Why, *, to: str = "") -> None:
        """Let somebody wait no more; what rings for him stops. Nothing for who does not wait (any more)."""
        book = self._book
        entry = book.entries.get(entry_id)
        if entry is None:
            return
        ahead = book.post_of(entry).line.ahead(entry)
        if entry.callback is not None and entry.callback.dialling:
            book.outputs.append(StopDialling(entry.id))
        self.clear(now, entry)
        book.credits.give(now, entry, resumes=why is Why.ABANDONED)
        if why in CUT_OFF:
            book.credits.remember(now, entry.party, entry.queue, now - entry.since)
        book.tell(entry.call, QueueLeft(entry.queue, entry.party, why.value, entry.waited(now), ahead, to))

    def clear(self, now: float, entry: Entry) -> None:
        """Take somebody out of the line."""
        self._offering.withdraw(now, entry)
        del self._book.entries[entry.id]
        self._book.post_of(entry).line.remove(entry)

    def promote(self, entry_id: str, priority: int) -> None:
        """Give somebody who waits another head start, in minutes.

        Raises QueueError for who does not wait, and for what is no head start.
        """
        entry = self._book.waiting(entry_id)
        if not 0 <= priority <= MOST_PRIORITY:
            raise QueueError(f"a head start is 0 to {MOST_PRIORITY} minutes, not {priority}")
        line = self._book.post_of(entry).line
        line.remove(entry)
        entry.priority, entry.key = priority, entry.since - PRIORITY_SECONDS * priority
        line.add(entry)
        self._book.tell(entry.call, QueuePromoted(entry.queue, entry.party, priority, line.ahead(entry)))

    def hand_over(self, entry_id: str, party: str, name: str) -> None:
        """Take that somebody else waits in a place: by a transfer."""
        entry = self._book.entries.get(entry_id)
        if entry is not None:
            entry.party, entry.name = party, name
            self._book.tell(entry.call, QueueHandedOver(entry.queue, party))

    def look_at(self, now: float, entry_id: str) -> None:
        """Look whether a wait is over by itself."""
        entry = self._book.entries.get(entry_id)
        if entry is not None and not entry.dismissed:
            why = over(self._book.post_of(entry), entry, now)
            if why is not None:
                entry.dismissed = True
                self._book.outputs.append(Dismiss(entry.id, entry.queue, why))

    def send_on(self, now: float) -> None:
        """Look at all who need not wait for what their queue's agents do now."""
        for post in self._book.posts.values():
            if len(post.line) and all_are(post, post.config.leave_when_all):
                for entry in post.line:
                    self.look_at(now, entry.id)


def _refusal(post: Post) -> Refused | None:
    """Return why a queue takes nobody in at this moment, None where it does."""
    most = post.config.most_waiting
    if most and sum(one.callback is None for one in post.line) >= most:
        return Refused.FULL
    return Refused.EMPTY if all_are(post, post.config.refuse_when_all) else None
