"""Calls that go wrong, on the real stack and calls room in memory: what the trace is asked to explain.

``python -m tests.trace.broken_calls`` records each anew into ``tests/data/traces``, and draws one of them for
``docs/trace.md``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import msgspec

from softswitch.events import MediaWorkerDied, SwitchStarted
from softswitch.languages import ENGLISH
from softswitch.registrar.accounts import Account, Accounts, secrets_of
from softswitch.registrar.credentials import Authenticator
from softswitch.sip.digest import NONCE_LIFE, Nonces, authorize
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.message import Response
from softswitch.sip.signals import Reply
from softswitch.sip.uri import SipUri
from softswitch.trace.facts import facts_of
from softswitch.trace.ladder import call_ladder
from softswitch.trace.svg import svg
from softswitch.trace.verdict import sentences
from softswitch.transport.ring import IN, OUT, Noted
from tests.fakes.exchange import Exchange, Phone, calling, exchange, sdp, talking
from tests.fakes.network import FAIR
from tests.fakes.party import counted
from tests.fakes.virtual_time import VirtualLoop, passes
from tests.trace.recorded import Recorded, from_json, to_json

FOLDER = Path(__file__).resolve().parents[1] / "data" / "traces"
PICTURE = Path(__file__).resolve().parents[2] / "docs" / "trace.svg"
SHOWN = "one_way_behind_nat"
"""The scenario whose picture stands in the manual."""
REALM = "line"
PRIVATE_SWITCH = ("10.0.0.5", 5060)
"""A switch behind a NAT of whose public address nobody has told it."""
ABROAD = "198.51.100.9"


def recorded(switch: Exchange, user: str = "") -> Recorded:
    """Return what an exchange has seen so far: its events, and what passed its own socket."""
    ahead = switch.clock.wall().timestamp() - switch.clock.monotonic()
    found = []
    for one in switch.network.passed:
        if one.source == switch.address:
            hop = Hop("UDP", *one.target, *switch.address)
            found.append(Noted(one.at + ahead, OUT, hop, one.data))
        elif one.target == switch.address and not one.lost:
            hop = Hop("UDP", *one.source, *switch.address)
            found.append(Noted(one.at + ahead + FAIR.delay, IN, hop, one.data))
    return Recorded(tuple(switch.entries), tuple(sorted(found, key=lambda noted: noted.at)), user)


async def no_ack() -> Recorded:
    """The caller's ACKs are lost on their way."""
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        switch.network.drop = lambda one: one.line.startswith("ACK") and one.source == anna.address
        bartek.ring()
        await passes(1)
        bartek.pick_up()
        await passes(40)
        return recorded(switch)


async def one_way_behind_nat() -> Recorded:
    """A phone behind a NAT names its private address for its sound, and hears nothing."""
    async with exchange() as switch:
        anna = switch.phone("1001", ABROAD)
        bartek = switch.phone("1002", "192.0.2.12")
        anna.call("1002", body=sdp(host="192.168.1.20"))
        await passes(0.5)
        bartek.pick_up()
        await passes(1)
        switch.client.one_way(anna.sound, deaf=True, ever=True, seconds=5.0)
        await passes(10)
        anna.hang_up()
        await passes(1)
        return recorded(switch)


async def sound_to_the_wrong_place() -> Recorded:
    """A switch behind a NAT tells a phone outside to send sound to its private address."""
    async with exchange(address=PRIVATE_SWITCH) as switch:
        anna, bartek = switch.phone("1001", ABROAD), switch.phone("1002", "10.0.0.12")
        anna.call("1002")
        await passes(0.5)
        bartek.pick_up()
        await passes(1)
        switch.client.one_way(anna.sound, seconds=5.0)
        await passes(10)
        anna.hang_up()
        await passes(1)
        return recorded(switch)


async def codecs_apart() -> Recorded:
    """The called phone speaks nothing that we do, and says what it does."""
    async with exchange() as switch:
        _, bartek = await calling(switch)
        bartek.answer(bartek.rung, 488, body=sdp(host="192.0.2.12", formats="9"))
        await passes(2)
        return recorded(switch)


async def offer_refused() -> Recorded:
    """The caller offers nothing that we speak: it never becomes a call."""
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        anna.call("1002", body=sdp(host="192.0.2.11", formats="9"))
        await passes(2)
        return recorded(switch, "1001")


async def busy() -> Recorded:
    """The called phone rings and is then declined by its owner."""
    async with exchange() as switch:
        _, bartek = await calling(switch)
        bartek.ring()
        await passes(4)
        bartek.refuse(486)
        await passes(2)
        return recorded(switch)


async def no_answer() -> Recorded:
    """Nobody takes the call as long as it rings."""
    async with exchange() as switch:
        _, bartek = await calling(switch)
        bartek.ring()
        await passes(60)
        return recorded(switch)


async def unreachable() -> Recorded:
    """The phone registered from behind a NAT that has closed its way since."""
    async with exchange() as switch:
        anna, celina = switch.phone("1001", "192.0.2.11"), Phone(switch, "1003", ABROAD)
        register(celina, contact=SipUri("192.168.1.30", "1003", 5060))
        await passes(95)
        switch.network.drop = lambda one: one.target == celina.address
        anna.call("1003")
        await passes(60)
        return recorded(switch)


async def given_up() -> Recorded:
    """The caller hangs up while it rings."""
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.ring()
        await passes(7)
        anna.cancel()
        await passes(2)
        return recorded(switch)


