"""Stores of voicemail in memory, for tests in virtual time: they do what those of the database do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from softswitch.outbox.model import Delivery
from softswitch.voicemail.errors import NotStored
from softswitch.voicemail.model import Message, Request, RequestState, State, Taken, Tally
from softswitch.voicemail.upkeep import Sent
from tests.fakes.virtual_time import passes


class Disk:
    """What both stores lie on: it can be broken, or slow, and holds what was posted."""

    def __init__(self) -> None:
        self.works = True
        self.takes = 0.0
        self.posted: dict[str, Delivery] = {}
        self.sent_as: dict[str, Sent] = {}

    async def touch(self) -> None:
        """Wait for it; raise NotStored when it is broken."""
        if self.takes:
            await passes(self.takes)
        if not self.works:
            raise NotStored("the disk is broken")

    def post(self, deliver: Sequence[Delivery]) -> None:
        """Keep deliveries, once for each key."""
        for one in deliver:
            self.posted.setdefault(one.key, one)

    async def sent(self, keys: Sequence[str]) -> Sent:
        """See Post."""
        found = {self.sent_as.get(key, Sent.WAITING) for key in keys}
        return found.pop() if len(found) == 1 else Sent.WAITING


class MemoryMessages:
    """Implements :class:`softswitch.voicemail.model.Messages`."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.rows: dict[str, Message] = {}
        self.kept: dict[str, dict[str, str]] = {}

    async def begin(self, message: Message) -> None:
        """See Messages."""
        await self.disk.touch()
        self.rows[message.id] = message

    async def keep(
        self,
        message: str,
        *,
        seconds: float,
        urgent: bool,
        name: str = "",
        mail: str = "",
        deliver: Sequence[Delivery] = (),
    ) -> bool:
        """See Messages."""
        await self.disk.touch()
        one = self.rows.get(message)
        if one is None or one.state is not State.LEAVING:
            return False
        self.rows[message] = replace(
            one, state=State.NEW, seconds=seconds, urgent=urgent, caller_name=name, mail=mail
        )
        self.disk.post(deliver)
        return True

    async def add(self, message: Message, deliver: Sequence[Delivery] = ()) -> None:
        """See Messages."""
        await self.disk.touch()
        self.rows[message.id] = message
        self.disk.post(deliver)

    async def drop(self, messages: Sequence[str]) -> None:
        """See Messages."""
        await self.disk.touch()
        for one in messages:
            self.rows.pop(one, None)

    async def find(self, message: str) -> Message | None:
        """See Messages."""
        found = [one for one in self.rows.values() if one.id.endswith(message)]
        return found[0] if len(found) == 1 else None

    async def of_box(self, box: str) -> tuple[Message, ...]:
        """See Messages."""
        await self.disk.touch()
        found = [one for one in self.rows.values() if one.box == box and one.state is not State.LEAVING]
        return tuple(sorted(found, key=lambda one: (one.state is State.OLD, not one.urgent, one.id)))

    async def set_state(self, message: str, state: State) -> None:
        """See Messages."""
        await self.disk.touch()
        self.rows[message] = replace(self.rows[message], state=state)

    async def set_urgent(self, message: str, urgent: bool) -> None:
        """See Messages."""
        await self.disk.touch()
        self.rows[message] = replace(self.rows[message], urgent=urgent)

    async def unfinished(self) -> tuple[Message, ...]:
        """See Messages."""
        await self.disk.touch()
        return tuple(one for one in self.rows.values() if one.state is State.LEAVING)

    async def mailed(self) -> tuple[Message, ...]:
        """See Messages."""
        return tuple(one for one in self.rows.values() if one.mail)

    async def tallies(self) -> dict[str, Tally]:
        """See Messages."""
        await self.disk.touch()

        def count(box: str, state: State, *, urgent: bool = False) -> int:
            return sum(
                one.box == box and one.state is state and (one.urgent or not urgent)
                for one in self.rows.values()
            )

        return {
            box: Tally(
                count(box, State.NEW),
                count(box, State.OLD),
                count(box, State.NEW, urgent=True),
                count(box, State.OLD, urgent=True),
            )
            for box in {one.box for one in self.rows.values()}
        }

    async def left_before(self, box: str, at: datetime) -> tuple[Message, ...]:
        """See Messages."""
        return tuple(one for one in await self.of_box(box) if one.left_at < at)

    async def settings(self, box: str) -> dict[str, str]:
        """See Messages."""
        await self.disk.touch()
        return dict(self.kept.get(box, {}))

    async def set(self, box: str, name: str, value: str) -> None:
        """See Messages."""
        await self.disk.touch()
        self.kept.setdefault(box, {}).pop(str(name), None)
        if value:
            self.kept[box][str(name)] = value


class MemoryRequests:
    """Implements :class:`softswitch.voicemail.model.Requests`."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.rows: dict[str, Request] = {}

    async def take(
        self, request: Request, *, since: datetime, most: int, most_kept: int, deliver: Sequence[Delivery]
    ) -> Taken:
        """See Requests."""
        await self.disk.touch()
        rows = self.rows.values()
        waiting = [one for one in rows if one.desk == request.desk and one.state is RequestState.OPEN]
        if any(one.comparable == request.comparable for one in waiting):
            return Taken.KNOWN
        alike = [one for one in rows if one.comparable == request.comparable or one.party == request.party]
        if sum(one.asked_at >= since for one in alike) >= most:
            return Taken.TOO_OFTEN
        if len(waiting) >= most_kept:
            return Taken.FULL
        self.rows[request.id] = request
        self.disk.post(deliver)
        return Taken.TAKEN

    async def listed(self, *, desk: str = "", all_of_them: bool = False) -> tuple[Request, ...]:
        """See Requests."""
        return tuple(self.rows.values())

    async def tick_off(self, request: str, *, at: datetime, by: str, note: str) -> Request | None:
        """See Requests."""
        one = self.rows[request]
        self.rows[request] = replace(one, state=RequestState.DONE, done_at=at, done_by=by, note=note)
        return self.rows[request]

    async def without_ticket(self, desks: Sequence[str]) -> tuple[Request, ...]:
        """See Requests."""
        return tuple(one for one in self.rows.values() if one.desk in desks and not one.ticket)

    async def set_ticket(self, request: str, ticket: str) -> None:
        """See Requests."""
        self.rows[request] = replace(self.rows[request], ticket=ticket)

    async def drop_done(self, desk: str, before: datetime) -> int:
        """See Requests."""
        old = [one for one in self.rows.values() if one.done_at is not None and one.done_at < before]
        for one in old:
            del self.rows[one.id]
        return len(old)
