"""A phone behind a symmetric NAT that forgets: it is called long after it has said its last word."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.peers import hearing, sounds
from tests.peers.programs import Ports, Program, require
from tests.peers.softphone import SoftPhone, start_pjsua2
from tests.peers.symmetric_nat import INSIDE_HOST, OUTSIDE_HOST

pytestmark = pytest.mark.peers

FORGETS_SECONDS = float(os.environ.get("NAT_FORGETS_SECONDS", "3"))
"""A real one has 30; `NAT_FORGETS_SECONDS=30` plays it in full."""
ASKED_SECONDS = FORGETS_SECONDS * 28 / 30
QUIET_SECONDS = FORGETS_SECONDS * 35 / 30 + 1
"""From the registration to the call: 36 s for a NAT of 30."""
START_SECONDS = 60.0
PORT = 5060
PASSWORD = "peers-Pw-3"
CALLER_HZ, CALLED_HZ, MOBILE_HZ = 440.0, 700.0, 1000.0
MOBILE = "+48600100200"
CLEAR = 0.9

CONFIG = """\
sip: {{bind: {host}, port: {port}}}
media: {{workers: 1}}
qualify: {{enabled: {asks}, behind_nat: {asked}}}
accounts:
  1001: {{password: {password}}}
  1002: {{password: {password}}}
  1003: {{password: {password}, outside: {{number: "+48221234567"}}}}
  1004: {{password: {password}}}
country: PL
queues:
  help: {{number: 600, members: [1002, 1003], announce: {{position: off, eta: off}}}}
agents:
  1003: {{phone: "{mobile}"}}
trunks:
  town: {{host: {host}, port: {town}, qualify: 0, number: "+48221234567"}}
outbound:
  - {{match: "+48*", trunks: town}}
