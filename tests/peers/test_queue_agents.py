"""Agents with real phones: whom each strategy rings, and what is left when calls are handed over."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from softswitch.calls.record import CallRecord, call_record
from softswitch.events import (
    AgentChanged,
    AgentOffered,
    CallArrived,
    CallEnded,
    LegHeld,
    LegsBridged,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    QueueTalkEnded,
)
from tests.peers import hearing
from tests.peers.ears import ears
from tests.peers.programs import Ports, Program
from tests.peers.queue_callers import Caller, Outside
from tests.peers.queue_line import AGENTS, QueueLine, queue_line
from tests.peers.room import Room
from tests.peers.softphone import SoftPhone
from tests.peers.sounds import RATE

pytestmark = pytest.mark.peers

QUIET = {"position": "off", "eta": "off"}
STRATEGIES = ("ring_all", "longest_idle", "round_robin", "fewest_calls", "least_talk", "random", "linear")
HEAVY, LIGHTEST = "1003", 0.001
"""Of a hundred thousand callers one rings at somebody else."""
RING_SECONDS = 0.2
TIER_SECONDS = 1.0
SLOW_SECONDS = 0.8
"""How much later than it should a busy machine may do what is due by the clock."""

QUEUES = {
    **{name: {"members": AGENTS, "strategy": name, "ring_s": 60, "announce": QUIET} for name in STRATEGIES},
    "weighted_random": {
        "members": {user: {"weight": 100 if user == HEAVY else LIGHTEST} for user in AGENTS},
        "strategy": "weighted_random",
        "announce": QUIET,
    },
    "tiers": {
        "members": {user: {"tier": place} for place, user in enumerate(AGENTS, 1)},
        "strategy": "linear",
        "tiers": {"wait_s": TIER_SECONDS},
        "ring_s": 60,
        "announce": QUIET,
    },
    "desk": {"number": "601", "members": ["1001"], "ring_s": 60, "announce": QUIET},
    "office": {"number": "602", "members": ["1004"], "ring_s": 60, "announce": QUIET},
}
COMMAND_SECONDS = 15.0
AGENT, OPERATOR, COLLEAGUE, CALLER = "1001", "1004", "1002", "2001"
AGENT_HZ, OPERATOR_HZ, COLLEAGUE_HZ, CALLER_HZ = 600.0, 800.0, 700.0, 1000.0
TALK_SECONDS, JUDGED_SECONDS = 1.3, 0.8


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[QueueLine]:
    """Run a line with queues for all tests of the module."""
    with queue_line(tmp_path_factory.mktemp("agents"), ports, QUEUES) as made:
        yield made


@pytest.fixture
def room(line: QueueLine, ports: Ports, sounds_folder: Path, tmp_path: Path) -> Iterator[Room]:
    """Give the test a room for phones on that line."""
    with Room(line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as made:
        yield made


@pytest.fixture
def outside(room: Room, line: QueueLine, ports: Ports) -> Iterator[Outside]:
    """Give the test people outside."""
    with ears(ports) as made:
        yield Outside(room, line, made)


# Who rings


class Four:
    """Four agents at their phones, and whoever calls them."""

    def __init__(self, room: Room, line: QueueLine, outside: Outside) -> None:
        self.line = line
        self.outside = outside
        self.phones = {user: room.pjsua2(user) for user in AGENTS}

    def rung(self, caller: Caller) -> list[str]:
        """Return at whose phones a caller has rung so far."""
        mark = f"<sip:{caller.number}@"
        return [
            user
            for user, phone in self.phones.items()
            if any(mark in str(event.get("remote")) for event in phone.events())
        ]

    def wait_rung(self, caller: Caller, *, phones: int = 1) -> list[str]:
        """Return at whose phones a caller rings, once there are so many."""

        def find() -> list[str] | None:
            found = self.rung(caller)
            return found if len(found) >= phones else None

        return self.line.wait_for(find, f"{caller.number} ringing at {phones} phones")

    def answers(self, user: str, caller: Caller) -> None:
        """Let an agent answer a caller."""
        self.phones[user].do("answer", code=200)
        self.line.wait_event(LegsBridged, call=self.outside.call_id(caller))

    def ends(self, user: str, caller: Caller) -> None:
        """Let an agent hang up."""
        self.phones[user].do("hangup")
        self.line.wait_event(QueueTalkEnded, call=self.outside.call_id(caller), by="agent")
        self.line.wait_event(CallEnded, call=self.outside.call_id(caller))

    def holds(self, queue: str) -> tuple[str, Caller]:
        """Let somebody call and the one agent who is rung answer; return who it is."""
        caller = self.outside.calls(queue)
        (user,) = self.wait_rung(caller)
        self.answers(user, caller)
        assert self.rung(caller) == [user]
        return user, caller

    def serves(self, queue: str, *, seconds: float = 0.0) -> str:
        """Let somebody call, be answered and let go; return by whom."""
        user, caller = self.holds(queue)
        if seconds:
            self.phones[user].do("pass_time", seconds=seconds)
        self.ends(user, caller)
        return user


def test_each_strategy_rings_whom_it_should(room: Room, line: QueueLine, outside: Outside) -> None:
    four = Four(room, line, outside)
    anna, bartek, celina, dorota = AGENTS
    # The first who is free, however tired of it.
    assert four.serves("linear") == anna
    first, talks = four.holds("linear")
    assert (first, four.serves("linear")) == (anna, bartek)
    four.ends(anna, talks)
    # One after another, whoever has just been rung elsewhere.
    assert [four.serves("round_robin") for _ in range(5)] == [anna, bartek, celina, dorota, anna]
    assert [four.serves("longest_idle") for _ in range(2)] == [bartek, celina]
    # He with the fewest, though others have been idle for longer.
    assert [four.serves("fewest_calls") for _ in range(2)] == [dorota, anna]
    for user in (bartek, celina):
        ring_all(four, answers=user)
    assert four.serves("fewest_calls") == bartek
    two_at_once(four)
    least_talk(four)
    at_random(four)
    tiers(four)
    outside.demand_ends()


def ring_all(four: Four, *, answers: str) -> None:
    """All ring, and the others stop when one answers."""
    caller = four.outside.calls("ring_all")
    assert four.wait_rung(caller, phones=4) == list(AGENTS)
    four.answers(answers, caller)
    for user, phone in four.phones.items():
        if user != answers:
            phone.expect("call", state="DISCONNECTED")
    four.ends(answers, caller)


def two_at_once(four: Four) -> None:
    """Of two who answer in the same moment one has the caller, the other is let go, and both are free."""
    caller = four.outside.calls("ring_all")
    four.wait_rung(caller, phones=4)
    anna, bartek, celina, dorota = four.phones.values()
    for phone in (anna, bartek):
        phone.program.send(json.dumps({"do": "answer", "code": 200}))
    call = four.outside.call_id(caller)
    four.line.wait_event(LegsBridged, call=call)
    (answered,) = four.line.of_kind(QueueAnswered, call=call)
    winner, loser = (anna, bartek) if answered.agent == AGENTS[0] else (bartek, anna)
    for phone in (loser, celina, dorota):
        phone.expect("call", state="DISCONNECTED")
    winner.do("pass_time", seconds=0.5)
    four.ends(answered.agent, caller)
    (answered,) = four.line.of_kind(QueueAnswered, call=call)
    for user in AGENTS[:2]:
        assert_free(four.line, user)


def least_talk(four: Four) -> None:
    """Who has talked least of this queue rings, not who has been idle for longest."""
    busiest = four.serves("least_talk", seconds=1.5)
    others = [four.serves("least_talk") for _ in range(3)]
    assert {busiest, *others} == set(AGENTS)
    talked: dict[str, float] = {}
    for event in four.line.of_kind(QueueTalkEnded):
        if event.queue == "least_talk":
            talked[event.agent] = event.seconds
    assert four.serves("least_talk") == min(talked, key=lambda user: talked[user]) != busiest


def at_random(four: Four) -> None:
    """Eight callers do not all ring at the same phone by chance, unless its weight is like no other's."""
    callers = four.outside.call("random", 8, leaves_after=RING_SECONDS, at_once=1)
    rung = [four.wait_rung(caller) for caller in callers]
    assert all(len(users) == 1 for users in rung)
    assert len({user for users in rung for user in users}) > 1
    for caller in callers:
        four.line.wait_event(QueueLeft, party=caller.number, why="abandoned")
    callers = four.outside.call("weighted_random", 4, leaves_after=RING_SECONDS, at_once=1)
    assert [four.wait_rung(caller) for caller in callers] == [[HEAVY]] * 4


