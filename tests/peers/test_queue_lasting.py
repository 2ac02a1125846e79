"""What of a queue lasts: the place of who hangs up to be called back, and everything through a fall."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from softswitch.events import (
    AgentLoggedOut,
    AgentOffered,
    AgentPaused,
    AgentReturned,
    CallArrived,
    CallbackAsked,
    CallbackReached,
    CallbackTried,
    CallEnded,
    LegsBridged,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
)
from softswitch.queues.callbacks import SETTLING_SECONDS
from tests.peers.ears import ears
from tests.peers.programs import Ports
from tests.peers.queue_callers import Outside
from tests.peers.queue_line import QueueLine, queue_line
from tests.peers.room import Room
from tests.peers.softphone import SoftPhone

pytestmark = pytest.mark.peers

AGENT, PAUSED, GONE = "1001", "1002", "1003"
QUEUES = {
    "sales": {
        "number": "601",
        "members": [AGENT, PAUSED, GONE],
        "strategy": "linear",
        "ring_s": 60,
        "keys": {"1": "callback"},
        "callback": {"by": "1004", "earliest": "00:00", "latest": "00:00"},
        "announce": {"position": "off", "eta": "off"},
    }
}
LATER = SETTLING_SECONDS + 0.5
KEY_PAUSE_SECONDS = 1.0
DIALOGUE_SECONDS = 20.0
"""The number is read back, and what is to happen is said to its end."""


@pytest.fixture
def line(tmp_path: Path, ports: Ports) -> Iterator[QueueLine]:
    """Run a line with a queue that calls back."""
    with queue_line(tmp_path / "line", ports, QUEUES) as made:
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


def enters(line: QueueLine, party: str, *, people: int) -> None:
    """Wait until a caller is the last of so many who have come."""
    line.wait_for(
        lambda: [one.party for one in line.of_kind(QueueEntered)][people - 1 : people] == [party] or None,
        f"{party} as number {people}",
    )


def asks_for_callback(line: QueueLine, phone: SoftPhone, user: str) -> float:
    """Let somebody who waits ask to be called back, at the number he has; return when that was taken on."""
    phone.press("1")
    phone.do("pass_time", seconds=KEY_PAUSE_SECONDS)
    phone.press("1")
    line.wait_event(CallbackAsked, number=user)
    return time.monotonic()


def serve(line: QueueLine, agent: SoftPhone, call: str) -> None:
    """Let the agent answer who rings, or who will, and begin to talk: it must be that call."""
    agent.expect("incoming", seconds=DIALOGUE_SECONDS)
    agent.do("answer", code=200)
    line.wait_event(LegsBridged, call=call)


def is_called_back(line: QueueLine, phone: SoftPhone, user: str) -> str:
    """Let somebody answer the callback and press 1; return the call in which he has his place again."""
    phone.expect("incoming", seconds=DIALOGUE_SECONDS)
    phone.do("answer", code=200)
    phone.expect("call", state="CONFIRMED")
    phone.do("pass_time", seconds=KEY_PAUSE_SECONDS)
    phone.press("1")
    return line.wait_event(CallbackReached, number=user).by_call


def test_callbacks_come_in_their_places_among_those_on_the_line(
    room: Room, line: QueueLine, outside: Outside
) -> None:
    agent = room.pjsua2(AGENT)
    back = {user: room.pjsua2(user) for user in ("2001", "2002")}
    first = outside.calls("sales")
    enters(line, first.number, people=1)
    back["2001"].call("601")
    enters(line, "2001", people=2)
    second = outside.calls("sales")
    enters(line, second.number, people=3)
    back["2002"].call("601")
    enters(line, "2002", people=4)
    third = outside.calls("sales")
    enters(line, third.number, people=5)
    for user, phone in back.items():
        asked_at = asks_for_callback(line, phone, user)
    for phone in back.values():
        phone.expect("call", state="DISCONNECTED", seconds=DIALOGUE_SECONDS)
    serve(line, agent, outside.call_id(first))
    agent.do("pass_time", within=2 * LATER, seconds=max(asked_at + LATER - time.monotonic(), 0.0))
    for user, then in (("2001", second), ("2002", third)):
        agent.hang_up()
        call = is_called_back(line, back[user], user)
        serve(line, agent, call)
        agent.hang_up()
        serve(line, agent, outside.call_id(then))
    agent.hang_up()
    outside.demand_ends()
    served = [event.party for event in line.of_kind(QueueAnswered)]
    assert served == [first.number, "2001", second.number, "2002", third.number]
    assert [(one.number, one.ahead) for one in line.of_kind(CallbackAsked)] == [("2001", 1), ("2002", 3)]
    tried = [(one.number, one.attempt, one.agent) for one in line.of_kind(CallbackTried)]
    assert tried == [("2001", 1, AGENT), ("2002", 1, AGENT)], "an agent is there before anybody is called"
    assert not line.of_kind(QueueLeft), "who hangs up to be called back has not left"


def dials(phone: SoftPhone, code: str) -> None:
    """Dial a code and hear it out."""
    phone.dial(code)
    phone.expect("call", state="DISCONNECTED")


def test_after_a_kill_agents_callbacks_and_places_are_as_they_were(
    room: Room, line: QueueLine, outside: Outside
) -> None:
    agent, paused, gone = (room.pjsua2(user) for user in (AGENT, PAUSED, GONE))
    back = room.pjsua2("2001")
    dials(paused, "*47")
    line.wait_event(AgentPaused, agent=PAUSED)
    dials(gone, "*46")
    line.wait_event(AgentLoggedOut, agent=GONE, queue="sales")
    talks, waits = outside.calls("sales"), None
    serve(line, agent, outside.call_id(talks))
    waits = outside.calls("sales")
    enters(line, waits.number, people=2)
    back.call("601")
    enters(line, "2001", people=3)
    asked_at = asks_for_callback(line, back, "2001")
    back.expect("call", state="DISCONNECTED", seconds=DIALOGUE_SECONDS)
    cut_off = outside.call_id(waits)
    line.program.signal(signal.SIGKILL)
    line.program.wait_end(5.0)
    outside.cut_off()
    agent.hang_up()
    line.start_again()
    left = line.wait_event(QueueLeft, call=cut_off)
    assert left.why == "stopped"
    assert line.wait_event(CallEnded, call=cut_off).reason == "switch_fell"
    arrived = {entry.call for entry in line.events() if isinstance(entry.event, CallArrived)}
    ended = [entry.call for entry in line.events() if isinstance(entry.event, CallEnded)]
    assert sorted(ended) == sorted(arrived)
    # Who was cut off calls again: he has his place, and comes at once to the agent, who is free.
    again = outside.calls_again(waits, "sales")
    enters(line, waits.number, people=4)
    serve(line, agent, outside.call_id(again))
    entered = line.of_kind(QueueEntered)[-1]
    assert entered.waited >= left.waited - 0.1 > 5.0
    # And the callback comes before who calls only now.
    newcomer = outside.calls("sales")
    enters(line, newcomer.number, people=5)
    agent.do("pass_time", within=2 * LATER, seconds=max(asked_at + LATER - time.monotonic(), 0.0))
    agent.hang_up()
    serve(line, agent, is_called_back(line, back, "2001"))
    agent.hang_up()
    serve(line, agent, outside.call_id(newcomer))
    # He who paused still does until he comes back by himself; he who left is not rung.
    last = outside.calls("sales")
    enters(line, last.number, people=6)
    dials(paused, "*48")
    line.wait_event(AgentReturned, agent=PAUSED)
    serve(line, paused, outside.call_id(last))
    rung = [event.agent for event in line.of_kind(AgentOffered, call=outside.call_id(last))]
    assert rung == [PAUSED]
    assert not gone.did("incoming")
    for one in (agent, paused):
        one.hang_up()
    outside.demand_ends()
