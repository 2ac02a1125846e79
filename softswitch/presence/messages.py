"""MESSAGE from phone to phones: passed on unread, to all phones of the account (RFC 3428).

Nothing of a message is kept, written down or looked into. Who sends it is the account that proved itself,
whatever its From said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from softswitch.calls.signaller import Signaller
from softswitch.presence.wire import our_uri
from softswitch.registrar.accounts import Account
from softswitch.registrar.bindings import Binding, source_of
from softswitch.registrar.service import way_to
from softswitch.sip.errors import LocalProtocolError, RemoteProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.message import Request
from softswitch.sip.signals import Failed, Incoming, Reply, TransactionKey, UserOutput
from softswitch.sip.uri import dialled

LONGEST_BODY: Final = 8192
"""Bytes. RFC 3428 §8 allows 1300 for a whole message where nobody knows the network; a firm's own bears the
six fragments of some thousand letters in CPIM, and pictures belong elsewhere."""
PATIENCE: Final = 20.0
"""Seconds for the phones to answer. The sender waits 32 s for us and must hear before (RFC 4320 §4.2); a
phone that is there has been asked seven times by then."""
MOST_PENDING: Final = 20
"""Messages of one account on their way at once: a person types one after another (RFC 3428 §8)."""
OFFLINE: Final = 480
TELL_NOTHING: Final = frozenset({401, 407, 408, 480, 481})
"""Refusals that are no answer to the message: the phone asks for a password nobody has, or is not there."""
PASSED_ON: Final = (
    "Content-Type",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "MIME-Version",
    "Date",
    "Expires",
    "In-Reply-To",
    "Priority",
    "Subject",
)
"""Fields that are the sender's own words (RFC 3428 table 1 and 2)."""
HOPS: Final = 70
"""Max-Forwards of who gives none (RFC 3261 §8.1.1.6)."""


@dataclass(slots=True, eq=False)
class _Passage:
    """One message on its way."""

    incoming: Incoming
    sender: str
    open: int = 0
    """Phones that have not answered."""
    refusal: int = OFFLINE
    timer: asyncio.TimerHandle | None = None
    over: bool = False


class Messages:
    """Passes messages on. ``bindings_of`` tells where phones are, ``known`` whether there is an account."""

    def __init__(
        self,
        signaller: Signaller,
        *,
        bindings_of: Callable[[str], tuple[Binding, ...]],
        known: Callable[[str], bool],
    ) -> None:
        self._signaller = signaller
        self._bindings_of = bindings_of
        self._known = known
        self._passages: dict[TransactionKey, _Passage] = {}
        self._of_account: dict[str, int] = {}

    def __len__(self) -> int:
        return sum(self._of_account.values())

    @property
    def methods(self) -> frozenset[str]:
        """MESSAGE alone."""
        return frozenset({"MESSAGE"})

    @property
    def abilities(self) -> tuple[tuple[str, str], ...]:
        """Nothing beyond the method itself."""
        return ()

    def check(self, request: Request) -> None:
        """Refuse what went round in circles, is too long, or does not say what it is."""
        if request.max_forwards == 0:
            raise RemoteProtocolError(483, "Too Many Hops")
        if len(request.body) > LONGEST_BODY:
            raise RemoteProtocolError(413, f"A message has at most {LONGEST_BODY} bytes")
        if request.body and request.content_type is None:
            raise RemoteProtocolError(400, "Body without Content-Type")

    def serve(self, incoming: Incoming, account: Account) -> None:
        """Send a message on to the phones of whom it is for.

        Raises RemoteProtocolError: 404 for no account, 480 for one without phones and for who sends too fast.
        """
        user = dialled(incoming.request.uri)
        if not self._known(user):
            raise RemoteProtocolError(404, "No such account")
        phones = self._bindings_of(user)
        if user == account.user:
            # Who writes to himself means his other phones.
            source = source_of(incoming.hop)
            phones = tuple(one for one in phones if source_of(one.hop) != source)
        if not phones:
            raise RemoteProtocolError(OFFLINE, "No phone is registered")
        if self._of_account.get(account.user, 0) >= MOST_PENDING:
            raise RemoteProtocolError(
                OFFLINE, "Too many messages on their way", fields=(("Retry-After", "2"),)
            )
        passage = _Passage(incoming, account.user)
        self._of_account[account.user] = self._of_account.get(account.user, 0) + 1
        passage.timer = asyncio.get_running_loop().call_later(PATIENCE, self._give_up, passage)
        for binding in phones:
            self._pass_on(passage, binding, account)

    def take(self, output: UserOutput) -> bool:
        """Take what became of a message at one phone."""
        if not isinstance(output, Reply | Failed):
            return False
        passage = self._passages.get(output.transaction)
        if passage is None:
            return False
        status = output.response.status if isinstance(output, Reply) else OFFLINE
        if status < 200:
            return True
        del self._passages[output.transaction]
        passage.open -= 1
        if status < 300:
            self._end(passage, 200)
        else:
            passage.refusal = _weightier(passage.refusal, status)
            if not passage.open:
                self._end(passage, passage.refusal)
        return True

    def _pass_on(self, passage: _Passage, binding: Binding, account: Account) -> None:
        given, hop = passage.incoming.request, way_to(binding)
        request = self._signaller.stack.request(
            "MESSAGE",
            target=str(binding.contact),
            local=NameAddr(our_uri(hop, account.user), account.name),
            remote=NameAddr(our_uri(hop, binding.account)),
        )
        hops = HOPS if given.max_forwards is None else given.max_forwards
        request.fields.put("Max-Forwards", hops - 1)
        for name in PASSED_ON:
            for value in given.fields.all(name):
                request.fields.add(name, value)
        request.body = given.body
        passage.open += 1
        self._passages[self._signaller.send(request, hop)] = passage

    def _give_up(self, passage: _Passage) -> None:
        self._end(passage, passage.refusal)

    def _end(self, passage: _Passage, status: int) -> None:
        """Answer the sender, once: the first phone that takes it decides."""
        if passage.over:
            return
        passage.over = True
        if passage.timer is not None:
            passage.timer.cancel()
        self._of_account[passage.sender] -= 1
        if not self._of_account[passage.sender]:
            del self._of_account[passage.sender]
        stack = self._signaller.stack
        try:
            self._signaller.respond(
                passage.incoming.transaction, stack.response(passage.incoming.transaction, status)
            )
        except LocalProtocolError:
            return  # Its sender's connection is gone; nobody waits for the answer.


def _weightier(before: int, status: int) -> int:
    """Return which of two refusals says more: a phone's own word counts before silence (RFC 3261 §16.7).

    A redirection is nothing that the sender could follow.
    """
    if status < 400 or status in TELL_NOTHING:
        return before
    return max(before, status) if before >= 600 else status
