"""The whole interface over a real database and real rooms, with one of everything in it; no call goes on."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from softswitch.crm.ticket_model import NewTicket
from softswitch.events import CallRated, RecordingEnded, RecordingStarted
from softswitch.ids import make_id
from softswitch.interface.calls import StoredCalls
from softswitch.interface.customers import LineCustomers
from softswitch.interface.kept import LineAudit, LineOutbox
from softswitch.interface.messages import LineMessages
from softswitch.interface.orders import LineOrders
from softswitch.interface.providers import LineProviders
from softswitch.interface.ratings import LineRatings
from softswitch.interface.recordings import LineRecordings
from softswitch.interface.schedules import LineSchedules
from softswitch.interface.tickets import LineTickets
from softswitch.interface.voicemail import LineVoicemail
from softswitch.message_room import Outgoing
from softswitch.schedules.service import Schedules
from softswitch.storage.replay_store import ReplayStore
from softswitch.storage.token_store import TokenStore
from softswitch.voicemail.model import Message, Request, State
from softswitch.web.api.events import Streaming
from softswitch.web.api.providers import PATH
from softswitch.web.app import make_app
from softswitch.web.audit import Audit
from softswitch.web.entrance import Tickets
from softswitch.web.gate import Gate, Guards, Limits
from softswitch.web.idempotency import Idempotency
from softswitch.web.live import LiveCalls
from softswitch.web.ringing import Rings
from softswitch.web.scopes import parse_scopes
from softswitch.web.services import Services
from softswitch.web.stream import Hub
from softswitch.web.tokens import Tokens, issue
from tests.fakes.clock import START
from tests.fakes.message_line import CALLER, MessageLine, message_line
from tests.interface.voice_boxes import VoiceBoxes
from tests.storage.conftest import running
from tests.web import services as fakes
from tests.web.line import NoPast

CALL = make_id(START)
PARTS: Mapping[str, object] = {
    "api": {"port": 0},
    "tickets": {"sales": {}},
    "schedules": {"office": {"zone": "Europe/Warsaw", "week": {"mon-fri": "9:00-17:00"}}},
}


@dataclass(frozen=True)
class StoredLine:
    """The interface, a token for all of it, and by the names of path parameters what there is."""

    app: Gate
    token: str
    known: Mapping[str, str]


@contextlib.asynccontextmanager
async def stored_line(home: Path) -> AsyncIterator[StoredLine]:
    """Run it."""
    async with message_line(home, parts=PARTS) as here:
        behind = here.office.interface
        assert behind is not None
        boxes = VoiceBoxes(here.office.database, here.clock, home)
        known = await _filled(here, boxes)
        made, token = issue("test", parse_scopes(("*:*",)), here.clock.wall())
        await TokenStore(behind.database).add(made)
        hub, numbers = Hub(past=NoPast(), most=20), fakes.Numbers()
        rings = Rings(hub, LiveCalls(), numbers, is_account=lambda _: False, cards=None, card_timeout=1.0)
        tokens, tickets = Tokens(TokenStore(behind.database), here.clock), Tickets(here.clock)
        guards = Guards(
            tokens=tokens,
            audit=Audit(behind.audit.keep, here.clock),
            idempotency=Idempotency(ReplayStore(behind.database), here.clock),
            clock=here.clock,
            by_ticket=tickets.take,
            unguarded=(PATH,),
        )
        limits = Limits(requests_per_second=10_000.0, largest_body=100_000, wrong_tokens=100_000.0)
        services = _services(here, boxes.line, numbers)
        async with running(behind.audit.run):
            yield StoredLine(
                make_app(services, Streaming(hub, rings, tickets, tokens), guards, limits), token, known
            )
            hub.close()


def _services(here: MessageLine, voicemail: LineVoicemail, numbers: fakes.Numbers) -> Services:
    office, behind = here.office, here.office.interface
    assert behind is not None
    customers = office.customers
    return Services(
        calls=StoredCalls(behind.events, behind.index, is_account=lambda party: party == "1001"),
        live=fakes.Live(),
        control=fakes.Control(),
        queues=fakes.Queues(),
        audit=LineAudit(behind.audit),
        numbers=numbers,
        customers=LineCustomers(customers.customers, customers.privacy),
        tickets=LineTickets(office.tickets, office.ticket_store, customers.customers),
        orders=LineOrders(office.shops, customers.customers),
        schedules=LineSchedules(Schedules(here.config, clock=here.clock, log=here.log)),
        ratings=LineRatings(office.ratings),
        recordings=LineRecordings(office.archive.catalogue),
        voicemail=voicemail,
        messages=LineMessages(office.messages),
        outbox=LineOutbox(office.outbox, office.dispatcher),
        providers=LineProviders(office.payments),
    )


async def _filled(here: MessageLine, boxes: VoiceBoxes) -> Mapping[str, str]:
    """Put one of everything in, and return what it is called."""
    office, at = here.office, here.clock.wall()
    await here.call(CALL)
    recording = f"{CALL}-1"
    path = f"2026/01/05/{recording}.wav"
    file = office.archive.catalogue.shelf.file(path)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"RIFF")
    started = RecordingStarted(
        recording, 1, "a", CALLER, "1001", "300", "cards", "", "always", "line", "", "", path, 90
    )
    here.log.append(started, call=CALL)
    here.log.append(RecordingEnded(recording, path, 1.0, 4, "0" * 64), call=CALL)
    here.log.append(CallRated("cards", "1001", 4, 1, 5), call=CALL)
    await here.events.flush()
    customer = await office.customers.customers.create({"last_name": "Nowak", "numbers": [CALLER]})
    ticket = await office.ticket_store.open(NewTicket("sales", "Parcel", number=CALLER))
    message = await office.messages.send(Outgoing(CALLER, text="Hi", call=CALL))
    voice = Message(make_id(at), "sales", CALL, at, CALLER, file="1.wav", seconds=2.0, state=State.NEW)
    boxes.files.prepare("sales")
    boxes.files.message("sales", voice.file).write_bytes(b"RIFF")
    await boxes.store.add(voice)
    asked = Request(make_id(at), "office", CALLER, CALLER, CALLER, CALL, at)
    await boxes.requests.take(asked, since=at - timedelta(days=1), most=5, most_kept=5, deliver=())
    await office.following.caught_up()
    return {
        "call": CALL,
        "recording": recording,
        "customer": customer.id,
        "ticket": ticket.id,
        "shop": "paper",
        "schedule": "office",
        "box": "sales",
        "message": message.id,
        "voice_message": voice.id,
        "callback": asked.id,
    }
