"""Trunks to programs we did not write: Kamailio as provider with a second one, SIPp as a bad one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from softswitch.events import (
    CallArrived,
    CallEnded,
    LegAnswered,
    TrunkGivenUp,
    TrunkReachable,
    TrunkRegistered,
)
from tests.peers.conftest import assert_faultless
from tests.peers.kamailio import PASSWORD, USER, Kamailio
from tests.peers.office import OURS, OUTSIDE_NUMBER, OfficeLine
from tests.peers.programs import Ports
from tests.peers.sipp import Sipp, demand
from tests.peers.sipp_calls import INVITE, call, refused
from tests.peers.sipp_script import Scenario, pause
from tests.peers.sipp_trunks import CALLER_NUMBER, IN, MUTE, NEW_NONCES, OUT, OVERLOADED

pytestmark = pytest.mark.peers

CALL_OUT = Scenario(
    "call_out", call(INVITE, pause(800)), "a call outside is put through", dials=OUTSIDE_NUMBER
)
NOT_OUT = Scenario(
    "call_not_out", refused(INVITE, 480), "is told within seconds that no trunk answers", dials=OUTSIDE_NUMBER
)
PROVIDER = (
    "host: 127.0.0.1, port: {port}, domain: provider.test, username: " + f"{USER}, password: {PASSWORD}, "
    f'number: "{OURS}", answer_within: 2'
)


class Bench:
    """What a test starts, ended in the other order."""

    def __init__(self, ports: Ports, folder: Path, sounds_folder: Path, end: ExitStack) -> None:
        self.ports = ports
        self.folder = folder
        self.switch_port = ports.take()
        self.outside_port = ports.take()
        self._sounds_folder = sounds_folder
        self._end = end

    def kamailio(self) -> Kamailio:
        made = Kamailio(
            ports=self.ports, folder=self.folder, switch=self.switch_port, outside=self.outside_port
        )
        self._end.callback(made.close)
        return made

    def office(self, outside: str) -> OfficeLine:
        line = OfficeLine(
            self.folder / "home", self.switch_port, log=self.folder / "switch.log", outside=outside
        )
        self._end.callback(assert_faultless, line)
        self._end.callback(line.close)
        return line

    def sipp(self, scenario: Scenario, server: str, *, port: int | None = None, number: str = "") -> Sipp:
        made = Sipp(
            scenario,
            server,
            user="1001",
            password="peers-Pw-1",
            ports=self.ports,
            folder=self.folder,
            sounds_folder=self._sounds_folder,
            port=port,
            number=number or None,
        )
        self._end.callback(made.close)
        return made


@pytest.fixture
def bench(ports: Ports, tmp_path: Path, sounds_folder: Path) -> Iterator[Bench]:
    """Give the test a place for switches, providers and people outside."""
    with ExitStack() as end:
        yield Bench(ports, tmp_path, sounds_folder, end)


def test_a_line_at_kamailio_both_ways_and_over_to_a_second_one(bench: Bench) -> None:
    first, second = bench.kamailio(), bench.kamailio()
    line = bench.office(
        "trunks:\n"
        f"  provider: {{{PROVIDER.format(port=first.port)}, register: true, expires: 60, qualify: 2,\n"
        f"    failover: ['{second.address}']}}\n"
        f"numbers: {{'{OURS}': office}}\n"
        "outbound: [{match: '+48*', trunks: provider}]\n"
    )
    # Registered by digest.
    registered = line.wait_event(TrunkRegistered)
    assert (registered.trunk, registered.server) == ("provider", first.address)
    first.program.wait_line("registered line1 for 60", 5)
    line.wait_event(TrunkReachable, server=second.address)
    # In, to a menu.
    caller = bench.sipp(IN, first.address, number=OURS)
    demand(IN, caller.result())
    arrived = line.wait_event(CallArrived, trunk="provider")
    assert (arrived.caller, arrived.caller_name, arrived.called) == (CALLER_NUMBER, "Outside", OURS)
    assert line.wait_event(CallEnded).reason == "caller_hung_up"
    # Out, with credentials.
    callee = bench.sipp(OUT, first.address, port=bench.outside_port)
    demand(CALL_OUT, bench.sipp(CALL_OUT, line.server).result())
    demand(OUT, callee.result())
    said = first.program.wait_line(r"out \+48600100200 from (\S+) asserted (\S+) hops (\d+)", 5)
    assert said[1] == "+48221234501"
    assert int(said[3]) < 70
    # The first is killed; the next call goes out by the second, within the time a caller bears.
    first.kill()
    callee = bench.sipp(OUT, second.address, port=bench.outside_port)
    again = bench.sipp(CALL_OUT, line.server)
    demand(CALL_OUT, again.result())
    demand(OUT, callee.result())
    second.program.wait_line(r"out \+48600100200", 5)
    call_id = line.call_from(again.port)
    assert line.wait_event(CallEnded, call=call_id).reason == "caller_hung_up"
    # And the line itself has moved there: calls to our number come in by the second.
    line.wait_event(TrunkRegistered, server=second.address, seconds=30)
    demand(IN, bench.sipp(IN, second.address, number=OURS).result())


@pytest.fixture
def two_trunks(bench: Bench) -> Callable[[int, int], OfficeLine]:
    """Give a line whose calls go to one port and, when that fails, to another."""

    def start(first: int, second: int) -> OfficeLine:
        trunks = "".join(
            f"  {name}: {{{PROVIDER.format(port=port)}, qualify: 0}}\n"
            for name, port in (("a", first), ("b", second))
        )
        return bench.office(f"trunks:\n{trunks}outbound: [{{match: '+48*', trunks: [a, b]}}]\n")

    return start


@pytest.mark.parametrize(("bad", "reason"), [(OVERLOADED, "503 Service Unavailable"), (MUTE, "no answer")])
def test_a_provider_that_fails_is_passed_over(
    bench: Bench, two_trunks: Callable[[int, int], OfficeLine], bad: Scenario, reason: str
) -> None:
    bad_port = bench.ports.take()
    line = two_trunks(bad_port, bench.outside_port)
    bench.sipp(bad, line.server, port=bad_port)
    good = bench.sipp(OUT, line.server, port=bench.outside_port)
    demand(CALL_OUT, bench.sipp(CALL_OUT, line.server).result())
    demand(OUT, good.result())
    given_up = line.wait_event(TrunkGivenUp)
    assert (given_up.trunk, given_up.reason, given_up.after) == ("a", reason, "b")


def test_a_provider_that_wants_a_new_nonce_each_time(
    bench: Bench, two_trunks: Callable[[int, int], OfficeLine]
) -> None:
    line = two_trunks(bench.outside_port, bench.ports.take())
    provider = bench.sipp(NEW_NONCES, line.server, port=bench.outside_port)
    demand(CALL_OUT, bench.sipp(CALL_OUT, line.server).result())
    demand(NEW_NONCES, provider.result())
    assert line.of_kind(TrunkGivenUp) == []
    assert [one.party for one in line.of_kind(LegAnswered)] == ["+48600100200", "1001"]


def test_nobody_there_at_all(bench: Bench, two_trunks: Callable[[int, int], OfficeLine]) -> None:
    line = two_trunks(bench.ports.take(), bench.ports.take())
    demand(NOT_OUT, bench.sipp(NOT_OUT, line.server).result())
    assert line.wait_event(CallEnded).reason == "trunk_down"
    assert [one.trunk for one in line.of_kind(TrunkGivenUp)] == ["a", "b"]
