"""Who writes down the talks of one call: what is recorded when, of whom, and why not."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from softswitch.calls.audience import Nobody
from softswitch.calls.call import Call
from softswitch.calls.errors import CallError
from softswitch.calls.media_port import Recording
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.clock import Clock
from softswitch.events import RecordingRefused, RecordingStarted
from softswitch.recordings.config import RecordingsConfig
from softswitch.recordings.consent import NOTICE, REFUSED, Notices, consent_event
from softswitch.recordings.errors import NothingToRecord
from softswitch.recordings.pressed import PressedCodes
from softswitch.recordings.rules import (
    ALWAYS,
    CHOICE,
    NEVER,
    NO_CONSENT_ASKED,
    ON_DEMAND,
    Policy,
    TalkOf,
    decide,
)
from softswitch.recordings.running import Running
from softswitch.recordings.shelf import Shelf

logger = logging.getLogger(__name__)

TALK_OVER: Final = "talk_over"
HANDED_OVER: Final = "handed_over"
RULE: Final = "rule"
MOVED: Final = "moved"
ASKED: Final = "asked"
NO_CONSENT: Final = "no_consent"
NO_SOUND: Final = "no_sound"
NOT_TOLD: Final = "not_told"

LEADS_TO_PEOPLE: Final = frozenset({"account", "group", "queue", "tree"})
"""Kinds of destinations whose callers are told before they are led there."""


class Desk(Protocol):
    """What a witness stands on; see :class:`softswitch.recordings.recorder.TalkRecorder`."""

    config: RecordingsConfig
    clock: Clock
    shelf: Shelf
    notices: Notices
    spared: frozenset[str]
    """Numbers whose calls are never recorded: for emergencies."""

    def begin(self, call: str, recording: str, leg: PhoneLeg, path: Path) -> Recording | None:
        """Begin to record what a leg says and hears; return None where it has no sound."""
        ...

    def beep(self, *legs: PhoneLeg) -> None:
        """Let them hear that they are recorded."""
        ...

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Let something be done that takes time; a fault of it is logged."""
        ...

    def customer(self, call: str) -> str:
        """Return who a call is known to be about, "" for nobody."""
        ...


@dataclass(frozen=True, slots=True)
class Talk:
    """Who talks now, with what holds for it. The customer is on the left side of its recording."""

    customer: PhoneLeg
    agent: PhoneLeg
    policy: Policy

    def is_of(self, leg: str) -> PhoneLeg | None:
        """Return the leg of that name, None when it takes no part."""
        return next((one for one in (self.customer, self.agent) if one.name == leg), None)


