"""People outside who call a queue: SIPp signals for them over the trunk, and each has an ear at the wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from softswitch.events import CallArrived
from tests.peers.ears import Ear, Ears
from tests.peers.queue_line import QueueLine
from tests.peers.room import Room
from tests.peers.sipp import Sipp, demand
from tests.peers.sipp_calls import INVITE, in_dialog
from tests.peers.sipp_phones import AGREE
from tests.peers.sipp_script import CALLED, Scenario, expect, expect_request, maybe, pause, sdp, send

PER_SECOND = 20
"""How fast those of one crowd call, one after another."""

SDP = sdp(payloads="0 101").replace("[media_port]", "[field1]")
CALLS = replace(INVITE, sender='"Caller" <sip:[field0]@provider.test>', body=SDP)
RINGS = maybe(100, 180)
"""Nothing else may come before the answer: no call is forwarded, and no busy tone is heard early."""

UP = (
    send(CALLS),
    RINGS,
    expect(200, routes=True),
    send(in_dialog("ACK", "[last_cseq_number]", like=CALLS, contact="")),
)
STAYS = (*UP, expect_request("BYE"), *AGREE)


def refused_with(status: int) -> tuple[str, ...]:
    """Return the steps of a call that is never answered, and refused with a status."""
    ack = in_dialog("ACK", 1, like=CALLS, uri=CALLED, contact="", same_branch=True, headers=())
    to = "[last_To:]\n"
    refused = send(ack).replace(f"To: {ack.to}\n", to)
    return (send(CALLS), RINGS, expect(status), refused)


def _leaves(seconds: float) -> tuple[str, ...]:
    return (*UP, pause(round(seconds * 1000)), send(in_dialog("BYE", 2, like=CALLS)), expect(200))


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody outside: the number that calls, and what is heard there."""

    number: str
    ear: Ear


class Outside:
    """All people outside of one test."""

    def __init__(self, room: Room, line: QueueLine, ears: Ears) -> None:
        self._room = room
        self._line = line
        self._ears = ears
        self._runs: list[Sipp] = []

    def calls(self, queue: str) -> Caller:
        """Let one call a queue, and stay until the switch ends it."""
        return self.call(queue, 1)[0]

    def call(
        self, queue: str, people: int, *, leaves_after: float | None = None, at_once: int | None = None
    ) -> list[Caller]:
        """Let so many call one after another; they stay, or hang up so many seconds after the answer.

        Where there may be ``at_once`` only so many, the next one calls when another's call is over.
        """
        callers = [Caller(self._line.somebody(), self._ears.take()) for _ in range(people)]
        steps = STAYS if leaves_after is None else _leaves(leaves_after)
        self._dial(queue, callers, steps, at_once=at_once or people)
        return callers

    def calls_again(self, caller: Caller, queue: str) -> Caller:
        """Let somebody who has called before call a queue."""
        again = Caller(caller.number, self._ears.take())
        self._dial(queue, [again], STAYS)
        return again

    def calls_as(self, number: str, queue: str, *, leaves_after: float | None = None) -> Caller:
        """Let somebody of that number call, and stay or hang up so many seconds after the answer."""
        caller = Caller(number, self._ears.take())
        self._dial(queue, [caller], STAYS if leaves_after is None else _leaves(leaves_after))
        return caller

    def is_refused(self, number: str, queue: str, status: int) -> None:
        """Let somebody of that number call and never be answered, but refused with a status."""
        self._dial(queue, [Caller(number, self._ears.take())], refused_with(status))

    def _dial(
        self, queue: str, callers: Sequence[Caller], steps: tuple[str, ...], *, at_once: int = 1
    ) -> None:
        port = self._line.trunk_port()
        file = self._room.folder / f"callers-{port}.csv"
        lines = ["SEQUENTIAL", *(f"{one.number};{one.ear.port}" for one in callers)]
        file.write_text("\n".join(lines) + "\n")
        scenario = Scenario(
            "outside",
            steps,
            "takes every caller in with 200, with no busy tone and no refusal",
            arguments=(
                *("-inf", str(file), "-m", str(len(callers))),
                *("-r", str(PER_SECOND), "-l", str(at_once)),
            ),
        )
        self._runs.append(self._room.sipp(scenario, port=port, number=self._line.number(queue)))

    def call_id(self, caller: Caller) -> str:
        """Return the id of the last call of that number. Raises PeerSilent when there is none."""

        def find() -> str | None:
            arrived = (e for e in reversed(self._line.events()) if isinstance(e.event, CallArrived))
            return next((e.call for e in arrived if e.event.caller == caller.number), None)

        return self._line.wait_for(find, f"a call of {caller.number}")

    def demand_ends(self) -> Sequence[str]:
        """Demand that every call went as it should to its end; return all messages of the wire."""
        messages: list[str] = []
        for run in self._runs:
            result = run.result()
            demand(run.scenario, result)
            messages += result.messages()
        self._runs.clear()
        return messages

    def cut_off(self) -> None:
        """End everybody's phones without a word."""
        for run in self._runs:
            run.close()
        self._runs.clear()
