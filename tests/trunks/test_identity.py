"""Who calls: believed, hidden, shown."""

from __future__ import annotations

import pytest

from softswitch.sip.headers import parse_name_addr
from softswitch.sip.message import Request
from softswitch.trunks.config import CallerIdField
from softswitch.trunks.identity import Caller, Presented, called_of, caller_of, fields_of, from_of, is_hidden

FROM = '"Bob" <sip:+48600100200@provider.example>;tag=1'


def invite(
    *fields: tuple[str, str], sender: str = FROM, target: str = "sip:+48221234567@192.0.2.1"
) -> Request:
    request = Request("INVITE", target)
    request.fields.add("From", sender)
    request.fields.add("To", "<sip:221234500@provider.example>")
    for name, value in fields:
        request.fields.add(name, value)
    return request


@pytest.mark.parametrize(
    ("fields", "trusted", "caller"),
    [
        ((), True, Caller("+48600100200", "Bob", False)),
        ((("P-Asserted-Identity", '"Firm" <sip:+48111@p>'),), True, Caller("+48111", "Firm", False)),
        ((("P-Asserted-Identity", '"Firm" <sip:+48111@p>'),), False, Caller("+48600100200", "Bob", False)),
        # RFC 3325 §9.1: "there may be two: one a SIP URI, the other a tel URI".
        ((("P-Asserted-Identity", "<sip:firm@p>, <tel:+48-111>"),), True, Caller("+48111", "Bob", False)),
        ((("Remote-Party-ID", "<sip:+48222@p>;party=calling"),), True, Caller("+48222", "Bob", False)),
        (
            (("P-Asserted-Identity", "<<broken"), ("Remote-Party-ID", "<sip:1@p>")),
            True,
            Caller("1", "Bob", False),
        ),
        ((("P-Asserted-Identity", "<sip:p>"),), True, Caller("+48600100200", "Bob", False)),
        ((("P-Asserted-Identity", "<sip:+48111@p>"), ("Privacy", "id")), True, Caller("", "", True)),
        ((("Privacy", "none"),), True, Caller("+48600100200", "Bob", False)),
        ((("Privacy", "critical; USER"),), True, Caller("", "", True)),
        ((("Privacy", "session"),), True, Caller("+48600100200", "Bob", False)),
        ((("Remote-Party-ID", "<sip:+48222@p>;privacy=full"),), True, Caller("", "", True)),
        ((("Remote-Party-ID", "<sip:+48222@p>;privacy=off"),), True, Caller("+48222", "Bob", False)),
    ],
)
def test_who_calls(fields: tuple[tuple[str, str], ...], trusted: bool, caller: Caller) -> None:
    assert caller_of(invite(*fields), trusted=trusted) == caller


@pytest.mark.parametrize(
    "sender",
    [
        '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1',
        "<sip:Anonymous@provider.example>;tag=1",
        "<sip:+48600100200@anonymous.invalid>;tag=1",
        "<sip:provider.example>;tag=1",
        '"Unknown" <sip:unknown@provider.example>;tag=1',
        "<sip:Unavailable@provider.example>;tag=1",
        "<sip:Restricted@provider.example>;tag=1",
    ],
)
def test_who_hides_is_not_shown_whatever_is_asserted_of_him(sender: str) -> None:
    asserted = ("P-Asserted-Identity", "<sip:+48111@p>")
    hidden = caller_of(invite(sender=sender), trusted=True)
    assert hidden == Caller("", "", True)
    assert is_hidden(invite(asserted, ("Privacy", "id"), sender=sender))


def test_a_wish_that_cannot_be_read_is_granted() -> None:
    assert is_hidden(invite(("Remote-Party-ID", "<<broken")))


def test_what_was_dialled_may_stand_in_three_places() -> None:
    assert called_of(invite()) == ("+48221234567", "221234500")
    told = invite(("P-Called-Party-ID", "<tel:+48-22-999>"), target="sip:line1@192.0.2.1;line=x")
    assert called_of(told) == ("line1", "221234500", "+4822999")
    assert called_of(invite(("P-Called-Party-ID", "<<"))) == ("+48221234567", "221234500")


def presented(field: CallerIdField = CallerIdField.ASSERTED, **facts: object) -> Presented:
    return Presented(number="+48221234567", domain="p.example", field=field, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        (CallerIdField.NONE, ()),
        (CallerIdField.ASSERTED, (("P-Asserted-Identity", "<sip:+48221234567@p.example>"),)),
        (CallerIdField.PREFERRED, (("P-Preferred-Identity", "<sip:+48221234567@p.example>"),)),
        (
            CallerIdField.REMOTE_PARTY,
            (("Remote-Party-ID", "<sip:+48221234567@p.example>;party=calling;privacy=off;screen=no"),),
        ),
    ],
)
def test_our_number_is_told_as_the_trunk_wants_it(field: CallerIdField, fields: tuple[object, ...]) -> None:
    told = presented(field)
    assert str(from_of(told)) == "<sip:+48221234567@p.example>"
    assert fields_of(told) == fields
    assert caller_of(invite(*fields_of(told)), trusted=True).number in ("+48221234567", "+48600100200")


@pytest.mark.parametrize("field", list(CallerIdField))
def test_a_hidden_number_is_told_to_the_provider_alone(field: CallerIdField) -> None:
    told = presented(field, hidden=True)
    fields = dict(fields_of(told))
    assert str(from_of(told)) == '"Anonymous" <sip:anonymous@anonymous.invalid>'
    assert fields["Privacy"] == "id"
    assert is_hidden(invite(*fields_of(told)))
    if field is CallerIdField.REMOTE_PARTY:
        assert ";privacy=full" in fields["Remote-Party-ID"]


def test_a_trunk_that_knows_us_by_our_account() -> None:
    assert str(from_of(presented(user="line1"))) == "<sip:line1@p.example>"
    assert str(from_of(presented(user="line1", hidden=True))) == '"Anonymous" <sip:line1@p.example>'


def test_a_call_that_is_led_on_names_who_led_it() -> None:
    (_, (name, value)) = fields_of(presented(diverted_by="+48221234500"))
    assert name == "Diversion"
    assert parse_name_addr(value, what=name).params == {"reason": "unknown"}