def tiers(four: Four) -> None:
    """While the first tier talks a caller waits for the second; and it opens when it should."""
    anna, bartek, *_ = AGENTS
    first, talks = four.holds("tiers")
    second, waited = four.holds("tiers")
    assert (first, second) == (anna, bartek)
    (offered,) = four.line.of_kind(AgentOffered, call=four.outside.call_id(waited))
    assert TIER_SECONDS <= offered.waited < TIER_SECONDS + SLOW_SECONDS
    four.ends(anna, talks)
    four.ends(bartek, waited)


# Handing over


def record(line: QueueLine, call: str) -> CallRecord:
    """Return the record of a call, once it is over."""
    line.wait_event(CallEnded, call=call)
    return call_record([entry for entry in line.events() if entry.call == call])


def shown(room: Room, call: str) -> Any:
    """Return what ``softswitch call`` shows of a call."""
    program = str(Path(sys.executable).with_name("softswitch"))
    argv = [program, "call", call, "--json", "--home", str(room.line.home)]
    command = Program(argv, log=room.folder / f"call-{call}.json", life_seconds=COMMAND_SECONDS)
    try:
        assert command.wait_end(COMMAND_SECONDS) == 0, command.lines
    finally:
        command.close()
    return json.loads("\n".join(command.lines))


