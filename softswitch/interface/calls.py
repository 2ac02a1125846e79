"""Calls for programs: those that were, read from the log; those that are, controlled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from softswitch.calls.audience import Mode
from softswitch.calls.errors import NotBegun
from softswitch.calls.hangup import Reason
from softswitch.calls.record import CallRecord, call_record
from softswitch.calls.remote import RemoteControl
from softswitch.calls.supervision import Supervisors
from softswitch.calls.why import why
from softswitch.events import Entry
from softswitch.languages import ENGLISH
from softswitch.storage.call_index import CallIndex
from softswitch.storage.event_store import EventStore
from softswitch.web.errors import Busy, Conflict, NotThere
from softswitch.web.paging import Part
from softswitch.web.resources.line import CallDetail, CallStep, CallSummary, Supervised

READ_AT_ONCE: Final = 20
"""Calls whose events are read at once: some 5 ms in which nothing else is done."""


class StoredCalls:
    """Implements :class:`softswitch.web.services.Calls`."""

    def __init__(self, events: EventStore, index: CallIndex, *, is_account: Callable[[str], bool]) -> None:
        self._events = events
        self._index = index
        self._is_account = is_account

    async def find(
        self, *, since: datetime | None, until: datetime | None, party: str, after: str, limit: int
    ) -> Part[CallSummary]:
        """See Calls."""
        # One more than wanted says whether there is another page.
        calls = await self._index.calls(party=party, since=since, until=until, before=after, limit=limit + 1)
        chosen = calls[:limit]
        items = [one async for one in self._summaries(chosen)]
        return Part(tuple(items), chosen[-1] if len(calls) > limit else "")

    async def get(self, call: str) -> CallDetail:
        """See Calls."""
        entries = (await self._events.whole_calls([call])).get(call)
        if not entries:
            raise NotThere(f"There is no call {call}.")
        record = call_record(entries)
        return CallDetail(
            **self._plain(record),
            legs=tuple(_json(asdict(leg)) for leg in record.legs),
            steps=tuple(_step(entry) for entry in entries),
        )

    async def rows(self, *, since: datetime | None, until: datetime | None) -> AsyncIterator[CallSummary]:
        """See Calls."""
        before = ""
        while calls := await self._index.calls(since=since, until=until, before=before, limit=READ_AT_ONCE):
            async for one in self._summaries(calls):
                yield one
            before = calls[-1]

    async def _summaries(self, calls: Sequence[str]) -> AsyncIterator[CallSummary]:
        for first in range(0, len(calls), READ_AT_ONCE):
            some = calls[first : first + READ_AT_ONCE]
            found = await self._events.whole_calls(some)
            for call in some:
                if entries := found.get(call):
                    yield CallSummary(**self._plain(call_record(entries)))
            await asyncio.sleep(0)

    def _plain(self, record: CallRecord) -> dict[str, Any]:
        wait = record.waits[-1] if record.waits else None
        parties = [leg.party for leg in record.legs if not leg.is_caller and leg.answered is not None]
        agents = [party for party in dict.fromkeys(parties) if self._is_account(party)]
        return {
            "id": record.id,
            "caller": record.caller,
            "caller_name": record.caller_name,
            "called": record.called,
            "account": record.account,
            "started": record.started,
            "answered": record.answered,
            "ended": record.ended,
            "seconds": round(record.seconds, 3),
            "answered_seconds": round(record.answered_seconds, 3),
            "result": record.result,
            "reason": record.reason,
            "queue": wait.queue if wait is not None else "",
            "waited_s": round(wait.waited, 3) if wait is not None else 0.0,
            "agents": tuple(agents),
            "rating": record.rating,
            "menu_path": record.path,
            "digits": record.digits,
            "why": why(record, ENGLISH) if record.ended is not None else "",
        }


def _step(entry: Entry) -> CallStep:
    return CallStep(
        sequence=entry.sequence, at=entry.at, kind=type(entry.event).__name__, data=_json(asdict(entry.event))
    )


def _json(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    return msgspec.to_builtins(value)


@dataclass(frozen=True, slots=True)
class LineControl:
    """Implements :class:`softswitch.web.services.CallControl`."""

    remote: RemoteControl
    supervisors: Supervisors

    def begin(self, account: str, number: str, *, ring_s: float, by: str) -> str:
        """See CallControl."""
        try:
            return self.remote.begin(account, number, ring_for=ring_s)
        except NotBegun as error:
            raise _refused(error) from error

    def hang_up(self, call: str) -> None:
        """See CallControl."""
        try:
            self.remote.hang_up(call)
        except NotBegun as error:
            raise NotThere(_sentence(error)) from error

    async def transfer(self, call: str, number: str, *, by: str) -> None:
        """See CallControl."""
        try:
            await self.remote.transfer(call, number, by=by)
        except NotBegun as error:
            raise _refused(error) from error

    def supervise(self, call: str, *, by: str, mode: str) -> Supervised:
        """See CallControl."""
        try:
            found, is_new = self.supervisors.supervise(call, by, Mode(mode))
        except NotBegun as error:
            raise _refused(error) from error
        return Supervised(call=found.call, agent=found.guest.agent.party, mode=found.mode.value, rings=is_new)


def _refused(error: NotBegun) -> Conflict | Busy:
    if error.termination.reason is Reason.SWITCH_STOPPED:
        return Busy(_sentence(error), retry_after=10)
    return Conflict(_sentence(error))


def _sentence(error: NotBegun) -> str:
    return f"{error.why[:1].upper()}{error.why[1:]}."
