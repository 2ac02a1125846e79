from __future__ import annotations

import pytest

from softswitch.integrations.errors import SmsRefused
from softswitch.integrations.sms_config import SmsConfig
from softswitch.integrations.sms_rules import SmsRules
from softswitch.integrations.sms_text import Size
from tests.fakes.clock import FakeClock

HTTP = {"url": "https://sms.example.com/send", "body": {"to": "{{SMS.NUMBER}}", "text": "{{SMS.TEXT}}"}}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def rules(clock: FakeClock, **given: object) -> SmsRules:
    return SmsRules(SmsConfig.model_validate({"http": HTTP, **given}), country="PL", clock=clock)


@pytest.mark.parametrize("text", ["600 100 200", "+48600100200", "0048 600-100-200", "48600100200"])
def test_a_mobile_number_in_all_its_spellings(clock: FakeClock, text: str) -> None:
    assert rules(clock).number(text) == "+48600100200"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no_number"),
        ("anonymous", "no_number"),
        ("1001", "no_number"),
        ("22 123 45 67", "landline"),
        ("+49 1512 3456789", "abroad"),
        ("0700 123 456", "no_number"),
        ("112", "no_number"),
        ("+48600100200; DROP TABLE" + "x" * 100, "no_number"),
    ],
)
def test_who_gets_none(clock: FakeClock, text: str, why: str) -> None:
    with pytest.raises(SmsRefused) as caught:
        rules(clock).number(text)
    assert caught.value.why == why


def test_other_countries_where_they_are_allowed(clock: FakeClock) -> None:
    allowed = rules(clock, countries=["PL", "DE", "US"])
    assert allowed.number("+4915123456789") == "+4915123456789"
    assert allowed.number("+12125551234") == "+12125551234"
    with pytest.raises(SmsRefused, match="no text messages go to FR"):
        allowed.number("+33612345678")


def test_letters_as_the_operator_wants_them(clock: FakeClock) -> None:
    assert rules(clock).text("Dzień dobry") == ("Dzień dobry", Size("ucs2", 1))
    assert rules(clock, letters="plain").text("Dzień dobry") == ("Dzien dobry", Size("gsm7", 1))


@pytest.mark.parametrize(("text", "why"), [("", "empty"), (" \n\x00", "empty"), ("ż" * 202, "too_long")])
def test_texts_that_do_not_go(clock: FakeClock, text: str, why: str) -> None:
    with pytest.raises(SmsRefused) as caught:
        rules(clock).text(text)
    assert caught.value.why == why


def test_a_number_gets_no_more_than_its_share(clock: FakeClock) -> None:
    few = rules(clock, per_number=2, per_number_hours=1)
    few.count("a", "+48600100200")
    few.count("b", "+48600100200")
    few.count("b", "+48600100200")
    few.count("c", "+48600100201")
    with pytest.raises(SmsRefused, match="2 text messages have gone to this number within 1 h"):
        few.count("d", "+48600100200")
    clock.advance(3600)
    few.count("d", "+48600100200")


def test_what_did_not_go_does_not_count(clock: FakeClock) -> None:
    few = rules(clock, per_number=1)
    few.count("a", "+48600100200")
    few.uncount("a")
    few.count("b", "+48600100200")


def test_a_day_has_an_end_to_it(clock: FakeClock) -> None:
    few = rules(clock, per_day=3)
    for number in range(3):
        few.count(str(number), f"+4860010020{number}")
    with pytest.raises(SmsRefused) as caught:
        few.count("4", "+48600100209")
    assert caught.value.why == "too_many"
    clock.advance(86_400)
    few.count("4", "+48600100209")


def test_a_clock_that_was_set_back_opens_no_gate(clock: FakeClock) -> None:
    few = rules(clock, per_number=1)
    few.count("a", "+48600100200")
    clock.jump(-7 * 86_400)
    with pytest.raises(SmsRefused):
        few.count("b", "+48600100200")
