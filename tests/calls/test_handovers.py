"""Who handed a call over, and who stood on its sides at the end."""

from __future__ import annotations

import pytest

from softswitch.calls.hangup import Reason
from softswitch.calls.record import call_record
from softswitch.calls.why import why_it_ended
from softswitch.events import (
    CallRouted,
    Entry,
    LegAnswered,
    LegInvited,
    LegTookPlace,
    TransferAsked,
    TransferDone,
)
from tests.calls.stories import Story, to_phone

TO_CELINA = (LegInvited("b2", "1003", "sip:1003@192.0.2.9:5060"), LegAnswered("b2", "1003", "PCMA", ""))


def talk() -> Story:
    return to_phone().at(2, LegAnswered("b1", "1002", "PCMA", ""), LegAnswered("a", "1001", "PCMA", ""))


def handed_to_celina(by: str, party: str) -> Story:
    asked, done = TransferAsked(by, party, "1003", False), TransferDone(by, "1003", True)
    return talk().at(3, asked).at(5, *TO_CELINA, done)


def to_menu(by: str, party: str) -> Story:
    asked, done = TransferAsked(by, party, "200", False), TransferDone(by, "200", True)
    return talk().at(3, asked, done, CallRouted("tree", "office"))


@pytest.mark.parametrize(
    ("entries", "english", "polish"),
    [
        (
            to_menu("b1", "1002").over(10, Reason.CALLER_HUNG_UP, "caller"),
            "1002 handed the call over to 200 (menu office) after 1 s. 1001 hung up after 10 s.",
            "1002 przekazał rozmowę do 200 (menu office) po 1 s. Dzwoniący 1001 rozłączył się po 10 s.",
        ),
        (
            to_menu("a", "1001").over(10, Reason.MENU_NO_INPUT),
            "1001 handed the call over to 200 (menu office) after 1 s. "
            "1002 pressed no key, so the menu hung up.",
            "1001 przekazał rozmowę do 200 (menu office) po 1 s. "
            "Dzwoniący 1002 nie nacisnął żadnego klawisza, więc menu zakończyło połączenie.",
        ),
        (
            handed_to_celina("b1", "1002").over(9, Reason.CALLEE_HUNG_UP, "callee"),
            "1002 handed the call over to 1003 after 3 s. 1003 hung up after 4 s.",
            "1002 przekazał rozmowę do 1003 po 3 s. Rozmówca 1003 rozłączył się po 4 s.",
        ),
        (
            # Celina stands where the caller stood, so it is Bartek who is the called side.
            handed_to_celina("a", "1001").over(9, Reason.CALLER_HUNG_UP, "caller"),
            "1001 handed the call over to 1003 after 3 s. 1003 hung up after 9 s.",
            "1001 przekazał rozmowę do 1003 po 3 s. Dzwoniący 1003 rozłączył się po 9 s.",
        ),
        (
            handed_to_celina("b1", "1002").over(5, Reason.TRANSFERRED),
            "1002 handed the call over to 1003 after 3 s.",
            "1002 przekazał rozmowę do 1003 po 3 s.",
        ),
        (
            talk().at(4, LegTookPlace("b2", "1004", "a", "X")).over(9, Reason.CALLER_HUNG_UP, "caller"),
            "1004 hung up after 9 s.",
            "Dzwoniący 1004 rozłączył się po 9 s.",
        ),
        (
            talk()
            .at(3, TransferAsked("b1", "1002", "1003", False))
            .at(5, TransferDone("b1", "1003", False, "busy"))
            .over(9, Reason.CALLEE_HUNG_UP, "callee"),
            "1002 hung up after 7 s.",
            "Rozmówca 1002 rozłączył się po 7 s.",
        ),
    ],
)
def test_the_sentence_tells_who_handed_it_over_and_who_really_hung_up(
    entries: list[Entry], english: str, polish: str
) -> None:
    assert why_it_ended(entries) == english
    assert why_it_ended(entries, "pl") == polish


def test_one_call_may_be_handed_over_twice() -> None:
    story = handed_to_celina("b1", "1002")
    story.at(8, TransferAsked("b2", "1003", "200", False), TransferDone("b2", "200", True))
    story.at(8, CallRouted("tree", "office"))
    record = call_record(story.over(20, Reason.CALLER_HUNG_UP, "caller"))
    told = [(one.party, one.target, one.seconds, one.kind, one.name) for one in record.transfers]
    assert told == [("1002", "1003", 3.0, "", ""), ("1003", "200", 3.0, "tree", "office")]
    assert (record.last_caller, record.last_callee) == ("1001", "1001")
