"""SIPp calls, asks and errs: every scenario in which SIPp speaks first, several at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from softswitch.events import CallEnded
from tests.peers.line import DemoLine
from tests.peers.programs import Ports
from tests.peers.sipp import Result, Sipp, demand
from tests.peers.sipp_calls import CALLS
from tests.peers.sipp_extensions import ASKING
from tests.peers.sipp_refusals import REFUSALS
from tests.peers.sipp_registrations import FORGET_ALL, REGISTRATIONS
from tests.peers.sipp_script import Scenario
from tests.peers.sipp_subscriptions import SUBSCRIPTIONS

pytestmark = pytest.mark.peers

AT_ONCE = 6
"""Scenarios mostly wait: six of them keep two cores far from busy, so that in-band keys stay clean."""

CALLER, REGISTRANT = "1001", "1004"
TEST = "test_n21_switch_answers_as_it_must"
NEEDS_A_RINGING_PHONE = "cancel_ringing"
SPOKEN_TO = tuple(
    scenario
    for scenario in (*CALLS, *ASKING, *REFUSALS, *SUBSCRIPTIONS)
    if scenario.name != NEEDS_A_RINGING_PHONE
)


@pytest.fixture(scope="module")
def runs(
    request: pytest.FixtureRequest,
    demo_line: DemoLine,
    ports: Ports,
    sounds_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Mapping[str, Future[Result]]]:
    """Start every scenario that this session has selected; each test waits for its own."""
    folder = tmp_path_factory.mktemp("sipp")
    wanted = {item.name for item in request.session.items}

    def run(scenario: Scenario) -> Result:
        sipp = Sipp(
            scenario,
            demo_line.server,
            user=CALLER,
            password=demo_line.password,
            ports=ports,
            folder=folder,
            sounds_folder=sounds_folder,
        )
        return sipp.result()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {
            scenario.name: pool.submit(run, scenario)
            for scenario in SPOKEN_TO
            if f"{TEST}[{scenario.name}]" in wanted
        }


@pytest.mark.parametrize("scenario", SPOKEN_TO, ids=lambda scenario: scenario.name)
def test_n21_switch_answers_as_it_must(
    scenario: Scenario, runs: Mapping[str, Future[Result]], demo_line: DemoLine
) -> None:
    result = runs[scenario.name].result()
    demand(scenario, result)
    if scenario.digits:
        call = demo_line.call_from(result.port)
        # Only at the call's end is it certain that no key was seen once more.
        demo_line.wait_event(CallEnded, call=call)
        assert demo_line.digits(call) == scenario.digits


@pytest.mark.parametrize("scenario", REGISTRATIONS, ids=lambda scenario: scenario.name)
def test_n21_registrar_answers_as_it_must(
    scenario: Scenario, demo_line: DemoLine, ports: Ports, sounds_folder: Path, tmp_path: Path
) -> None:
    def run(which: Scenario) -> Result:
        sipp = Sipp(
            which,
            demo_line.server,
            user=REGISTRANT,
            password=demo_line.password,
            ports=ports,
            folder=tmp_path,
            sounds_folder=sounds_folder,
        )
        return sipp.result()

    # The account is this test's alone, and each scenario begins with an empty slate.
    demand(FORGET_ALL, run(FORGET_ALL))
    result = run(scenario)
    demand(scenario, result)
    if scenario.name == "reg_md5":
        assert f"sip:{REGISTRANT}@127.0.0.1:{result.port}" in result.messages()[-1]
        assert "SIP/2.0 200" in result.messages()[-1]
    demand(FORGET_ALL, run(FORGET_ALL))
