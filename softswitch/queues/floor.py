"""The floor: everybody who waits and everybody who serves, and every decision between them.

Pure: each input comes with the monotonic time ``now``, what is to be done is polled, and
:meth:`Floor.next_deadline` says when to call :meth:`Floor.tick` next. A reservation is an :class:`Offer`. It
always has an end: an answer, a miss, its caller gone, or its deadline.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Final

from softswitch.events import (
    AgentMissed,
    AgentOffered,
    CallbackAsked,
    CallbackMissed,
    CallbackReached,
    CallbackRefused,
    CallbackTried,
    CallEvent,
    QueueAnswered,
    QueueEntered,
    QueueHandedOver,
    QueueLeft,
    QueuePromoted,
    QueueRefused,
    QueueTalkEnded,
    SystemEvent,
)
from softswitch.queues.agents import Agent, Input, Pause, Talk
from softswitch.queues.alarms import Alarms, Subject
from softswitch.queues.config import MOST_PRIORITY, QueuesConfig
from softswitch.queues.credits import Credits
from softswitch.queues.errors import QueueError
from softswitch.queues.matching import PRIORITY_SECONDS, Match, Post, matches
from softswitch.queues.model import (
    Arrival,
    Callback,
    Condition,
    DialBack,
    Dismiss,
    Entry,
    Miss,
    Offer,
    Output,
    Refused,
    Ring,
    Stop,
    StopDialling,
    Told,
    Why,
)
from softswitch.queues.patience import all_are, moments, over
from softswitch.queues.roster import Roster
from softswitch.queues.strategies import RING_ALL, Random
from softswitch.queues.tally import Tally

GRACE_SECONDS: Final = 20.0
"""How much longer than a phone rings an offer lives: time to press a key and to hear whom one gets. It ends
then, whoever has forgotten it."""
CALLBACK_GRACE_SECONDS: Final = 45.0
"""The same for one who is called back: the answer, the greeting twice, a key."""

CUT_OFF: Final = frozenset({Why.STOPPED, Why.FAULT})
"""Who left for one of these did not want to: the place is kept for a further call."""


class Floor:
    """All queues and agents of a switch."""

    def __init__(self, config: QueuesConfig, now: float, *, random: Random) -> None:
        self._random = random
        self._outputs: deque[Output] = deque()
        self._alarms = Alarms()
        self._numbers = count(1)
        self.roster = Roster(config.queues, config.agents, now, lambda event: self._tell("", event))
        self.posts = {name: Post(name, queue, self.roster.of(name)) for name, queue in config.queues.items()}
        self.tally = Tally()
        self.credits = Credits()
        self.entries: dict[str, Entry] = {}
        """All who wait, by the id of the call they came with."""
        self.offers: dict[int, Offer] = {}
        for post in self.posts.values():
            self._review(now, post)

    # Reading

    def poll(self) -> Iterator[Output]:
        """Yield what is to be done, in order."""
        while self._outputs:
            yield self._outputs.popleft()

    def next_deadline(self) -> float | None:
        """Return when :meth:`tick` wants to be called, None for no time that is known."""
        return self._alarms.next()

    def post(self, queue: str) -> Post:
        """Return a queue; raise QueueError where there is none of that name."""
        try:
            return self.posts[queue]
        except KeyError:
            raise QueueError(f"there is no queue {queue}") from None

    def ahead(self, entry: str) -> int:
        """Return how many come before somebody who waits."""
        one = self.entries[entry]
        return self.posts[one.queue].line.ahead(one)

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
            self._alarms.set(Subject.AGENT, agent, now + seconds)
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
            self._alarms.set(Subject.AGENT, name, at)
        self._agent_changed(now, name)

    def phone(self, now: float, name: str, *, reachable: bool, engaged: bool) -> None:
        """Take how an agent's phones are: whether one can be rung, and whether he talks by himself."""
        agent = self.roster.agent(name)
        if (agent.reachable, agent.engaged) != (reachable, engaged):
            agent.reachable, agent.engaged = reachable, engaged
            self._agent_changed(now, name)

    def _agent_changed(self, now: float, name: str) -> None:
        agent = self.roster.agent(name)
        offer = agent.offer
        if offer is not None and agent.condition(offer.queue) in (Condition.LOGGED_OUT, Condition.PAUSED):
            self._let_go(now, offer, agent, Miss.WITHDRAWN)
            self._outputs.append(Stop(offer.id, offer.entry, agent.name))
        self._review_all_of(now, name)
        self._settle(now)

    # Who waits

    def enter(self, now: float, queue: str, arrival: Arrival) -> Entry | Refused:
        """Let somebody wait; return the place, or why the queue takes nobody in.

        Raises QueueError where there is no such queue, or the call waits already.
        """
        post = self.post(queue)
        config = post.config
        if arrival.call in self.entries:
            raise QueueError(f"the call {arrival.call} waits already")
        if not arrival.returns and (refused := _refusal(post)) is not None:
            self._tell(arrival.call, QueueRefused(queue, arrival.party, refused.value))
            return refused
        before = max(self.credits.take(now, arrival, config, queue), arrival.waited)
        entry = self._entry(now, post, arrival, now - before)
        self._prefer(now, post, entry, arrival)
        self._add(now, post, entry)
        self._tell(
            entry.call,
            QueueEntered(queue, entry.party, post.line.ahead(entry), entry.priority, round(before, 3)),
        )
        self._settle(now)
        return entry

    def _entry(self, now: float, post: Post, arrival: Arrival, since: float) -> Entry:
        priority = arrival.priority if arrival.returns else max(arrival.priority, post.config.priority)
        skills = arrival.skills or post.skills
        return Entry(
            id=arrival.call,
            call=arrival.call,
            queue=post.name,
            party=arrival.party,
            name=arrival.name,
            since=since,
            entered=now,
            key=since - PRIORITY_SECONDS * priority,
            number=next(self._numbers),
            priority=priority,
            skills=skills,
        )

    def _prefer(self, now: float, post: Post, entry: Entry, arrival: Arrival) -> None:
        if arrival.preferred not in post.places:
            return
        agent = self.roster.agent(arrival.preferred)
        seconds = arrival.preferred_s
        if agent.is_free(post.name, now):
            seconds = max(seconds, post.config.ring_s + GRACE_SECONDS)  # He may let it ring.
        if seconds and post.serves(agent):
            entry.preferred, entry.preferred_until = agent.name, now + seconds

    def _add(self, now: float, post: Post, entry: Entry) -> None:
        self.entries[entry.id] = entry
        post.line.add(entry)
        self._watch(now, post, entry)

    def _watch(self, now: float, post: Post, entry: Entry) -> None:
        for at in moments(post, entry):
            self._alarms.set(Subject.ENTRY, entry.id, max(at, now))

    def leave(self, now: float, entry_id: str, why: Why, *, to: str = "") -> None:
        """Let somebody wait no more; what rings for him stops. Nothing for who does not wait (any more)."""
        entry = self.entries.get(entry_id)
        if entry is None:
            return
        post = self.posts[entry.queue]
        ahead = post.line.ahead(entry)
        if entry.callback is not None and entry.callback.dialling:
            self._outputs.append(StopDialling(entry.id))
        self._remove(now, entry)
        self.credits.give(now, entry, resumes=why is Why.ABANDONED)
        if why in CUT_OFF:
            self.credits.remember(now, entry.party, entry.queue, now - entry.since)
        self._tell(entry.call, QueueLeft(post.name, entry.party, why.value, entry.waited(now), ahead, to))
        self._settle(now)

    def promote(self, now: float, entry_id: str, priority: int) -> None:
        """Give somebody who waits another head start, in minutes.

        Raises QueueError for who does not wait, and for what is no head start.
        """
        entry = self._waiting(entry_id)
        if not 0 <= priority <= MOST_PRIORITY:
            raise QueueError(f"a head start is 0 to {MOST_PRIORITY} minutes, not {priority}")
        post = self.posts[entry.queue]
        post.line.remove(entry)
        entry.priority, entry.key = priority, entry.since - PRIORITY_SECONDS * priority
        post.line.add(entry)
        self._tell(entry.call, QueuePromoted(entry.queue, entry.party, priority, post.line.ahead(entry)))
        self._settle(now)

    def told(self, entry_id: str, low_s: int, high_s: int, waited: float) -> None:
        """Note which waiting time somebody was told, to be written down beside the true one."""
        if entry_id in self.entries:
            self.entries[entry_id].told = (low_s, high_s, waited)

    def stand_in(self, entry_id: str, party: str, name: str) -> None:
        """Take that somebody else waits in a place: it is handed over by a transfer."""
        entry = self.entries.get(entry_id)
        if entry is not None:
            entry.party, entry.name = party, name
            self._tell(entry.call, QueueHandedOver(entry.queue, party))

    def _waiting(self, entry_id: str) -> Entry:
        try:
            return self.entries[entry_id]
        except KeyError:
            raise QueueError(f"nobody waits with the call {entry_id}") from None

    def _remove(self, now: float, entry: Entry) -> None:
        self._withdraw(now, entry)
        del self.entries[entry.id]
        self.posts[entry.queue].line.remove(entry)

    # Offers

    def answered(self, now: float, offer_id: int, name: str, *, leg: str) -> bool:
        """Take that an agent has taken a caller; False where it comes too late: he must be let go."""
        offer = self.offers.get(offer_id)
        if offer is None or name not in offer.agents:
            return False
        entry, agent = self.entries[offer.entry], self.roster.agent(name)
        offer.agents.discard(name)
        agent.offer = None
        agent.missed.clear()
        agent.talk = Talk(offer.queue, entry.call, now)
        self.roster.move(now, agent, Input.ANSWERED)
        self._remove(now, entry)
        self.credits.give(now, entry, resumes=False)
        rang, (low, high, at) = round(now - offer.began, 3), entry.told
        self._tell(
            entry.call,
            QueueAnswered(offer.queue, name, leg, entry.party, entry.waited(now), rang, low, high, at),
        )
        self._settle(now)
        return True

    def missed(self, now: float, offer_id: int, name: str, why: Miss) -> None:
        """Take that an agent did not take what was offered; nothing where it is over for him already."""
        offer = self.offers.get(offer_id)
        if offer is not None and name in offer.agents:
            self._let_go(now, offer, self.roster.agent(name), why)
            self._settle(now)

    def talk_over(self, now: float, name: str, by: str) -> None:
        """Take that an agent's part in a talk is over; nothing for who has none."""
        agent = self.roster.agent(name)
        if agent.talk is None:
            return
        talk = agent.talk
        self._alarms.set(Subject.AGENT, name, self.roster.talk_over(now, agent))
        self.credits.touch(now, talk.call)
        self._tell(talk.call, QueueTalkEnded(talk.queue, name, round(now - talk.began, 3), by))
        self._agent_changed(now, name)

    def turned_away(self, now: float, name: str, queue: str) -> None:
        """Take that an agent has answered and hung up at once.

        He rests as who declines: else he would be rung for the same caller in the same moment, over and over.
        """
        self._rest(now, self.roster.agent(name), queue, Miss.REJECT, counts=True)

    def _withdraw(self, now: float, entry: Entry) -> None:
        """End the offer of somebody, if there is one: whoever rings for him stops, and has missed nothing."""
        offer = entry.offer
        if offer is None:
            return
        for name in sorted(offer.agents):
            self._let_go(now, offer, self.roster.agent(name), Miss.WITHDRAWN)
            self._outputs.append(Stop(offer.id, entry.id, name))
        self._close(now, offer)

    def _let_go(self, now: float, offer: Offer, agent: Agent, why: Miss) -> None:
        """Free an agent from an offer, with what follows on a miss; the offer of nobody is over."""
        offer.agents.discard(agent.name)
        agent.offer = None
        self.roster.move(now, agent, Input.GIVEN_BACK)
        if why is not Miss.WITHDRAWN:
            self._follow_up(now, offer, agent, why)
        if not offer.agents:
            self._close(now, offer)

    def _follow_up(self, now: float, offer: Offer, agent: Agent, why: Miss) -> None:
        entry = self.entries[offer.entry]
        seconds = round(now - offer.began, 3)
        self._tell(entry.call, AgentMissed(offer.queue, agent.name, why.value, seconds))
        if entry.preferred == agent.name:
            entry.preferred = ""
        # Of several who ring together all but one miss it: that is nobody's fault.
        counts = not (offer.together and why is Miss.NO_ANSWER)
        self._rest(now, agent, offer.queue, why, counts=counts)

    def _rest(self, now: float, agent: Agent, queue: str, why: Miss, *, counts: bool) -> None:
        """Let a miss have its consequences, and see to their ends."""
        rests_until = self.roster.missed(now, agent, queue, why, counts=counts)
        for at in (rests_until, *agent.pause_ends()):
            self._alarms.set(Subject.AGENT, agent.name, at)
        self._review_all_of(now, agent.name)

    def _close(self, now: float, offer: Offer) -> None:
        if self.offers.pop(offer.id, None) is not None:
            entry = self.entries[offer.entry]
            entry.offer = None
            # What was put off while somebody rang is looked at now.
            self._alarms.set(Subject.ENTRY, entry.id, now)

    # Callbacks

    def ask_callback(
        self, now: float, entry_id: str, number: str, *, language: str = "", ready_at: float
    ) -> None:
        """Let somebody hang up and keep the place: from ``ready_at`` on ``number`` is called in its turn.

        Raises QueueError for who does not wait (any more).
        """
        entry = self._waiting(entry_id)
        post = self.posts[entry.queue]
        self._withdraw(now, entry)
        entry.callback = Callback(number, language, ready_at=ready_at)
        self._alarms.set(Subject.ENTRY, entry.id, ready_at)
        self._tell(
            entry.call,
            CallbackAsked(
                entry.queue, number, post.line.ahead(entry), entry.party, entry.name, language,
                entry.priority, entry.waited(now), round(max(ready_at - now, 0.0), 3),
                _skills_apart(post, entry),
            ),
        )  # fmt: skip
        self._settle(now)

    def refuse_callback(self, now: float, entry_id: str, why: str) -> bool:
        """Let somebody wait on the line after all, whose callback could not be taken on, for ``why``.

        False where it is too late: who asked waits no more, or is being called already.
        """
        entry = self.entries.get(entry_id)
        if entry is None or entry.callback is None or entry.callback.dialling:
            return False
        asked, entry.callback = entry.callback, None
        self._withdraw(now, entry)
        self._watch(now, self.posts[entry.queue], entry)
        self._tell(entry.call, CallbackRefused(entry.queue, asked.number, why))
        self._settle(now)
        return True

    def left_before(self, call: str, left: QueueLeft) -> None:
        """Tell that a wait was over before a restart, of which the log does not know yet."""
        self._tell(call, left)

    def restore_callback(
        self, now: float, queue: str, arrival: Arrival, callback: Callback, waited: float
    ) -> None:
        """Put a callback back that was asked for before a restart; it has waited so long.

        Raises QueueError where there is no such queue, or the call waits already.
        """
        post = self.post(queue)
        if arrival.call in self.entries:
            raise QueueError(f"the call {arrival.call} waits already")
        entry = self._entry(now, post, arrival, now - waited)
        # As it was, also where the queue gives more to those who come now.
        entry.priority, entry.key = arrival.priority, entry.since - PRIORITY_SECONDS * arrival.priority
        # Whoever was calling it went with the restart.
        entry.callback = replace(callback, dialling=False)
        self._add(now, post, entry)
        self._settle(now)

    def called_back(self, now: float, entry_id: str, call: str) -> bool:
        """Take that the called one is on the line again, in another call; False where it is no callback more.

        He has his place, and the agent who is kept for him rings now.
        """
        entry = self.entries.get(entry_id)
        if entry is None or entry.callback is None:
            return False
        tried, entry.callback = entry.callback, None
        self._tell(entry.call, CallbackReached(entry.queue, tried.number, tried.attempts, call))
        entry.call = call
        entry.entered = now  # His patience begins anew.
        self._watch(now, self.posts[entry.queue], entry)
        if (offer := entry.offer) is not None:
            seconds = self.posts[entry.queue].config.ring_s
            offer.began, offer.deadline = now, now + seconds + GRACE_SECONDS
            self._alarms.set(Subject.OFFER, str(offer.id), offer.deadline)
            self._outputs.append(Ring(offer.id, entry.id, entry.queue, tuple(sorted(offer.agents)), seconds))
        self._settle(now)
        return True

    def callback_missed(
        self, now: float, entry_id: str, why: str, *, ready_at: float | None, counts: bool = True
    ) -> None:
        """Take that nobody was reached: the agent is free, and the number is tried again, or never (None).

        What does not count was no try. Nothing where the number is not being called (any more).
        """
        entry = self.entries.get(entry_id)
        if entry is not None and entry.callback is not None and entry.callback.dialling:
            entry.callback.attempts -= not counts
            self._callback_missed(now, entry, entry.callback, why, ready_at)
            self._settle(now)

    def _callback_missed(
        self, now: float, entry: Entry, callback: Callback, why: str, ready_at: float | None
    ) -> None:
        self._withdraw(now, entry)
        callback.dialling = False
        again = -1.0 if ready_at is None else round(ready_at - now, 3)
        self._tell(entry.call, CallbackMissed(entry.queue, callback.number, callback.attempts, why, again))
        if ready_at is None:
            self.leave(now, entry.id, Why.CALLBACK_FAILED)
        else:
            callback.ready_at = ready_at
            self._alarms.set(Subject.ENTRY, entry.id, ready_at)

    # Time

    def tick(self, now: float) -> None:
        """Do what is due."""
        for subject, name in self._alarms.due(now):
            match subject:
                case Subject.OFFER:
                    self._offer_due(now, int(name))
                case Subject.AGENT:
                    self.roster.tick(now, name)
                    self._review_all_of(now, name)
                case Subject.ENTRY:
                    self._entry_due(now, name)
        self._settle(now)

    def _offer_due(self, now: float, offer_id: int) -> None:
        offer = self.offers.get(offer_id)
        if offer is None or offer.deadline > now:
            return
        entry = self.entries[offer.entry]
        post = self.posts[entry.queue]
        if (tried := entry.callback) is not None:
            config = post.config.callback
            again = config is not None and tried.attempts < config.tries
            self._outputs.append(StopDialling(entry.id))
            ready_at = now + config.retry_s if config is not None and again else None
            self._callback_missed(now, entry, tried, Miss.NO_ANSWER.value, ready_at)
            return
        for name in sorted(offer.agents):
            self._let_go(now, offer, self.roster.agent(name), Miss.NO_ANSWER)
            self._outputs.append(Stop(offer.id, offer.entry, name))

    def _entry_due(self, now: float, entry_id: str) -> None:
        """Look whether a wait is over by itself."""
        entry = self.entries.get(entry_id)
        if entry is not None and not entry.dismissed:
            why = over(self.posts[entry.queue], entry, now)
            if why is not None:
                entry.dismissed = True
                self._outputs.append(Dismiss(entry.id, entry.queue, why))

    def _review_all_of(self, now: float, agent: str) -> None:
        for post in self.posts.values():
            if agent in post.places:
                self._review(now, post)

    def _review(self, now: float, post: Post) -> None:
        """Look at a queue one of whose agents has changed."""
        if post.is_served:
            post.unserved_since = None
        elif post.unserved_since is None:
            post.unserved_since = now
            if seconds := post.config.no_agent_wait_s:
                for entry in post.line:
                    self._alarms.set(Subject.ENTRY, entry.id, now + seconds)

    # Matching

    def _settle(self, now: float) -> None:
        """Offer whoever can be offered, then send on who need not wait for what agents do now."""
        if ready := self.roster.ready:
            posts = [*self.posts.values()]
            for match in matches(posts, now, ready=ready, tally=self.tally, random=self._random):
                self._offer(now, match)
        for post in self.posts.values():
            if len(post.line) and all_are(post, post.config.leave_when_all):
                for entry in post.line:
                    self._entry_due(now, entry.id)

    def _offer(self, now: float, match: Match) -> None:
        entry, post = match.entry, self.posts[match.entry.queue]
        config, callback = post.config, entry.callback
        names = tuple(agent.name for agent in match.agents)
        seconds = config.ring_s + GRACE_SECONDS
        if callback is not None and config.callback is not None:
            seconds = config.callback.ring_s + CALLBACK_GRACE_SECONDS
        offer = Offer(
            next(self._numbers), entry.id, post.name, set(names), now, now + seconds,
            together=config.strategy == RING_ALL and len(names) > 1,
        )  # fmt: skip
        self.offers[offer.id] = entry.offer = offer
        for agent in match.agents:
            agent.offer = offer
            self.roster.move(now, agent, Input.OFFERED)
            self._tell(
                entry.call,
                AgentOffered(
                    post.name, agent.name, entry.waited(now), post.line.ahead(entry), match.score,
                    config.strategy, match.ranked, match.overtook, match.because,
                ),
            )  # fmt: skip
        post.last = post.places[names[0]]
        self._alarms.set(Subject.OFFER, str(offer.id), offer.deadline)
        if callback is not None and callback.dialling:
            return  # He is being called already; the agent is kept for him.
        if callback is None:
            self._outputs.append(Ring(offer.id, entry.id, post.name, names, config.ring_s))
            return
        callback.attempts, callback.dialling = callback.attempts + 1, True
        self._tell(entry.call, CallbackTried(post.name, callback.number, callback.attempts, names[0]))
        self._outputs.append(
            DialBack(
                offer.id, entry.id, post.name, callback.number, callback.language, callback.attempts, names[0]
            )
        )

    def _tell(self, call: str, event: CallEvent | SystemEvent) -> None:
        self.tally.read(event)
        self._outputs.append(Told(call, event))


def _refusal(post: Post) -> Refused | None:
    """Return why a queue takes nobody in at this moment, None where it does."""
    most = post.config.most_waiting
    if most and sum(one.callback is None for one in post.line) >= most:
        return Refused.FULL
    return Refused.EMPTY if all_are(post, post.config.refuse_when_all) else None


def _skills_apart(post: Post, entry: Entry) -> tuple[tuple[str, int, bool, float], ...]:
    """Return what somebody needs, as events say it, where it is not what the queue asks of who serves all."""
    if entry.skills == post.skills:
        return ()
    return tuple((name, one.level, one.required, one.relax_s) for name, one in entry.skills.items())
