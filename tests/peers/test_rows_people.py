"""People who answer, and those who wait for them, as real calls: two agents, groups, order, crowds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from softswitch.crm.history_model import Contact, ContactKind
from softswitch.events import (
    AgentOffered,
    CallEnded,
    DigitPressed,
    IdentityLocked,
    IdentityRefused,
    LegInvited,
    LegsBridged,
    PlaceTold,
    PromptPlayed,
    QueueAnswered,
    QueueEntered,
)
from softswitch.narration.queues import told_of_wait
from softswitch.queues.texts import ahead
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.database import Database
from tests.peers import hearing
from tests.peers.ears import ears
from tests.peers.line import DATABASE
from tests.peers.programs import Ports
from tests.peers.prompts import spoken
from tests.peers.queue_callers import Outside
from tests.peers.room import Room
from tests.peers.rows_judge import ALIKE, ended, path, place_of, press
from tests.peers.rows_line import FIRST, KNOWN, OTHER, SECOND, STRANGER, VOICE, Firm, rows_line
from tests.peers.wide_line import COMPANYS, NEWER, PAID, PESEL, SENT_OFF, WIDE, WIDE_ANSWERS

pytestmark = pytest.mark.peers

AGENT_HZ, RINGING_HZ = 600.0, 425.0
CROWD = 25
"""So many hear the same at the same time."""
SLIP_SECONDS = 0.03


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[Firm]:
    """Run the line for all tests of the module."""
    with rows_line(tmp_path_factory.mktemp("people"), ports, WIDE, WIDE_ANSWERS) as made:
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


def test_d24_m04_two_agents_and_a_queue_with_nothing_else_said_and_places_in_the_callers_language(
    room: Room, firm: Firm, outside: Outside
) -> None:
    agents = {user: room.pjsua2(user, speaks=AGENT_HZ, answer=200) for user in ("1001", "1002")}
    callers = {number: outside.calls_as(number, "8104") for number in (KNOWN, OTHER)}
    calls = {number: firm.line.call_to("8104", number) for number in callers}
    answered = {
        number: firm.line.wait_event(QueueAnswered, call=call).agent for number, call in calls.items()
    }
    assert set(answered.values()) == set(agents)
    third = outside.calls_as(STRANGER, "8104")
    waits = firm.line.call_to("8104", STRANGER)
    firm.line.wait_event(QueueEntered, call=waits)
    fourth = outside.calls_as(NEWER, "8106")
    behind = firm.line.call_to("8106", NEWER)
    # Who is not the next one is told where he stands, and music follows: nobody had to write that.
    assert firm.line.wait_event(PlaceTold, call=behind).ahead == 1
    english = spoken(ahead(1, "en").text, "en", folder=firm.line.home / "judged", config=VOICE)
    firm.line.wait_for(
        lambda: hearing.find(english, fourth.ear.samples).score > ALIKE or None, "the place in English"
    )
    for one in (third, fourth):
        assert hearing.longest_silence(one.ear.samples) < 1.0
    for number, call in ((OTHER, waits), (KNOWN, behind)):
        agents[answered[number]].hang_up()
        assert firm.line.wait_event(QueueAnswered, call=call).agent == answered[number]
        firm.line.wait_event(LegsBridged, call=call)
    for agent in agents.values():
        agent.hang_up()
    outside.demand_ends()


def test_d04_i05_a_long_talk_in_one_group_holds_up_nobody_of_another(
    room: Room, firm: Firm, outside: Outside
) -> None:
    technician, bookkeeper = (room.pjsua2(user, speaks=None, answer=200) for user in ("1001", "1002"))
    outside.calls_as(KNOWN, "8101")
    long = firm.line.call_to("8101", KNOWN)
    firm.line.wait_event(LegsBridged, call=long)
    outside.calls_as(OTHER, "8101")
    waits = firm.line.call_to("8101", OTHER)
    firm.line.wait_event(QueueEntered, call=waits)
    outside.calls_as(STRANGER, "8103")
    short = firm.line.call_to("8103", STRANGER)
    answered = firm.line.wait_event(QueueAnswered, call=short)
    firm.line.wait_event(LegsBridged, call=short)
    assert (answered.agent, answered.waited < 1.0) == ("1002", True)
    assert firm.line.of_kind(QueueAnswered, call=waits) == firm.line.of_kind(CallEnded, call=long) == []
    bookkeeper.hang_up()
    technician.hang_up()
    assert firm.line.wait_event(QueueAnswered, call=waits).agent == "1001"
    firm.line.wait_event(LegsBridged, call=waits)
    technician.hang_up()
    outside.demand_ends()


def test_n16_why_somebody_was_answered_before_who_waited_longer_stands_in_the_record(
    room: Room, firm: Firm, outside: Outside
) -> None:
    agent = room.pjsua2("1001", speaks=None, answer=200)
    outside.calls_as(NEWER, "8101")
    firm.line.wait_event(LegsBridged, call=firm.line.call_to("8101", NEWER))
    outside.calls_as(COMPANYS, "8101")
    first = firm.line.call_to("8101", COMPANYS)
    firm.line.wait_event(QueueEntered, call=first)
    outside.calls_as(COMPANYS, "8102")
    ahead = firm.line.call_to("8102", COMPANYS)
    firm.line.wait_event(QueueEntered, call=ahead)
    agent.hang_up()
    offered = firm.line.wait_event(AgentOffered, call=ahead)
    assert (offered.agent, offered.candidates) == ("1001", ("1001",))
    assert (offered.strategy, offered.overtook, offered.because) == ("longest_idle", 1, "priority")
    firm.line.wait_event(LegsBridged, call=ahead)
    agent.hang_up()
    assert firm.line.wait_event(AgentOffered, call=first).overtook == 0
    firm.line.wait_event(LegsBridged, call=first)
    agent.hang_up()
    outside.demand_ends()
    english, polish = told_of_wait(offered)
    assert english.endswith("overtakes 1: priority")
    assert polish.endswith("wyprzedza innych: 1, bo: priorytet")


def test_t10_p14_who_called_last_in_a_campaign_is_rung_though_nobody_had_answered(
    room: Room, firm: Firm, outside: Outside
) -> None:
    a_day_ago = datetime.now(UTC) - timedelta(days=1)

    async def prepare() -> None:
        database = await Database.open(f"sqlite:///{firm.line.home / DATABASE}", create=False)
        try:
            await ContactStore(database).add(
                Contact(
                    "spring-1",
                    ContactKind.CAMPAIGN,
                    a_day_ago,
                    STRANGER,
                    agent="1002",
                    campaign="spring",
                    result="no_answer",
                )
            )
        finally:
            await database.close()

    asyncio.run(prepare())
    agent = room.pjsua2("1002", speaks=None, answer=200)
    outside.calls_as(STRANGER, "1018")
    agent.expect("call", state="CONFIRMED")
    call = firm.line.call_to("1018", STRANGER)
    firm.line.wait_event(LegsBridged, call=call)
    agent.hang_up()
    ended(firm, call)
    assert [one.party for one in firm.line.of_kind(LegInvited, call=call)] == ["1002"]
    outside.demand_ends()


def test_m07_i06_i03_everybody_of_a_crowd_hears_all_of_it_from_the_first_syllable(
    firm: Firm, outside: Outside
) -> None:
    everybody = outside.call("8105", CROWD)
    outside.demand_ends()
    for one in everybody:
        first, second = (place_of(text, one.ear, firm) for text in (FIRST, SECOND))
        assert first < 1.0
        assert second > first
    ends = [ended(firm, outside.call_id(one)) for one in everybody]
    assert {end.ended_by for end in ends} == {"switch"}


def test_i02_whoever_waits_longest_is_answered_first(room: Room, firm: Firm, outside: Outside) -> None:
    agent = room.pjsua2("1001", speaks=None, answer=200)
    everybody = [f"+4860600001{place}" for place in range(6)]
    calls = []
    for number in everybody:
        outside.calls_as(number, "8101")
        calls.append(firm.line.call_to("8101", number))
        firm.line.wait_event(QueueEntered, call=calls[-1])
    for call in calls:
        firm.line.wait_event(LegsBridged, call=call)
        agent.hang_up()
    outside.demand_ends()
    answered = [entry.call for entry in firm.line.events() if isinstance(entry.event, QueueAnswered)]
    assert [call for call in answered if call in calls] == calls


def test_d08_the_phone_of_one_person_shows_which_key_was_pressed(
    room: Room, firm: Firm, outside: Outside
) -> None:
    agent = room.pjsua2("1001", speaks=None, answer=200)
    for number, key, topic in ((KNOWN, "3", "Reklamacja"), (OTHER, "4", "Faktury")):
        press(outside.calls_as(number, "8201"), key)
        shown = str(agent.expect("incoming")["remote"])
        assert shown.startswith(f'"{topic} · {number}')
        assert f"<sip:{number}@" in shown
        agent.expect("call", state="CONFIRMED")
        call = firm.line.call_to("8201", number)
        firm.line.wait_event(LegsBridged, call=call)
        agent.hang_up()
        ended(firm, call)
    outside.demand_ends()


def test_d18_one_after_another_until_somebody_answers_and_who_is_in_a_call_is_not_rung(
    room: Room, firm: Firm, outside: Outside
) -> None:
    engaged, silent, third = (
        room.pjsua2("1001", speaks=None, answer=200),
        room.pjsua2("1002", speaks=None, answer=180),
        room.pjsua2("1003", speaks=AGENT_HZ, answer=200),
    )
    outside.calls_as(PAID, "8101")
    other = firm.line.call_to("8101", PAID)
    firm.line.wait_event(LegsBridged, call=other)
    caller = outside.calls_as(STRANGER, "8202")
    call = firm.line.call_to("8202", STRANGER)
    firm.line.wait_event(LegsBridged, call=call)
    assert [one.party for one in firm.line.of_kind(LegInvited, call=call)] == ["1002", "1003"]
    third.do("pass_time", seconds=1.0)
    heard = caller.ear.samples
    # One second of ringing in five, however many are rung.
    assert 0.9 <= hearing.seconds_of(heard, RINGING_HZ) <= 1.1
    assert hearing.seconds_of(heard, AGENT_HZ) > 0.7
    assert not silent.did("call", state="CONFIRMED")
    third.hang_up()
    engaged.hang_up()
    outside.demand_ends()


def test_d06_a_typed_number_is_asked_of_another_system_and_spoken(firm: Firm, outside: Outside) -> None:
    known, unknown = outside.calls_as(KNOWN, "8203"), outside.calls_as(OTHER, "8203")
    press(known, "4711")
    press(unknown, "4712")
    outside.demand_ends()
    place_of("Paczka: jest już u kuriera.", known.ear, firm)
    place_of(SECOND, unknown.ear, firm)


def test_d12_two_languages_in_one_call(firm: Firm, outside: Outside) -> None:
    caller = outside.calls_as(STRANGER, "8204")
    outside.demand_ends()
    polish = place_of(FIRST, caller.ear, firm)
    assert place_of("And now it goes on in English.", caller.ear, firm, language="en") > polish


def test_p02_t04_a_key_during_the_prompt_and_behind_it_and_a_star_that_is_no_number(
    firm: Firm, outside: Outside
) -> None:
    early, late = outside.calls_as(KNOWN, "8205"), outside.calls_as(OTHER, "8205")
    wrong = outside.calls_as(STRANGER, "0410")
    press(early, "7")
    press(wrong, "12*")
    firm.line.wait_event(PromptPlayed, call=firm.line.call_to("8205", OTHER))
    late.ear.press("7")
    outside.demand_ends()
    for caller in (early, late, wrong):
        place_of(SECOND, caller.ear, firm)
    place_of(FIRST, late.ear, firm)
    assert early.ear.packets[-1].at < late.ear.packets[-1].at


def test_m03_who_proves_it_is_shown_as_verified_and_after_three_wrong_answers_it_is_locked(
    room: Room, firm: Firm, outside: Outside
) -> None:
    agent = room.pjsua2("1001", speaks=None, answer=200)
    press(outside.calls_as(SENT_OFF, "8301"), PESEL[-4:])
    assert "zweryfikowany" in str(agent.expect("incoming")["remote"])
    first = firm.line.call_to("8301", SENT_OFF)
    firm.line.wait_event(LegsBridged, call=first)
    agent.hang_up()
    ended(firm, first)
    wrong = outside.calls_as(SENT_OFF, "8302")
    call = firm.line.call_to("8302", SENT_OFF)
    for tries in range(1, 4):
        press(wrong, "0000")
        firm.line.wait_for(lambda n=tries: wrong_or_locked(firm, call) >= n or None, f"wrong answer {tries}")
    ended(firm, call)
    assert path(firm, call)[-1] == "third"
    # Of that customer nobody is asked any more, not for the right answer either.
    outside.calls_as(SENT_OFF, "8303", leaves_after=1.0)
    outside.demand_ends()
    again = firm.line.call_to("8303", SENT_OFF)
    firm.line.wait_event(IdentityLocked, call=again)
    assert firm.line.of_kind(DigitPressed, call=again) == []


def wrong_or_locked(firm: Firm, call: str) -> int:
    """Return how many answers were found wrong in a call, the one that locks included."""
    return len(
        [*firm.line.of_kind(IdentityRefused, call=call), *firm.line.of_kind(IdentityLocked, call=call)]
    )
