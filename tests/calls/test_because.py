"""Why the configuration has a call end as it does, in both languages."""

from __future__ import annotations

import pytest

from softswitch.calls.because import CLAUSES, because_words
from softswitch.calls.hangup import CODES, Reason
from softswitch.calls.why import why_it_ended
from softswitch.events import CallEnded
from softswitch.languages import ENGLISH, POLISH
from softswitch.trunks.routes import Denial
from tests.calls.stories import arrived

STORIES = [
    (
        Reason.NOT_ALLOWED,
        "country:FR",
        "1001 may not call +33140205050: France is not among allowed_countries (outside: calls: listed).",
        "Dzwoniący 1001 nie może dzwonić pod +33140205050: kraju Francja nie ma na liście allowed_countries "
        "(outside: calls: listed).",
    ),
    (
        Reason.NOT_ALLOWED,
        "route:2:sales, 1002",
        "1001 may not call +33140205050: route 2 allows only sales, 1002.",
        "Dzwoniący 1001 nie może dzwonić pod +33140205050: trasa 2 dopuszcza tylko: sales, 1002.",
    ),
    (
        Reason.NOT_ALLOWED,
        "level:none",
        "1001 may not call +33140205050: the account calls nobody outside (outside: calls: none).",
        "Dzwoniący 1001 nie może dzwonić pod +33140205050: to konto nie dzwoni na zewnątrz "
        "(outside: calls: none).",
    ),
    (
        Reason.UNKNOWN_NUMBER,
        "no_route",
        "The number +33140205050 does not exist here: no route of outbound fits it.",
        "Numer +33140205050 tu nie istnieje: nie pasuje do niego żadna trasa w outbound.",
    ),
    (
        Reason.UNKNOWN_NUMBER,
        "not_ours:+33140205051",
        "The number +33140205050 does not exist here: a trunk brought the call, and the number does not "
        "stand under numbers; the nearest there is +33140205051.",
        "Numer +33140205050 tu nie istnieje: połączenie przyszło przez trunk, a tego numeru nie ma w "
        "numbers; najbliższy jest tam +33140205051.",
    ),
    (
        Reason.NOT_ALLOWED,
        "of_another_version:7",
        "1001 may not call +33140205050.",
        "Dzwoniący 1001 nie może dzwonić pod +33140205050.",
    ),
]


@pytest.mark.parametrize(("reason", "because", "english", "polish"), STORIES)
def test_the_sentence_says_what_in_the_configuration_made_it_so(
    reason: Reason, because: str, english: str, polish: str
) -> None:
    codes = CODES[reason]
    end = CallEnded(
        codes.result.value, reason.value, codes.sip, codes.q850, "switch", "+33140205050", because
    )
    entries = arrived("+33140205050").at(0.1, end).entries
    assert why_it_ended(entries, ENGLISH) == english
    assert why_it_ended(entries, POLISH) == polish


def test_every_no_of_the_routes_has_its_words() -> None:
    assert {denial.value for denial in Denial} <= set(CLAUSES)
    for denial in Denial:
        english, polish = because_words(f"{denial.value}:1")
        assert "" not in (english, polish)
        assert english != polish


@pytest.mark.parametrize("code", ["country", "country:ZZ", "country:CZ"])
def test_countries_have_names_as_far_as_they_are_known(code: str) -> None:
    english, polish = because_words(code)
    named = {"country": "nobody knows", "country:ZZ": "ZZ is not", "country:CZ": "Czech Republic is not"}
    assert english.startswith(named[code])
    assert "*" not in english + polish


def test_a_home_account_abroad_is_told_of_both() -> None:
    assert because_words("level:home")[0] == (
        "it is abroad, and the account calls at home alone (outside: calls: home)"
    )


@pytest.mark.parametrize(
    ("reason", "polish"),
    [
        (
            Reason.TRUNK_DOWN,
            "Nie można było zadzwonić do +48600100200: żaden trunk na zewnątrz nie odpowiada.",
        ),
        (Reason.TRUNK_REFUSED, "Nie można było zadzwonić do +48600100200: operator odmówił połączenia."),
        (Reason.NO_SUCH_NUMBER, "Nie można było zadzwonić do +48600100200: numer jest nieprzydzielony."),
        (
            Reason.ALL_LINES_BUSY,
            "Nie można było zadzwonić pod +48600100200: wszystkie linie na zewnątrz są zajęte.",
        ),
    ],
)
def test_what_a_trunk_made_of_it_in_polish(reason: Reason, polish: str) -> None:
    entries = arrived("600100200").over(1, reason, detail="+48600100200")
    assert why_it_ended(entries, POLISH) == polish
