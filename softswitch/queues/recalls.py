"""Callbacks on the floor: places whose callers have hung up and are called in their turn. Pure."""

from __future__ import annotations

from dataclasses import replace

from softswitch.events import CallbackAsked, CallbackMissed, CallbackReached, CallbackRefused
from softswitch.queues.alarms import Subject
from softswitch.queues.book import Book
from softswitch.queues.errors import QueueError
from softswitch.queues.matching import Post
from softswitch.queues.model import Arrival, Callback, Entry, Miss, StopDialling, Why
from softswitch.queues.offering import Offering
from softswitch.queues.places import Places


class Recalls:
    """Keeps the places of those who are to be called back."""

    def __init__(self, book: Book, offering: Offering, places: Places) -> None:
        self._book = book
        self._offering = offering
        self._places = places

    def ask(self, now: float, entry_id: str, number: str, *, language: str, ready_at: float) -> None:
        """Let somebody hang up and keep the place; raise QueueError for who does not wait (any more)."""
        book, entry = self._book, self._book.waiting(entry_id)
        if entry.dismissed:
            raise QueueError(f"who waited with the call {entry_id} goes on elsewhere")
        post = book.post_of(entry)
        self._offering.withdraw(now, entry)
        entry.callback = Callback(number, language, ready_at=ready_at)
        book.alarms.set(Subject.ENTRY, entry.id, ready_at)
        book.tell(
            entry.call,
            CallbackAsked(
                entry.queue, number, post.line.ahead(entry), entry.party, entry.name, language,
                entry.priority, entry.waited(now), round(max(ready_at - now, 0.0), 3),
                _skills_apart(post, entry),
            ),
        )  # fmt: skip

    def refuse(self, now: float, entry_id: str, why: str) -> bool:
        """Let somebody wait on the line after all; False where he waits no more, or is being called."""
        entry = self._book.entries.get(entry_id)
        if entry is None or entry.callback is None or entry.callback.dialling:
            return False
        asked, entry.callback = entry.callback, None
        self._offering.withdraw(now, entry)
        self._book.watch(now, entry)
        self._book.tell(entry.call, CallbackRefused(entry.queue, asked.number, why))
        return True

    def restore(self, now: float, queue: str, arrival: Arrival, callback: Callback, waited: float) -> None:
        """Put a callback back that was asked for before a restart. Raises as :meth:`Places.give`."""
        entry = self._places.restored(now, queue, arrival, waited)
        # Whoever was calling it went with the restart.
        entry.callback = replace(callback, dialling=False)
        self._book.watch(now, entry)

    def reached(self, now: float, entry_id: str, call: str) -> bool:
        """Take that the called one is on the line; False where it is no callback (any more)."""
        entry = self._book.entries.get(entry_id)
        if entry is None or entry.callback is None:
            return False
        tried, entry.callback = entry.callback, None
        self._book.tell(entry.call, CallbackReached(entry.queue, tried.number, tried.attempts, call))
        entry.call = call
        entry.entered = now  # His patience begins anew.
        self._book.watch(now, entry)
        self._offering.ring_now(now, entry)
        return True

    def missed(
        self, now: float, entry_id: str, why: str, *, ready_at: float | None, counts: bool = True
    ) -> None:
        """Take that nobody was reached; nothing where the number is not being called (any more)."""
        entry = self._book.entries.get(entry_id)
        if entry is not None and entry.callback is not None and entry.callback.dialling:
            entry.callback.attempts -= not counts
            self._missed(now, entry, entry.callback, why, ready_at)

    def expire(self, now: float, entry: Entry, tried: Callback) -> None:
        """End a try that has taken all its time."""
        config = self._book.post_of(entry).config.callback
        again = config is not None and tried.attempts < config.tries
        self._book.outputs.append(StopDialling(entry.id))
        ready_at = now + config.retry_s if config is not None and again else None
        self._missed(now, entry, tried, Miss.NO_ANSWER.value, ready_at)

    def _missed(self, now: float, entry: Entry, callback: Callback, why: str, ready_at: float | None) -> None:
        book = self._book
        self._offering.withdraw(now, entry)
        callback.dialling = False
        again = -1.0 if ready_at is None else round(ready_at - now, 3)
        book.tell(entry.call, CallbackMissed(entry.queue, callback.number, callback.attempts, why, again))
        if ready_at is None:
            self._places.leave(now, entry.id, Why.CALLBACK_FAILED)
        else:
            callback.ready_at = ready_at
            book.alarms.set(Subject.ENTRY, entry.id, ready_at)


def _skills_apart(post: Post, entry: Entry) -> tuple[tuple[str, int, bool, float], ...]:
    """Return what somebody needs, as events say it, where it is not what the queue asks of who serves all."""
    if entry.skills == post.skills:
        return ()
    return tuple((name, one.level, one.required, one.relax_s) for name, one in entry.skills.items())
