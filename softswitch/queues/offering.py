"""Offers on the floor: agents are kept for a caller, ring for him, and are free again whatever becomes of it.

Pure: time comes in.
"""

from __future__ import annotations

from typing import Final

from softswitch.events import AgentMissed, AgentOffered, CallbackTried
from softswitch.queues.agents import Agent, Input, Talk
from softswitch.queues.alarms import Subject
from softswitch.queues.book import GRACE_SECONDS, Book
from softswitch.queues.matching import Match
from softswitch.queues.model import Callback, Condition, DialBack, Entry, Miss, Offer, Ring, Stop
from softswitch.queues.strategies import RING_ALL

CALLBACK_GRACE_SECONDS: Final = 45.0
"""How much longer than its phone rings a callback may take: the answer, the greeting twice, a key."""


class Offering:
    """Makes offers and ends them."""

    def __init__(self, book: Book) -> None:
        self._book = book

    # They begin

    def make(self, now: float, match: Match) -> None:
        """Offer a caller to the agents who were found for him: let them ring, or his number be dialled."""
        book, entry = self._book, match.entry
        post = book.post_of(entry)
        names = tuple(agent.name for agent in match.agents)
        offer = self._reserve(now, match, names)
        for agent in match.agents:
            agent.offer = offer
            book.roster.move(now, agent, Input.OFFERED)
            book.tell(
                entry.call,
                AgentOffered(
                    post.name, agent.name, entry.waited(now), post.line.ahead(entry), match.score,
                    post.config.strategy, match.ranked, match.overtook, match.because,
                ),
            )  # fmt: skip
        post.last = post.places[names[0]]
        if entry.callback is None:
            book.outputs.append(Ring(offer.id, entry.id, post.name, names, post.config.ring_s))
        elif not entry.callback.dialling:
            self._dial(offer, entry, entry.callback, names[0])
        # Else he is being called already, and the agent is kept for him.

    def _reserve(self, now: float, match: Match, names: tuple[str, ...]) -> Offer:
        book, entry = self._book, match.entry
        config = book.post_of(entry).config
        seconds = config.ring_s + GRACE_SECONDS
        if entry.callback is not None and config.callback is not None:
            seconds = config.callback.ring_s + CALLBACK_GRACE_SECONDS
        offer = Offer(
            next(book.numbers), entry.id, entry.queue, set(names), now, now + seconds,
            together=config.strategy == RING_ALL and len(names) > 1,
        )  # fmt: skip
        book.offers[offer.id] = entry.offer = offer
        book.alarms.set(Subject.OFFER, str(offer.id), offer.deadline)
        return offer

    def _dial(self, offer: Offer, entry: Entry, callback: Callback, agent: str) -> None:
        callback.attempts, callback.dialling = callback.attempts + 1, True
        number, attempt = callback.number, callback.attempts
        self._book.tell(entry.call, CallbackTried(entry.queue, number, attempt, agent))
        self._book.outputs.append(
            DialBack(offer.id, entry.id, entry.queue, number, callback.language, attempt, agent)
        )

    def ring_now(self, now: float, entry: Entry) -> None:
        """Let the agent ring who was kept for a caller while he was being called."""
        offer = entry.offer
        if offer is not None:
            seconds = self._book.post_of(entry).config.ring_s
            offer.began, offer.deadline = now, now + seconds + GRACE_SECONDS
            self._book.alarms.set(Subject.OFFER, str(offer.id), offer.deadline)
            agents = tuple(sorted(offer.agents))
            self._book.outputs.append(Ring(offer.id, entry.id, entry.queue, agents, seconds))

    # They end

    def take(self, now: float, offer_id: int, name: str) -> Offer | None:
        """Let an agent have the caller he was offered; None where it comes too late."""
        offer = self._book.offers.get(offer_id)
        if offer is None or name not in offer.agents:
            return None
        entry, agent = self._book.entries[offer.entry], self._book.roster.agent(name)
        offer.agents.discard(name)
        agent.offer = None
        agent.missed.clear()
        agent.talk = Talk(offer.queue, entry.call, now)
        self._book.roster.move(now, agent, Input.ANSWERED)
        return offer

    def miss(self, now: float, offer_id: int, name: str, why: Miss) -> None:
        """Take that an agent did not take what was offered; nothing where it is over for him already."""
        offer = self._book.offers.get(offer_id)
        if offer is not None and name in offer.agents:
            self._let_go(now, offer, self._book.roster.agent(name), why)

    def expire(self, now: float, offer: Offer) -> None:
        """End an offer that nobody has taken in all its time."""
        self._stop_all(now, offer, Miss.NO_ANSWER)

    def withdraw(self, now: float, entry: Entry) -> None:
        """End the offer of somebody, if there is one: whoever rings for him stops, and has missed nothing."""
        offer = entry.offer
        if offer is not None:
            self._stop_all(now, offer, Miss.WITHDRAWN)
            self._close(now, offer)

    def withdraw_from(self, now: float, agent: Agent) -> None:
        """End an agent's part in an offer for a queue whose calls he takes no more."""
        offer = agent.offer
        if offer is not None and agent.condition(offer.queue) in (Condition.LOGGED_OUT, Condition.PAUSED):
            self._let_go(now, offer, agent, Miss.WITHDRAWN)
            self._book.outputs.append(Stop(offer.id, offer.entry, agent.name))

    def _stop_all(self, now: float, offer: Offer, why: Miss) -> None:
        for name in sorted(offer.agents):
            self._let_go(now, offer, self._book.roster.agent(name), why)
            self._book.outputs.append(Stop(offer.id, offer.entry, name))

    def _let_go(self, now: float, offer: Offer, agent: Agent, why: Miss) -> None:
        """Free an agent from an offer, with what follows on a miss; the offer of nobody is over."""
        offer.agents.discard(agent.name)
        agent.offer = None
        self._book.roster.move(now, agent, Input.GIVEN_BACK)
        if why is not Miss.WITHDRAWN:
            self._follow_up(now, offer, agent, why)
        if not offer.agents:
            self._close(now, offer)

    def _follow_up(self, now: float, offer: Offer, agent: Agent, why: Miss) -> None:
        entry = self._book.entries[offer.entry]
        seconds = round(now - offer.began, 3)
        self._book.tell(entry.call, AgentMissed(offer.queue, agent.name, why.value, seconds))
        entry.missed[agent.name] = entry.missed.get(agent.name, 0) + 1
        if entry.preferred == agent.name:
            entry.preferred = ""
        # Of several who ring together all but one miss it: that is nobody's fault.
        counts = not (offer.together and why is Miss.NO_ANSWER)
        self.rest(now, agent, offer.queue, why, counts=counts)

    def rest(self, now: float, agent: Agent, queue: str, why: Miss, *, counts: bool) -> None:
        """Let a miss have its consequences, and see to their ends."""
        book = self._book
        rests_until = book.roster.missed(now, agent, queue, why, counts=counts)
        for at in (rests_until, *agent.pause_ends()):
            book.alarms.set(Subject.AGENT, agent.name, at)
        book.review_all_of(now, agent.name)

    def _close(self, now: float, offer: Offer) -> None:
        if self._book.offers.pop(offer.id, None) is not None:
            entry = self._book.entries[offer.entry]
            entry.offer = None
            # What was put off while somebody rang is looked at now.
            self._book.alarms.set(Subject.ENTRY, entry.id, now)
