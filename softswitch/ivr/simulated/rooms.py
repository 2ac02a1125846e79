"""Programs, boxes and requests for a call in simulated calls: how they end is as the scene says."""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.ivr.errors import NoSuchRoom
from softswitch.ivr.simulated.given import CallbackGiven, MessageGiven, ProgramGiven
from softswitch.ivr.simulated.passing import Done, Passing
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.transcript import Effect


class SimulatedRooms:
    """Where a simulated line leads its caller for a while."""

    def __init__(self, scene: Scene, passing: Passing, done: Done) -> None:
        self._scene = scene
        self._passing = passing
        self._done = done

    async def program(self, number: str, values: Mapping[str, str]) -> ProgramEnd:
        """Let the program have the call, or be down at once."""
        given = self._scene.programs.get(number) or ProgramGiven()
        _check(number, exists=given.exists)
        self._done(Effect("program", {"number": number, **values}))
        if given.end is ProgramEnd.OVER:
            await self._passing(given.seconds)
        return given.end

    async def leave_message(self, box: str) -> MessageEnd:
        """Let the caller speak. Who hangs up meanwhile has left what was said."""
        given = self._scene.boxes.get(box) or MessageGiven()
        _check(box, exists=given.exists)
        saved = Effect("message", {"box": box})
        try:
            await self._passing(given.seconds)
        finally:
            if given.end is MessageEnd.SAVED:
                self._done(saved)
        return given.end

    async def ask_for_call(self, desk: str, number: str) -> CallbackEnd:
        """Let the caller confirm the number."""
        given = self._scene.desks.get(desk) or CallbackGiven()
        _check(desk, exists=given.exists)
        await self._passing(given.seconds)
        if given.end is CallbackEnd.ACCEPTED:
            self._done(Effect("callback", {"desk": desk, "number": number}))
        return given.end


def _check(name: str, *, exists: bool) -> None:
    """Raise NoSuchRoom for what is not there; any name will do of which nothing is said."""
    if not name or not exists:
        raise NoSuchRoom(name)
