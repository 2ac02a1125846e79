"""A tree as the destination of a call: who enters it, and how the call ends when the tree does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from softswitch.calls.call import Call
from softswitch.calls.dialling import Dialler
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.ivr.context import CallFacts, World
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.interpreter import Walk, run
from softswitch.ivr.live import LiveLine, NoPeople, NoQueueDoor, People, QueueDoor, Voice
from softswitch.ivr.live_rooms import NoRooms, Rooms
from softswitch.ivr.model import Tree
from softswitch.ivr.outcome import LEFT_UNSAID, EndReason

ENDS = {
    EndReason.HUNG_UP: Termination(Reason.MENU_HUNG_UP),
    EndReason.HUNG_UP_BUSY: Termination(Reason.MENU_BUSY),
    EndReason.END_OF_BRANCH: Termination(Reason.MENU_ENDED),
    EndReason.NO_INPUT: Termination(Reason.MENU_NO_INPUT),
    EndReason.NO_MATCH: Termination(Reason.MENU_NO_MATCH),
    EndReason.TOO_MANY_TRIES: Termination(Reason.MENU_TOO_MANY_TRIES),
    EndReason.NOT_ENTERED: Termination(Reason.MENU_NOT_ENTERED),
    EndReason.NO_WAY_ON: Termination(Reason.MENU_NO_WAY_ON),
    EndReason.NO_TARGET: Termination(Reason.MENU_NO_TARGET),
    EndReason.UNKNOWN_NUMBER: Termination(Reason.MENU_UNKNOWN_TARGET),
    EndReason.ENDLESS_LOOP: Termination(Reason.MENU_ENDLESS_LOOP),
    EndReason.HANDED_OVER: Termination(Reason.MENU_ENDED),
    EndReason.QUEUE_FULL: Termination(Reason.QUEUE_FULL),
    EndReason.QUEUE_EMPTY: Termination(Reason.QUEUE_EMPTY),
    EndReason.QUEUE_MAX_WAIT: Termination(Reason.QUEUE_MAX_WAIT),
    EndReason.QUEUE_NO_AGENT: Termination(Reason.QUEUE_NO_AGENT),
    EndReason.QUEUE_LEFT: Termination(Reason.QUEUE_LEFT),
    EndReason.QUEUE_CALLBACK: Termination(Reason.QUEUE_CALLBACK),
    EndReason.TALK_OVER: Termination(Reason.CALLEE_HUNG_UP, CALLEE),
    EndReason.BUSY: Termination(Reason.BUSY, CALLEE),
    EndReason.NO_ANSWER: Termination(Reason.NO_ANSWER, CALLEE),
    EndReason.UNREACHABLE: Termination(Reason.UNREACHABLE, CALLEE),
    EndReason.DECLINED: Termination(Reason.DECLINED, CALLEE),
}
"""How the call ends when a tree ends for this reason."""

_OF_DIALLING = frozenset(
    {
        EndReason.TALK_OVER,
        EndReason.BUSY,
        EndReason.NO_ANSWER,
        EndReason.UNREACHABLE,
        EndReason.DECLINED,
    }
)
"""Ends of which the dialling itself knows more: that no phone was registered, that the sound was lost."""


@dataclass(frozen=True, slots=True)
class TreeDestination:
    """A number that enters a tree: dialled, or a caller was transferred there."""

    tree: Tree
    voice: Voice
    dialler: Dialler
    start: str = ""
    """The branch to begin with, the tree's own unless given."""
    queues: QueueDoor = field(default_factory=NoQueueDoor)
    desks: Desks = field(default_factory=Desks)
    people: People = field(default_factory=NoPeople)
    rooms: Rooms = field(default_factory=NoRooms)
    walk: Walk = run
    """Leads the caller through the tree."""
    kind: str = "tree"

    @property
    def name(self) -> str:
        """The tree's name."""
        return self.tree.name

    async def __call__(self, call: Call) -> Termination:
        """Lead the caller through the tree, and on as a queue or room has it that the tree leaves it to.

        Raises SentOn where its own configuration leads to another menu or queue.
        """
        line = LiveLine(call, self.voice, self.dialler, self.queues, self.people, self.rooms)
        world = World(
            line=line,
            facts=facts_of(call),
            clock=call.around.clock,
            record=call.record,
            queues=self.queues,
            desks=self.desks,
            comes_to=line.air.comes_to,
        )
        with line.air.watching():
            ended = await self.walk(self.tree, world, self.start)
        if ended.to and line.go_on is not None:
            return await line.go_on()
        if ended.reason in LEFT_UNSAID:
            await line.busy_tone()
        own = line.dialled if ended.reason in _OF_DIALLING else None
        return replace(own or ENDS[ended.reason], detail=ended.detail)


def facts_of(call: Call) -> CallFacts:
    """Return what is known of a call whose caller enters a menu now."""
    account, served_first = call.facts.account, call.caller is call.first
    return CallFacts(
        call=call.facts.id,
        caller=call.caller.party,
        caller_name=call.caller.display,
        called=call.facts.met_at,
        account=account.user if served_first else call.caller.party,
        codec=call.caller.expected_codec(),
        behind_nat=call.facts.behind_nat,
        # Who was transferred here may speak another language than who called.
        language=account.language if served_first else "",
        is_first=call.served_by <= 1,
    )
