"""A telephone in memory, and a switch for it that does what each test wants."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from softswitch.bus import EventLog
from softswitch.calls.directory import Directory
from softswitch.calls.leg import Surroundings
from softswitch.phone.telephone import PATIENCE, Line, Telephone
from softswitch.registrar.accounts import Account, Accounts, secrets_of
from softswitch.registrar.credentials import Authenticator
from softswitch.sip.digest import Nonces
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.signals import Cancelled, DialogId, Incoming, Reply, UserOutput
from softswitch.sip.stack import SipStack
from softswitch.sip.uri import SipUri
from tests.fakes.exchange import LiveNetwork, Wires, sdp
from tests.fakes.media import FakeMediaClient, media_port
from tests.fakes.party import Party, counted
from tests.fakes.virtual_time import LoopClock, passes

PHONE = ("192.0.2.20", 5060)
SWITCH = "192.0.2.1"


class Switch(Party):
    """A switch with one account. It asks who is calling, takes registrations and answers BYE by itself."""

    def __init__(self, network: LiveNetwork) -> None:
        clock = LoopClock(asyncio.get_running_loop())
        self._door = Authenticator(
            Accounts([Account("1001", secrets=secrets_of("1001", "home", "secret"))]),
            realm="home",
            nonces=Nonces(b"k" * 32),
            clock=clock,
            salt=counted("salt"),
            log=EventLog(clock),
            bindings_of=lambda user: (),
        )
        self.asks = True
        self.registers = 200
        super().__init__(network, "switch", SWITCH)

    def hear(self, output: UserOutput) -> None:
        super().hear(output)
        match output:
            case Incoming(request=request, dialog=None) if request.method in ("REGISTER", "INVITE"):
                if self.asks and not self.believes(output):
                    return
                if request.method == "REGISTER":
                    self.answer(output, self.registers)
            case Incoming(request=request) if request.method in ("BYE", "INFO"):
                self.answer(output, 200)
            case Cancelled(transaction):
                (invite,) = [one for one in self.incoming("INVITE") if one.transaction == transaction]
                self.answer(invite, 487)

    def believes(self, incoming: Incoming) -> bool:
        """Challenge a request that does not prove who sent it."""
        try:
            self._door.account(incoming.request, incoming.hop)
        except RemoteProtocolError as error:
            response = self.stack.response(incoming.transaction, error.status)
            for name, value in error.fields:
                response.fields.add(name, value)
            self.stack.respond(self.network.now, incoming.transaction, response)
            self.network.flush()
            return False
        return True

    @property
    def called(self) -> Incoming:
        """The latest INVITE that proved who sent it."""
        return [one for one in self.incoming("INVITE") if one.request.fields.get("Authorization")][-1]

    def call(self, body: bytes | None = None, kind: str = "application/sdp") -> None:
        """Call the phone."""
        self.send_to_phone("INVITE", sdp(host=SWITCH) if body is None else body, kind)

    def give_up(self) -> None:
        """Cancel the call."""
        self.stack.cancel(self.network.now, self._sent)
        self.network.flush()

    def send_to_phone(self, method: str, body: bytes = b"", kind: str = "") -> None:
        """Send a request outside any dialog, from Bartek, whose number is 1002."""
        target = SipUri(PHONE[0], "1001")
        caller = NameAddr(SipUri(SWITCH, "1002"), "Bartek")
        request = self.stack.request(method, target=str(target), local=caller, remote=NameAddr(target))
        request.fields.add("Contact", NameAddr(self.uri))
        if body:
            request.put_body(body, kind)
        self._sent = self.stack.send(self.network.now, request, self.hop_to(PHONE))
        self.network.flush()


class Bench:
    """A phone, its switch, and everything the phone said."""

    def __init__(self, password: str, patience: float) -> None:
        loop = asyncio.get_running_loop()
        self.network = LiveNetwork()
        self.switch = Switch(self.network)
        self.told: list[str] = []
        self.client = FakeMediaClient()
        self.directory = Directory()
        stack = SipStack(token=counted("p"), agent="phone")
        around = Surroundings(
            signaller=Wires(self.network, stack),
            media=media_port(self.client),
            clock=LoopClock(loop),
            record=lambda event: None,
            directory=self.directory,
            random=lambda: 0.5,
        )
        self.line = Line("1001", Hop("UDP", SWITCH, 5060, *PHONE), SWITCH, password)
        self.phone = Telephone(self.line, around, counted("n"), self.told.append, patience=patience)
        self.network.join(PHONE, stack, self.phone.handle)

    async def talk(self, number: str = "100", body: bytes | None = None) -> DialogId:
        """Let the phone call and the switch answer; return the switch's dialog."""
        calling = asyncio.ensure_future(self.phone.call(number))
        await passes(0.5)
        dialog = self.switch.answer(self.switch.called, 200, body=sdp(host=SWITCH) if body is None else body)
        await calling
        await passes(0.1)
        assert dialog is not None
        return dialog

    async def be_called(self) -> None:
        """Let the switch call and the phone answer."""
        self.switch.call()
        await self.phone.answer(5)
        await passes(0.1)
        self.switch.acknowledge(self.switch.last(Reply))
        await passes(0.1)


@contextlib.asynccontextmanager
async def bench(password: str = "secret", patience: float = PATIENCE) -> AsyncIterator[Bench]:
    made = Bench(password, patience)
    yield made
    made.network.close()