async def sound_lost() -> Recorded:
    """The called phone falls silent in the midst of a talk and never hangs up."""
    async with exchange() as switch:
        _, bartek = await talking(switch)
        switch.client.statistics = msgspec.structs.replace(switch.client.statistics, received=1500)
        await passes(60)
        switch.client.one_way(bartek.sound, ever=True, seconds=5.0)
        await passes(25)
        switch.client.silence(bartek.sound)
        await passes(40)
        return recorded(switch)


async def worker_died() -> Recorded:
    """The media worker is killed in the midst of a talk."""
    async with exchange() as switch:
        await talking(switch)
        await passes(5)
        switch.log.append(MediaWorkerDied(0, "killed by signal 9"))
        switch.client.kill(switch.media)
        await passes(40)
        return recorded(switch)


async def gone_before_bye() -> Recorded:
    """The called phone was restarted meanwhile: it knows nothing of the call that we end."""
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        bartek.answers_bye = False
        anna.hang_up()
        await passes(0.5)
        (bye,) = bartek.incoming("BYE")
        bartek.answer(bye, 481)
        await passes(2)
        return recorded(switch)


async def reinvite_refused() -> Recorded:
    """The caller's phone wants another codec in the midst of the call."""
    async with exchange() as switch:
        anna, _ = await talking(switch)
        anna.reinvite(sdp(host="192.0.2.11", formats="9", version=2))
        await passes(1)
        anna.hang_up()
        await passes(2)
        return recorded(switch)


async def unknown_number() -> Recorded:
    """The caller mistypes a number."""
    async with exchange() as switch:
        switch.log.append(SwitchStarted("1", (), ("100", "1001", "1002", "1003", "600", "+48221234567")))
        anna = switch.phone("1001", "192.0.2.11")
        anna.call("1020")
        await passes(2)
        return recorded(switch)


async def wrong_password() -> Recorded:
    """The password in the phone is not the account's."""
    async with exchange(authenticator=asking) as switch:
        anna = Phone(switch, "1001", "192.0.2.11")
        for _ in range(2):
            challenge = await answered(anna, register(anna))
            await answered(anna, register(anna, challenge, password="wrong"))
            await passes(30)
        return recorded(switch, "1001")


async def stale_nonce() -> Recorded:
    """The phone answers every challenge with the nonce it got first."""
    async with exchange(authenticator=asking) as switch:
        anna = Phone(switch, "1001", "192.0.2.11")
        challenge = await answered(anna, register(anna))
        await answered(anna, register(anna, challenge))
        await passes(NONCE_LIFE + 60)
        for count in range(2, 6):
            await answered(anna, register(anna, challenge, count=count))
            await passes(1)
        return recorded(switch, "1001")


def asking(switch: Exchange) -> Authenticator:
    """Return an authenticator that believes nobody; all passwords are ``right``."""
    accounts = [Account(user, secrets=secrets_of(user, REALM, "right")) for user in switch.accounts]
    salt = counted("salt")
    return Authenticator(
        Accounts(accounts),
        realm=REALM,
        nonces=Nonces(b"a key for tests"),
        clock=switch.clock,
        salt=salt,
        log=switch.log,
        bindings_of=switch.bindings,
    )


def register(
    phone: Phone,
    challenge: Response | None = None,
    *,
    password: str = "right",
    count: int = 1,
    contact: SipUri | None = None,
) -> int:
    """Let a phone register, with an answer to a challenge; return how many replies it had before."""
    host, port = phone.exchange.address
    own = NameAddr(SipUri(host, phone.uri.user))
    request = phone.stack.request("REGISTER", target=f"sip:{host}", local=own, remote=own)
    request.fields.add("Contact", NameAddr(contact or phone.uri))
    request.fields.add("Expires", "3600")
    if challenge is not None:
        user = phone.uri.user or ""
        assert authorize(request, challenge, user=user, password=password, cnonce="c0ffee", count=count)
    before = len(phone.got(Reply))
    phone.stack.send(phone.network.now, request, Hop("UDP", host, port, *phone.address))
    phone.network.flush()
    return before


async def answered(phone: Phone, before: int) -> Response:
    """Return the answer to what was just sent."""
    await passes(0.5)
    assert len(phone.got(Reply)) == before + 1
    return phone.last(Reply).response


SCENARIOS: Mapping[str, Callable[[], Awaitable[Recorded]]] = {
    scenario.__name__: scenario
    for scenario in (
        no_ack,
        one_way_behind_nat,
        sound_to_the_wrong_place,
        codecs_apart,
        offer_refused,
        busy,
        no_answer,
        unreachable,
        given_up,
        sound_lost,
        worker_died,
        gone_before_bye,
        reinvite_refused,
        unknown_number,
        wrong_password,
        stale_nonce,
    )
}


def played(name: str) -> Recorded:
    """Play a scenario in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_played(name))


async def _played(name: str) -> Recorded:
    return await SCENARIOS[name]()


def drawn(recorded: Recorded) -> str:
    """Return the picture of a call, with the sentences its own facts give."""
    why = sentences(facts_of(recorded.call, recorded.read), ENGLISH)
    return svg(call_ladder(recorded.call, recorded.read, why, ENGLISH))


def write_all() -> None:
    """Record all scenarios anew, and draw the one that is shown."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in SCENARIOS:
        (FOLDER / f"{name}.jsonl").write_text(to_json(played(name)), encoding="utf-8")
    shown = from_json((FOLDER / f"{SHOWN}.jsonl").read_text(encoding="utf-8"))
    PICTURE.write_text(drawn(shown), encoding="utf-8")


if __name__ == "__main__":
    write_all()
