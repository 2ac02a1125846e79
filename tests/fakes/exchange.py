"""A whole exchange in memory: the calls room on a real SIP stack, phones on stacks of their own, no sound."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TypeVar, cast

from softswitch.bus import EventLog
from softswitch.calls.call import Call, Destination, Seat
from softswitch.calls.dialling import AccountDestination, Dialler
from softswitch.calls.directory import Directory
from softswitch.calls.hangup import Termination
from softswitch.calls.leg import Surroundings
from softswitch.calls.switchboard import Router, Switchboard
from softswitch.events import CallEnded, Entry, Event, LegEnded
from softswitch.registrar.accounts import Account
from softswitch.registrar.bindings import Binding
from softswitch.registrar.credentials import Authenticator
from softswitch.registrar.service import Registrar
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.sdes import Protection
from softswitch.sip.sdp import SessionDescription, address_type, parse_sdp
from softswitch.sip.signals import Cancelled, DialogId, Incoming, Reply, TransactionKey, UserOutput
from softswitch.sip.stack import SipStack
from softswitch.sip.uri import SipUri
from tests.fakes.media import FakeLeg, FakeMediaClient, media_port
from tests.fakes.network import Address, Network
from tests.fakes.party import Party, counted
from tests.fakes.virtual_time import LoopClock, passes

SWITCH = ("192.0.2.1", 5060)
Kind = TypeVar("Kind", bound=Event)


def sdp(
    port: int = 4000,
    *,
    host: str = "192.0.2.50",
    formats: str = "8 0 101",
    direction: str = "",
    version: int = 1,
) -> bytes:
    """Return a phone's description; ``direction`` as in ``sendonly``."""
    maps = {"8": "PCMA/8000", "0": "PCMU/8000", "101": "telephone-event/8000", "9": "G722/8000"}
    here = f"IN {address_type(host)} {host}"
    lines = ["v=0", f"o=- 1 {version} {here}", "s=-", f"c={here}", "t=0 0"]
    lines.append(f"m=audio {port} RTP/AVP {formats}")
    lines += [f"a=rtpmap:{number} {maps[number]}" for number in formats.split()]
    if direction:
        lines.append(f"a={direction}")
    return ("\r\n".join(lines) + "\r\n").encode()


