"""Codes for agents: what is dialled to log in and out, to pause, and to be ready again."""

from __future__ import annotations

import hmac
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from softswitch.calls.call import Call, Destination
from softswitch.calls.hangup import Reason, Termination
from softswitch.events import AgentPinRefused
from softswitch.queues.config import QueuesConfig
from softswitch.queues.desk import Desk
from softswitch.queues.errors import QueueError
from softswitch.queues.texts import Sentence, Text, phrase
from softswitch.queues.voice import QueueVoice
from softswitch.registrar.accounts import Account

SERVED: Final = Termination(Reason.SERVICE_ENDED)
LONGEST_PIN: Final = 12
MOST_TRIES: Final = 3
MOST_WRONG: Final = 9
WRONG_WITHIN: Final = 3600.0
"""Wrong PINs of an agent, and the seconds they count for, until none is taken any more, nor the right one:
three digits are worth days of dialling then. The operator logs in whoever has forgotten theirs."""
PAUSED_BY_CODE: Final = "break"
"""The reason of a pause for which none was keyed in."""


@dataclass(frozen=True, slots=True)
class AgentCodes:
    """Finds codes, and does what they stand for."""

    config: QueuesConfig
    desk: Desk
    voice: QueueVoice
    language_of: Callable[[str], str]
    _wrong: defaultdict[str, deque[float]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=MOST_WRONG))
    )
    """When wrong PINs were last typed, by agent."""

    def find(self, dialled: str, account: Account) -> Destination | None:
        """Return what a dialled code does, None for what is none. A queue or a reason may follow it."""
        found = self.config.agent_codes.find(dialled)
        if found is None or not account.user:
            return None
        name, rest = found
        if name in ("resume", "ready") and rest:
            return None
        if name in ("log_in", "log_out") and rest and not self._queue(rest):
            return None
        if name == "pause" and rest and rest not in self.config.pause_reasons:
            return None
        return AgentCode(self, dialled, name, rest, account.user)

    def do(self, name: str, user: str, rest: str) -> Sentence:
        """Do it for an agent; return what he is told. Raises QueueError where it cannot be done."""
        desk, queue, language = self.desk, self._queue(rest), self.language(user)
        match name:
            case "log_in":
                desk.log_in(user, queue)
                told = Text.LOGGED_IN if queue else Text.LOGGED_IN_ALL
                return phrase(told, language, name=self._spoken(queue))
            case "log_out":
                desk.log_out(user, queue)
                told = Text.LOGGED_OUT if queue else Text.LOGGED_OUT_ALL
                return phrase(told, language, name=self._spoken(queue))
            case "pause":
                if not desk.floor.roster.agent(user).logged_in:
                    return phrase(Text.NOT_LOGGED_IN, language)
                reason = self.config.pause_reasons.get(rest, "")
                desk.pause(user, reason or PAUSED_BY_CODE)
                return phrase(Text.PAUSED_FOR if reason else Text.PAUSED, language, name=reason)
            case "resume":
                paused = self._paused(user)
                desk.resume(user)
                return self._how_it_stands(user) if paused else phrase(Text.NOT_PAUSED, language)
            case _:
                desk.finish_wrap_up(user)
                return self._how_it_stands(user)

    def _paused(self, user: str) -> bool:
        agent = self.desk.floor.roster.agent(user)
        return agent.paused is not None or bool(agent.paused_in)

    def _how_it_stands(self, user: str) -> Sentence:
        """Return whether calls will come to an agent now."""
        language = self.language(user)
        if not self.desk.floor.roster.agent(user).logged_in:
            return phrase(Text.NOT_LOGGED_IN, language)
        return phrase(Text.PAUSED if self._paused(user) else Text.READY, language)

    def language(self, user: str) -> str:
        """Return what an agent is spoken to in: his account's language, else that of his first queue."""
        queues = self.config.queues.values()
        own = next((queue.language for queue in queues if user in queue.agents), "en")
        return self.language_of(user) or own

    def pin(self, user: str) -> str:
        """Return what an agent has to type before anything is done, "" for nothing."""
        agent = self.config.agents.get(user)
        return agent.pin if agent is not None else ""

    def refused(self, user: str, now: float) -> None:
        """Count a wrong PIN."""
        self._wrong[user].append(now)

    def is_shut(self, user: str, now: float) -> bool:
        """Tell whether too many wrong PINs were typed for an agent."""
        wrong = self._wrong[user]
        return len(wrong) == MOST_WRONG and wrong[0] > now - WRONG_WITHIN

    def _queue(self, number: str) -> str:
        """Return the queue with that number, "" for none."""
        queues = self.config.queues.items()
        return next((name for name, queue in queues if number and queue.number == number), "")

    def _spoken(self, queue: str) -> str:
        return (self.config.queues[queue].name or queue) if queue else ""


@dataclass(frozen=True, slots=True)
class AgentCode:
    """One code that was dialled by an account."""

    codes: AgentCodes
    code: str
    does: str
    rest: str
    user: str
    kind: str = "code"

    @property
    def name(self) -> str:
        """The code."""
        return self.code

    async def __call__(self, call: Call) -> Termination:
        """Do it for the caller, and say what holds now."""
        # Whoever is sent to a code by a transfer uses nobody's rights by it.
        if call.caller is not call.first or call.caller.party != self.user:
            return Termination(Reason.UNKNOWN_NUMBER)
        codes, language = self.codes, self.codes.language(self.user)
        if self.user not in codes.desk.floor.roster:
            return await self._tell(call, phrase(Text.NO_AGENT, language))
        if not await self._proved(call, language):
            return await self._tell(call, phrase(Text.WRONG_PIN, language))
        try:
            told = codes.do(self.does, self.user, self.rest)
        except QueueError:
            told = phrase(Text.NOT_YOUR_QUEUE, language)
        return await self._tell(call, told)

    async def _proved(self, call: Call, language: str) -> bool:
        pin = self.codes.pin(self.user)
        if not pin:
            return True
        codes, question = self.codes, phrase(Text.WHICH_PIN, language)
        # To the end of the call: what is typed behind a PIN is mostly some of it, and nothing else is asked.
        call.caller.masked = True
        for tries in range(1, MOST_TRIES + 1):
            typed = await codes.voice.speaking.ask_digits(
                call.caller, question.text, question.language, most=LONGEST_PIN
            )
            # Asked all the same where none is taken: who guesses is not told that he may as well stop.
            is_shut = codes.is_shut(self.user, codes.desk.now)
            if hmac.compare_digest(typed, pin) and not is_shut:
                return True
            if typed:
                call.record(AgentPinRefused(self.user, call.caller.name, tries))
                if not is_shut:
                    codes.refused(self.user, codes.desk.now)
        return False

    async def _tell(self, call: Call, sentence: Sentence) -> Termination:
        await self.codes.voice.speaking.tell(call, lambda party: (sentence.text, sentence.language))
        return SERVED
