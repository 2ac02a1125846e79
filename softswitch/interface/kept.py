"""What is kept, for programs: deliveries to the outside, and who asked for what."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from softswitch.outbox.dispatcher import Dispatcher
from softswitch.outbox.model import Posted, State
from softswitch.storage.audit_store import AuditStore
from softswitch.storage.outbox_store import OutboxStore
from softswitch.web.errors import Conflict, Fault, NotThere, Unacceptable
from softswitch.web.paging import Part
from softswitch.web.resources.kept import AuditItem, OutboxItem

GIVEN_UP: Final = "given up on request"
_OVER: Final = (State.DELIVERED, State.REFUSED, State.EXPIRED)


@dataclass(frozen=True, slots=True)
class LineOutbox:
    """Implements :class:`softswitch.web.services.Outbox`."""

    store: OutboxStore
    dispatcher: Dispatcher

    async def find(self, *, state: str, channel: str, after: str, limit: int) -> Part[OutboxItem]:
        """See Outbox."""
        known = [one.value for one in State]
        if state and state not in known:
            raise Unacceptable("There is no such state.", faults=(Fault("query.state", ", ".join(known)),))
        states = (State(state),) if state else ()
        found = await self.store.latest(states=states, channel=channel, before=after, limit=limit + 1)
        items = tuple(_item(one) for one in found[:limit])
        return Part(items, found[limit - 1].id if len(found) > limit else "")

    async def get(self, key: str) -> OutboxItem:
        """See Outbox."""
        return _item(await self._posted(key))

    async def retry(self, key: str) -> OutboxItem:
        """See Outbox."""
        posted = await self._posted(key)
        if posted.state is State.DELIVERED:
            raise Conflict(f"{key} was delivered.")
        if posted.state in _OVER:
            await self.store.revive(key)
        else:
            await self.store.put_off(posted, posted.created, posted.trouble)
        self.dispatcher.wake()
        return await self.get(key)

    async def give_up(self, key: str) -> OutboxItem:
        """See Outbox."""
        posted = await self._posted(key)
        if posted.state is State.DELIVERED:
            raise Conflict(f"{key} was delivered.")
        if posted.state not in _OVER:
            await self.store.settle(posted, State.EXPIRED, trouble=GIVEN_UP)
        return await self.get(key)

    async def _posted(self, key: str) -> Posted:
        posted = await self.store.find(key)
        if posted is None:
            raise NotThere(f"There is no delivery {key}.")
        return posted


def _item(posted: Posted) -> OutboxItem:
    return OutboxItem(
        key=posted.delivery.key,
        channel=posted.delivery.channel,
        state=posted.state.value,
        attempts=posted.attempts,
        made=posted.created,
        due=posted.due if posted.settled is None else None,
        done=posted.settled,
        trouble=posted.trouble,
    )


@dataclass(frozen=True, slots=True)
class LineAudit:
    """Implements :class:`softswitch.web.services.AuditTrail`."""

    store: AuditStore

    async def find(
        self, *, token: str, since: datetime | None, until: datetime | None, after: str, limit: int
    ) -> Part[AuditItem]:
        """See AuditTrail."""
        found = await self.store.latest(token=token, since=since, until=until, before=after, limit=limit + 1)
        items = tuple(AuditItem(**asdict(one)) for one in found[:limit])
        return Part(items, items[-1].id if len(found) > limit else "")
