"""The lines that come with the switch, whole: started by their command, called by phones we did not write."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from softswitch.events import (
    CallEnded,
    CallRated,
    CallRequested,
    LegAnswered,
    LegInvited,
    LegsBridged,
    MessageLeft,
    PaymentChanged,
    QueueEntered,
    RecordingConsent,
    RecordingEnded,
    ScheduleSwitched,
)
from tests.cli.running import run
from tests.peers import hearing
from tests.peers.ears import Ear, Ears, ears
from tests.peers.programs import LOOPBACK, Ports, Program
from tests.peers.queue_callers import Outside
from tests.peers.room import Room
from tests.peers.shipped_line import ALWAYS, Gateway, ShippedLine, shipped_line
from tests.peers.sipp import Sipp, demand
from tests.peers.sipp_phones import AGREE, RINGING
from tests.peers.sipp_script import Scenario, answer, expect_request, sdp
from tests.peers.softphone import SoftPhone

pytestmark = pytest.mark.peers

OURS = "+48221234567"
MOBILE = "+48601000201"
TALK_SECONDS = 10.0
ADAM_HZ, KLIENT_HZ = 600.0, 1300.0
STAYS_SECONDS = 5.0
"""How long a call lasts whose caller hangs up first."""


@pytest.fixture
def hearing_all(ports: Ports) -> Iterator[Ears]:
    """Give ears to everybody outside."""
    with ears(ports) as made:
        yield made


def people_outside(room: Room, line: ShippedLine, *answering: Ear) -> Sipp:
    """Let people outside be called: each answers after ringing, in the order of their ears."""
    file = room.folder / "mobiles.csv"
    file.write_text("\n".join(["SEQUENTIAL", *(str(ear.port) for ear in answering)]) + "\n")
    scenario = Scenario(
        "mobiles",
        (
            expect_request("INVITE"),
            *RINGING,
            answer("200 OK", body=sdp(payloads="0 101").replace("[media_port]", "[field0]"), repeat=True),
            expect_request("ACK"),
            expect_request("BYE"),
            *AGREE,
        ),
        "calls mobiles, and ends each call it has made",
        arguments=("-inf", str(file), "-m", str(len(answering))),
    )
    return room.sipp(scenario, port=line.outside_port)


def in_talk(line: ShippedLine, call: str, party: str) -> None:
    """Wait until somebody has answered and talks with the caller."""
    line.wait_event(LegAnswered, call=call, party=party, seconds=TALK_SECONDS)
    line.wait_event(LegsBridged, call=call, seconds=TALK_SECONDS)


def type_keys(ear: Ear, keys: str) -> None:
    """Press keys one after another, as people do."""
    for key in keys:
        ear.press(key)
        time.sleep(0.08)


def press_until(line: ShippedLine, ear: Ear, digit: str, told: Callable[[], object]) -> None:
    """Press a key until something is told: that a question was put, and heard, is told in no event."""
    for _ in range(8):
        if told():
            return
        ear.press(digit)
        time.sleep(0.7)
    line.wait_for(lambda: told() or None, f"what key {digit} leads to")


def test_f01_the_line_of_one_broker(
    tmp_path: Path, ports: Ports, sounds_folder: Path, hearing_all: Ears
) -> None:
    instead = {"week: {mon-fri: 9:00-17:00}\n    holidays: PL\n": ALWAYS}
    also = f'numbers: {{"{OURS}": broker}}\ntrunks: {{provider: {{number: "{OURS}", TRUNK}}}}\n'
    with (
        shipped_line("broker", tmp_path, ports, number=OURS, instead=instead, also=also) as (line, _),
        Room(line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as room,
    ):
        outside = Outside(room, line, hearing_all)
        adam = room.pjsua2("1101", speaks=ADAM_HZ)
        klient = room.pjsua2("1001", speaks=KLIENT_HZ)
        # A client whom customers.csv knows: his phone shows who it is, and she knows that it is recorded.
        kasia = outside.calls_as("+48601234567", "broker")
        adam.expect("incoming")
        client = outside.call_id(kasia)
        rung = line.wait_event(LegInvited, call=client)
        told = RecordingConsent("a", kasia.number, agreed=True, by="notice")
        happened = [entry.event for entry in line.events() if entry.call == client]
        assert happened.index(told) < happened.index(rung)
        assert "K.Zieli" in adam.log.read_text("latin-1")
        adam.do("answer", code=200)
        in_talk(line, client, "1101")
        # He talks already: two hear so; one waits until he is free, the other speaks after the tone.
        patient = outside.calls("broker")
        waiting = outside.call_id(patient)
        klient.call("100")
        leaving = line.call_from(klient.port)
        for call, press in ((waiting, patient.ear.press), (leaving, klient.press)):
            line.comes_to(call, "choice")
            assert line.way(call)[-2:] == ["busy", "choice"]
            press("1" if call == waiting else "2")
        line.wait_event(QueueEntered, call=waiting, queue="adam")
        line.comes_to(leaving, "message")
        adam.hang_up()
        line.wait_event(RecordingEnded, call=client)
        adam.expect("incoming", seconds=20.0)
        adam.do("answer", code=200)
        in_talk(line, waiting, "1101")
        # He is not there: somebody wants to be called, and that is a ticket.
        absent = outside.calls("broker")
        call = outside.call_id(absent)
        line.comes_to(call, "choice")
        absent.ear.press("3")
        line.comes_to(call, "call-back")
        press_until(line, absent.ear, "1", lambda: line.of_kind(CallRequested, call=call))
        adam.hang_up()
        line.wait_event(CallEnded, call=call)
        assert any(absent.number in row for row in line.command("tickets"))
        # Who has spoken after the tone and hangs up has left a message; he hears it by his own telephone.
        klient.hang_up()
        assert line.wait_event(MessageLeft, call=leaving).box == "adam"
        adam.call("*97")
        assert hearing.seconds_of(hearing.read(adam.listen(tmp_path / "heard.wav", 4.0)), KLIENT_HZ) > 1.0
        line.wait_event(CallEnded, call=waiting)
        outside.demand_ends()


def test_m01_m03_the_line_for_payments(
    tmp_path: Path, ports: Ports, sounds_folder: Path, hearing_all: Ears
) -> None:
    bank = ports.take()
    instead = {
        "127.0.0.1:8790": f"127.0.0.1:{bank}",
        "week: {mon-fri: 8:00-18:00}\n    holidays: PL\n": ALWAYS,
    }
    also = f'numbers: {{"{OURS}": payments}}\ntrunks: {{provider: {{number: "{OURS}", TRUNK}}}}\n'
    with (
        sandbox(tmp_path, bank),
        shipped_line("payments", tmp_path, ports, number=OURS, instead=instead, also=also) as (line, gateway),
        Room(line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as room,
    ):
        assert gateway is not None
        typed = run("customers", "pin", "4711", "--home", line.home, typed="2468\n2468\n")
        assert "kept" in typed.output
        anna = room.pjsua2("1001")
        outside = Outside(room, line, hearing_all)
        payer = outside.calls_as("+48600100200", "payments")
        call = outside.call_id(payer)
        line.comes_to(call, "choice")
        payer.ear.press("1")
        line.comes_to(call, "who")
        time.sleep(1.5)
        type_keys(payer.ear, "4711#")
        time.sleep(1.0)
        type_keys(payer.ear, "2468#")
        line.comes_to(call, "pay")
        time.sleep(2.0)
        type_keys(payer.ear, "771101")
        line.wait_event(PaymentChanged, call=call, state="paid")
        gateway.wait(r"text message to \+48600100200 from JasnaEnerg: .*123,45 zl.*Rachunek za energie")
        assert not gateway.told("UTC")
        # Nobody pays it twice; and a person is one key away.
        line.comes_to(call, "more")
        payer.ear.press("*")
        line.comes_to(call, "choice", times=2)
        payer.ear.press("0")
        anna.expect("incoming")
        anna.do("answer", code=200)
        in_talk(line, call, "1001")
        anna.hang_up()
        line.wait_event(CallEnded, call=call)
        outside.demand_ends()
        wire = anna.log.read_text("latin-1")
        assert "zweryfikowany" in wire


def test_f05_f06_f07_the_line_of_a_shop(
    tmp_path: Path, ports: Ports, sounds_folder: Path, hearing_all: Ears
) -> None:
    api = ports.take()
    instead = {
        "week: {mon-fri: 9:00-17:00}\n    holidays: PL\n    special:\n"
        "      12-27..12-30: {hours: 10:00-14:00, name: między świętami}\n": ALWAYS,
        "api: yes": f"api: {{port: {api}}}",
    }
    also = 'trunks: {provider: {number: "+48221000720", TRUNK}}\n'
    lawenda, wholesale, status = "+48221000720", "+48221000722", "+48221000725"
    with (
        shipped_line("ecommerce", tmp_path, ports, number=lawenda, instead=instead, also=also) as made,
        Room(made[0], ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as room,
    ):
        line, gateway = made
        assert gateway is not None
        outside = Outside(room, line, hearing_all)
        token = line.command("tokens", "add", "shop", "--scope", "orders:write")[-1]
        order = {"status": "wysłane", "at": "2026-11-20T12:00:00+01:00", "phone": "600100200", "total": 9900}
        assert asked(api, token, "PUT", "/v1/orders/shop/4711", order) < 300
        anna, celina = room.pjsua2("1001"), room.pjsua2("1003")
        bartek = room.pjsua2("1002", answer=200)
        # The last order is told to whom it belongs; the link goes out, and a person is one key away.
        jan = outside.calls_as("+48600100200", lawenda)
        call = outside.call_id(jan)
        for place, key in (("main", "1"), ("sent", "1"), ("after_order", "0")):
            line.comes_to(call, place)
            time.sleep(0.3)
            jan.ear.press(key)
        gateway.wait(r"text message to \+48600100200 from Lawenda: .*s/4711")
        anna.expect("incoming")
        anna.do("answer", code=200)
        in_talk(line, call, "1001")
        assert "Stan zam" in anna.log.read_text("latin-1")
        # Firms get the one who looks after them, and where she declines, the first place in the queue.
        firm = outside.calls(wholesale)
        call_of_firm = outside.call_id(firm)
        for _ in ("her own call", "the queue's"):
            celina.expect("incoming")
            celina.do("answer", code=603)
        in_talk(line, call_of_firm, "1002")
        anna.hang_up()
        line.wait_event(CallEnded, call=call)
        # The status of an order with nobody of the shop: the call ends by itself.
        alone = outside.calls_as("+48600100200", status)
        call = line.later_call(alone.number, call)
        line.comes_to(call, "more")
        alone.ear.press("1")
        gateway.wait(r"text message to \+48600100200 from Lawenda: Zamowienie 4711, stan: wyslane")
        assert line.wait_event(CallEnded, call=call).ended_by == "switch"
        # Who gives up waiting with a complaint leaves a ticket.
        angry = outside.calls_as("+48600100300", lawenda, leaves_after=STAYS_SECONDS)
        call = outside.call_id(angry)
        for place in ("main", "returns"):
            line.comes_to(call, place)
            angry.ear.press("2")
        line.wait_event(QueueEntered, call=call)
        line.wait_event(CallEnded, call=call)
        assert line.wait_for(
            lambda: any(angry.number in row for row in line.command("tickets")) or None, "a ticket"
        )
        # The shop is closed: a callback is taken, and the shop has it by mail.
        anna.dial("*621")
        assert line.wait_event(ScheduleSwitched).schedule == "shop"
        late = outside.calls(lawenda)
        call = outside.call_id(late)
        line.comes_to(call, "closed_menu")
        late.ear.press("2")
        line.comes_to(call, "callback")
        press_until(line, late.ear, "1", lambda: line.of_kind(CallRequested, call=call))
        gateway.wait("mail to sklep@lawenda.example: ")
        bartek.hang_up()
        line.wait_event(CallEnded, call=call_of_firm)
        outside.demand_ends()


def asked(port: int, token: str, method: str, path: str, body: object) -> int:
    """Ask the line's interface as a program does; return the status."""
    request = urllib.request.Request(
        f"http://{LOOPBACK}:{port}{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=5) as reply:
        return int(reply.status)


def test_t03_t10_t11_t14_d07_n29_the_helpline(
    tmp_path: Path, ports: Ports, sounds_folder: Path, hearing_all: Ears
) -> None:
    web = ports.take()
    instead = {
        "127.0.0.1:8792": f"127.0.0.1:{web}",
        "week: {mon-sun: 7:00-22:00}\n    holidays: PL\n    special:\n"
        "      12-24: {hours: 7:00-14:00, name: Wigilia}\n": ALWAYS,
        "wrap_up_s: 15": "wrap_up_s: 0",
    }
    also = f'numbers: {{"{OURS}": "730"}}\ntrunks: {{provider: {{number: "{OURS}", TRUNK}}}}\n'
    with (
        shipped_line("helpline", tmp_path, ports, number=OURS, instead=instead, also=also) as (line, gateway),
        faults_told(line.home, web) as faults,
        Room(line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as room,
    ):
        assert gateway is not None
        outside = Outside(room, line, hearing_all)
        anna, bartek = room.pjsua2("1001"), room.pjsua2("1002")
        for technician in ("1003", "1004"):
            room.baresip(technician)
        klient = room.pjsua2("2001", speaks=KLIENT_HZ)
        # What another system knows of is told before the menu, and sent on request.
        told = outside.calls_as("+48600100200", "helpline")
        call = outside.call_id(told)
        line.comes_to(call, "fault_more")
        told.ear.press("1")
        gateway.wait(
            r"text message to \+48600100200 from Bursztyn: Awaria w Twojej okolicy, "
            r"przewidywana naprawa: 18:00"
        )
        line.wait_event(CallEnded, call=call)
        faults.write_text("{}")
        # English to the end: only who speaks it rings, and the rating is asked for when he has hung up.
        guest = outside.calls("helpline")
        call = outside.call_id(guest)
        line.comes_to(call, "welcome")
        press_until(line, guest.ear, "2", lambda: "english" in line.way(call))
        line.comes_to(call, "main")
        guest.ear.press("1")
        rings = line.wait_event(LegInvited, call=call).party
        assert rings in ("1001", "1002")
        agent = anna if rings == "1001" else bartek
        agent.expect("incoming")
        agent.do("answer", code=200)
        in_talk(line, call, rings)
        assert line.way(call)[-1] == "agents_english"
        agent.hang_up()
        line.comes_to(call, "survey")
        press_until(line, guest.ear, "5", lambda: line.of_kind(CallRated, call=call))
        assert line.wait_event(CallRated, call=call).rating == 5
        # A VIP hears no menu: her own agent rings.
        vip = outside.calls_as("+48600100300", "helpline", leaves_after=STAYS_SECONDS)
        call = outside.call_id(vip)
        bartek.expect("incoming")
        bartek.do("answer", code=200)
        in_talk(line, call, "1002")
        assert line.way(call) == ["welcome", "vip"]
        # An outage of the whole line is told before all else.
        line.command("schedules", "outage")
        warned = outside.calls_as(line.somebody(), "helpline", leaves_after=STAYS_SECONDS)
        line.comes_to(outside.call_id(warned), "faults")
        assert line.way(outside.call_id(warned))[:2] == ["line_outage", "welcome"]
        line.command("schedules", "auto")
        at_night(line, gateway, outside, anna, klient)
        outside.demand_ends()


def at_night(
    line: ShippedLine, gateway: Gateway, outside: Outside, anna: SoftPhone, klient: SoftPhone
) -> None:
    """Close the helpline: there is a message, which goes out by mail with its sound, and who is on duty."""
    anna.dial("*621")
    assert line.wait_event(ScheduleSwitched, schedule="helpline").mode == "night"
    klient.call("730")
    call = line.call_from(klient.port)
    for place, key in (("main", "1"), ("night_menu", "2")):
        line.comes_to(call, place)
        time.sleep(0.3)
        klient.press(key)
    line.comes_to(call, "message")
    klient.do("pass_time", seconds=5.0)
    klient.hang_up()
    assert line.wait_event(MessageLeft, call=call).box == "technical"
    gateway.wait("mail to technika@bursztyn.example: ")
    gateway.wait("with .*(mp3|wav|ogg)")
    urgent = outside.calls_as(line.somebody(), "helpline", leaves_after=8.0)
    call = outside.call_id(urgent)
    for place in ("main", "night_menu"):
        line.comes_to(call, place)
        time.sleep(0.3)
        urgent.ear.press("1")
    line.comes_to(call, "on_duty")
    assert line.wait_event(LegInvited, call=call).party in ("1003", "1004")
    line.wait_event(CallEnded, call=call, seconds=12.0)


@contextmanager
def faults_told(home: Path, port: int) -> Iterator[Path]:
    """Run the web server that stands in for the system that knows of faults; give the file it tells."""
    argv = [sys.executable, "-m", "http.server", str(port), "--bind", LOOPBACK, "-d", str(home / "faults")]
    program = Program(argv, log=home.parent / "faults.log", environment={"PYTHONUNBUFFERED": "1"})
    try:
        program.wait_start("Serving HTTP", 15.0)
        yield home / "faults" / "faults.json"
    finally:
        program.close()


@contextmanager
def sandbox(folder: Path, port: int) -> Iterator[Program]:
    """Run the provider that moves no money, as its command does."""
    argv = [str(Path(sys.executable).with_name("softswitch")), "payments", "sandbox", "--port", str(port)]
    program = Program([*argv, "--journal", str(folder / "journal.jsonl")], log=folder / "sandbox.log")
    try:
        program.wait_start(str(port), 30.0)
        yield program
    finally:
        program.close()


def test_f08_f09_f10_t26_the_line_with_people_on_the_road(
    tmp_path: Path, ports: Ports, sounds_folder: Path, hearing_all: Ears
) -> None:
    api = ports.take()
    changes = {
        "week: {mon-fri: 7:00-17:00}\n    holidays: PL\n": ALWAYS,
        'host: sip.provider.example, number: "+48221234567", qualify: 0': f'number: "{OURS}", TRUNK',
        "api: yes": f"api: {{port: {api}}}",
    }
    with (
        shipped_line("b2b", tmp_path, ports, number=OURS, instead=changes) as (line, gateway),
        Room(line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as room,
    ):
        assert gateway is not None
        outside = Outside(room, line, hearing_all)
        mailbox, filip, on_duty = (hearing_all.take() for _ in range(3))
        mobiles = people_outside(room, line, mailbox, filip, on_duty)
        token = line.command("tokens", "add", "desk", "--scope", "*:*", "--agent", "1103")[-1]
        gosia = room.pjsua2("1103")
        ewa = room.pjsua2("1101", answer=200)
        # The mailbox of the mobile answers and presses nothing: back to the queue, where Ewa is.
        swallowed = outside.calls("b2b")
        lost = outside.call_id(swallowed)
        line.comes_to(lost, "main")
        swallowed.ear.press("2")
        line.wait_event(LegAnswered, call=lost, party=MOBILE)
        # A link by text message; then one person, who sends others during the talk and after it.
        reader = outside.calls("b2b")
        call = outside.call_id(reader)
        line.comes_to(call, "main")
        reader.ear.press("3")
        gateway.wait(f"text message to \\{reader.number} from Maszyny: .*instrukcje i cennik")
        line.comes_to(call, "main", times=2)
        reader.ear.press("0")
        gosia.expect("incoming")
        gosia.do("answer", code=200)
        in_talk(line, call, "1103")
        assert asked(api, token, "POST", "/v1/messages", {"call": call, "template": "manual"}) == 202
        gateway.wait(f"text message to \\{reader.number} from Maszyny: .*obslugi")
        gosia.hang_up()
        line.wait_event(CallEnded, call=call)
        assert asked(api, token, "POST", "/v1/messages", {"call": call, "template": "address"}) == 202
        gateway.wait(f"text message to \\{reader.number} from Maszyny: .*Lipowa 7")
        # The mobile, and a person who presses one.
        patient = outside.calls_as(line.somebody(), "b2b", leaves_after=STAYS_SECONDS)
        call = outside.call_id(patient)
        line.comes_to(call, "main")
        patient.ear.press("2")
        line.wait_event(LegAnswered, call=call, party=MOBILE)
        filip.wait_until(lambda _: True)
        filip.press("1")
        line.wait_event(LegsBridged, call=call)
        # What the mailbox was asked was answered by nobody, and its caller has a person all the same.
        in_talk(line, lost, "1101")
        assert line.way(lost)[-2:] == ["service", "service-wait"]
        ewa.hang_up()
        # At night: the link all the same, and who is on duty for a machine that stands still.
        gosia.dial("*621")
        assert line.wait_event(ScheduleSwitched).schedule == "office"
        worried = outside.calls_as(line.somebody(), "b2b", leaves_after=STAYS_SECONDS)
        call = outside.call_id(worried)
        line.comes_to(call, "night")
        worried.ear.press("3")
        gateway.wait(f"text message to \\{worried.number} from Maszyny: .*instrukcje i cennik")
        line.comes_to(call, "night", times=2)
        worried.ear.press("2")
        line.wait_event(LegAnswered, call=call, party=MOBILE)
        on_duty.wait_until(lambda _: True)
        on_duty.press("1")
        line.wait_event(LegsBridged, call=call)
        demand(mobiles.scenario, mobiles.result())
        outside.demand_ends()