def call_of(line: QueueLine, port: int, number: int) -> str:
    """Return the id of the so-manieth call from a port, once the log has it."""

    def find() -> str | None:
        arrived = (entry for entry in line.events() if isinstance(entry.event, CallArrived))
        calls = [entry.call for entry in arrived if entry.event.source.endswith(f":{port}")]
        return calls[number - 1] if len(calls) >= number else None

    return line.wait_for(find, f"call {number} from port {port}")


def assert_hears(phone: SoftPhone, path: Path, frequency: float) -> None:
    """Demand that a phone hears one tone."""
    samples = hearing.read(phone.listen(path, TALK_SECONDS))
    assert hearing.share(samples[-round(JUDGED_SECONDS * RATE) :], frequency) > hearing.CLEAR


def assert_free(line: QueueLine, agent: str) -> None:
    """Demand that an agent has become ready."""

    def find() -> bool | None:
        last = [event.state for event in line.of_kind(AgentChanged) if event.agent == agent][-1:]
        return True if last == ["ready"] else None

    line.wait_for(find, f"{agent} being ready")


def test_linphone_hands_callers_over_to_a_queue(room: Room, line: QueueLine) -> None:
    agent, caller = room.pjsua2(AGENT, speaks=AGENT_HZ), room.pjsua2(CALLER, speaks=CALLER_HZ)
    operator = room.linphonec(OPERATOR, speaks=OPERATOR_HZ)
    # Blind: the caller waits from then on, and hears music.
    caller.dial(OPERATOR)
    operator.wait_incoming()
    operator.answer()
    call = call_of(line, caller.port, 1)
    line.wait_event(LegsBridged, call=call)
    operator.transfer(1, "601")
    agent.expect("incoming")
    operator.wait_over(1)
    music = hearing.read(caller.listen(room.folder / "music.wav", TALK_SECONDS))
    assert hearing.seconds_heard(music) > JUDGED_SECONDS
    assert hearing.share(music, OPERATOR_HZ) < hearing.CLEAR
    agent.do("answer", code=200)
    assert_hears(caller, room.folder / "blind.wav", AGENT_HZ)
    agent.hang_up()
    caller.expect("call", state="DISCONNECTED")
    told = record(line, call)
    assert [(one.party, one.target) for one in told.transfers] == [(OPERATOR, "601")]
    assert [(one.queue, one.how, one.agent) for one in told.waits] == [("desk", "answered", AGENT)]
    assert [(one.party, one.ended_by) for one in told.talks] == [(AGENT, "agent")]
    assert_free(line, AGENT)
    # Attended: the operator waits in the queue, and the caller takes that place, with its time.
    caller.dial(OPERATOR)
    operator.wait_incoming(2)
    operator.answer()
    first = call_of(line, caller.port, 2)
    line.wait_event(LegsBridged, call=first)
    operator.pause(2)
    line.wait_event(LegHeld, call=first)
    operator.call("601")
    second = call_of(line, operator.port, 1)
    line.wait_event(QueueEntered, call=second, party=OPERATOR)
    agent.expect("incoming")
    caller.do("pass_time", seconds=TALK_SECONDS)
    operator.join(2, 3)
    for number in (2, 3):
        operator.wait_over(number)
    music = hearing.read(caller.listen(room.folder / "place.wav", TALK_SECONDS))
    assert hearing.seconds_heard(music) > JUDGED_SECONDS
    assert hearing.share(music, OPERATOR_HZ) < hearing.CLEAR
    agent.do("answer", code=200)
    answered = line.wait_event(QueueAnswered, call=second)
    assert answered.party == CALLER
    assert answered.waited > TALK_SECONDS
    assert_hears(caller, room.folder / "attended.wav", AGENT_HZ)
    assert_hears(agent, room.folder / "agent.wav", CALLER_HZ)
    caller.hang_up()
    told = record(line, second)
    (wait,) = told.waits
    assert (wait.queue, wait.how, wait.agent) == ("desk", "answered", AGENT)
    assert told.last_caller == CALLER
    assert_free(line, AGENT)


