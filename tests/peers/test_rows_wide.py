"""All ways out of the steps as real calls: what is refused, late, unknown, busy, or somebody else's.

:mod:`tests.peers.test_rows` calls each step once; here are the ways beside the straight one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from softswitch.events import (
    BranchEntered,
    CallRated,
    CustomerIdentified,
    DigitPressed,
    LegInvited,
    LegsBridged,
    QueueEntered,
    QueueLeft,
    StepTaken,
)
from tests.peers import hearing, sounds
from tests.peers.ears import ears
from tests.peers.programs import Ports
from tests.peers.queue_callers import Outside
from tests.peers.room import Room
from tests.peers.rows_judge import ended, exits, lead, path, place_of, press, said_by
from tests.peers.rows_line import (
    EXTENSION,
    FIRST,
    INSIDE,
    KNOWN,
    MUSIC_HZ,
    OTHER,
    SECOND,
    STRANGER,
    Firm,
    number,
    rows_line,
)
from tests.peers.softphone import SoftPhone
from tests.peers.wide_line import (
    COMPANYS,
    LIMIT_SECONDS,
    NEW,
    NEW_NUMBER,
    NEWER,
    PAID,
    PESEL,
    SENT_OFF,
    SHARED,
    WIDE,
    WIDE_ANSWERS,
)

pytestmark = pytest.mark.peers

AGENT_HZ, SIGNAL_HZ = 600.0, 425.0
"""What agents speak; and the Polish signals of ringing and busy lines (ITU-T E.180 supplement 2)."""
TALK_SECONDS = 1.0
KEY_SECONDS = 0.12
LONGEST_SILENCE_SECONDS = 2.0


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[Firm]:
    """Run the line for all tests of the module."""
    with rows_line(tmp_path_factory.mktemp("wide"), ports, WIDE, WIDE_ANSWERS) as made:
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


def rung(firm: Firm, call: str) -> list[str]:
    """Return who was rung in a call, in order."""
    return [one.party for one in firm.line.of_kind(LegInvited, call=call)]


def test_t03_a_key_outside_the_scale_is_no_rating_and_who_leaves_first_is_not_asked(
    room: Room, firm: Firm, outside: Outside
) -> None:
    agent = room.pjsua2("1001", speaks=AGENT_HZ, answer=200)
    wrong = outside.calls_as(STRANGER, "0300")
    agent.expect("call", state="CONFIRMED")
    call = firm.line.call_to("0300", STRANGER)
    firm.line.wait_event(LegsBridged, call=call)
    agent.hang_up()
    firm.line.wait_event(BranchEntered, call=call, branch="r0301")
    wrong.ear.press("9")
    ended(firm, call)
    assert path(firm, call) == ["r0301", "second"]
    assert firm.line.of_kind(CallRated, call=call) == []
    place_of(SECOND, wrong.ear, firm)
    outside.calls_as(OTHER, "0300", leaves_after=TALK_SECONDS)
    agent.expect("call", state="CONFIRMED")
    leaves = firm.line.call_to("0300", OTHER)
    assert ended(firm, leaves).ended_by == "caller"
    assert path(firm, leaves) == []
    outside.demand_ends()


def test_t05_without_a_confirmation_nobody_is_found_and_somebody_new_is_written_down(
    room: Room, firm: Firm, outside: Outside
) -> None:
    unconfirmed = outside.calls_as(STRANGER, "0513")
    unknown = outside.calls_as(OTHER, "0513")
    secret = outside.calls_as(STRANGER, "0511")
    new = outside.calls_as(NEW, "0510")
    for caller, keys in (
        (unconfirmed, "456"),
        (unknown, "999#"),
        (new, f"{NEW_NUMBER}#"),
        (secret, f"{PESEL}#"),
    ):
        press(caller, keys)
    for calling, row, branch in (
        (STRANGER, "0513", "second"),
        (OTHER, "0513", "second"),
        (STRANGER, "0511", "first"),
        (NEW, "0510", "third"),
    ):
        call = firm.line.call_to(row, calling)
        ended(firm, call)
        assert path(firm, call)[-1] == branch, (row, exits(firm, call))
    (looked,) = firm.line.of_kind(StepTaken, call=firm.line.call_to("0513", OTHER))[:1]
    assert (looked.exit, looked.detail) == ("not_found", "customer_number 123999")
    # From the next call on the number and the digits find the customer who was written down.
    typed = outside.calls_as(KNOWN, "0513")
    lead(firm, outside, (NEW, "0512", "first"), (NEWER, "0512", "second"))
    press(typed, f"{NEW_NUMBER}#")
    found = [
        firm.line.wait_event(CustomerIdentified, call=firm.line.call_to(row, calling)).customer
        for row, calling in (("0510", NEW), ("0512", NEW), ("0513", KNOWN))
    ]
    assert len(set(found)) == 1
    outside.demand_ends()
    call = firm.line.call_to("0511", STRANGER)
    told = "\n".join(str(entry.event) for entry in firm.line.events() if entry.call == call)
    assert "pesel" in told
    assert PESEL not in told


def test_t07_one_who_is_busy_and_one_who_does_not_answer_have_ways_of_their_own(
    room: Room, firm: Firm, outside: Outside
) -> None:
    busy = room.pjsua2("1002", speaks=None, answer=486)
    lead(firm, outside, (STRANGER, "0710", "first"))
    busy.close()
    room.pjsua2("1002", speaks=None, answer=180)
    lead(firm, outside, (OTHER, "0710", "second"))
    outside.demand_ends()


def test_t09_a_field_of_ones_own_and_the_number_called_decide_the_queue(firm: Firm, outside: Outside) -> None:
    wanted = (
        (SENT_OFF, "0910", "firms"),
        (PAID, "0910", "people"),
        (KNOWN, "0910", "sales"),
        (STRANGER, "0911", "firms"),
        (STRANGER, "0912", "sales"),
    )
    for caller, row, _ in wanted:
        outside.calls_as(caller, row, leaves_after=TALK_SECONDS)
    for caller, row, queue in wanted:
        call = firm.line.call_to(row, caller)
        assert firm.line.wait_event(QueueEntered, call=call).queue == queue
    outside.demand_ends()


def test_t10_p07_another_system_or_the_company_names_the_keeper(
    room: Room, firm: Firm, outside: Outside
) -> None:
    keeper = room.pjsua2("1002", speaks=AGENT_HZ, answer=200)
    for calling, row in ((STRANGER, "1010"), (COMPANYS, "1013")):
        caller = outside.calls_as(calling, row)
        keeper.expect("call", state="CONFIRMED")
        call = firm.line.call_to(row, calling)
        firm.line.wait_event(LegsBridged, call=call)
        keeper.do("pass_time", seconds=TALK_SECONDS)
        assert hearing.seconds_of(caller.ear.samples, AGENT_HZ) > TALK_SECONDS / 2
        keeper.hang_up()
        ended(firm, call)
        assert rung(firm, call) == ["1002"]
    (asked,) = firm.web.at("/keeper")
    assert STRANGER.removeprefix("+") in asked.query
    outside.demand_ends()


def test_t10_without_a_keeper_it_is_busy_before_and_behind_an_answer(firm: Firm, outside: Outside) -> None:
    outside.is_refused(NEWER, "1011", 486)
    answered = outside.calls_as(NEWER, "1012")
    for row in ("1011", "1012"):
        over = ended(firm, firm.line.call_to(row, NEWER))
        assert (over.result, over.ended_by) == ("busy", "switch")
    assert place_of(FIRST, answered.ear, firm) < 1.0
    assert hearing.seconds_of(answered.ear.samples, SIGNAL_HZ) > 0.9
    outside.demand_ends()


def test_t10_p13_whoever_talked_last_then_the_agent_of_the_number_then_the_queue(
    room: Room, firm: Firm, outside: Outside
) -> None:
    # Nobody has talked with him: the agent of the number is not there, the queue takes him.
    outside.calls_as(NEWER, "1014", leaves_after=TALK_SECONDS)
    alone = firm.line.call_to("1014", NEWER)
    assert firm.line.wait_event(QueueEntered, call=alone).queue == "firms"
    ended(firm, alone)
    anna = room.pjsua2("1001", speaks=None, answer=200)
    bartek = room.pjsua2("1002", speaks=None, answer=200)

    def talks(row: str, *, with_: str) -> None:
        outside.calls_as(NEWER, row)
        phone = anna if with_ == "1001" else bartek
        phone.expect("call", state="CONFIRMED")
        call = firm.line.call_to(row, NEWER)
        firm.line.wait_event(LegsBridged, call=call)
        phone.hang_up()
        ended(firm, call)
        assert rung(firm, call) == [with_]

    talks("1016", with_="1002")
    # A caller without a keeper waits in the second queue while it has free agents.
    talks("1015", with_="1001")
    firm.line.wait_for(lambda: "1001" in firm.line.talked_with(NEWER) or None, "the talk in the history")
    talks("1017", with_="1001")
    outside.demand_ends()


def test_t11_both_phones_are_tried_again_until_one_answers(room: Room, firm: Firm, outside: Outside) -> None:
    main = room.pjsua2("1002", speaks=AGENT_HZ)
    spare = room.pjsua2("1003", speaks=None)
    caller = outside.calls_as(STRANGER, "1110")
    for phone in (main, spare):
        phone.expect("incoming")
        phone.do("answer", code=486)
    main.expect("incoming")
    main.do("answer", code=200)
    call = firm.line.call_to("1110", STRANGER)
    firm.line.wait_event(LegsBridged, call=call)
    assert rung(firm, call) == ["1002", "1003", "1002"]
    assert hearing.seconds_of(caller.ear.samples, SIGNAL_HZ) > 0.9
    main.hang_up()
    ended(firm, call)
    outside.demand_ends()


def test_t11_when_nobody_answers_in_time_it_goes_on(firm: Firm, outside: Outside) -> None:
    lead(firm, outside, (STRANGER, "1111", "second"))
    assert exits(firm, firm.line.call_to("1111", STRANGER))[1] == ("duty", "no_answer")
    outside.demand_ends()


def test_t14_a_strange_answer_none_and_a_late_one_lead_on_in_time(firm: Firm, outside: Outside) -> None:
    late = outside.calls_as(STRANGER, "1411")
    lead(
        firm,
        outside,
        (STRANGER, "1410", "second"),
        (STRANGER, "1412", "second"),
        (STRANGER, "1413", "third"),
    )
    call = firm.line.call_to("1411", STRANGER)
    ended(firm, call)
    assert path(firm, call)[-1] == "second"
    waited = place_of(SECOND, late.ear, firm) - said_by(FIRST, late.ear, firm)
    assert LIMIT_SECONDS / 2 < waited < LIMIT_SECONDS + 1.0
    assert hearing.seconds_of(late.ear.samples, MUSIC_HZ) > LIMIT_SECONDS / 2
    outside.demand_ends()


def test_t17_p10_who_is_in_a_call_is_logged_in_and_not_free(room: Room, firm: Firm, outside: Outside) -> None:
    agent = room.pjsua2("1001", speaks=None, answer=200)
    lead(firm, outside, (STRANGER, "1710", "first"))
    talking = outside.calls_as(OTHER, "0911")
    assert talking
    agent.expect("call", state="CONFIRMED")
    firm.line.wait_event(LegsBridged, call=firm.line.call_to("0911", OTHER))
    lead(firm, outside, (KNOWN, "1710", "second"), (KNOWN, "1711", "first"))
    agent.hang_up()
    outside.demand_ends()


def test_t18_the_sixth_still_waits_the_seventh_does_not_and_who_left_counts_no_more(
    firm: Firm, outside: Outside
) -> None:
    five = [f"+4860600000{place}" for place in range(5)]
    for caller in five:
        outside.calls_as(caller, "1811", leaves_after=6.0)
    calls = [firm.line.call_to("1811", caller) for caller in five]
    for call in calls:
        firm.line.wait_event(QueueEntered, call=call)
    outside.calls_as(KNOWN, "1810", leaves_after=3.0)
    sixth = firm.line.call_to("1810", KNOWN)
    assert firm.line.wait_event(QueueEntered, call=sixth).queue == "crowd"
    lead(firm, outside, (OTHER, "1810", "second"))
    for call in (*calls, sixth):
        firm.line.wait_event(QueueLeft, call=call)
    outside.calls_as(STRANGER, "1810", leaves_after=0.5)
    assert firm.line.wait_event(QueueEntered, call=firm.line.call_to("1810", STRANGER)).queue == "crowd"
    outside.demand_ends()


def test_t19_each_status_has_its_branch_and_who_is_not_known_hears_nothing_of_it(
    firm: Firm, outside: Outside
) -> None:
    lead(
        firm,
        outside,
        (KNOWN, "1910", "first"),
        (PAID, "1910", "second"),
        (SENT_OFF, "1910", "third"),
        (OTHER, "1910", "fourth"),
        (KNOWN, "1911", "fourth"),
        (KNOWN, "1912", "third"),
    )
    outside.demand_ends()


def test_t20_a_yes_or_no_and_who_was_found_by_digits(firm: Firm, outside: Outside) -> None:
    typed = outside.calls_as(STRANGER, "2011")
    lead(
        firm,
        outside,
        (PAID, "2010", "first"),
        (SENT_OFF, "2010", "third"),
        (COMPANYS, "2010", "second"),
        (STRANGER, "2010", "second"),
    )
    press(typed, "456#")
    call = firm.line.call_to("2011", STRANGER)
    ended(firm, call)
    assert path(firm, call)[-1] == "first"
    outside.demand_ends()


def test_t24_a_customer_without_an_address_has_a_way_of_his_own(firm: Firm, outside: Outside) -> None:
    lead(firm, outside, (OTHER, "2410", "second"), (KNOWN, "2410", "first"))
    assert ("mail", "no_address") in exits(firm, firm.line.call_to("2410", OTHER))
    (letter,) = firm.line.wait_for(lambda: firm.letters.to("lukasz@example.pl") or None, "a mail")
    assert letter["Subject"] == "Oferta"
    assert letter["To"] == "lukasz@example.pl"
    outside.demand_ends()


def test_t25_every_method_and_every_error(firm: Firm, outside: Outside) -> None:
    late = outside.calls_as(STRANGER, "2520")
    lead(
        firm,
        outside,
        (STRANGER, "2510", "first"),
        *((STRANGER, row, "second") for row in ("2521", "2522", "2523", "2524")),
    )
    sent = [(one.method, one.query, one.body) for one in firm.web.at("/made") if one.body or one.query]
    assert [(method, query) for method, query, _ in sent] == [
        ("POST", ""),
        ("GET", "of=3"),
        ("PUT", ""),
        ("PATCH", ""),
    ]
    assert "DELETE" in {one.method for one in firm.web.at("/made")}
    call = firm.line.call_to("2520", STRANGER)
    ended(firm, call)
    assert path(firm, call)[-1] == "second"
    assert place_of(SECOND, late.ear, firm) - said_by(FIRST, late.ear, firm) < LIMIT_SECONDS + 1.0
    assert hearing.longest_silence(late.ear.samples) < LONGEST_SILENCE_SECONDS
    outside.demand_ends()


def test_t26_to_a_hidden_number_no_message_goes(firm: Firm, outside: Outside) -> None:
    outside.calls_as("anonymous", "2610")
    call = firm.line.call_to("2610", "anonymous")
    ended(firm, call)
    assert path(firm, call)[-1] == "second"
    assert firm.web.at("/sms") == []
    outside.demand_ends()


def test_t27_one_customer_in_any_spelling_and_of_two_with_one_number_a_field_decides(
    firm: Firm, outside: Outside
) -> None:
    spellings = ("601234567", "0048601234567", "48601234567")
    callers = [outside.calls_as(written, "2710") for written in spellings]
    lead(
        firm,
        outside,
        (SHARED, "2710", "second"),
        (SHARED, "2711", "first"),
        (SHARED, "2712", "second"),
    )
    for caller in callers:
        caller.ear.wait_until(lambda _: True)
        place_of(FIRST, caller.ear, firm)
    outside.calls_as("anonymous", "2710")
    call = firm.line.call_to("2710", "anonymous")
    ended(firm, call)
    assert path(firm, call)[-1] == "second"
    outside.demand_ends()


def press_by(method: str, phone: SoftPhone, keys: str, room: Room) -> None:
    """Press keys by SIP INFO, or as tones in the sound."""
    if method == "info":
        phone.press(keys, method)
        return
    tones = sounds.key_tones(keys, on=KEY_SECONDS, off=KEY_SECONDS)
    phone.speak(sounds.write_wav(room.folder / f"keys{len(keys)}.wav", tones), once=True)


@pytest.mark.parametrize("method", ["info", "inband"])
def test_t03_t04_t05_t12_t15_keys_by_info_and_as_tones(room: Room, firm: Firm, method: str) -> None:
    called = room.pjsua2(EXTENSION, speaks=None, answer=200)
    caller = room.pjsua2(INSIDE[0], speaks=None)
    caller.call(number("9001"))
    call = firm.line.call_from(caller.port)
    keys = "".join(("1234", "456#", "1", "0", "1", "2", "4"))
    press_by(method, caller, keys, room)
    # What is pressed right behind a rating counts for nothing.
    firm.line.wait_event(BranchEntered, call=call, branch="last")
    press_by(method, caller, EXTENSION, room)
    firm.line.wait_event(LegsBridged, call=call)
    pressed = [(one.digit, one.method) for one in firm.line.of_kind(DigitPressed, call=call)]
    assert pressed == [(key, method) for key in keys + EXTENSION]
    assert path(firm, call) == ["r9001", "main", "below", "above", "main", "below", "asked", "last"]
    assert [one.rating for one in firm.line.of_kind(CallRated, call=call)] == [4]
    assert firm.line.of_kind(CustomerIdentified, call=call)
    called.hang_up()
    ended(firm, call)
