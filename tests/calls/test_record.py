"""The record of a call and the one sentence that says why it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from softswitch.calls.hangup import CODES, Reason
from softswitch.calls.record import SENTENCES, call_record, lasting, why_briefly, why_it_ended
from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    CallEvent,
    CallRouted,
    DigitPressed,
    Entry,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegRinging,
    LegsBridged,
)
from tests.fakes.clock import START

ID = "01KE5Q2M00AAAAAAAAAAAAAAAA"


@dataclass(slots=True)
class Story:
    """The events of one call, written down in seconds from its start."""

    entries: list[Entry] = field(default_factory=list)

    def at(self, seconds: float, *events: CallEvent) -> Story:
        """Add what happened ``seconds`` after the call arrived."""
        for event in events:
            number = len(self.entries) + 1
            self.entries.append(Entry(number, START + timedelta(seconds=seconds), ID, event))
        return self

    def over(self, seconds: float, reason: Reason, by: str = "switch", detail: str = "") -> list[Entry]:
        """End the call."""
        return self.at(seconds, ended(reason, by, detail)).entries


def ended(reason: Reason, by: str = "switch", detail: str = "") -> CallEnded:
    codes = CODES[reason]
    return CallEnded(codes.result.value, reason.value, codes.sip, codes.q850, by, detail)


def leg_ended(
    leg: str, party: str, reason: Reason, sent: int = 0, received: int = 0, lost: int = 0
) -> LegEnded:
    codes = CODES[reason]
    result = codes.result.value
    return LegEnded(leg, party, result, reason.value, codes.sip, codes.q850, sent, received, lost)


def arrived(called: str = "1002") -> Story:
    return Story().at(0, CallArrived("a", "1001", "Jan Kowalski", called, "192.0.2.7:5062", "1001"))


def to_phone(*parties: str) -> Story:
    story = arrived().at(0.01, CallRouted("account", "1002"))
    for number, party in enumerate(parties or ("1002",), start=1):
        story.at(0.02, LegInvited(f"b{number}", party, "sip:1002@192.0.2.8:5060"))
    return story


def in_menu(branch: str = "cards") -> Story:
    return (
        arrived("100")
        .at(0.01, CallRouted("tree", "bank"))
        .at(0.02, LegAnswered("a", "1001", "PCMA", "rfc4733"))
        .at(0.03, BranchEntered("bank", "welcome"))
        .at(4.0, DigitPressed("a", "1", "rfc4733"), BranchEntered("bank", branch))
    )


def test_the_record_of_a_talk_between_two_phones() -> None:
    story = to_phone().at(1, LegRinging("b1", "1002", False))
    story.at(5, LegAnswered("b1", "1002", "PCMU", "info"), LegAnswered("a", "1001", "PCMA", "rfc4733"))
    story.at(5.1, LegsBridged("a", "b1")).at(9, DigitPressed("b1", "9", "info"))
    story.at(39.5, leg_ended("b1", "1002", Reason.CALLEE_HUNG_UP, 1700, 1699, 1))
    story.at(39.6, leg_ended("a", "1001", Reason.CALLEE_HUNG_UP, 1699, 1700))
    record = call_record(story.over(39.75, Reason.CALLEE_HUNG_UP, "callee"))

    assert (record.id, record.caller, record.caller_name, record.called) == (
        ID,
        "1001",
        "Jan Kowalski",
        "1002",
    )
    assert (record.account, record.routed_kind, record.routed_to) == ("1001", "account", "1002")
    assert (record.started, record.answered) == (START, START + timedelta(seconds=5))
    assert (record.ended, record.seconds) == (START + timedelta(seconds=39.75), 39.75)
    assert record.answered_seconds == 34.75
    assert (record.result, record.reason, record.ended_by) == ("completed", "callee_hung_up", "callee")
    assert (record.sip_code, record.q850, record.detail) == (200, 16, "")
    assert (record.path, record.digits) == ((), "")

    caller, callee = record.legs
    assert (caller.leg, caller.party, caller.is_caller, caller.codec) == ("a", "1001", True, "PCMA")
    assert (caller.packets_sent, caller.packets_received, caller.packets_lost) == (1699, 1700, 0)
    assert (callee.leg, callee.party, callee.is_caller, callee.codec) == ("b1", "1002", False, "PCMU")
    assert callee.rang == START + timedelta(seconds=1)
    assert (callee.digits_by, callee.digits) == ("info", "9")
    assert (callee.packets_sent, callee.packets_received, callee.packets_lost) == (1700, 1699, 1)
    assert (callee.result, callee.reason) == ("completed", "callee_hung_up")


def test_the_record_of_a_menu_holds_its_path_and_the_keys() -> None:
    story = in_menu().at(6, DigitPressed("a", "*", "inband"), BranchEntered("bank", "welcome"))
    record = call_record(story.over(20, Reason.CALLER_HUNG_UP, "caller"))
    assert record.tree == "bank"
    assert record.path == ("welcome", "cards", "welcome")
    assert record.digits == "1*"


def test_a_call_that_goes_on_lasts_until_its_last_event() -> None:
    record = call_record(in_menu().entries)
    assert (record.ended, record.result, record.reason, record.seconds) == (None, "", "", 4.0)


def test_a_log_whose_beginning_is_lost_still_gives_a_record() -> None:
    record = call_record(to_phone().over(3, Reason.BUSY)[2:])
    assert (record.id, record.caller, record.reason) == (ID, "", "busy")


def test_no_events_make_no_call() -> None:
    with pytest.raises(ValueError, match="at least one event"):
        call_record([])


def test_a_clock_that_was_set_back_makes_no_negative_time() -> None:
    assert call_record(arrived().over(-5, Reason.CANCELLED)).seconds == 0.0


ENDS = [
    (
        in_menu().over(72, Reason.CALLER_HUNG_UP, "caller"),
        "1001 hung up after 1 min 12 s.",
        "Dzwoniący 1001 rozłączył się po 1 min 12 s.",
    ),
    (
        to_phone().at(5, LegAnswered("b1", "1002", "PCMA", "")).over(39, Reason.CALLEE_HUNG_UP, "callee"),
        "1002 hung up after 34 s.",
        "Rozmówca 1002 rozłączył się po 34 s.",
    ),
    (
        in_menu().over(20, Reason.MENU_ENDED),
        "The menu bank came to its end in branch cards and hung up.",
        "Menu bank dobiegło końca w gałęzi cards i zakończyło połączenie.",
    ),
    (
        arrived("600").at(0, CallRouted("service", "echo")).over(60, Reason.SERVICE_ENDED),
        "The service at 600 came to its end and hung up.",
        "Usługa pod numerem 600 dobiegła końca i zakończyła połączenie.",
    ),
    (
        to_phone().over(7.2, Reason.CANCELLED, "caller"),
        "1001 gave up before the call was answered after 7 s.",
        "Dzwoniący 1001 zrezygnował przed odebraniem po 7 s.",
    ),
    (to_phone().over(1, Reason.BUSY), "1002 was busy.", "Rozmówca 1002 był zajęty."),
    (
        to_phone("1002", "1002", "1003").over(1, Reason.DECLINED),
        "1002, 1003 declined the call.",
        "Rozmówca 1002, 1003 odrzucił połączenie.",
    ),
    (
        to_phone().over(25.02, Reason.NO_ANSWER),
        "1002 did not answer after 25 s.",
        "Rozmówca 1002 nie odebrał w ciągu 25 s.",
    ),
    (
        arrived().at(0, CallRouted("account", "1002")).over(0.1, Reason.OFFLINE),
        "1002 could not be called: no phone is registered there.",
        "Rozmówca 1002 nie ma zarejestrowanego telefonu, więc nie można było zadzwonić.",
    ),
    (
        to_phone().over(32, Reason.UNREACHABLE),
        "1002 could not be reached: the phone gave no usable answer.",
        "Rozmówca 1002 był nieosiągalny: telefon nie odpowiedział.",
    ),
    (
        arrived("999").over(0, Reason.UNKNOWN_NUMBER),
        "The number 999 does not exist here.",
        "Numer 999 tu nie istnieje.",
    ),
    (
        to_phone()
        .at(40, leg_ended("b1", "1002", Reason.MEDIA_LOST), leg_ended("a", "1001", Reason.CALLEE_HUNG_UP))
        .over(40, Reason.MEDIA_LOST),
        "No audio came from 1002 any more, so the switch hung up.",
        "Dźwięk z telefonu 1002 przestał docierać, więc centrala zakończyła połączenie.",
    ),
    (
        to_phone()
        .at(40, leg_ended("b1", "1002", Reason.MEDIA_LOST), leg_ended("a", "1001", Reason.MEDIA_LOST))
        .over(40, Reason.MEDIA_LOST),
        "No audio came from one of the phones any more, so the switch hung up.",
        "Dźwięk z telefonu dzwoniącego lub rozmówcy przestał docierać, więc centrala zakończyła połączenie.",
    ),
    (
        in_menu().over(14_400, Reason.TOO_LONG),
        "The call reached the longest time allowed after 4 h 0 min.",
        "Połączenie osiągnęło najdłuższy dozwolony czas po 4 h 0 min.",
    ),
    (
        arrived().over(0, Reason.TOO_MANY_CALLS),
        "1001 has as many calls already as one account may.",
        "Dzwoniący 1001 prowadzi już tyle połączeń, ile wolno jednemu kontu.",
    ),
    (
        in_menu().over(5, Reason.MENU_HUNG_UP),
        "The menu bank hung up in branch cards.",
        "Menu bank zakończyło połączenie w gałęzi cards.",
    ),
    (
        in_menu().over(5, Reason.MENU_BUSY),
        "The menu bank turned the caller away as busy in branch cards.",
        "Menu bank odprawiło dzwoniącego sygnałem zajętości w gałęzi cards.",
    ),
    (
        in_menu().over(30, Reason.MENU_NO_INPUT, detail="silent: 3"),
        "1001 pressed no key in branch cards, so the menu bank hung up.",
        "Dzwoniący 1001 nie nacisnął żadnego klawisza w gałęzi cards, więc menu bank zakończyło połączenie.",
    ),
    (
        in_menu().over(30, Reason.MENU_NO_MATCH, detail="wrong: 7, 9"),
        "1001 pressed keys that mean nothing in branch cards, so the menu bank hung up.",
        "Dzwoniący 1001 naciskał klawisze bez znaczenia w gałęzi cards, "
        "więc menu bank zakończyło połączenie.",
    ),
    (
        in_menu().over(30, Reason.MENU_TOO_MANY_TRIES),
        "1001 used up all tries in branch cards, so the menu bank hung up.",
        "Dzwoniący 1001 wyczerpał wszystkie próby w gałęzi cards, więc menu bank zakończyło połączenie.",
    ),
    (
        in_menu().over(30, Reason.MENU_NOT_ENTERED),
        "1001 entered no valid number in branch cards, so the menu bank hung up.",
        "Dzwoniący 1001 nie wpisał poprawnego numeru w gałęzi cards, więc menu bank zakończyło połączenie.",
    ),
    (
        in_menu().over(5, Reason.MENU_NO_TARGET),
        "The menu bank (branch cards) had no number to dial.",
        "Menu bank (gałąź cards) nie miało numeru, pod który mogłoby zadzwonić.",
    ),
    (
        in_menu("sales").over(5, Reason.MENU_UNKNOWN_TARGET, detail="5555"),
        "The menu bank (branch sales) dialled 5555, which does not exist here.",
        "Menu bank (gałąź sales) zadzwoniło pod 5555, a taki numer tu nie istnieje.",
    ),
    (
        in_menu().over(5, Reason.OFFLINE, "callee", "1002"),
        "1002 could not be called: no phone is registered there.",
        "Rozmówca 1002 nie ma zarejestrowanego telefonu, więc nie można było zadzwonić.",
    ),
    (
        in_menu().over(5, Reason.MENU_ENDLESS_LOOP),
        "The menu bank went round in circles without the caller in branch cards, so the switch hung up.",
        "Menu bank krążyło w kółko bez udziału dzwoniącego w gałęzi cards, "
        "więc centrala zakończyła połączenie.",
    ),
    (in_menu().over(5, Reason.SWITCH_STOPPED), "The switch was stopped.", "Centrala została zatrzymana."),
    (
        in_menu().entries,
        "The call goes on, or its end was never recorded.",
        "Rozmowa trwa albo jej końca nie zapisano.",
    ),
    (
        arrived().at(3, CallEnded("failed", "eaten_by_wolves", 500, 41, "switch")).entries,
        "The call ended: eaten by wolves.",
        "Połączenie zakończyło się: eaten by wolves.",
    ),
]


@pytest.mark.parametrize(("entries", "english", "polish"), ENDS)
def test_why_it_ended(entries: list[Entry], english: str, polish: str) -> None:
    assert why_it_ended(entries) == english
    assert why_it_ended(entries, "pl") == polish


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    assert set(SENTENCES) == set(Reason)
    for language in ("en", "pl"):
        sentences = {why_briefly(reason.value, language) for reason in Reason}
        assert len(sentences) == len(Reason)
        for sentence in sentences:
            assert sentence[0].isupper()
            assert sentence.endswith(".")
            assert "  " not in sentence
            assert not {"{", "}"} & set(sentence)


def test_a_name_with_braces_is_a_name() -> None:
    story = Story().at(0, CallArrived("a", "{caller.__class__}", "", "100", "", ""))
    assert why_it_ended(story.over(3, Reason.CALLER_HUNG_UP)) == "{caller.__class__} hung up after 3 s."


def test_no_reason_at_all_is_said_so() -> None:
    assert why_briefly("service_ended") == "The service came to its end and hung up."
    assert why_briefly("service_ended", "pl") == "Usługa dobiegła końca i zakończyła połączenie."
    assert why_briefly("") == "The call ended: for an unknown reason."


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (3599, "59 min 59 s"), (7500, "2 h 5 min")],
)
def test_durations_are_written_for_people(seconds: float, text: str) -> None:
    assert lasting(seconds) == text