"""


class NattedLine:
    """A switch and a caller outside of a NAT, and a phone inside."""

    def __init__(self, folder: Path, ports: Ports) -> None:
        self._folder = folder
        self._ports = ports
        self._end = ExitStack()
        stem = f"{os.getpid()}-{ports.take()}"
        self._inside, self._outside = f"in{stem}", f"out{stem}"
        self._town = ports.take()
        """Where the provider of mobiles is, when there is one."""

    def __enter__(self) -> NattedLine:
        argv = [sys.executable, "-m", "tests.peers.symmetric_nat", self._inside, self._outside]
        argv.append(str(FORGETS_SECONDS))
        nat = Program(argv, log=self._folder / "nat.log", life_seconds=300)
        self._end.callback(nat.close)
        nat.wait_start("^ready$", START_SECONDS)
        return self

    def __exit__(self, *about: object) -> None:
        self._end.close()

    def _within(self, name: str) -> list[str]:
        return [require("ip"), "netns", "exec", name]

    def switch(self, *, asks: bool) -> Program:
        """Start the switch; with ``asks`` it asks its phones whether they are there."""
        home = self._folder / "home"
        home.mkdir()
        file = home / "softswitch.yaml"
        file.write_text(
            CONFIG.format(
                host=OUTSIDE_HOST,
                port=PORT,
                asks=str(asks).lower(),
                asked=ASKED_SECONDS,
                password=PASSWORD,
                mobile=MOBILE,
                town=self._town,
            )
        )
        softswitch = require(str(Path(sys.executable).with_name("softswitch")))
        argv = [*self._within(self._outside), softswitch, "run", "--config", str(file)]
        switch = Program(argv, log=self._folder / "switch.log", life_seconds=300)
        self._end.callback(switch.close)
        switch.wait_start("answers at", START_SECONDS)
        return switch

    def phone(self, user: str, *, inside: bool, speaks: float, **settings: object) -> SoftPhone:
        """Start a registered phone that does nothing itself to keep the NAT open."""
        phone = self._started(user, inside=inside, speaks=speaks, **settings)
        phone.register()
        return phone

    def mobile(self, *, speaks: float) -> SoftPhone:
        """Start somebody's mobile, behind the provider to whom the line's calls go out."""
        phone = self._started("mobile", inside=False, speaks=speaks, answer=200)
        self._town = phone.port
        return phone

    def _started(self, user: str, *, inside: bool, speaks: float, **settings: object) -> SoftPhone:
        tone = sounds.write_wav(self._folder / f"{user}.wav", sounds.tone(speaks, 20.0))
        phone = start_pjsua2(
            user,
            PASSWORD,
            f"{OUTSIDE_HOST}:{PORT}",
            ports=self._ports,
            folder=self._folder,
            within=self._within(self._inside if inside else self._outside),
            address=INSIDE_HOST if inside else OUTSIDE_HOST,
            sound=str(tone),
            helps_itself=False,
            **settings,
        )
        self._end.callback(phone.close)
        return phone


@pytest.fixture
def natted(tmp_path: Path, ports: Ports) -> Iterator[NattedLine]:
    """Give the test a NAT of its own."""
    with NattedLine(tmp_path, ports) as line:
        yield line


def test_m06_n22_a_phone_behind_a_nat_is_reached_as_it_is_asked_often_enough(
    natted: NattedLine, tmp_path: Path
) -> None:
    switch = natted.switch(asks=True)
    called = natted.phone("1002", inside=True, speaks=CALLED_HZ, answer=200)
    switch.wait_line("1002 registered from .*behind NAT", 10)
    caller = natted.phone("1001", inside=False, speaks=CALLER_HZ)
    caller.do("pass_time", within=QUIET_SECONDS + 10, seconds=QUIET_SECONDS)
    caller.call("1002")
    called.expect("incoming")
    for phone, frequency in ((caller, CALLED_HZ), (called, CALLER_HZ)):
        heard = hearing.read(phone.listen(tmp_path / f"{frequency:g}.heard.wav", 1.5))
        assert hearing.share(heard, frequency) > CLEAR
    caller.hang_up()


def test_nobody_reaches_it_otherwise(natted: NattedLine) -> None:
    # What shows that the NAT forgets indeed.
    natted.switch(asks=False)
    called = natted.phone("1002", inside=True, speaks=CALLED_HZ, answer=200)
    caller = natted.phone("1001", inside=False, speaks=CALLER_HZ)
    caller.do("pass_time", within=QUIET_SECONDS + 10, seconds=QUIET_SECONDS)
    caller.dial("1002")
    caller.do("pass_time", within=15, seconds=3)
    assert not called.did("incoming")
    assert not caller.did("call", state="CONFIRMED")


def test_m06_one_behind_a_nat_and_one_on_a_mobile_serve_one_queue(natted: NattedLine, tmp_path: Path) -> None:
    mobile = natted.mobile(speaks=MOBILE_HZ)
    switch = natted.switch(asks=True)
    at_home = natted.phone("1002", inside=True, speaks=CALLED_HZ, answer=200)
    switch.wait_line("1002 registered from .*behind NAT", 10)
    callers = [natted.phone(user, inside=False, speaks=CALLER_HZ) for user in ("1001", "1004")]
    for caller in callers:
        caller.call("600")
    at_home.expect("call", state="CONFIRMED")
    mobile.expect("call", state="CONFIRMED", seconds=START_SECONDS)
    # Who answers outside says so by a key: a mailbox gets no caller.
    mobile.do("pass_time", seconds=0.5)
    mobile.press("1")
    served = set()
    for number, caller in enumerate(callers):
        caller.do("pass_time", seconds=0.5)
        heard = hearing.read(caller.listen(tmp_path / f"caller{number}.wav", 1.5))
        served |= {hertz for hertz in (CALLED_HZ, MOBILE_HZ) if hearing.share(heard, hertz) > CLEAR}
    assert served == {CALLED_HZ, MOBILE_HZ}
    for agent, name in ((at_home, "home"), (mobile, "mobile")):
        heard = hearing.read(agent.listen(tmp_path / f"{name}.heard.wav", 1.5))
        assert hearing.share(heard, CALLER_HZ) > CLEAR
    for agent in (at_home, mobile):
        agent.hang_up()
