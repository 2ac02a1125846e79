"""A provider of trunks on the network in memory: registers lines by digest, answers OPTIONS, takes calls."""

from __future__ import annotations

from collections.abc import Callable

from softswitch.sip.digest import MD5, Nonces, Verdict, challenges, check, ha1
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.signals import Cancelled, DialogId, Incoming, Reply, TransactionKey, UserOutput
from softswitch.sip.uri import SipUri
from tests.fakes.exchange import SWITCH, LiveNetwork, sdp
from tests.fakes.party import Party

REALM = "provider.example"
USER, PASSWORD = "line1", "s3cret"


class Provider(Party):
    """One server. ``invited`` does what a test wants with a call; the rest goes by itself."""

    def __init__(self, network: LiveNetwork, host: str, *, port: int = 5060) -> None:
        super().__init__(network, "provider", host, port=port)
        self.host = host
        self.lines: dict[str, NameAddr] = {}
        """Contact of every registered user."""
        self.silent = False
        self.options_status = 200
        self.register_status = 200
        self.granted = 600
        self.wants_proof = True
        self.nonce_serves = 1000
        """How many requests one nonce is good for; 0 has every one challenged twice, then as stale."""
        self.invited: Callable[[Incoming], None] = lambda incoming: None
        self.dialog: DialogId | None = None
        self._salt = 0
        self._nonces = Nonces(b"provider", start="p")
        self._stale_once: set[str] = set()

    def hear(self, output: UserOutput) -> None:
        """Do what every provider does."""
        if self.silent:
            return
        super().hear(output)
        match output:
            case Incoming(dialog=None) as new:
                self._new(new)
            case Incoming() as inside if inside.request.method == "BYE":
                self.answer(inside, 200)
            case Cancelled(transaction):
                (invite,) = [one for one in self.incoming("INVITE") if one.transaction == transaction]
                self.answer(invite, 487)
            case Reply() if output.response.cseq.method == "INVITE" and 200 <= output.response.status < 300:
                self.dialog = self.acknowledge(output)
            case _:
                return

    def _new(self, new: Incoming) -> None:
        match new.request.method:
            case "OPTIONS":
                self.answer(new, self.options_status)
            case "REGISTER" if self._proved(new):
                self._register(new)
            case "INVITE" if not self.wants_proof or self._proved(new):
                self.invited(new)
            case _:
                return

    def _register(self, new: Incoming) -> None:
        contact = new.request.contacts[0]
        response = self.stack.response(new.transaction, self.register_status)
        if self.register_status == 200:
            expires = min(new.request.expires or 0, self.granted)
            response.fields.add("Contact", f"{contact};expires={expires}")
            self.lines[USER] = contact
            if not expires:
                self.lines.clear()
        self._send(new, response)

    def _proved(self, new: Incoming) -> bool:
        request, now = new.request, 1_000_000.0
        outcome = check(
            request,
            now=now,
            realm=REALM,
            nonces=self._nonces,
            secret_of=lambda user, algorithm: ha1(algorithm, USER, REALM, PASSWORD) if user == USER else None,
        )
        stale = False
        if outcome.verdict is Verdict.GOOD:
            if self.nonce_serves or request.call_id in self._stale_once:
                self._stale_once.discard(request.call_id)
                return True
            self._stale_once.add(request.call_id)
            stale = True
        self._salt += 1
        response = self.stack.response(new.transaction, 401)
        nonce = self._nonces.make(now, f"{self._salt:x}")
        for value in challenges(REALM, nonce, stale=stale, algorithms=(MD5,)):
            response.fields.add("WWW-Authenticate", value)
        self._send(new, response)
        return False

    def _send(self, new: Incoming, response: Response) -> None:
        self.stack.respond(self.network.now, new.transaction, response)
        self.network.flush()

    # Calls

    def refuse_all(self, status: int) -> None:
        """Refuse every call that comes."""

        def refuse(incoming: Incoming) -> None:
            self.answer(incoming, status)

        self.invited = refuse

    def take_all(self) -> None:
        """Ring and pick up at once."""

        def take(incoming: Incoming) -> None:
            self.answer(incoming, 180)
            self.dialog = self.answer(incoming, 200, body=sdp(host=self.host))

        self.invited = take

    @property
    def calls(self) -> list[Request]:
        """The INVITEs that came, without those that were only challenged."""
        return [one.request for one in self.incoming("INVITE") if one.dialog is None]

    def call(
        self,
        number: str,
        *,
        sender: str = "<sip:+48600100200@provider.example>",
        fields: tuple[tuple[str, str], ...] = (),
        target: str = "",
        to: str = "",
    ) -> TransactionKey:
        """Put a call through to the switch."""
        host, port = SWITCH
        uri = target or str(SipUri(host, number, port))
        request = self.stack.request(
            "INVITE", target=uri, local=NameAddr(self.uri), remote=NameAddr(SipUri(host, to or number, port))
        )
        tag = request.from_.tag
        request.fields.put("From", f"{sender};tag={tag}")
        request.__dict__.pop("from_", None)
        request.fields.add("Contact", NameAddr(self.uri))
        for name, value in fields:
            request.fields.put(name, value)
        request.put_body(sdp(host=self.host), "application/sdp")
        key = self.stack.send(self.network.now, request, Hop("UDP", host, port, *self.address))
        self.network.flush()
        return key

    def hang_up(self) -> None:
        """Say BYE."""
        assert self.dialog is not None
        self.send_in(self.dialog, "BYE")

    def statuses_sent(self) -> list[int]:
        """Return the statuses this server has answered with, in order, but those of OPTIONS."""
        lines = [one for one in self.network.passed if one.source == self.address]
        return [
            int(one.line.split(" ")[1])
            for one in lines
            if one.line.startswith("SIP/2.0") and b" OPTIONS\r\n" not in one.data
        ]
