"""What we ask of a phone inside its dialog: hold, refresh, another port, who it talks with. One at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Final
from weakref import ref

from softswitch.calls.bodies import SDP, sdp_of
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.leg import Leg, Progress
from softswitch.sip.abilities import SUPPORTED
from softswitch.sip.errors import LocalProtocolError, RemoteProtocolError
from softswitch.sip.offer_answer import Direction, accept, offer
from softswitch.sip.sdp import SessionDescription
from softswitch.sip.session_timer import SHORTEST, Fields, agreed, min_se, request_fields
from softswitch.sip.signals import Failed, Reply, TransactionKey

GLARE: Final = {True: (2.1, 4.0), False: (0.0, 2.0)}
"""Seconds to wait after a 491 for who made the Call-ID, and for who did not (RFC 3261 §14.1)."""
MOST_TRIES: Final = 5
"""Requests that cross the phone's own again and again are given up: a minute has passed."""
CALL_GONE: Final = 481
"""What a request comes to whose call has ended meanwhile, whoever ended it."""
NO_ANSWER: Final = 408
"""What a request comes to that nobody answered (RFC 3261 §8.1.3.1)."""
UNANSWERABLE: Final = frozenset({NO_ANSWER, CALL_GONE})
"""The phone knows nothing of the call any more (RFC 3261 §12.2.1.2)."""

Offer = Callable[[], SessionDescription]


class Changes:
    """Our requests in the dialog of one leg. ``owner`` says that the Call-ID is ours."""

    def __init__(self, leg: Leg, *, owner: bool) -> None:
        self._known = ref(leg)
        self._owner = owner
        self._turn = asyncio.Lock()
        self._key: TransactionKey | None = None
        self._offer: SessionDescription | None = None
        self._answer: asyncio.Future[int] | None = None
        self._tasks: set[asyncio.Future[object]] = set()

    @property
    def _leg(self) -> Leg:
        # It has these requests, and they do not keep it alive: see calls.weakly.
        leg = self._known()
        assert leg is not None, "a leg outlives what is asked in its dialog"
        return leg

    async def redirect(self, direction: Direction) -> int:
        """Offer another direction (hold, resume); return the final status."""
        leg = self._leg
        return await self._ask("INVITE", lambda: offer(leg.local(), direction=direction, before=leg.ours))

    async def readdress(self) -> int:
        """Offer the port that the leg's sound has now; return the final status."""
        leg = self._leg
        return await self._ask("INVITE", lambda: offer(leg.local(), before=leg.ours))

    async def refresh(self) -> int:
        """Show that we are there, and see whether the phone is; return the final status."""
        leg = self._leg
        if "update" in leg.allows:
            return await self._ask("UPDATE", None)
        if leg.session.timer is not None and leg.session.timer.spoken and leg.ours is not None:
            return await self._ask("INVITE", self._unchanged)
        return await self._ask("OPTIONS", None)

    async def identify(self, fields: Fields) -> int:
        """Tell the phone who it talks with now, by ``fields``; return the final status.

        A phone without UPDATE gets a re-INVITE that changes nothing else.
        """
        if "update" in self._leg.allows:
            return await self._ask("UPDATE", None, fields)
        if self._leg.ours is None:
            return CALL_GONE  # Its answer to our offer has not come yet: no offer may follow that one.
        return await self._ask("INVITE", self._unchanged, fields)

    def begin(self, work: Coroutine[None, None, object]) -> None:
        """Do one of these without waiting for it."""
        leg, task = self._leg, asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._done(done, leg))

    def _done(self, task: asyncio.Future[object], leg: Leg) -> None:
        """Forget a task, and with it the leg that it has kept until now."""
        self._tasks.discard(task)

    def _unchanged(self) -> SessionDescription:
        # RFC 4028 §7.4: the same origin says that nothing has changed.
        assert self._leg.ours is not None
        return self._leg.ours

    async def _ask(self, method: str, make_offer: Offer | None, fields: Fields = ()) -> int:
        leg = self._leg
        async with self._turn:
            for _ in range(MOST_TRIES):
                if leg.progress is not Progress.UP:
                    # RFC 3261 §14.1: "if the call was already hung up with a BYE, the re-INVITE would not
                    # take place".
                    return CALL_GONE
                status = await self._ask_once(method, make_offer, fields)
                if status == 491:
                    low, high = GLARE[self._owner]
                    await asyncio.sleep(low + (high - low) * leg.around.random())
                elif status != 422:
                    break
        if status in UNANSWERABLE and not leg.over:
            leg.fail(Termination(Reason.PEER_FAILED))
        return status

    async def _ask_once(self, method: str, make_offer: Offer | None, fields: Fields) -> int:
        leg = self._leg
        assert leg.dialog is not None
        self._offer = make_offer() if make_offer is not None else None
        if method != "OPTIONS":
            spoken = leg.session.timer is not None and leg.session.timer.spoken
            fields += (("Supported", SUPPORTED),)
            fields += request_fields(leg.session.timer, leg.session.shortest) if spoken else ()
        self._answer = asyncio.get_running_loop().create_future()
        try:
            self._key = leg.around.signaller.send_in_dialog(
                leg.dialog,
                method,
                body=self._offer.to_bytes() if self._offer is not None else b"",
                content_type=SDP if self._offer is not None else "",
                fields=fields,
            )
        except LocalProtocolError:
            # Their own request is being answered, or their BYE has been.
            return 491 if leg.around.signaller.stack.has_dialog(leg.dialog) else CALL_GONE
        if self._offer is not None:
            leg.sent(self._offer)
        leg.around.directory.expect(self._key, leg)
        return await self._answer

    # What SIP tells

    def replied(self, reply: Reply) -> bool:
        """Take a response; tell whether it was to one of these requests."""
        if reply.transaction != self._key:
            return False
        status = reply.response.status
        if status < 200:
            return True
        self._key = None
        if status < 300:
            self._accepted(reply)
        elif status == 422:
            self._leg.session.learn(min_se(reply.response))
        self._settle(status)
        return True

    def failed(self, failed: Failed) -> bool:
        """Take that nobody answered; tell whether it was one of these requests."""
        if failed.transaction != self._key:
            return False
        self._key = None
        self._settle(NO_ANSWER)
        return True

    def close(self) -> None:
        """Give up what is asked: the leg is over."""
        self._settle(CALL_GONE)

    def _accepted(self, reply: Reply) -> None:
        leg, response = self._leg, reply.response
        try:
            if response.cseq.method == "INVITE" and leg.dialog is not None:
                leg.around.signaller.acknowledge(leg.dialog, response.cseq.number)
                assert self._offer is not None
                leg.agreed(accept(self._offer, sdp_of(response)))
            if leg.progress is Progress.UP:
                leg.session.agree(agreed(response))
        except LocalProtocolError:
            return  # The phone hung up while its answer was on the way.
        except RemoteProtocolError:
            leg.fail(Termination(Reason.NO_COMMON_CODEC))

    def _settle(self, status: int) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(status)


def timers_wanted(shortest: int = SHORTEST) -> Fields:
    """Return the fields by which our INVITE says what we speak and asks for a session timer."""
    return (("Supported", SUPPORTED), *request_fields(None, shortest))
