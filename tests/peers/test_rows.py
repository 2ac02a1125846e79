"""Every step of the language once as a real call: what the caller heard, and what became of it.

Callers come by the trunk (SIPp signals, an ear at the wire hears), agents have PJSUA2, baresip, Linphone.
The number in a test's name is the row of the step in the list of what menus can do.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from softswitch.events import (
    AgentPaused,
    AgentReturned,
    BranchEntered,
    CallRated,
    CustomerIdentified,
    LegInvited,
    LegsBridged,
    PromptPlayed,
    QueueEntered,
    TicketAsked,
)
from tests.peers import hearing
from tests.peers.ears import ears
from tests.peers.programs import Ports
from tests.peers.prompts import spoken
from tests.peers.queue_callers import Outside
from tests.peers.room import Room
from tests.peers.rows_judge import ALIKE, LISTEN_SECONDS, ended, exits, leads, path, place_of, press
from tests.peers.rows_line import (
    BELOW,
    ENGLISH,
    EXTENSION,
    EXTENSION_AWAY,
    FAREWELL,
    FIRST,
    KNOWN,
    MAIN,
    MUSIC_HZ,
    OTHER,
    SECOND,
    STRANGER,
    SURVEY,
    THANKS,
    VOICE,
    Firm,
    rows_line,
)
from tests.peers.sounds import RATE

pytestmark = pytest.mark.peers

TALK_SECONDS = 1.5
CALLER_HZ, AGENT_HZ = 1000.0, 600.0
LONGEST_GAP_SECONDS, LONGEST_SILENCE_SECONDS = 0.25, 2.0
"""What callers may hear of steps that say nothing, and of silence at all."""


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[Firm]:
    """Run the line for all tests of the module."""
    with rows_line(tmp_path_factory.mktemp("rows"), ports) as made:
        yield made


@pytest.fixture
def room(firm: Firm, ports: Ports, sounds_folder: Path, tmp_path: Path) -> Iterator[Room]:
    """Give the test a room for phones on that line."""
    with Room(firm.line, ports=ports, folder=tmp_path, sounds_folder=sounds_folder) as made:
        yield made


@pytest.fixture
def outside(room: Room, firm: Firm, ports: Ports) -> Iterator[Outside]:
    """Give the test people outside."""
    with ears(ports) as made:
        yield Outside(room, firm.line, made)


def test_t01_the_last_order_is_read_out(firm: Firm, outside: Outside) -> None:
    caller = outside.calls_as(KNOWN, "0101")
    leads(firm, outside, "0101", other="second", stranger="second")
    call = firm.line.call_to("0101", KNOWN)
    ended(firm, call)
    place_of("Zamówienie 4711 zostało wysłane.", caller.ear, firm)
    assert ("read_order", "read") in exits(firm, call)
    # The shop that has no order of his.
    leads(firm, outside, "0102", known="second")
    outside.demand_ends()


def test_t02_p08_a_ticket_at_once_or_only_for_who_hangs_up_in_the_menu(firm: Firm, outside: Outside) -> None:
    leads(firm, outside, "0201", known="first")
    gone = outside.calls_as(OTHER, "0202", leaves_after=1.0)
    queued = outside.calls_as(STRANGER, "0203", leaves_after=1.5)
    for row, caller in (("0202", OTHER), ("0203", STRANGER)):
        ended(firm, firm.line.call_to(row, caller))
    # Tickets are made in the order of the log: behind that of a later call none of these is to come.
    leads(firm, outside, "0201", stranger="first")
    outside.demand_ends()
    at_once = firm.line.of_kind(TicketAsked, call=firm.line.call_to("0201", KNOWN))
    assert [(one.title, one.at_once) for one in at_once] == [
        (f"Nieodebrane połączenie z numeru {KNOWN}", True)
    ]
    assert gone.ear.packets
    assert queued.ear.packets

    last = (STRANGER, "high", "oferta")
    tickets = firm.line.wait_for(
        lambda: found if last in (found := firm.line.tickets()) else None, "the last ticket"
    )
    assert sorted(tickets) == [(KNOWN, "high", "oferta"), (OTHER, "urgent", ""), last]


def test_t03_the_agent_hangs_up_and_the_caller_rates(room: Room, firm: Firm, outside: Outside) -> None:
    agent = room.pjsua2("1001", speaks=AGENT_HZ, answer=200)
    caller = outside.calls_as(STRANGER, "0300")
    agent.expect("call", state="CONFIRMED")
    call = firm.line.call_to("0300", STRANGER)
    firm.line.wait_event(LegsBridged, call=call)
    agent.hang_up()
    firm.line.wait_event(BranchEntered, call=call, branch="r0301")
    caller.ear.wait_until(lambda packet: abs(packet.samples).max() > hearing.ACTIVE_RMS)
    time.sleep(TALK_SECONDS)
    caller.ear.press("4")
    assert firm.line.wait_event(CallRated, call=call) == CallRated("asked", "1001", 4, 1, 5)
    ended(firm, call)
    assert place_of(THANKS, caller.ear, firm) > 0
    assert (
        hearing.find(
            spoken(SURVEY, "pl", folder=firm.line.home / "judged", config=VOICE)[:4000], caller.ear.samples
        ).score
        > ALIKE
    )
    outside.demand_ends()


def test_t04_digits_become_a_variable_that_is_spoken(firm: Firm, outside: Outside) -> None:
    entered, short = outside.calls_as(KNOWN, "0401"), outside.calls_as(OTHER, "0401")
    press(entered, "1234")
    press(short, "12")
    call = firm.line.call_to("0401", KNOWN)
    ended(firm, call)
    (said,) = firm.line.of_kind(PromptPlayed, call=call)
    assert re.findall(r"\d", said.text) == list("1234")
    place_of(said.text, entered.ear, firm)
    without = firm.line.call_to("0401", OTHER)
    ended(firm, without)
    assert path(firm, without)[-1] == "second"
    place_of(SECOND, short.ear, firm)
    outside.demand_ends()


def test_t05_typed_digits_find_the_customer(firm: Firm, outside: Outside) -> None:
    caller = outside.calls_as(STRANGER, "0501")
    press(caller, "456#")
    call = firm.line.call_to("0501", STRANGER)
    ended(firm, call)
    assert firm.line.wait_event(CustomerIdentified, call=call).by == "customer_number"
    place_of("Witamy, Łukasz, w naszej firmie.", caller.ear, firm)
    outside.demand_ends()


def test_t06_p17_texts_are_spoken_in_two_voices_with_the_caller_s_name(firm: Firm, outside: Outside) -> None:
    known, stranger = outside.calls_as(KNOWN, "0601"), outside.calls_as(STRANGER, "0601")
    for number in (KNOWN, STRANGER):
        ended(firm, firm.line.call_to("0601", number))
    for caller, name in ((known, "Łukasz"), (stranger, "nasz klient")):
        text = f"Dzień dobry, {name}, jak się masz."
        woman, man = (place_of(text, caller.ear, firm, voice=voice) for voice in ("f2", "m3"))
        assert man > woman + 1.0
    outside.demand_ends()


@pytest.mark.punctual
def test_p03_n09_silent_steps_between_two_texts_leave_no_gap(firm: Firm, outside: Outside) -> None:
    caller = outside.calls_as(STRANGER, "0603")
    ended(firm, firm.line.call_to("0603", STRANGER))
    first, second = (place_of(text, caller.ear, firm) for text in (FIRST, SECOND))
    said = len(spoken(FIRST, "pl", folder=firm.line.home / "judged", config=VOICE)) / RATE
    assert second - (first + said) < LONGEST_GAP_SECONDS
    assert hearing.longest_silence(caller.ear.samples) < LONGEST_SILENCE_SECONDS
    outside.demand_ends()


def test_t07_forwarded_to_a_phone_both_hear_each_other(room: Room, firm: Firm, outside: Outside) -> None:
    called = room.pjsua2("1002", speaks=AGENT_HZ, answer=200)
    inside = room.pjsua2("2001", speaks=CALLER_HZ)
    inside.dial("+48222200701")
    called.expect("call", state="CONFIRMED")
    call = firm.line.call_from(inside.port)
    firm.line.wait_event(LegsBridged, call=call)
    inside.do("pass_time", seconds=0.4)
    for phone, other in ((inside, AGENT_HZ), (called, CALLER_HZ)):
        heard = hearing.read(phone.listen(room.folder / f"{other:g}.wav", TALK_SECONDS))
        assert hearing.share(heard, other) > hearing.CLEAR
    inside.hang_up()
    ended(firm, call)
    # An empty number ends the call.
    outside.calls_as(STRANGER, "0702")
    empty = firm.line.call_to("0702", STRANGER)
    assert ended(firm, empty).ended_by == "switch"
    assert ("dial", "no_target") in exits(firm, empty)
    outside.demand_ends()


def test_t08_a_queue_answers_at_once_with_music(room: Room, firm: Firm, outside: Outside) -> None:
    agent = room.pjsua2("1001", speaks=AGENT_HZ)
    caller = outside.calls_as(KNOWN, "0801")
    agent.expect("incoming")
    call = firm.line.call_to("0801", KNOWN)
    time.sleep(TALK_SECONDS)
    assert hearing.seconds_of(caller.ear.samples, MUSIC_HZ) > 0.7
    agent.do("answer", code=200)
    firm.line.wait_event(LegsBridged, call=call)
    agent.do("pass_time", seconds=TALK_SECONDS)
    assert hearing.seconds_of(caller.ear.samples, AGENT_HZ) > 0.7
    agent.hang_up()
    ended(firm, call)
    outside.demand_ends()


def test_t08_a_patient_queue_rings_until_an_agent_answers(room: Room, firm: Firm, outside: Outside) -> None:
    agent = room.pjsua2("1001", speaks=AGENT_HZ)
    caller = outside.calls_as(OTHER, "0802")
    agent.expect("incoming")
    agent.do("pass_time", seconds=TALK_SECONDS)
    # Nothing is charged yet: there was no answer.
    assert caller.ear.packets == []
    agent.do("answer", code=200)
    call = firm.line.call_to("0802", OTHER)
    firm.line.wait_event(LegsBridged, call=call)
    agent.do("pass_time", seconds=TALK_SECONDS)
    assert hearing.seconds_of(caller.ear.samples, AGENT_HZ) > 0.7
    assert hearing.seconds_of(caller.ear.samples, MUSIC_HZ) < 0.2
    agent.hang_up()
    ended(firm, call)
    heads = [message.split("\n", 1)[0] for message in outside.demand_ends()]
    answers = [head.split()[1] for head in heads if head.startswith("SIP/2.0")]
    assert answers.index("180") < answers.index("200")


def test_t09_a_customer_s_group_decides_the_queue(firm: Firm, outside: Outside) -> None:
    for number, queue in ((KNOWN, "firms"), (OTHER, "people"), (STRANGER, "sales")):
        outside.calls_as(number, "0901", leaves_after=1.0)
        call = firm.line.call_to("0901", number)
        assert firm.line.wait_event(QueueEntered, call=call).queue == queue
    outside.demand_ends()


def test_t10_the_keeper_rings_alone_and_one_in_a_call_is_done_without(
    room: Room, firm: Firm, outside: Outside
) -> None:
    keeper = room.pjsua2("1001", speaks=AGENT_HZ, answer=200)
    colleague = room.pjsua2("1002", speaks=None)
    caller = outside.calls_as(KNOWN, "1001")
    keeper.expect("call", state="CONFIRMED")
    call = firm.line.call_to("1001", KNOWN)
    firm.line.wait_event(LegsBridged, call=call)
    assert [one.party for one in firm.line.of_kind(LegInvited, call=call)] == ["1001"]
    second = outside.calls_as(KNOWN, "1001")
    colleague.expect("incoming")
    other = firm.line.call_to("1001", KNOWN, but=call)
    assert firm.line.wait_event(QueueEntered, call=other).queue == "cooperation"
    colleague.do("answer", code=200)
    firm.line.wait_event(LegsBridged, call=other)
    keeper.do("pass_time", seconds=TALK_SECONDS)
    assert hearing.seconds_of(caller.ear.samples, AGENT_HZ) > 0.7
    assert second.ear.packets
    colleague.hang_up()
    keeper.hang_up()
    for one in (call, other):
        ended(firm, one)
    outside.demand_ends()


def test_t11_the_spare_phone_of_a_duty_answers(room: Room, firm: Firm, outside: Outside) -> None:
    main = room.pjsua2("1002", speaks=None)
    spare = room.pjsua2("1003", speaks=AGENT_HZ, answer=200)
    outside.calls_as(STRANGER, "1101")
    main.expect("incoming")
    main.do("answer", code=180)
    call = firm.line.call_to("1101", STRANGER)
    firm.line.wait_event(LegsBridged, call=call, seconds=LISTEN_SECONDS)
    assert [one.party for one in firm.line.of_kind(LegInvited, call=call)] == ["1002", "1003"]
    spare.hang_up()
    ended(firm, call)
    outside.demand_ends()


def test_t12_an_extension_rings_after_its_last_digit(room: Room, firm: Firm, outside: Outside) -> None:
    phone = room.pjsua2(EXTENSION, speaks=AGENT_HZ, answer=200)
    right, wrong, nobody, away = (
        outside.calls_as(number, "1201") for number in (KNOWN, OTHER, STRANGER, "+48604000222")
    )
    for caller, keys in ((right, EXTENSION), (wrong, "99"), (away, EXTENSION_AWAY)):
        press(caller, keys)
    phone.expect("call", state="CONFIRMED")
    call = firm.line.call_to("1201", KNOWN)
    firm.line.wait_event(LegsBridged, call=call)
    phone.do("pass_time", seconds=TALK_SECONDS)
    assert hearing.seconds_of(right.ear.samples, AGENT_HZ) > 0.7
    phone.hang_up()
    for caller, number in ((wrong, OTHER), (nobody, STRANGER)):
        other = firm.line.call_to("1201", number)
        ended(firm, other)
        assert path(firm, other)[-1] == "second"
        place_of(SECOND, caller.ear, firm)
    gone = ended(firm, firm.line.call_to("1201", "+48604000222"))
    assert (gone.result, gone.detail, gone.ended_by) == ("unreachable", EXTENSION_AWAY, "switch")
    ended(firm, call)
    outside.demand_ends()


def test_t13_the_caller_hears_the_last_syllable_before_the_end(firm: Firm, outside: Outside) -> None:
    caller = outside.calls_as(STRANGER, "1301")
    call = firm.line.call_to("1301", STRANGER)
    over = ended(firm, call)
    assert (over.ended_by, over.q850) == ("switch", 16)
    place_of(FAREWELL, caller.ear, firm)
    messages = outside.demand_ends()
    assert any(message.startswith("BYE") for message in messages)


def test_t14_another_system_s_answer_leads_on(firm: Firm, outside: Outside) -> None:
    leads(firm, outside, "1401", stranger="first")
    leads(firm, outside, "1402", stranger="second")
    assert firm.web.at("/fault")
    outside.demand_ends()


def test_t15_up_leads_back_to_the_menu_above(firm: Firm, outside: Outside) -> None:
    caller = outside.calls_as(STRANGER, "1501")
    call = firm.line.call_to("1501", STRANGER)
    for key, branches in (("4", 2), ("0", 4), ("1", 5)):
        wanted = ["main", "below", "above", "main", "first"][:branches]
        time.sleep(0.6)
        caller.ear.press(key)
        firm.line.wait_for(lambda w=wanted: True if path(firm, call) == w else None, f"the way {wanted}")
    ended(firm, call)
    # Keys cut both prompts short; their beginnings were heard, and the first way out whole.
    for text in (MAIN, BELOW):
        begins = hearing.voiced(spoken(text, "pl", folder=firm.line.home / "judged", config=VOICE))[:2400]
        assert hearing.find(begins, caller.ear.samples).score > ALIKE
    place_of(FIRST, caller.ear, firm)
    outside.demand_ends()


def test_t16_opening_hours_lead_on(firm: Firm, outside: Outside) -> None:
    leads(firm, outside, "1601", stranger="first")
    leads(firm, outside, "1602", stranger="second")
    outside.demand_ends()


def test_t17_p10_who_is_logged_in_counts_and_who_is_on_a_break_is_not_free(
    room: Room, firm: Firm, outside: Outside
) -> None:
    room.pjsua2("1001", speaks=None)
    bartek = room.pjsua2("1002", speaks=None)
    bartek.dial("*47")
    firm.line.wait_event(AgentPaused, agent="1002")
    leads(firm, outside, "1701", stranger="first")
    leads(firm, outside, "1702", stranger="second")
    bartek.dial("*48")
    firm.line.wait_event(AgentReturned, agent="1002")
    # His call to the code must be over, or he is in a call.
    for _ in range(2):
        bartek.expect("call", state="DISCONNECTED")
    leads(firm, outside, "1702", other="first")
    outside.demand_ends()


def test_t18_who_waits_counts_and_who_has_left_does_not(firm: Firm, outside: Outside) -> None:
    for number in (KNOWN, OTHER):
        outside.calls_as(number, "1801", leaves_after=6.0)
        firm.line.wait_event(QueueEntered, call=firm.line.call_to("1801", number))
    leads(firm, outside, "1801", stranger="second")
    for number in (KNOWN, OTHER):
        ended(firm, firm.line.call_to("1801", number))
    outside.calls_as("+48605000333", "1801", leaves_after=1.0)
    call = firm.line.call_to("1801", "+48605000333")
    assert firm.line.wait_event(QueueEntered, call=call).queue == "lone"
    outside.demand_ends()


def test_t19_the_last_order_s_status_leads_on(firm: Firm, outside: Outside) -> None:
    leads(firm, outside, "1901", known="first", other="second", stranger="second")
    outside.demand_ends()


def test_t20_a_field_of_the_customer_leads_on(firm: Firm, outside: Outside) -> None:
    leads(firm, outside, "2001", known="first", other="second", stranger="second")
    outside.demand_ends()


def test_t21_another_branch_in_another_language_which_is_kept(firm: Firm, outside: Outside) -> None:
    caller = outside.calls_as(STRANGER, "2101")
    call = firm.line.call_to("2101", STRANGER)
    firm.line.wait_event(BranchEntered, call=call, branch="main")
    time.sleep(0.6)
    caller.ear.press("5")
    ended(firm, call)
    assert path(firm, call) == ["main", "english", "r2101"]
    first = place_of(ENGLISH, caller.ear, firm, language="en")
    assert place_of("Now we go on in English.", caller.ear, firm, language="en") > first
    outside.demand_ends()


def test_t22_p20_linphone_shows_the_name_with_its_polish_letters(
    room: Room, firm: Firm, outside: Outside
) -> None:
    agent = room.linphonec("1003")
    outside.calls_as(KNOWN, "2201")
    agent.wait_incoming()
    agent.answer()
    call = firm.line.call_to("2201", KNOWN)
    firm.line.wait_event(LegsBridged, call=call)
    shown = [line for line in agent.program.lines if "Receiving new incoming call" in line]
    assert "AWARIA Ł.Żółkiewski" in shown[0], shown
    assert f"<sip:{KNOWN}@" in shown[0]
    agent.hang_up()
    ended(firm, call)
    outside.demand_ends()


def test_t23_an_agent_s_phone_is_told_nothing_of_the_real_number(
    room: Room, firm: Firm, outside: Outside
) -> None:
    agent = room.pjsua2("1003", answer=200)
    outside.calls_as(KNOWN, "2301")
    agent.expect("call", state="CONFIRMED")
    call = firm.line.call_to("2301", KNOWN)
    firm.line.wait_event(LegsBridged, call=call)
    agent.hang_up()
    ended(firm, call)
    wire = agent.log.read_text("latin-1")
    assert "sip:7000@" in wire
    assert KNOWN[3:] not in wire
    assert "kiewski" not in wire
    outside.demand_ends()


def test_t24_a_mail_goes_to_the_customer(firm: Firm, outside: Outside) -> None:
    leads(firm, outside, "2401", known="first", stranger="second")
    outside.calls_as(KNOWN, "2402")
    assert ended(firm, firm.line.call_to("2402", KNOWN)).ended_by == "switch"
    outside.demand_ends()
    letters = firm.line.wait_for(
        lambda: found if len(found := firm.letters.to("lukasz@example.pl")) == 2 else None, "two mails"
    )
    for letter in letters:
        assert "biuro@firma.pl" in letter["From"]
        octets = letter.get_payload(decode=True)
        assert isinstance(octets, bytes)
        assert "Dzień dobry Łukasz, oto oferta." in octets.decode()


def test_t25_a_request_is_sent_and_its_answer_spoken(firm: Firm, outside: Outside) -> None:
    caller = outside.calls_as(KNOWN, "2501")
    ended(firm, firm.line.call_to("2501", KNOWN))
    (asked,) = firm.web.at("/status")
    assert (asked.method, asked.json) == ("POST", {"number": KNOWN})
    assert asked.headers["x-line"] == "+48222202501"
    place_of("Paczka dotrze za 3 dni robocze.", caller.ear, firm)
    leads(firm, outside, "2502", stranger="second")
    outside.demand_ends()


def test_t26_a_text_message_goes_to_the_caller(firm: Firm, outside: Outside) -> None:
    leads(firm, outside, "2601", known="first")
    landline = outside.calls_as("+48221112233", "2601")
    call = firm.line.call_to("2601", "+48221112233")
    ended(firm, call)
    assert path(firm, call)[-1] == "second"
    place_of(SECOND, landline.ear, firm)
    (asked,) = firm.line.wait_for(lambda: firm.web.at("/sms") or None, "a message at the gateway")
    assert asked.json["to"] == KNOWN
    assert "https://example.pl/o" in str(asked.json["text"])
    outside.demand_ends()


def test_t27_the_number_that_calls_finds_the_customer(firm: Firm, outside: Outside) -> None:
    leads(firm, outside, "2701", known="first", other="first", stranger="second")
    leads(firm, outside, "2702", known="second", other="first")
    outside.demand_ends()