class CallWitness:
    """The witness of one call. Implements :class:`softswitch.calls.audience.Witness`."""

    def __init__(self, call: Call, desk: Desk) -> None:
        self._call = call
        self._desk = desk
        self._queue = ""
        self._agents: dict[str, str] = {}
        """Agents by their legs, as queues know them."""
        self._known: dict[str, str] = {}
        """How the party on a leg came to know that it is recorded, or REFUSED."""
        self._telling = ""
        """The leg that is being told of it in its talk, "" for none."""
        self._refused: set[tuple[str, str]] = set()
        """What was not recorded and is written down: why, and whose talk."""
        self._codes: dict[str, PressedCodes] = {}
        self._talk: Talk | None = None
        self._running: Running | None = None
        self._wanted = ""
        """The account that asked for a recording, of this talk on."""
        self._wants = False
        self._parts = 0

    # What the call tells (see Witness)

    async def before(self, kind: str, name: str, language: str = "") -> None:
        """Tell the caller that the talk will be recorded, where that is known by now. Raises LegEnded."""
        call = self._call
        if call.serves_switch or kind not in LEADS_TO_PEOPLE:
            return
        accounts = (name,) if kind == "account" else ()
        policy = self._policy(
            TalkOf(
                accounts if call.caller.trunk else (*accounts, call.caller.party),
                name if kind == "queue" else "",
                call.caller.trunk,
            )
        )
        if policy.record != ALWAYS or self._knows_enough(call.caller, policy):
            return
        try:
            how = await self._desk.notices.ask(call.caller, policy.consent, language)
        except CallError:
            raise
        except Exception:
            # He is told when the talk begins, if that goes better; and else nothing is recorded.
            logger.exception("call %s: its caller could not be told of the recording", call.facts.id)
            return
        if how:
            self._knows(call.caller, how)

    def together(self, one: PhoneLeg, other: PhoneLeg) -> None:
        """Record the talk if it is to be, and leave music out of it."""
        try:
            self._together(one, other)
        except Exception:
            # Whatever is wrong with its recording, the talk goes on.
            logger.exception("call %s cannot be recorded", self._call.facts.id)

    def apart(self) -> None:
        """Leave out what is heard until the one who stays talks again."""
        if self._running is not None and self._talk is not None and self._talk.policy.hold == "cut":
            self._running.hold(True)

    def over(self) -> None:
        """End the recording with the talk."""
        self._stop(TALK_OVER)
        self._talk, self._queue = None, ""
        self._wants, self._wanted = False, ""

    def close(self) -> None:
        """Let the call go, as it is over."""
        self._stop(TALK_OVER)
        self._talk = None
        self._call.audience.witness = Nobody()

    # What the log tells

    def answered_for_queue(self, queue: str, agent: str, leg: str) -> None:
        """Take that an agent answers somebody who has waited."""
        self._queue = queue
        self._agents[leg] = agent

    def pressed(self, name: str, digit: str) -> None:
        """Take a key of the talk: a no, or a code of somebody who may record."""
        talk = self._talk
        leg = talk.is_of(name) if talk is not None else None
        if talk is None or leg is None or leg.masked:
            return
        config = self._desk.config
        if name == self._telling and talk.policy.consent == CHOICE and digit == config.refuse_key:
            self._known[name] = REFUSED
            return
        if leg.trunk or talk.policy.record == NEVER:
            return
        codes = self._codes.setdefault(name, PressedCodes((config.codes.start, config.codes.pause)))
        code = codes.press(digit, self._desk.clock.monotonic())
        if code and code == config.codes.pause and self._running is not None:
            self._running.silence(not self._running.is_silent, leg.party)
        elif code and code == config.codes.start and talk.policy.record == ON_DEMAND:
            if self._wants:
                self._forget(leg.party)
            else:
                self._ask(leg.party)

    # What people ask by command

    @property
    def running(self) -> Running | None:
        """The recording that runs."""
        return self._running

    def ask(self, by: str) -> str:
        """Record this talk from now on; return the recording's id, "" where the two are told first.

        Raises NothingToRecord.
        """
        talk = self._talk
        if talk is None:
            raise NothingToRecord("nobody talks there now")
        if self._running is not None:
            return self._running.name
        if talk.policy.record == NEVER:
            raise NothingToRecord(f"that talk is not to be recorded ({talk.policy.because})")
        if self._known.get(talk.customer.name) == REFUSED:
            raise NothingToRecord(f"{talk.customer.party} does not agree to be recorded")
        self._ask(by)
        if self._running is None and not self._telling:
            raise NothingToRecord("nothing can be recorded at the moment: see the log of the call")
        return self._running.name if self._running is not None else ""

    def give_up(self, by: str) -> str:
        """End a recording that was asked for; return its id. Raises NothingToRecord."""
        running = self._required()
        if running.mode == ALWAYS:
            raise NothingToRecord("that talk is always recorded: it can be paused, not stopped")
        self._forget(by)
        return running.name

    def silence(self, on: bool, by: str) -> str:
        """Let nothing of the talk be heard for now, or again; return the recording's id.

        Raises NothingToRecord.
        """
        running = self._required()
        running.silence(on, by)
        return running.name

    def _required(self) -> Running:
        if self._running is None:
            raise NothingToRecord("that talk is not being recorded")
        return self._running

    def _ask(self, by: str) -> None:
        self._wants, self._wanted = True, by
        if self._talk is not None:
            self._refused.clear()  # Somebody asks again, and is to be told why not once more.
            self.together(self._talk.customer, self._talk.agent)

    def _forget(self, by: str) -> None:
        self._wants, self._wanted = False, ""
        self._stop(ASKED, by)

    # Whether, and of whom

    def _policy(self, talk: TalkOf) -> Policy:
        return decide(self._desk.config, talk)

    def _together(self, one: PhoneLeg, other: PhoneLeg) -> None:
        if self._call.facts.called in self._desk.spared:
            return  # Whoever calls for help is neither kept waiting by a notice nor written down by us.
        customer, agent = self._sides(one, other)
        names = [self._agents.get(leg.name, "" if leg.trunk else leg.party) for leg in (agent, customer)]
        trunk = customer.trunk or agent.trunk
        policy = self._policy(TalkOf(tuple(name for name in names if name), self._queue, trunk))
        self._talk = talk = Talk(customer, agent, policy)
        running = self._running
        if running is not None and running.sound is not customer.sound:
            self._stop(MOVED if running.leg is customer else HANDED_OVER)
        if policy.record == NEVER or (policy.record == ON_DEMAND and not self._wants):
            self._stop(RULE)
            return
        if self._running is None:
            self._begin(talk)
        if self._running is not None:
            self._running.hold((one.held or other.held) and policy.hold == "cut")

    def _sides(self, one: PhoneLeg, other: PhoneLeg) -> tuple[PhoneLeg, PhoneLeg]:
        """Return the customer and the agent of two who talk.

        The agent is whom a queue knows as one; else whoever is one of ours where the other is outside; else
        who was called.
        """
        caller = self._call.caller
        by_caller = (other, one) if other is caller else (one, other)
        agents = [leg.name in self._agents for leg in by_caller]
        inside = agents if any(agents) else [not leg.trunk for leg in by_caller]
        return by_caller[::-1] if inside == [True, False] else by_caller

    def _knows_enough(self, customer: PhoneLeg, policy: Policy) -> bool:
        """Tell whether somebody need not be told (once more): who only was told may still say no."""
        if policy.consent == NO_CONSENT_ASKED or (not customer.trunk and not self._desk.config.tell_own):
            return True
        known = self._known.get(customer.name, "")
        return bool(known) and not (policy.consent == CHOICE and known == NOTICE)

    def _knows(self, leg: PhoneLeg, how: str) -> None:
        self._known[leg.name] = how
        self._call.record(consent_event(leg, how))

    # Beginning and ending

    def _begin(self, talk: Talk) -> None:
        known = self._known.get(talk.customer.name, "")
        if known == REFUSED:
            self._refuse(talk, NO_CONSENT)
            return
        if not self._knows_enough(talk.customer, talk.policy):
            if not self._telling:
                self._telling = talk.customer.name
                self._desk.start(self._announce(talk))
            return
        desk, call = self._desk, self._call.facts.id
        name = f"{call}-{self._parts + 1}"
        place = desk.shelf.place(name, desk.clock.wall())
        if isinstance(place, str):
            self._refuse(talk, place)
            return
        recording = desk.begin(call, name, talk.customer, desk.shelf.folder / place)
        if recording is None:
            self._refuse(talk, NO_SOUND)
            return
        self._parts += 1
        self._call.record(self._started(name, talk, str(place), known))
        self._running = Running(
            name, talk.customer, talk.customer.voice, recording,
            record=self._call.record, mode=talk.policy.record,
        )  # fmt: skip
        if talk.policy.beep:
            desk.beep(talk.customer, talk.agent)

    def _started(self, name: str, talk: Talk, path: str, known: str) -> RecordingStarted:
        return RecordingStarted(
            recording=name,
            part=self._parts,
            leg=talk.customer.name,
            caller=talk.customer.party,
            agent=self._agents.get(talk.agent.name, talk.agent.party),
            called=self._call.facts.called,
            queue=self._queue,
            trunk=talk.customer.trunk or talk.agent.trunk,
            mode=talk.policy.record,
            because=talk.policy.because,
            by=self._wanted if talk.policy.record == ON_DEMAND else "",
            consent=known,
            path=path,
            keep_days=talk.policy.keep_days,
            customer=self._desk.customer(self._call.facts.id),
        )

    def _stop(self, why: str, by: str = "") -> None:
        if self._running is not None:
            self._running.stop(why, by)
            self._running = None

    def _refuse(self, talk: Talk, why: str) -> None:
        """Write down that a talk is not recorded, once; and tell the agent whose caller does not want it."""
        if (why, talk.agent.name) in self._refused:
            return
        self._refused.add((why, talk.agent.name))
        agent = self._agents.get(talk.agent.name, talk.agent.party)
        self._call.record(RecordingRefused(why, talk.policy.because, agent))
        if why == NO_CONSENT and not talk.agent.trunk:
            self._desk.start(self._desk.notices.tell_agent(talk.agent))

    async def _announce(self, talk: Talk) -> None:
        """Tell two who talk already that they are recorded, and begin if they still do."""
        customer = talk.customer
        how = ""
        try:
            how = await self._desk.notices.announce(customer, talk.agent, talk.policy.consent)
        finally:
            self._telling = ""
        if self._known.get(customer.name) == REFUSED:
            how = REFUSED
        now = self._talk
        if now is None or now.customer is not customer or customer.over:
            return
        if not how:
            self._refuse(now, NOT_TOLD)
            return
        self._knows(customer, how)
        self.together(now.customer, now.agent)
