"""A line's services in memory: they hold what the tests put in, and do what the Protocols say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from softswitch.web.errors import Conflict, Fault, NotThere, Stale, Unacceptable, Unproved
from softswitch.web.paging import Part
from softswitch.web.resources import kept, line, people, ratings
from softswitch.web.services.kept import Sound

AT = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
CALL = "01J9Z8Q4M2K7XW5T3R6P8N0BCD"

Item = TypeVar("Item")


def part(items: Sequence[Item], after: str, limit: int) -> Part[Item]:
    """Return one page; the key of a place is its number."""
    first = int(after) if after.isdigit() and len(after) < 10 else 0
    chosen = tuple(items[first : first + limit])
    return Part(chosen, str(first + limit) if first + limit < len(items) else "")


def there(found: Item | None, what: str) -> Item:
    """Return what was found; raise NotThere."""
    if found is None:
        raise NotThere(f"There is no {what}.")
    return found


class Customers:
    """Implements softswitch.web.services.Customers."""

    def __init__(self) -> None:
        first = people.Customer(
            id="c1",
            version=1,
            kind="person",
            name="Anna Nowak",
            numbers=("+48600100200",),
            emails=("anna@example.com",),
            pesel="44051401359",
        )
        self.kept: dict[str, people.Customer] = {"c1": first}
        self.asked_by: list[str] = []

    async def find(self, search: people.CustomerSearch, *, after: str, limit: int) -> Part[people.Customer]:
        """See Customers."""
        text = search.text.casefold()
        found = [
            one for one in self.kept.values() if text in one.name.casefold() and search.vip in (None, one.vip)
        ]
        return part([self._masked(one) for one in found], after, limit)

    async def get(self, customer: str, *, whole: bool) -> people.Customer:
        """See Customers."""
        found = there(self.kept.get(customer), "customer")
        return found if whole else self._masked(found)

    async def add(self, new: people.NewCustomer, *, by: str) -> people.Customer:
        """See Customers."""
        if new.pesel and len(new.pesel) != 11:
            raise Unacceptable("The customer is not right.", faults=(Fault("body.pesel", "has 11 digits"),))
        self.asked_by.append(by)
        told = new.model_dump(exclude_none=True)
        added = people.Customer(id=f"c{len(self.kept) + 1}", version=1, **told)
        self.kept[added.id] = added
        return added

    async def change(
        self, customer: str, change: people.CustomerChange, *, version: int | None, by: str
    ) -> people.Customer:
        """See Customers."""
        found = there(self.kept.get(customer), "customer")
        if version not in (None, found.version):
            raise Stale("It was changed meanwhile.")
        update = {**change.model_dump(exclude_none=True), "version": found.version + 1}
        self.kept[customer] = found.model_copy(update=update)
        return self._masked(self.kept[customer])

    async def contacts(self, customer: str, *, after: str, limit: int) -> Part[people.Contact]:
        """See Customers."""
        there(self.kept.get(customer), "customer")
        return part([people.Contact(id=f"k{n}", at=AT, kind="call") for n in range(30)], after, limit)

    async def erase(self, customer: str, *, by: str) -> None:
        """See Customers."""
        there(self.kept.pop(customer, None), "customer")

    async def everything(self, customer: str, *, by: str) -> dict[str, Any]:
        """See Customers."""
        return {"customer": there(self.kept.get(customer), "customer").model_dump(mode="json")}

    async def rows(self) -> AsyncIterator[people.Customer]:
        """See Customers."""
        for one in self.kept.values():
            yield one

    @staticmethod
    def _masked(one: people.Customer) -> people.Customer:
        return one.model_copy(update={"pesel": "*" * 7 + one.pesel[-4:] if one.pesel else ""})


class Tickets:
    """Implements softswitch.web.services.Tickets."""

    def __init__(self) -> None:
        self.kept = {"t1": people.Ticket(id="t1", version=1, title="Parcel", status="open", created=AT)}

    async def find(
        self, *, status: str, customer: str, call: str, queue: str, after: str, limit: int
    ) -> Part[people.Ticket]:
        """See Tickets."""
        found = [one for one in self.kept.values() if not status or one.status == status]
        return part(found, after, limit)

    async def get(self, ticket: str) -> people.Ticket:
        """See Tickets."""
        return there(self.kept.get(ticket), "ticket")

    async def open(self, new: people.NewTicket, *, by: str) -> people.Ticket:
        """See Tickets."""
        number = len(self.kept) + 1
        told = new.model_dump(exclude_none=True)
        opened = people.Ticket(id=f"t{number}", version=1, status="open", created=AT, **told)
        self.kept[opened.id] = opened
        return opened

    async def change(
        self, ticket: str, change: people.TicketChange, *, version: int | None, by: str
    ) -> people.Ticket:
        """See Tickets."""
        found = there(self.kept.get(ticket), "ticket")
        if version not in (None, found.version):
            raise Stale("It was changed meanwhile.")
        update = change.model_dump(exclude_none=True, exclude={"note"})
        self.kept[ticket] = found.model_copy(update={**update, "version": found.version + 1})
        return self.kept[ticket]


class Orders:
    """Implements softswitch.web.services.Orders."""

    def __init__(self) -> None:
        self.kept = {("main", "42"): people.Order(shop="main", number="42", status="shipped", at=AT)}

    async def find(
        self, *, customer: str, phone: str, email: str, shop: str, after: str, limit: int
    ) -> Part[people.Order]:
        """See Orders."""
        return part([one for one in self.kept.values() if shop in ("", one.shop)], after, limit)

    async def last(
        self, *, customer: str, phone: str, email: str, shops: tuple[str, ...]
    ) -> people.LastOrder:
        """See Orders."""
        if not (customer or phone or email):
            raise Unacceptable("Say whose order.")
        return people.LastOrder(order=self.kept["main", "42"], silent_shops=("paper",))

    async def get(self, shop: str, number: str) -> people.Order:
        """See Orders."""
        return there(self.kept.get((shop, number)), "order")

    async def put(self, shop: str, number: str, order: people.NewOrder) -> people.Order:
        """See Orders."""
        told = order.model_dump(exclude_none=True)
        self.kept[shop, number] = people.Order(shop=shop, number=number, **told)
        return self.kept[shop, number]


class Schedules:
    """Implements softswitch.web.services.Schedules."""

    def __init__(self) -> None:
        self.kept = {"office": line.Schedule(name="office", zone="Europe/Warsaw", state="open")}

    def all(self) -> Sequence[line.Schedule]:
        """See Schedules."""
        return tuple(self.kept.values())

    def preview(self, schedule: str, *, days: int) -> Sequence[line.ScheduleDay]:
        """See Schedules."""
        there(self.kept.get(schedule), "schedule")
        first = date(2026, 3, 2)
        return [line.ScheduleDay(day=first + timedelta(days=n), state="open") for n in range(days)]

    async def switch(self, schedule: str, to: line.SwitchTo, *, by: str) -> line.Schedule:
        """See Schedules."""
        found = there(self.kept.get(schedule), "schedule")
        self.kept[schedule] = found.model_copy(update={"switch": to.switch, "switched_by": by})
        return self.kept[schedule]

    async def release(self, schedule: str, *, by: str) -> line.Schedule:
        """See Schedules."""
        found = there(self.kept.get(schedule), "schedule")
        self.kept[schedule] = found.model_copy(update={"switch": "", "switched_by": ""})
        return self.kept[schedule]

    async def switch_all(self, to: line.SwitchTo, *, by: str) -> Sequence[line.Schedule]:
        """See Schedules."""
        return [await self.switch(name, to, by=by) for name in self.kept]

    async def release_all(self, *, by: str) -> Sequence[line.Schedule]:
        """See Schedules."""
        return [await self.release(name, by=by) for name in self.kept]


class Calls:
    """Implements softswitch.web.services.Calls."""

    def __init__(self) -> None:
        common: dict[str, Any] = {"called": "300", "started": AT, "result": "completed"}
        self.kept = [
            line.CallDetail(id=CALL, caller="+48600100200", caller_name="Anna", agents=("1001",), **common),
            line.CallDetail(id="01OTHER", caller="+48700100200", agents=("1002",), **common),
            line.CallDetail(id="01WITHHELD", caller="anonymous", agents=("1001",), **common),
        ]

    async def find(
        self, *, since: datetime | None, until: datetime | None, party: str, after: str, limit: int
    ) -> Part[line.CallSummary]:
        """See Calls."""
        found = [one for one in self.kept if not party or party in (one.caller, one.called, *one.agents)]
        return part([line.CallSummary(**self._plain(one)) for one in found], after, limit)

    async def get(self, call: str) -> line.CallDetail:
        """See Calls."""
        return there(next((one for one in self.kept if one.id == call), None), "call")

    async def rows(
        self, *, since: datetime | None, until: datetime | None
    ) -> AsyncIterator[line.CallSummary]:
        """See Calls."""
        for one in self.kept:
            yield one

    @staticmethod
    def _plain(one: line.CallDetail) -> dict[str, Any]:
        return one.model_dump(exclude={"legs", "steps"})


class Live:
    """Implements softswitch.web.services.LiveCalls."""

    def __init__(self) -> None:
        def call(name: str, caller: str, agent: str) -> line.LiveCall:
            legs = (
                line.LiveLeg(leg="caller", party=caller, state="up", is_caller=True),
                line.LiveLeg(leg="b1", party=agent, state="up"),
            )
            return line.LiveCall(
                id=name,
                caller=caller,
                caller_name="Anna",
                called="300",
                started=AT,
                state="talking",
                legs=legs,
            )

        self.kept = {
            CALL: call(CALL, "+48600100200", "1001"),
            "01OTHER": call("01OTHER", "+48700100200", "1002"),
        }

    def all(self) -> Sequence[line.LiveCall]:
        """See LiveCalls."""
        return tuple(self.kept.values())

    def get(self, call: str) -> line.LiveCall:
        """See LiveCalls."""
        return there(self.kept.get(call), "call now")


@dataclass
class Control:
    """Implements CallControl; ``done`` is what was asked."""

    done: list[tuple[str, ...]] = field(default_factory=list)

    def begin(self, account: str, number: str, *, ring_s: float, by: str) -> str:
        """See CallControl."""
        if account not in ("1001", "1002"):
            raise NotThere(f"There is no account {account}.")
        self.done.append(("begin", account, number))
        return f"01NEW{len(self.done)}"

    def hang_up(self, call: str) -> None:
        """See CallControl."""
        self.done.append(("hang_up", call))

    async def transfer(self, call: str, number: str, *, by: str) -> None:
        """See CallControl."""
        self.done.append(("transfer", call, number, by))

    def supervise(self, call: str, *, by: str, mode: str) -> line.Supervised:
        """See CallControl."""
        self.done.append(("supervise", call, by, mode))
        return line.Supervised(call="01SUP", agent="1001", mode=mode, rings=True)


class Queues:
    """Implements softswitch.web.services.Queues."""

    def __init__(self) -> None:
        self.agents_kept = {
            name: line.AgentState(agent=name, state="ready", since=AT, queues=("sales",))
            for name in ("1001", "1002")
        }

    def queues(self) -> Sequence[line.QueueState]:
        """See Queues."""
        return [line.QueueState(queue="sales", waiting=2)]

    def agents(self) -> Sequence[line.AgentState]:
        """See Queues."""
        return tuple(self.agents_kept.values())

    def act(self, agent: str, act: line.AgentAct) -> line.AgentState:
        """See Queues."""
        found = there(self.agents_kept.get(agent), "agent")
        if act.queue not in (None, "sales"):
            raise Conflict("He serves no such queue.")
        pauses = {"": act.reason or "pause"} if act.act == "pause" else {}
        self.agents_kept[agent] = found.model_copy(update={"pauses": pauses})
        return self.agents_kept[agent]


class Recordings:
    """Implements softswitch.web.services.Recordings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = {"r1": kept.Recording(id="r1", call=CALL, began=AT, seconds=1.0, state="finished")}
        self.file = folder / "r1.wav"
        self.heard: list[str] = []

    async def find(
        self,
        *,
        since: datetime | None,
        until: datetime | None,
        queue: str,
        agent: str,
        number: str,
        call: str,
        after: str,
        limit: int,
    ) -> Part[kept.Recording]:
        """See Recordings."""
        return part([one for one in self.kept.values() if call in ("", one.call)], after, limit)

    async def get(self, recording: str) -> kept.Recording:
        """See Recordings."""
        return there(self.kept.get(recording), "recording")

    async def sound(self, recording: str, *, by: str) -> Sound:
        """See Recordings."""
        there(self.kept.get(recording), "recording")
        self.heard.append(by)
        return Sound(self.file, self.folder, "r1.wav")

    async def hold(self, recording: str, reason: str, *, by: str) -> kept.Recording:
        """See Recordings."""
        found = await self.get(recording)
        self.kept[recording] = found.model_copy(update={"on_hold": reason})
        return self.kept[recording]

    async def release(self, recording: str, *, by: str) -> kept.Recording:
        """See Recordings."""
        return await self.hold(recording, "", by=by)

    async def erase(self, recording: str, *, by: str) -> None:
        """See Recordings."""
        if (await self.get(recording)).on_hold:
            raise Conflict("It is held.")
        del self.kept[recording]


