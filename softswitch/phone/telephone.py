"""The telephone itself: one account, one call at a time, on the switch's own SIP core."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from softswitch.calls.bodies import SDP, check_body
from softswitch.calls.called_leg import CalledLeg, Invitation, Login
from softswitch.calls.caller_leg import CallerLeg
from softswitch.calls.changes import CALL_GONE
from softswitch.calls.hangup import CALLEE, CALLER, Reason, Termination
from softswitch.calls.leg import Leg, Surroundings
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.signals import Answered, Ended, Held, Resumed, Ringing, Signal
from softswitch.errors import SoftswitchError
from softswitch.sip.abilities import ALLOW
from softswitch.sip.digest import authorize
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop, uri_host
from softswitch.sip.message import REASONS, Request, Response
from softswitch.sip.offer_answer import Direction
from softswitch.sip.signals import (
    Cause,
    DialogId,
    Failed,
    Incoming,
    Reply,
    TransactionKey,
    UserOutput,
)
from softswitch.sip.uri import SipUri

EXPIRES: Final = 3600
"""Seconds a registration is asked for: longer than any script of steps."""
NOTICE: Final = 2.0
"""Seconds without any answer after which it is said that none came: three repeats over UDP have gone out."""
PATIENCE: Final = 10.0
"""Seconds a first answer is waited for; SIP itself would go on for 32 (RFC 3261 §17.1.1.2)."""
TRANSFER_SECONDS: Final = 60.0
"""How long a transfer is waited for: longer than a phone rings."""
_FRAGMENT: Final = re.compile(rb"SIP/2\.0 ([1-6][0-9]{2}) ")


class PhoneError(SoftswitchError):
    """A step could not be carried out; the text says why in plain words."""


@dataclass(frozen=True, slots=True)
class Line:
    """The account a phone is set up with, and the way to its switch."""

    user: str
    hop: Hop
    domain: str
    password: str = field(repr=False)

    def address(self, user: str) -> NameAddr:
        """Return the address of a user of the same switch."""
        host, port = split_server(self.domain)
        return NameAddr(SipUri(host, user, port))


def split_server(server: str) -> tuple[str, int | None]:
    """Return host and port of ``HOST[:PORT]``, an IPv6 address in its brackets; None for a port not given."""
    host, colon, port = server.rpartition(":")
    if not colon or not port.isdecimal() or (":" in host and not host.endswith("]")):
        return server, None
    return host, int(port)


class Telephone:
    """Registers and calls. ``say`` gets a line of the time-line for everything that happens."""

    def __init__(
        self,
        line: Line,
        around: Surroundings,
        token: Callable[[], str],
        say: Callable[[str], None],
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._line = line
        self._patience = patience
        self._heard = asyncio.Event()
        """Something has come back for what was sent last."""
        self._around = around
        self._token = token
        self._say = say
        self._asked: dict[TransactionKey, asyncio.Future[Response]] = {}
        self._registration: Request | None = None
        self._ringing: asyncio.Queue[CallerLeg] = asyncio.Queue()
        self._news: asyncio.Queue[Signal] = asyncio.Queue()
        self._talking = self._leaving = False
        self.registered = False
        self.leg: PhoneLeg | None = None
        self._outcome: asyncio.Future[int] | None = None
        """What the transfer comes to that goes on now."""

    def handle(self, output: UserOutput) -> None:
        """Take one event of the stack."""
        directory = self._around.directory
        if isinstance(output, Reply | Failed):
            self._heard.set()
        match output:
            case Incoming() if output.dialog is not None and output.request.method == "NOTIFY":
                self._reported(output)
            case Incoming() if output.dialog is not None:
                leg = directory.of_dialog(output.dialog)
                if leg is not None:
                    leg.requested(output)
                else:
                    # A BYE that crossed ours is good news; anything else comes for a call that is over.
                    self._respond(output, 200 if output.request.method == "BYE" else 481)
            case Incoming():
                self._incoming(output)
            case Reply(transaction) if transaction in self._asked:
                if output.response.final:
                    self._asked.pop(transaction).set_result(output.response)
            case Failed(transaction) if transaction in self._asked:
                self._asked.pop(transaction).set_exception(PhoneError(self._unanswered(output.cause)))
            case _:
                directory.deliver(output)

    # Registration

    async def register(self, expires: int = EXPIRES) -> None:
        """Register, 0 to unregister; raise PhoneError when the switch refuses."""
        if expires:
            self._say(f"registering {self._line.user} at {self._line.domain}")
        stack, own = self._around.signaller.stack, self._line.address(self._line.user)
        before = self._registration
        if before is None:
            request = stack.request("REGISTER", target=f"sip:{self._line.domain}", local=own, remote=own)
        else:
            request = before.again()
        request.fields.put("Contact", self._contact())
        request.fields.put("Expires", expires)
        response = await self._ask(request)
        if response.status in (401, 407):
            request = request.again()
            if not authorize(
                request,
                response,
                user=self._line.user,
                password=self._line.password,
                cnonce=self._token(),
            ):
                raise PhoneError("the switch asks for a kind of proof this phone does not know")
            response = await self._ask(request)
        self._registration = request
        if response.status != 200:
            raise PhoneError(_refused(response))
        self.registered = expires > 0
        self._say("registered" if expires else "unregistered")

    def _unanswered(self, cause: Cause) -> str:
        hop = self._line.hop
        if hop.transport != "TLS" or cause is not Cause.BROKEN:
            return f"{hop.address} does not answer ({cause.value})"
        return (
            f"{hop.address} does not speak TLS, or its certificate is not trusted ({cause.value}): TLS is "
            "usually one port higher than UDP and TCP, and a certificate of its own needs --ca-file"
        )

    async def _ask(self, request: Request) -> Response:
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._heard.clear()
        key = self._around.signaller.send(request, self._line.hop)
        self._asked[key] = answer
        try:
            await self._first_word()
            return await answer
        finally:
            self._asked.pop(key, None)

    async def _first_word(self) -> None:
        """Wait until anything comes back; say so when it takes long, raise PhoneError when nothing does."""
        where = f"{self._line.hop.address} ({self._line.hop.transport})"
        notice = min(NOTICE, self._patience)
        try:
            async with asyncio.timeout(notice):
                await self._heard.wait()
                return
        except TimeoutError:
            rest = self._patience - notice
        try:
            if rest > 0:
                self._say(f"no answer yet from {where}, trying for {rest:g} s more")
            async with asyncio.timeout(rest):
                await self._heard.wait()
        except TimeoutError:
            raise PhoneError(f"{where} does not answer: nothing came within {self._patience:g} s") from None

    def _contact(self) -> NameAddr:
        hop = self._line.hop
        params: tuple[tuple[str, str | None], ...] = ()
        if hop.transport != "UDP":
            params = (("transport", hop.transport.lower()),)
        return NameAddr(SipUri(uri_host(hop.local_host), self._line.user, hop.local_port, params=params))

    # Calls

    async def call(self, number: str) -> None:
        """Call a number and wait for the answer; raise PhoneError when there is none."""
        called = self._line.address(number)
        login = Login(self._line.user, self._line.password, self._token)
        invitation = Invitation(
            party=number,
            target=str(called.uri),
            hop=self._line.hop,
            caller=self._line.address(self._line.user),
            called=called,
            login=login,
        )
        leg = CalledLeg("phone", invitation, self._around, self._signal)
        self._take(leg)
        self._say(f"calling {number}")
        self._heard.clear()
        await leg.invite()
        await self._first_word()
        while True:
            match await self._news.get():
                case Answered():
                    self._talking = True
                    self._say(f"answered, {leg.stream.codec if leg.stream else 'no sound'}")
                    return
                case Ringing(early_media):
                    self._say("ringing, with sound" if early_media else "ringing")
                case Ended(termination):
                    why = leg.refusal or termination.reason.value.replace("_", " ")
                    raise PhoneError(f"not answered: {why}")
                case Held() | Resumed():
                    pass

    async def answer(self, within: float) -> None:
        """Wait for a call and answer it; raise PhoneError when none comes, or one that cannot be answered."""
        leg = await self._called(within)
        self._take(leg)
        try:
            await leg.answer()
        except RemoteProtocolError as error:
            leg.hang_up(Termination(Reason.NO_COMMON_CODEC))
            raise PhoneError(f"the call cannot be answered: {error}") from error
        if leg.over:
            raise PhoneError(f"{leg.party} gave up while the call was being answered")
        self._talking = True
        self._say(f"answered {leg.party}")

    async def refuse(self, within: float, reason: Reason) -> None:
        """Wait for a call and refuse it for that reason; raise PhoneError when none comes."""
        leg = await self._called(within)
        leg.hang_up(Termination(reason, CALLEE))
        self._say(f"refused {leg.party}: {reason.value}")
        await leg.close()

    async def ignore(self, within: float) -> None:
        """Wait for a call and let it ring until the caller gives up; raise PhoneError when none comes."""
        self._take(leg := await self._called(within))
        while not leg.over:
            await self._news.get()
        self._say(f"{leg.party} gave up")
        await leg.close()
        self.leg = None

    async def _called(self, within: float) -> CallerLeg:
        try:
            async with asyncio.timeout(within):
                return await self._still_ringing()
        except TimeoutError:
            raise PhoneError(f"nobody called within {within:g} s") from None

    async def _still_ringing(self) -> CallerLeg:
        while (leg := await self._ringing.get()).over:
            await leg.close()  # The caller gave up before anybody looked.
        return leg

    def _take(self, leg: PhoneLeg) -> None:
        """Begin a call; what was said of the one before is no news of it."""
        self.leg = leg
        self._talking = self._leaving = False
        self._news = asyncio.Queue()

    async def hang_up(self) -> None:
        """Hang up."""
        leg = self._current()
        self._leaving = True
        leg.hang_up(Termination(Reason.CALLER_HUNG_UP, CALLER))
        await leg.close()
        self.leg = None

    async def ended(self, within: float) -> None:
        """Wait for the other side to hang up, if it has not yet; raise PhoneError when it does not."""
        leg = self.leg
        if leg is None:
            raise PhoneError("there is no call")
        try:
            async with asyncio.timeout(within):
                while not leg.over:
                    await self._news.get()
        except TimeoutError:
            raise PhoneError(f"the call still goes on after {within:g} s") from None
        await leg.close()
        self.leg = None

    async def redirect(self, direction: Direction) -> None:
        """Hold (SENDONLY) or resume (SENDRECV); raise PhoneError when the other side refuses."""
        leg = self._current()
        status = await leg.changes.redirect(direction)
        if not 200 <= status < 300:
            raise PhoneError(f"refused: {status}")
        self._say("on hold" if direction is Direction.SENDONLY else "resumed")

    async def transfer(self, number: str) -> None:
        """Hand the call over to a number (RFC 3515) and hang up; raise PhoneError when that fails."""
        leg = self._current()
        if leg.dialog is None:
            raise PhoneError("there is no call to transfer")
        self._say(f"transferring to {number}")
        outcome = self._outcome = asyncio.get_running_loop().create_future()
        target = str(self._line.address(number))
        try:
            status = await self._referred(leg.dialog, target)
            if status < 300:
                async with asyncio.timeout(TRANSFER_SECONDS):
                    status = await outcome
        except TimeoutError:
            raise PhoneError(f"not transferred: nothing was heard of it for {TRANSFER_SECONDS:g} s") from None
        finally:
            self._outcome = None
        if status >= 300:
            raise PhoneError(f"not transferred: {status} {REASONS.get(status, '')}".rstrip())
        self._say("transferred")
        if not leg.over:
            await self.hang_up()

    async def _referred(self, dialog: DialogId, target: str) -> int:
        """Ask for a transfer; return what the switch says to that."""
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        key = self._around.signaller.send_in_dialog(dialog, "REFER", fields=(("Refer-To", target),))
        self._asked[key] = answer
        try:
            return (await answer).status
        finally:
            self._asked.pop(key, None)

    def _reported(self, incoming: Incoming) -> None:
        """Hear how far a transfer has come: the first line of a response, as a message/sipfrag."""
        self._respond(incoming, 200)
        found = _FRAGMENT.match(incoming.request.body)
        if found is not None and (status := int(found[1])) >= 200:
            self._settle(status)

    def _settle(self, status: int) -> None:
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_result(status)

    def press_by_events(self, digits: str) -> None:
        """Press keys as RFC 4733 events."""
        leg = self._current()
        if leg.stream is None or leg.stream.digits_payload is None:
            raise PhoneError("the other side takes no RFC 4733 keys; press by info or tones")
        leg.voice.press(digits)

    def press_by_info(self, digit: str) -> None:
        """Press one key by SIP INFO."""
        leg = self._current()
        if leg.dialog is None:
            raise PhoneError("there is no call to press keys in")
        body = f"Signal={digit}\r\nDuration=160\r\n".encode()
        self._around.signaller.send_in_dialog(
            leg.dialog, "INFO", body=body, content_type="application/dtmf-relay"
        )

    def _current(self) -> PhoneLeg:
        if self.leg is None or self.leg.over:
            raise PhoneError("there is no call")
        return self.leg

    def _signal(self, leg: Leg, signal: Signal) -> None:
        if leg is not self.leg:
            return
        self._news.put_nowait(signal)
        if isinstance(signal, Ended):
            self._settle(CALL_GONE)
        if isinstance(signal, Ended) and self._talking:
            self._say("hung up" if self._leaving else _parting(signal.termination))

    def _incoming(self, incoming: Incoming) -> None:
        if incoming.request.method == "INVITE":
            self._invited(incoming)
            return
        status = 200 if incoming.request.method == "OPTIONS" else 405
        self._respond(incoming, status, ("Allow", ALLOW), ("Accept", SDP))

    def _invited(self, incoming: Incoming) -> None:
        try:
            check_body(incoming.request)
        except RemoteProtocolError as error:
            self._respond(incoming, error.status, *error.fields)
            return
        if self.leg is not None and not self.leg.over:
            self._respond(incoming, 486)
            return
        caller = incoming.request.from_
        party = caller.display or (caller.uri.user or "" if isinstance(caller.uri, SipUri) else "")
        leg = CallerLeg(incoming, party, self._around, self._signal)
        leg.changes.begin(leg.ring())
        self._say(f"{party} is calling")
        self._ringing.put_nowait(leg)

    def _respond(self, incoming: Incoming, status: int, *fields: tuple[str, str]) -> None:
        signaller = self._around.signaller
        response = signaller.stack.response(incoming.transaction, status)
        for name, value in fields:
            response.fields.add(name, value)
        signaller.respond(incoming.transaction, response)


def _refused(response: Response) -> str:
    """Return what the refusal of a registration means to whoever sits at the terminal."""
    if response.status in (401, 407):
        return "wrong user or password"
    said = f"the switch refuses the registration: {response.status} {response.reason}"
    return f"{said}; this address may be banned (softswitch bans)" if response.status == 403 else said


def _parting(termination: Termination) -> str:
    if termination.reason in (Reason.CALLER_HUNG_UP, Reason.CALLEE_HUNG_UP):
        return "the other side hung up"
    return f"call over: {termination.reason.value.replace('_', ' ')}"
