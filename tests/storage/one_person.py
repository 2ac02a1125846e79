"""A line that knows one person by everything there is, and a stranger beside: to be exported and erased."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path

import msgspec

from softswitch.crm.choice_model import Choice
from softswitch.crm.history_model import Contact, ContactKind
from softswitch.crm.order_model import Order
from softswitch.crm.privacy import Privacy
from softswitch.crm.service import Customers
from softswitch.crm.ticket_model import NewTicket
from softswitch.events import (
    CallArrived,
    CallEnded,
    CallRequested,
    DeliveryGivenUp,
    Entry,
    Event,
    LegInvited,
    MessageLeft,
    PromptPlayed,
    RecordingEnded,
    RecordingStarted,
    StepTaken,
    TicketAsked,
)
from softswitch.ids import make_id
from softswitch.outbox.messages import Attachment, Dropped, Mail, Notice, Sms, Withdrawn
from softswitch.outbox.messages import written as as_body
from softswitch.outbox.model import Delivery, State
from softswitch.payments import model as money
from softswitch.personal import personal_data
from softswitch.recordings.catalogue import Catalogue
from softswitch.recordings.shelf import Shelf
from softswitch.schedules.model import ListedCaller
from softswitch.sip.hop import Hop
from softswitch.storage.call_index import CallIndex
from softswitch.storage.choice_store import ChoiceStore
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.identity_store import IdentityStore
from softswitch.storage.message_store import MessageStore, TextMessage
from softswitch.storage.order_store import OrderStore
from softswitch.storage.outbox_store import OutboxStore
from softswitch.storage.payment_store import PaymentStore
from softswitch.storage.pin_store import PinStore
from softswitch.storage.privacy_store import PrivacyStore
from softswitch.storage.rating_store import Rating, put_ratings
from softswitch.storage.recording_store import RecordingStore
from softswitch.storage.replay_store import ReplayStore
from softswitch.storage.request_store import RequestStore
from softswitch.storage.schedule_store import ScheduleStore
from softswitch.storage.sms_count_store import SmsCountStore
from softswitch.storage.ticket_store import TicketStore
from softswitch.storage.voicemail_store import VoicemailStore
from softswitch.storage.webhook_store import WebhookStore
from softswitch.transport.ring import BLOCK, IN, Noted, RingWriter, pack
from softswitch.voicemail import model as voicemail
from softswitch.web.model import Replay
from softswitch.webhook_payloads import happening
from tests.crm.reading_rules import RULES
from tests.fakes.clock import FakeClock
from tests.storage.conftest import running

NUMBER, NATIONAL, STRANGER = "+48601777333", "601777333", "+48602888444"
NAME, MAIL, PESEL, CARD = "Bożydara Żółćkowska", "bozydara@example.com", "44051401359", "KLIENT-77"
CANARIES = (NATIONAL, "601 777 333", "Żółćkowska", "Bożydara", MAIL, PESEL, CARD, "orzechy")
"""What must be found nowhere afterwards."""
CALL, OTHERS = "01CALLOFTHEPERSON0000000AA", "01CALLOFASTRANGER0000000BB"
HOP = Hop("UDP", "192.0.2.7", 5062, "192.0.2.1", 5060)
RECEIVER = "crm"


@dataclass
class Line:
    """The rooms that keep something."""

    database: Database
    home: Path
    clock: FakeClock
    customers: Customers
    privacy: Privacy
    outbox: OutboxStore
    customer: str

    @classmethod
    def of(cls, database: Database, home: Path, clock: FakeClock) -> Line:
        """Build it; nobody is known yet."""
        store = CustomerStore(database)
        customers = Customers(store, ContactStore(database), RULES, clock)
        shelf = Shelf(home / "recordings", least_free=1, zone=UTC)
        catalogue = Catalogue(RecordingStore(database, clock), shelf, clock)
        tickets, requests = TicketStore(database, clock), RequestStore(database, clock)
        parts = personal_data(database, tickets, requests, catalogue, clock, home)
        privacy = Privacy(customers, store, PrivacyStore(database), clock, parts)
        return cls(database, home, clock, customers, privacy, OutboxStore(database, clock), "")

    async def fill(self) -> None:
        """Let everything know the person, and most of it the stranger."""
        one = await self.customers.create(
            {"name": NAME, "numbers": NUMBER, "emails": MAIL, "pesel": PESEL, "customer_number": CARD,
             "notes": "uczulona na orzechy", "card": "orzechy-5"}
        )  # fmt: skip
        self.customer = one.id
        await self.customers.create({"name": "Jan Obcy", "numbers": STRANGER, "emails": "jan@example.com"})
        await PinStore(self.database).keep(one.id, "$argon2id$of-bozydara", self.clock.wall())
        await self._call(CALL, NATIONAL, NAME, one.id)
        await self._call(OTHERS, STRANGER, "Jan Obcy", "")
        for number, name in ((NUMBER, NAME), (STRANGER, "Jan Obcy")):
            await self._around(number, name)
        await self._money(one.id)
        await self._post()
        self._trace()

    async def _call(self, call: str, caller: str, name: str, customer: str) -> None:
        events, at = EventStore(self.database, self.clock), self.clock.wall()
        first = await events.last_sequence()
        path = f"2026/01/05/{call}-1.wav"
        told: list[Event] = [
            CallArrived("a", caller, name, "100", "203.0.113.1:5060", f"sip-{call}", trunk="office"),
            LegInvited("b", "1001", f"sip:{caller}@192.0.2.9", f"sip-b-{call}"),
            PromptPlayed("bank", "gate", f"Dzień dobry, {name}", 2.0, False),
            StepTaken("bank", "gate", "dial", "busy", f"called {caller} of {name}"),
            TicketAsked("bank.1.1", "sales", f"Zwrot: {name}", "normal", "", caller, False, customer),
            MessageLeft("1001", f"M{call}", caller, 4.0),
            CallRequested("night", f"R{call}", caller, caller),
            RecordingStarted(
                f"{call}-1", 1, "a", caller, "1001", "600", "sales", "office", "always", "queue:sales", "",
                "notice", path, 90, customer,
            ),
            RecordingEnded(f"{call}-1", path, 1.0, 30, "ab" * 32),
            CallEnded("completed", "caller_hung_up", 200, 16, "caller"),
        ]  # fmt: skip
        entries = [Entry(first + n, at, call, event) for n, event in enumerate(told, 1)]
        last = first + len(told) + 1
        entries.append(Entry(last, at, "", DeliveryGivenUp("mail:x", f"k:{name}", "refused", f"550 {MAIL}")))
        async with running(events.run):
            for entry in entries:
                events.store(entry)
            await events.flush()
        hooks = WebhookStore(
            self.database, self.clock, {RECEIVER: ["call.started", "call.ended"]},
            tell=happening, of_calls=events.whole_calls,
        )  # fmt: skip
        tickets, recordings = (
            TicketStore(self.database, self.clock),
            RecordingStore(self.database, self.clock),
        )
        async with self.database.writing() as connection:
            await CallIndex(self.database).handle(connection, entries)
            await recordings.follow(connection, entries)
            await tickets.follow(connection, entries[:-2])
            await hooks.follow(connection, entries)
        self._file(f"recordings/{path}", sound(name))
        self._file(f"recordings/applications/{call}-1.wav", sound(name))
        number = caller if caller.startswith("+") else f"+48{caller}"
        await ContactStore(self.database).add(
            Contact(f"call:{call}", ContactKind.CALL, at, number, reference=call, text="bank: gate"),
            Contact(f"sms:{call}", ContactKind.SMS, at, number, text=f"{name}, kod 1234"),
        )

    async def _around(self, number: str, name: str) -> None:
        """Keep tickets, orders, requests, messages, wrong tries and lists of somebody."""
        clock, database = self.clock, self.database
        at, mails = clock.wall(), {NUMBER: MAIL, STRANGER: "jan@example.com"}
        tickets = TicketStore(database, clock)
        made = await tickets.open(NewTicket("support", f"Reklamacja: {name}", number=number))
        await tickets.change(made.id, {}, by="1001", note=f"{name} dzwoniła")
        await tickets.open(NewTicket("support", f"Pytał o: {NAME}", number="+48699000111"))
        await OrderStore(database).save([Order("s1", number, "paid", at, 100, "PLN", number, mails[number])])
        request = voicemail.Request(make_id(at), "night", number, number, number, "", at, name=name)
        since = at - timedelta(hours=1)
        await RequestStore(database, clock).take(request, since=since, most=5, most_kept=9, deliver=[])
        id_ = make_id(at)
        message = voicemail.Message(
            id_, "1001", "", at, number.removeprefix("+48"), name, file=f"{id_}.wav",
            state=voicemail.State.NEW, mail=f"voicemail:{id_}:mail",
        )  # fmt: skip
        mail = Mail(("office@line.example",), f"Nagranie od {name}", number,
                    attachments=(Attachment(f"voicemail/outgoing/{id_}.wav"),))  # fmt: skip
        await VoicemailStore(database, clock).add(
            message, [Delivery(f"voicemail:{id_}:mail", "mail:x", as_body(mail))]
        )
        self._file(f"voicemail/boxes/1001/{id_}.wav", sound(name))
        self._file(f"voicemail/outgoing/{id_}.wav", sound(name))
        await IdentityStore(database).failed({f"from:{number}": 3}, at, timedelta(minutes=5))
        lists = ScheduleStore(database, clock)
        async with running(lists.run):
            lists.save_caller("vip", number, ListedCaller("vip", number, "1001", at, name, "1002"))
            await lists.flush()
        sent = TextMessage(f"M{number[-3:]}", at, number, "default")
        told = Contact(f"sms:{sent.id}", ContactKind.SMS, at, number, text=f"{name}, kod 5678")
        await MessageStore(database, clock).add(
            sent, Delivery(sent.key, "sms:texts", as_body(Sms(number, f"{name}, kod 5678"))), told
        )
        rating = Rating(f"R{number[-3:]}:1", f"R{number[-3:]}", at, "sales", "1001", number, 4, 1, 5)
        async with database.writing() as connection:
            await put_ratings(connection, [rating])
        await SmsCountStore(database).note("x", sent.key, number, at)
        choices = ChoiceStore(database, self.clock)
        async with running(choices.run):
            choices.save(Choice(number, at, "en", 0.85))
            await choices.flush()
        replay = Replay("f", at, 201, "application/json", msgspec.json.encode({"name": name, "n": [number]}))
        await ReplayStore(database).claim("T", number, Replay("f", at), older=since)
        await ReplayStore(database).claim("T", f"key of {number[-3:]}", replay, older=since)

    async def _money(self, customer: str) -> None:
        at, ledger = self.clock.wall(), PaymentStore(self.database, self.clock)
        for number, state in ((1, money.State.PAID), (2, money.State.WAITING_FOR_CUSTOMER)):
            order = money.Order(
                12345, "bank", f"Rachunek: {NAME}", f"FV/{number}", customer=customer, receipt="mail:x",
                receipt_to=MAIL, sms="sms:x", sms_to=NUMBER,
            )  # fmt: skip
            url = f"https://pay.example/{NATIONAL}"
            await ledger.add(
                money.Payment(f"P{number}", order, money.Method.LINK, at, at, at, state=state, url=url)
            )

    async def _post(self) -> None:
        """Leave letters that wait, that nobody took and that were delivered."""
        due = Dropped("2026/01/05/held.wav", "cd", {"caller": STRANGER})
        letters = [
            Delivery("waiting", "mail:x", as_body(Mail((MAIL,), "Dzień dobry", f"Pani {NAME}"))),
            Delivery("lane", "sms:x", as_body(Sms(NATIONAL, "kod 1234")), lane="sms:x"),
            Delivery("others", "sms:x", as_body(Sms(STRANGER, "kod 4321"))),
            Delivery("refused", "mail:x", as_body(Mail((MAIL,), "a", "b"))),
            Delivery(f"delivered:{MAIL}", "mail:x", as_body(Mail((MAIL,), "a", "b"))),
            Delivery("drop of others", "drop:nas", as_body(due)),
            Delivery(
                "webhook:crm:x",
                f"webhook:{RECEIVER}",
                as_body(Notice("x", f'{{"data":{{"caller":"{NUMBER}","caller_name":"{NAME}","n":7}}}}')),
            ),
        ]
        await self.outbox.post(letters)
        for key, state in (("refused", State.REFUSED), (f"delivered:{MAIL}", State.DELIVERED)):
            posted = await self.outbox.find(key)
            assert posted is not None
            await self.outbox.settle(posted, state, trouble=f"550 <{MAIL}> unknown")

    async def withdraw_a_drop(self) -> None:
        """Let a drop be told to take away what was erased here."""
        body = as_body(Withdrawn("ab", {"caller": NUMBER}, "erasure", ""))
        await self.outbox.post([Delivery("drop:nas:1:erased", "drop:nas", body, lane="drop:nas")])

    def _trace(self) -> None:
        (self.home / "trace").mkdir()
        ring = RingWriter(self.home / "trace" / "calls.ring", 2 * BLOCK)
        at = self.clock.wall().timestamp()
        for call, number, name in ((CALL, NUMBER, NAME), (OTHERS, STRANGER, "Jan Obcy")):
            for text in (invite(call, number, name), message(call, number, name)):
                ring.write([pack(Noted(at, IN, HOP, text.encode()))])
        ring.close()

    def _file(self, path: str, octets: bytes) -> None:
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(octets)


def sound(name: str) -> bytes:
    """Return what stands for a file of sound."""
    return f"RIFF and the voice of {name}".encode()


def invite(call: str, number: str, name: str) -> str:
    """Return a call as it came in, with a display name that is nobody's spelling but the network's."""
    return (
        "INVITE sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\n"
        f'From: "{name} z Gdańska" <sip:{number}@192.0.2.7>;tag=1\r\nTo: <sip:100@192.0.2.1>\r\n'
        f"P-Asserted-Identity: <tel:{number}>\r\nCall-ID: sip-{call}\r\nCSeq: 1 INVITE\r\n"
        "Content-Type: application/sdp\r\nContent-Length: 27\r\n\r\nv=0\r\nc=IN IP4 192.0.2.7\r\n\r\n"
    )


def message(call: str, number: str, name: str) -> str:
    """Return a text message as it came in."""
    return (
        "MESSAGE sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK2\r\n"
        f"From: <sip:{number}@192.0.2.7>;tag=1\r\nTo: <sip:100@192.0.2.1>\r\nCall-ID: m-{call}\r\n"
        "CSeq: 1 MESSAGE\r\nContent-Type: text/plain\r\nContent-Length: 30\r\n\r\n"
        f"{'uczulona na orzechy' if number == NUMBER else 'do jutra'}"
    )


@asynccontextmanager
async def filled_line(url: str, home: Path, clock: FakeClock) -> AsyncIterator[Line]:
    """Open a line in which everything is filled; closed again at the end."""
    database = await Database.open(url)
    line = Line.of(database, home, clock)
    try:
        await line.fill()
        yield line
    finally:
        await line.customers.close()
        await database.close()