class Voicemail:
    """Implements softswitch.web.services.Voicemail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = {"v1": kept.VoiceMessage(id="v1", box="1001", at=AT, seconds=2.0)}
        self.asked = {"b1": kept.CallbackRequest(id="b1", at=AT, number="+48600100200")}

    async def boxes(self) -> Sequence[kept.Box]:
        """See Voicemail."""
        return [kept.Box(name="1001", new=1)]

    async def find(self, box: str, *, after: str, limit: int) -> Part[kept.VoiceMessage]:
        """See Voicemail."""
        there(box if box == "1001" else None, "box")
        return part(tuple(self.kept.values()), after, limit)

    async def get(self, message: str) -> kept.VoiceMessage:
        """See Voicemail."""
        return there(self.kept.get(message), "message")

    async def sound(self, message: str, *, by: str) -> Sound:
        """See Voicemail."""
        there(self.kept.get(message), "message")
        return Sound(self.folder / "r1.wav", self.folder, "v1.wav")

    async def mark(self, message: str, *, heard: bool, by: str) -> kept.VoiceMessage:
        """See Voicemail."""
        self.kept[message] = (await self.get(message)).model_copy(update={"heard": heard})
        return self.kept[message]

    async def erase(self, message: str, *, by: str) -> None:
        """See Voicemail."""
        there(self.kept.pop(message, None), "message")

    async def callbacks(self, *, done: bool, after: str, limit: int) -> Part[kept.CallbackRequest]:
        """See Voicemail."""
        found = [one for one in self.asked.values() if (one.done is not None) is done]
        return part(found, after, limit)

    async def tick_off(self, callback: str, *, by: str) -> kept.CallbackRequest:
        """See Voicemail."""
        found = there(self.asked.get(callback), "request")
        self.asked[callback] = found.model_copy(update={"done": AT, "done_by": by})
        return self.asked[callback]


class Ratings:
    """Implements softswitch.web.services.Ratings."""

    async def find(
        self,
        *,
        since: datetime | None,
        until: datetime | None,
        queue: str,
        agent: str,
        call: str,
        after: str,
        limit: int,
    ) -> Part[ratings.Rating]:
        """See Ratings."""
        one = ratings.Rating(id="g1", call=CALL, at=AT, agent="1001", rating=4, lowest=1, highest=5)
        return part([one] if agent in ("", "1001") else [], after, limit)

    async def figures(
        self, *, since: datetime | None, until: datetime | None, queue: str, agent: str
    ) -> Sequence[ratings.RatingFigures]:
        """See Ratings."""
        return [
            ratings.RatingFigures(agent="1001", lowest=1, highest=5, count=1, average=4.0, given={"4": 1})
        ]


class Messages:
    """Implements softswitch.web.services.Messages."""

    def __init__(self) -> None:
        self.kept: dict[str, line.Message] = {"m1": line.Message(id="m1", call=CALL, state="sent", at=AT)}
        self.sent: list[tuple[str, str]] = []

    async def send(self, number: str, new: line.NewMessage, *, agent: str, by: str) -> line.Message:
        """See Messages."""
        self.sent.append((number, new.text or f"<{new.template}>"))
        sent = line.Message(id=f"m{len(self.kept) + 1}", call=new.call or "", state="waiting", at=AT, by=by)
        self.kept[sent.id] = sent
        return sent

    async def of_call(self, call: str) -> Sequence[line.Message]:
        """See Messages."""
        return [one for one in self.kept.values() if one.call == call]

    def templates(self) -> Sequence[line.MessageTemplate]:
        """See Messages."""
        return [line.MessageTemplate(name="manual", text="Manual: https://firm.example")]

    async def get(self, message: str) -> line.Message:
        """See Messages."""
        return there(self.kept.get(message), "message")


class Outbox:
    """Implements softswitch.web.services.Outbox."""

    def __init__(self) -> None:
        self.kept = {"k:1": kept.OutboxItem(key="k:1", channel="mail:support", state="waiting", made=AT)}

    async def find(self, *, state: str, channel: str, after: str, limit: int) -> Part[kept.OutboxItem]:
        """See Outbox."""
        return part([one for one in self.kept.values() if state in ("", one.state)], after, limit)

    async def get(self, key: str) -> kept.OutboxItem:
        """See Outbox."""
        return there(self.kept.get(key), "delivery")

    async def retry(self, key: str) -> kept.OutboxItem:
        """See Outbox."""
        return await self.get(key)

    async def give_up(self, key: str) -> kept.OutboxItem:
        """See Outbox."""
        self.kept[key] = (await self.get(key)).model_copy(update={"state": "given_up"})
        return self.kept[key]


class Providers:
    """Implements ProviderHooks: believes one signature."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def receive(self, provider: str, headers: Mapping[str, str], body: bytes) -> None:
        """See ProviderHooks."""
        there(provider if provider == "sandbox" else None, "provider")
        if headers.get("x-signature") != "right":
            raise Unproved
        self.taken.append(body)


@dataclass
class Numbers:
    """Implements Numbers; ``shown`` are numbers by call that are shown in place of the caller's."""

    shown: dict[str, str] = field(default_factory=dict)

    def hidden(self, call: str) -> str | None:
        """See Numbers."""
        return self.shown.get(call)
