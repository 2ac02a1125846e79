"""Which way out a number has and for whom, and where our own numbers lead."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.trunks.config import Level, OutsideConfig, OutsideRights
from softswitch.trunks.numbers import Numbering
from softswitch.trunks.routes import Choice, Denial, Denied, OwnNumbers, Routes

CONFIG: dict[str, Any] = {
    "allowed_countries": ["DE"],
    "trunks": {"a": {"host": "192.0.2.1"}, "b": {"host": "192.0.2.2"}, "c": {"host": "192.0.2.3"}},
    "outbound": [
        {"match": "+49*", "trunks": ["c", "a"], "allow": ["sales", "1002"]},
        {"match": "0*", "strip": 1, "trunks": ["a", "b"]},
        {"match": "+48*", "trunks": "b"},
        {"match": "+*", "trunks": "b"},
        {"match": "118XXX", "trunks": "a"},
    ],
}
RIGHTS = {
    "1001": OutsideRights(),
    "1002": OutsideRights(calls=Level.ALL, premium=True),
    "1003": OutsideRights(calls=Level.HOME, group="sales"),
    "1004": OutsideRights(calls=Level.NONE),
}


def routes(**changes: object) -> Routes:
    return Routes(OutsideConfig.model_validate({**CONFIG, **changes}), RIGHTS)


def chosen(dialled: str, account: str | None = "1001") -> tuple[str, tuple[str, ...]] | str | None:
    """Return the number and the trunks, or as which no it is written down."""
    choice = routes().choose(dialled, account)
    if isinstance(choice, Denied):
        return choice.because
    return None if choice is None else (choice.number.text, choice.trunks)


@pytest.mark.parametrize(
    ("dialled", "account", "expected"),
    [
        ("221234567", "1001", ("+48221234567", ("b",))),
        ("+48 22 123 45 67", "1001", ("+48221234567", ("b",))),
        # A route matches what was dialled, before the zero for the line outside is taken off.
        ("0221234567", "1001", ("+48221234567", ("a", "b"))),
        ("118913", "1001", "premium"),
        ("118913", "1002", ("118913", ("a",))),
        ("004930123456", "1001", ("+4930123456", ("b",))),
        ("004930123456", "1002", ("+4930123456", ("c", "a"))),
        # An account of the group, but one that calls at home alone.
        ("004930123456", "1003", "level:home"),
        ("+12125551234", "1001", "country:US"),
        ("+12125551234", "1002", ("+12125551234", ("b",))),
        ("+8821612345678", "1001", "country"),
        ("221234567", "1004", "level:none"),
        ("701234567", "1001", "premium"),
        ("701234567", "1002", ("+48701234567", ("b",))),
        ("0701234567", "1001", "premium"),
        ("1001", "1001", None),
        ("600", "1001", None),
        ("anna", "1001", None),
        ("*43", "1001", None),
        # No rights are known of it: it has those that everybody has.
        ("+12125551234", "1099", "country:US"),
    ],
)
def test_who_may_call_where(dialled: str, account: str, expected: object) -> None:
    assert chosen(dialled, account) == expected


@pytest.mark.parametrize("dialled", ["112", "999", "998", "997", "0112", "0 998", "*31#112"])
@pytest.mark.parametrize("account", ["1001", "1004", "1099"])
def test_help_is_called_by_everybody_over_any_trunk(dialled: str, account: str) -> None:
    found = routes()
    choice = found.choose(dialled, account)
    assert found.is_emergency(dialled)
    assert isinstance(choice, Choice)
    assert choice.emergency
    assert choice.number.text in ("112", "999", "998", "997")
    assert set(choice.trunks) == {"a", "b", "c"}


@pytest.mark.parametrize("dialled", ["112", "0112", "*31#112"])
def test_who_comes_from_outside_calls_for_help_only_where_that_is_opened(dialled: str) -> None:
    assert routes().choose(dialled, None) == Denied(Denial.HELP)
    elsewhere = routes(outbound=[{"match": "+*", "trunks": "b", "from_outside": True}, *CONFIG["outbound"]])
    assert elsewhere.choose(dialled, None) == Denied(Denial.HELP)
    opened = [
        {"match": match, "strip": len(match) - 3, "trunks": "b", "from_outside": True}
        for match in ("112", "0112")
    ]
    choice = routes(outbound=opened).choose(dialled, None)
    assert isinstance(choice, Choice)
    assert (choice.emergency, choice.number.text) == (True, "112")


def test_a_route_that_names_help_says_which_trunk_goes_first() -> None:
    first = {"match": "112", "trunks": ["c", "nowhere"]}
    choice = routes(outbound=[first]).choose("112", "1001")
    assert isinstance(choice, Choice)
    assert choice.trunks == ("c", "a", "b")
    assert not routes(emergency=["911"]).is_emergency("112")


def test_a_line_without_trunks_has_no_emergency_numbers() -> None:
    inside = Routes(OutsideConfig(), {})
    assert not inside.is_emergency("112")
    assert inside.choose("112", "1001") is None
    assert not inside.leads_out("112")


def test_callers_from_outside_get_out_only_where_that_is_opened() -> None:
    open_route = {"match": "+48600*", "trunks": "a", "from_outside": True}
    found = routes(outbound=[open_route, {"match": "+*", "trunks": "b"}])
    assert isinstance(found.choose("600100200", None), Choice)
    assert found.choose("221234567", None) == Denied(Denial.OUTSIDERS, "2")
    assert found.choose("+12125551234", None) == Denied(Denial.OUTSIDERS, "2")
    wide = routes(outbound=[{"match": "+*", "trunks": "b", "from_outside": True}])
    assert wide.choose("+12125551234", None) == Denied(Denial.COUNTRY, "US")
    assert wide.choose("701234567", None) == Denied(Denial.PREMIUM)


def test_a_route_for_some_is_none_for_others() -> None:
    only = routes(outbound=[{"match": "+*", "trunks": "b", "allow": [1002]}])
    assert only.choose("221234567", "1001") == Denied(Denial.ROUTE, "1:1002")
    assert isinstance(only.choose("221234567", "1002"), Choice)
    assert only.leads_out("221234567")
    assert not only.leads_out("1001")


def test_a_hidden_call_goes_the_same_way() -> None:
    choice = routes().choose("*31#600100200", "1001")
    assert isinstance(choice, Choice)
    assert choice.hidden
    assert choice.number.text == "+48600100200"


def test_a_prefix_is_put_on() -> None:
    found = routes(outbound=[{"match": "7XXXX", "strip": 1, "prepend": "+4822123", "trunks": "a"}])
    choice = found.choose("74567", "1001")
    assert isinstance(choice, Choice)
    assert choice.number.text == "+48221234567"


@given(st.text("0123456789+*#X ", max_size=20))
def test_whatever_is_dialled_no_country_is_reached_that_is_not_allowed(dialled: str) -> None:
    choice = routes().choose(dialled, "1001")
    if isinstance(choice, Choice):
        assert choice.number.country in ("PL", "DE")


def own(**numbers: object) -> OwnNumbers:
    config = OutsideConfig.model_validate({**CONFIG, "numbers": numbers["numbers"]})
    return OwnNumbers(config, Numbering("PL"))


def test_our_numbers_are_found_however_they_are_written() -> None:
    found = own(numbers={"22 123 45 67": "bank", "line1": 1001, "+482212345XX": "office"})
    for form in ("+48221234567", "221234567", "0048221234567", "48221234567"):
        part = found.find(form)
        assert part is not None
        assert part.to == "bank"
    part = found.find("221234500")
    assert part is not None
    assert part.to == "office"
    assert found.find("+48221234600") is None
    named = found.find("line1")
    assert named is not None
    assert named.to == "1001"


def test_the_closest_pattern_counts() -> None:
    found = own(
        numbers={"+48*": "all", "+4822123*": "office", "+48221234500-+48221234509": "sales", "997": "x"}
    )
    wanted = {"+48600100200": "all", "+48221231111": "office", "+48221234505": "sales"}
    assert {number: part.to for number in wanted if (part := found.find(number))} == wanted


def test_a_number_of_one_trunk_is_no_number_of_another() -> None:
    found = own(numbers={"+48221234567": {"to": "bank", "trunk": "a"}})
    assert found.find("+48221234567", "a") is not None
    assert found.find("+48221234567", "b") is None
    assert found.find("+48221234567") is not None


def test_what_is_claimed_twice_is_found() -> None:
    assert own(numbers={"221234567": "a", "+48 22 123 45 67": "b"}).claimed_twice() == ["+48221234567"]
    assert own(numbers={"221234567": "a", "221234568": "b"}).claimed_twice() == []


@pytest.mark.parametrize(
    ("dialled", "near"),
    [
        ("+48221234568", "+48221234567"),
        ("22 123 45 76", "+48221234567"),
        ("+4930123456", ""),
        ("anna", ""),
    ],
)
def test_the_number_of_ours_that_was_meant(dialled: str, near: str) -> None:
    config = OutsideConfig.model_validate({"numbers": {"22 123 45 67": "menu", "+48600*": "1001"}})
    assert OwnNumbers(config, Numbering("PL")).nearest(dialled) == near
