"""The leg of somebody outside: which failures lead to the next trunk, and what is counted."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.call import Call
from softswitch.calls.called_leg import Invitation, Login
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.hunt import Hunt
from softswitch.calls.lines import Way
from softswitch.calls.outbound import OutsideParty
from softswitch.calls.outside_leg import LOOK_SECONDS, OutsideLeg, is_trunk_fault
from softswitch.events import LegEnded, TrunkGivenUp, TrunkTaken
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.uri import SipUri
from tests.fakes.exchange import SWITCH, Exchange, Steps, exchange, sdp
from tests.fakes.provider import Provider
from tests.fakes.virtual_time import in_virtual_time, passes

FIRST, SECOND = "203.0.113.1", "203.0.113.2"


class Counted:
    """Keeps what it is told. Implements Ledger."""

    def __init__(self, seconds: float | None = None) -> None:
        self.told: list[str] = []
        self.seconds = seconds
        self.no: Reason | None = None

    def began(self) -> Reason | None:
        if self.no is None:
            self.told.append("began")
        return self.no

    def left(self) -> float | None:
        seconds = self.seconds
        self.seconds = None if seconds is None else max(seconds - LOOK_SECONDS, 0.0)
        return seconds

    def answered(self) -> float | None:
        self.told.append("answered")
        return self.left()

    def ended(self) -> None:
        self.told.append("ended")

    def failed(self) -> None:
        self.told.append("failed")


def way(host: str, ledger: Counted, *, login: Login | None = None) -> Way:
    called = SipUri(host, "+48600100200")
    invitation = Invitation(
        party="+48600100200",
        target=str(called),
        hop=Hop("UDP", host, 5060, *SWITCH),
        caller=NameAddr(SipUri(host, "+48221234567")),
        called=NameAddr(called),
        login=login,
        fields=(("Privacy", "id"),),
        hops=9,
    )
    return Way({FIRST: "a", SECOND: "b"}[host], invitation, 6.0, ledger)


class Attempt:
    """A call that dials out over two trunks, and both their books."""

    def __init__(self, switch: Exchange, *, seconds: float | None = None, ring_for: float = 60.0) -> None:
        self.switch = switch
        self.providers = Provider(switch.network, FIRST), Provider(switch.network, SECOND)
        for provider in self.providers:
            provider.wants_proof = False
        self.books = Counted(seconds), Counted(seconds)
        self._ring_for = ring_for
        switch.routes["0"] = Steps(self._course)
        self.phone = switch.phone("1001", "192.0.2.11")
        self.leg: OutsideLeg | None = None

    async def _course(self, call: Call) -> Termination:
        ways = way(FIRST, self.books[0]), way(SECOND, self.books[1])
        hunt = Hunt(call, "", lambda user: "")
        winner = await hunt.ring([OutsideParty("+48600100200", ways)], self._ring_for)
        if winner is None:
            return hunt.failures[0]
        assert isinstance(winner, OutsideLeg)
        self.leg = winner
        await call.caller.answer()
        await asyncio.Event().wait()
        raise AssertionError

    async def dial(self) -> None:
        self.phone.call("0")
        await passes(1)

    @property
    def told(self) -> tuple[list[str], list[str]]:
        return self.books[0].told, self.books[1].told


@in_virtual_time
async def test_a_call_that_is_taken_is_counted_from_its_beginning_to_its_end() -> None:
    async with exchange() as switch:
        attempt = Attempt(switch)
        attempt.providers[0].take_all()
        await attempt.dial()
        assert attempt.told == (["began", "answered"], [])
        assert attempt.leg is not None
        assert attempt.leg.trunk == "a"
        invite = attempt.providers[0].calls[0]
        assert (invite.max_forwards, invite.fields.all("Max-Forwards")) == (9, ["9"])
        assert invite.fields.get("Privacy") == "id"
        attempt.phone.hang_up()
        await passes(1)
        assert attempt.told == (["began", "answered", "ended"], [])


@in_virtual_time
async def test_a_trunk_that_cannot_hands_over_to_the_next() -> None:
    async with exchange() as switch:
        attempt = Attempt(switch)
        attempt.providers[0].refuse_all(503)
        attempt.providers[1].take_all()
        await attempt.dial()
        assert attempt.told == (["began", "failed", "ended"], ["began", "answered"])
        attempt.phone.hang_up()
        await passes(1)
        # One party rang, whatever it took to reach it.
        assert [one.leg for one in switch.events(LegEnded)].count("b1") == 1


@in_virtual_time
async def test_once_it_rings_a_failure_is_the_answer() -> None:
    async with exchange() as switch:
        attempt = Attempt(switch)
        first = attempt.providers[0]
        first.invited = lambda incoming: first.answer(incoming, 180) and None
        await attempt.dial()
        first.answer(first.incoming("INVITE")[0], 503)
        await passes(1)
        assert attempt.told == (["began", "ended"], [])
        assert attempt.providers[1].calls == []
        assert switch.ended.reason == "peer_failed"


@in_virtual_time
async def test_a_100_is_an_answer_and_patience_ends() -> None:
    async with exchange() as switch:
        attempt = Attempt(switch, ring_for=20)
        first = attempt.providers[0]
        first.invited = lambda incoming: first.answer(incoming, 100) and None
        await attempt.dial()
        await passes(10)
        assert switch.events(TrunkGivenUp) == []
        await passes(12)
        assert switch.ended.reason == "no_answer"


@in_virtual_time
async def test_early_sound_of_a_trunk_is_heard() -> None:
    async with exchange() as switch:
        attempt = Attempt(switch)
        first = attempt.providers[0]
        first.invited = lambda incoming: first.answer(incoming, 183, body=sdp(host=FIRST)) and None
        await attempt.dial()
        assert attempt.phone.last_status() == 183
        attempt.phone.cancel()
        await passes(1)
        assert attempt.told == (["began", "ended"], [])


@in_virtual_time
async def test_time_that_is_left_is_all_the_time_there_is() -> None:
    async with exchange() as switch:
        attempt = Attempt(switch, seconds=30)
        attempt.providers[0].take_all()
        await attempt.dial()
        await passes(27)
        assert attempt.providers[0].incoming("BYE") == []
        await passes(4)
        (bye,) = attempt.providers[0].incoming("BYE")
        assert "limit reached" in (bye.request.fields.get("Reason") or "")
        attempt.phone.hang_up()
        await passes(1)


@in_virtual_time
async def test_what_is_left_is_looked_at_again_as_others_use_it_up() -> None:
    async with exchange() as switch:
        attempt = Attempt(switch, seconds=3600)
        attempt.providers[0].take_all()
        await attempt.dial()
        await passes(70)
        assert attempt.providers[0].incoming("BYE") == []
        attempt.books[0].seconds = 0
        await passes(60)
        assert len(attempt.providers[0].incoming("BYE")) == 1
        attempt.phone.hang_up()
        await passes(1)


@in_virtual_time
async def test_a_way_that_has_no_place_any_more_is_passed_over() -> None:
    async with exchange() as switch:
        attempt = Attempt(switch)
        attempt.books[0].no = Reason.ALL_LINES_BUSY
        attempt.providers[1].take_all()
        await attempt.dial()
        assert attempt.providers[0].calls == []
        assert attempt.told == ([], ["began", "answered"])
        assert [one.trunk for one in switch.events(TrunkTaken)] == ["b"]
        attempt.phone.hang_up()
        await passes(1)


@in_virtual_time
async def test_a_next_way_that_has_no_place_is_none() -> None:
    async with exchange() as switch:
        attempt = Attempt(switch)
        attempt.providers[0].refuse_all(503)
        attempt.books[1].no = Reason.ALL_LINES_BUSY
        await attempt.dial()
        assert attempt.providers[1].calls == []
        assert attempt.told == (["began", "failed", "ended"], [])
        assert [one.after for one in switch.events(TrunkGivenUp)] == [""]
        assert switch.ended.reason == "trunk_down"


@in_virtual_time
async def test_without_any_way_nobody_is_called_and_nothing_is_counted() -> None:
    async with exchange() as switch:
        attempt = Attempt(switch)
        for book in attempt.books:
            book.no = Reason.LIMIT_REACHED
        await attempt.dial()
        assert attempt.providers[0].calls == attempt.providers[1].calls == []
        assert attempt.told == ([], [])
        assert attempt.phone.last_status() == 480
        assert switch.ended.reason == "limit_reached"


@in_virtual_time
async def test_a_transport_that_fails_leads_on() -> None:
    async with exchange() as switch:
        attempt = Attempt(switch)
        attempt.providers[1].take_all()
        attempt.providers[0].silent = True
        await attempt.dial()
        clients = [key for key in switch.directory._by_transaction if switch.stack._layer.client(key)]
        (key,) = clients
        switch.stack._layer.broken(switch.network.now, key)
        switch.network.flush()
        await passes(1)
        assert [one.reason for one in switch.events(TrunkGivenUp)] == ["transport failed"]
        assert attempt.told[1] == ["began", "answered"]
        attempt.phone.hang_up()
        await passes(40)


@pytest.mark.parametrize(
    ("status", "fault"),
    [(401, True), (407, True), (408, True), (500, True), (503, True), (599, True)]
    + [(status, False) for status in (180, 302, 403, 404, 480, 486, 487, 488, 600, 603)],
)
def test_whose_fault_a_refusal_is(status: int, fault: bool) -> None:
    assert is_trunk_fault(status) is fault