class LiveNetwork(Network):
    """The network on the time of the running loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        super().__init__()
        self._flushing = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def now(self) -> float:
        """The loop's time; nobody else sets it."""
        return self._loop.time()

    @now.setter
    def now(self, value: float) -> None:
        assert value <= self._loop.time()

    def flush(self) -> None:
        """Take what the stacks want out; what is added meanwhile is taken by the outermost flush."""
        if self._flushing:
            return
        self._flushing = True
        try:
            super().flush()
        finally:
            self._flushing = False
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        at = self._next()
        self._timer = None if at is None else self._loop.call_at(at, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.run(0.0)
        self._arm()

    def close(self) -> None:
        """Stop."""
        if self._timer is not None:
            self._timer.cancel()


class Wires:
    """The switch's side of the network. Implements :class:`softswitch.calls.signaller.Signaller`."""

    def __init__(self, network: LiveNetwork, stack: SipStack) -> None:
        self.stack = stack
        self._network = network
        self._loop = asyncio.get_running_loop()

    def respond(
        self,
        key: TransactionKey,
        response: Response,
        *,
        contact: NameAddr | None = None,
        reliable: bool = False,
    ) -> DialogId | None:
        """See Signaller."""
        now = self._loop.time()
        dialog = self.stack.respond(now, key, response, contact=contact, reliable=reliable)
        self._network.flush()
        return dialog

    def dismiss(
        self, key: TransactionKey, status: int, *, reason: str = "", fields: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """See Signaller."""
        self.stack.dismiss(key, status, reason=reason, fields=fields)
        self._network.flush()

    def send(self, request: Request, hop: Hop) -> TransactionKey:
        """See Signaller."""
        key = self.stack.send(self._loop.time(), request, hop)
        self._network.flush()
        return key

    def send_in_dialog(
        self,
        name: DialogId,
        method: str,
        *,
        body: bytes = b"",
        content_type: str = "",
        fields: tuple[tuple[str, str], ...] = (),
    ) -> TransactionKey:
        """See Signaller."""
        now = self._loop.time()
        key = self.stack.send_in_dialog(
            now, name, method, body=body, content_type=content_type, fields=fields
        )
        self._network.flush()
        return key

    def acknowledge(self, name: DialogId, cseq: int, *, body: bytes = b"", content_type: str = "") -> None:
        """See Signaller."""
        self.stack.acknowledge(self._loop.time(), name, cseq, body=body, content_type=content_type)
        self._network.flush()

    def cancel(self, key: TransactionKey, *, reason: str = "") -> None:
        """See Signaller."""
        self.stack.cancel(self._loop.time(), key, reason=reason)
        self._network.flush()


class Trusting:
    """Believes every From. Stands in for the authenticator."""

    def __init__(self, accounts: dict[str, Account]) -> None:
        self._accounts = accounts

    def account(self, request: Request, hop: Hop) -> Account:
        """Return the account of the From user; raise RemoteProtocolError(401) for a stranger."""
        uri = request.from_.uri
        account = self._accounts.get(uri.user or "") if isinstance(uri, SipUri) else None
        if account is None:
            raise RemoteProtocolError(401, "Unauthorized", fields=(("WWW-Authenticate", "Digest realm=x"),))
        return account


class Exchange:
    """The switch without sockets, database and sound. ``routes`` adds numbers to those of the accounts."""

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        *,
        longest: float,
        sound_timeout: float,
        per_account: int,
        address: Address = SWITCH,
        authenticator: Callable[[Exchange], Authenticator] | None = None,
    ) -> None:
        self.address = address
        loop = asyncio.get_running_loop()
        self.network = LiveNetwork()
        self.clock = LoopClock(loop)
        self.log = EventLog(self.clock)
        self.entries: list[Entry] = []
        self.log.subscribe(self.entries.append)
        self.stack = SipStack(token=counted("s"), agent="softswitch")
        self.wires = Wires(self.network, self.stack)
        self.client = FakeMediaClient()
        self.media = media_port(self.client)
        self.directory = Directory()
        self.accounts = {user: Account(user, name) for user, name in NAMES.items()}
        self.places: dict[str, list[Binding]] = {}
        self.routes: dict[str, Destination] = {}
        self.protections: dict[str, Protection] = {}
        """What accounts want of SRTP, where it is not the usual."""
        self.afterwards: frozenset[type[Event]] = frozenset()
        """What may be told of a call that is over."""
        self.router: Router | None = None
        """Stands in for the numbers of the accounts, if there is one."""
        self.dialler = Dialler(self.bindings, NAMES.get)
        self.around = Surroundings(
            signaller=self.wires,
            media=self.media,
            clock=self.clock,
            record=lambda event: None,
            directory=self.directory,
            random=lambda: 0.5,
            sound_timeout=sound_timeout,
            protection=lambda user: self.protections.get(user, Protection.OFFERED),
        )
        trusting = cast(Authenticator, Trusting(self.accounts))
        asking = trusting if authenticator is None else authenticator(self)
        self.registrar = Registrar(clock=self.clock, log=self.log, save=lambda user, bindings: None)
        self.board = Switchboard(
            self.around,
            registrar=self.registrar,
            authenticator=asking,
            router=self._route,
            accounts=self.accounts.get,
            log=self.log,
            longest=longest,
            per_account=per_account,
        )
        self.board.open(tasks)
        self.network.join(address, self.stack, self.board.handle)

    def _route(self, number: str, account: Account) -> Destination | None:
        if number in self.routes:
            return self.routes[number]
        if self.router is not None:
            return self.router(number, account)
        return AccountDestination(self.dialler, number) if number in self.accounts else None

    def bindings(self, user: str) -> tuple[Binding, ...]:
        """Return where an account's phones are."""
        return (*self.places.get(user, ()), *self.registrar.bindings(user))

    def phone(self, user: str, host: str, *, q: int = 1000, registered: bool = True) -> Phone:
        """Plug a phone in."""
        phone = Phone(self, user, host)
        if registered:
            hop = Hop("UDP", host, 5060, *self.address)
            contact = phone.uri
            binding = Binding(user, contact, hop, f"reg-{host}", 1, 2e9, q=q)
            self.places.setdefault(user, []).append(binding)
        return phone

    def seat(self, phone: Phone) -> Seat:
        """Return the call and the leg that a phone's call is in."""
        name = phone.dialog
        assert name is not None
        seat = self.board.seat(DialogId(name.call_id, name.remote_tag, name.local_tag))
        assert seat is not None
        return seat

    def events(self, kind: type[Kind]) -> list[Kind]:
        """Return all events of one kind."""
        return [entry.event for entry in self.entries if isinstance(entry.event, kind)]

    @property
    def ended(self) -> CallEnded:
        """The end of the one call there was."""
        (end,) = self.events(CallEnded)
        return end

    def leg_ends(self) -> dict[str, str]:
        """Return why each leg ended; fails when one ended twice."""
        ends = self.events(LegEnded)
        assert len({(end.leg) for end in ends}) == len(ends), ends
        return {end.leg: end.reason for end in ends}

    async def nothing_is_left(self) -> None:
        """Wait for the last timers; assert that no call, leg, dialog, transaction or port is left."""
        await passes(200)
        assert self.board.calls == 0
        assert len(self.directory) == 0
        assert not any(self.stack.sizes().values()), self.stack.sizes()
        assert self.client.open_legs == []
        kinds = [type(entry.event) for entry in self.entries if entry.call]
        if kinds:
            assert kinds.count(CallEnded) == len({entry.call for entry in self.entries if entry.call})
            assert [kind for kind in kinds if kind not in self.afterwards][-1] is CallEnded


NAMES = {"1001": "Anna", "1002": "Bartek", "1003": "Celina"}


class PhoneStack(SipStack):
    """A phone's stack. It answers an offer in a reliable provisional response by ``proof``."""

    proof = b""

    def send_in_dialog(
        self,
        now: float,
        name: DialogId,
        method: str,
        *,
        body: bytes = b"",
        content_type: str = "",
        fields: tuple[tuple[str, str], ...] = (),
    ) -> TransactionKey:
        """See SipStack."""
        if method == "PRACK" and self.proof and not body:
            body, content_type = self.proof, "application/sdp"
        return super().send_in_dialog(now, name, method, body=body, content_type=content_type, fields=fields)


class Phone(Party):
    """A phone. It answers BYE, CANCEL, 2xx and what changes nothing by itself; what rings is the test's."""

    def __init__(self, exchange: Exchange, user: str, host: str) -> None:
        self.exchange = exchange
        self.acks = True
        self.ack_body = b""
        self.answers_bye = True
        self.answers_cancel = True
        self.answers_requests = True
        """It says 200 to an OPTIONS, UPDATE or NOTIFY inside its dialogs."""
        self.body = sdp(host=host)
        self.dialog: DialogId | None = None
        self.invite_key: TransactionKey | None = None
        super().__init__(exchange.network, user, host)
        self.stack: PhoneStack = PhoneStack(token=counted(f"{user}-{host}-"), agent=user)
        exchange.network.join(self.address, self.stack, self.hear)

    def hear(self, output: UserOutput) -> None:
        """Keep it, and do what every phone does."""
        super().hear(output)
        match output:
            case Incoming(request=request) if request.method == "BYE" and self.answers_bye:
                self.answer(output, 200)
            case Incoming(request=request) if output.dialog is not None and self.answers_requests:
                if request.method in ("OPTIONS", "UPDATE", "NOTIFY"):
                    self.answer(output, 200)
            case Cancelled(transaction) if self.answers_cancel:
                (invite,) = [one for one in self.incoming("INVITE") if one.transaction == transaction]
                self.answer(invite, 487)
            case Reply() if output.response.cseq.method == "INVITE" and 200 <= output.response.status < 300:
                self.dialog = output.dialog
                if self.acks:
                    self.ack(output)
            case _:
                pass

    def ack(self, reply: Reply) -> None:
        """Acknowledge a 2xx, with an answer in it if there is one to give."""
        assert reply.dialog is not None
        kind = "application/sdp" if self.ack_body else ""
        self.stack.acknowledge(
            self.network.now, reply.dialog, reply.response.cseq.number, body=self.ack_body, content_type=kind
        )
        self.network.flush()

    # Calling

    def call(
        self,
        number: str,
        *,
        body: bytes | None = None,
        fields: tuple[tuple[str, str], ...] = (),
        target: str = "",
        content_type: str = "application/sdp",
    ) -> TransactionKey:
        """Dial a number; ``body`` b"" makes no offer."""
        host, port = self.exchange.address
        to = SipUri(host, number, port)
        request = self.stack.request(
            "INVITE", target=target or str(to), local=NameAddr(self.uri), remote=NameAddr(to)
        )
        request.fields.add("Contact", NameAddr(self.uri))
        for name, value in fields:
            request.fields.put(name, value)
        if body is None:
            body = self.body
        if body:
            request.put_body(body, content_type)
        hop = Hop("UDP", host, port, *self.address)
        self.invite_key = self.stack.send(self.network.now, request, hop)
        self.network.flush()
        return self.invite_key

    def cancel(self) -> None:
        """Give up."""
        assert self.invite_key is not None
        self.stack.cancel(self.network.now, self.invite_key)
        self.network.flush()

    def send_in(
        self,
        name: DialogId,
        method: str,
        *fields: tuple[str, str],
        body: bytes = b"",
        content_type: str = "",
    ) -> TransactionKey:
        """Send a request inside a dialog."""
        key = self.stack.send_in_dialog(
            self.network.now, name, method, body=body, content_type=content_type, fields=fields
        )
        self.network.flush()
        return key

    def reinvite(self, body: bytes | None = None) -> TransactionKey:
        """Send a re-INVITE; ``body`` b"" asks for an offer."""
        assert self.dialog is not None
        body = self.body if body is None else body
        return self.send_in(self.dialog, "INVITE", body=body, content_type="application/sdp" if body else "")

    def hang_up(self) -> None:
        """Say BYE."""
        assert self.dialog is not None
        self.send_in(self.dialog, "BYE")

    def info(self, body: str, content_type: str = "application/dtmf-relay") -> None:
        """Send an INFO."""
        assert self.dialog is not None
        self.send_in(self.dialog, "INFO", body=body.encode(), content_type=content_type)

    def update(self, *fields: tuple[str, str], body: bytes = b"") -> TransactionKey:
        """Send an UPDATE: an offer with ``body``, else a sign of life."""
        assert self.dialog is not None
        kind = "application/sdp" if body else ""
        return self.send_in(self.dialog, "UPDATE", *fields, body=body, content_type=kind)

    def asked(self, method: str = "INVITE") -> list[Incoming]:
        """Return the requests of one method that came inside a dialog."""
        return [one for one in self.incoming(method) if one.dialog is not None]

    def say(
        self, incoming: Incoming, status: int, *fields: tuple[str, str], body: bytes = b""
    ) -> DialogId | None:
        """Answer a request with header fields of one's own."""
        response = self.stack.response(incoming.transaction, status)
        for name, value in fields:
            response.fields.add(name, value)
        if body:
            response.put_body(body, "application/sdp")
        contact = NameAddr(self.uri) if incoming.request.method == "INVITE" else None
        name = self.stack.respond(self.network.now, incoming.transaction, response, contact=contact)
        self.network.flush()
        return name

    # Being called

    @property
    def rung(self) -> Incoming:
        """The one INVITE outside a dialog that came."""
        (invite,) = [one for one in self.incoming("INVITE") if one.dialog is None]
        return invite

    def ring(self) -> None:
        """Say 180."""
        self.answer(self.rung, 180)

    def progress(self, body: bytes | None = None) -> None:
        """Say 183 with early sound."""
        self.answer(self.rung, 183, body=self.body if body is None else body)

    def pick_up(self, body: bytes | None = None) -> None:
        """Say 200."""
        self.dialog = self.answer(self.rung, 200, body=self.body if body is None else body)

    def refuse(self, status: int) -> None:
        """Refuse the call."""
        self.answer(self.rung, status)

    # What it saw

    @property
    def cancelled_because(self) -> str:
        """The Reason of the CANCEL that came."""
        (cancel,) = self.got(Cancelled)
        return cancel.request.fields.get("Reason") or ""

    def last_status(self, method: str = "INVITE") -> int:
        """The last final or provisional status of a method."""
        return self.statuses(method)[-1]

    def response(self, status: int, method: str = "INVITE") -> Response:
        """Return the last response with a status."""
        return [
            one.response
            for one in self.got(Reply)
            if one.response.status == status and one.response.cseq.method == method
        ][-1]

    def their_sdp(self, status: int = 200) -> SessionDescription:
        """Return the description of the last response with a status."""
        return parse_sdp(self.response(status).body)

    @property
    def sound(self) -> FakeLeg:
        """The switch's media leg for this phone, by the port its descriptions name."""
        bodies = [self._description(one) for one in self.seen]
        last = next(body for body in reversed(bodies) if body)
        return self.exchange.client.leg(parse_sdp(last).media[0].port)

    @staticmethod
    def _description(output: UserOutput) -> bytes:
        match output:
            case Reply(response=response):
                return response.body
            case Incoming(request=request) if request.method == "INVITE":
                return request.body
        return b""


@contextlib.asynccontextmanager
async def exchange(
    *,
    longest: float = 4 * 3600.0,
    sound_timeout: float = 30.0,
    per_account: int = 1000,
    address: Address = SWITCH,
    authenticator: Callable[[Exchange], Authenticator] | None = None,
) -> AsyncIterator[Exchange]:
    """Run an exchange; at the end of a test nothing may be left of any call."""
    async with asyncio.TaskGroup() as tasks:
        switch = Exchange(
            tasks,
            longest=longest,
            sound_timeout=sound_timeout,
            per_account=per_account,
            address=address,
            authenticator=authenticator,
        )
        yield switch
        await switch.nothing_is_left()
        switch.network.close()


async def calling(switch: Exchange, *, caller_body: bytes | None = None) -> tuple[Phone, Phone]:
    """Let 1001 call 1002, whose phone has said nothing yet; return both phones."""
    anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
    anna.call("1002", body=caller_body)
    await passes(0.5)
    return anna, bartek


async def talking(switch: Exchange, *, caller_body: bytes | None = None) -> tuple[Phone, Phone]:
    """Let 1001 call 1002, who answers; return both phones."""
    anna, bartek = await calling(switch, caller_body=caller_body)
    bartek.ring()
    await passes(1)
    bartek.pick_up()
    await passes(1)
    assert anna.last_status() == 200
    return anna, bartek


class Steps:
    """A destination made of a coroutine function."""

    kind = "service"
    name = "steps"

    def __init__(self, course) -> None:  # type: ignore[no-untyped-def]
        self._course = course

    async def __call__(self, call: Call) -> Termination:
        """Do what the test wants."""
        return cast(Termination, await self._course(call))