def test_linphone_as_agent_hands_callers_on(room: Room, line: QueueLine) -> None:
    agent, caller = room.linphonec(OPERATOR, speaks=OPERATOR_HZ), room.pjsua2(CALLER, speaks=CALLER_HZ)
    colleague = room.pjsua2(COLLEAGUE, speaks=COLLEAGUE_HZ, answer=200)
    for number, attended in ((1, False), (2, True)):
        caller.call("602")
        call = call_of(line, caller.port, number)
        agent.wait_incoming(number)
        agent.answer()
        line.wait_event(LegsBridged, call=call)
        if attended:
            agent.pause(number)
            line.wait_event(LegHeld, call=call)
            agent.call(COLLEAGUE)
            colleague.do("pass_time", seconds=TALK_SECONDS)
            agent.join(number, number + 1)
        else:
            agent.transfer(number, COLLEAGUE)
        ended = line.wait_event(QueueTalkEnded, call=call)
        assert (ended.agent, ended.by) == (OPERATOR, "transfer")
        assert_free(line, OPERATOR)
        assert_hears(caller, room.folder / f"caller{attended}.wav", COLLEAGUE_HZ)
        assert_hears(colleague, room.folder / f"colleague{attended}.wav", CALLER_HZ)
        colleague.hang_up()
        caller.expect("call", state="DISCONNECTED")
        told = record(line, call)
        talks = [(one.party, one.queue, one.ended_by) for one in told.talks]
        assert talks == [(OPERATOR, "office", "transfer"), (COLLEAGUE, "", "agent")]
        (wait,) = told.waits
        assert (wait.queue, wait.how, wait.agent) == ("office", "answered", OPERATOR)
        assert told.last_callee == COLLEAGUE
    # Into another queue: what was waited in the first one counts there.
    caller.call("602")
    call = call_of(line, caller.port, 3)
    agent.wait_incoming(4)
    caller.do("pass_time", seconds=TALK_SECONDS)
    agent.answer()
    answered = line.wait_event(QueueAnswered, call=call, queue="office")
    agent.transfer(4, "601")
    entered = line.wait_event(QueueEntered, call=call, queue="desk")
    assert_free(line, OPERATOR)
    caller.hang_up()
    assert entered.waited == pytest.approx(answered.waited, abs=0.01)
    assert entered.waited > TALK_SECONDS
    told = record(line, call)
    waits = [(one.queue, one.how) for one in told.waits]
    assert waits == [("office", "answered"), ("desk", "abandoned")]
    assert told.waits[1].waited > entered.waited
    assert [(one["queue"], one["how"]) for one in shown(room, call)["waits"]] == waits
