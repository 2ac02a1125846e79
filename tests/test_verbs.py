"""What a running switch tells of its phones and of those it keeps out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

import pytest

from softswitch.bus import EventLog
from softswitch.calls.errors import NotBegun
from softswitch.calls.originate import Originator
from softswitch.calls.supervision import Supervisors
from softswitch.commands.defence import Phone, ShutOut
from softswitch.commands.supervision import Supervised
from softswitch.commands.trunks import TrunkState
from softswitch.control import ControlRefused
from softswitch.events import SourceLetIn
from softswitch.registrar.accounts import Account, Accounts, secrets_of
from softswitch.registrar.credentials import Authenticator
from softswitch.registrar.guesses import MOST_WRONG
from softswitch.registrar.service import Registrar
from softswitch.sip.digest import Nonces
from softswitch.sip.errors import RemoteProtocolError
from softswitch.verbs import defence_verbs, supervision_verbs, trunk_verbs
from tests.fakes.clock import FakeClock
from tests.fakes.exchange import exchange, talking
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.registrar.requests import HERE, PHONE, answer, register
from tests.test_outside import FIRST, LOGIN, line


class Desk:
    """A registrar and its door, asked as the control socket asks."""

    def __init__(self):
        self.clock = FakeClock()
        self.log = EventLog(self.clock)
        self.events = []
        self.log.subscribe(lambda entry: self.events.append(entry.event))
        self.account = Account("1001", "Jan", secrets=secrets_of("1001", "home", "secret"))
        accounts = Accounts([self.account])
        self.registrar = Registrar(clock=self.clock, log=self.log, save=lambda user, bindings: None)
        self.authenticator = Authenticator(
            accounts,
            realm="home",
            nonces=Nonces(b"k" * 32),
            clock=self.clock,
            salt=lambda: "salt",
            log=self.log,
            bindings_of=self.registrar.bindings,
        )
        self.verbs = defence_verbs(self.registrar, self.authenticator, accounts)

    def ask(self, verb, **arguments):
        return self.verbs[verb](arguments)

    def refused(self, request):
        with pytest.raises(RemoteProtocolError) as error:
            self.authenticator.account(request, PHONE)
        return error.value

    def guess(self, times):
        for number in range(times):
            guess = answer(register(HERE), self.refused(register(HERE)), user="1001", password=f"{number}")
            self.refused(guess)


def test_a_registered_phone_is_told_of_without_what_is_secret():
    desk = Desk()
    assert desk.ask("phones") == []
    desk.registrar.register(desk.account, register("<sip:1001:hidden@192.0.2.9:5062>;expires=60"), PHONE)
    [phone] = desk.ask("phones")
    assert isinstance(phone, Phone)
    assert (phone.account, phone.name, phone.transport) == ("1001", "Jan", "UDP")
    assert phone.source == PHONE.address
    assert phone.contact == "sip:1001@192.0.2.9:5062"
    assert phone.until == "2026-01-05T09:01:00+00:00"
    assert "hidden" not in repr(phone)
    assert desk.ask("phones", account="1001") == [phone]
    assert desk.ask("phones", account="1002") == []
    desk.clock.advance(61)
    assert desk.ask("phones") == []


def test_who_is_shut_out_can_be_let_in():
    desk = Desk()
    desk.guess(MOST_WRONG)
    desk.clock.advance(0.5)
    assert desk.ask("bans") == [ShutOut(PHONE.host, 60, 1, MOST_WRONG, "1001")]
    assert desk.refused(register(HERE)).status == 403
    assert desk.ask("lift", source=PHONE.host) is True
    assert desk.refused(register(HERE)).status == 401
    assert desk.events[-1] == SourceLetIn(PHONE.host)
    assert (desk.ask("bans"), desk.ask("lift", source=PHONE.host)) == ([], False)


def test_letting_in_needs_a_name():
    with pytest.raises(ControlRefused, match="lift needs a source"):
        Desk().ask("lift")


@in_virtual_time
async def test_a_talk_is_supervised_on_request() -> None:
    async with exchange() as switch:
        anna, _ = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        ask = supervision_verbs(Supervisors(Originator(switch.board), switch.dialler))["supervise"]
        begun = cast(Supervised, ask({"whom": "1002", "by": "1003", "mode": "listen"}))
        assert (begun.by, begun.agent, begun.mode, begun.rings) == ("1003", "1002", "listen", True)
        await passes(1)
        celina.pick_up()
        await passes(1)
        assert ask({"whom": "1002", "by": "1003", "mode": "barge"}) == replace(
            begun, mode="barge", rings=False
        )
        with pytest.raises(ControlRefused, match="supervise needs a mode: listen, whisper, barge"):
            ask({"whom": "1002", "by": "1003", "mode": "spy"})
        with pytest.raises(NotBegun, match="1003 talks with nobody now"):
            ask({"whom": "1003", "by": "1002", "mode": "listen"})
        anna.hang_up()


@in_virtual_time
async def test_how_the_trunks_are_can_be_asked_for() -> None:
    async with line(trunks={"a": {"host": FIRST, "register": True, "qualify": 30, **LOGIN}}) as made:
        states = trunk_verbs(made.trunks, made.outside.calls_now, made.switch.clock)["trunks"]
        await passes(1)
        (trunk,) = cast(list[TrunkState], states({}))
        (server,) = trunk.servers
        assert (trunk.name, trunk.calls, trunk.trouble) == ("a", 0, "")
        assert (server.address, server.state, server.trouble) == (f"{FIRST}:5060", "up", "")
        left = datetime.fromisoformat(server.registered_until) - made.switch.clock.wall()
        assert timedelta(seconds=590) < left <= timedelta(seconds=600)
        made.first.take_all()
        phone = await made.dial("600100200")
        assert cast(list[TrunkState], states({}))[0].calls == 1
        assert phone.dialog is not None
        phone.hang_up()
        await passes(1)
        assert cast(list[TrunkState], states({}))[0].calls == 0
