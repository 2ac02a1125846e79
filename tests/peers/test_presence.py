"""Phones of others watch each other, hear what waits for them, and write to each other."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

import pytest

from softswitch.presence.config import PresenceConfig
from softswitch.presence.mailboxes import Counts
from tests.peers.inside import InsideSwitch
from tests.peers.programs import Ports
from tests.peers.room import Room
from tests.peers.sipp import demand
from tests.peers.sipp_subscriptions import LAMP_FOLLOWS
from tests.peers.softphone import SoftPhone, start_pjsua2

pytestmark = pytest.mark.peers

TURN_SECONDS = 1.3
"""A lamp is told of changes once a second."""
SAID = "Zażółć gęślą jaźń & <b>100%</b>"


def test_a_busy_lamp_follows_its_phone(room: Room) -> None:
    watching, watched = room.pjsua2("1001"), room.pjsua2("1002")
    watching.do("watch", uri=watching.uri("1002"))
    watching.expect("buddy", subscription="ACTIVE", basic="open", busy=False)
    watched.call("600")
    watching.expect("buddy", busy=True, note="On the phone")
    watched.hang_up()
    watching.expect("buddy", busy=False, basic="open")
    watched.do("unregister")
    watching.expect("buddy", basic="closed")
    assert not watching.did("buddy", subscription="TERMINATED")


def test_a_lamp_is_told_each_state_of_a_call(room: Room) -> None:
    anna, bartek = room.pjsua2("1001"), room.pjsua2("1002")
    lamp = room.sipp(LAMP_FOLLOWS, user="1003", number="1002")
    room.line.wait_for(lambda: "NOTIFY" in lamp.trace() or None, "the lamp's subscription")
    anna.dial("1002")
    bartek.expect("incoming")
    bartek.do("answer", code=180)
    bartek.do("pass_time", seconds=TURN_SECONDS)
    bartek.do("answer", code=200)
    bartek.expect("call", state="CONFIRMED")
    bartek.do("pass_time", seconds=TURN_SECONDS)
    anna.hang_up()
    result = lamp.result()
    demand(LAMP_FOLLOWS, result)
    states = re.findall(r"<state>(\w+)</state>", result.trace)
    assert [state for state, _ in groupby(states)][-3:] == ["early", "confirmed", "terminated"]
    versions = [int(one) for one in re.findall(r'version="(\d+)"', result.trace)]
    assert versions == list(range(len(versions)))
    assert 'direction="recipient"' in result.trace
    # Who calls is not the lamp's business.
    assert "<remote>" not in result.trace


def test_a_message_from_phone_to_phone(room: Room) -> None:
    anna, bartek = room.pjsua2("1001"), room.pjsua2("1002", transport="tcp")
    anna.do("write", uri=anna.uri("1002"), text=SAID)
    message = bartek.expect("message", text=SAID, kind="text/plain")
    assert "sip:1001@" in str(message["sender"])
    anna.expect("message sent", code=200)
    anna.do("write", uri=anna.uri("4711"), text=SAID)
    anna.expect("message sent", code=404)
    assert not any("jaźń" in line for line in room.line.lines)
    # What was written down of it, while it passed.
    assert SAID not in repr(room.line.events())


def test_a_message_to_and_from_a_phone_of_another_maker(room: Room) -> None:
    anna, celina = room.pjsua2("1001"), room.linphonec("1003")
    place = celina.program.mark()
    anna.do("write", uri=anna.uri("1003"), text="dzien dobry")
    anna.expect("message sent", code=200)
    celina.program.wait_line("dzien dobry", 10, since=place)
    celina.tell(f"chat sip:1001@{celina.server} odpowiadam")
    anna.expect("message", text="odpowiadam")


@pytest.fixture
def inside(tmp_path: Path) -> InsideSwitch:
    """Run a switch within the test, whose counts can be set."""
    return InsideSwitch(tmp_path / "home")


def plugged(switch: InsideSwitch, ports: Ports, folder: Path, user: str, **settings: object) -> SoftPhone:
    """Start a registered phone."""
    phone = start_pjsua2(user, switch.password, switch.server, ports=ports, folder=folder, **settings)
    phone.register()
    return phone


def test_what_waits_is_shown_and_the_stop_of_the_switch_told(
    inside: InsideSwitch, ports: Ports, tmp_path: Path
) -> None:
    with inside:
        phone = plugged(inside, ports, tmp_path, "1001", mwi=True)
        try:
            first = phone.expect("waiting")
            assert "Messages-Waiting: no" in str(first["body"])
            inside.set_waiting("1001", Counts(2, 1))
            second = phone.expect("waiting")
            assert "Messages-Waiting: yes" in str(second["body"])
            assert "Voice-Message: 2/1" in str(second["body"])
            phone.do("watch", uri=phone.uri("1002"))
            phone.expect("buddy", subscription="ACTIVE")
            inside.stop()
            phone.expect("buddy", subscription="TERMINATED", reason="deactivated")
        finally:
            phone.close()


def test_a_phone_that_never_asks_may_be_told_all_the_same(ports: Ports, tmp_path: Path) -> None:
    with InsideSwitch(tmp_path / "home", PresenceConfig(unsolicited_mwi=True)) as switch:
        phone = plugged(switch, ports, tmp_path, "1001")
        try:
            assert "Messages-Waiting: no" in str(phone.expect("waiting")["body"])
            switch.set_waiting("1001", Counts(1))
            assert "Voice-Message: 1/0" in str(phone.expect("waiting")["body"])
        finally:
            phone.close()
