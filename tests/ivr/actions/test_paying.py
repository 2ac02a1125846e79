"""The step ``pay`` on simulated calls: every end, said truthfully, and no digit of a code anywhere."""

from __future__ import annotations

from typing import ClassVar

import pytest

from softswitch.events import DigitPressed
from softswitch.ivr.context import CallFacts
from softswitch.ivr.desks.till import Bill, Charge, Standing
from softswitch.ivr.simulate import DEFAULT_FACTS
from softswitch.ivr.simulated import others
from softswitch.ivr.simulated.script import hang_up, press, wait
from softswitch.ivr.simulated.till import SimulatedTill, pays
from softswitch.ivr.transcript import Transcript
from softswitch.ivr.transcript_lines import render_transcript
from softswitch.payments.code import Code
from tests.ivr.outside import calling
from tests.ivr.written import HEADER, call, exits_of, problems_of

MOBILE = CallFacts("c", "+48500100200", "", "100")
CODE = "777001"
PL = HEADER.replace("language: en", "language: pl")

PAY = """
a:
  - pay: {{amount: "{amount}", refused: no, aborted: stopped, unknown: open{more}}}
  - say: "done"
  - hangup
no: [say: "not paid", hangup]
stopped: [say: "stopped", hangup]
open: [say: "who knows", hangup]
sent: [say: "sent", hangup]
"""


def paying(*script, amount="123,45", more="", facts=MOBILE, header=HEADER) -> Transcript:
    return call(PAY.format(amount=amount, more=more), *script, facts=facts, header=header)


def digits_of(transcript: Transcript) -> str:
    return "".join(m.event.digit for m in transcript.moments if isinstance(m.event, DigitPressed))


def test_m01_n11_a_caller_pays():
    told = paying(press(CODE), pays(after=10), header=PL)
    assert exits_of(told, "pay") == [("paid", "123,45 zł")]
    assert told.heard[0] == "Do zapłaty: sto dwadzieścia trzy złote i czterdzieści pięć groszy."
    assert "Proszę teraz potwierdzić płatność" in told.heard[2]
    assert told.heard[3].startswith("Płatność przyjęta: sto dwadzieścia trzy złote")
    assert told.heard[-1] == "done"


def test_m01_no_digit_of_a_code_is_shown():
    told = paying(press("771234"), press("561234", after=1), pays(after=10))
    text = render_transcript(told)
    assert set(digits_of(told)) == {"*"}
    assert "771234" not in text
    assert "561234" not in text


class Strict(SimulatedTill):
    """A till that takes a code as the real one does."""

    async def submit(self, charge: str, digits: str) -> Charge:
        Code(digits)
        return await super().submit(charge, digits)


@pytest.mark.parametrize(
    ("script", "end"), [((press("A7D7B7C001"), pays(after=10)), "paid"), ((press("ABCDAB*"),), "aborted")]
)
def test_letters_that_some_phones_have_are_no_digits_of_a_code(monkeypatch, script, end):
    monkeypatch.setattr(others, "SimulatedTill", Strict)
    assert exits_of(paying(*script), "pay")[0][0] == end


@pytest.mark.parametrize(
    ("standing", "reason", "exit_name", "said"),
    [
        (Standing.REFUSED, "declined", "refused", "declined in the bank's app. Nothing was charged"),
        (Standing.REFUSED, "insufficient_funds", "refused", "not enough money. Nothing was charged"),
        (Standing.REFUSED, "limit", "refused", "The bank refused the payment"),
        (Standing.UNKNOWN, "", "not_known", "Do not pay again"),
        (Standing.ABORTED, "", "aborted", "The payment was stopped"),
    ],
)
def test_what_came_of_it_is_told(standing, reason, exit_name, said):
    told = paying(press(CODE), pays(standing, reason=reason))
    assert exits_of(told, "pay")[0][0] == exit_name
    assert any(said in text for text in told.heard)


@pytest.mark.parametrize(
    ("standing", "exit_name", "said"),
    [
        (Standing.ALREADY_PAID, "paid", "paid already"),
        (Standing.ALREADY_OPEN, "not_known", "already under way"),
        (Standing.NOT_TAKEN, "refused", "cannot take this payment"),
    ],
)
def test_what_is_not_even_begun(standing, exit_name, said):
    told = paying(pays(standing))
    assert exits_of(told, "pay")[0][0] == exit_name
    assert any(said in text for text in told.heard)
    assert digits_of(told) == ""


def test_m01_two_wrong_codes_and_a_right_one():
    told = paying(press("111111"), press("222222"), press(CODE), pays(wrong_codes=2))
    assert exits_of(told, "pay") == [("paid", "123,45 zł")]
    assert sum("not right" in text for text in told.heard) == 2


def test_three_wrong_codes_are_the_end():
    told = paying(press("111111"), press("222222"), press("333333"), pays(wrong_codes=3))
    assert exits_of(told, "pay") == [("refused", "123,45 zł: too_many_codes")]
    assert "None of the codes was right. Nothing was charged." in told.heard


def test_no_code_and_half_a_code():
    told = paying(press("123"), wait(6), press("#"), wait(40))
    assert exits_of(told, "pay") == [("refused", "123,45 zł: no_code")]
    assert any("has six digits" in text for text in told.heard)


@pytest.mark.parametrize("script", [[press("*")], [press("12*")], [press(CODE), press("*", after=9)]])
def test_star_stops_it(script):
    told = paying(*script, pays(after=60))
    assert exits_of(told, "pay") == [("aborted", "123,45 zł: caller")]
    assert "The payment was stopped. Nothing was charged." in told.heard


def test_star_too_late_is_paid_and_told_so():
    told = paying(press(CODE), press("*", after=7.5), pays(after=7.0))
    assert exits_of(told, "pay") == [("paid", "123,45 zł")]


def test_two_minutes_and_no_longer():
    told = paying(press(CODE), pays(after=1000))
    assert exits_of(told, "pay") == [("refused", "123,45 zł: expired")]
    assert 120 < told.seconds < 160
    assert sum("waiting for you" in text for text in told.heard) >= 3


def test_a_caller_who_hangs_up():
    told = paying(press(CODE), wait(20), hang_up(), pays(after=60))
    assert told.ended is None


LINK = ', link: "sms:main", link_sent: sent'


def test_hash_asks_for_a_link_instead():
    told = paying(press("#"), more=LINK)
    assert exits_of(told, "pay") == [("link_sent", "123,45 zł")]
    assert any("press hash" in text for text in told.heard)
    assert told.heard[-1] == "sent"


def test_after_wrong_codes_a_link_is_offered():
    codes = [press("111111"), press("222222"), press("333333")]
    told = paying(*codes, press("1"), pays(wrong_codes=3), more=LINK)
    assert exits_of(told, "pay") == [("link_sent", "123,45 zł")]
    told = paying(*codes, press("2"), pays(wrong_codes=3), more=LINK)
    assert exits_of(told, "pay") == [("refused", "123,45 zł: too_many_codes")]


@pytest.mark.parametrize("facts", [DEFAULT_FACTS, CallFacts("c", "+48221234567", "", "100")])
def test_no_link_goes_to_an_account_of_the_line_or_to_a_landline(facts):
    told = paying(press(CODE), more=LINK, facts=facts)
    assert not any("press hash" in text for text in told.heard)
    assert exits_of(told, "pay")[0][0] == "paid"


@pytest.mark.parametrize("amount", ["{{VARIABLE.NOTHING}}", "{{CALL.CALLER_ID}}1", "{{CALL.SRC_NUMBER}}"])
def test_what_is_no_sum_is_not_taken(amount):
    told = paying(amount=amount)
    assert exits_of(told, "pay") == [("refused", "no amount")]
    assert told.heard == ("We cannot take this payment now. Nothing was charged.", "not paid")


@pytest.mark.parametrize(
    ("currency", "end"),
    [("PLN", ("paid", "20,00 zł")), ("zł", ("paid", "20,00 zł")), ("EUR", ("refused", "currency"))],
)
def test_m01_an_order_in_another_currency_is_not_charged_as_zlote(currency, end):
    order = {"number": "4711", "status": "new", "total": "20.00", "currency": currency}
    anna = {"last_name": "Nowak", "numbers": [MOBILE.caller], "orders": [order]}
    text = """
    a:
      - find_customer: {}
      - by_order: {statuses: {new: b}}
    b: [pay: {amount: "{{ORDER.TOTAL}}", purpose: "{{ORDER.NUMBER}}"}]
    """
    told = calling(text, press(CODE), caller=MOBILE.caller, customers=[anna])
    assert exits_of(told, "pay") == [end]


def test_a_language_without_numbers_is_told_in_english():
    told = paying(press(CODE), header=HEADER.replace("language: en", "language: de"))
    assert any("one hundred and twenty-three zlotys" in text for text in told.heard)


def test_faults_in_a_file_are_named():
    (problem,) = problems_of('a: [pay: {amount: "1", refused: nowhere}]')
    assert "nowhere" in problem
    (problem,) = problems_of('a: [pay: {amount: "1,234"}]')
    assert "no amount such as 123,45" in problem
    (problem,) = problems_of("a: [pay: {}]")
    assert "amount" in problem


PURPOSE = """
a:
  - gather: {{variable: order, max: 4, sensitive: {sensitive}}}
  - pay: {{amount: "1,00", purpose: "{purpose}", receipt: "{receipt}"}}
  - hangup
"""


class Remembering(SimulatedTill):
    """Remembers the bills."""

    bills: ClassVar[list[Bill]] = []

    async def begin(self, bill: Bill) -> Charge:
        self.bills.append(bill)
        return await super().begin(bill)


def billed(
    monkeypatch, *, purpose="order {{VARIABLE.ORDER}}", sensitive="no", receipt="", facts=MOBILE
) -> Bill:
    monkeypatch.setattr(others, "SimulatedTill", Remembering)
    Remembering.bills.clear()
    text = PURPOSE.format(purpose=purpose, sensitive=sensitive, receipt=receipt)
    call(text, press("4711"), press(CODE), facts=facts)
    return Remembering.bills[0]


def test_what_is_paid_for(monkeypatch):
    assert billed(monkeypatch).purpose == "order 4711"
    secret = billed(monkeypatch, sensitive="yes").purpose
    assert "4711" not in secret
    assert secret == billed(monkeypatch, sensitive="yes").purpose != "secret "


def test_a_purpose_of_which_a_part_is_missing_is_none():
    told = call(
        PURPOSE.format(purpose="{{VARIABLE.OTHER}}", sensitive="no", receipt=""),
        press("4711"),
        facts=MOBILE,
        header=HEADER,
    )
    assert exits_of(told, "pay") == [("refused", "no purpose")]


@pytest.mark.parametrize(
    ("receipt", "facts", "sent"),
    [
        ("sms:main", MOBILE, ("sms:main", "+48500100200")),
        ("sms:main", DEFAULT_FACTS, ("", "")),
        ("sms:main", CallFacts("c", "+48221234567", "", "100"), ("", "")),
        ('mail:office", receipt_to: "anna@example.com', DEFAULT_FACTS, ("mail:office", "anna@example.com")),
        # Nobody was found: the customer's own address is not known, and no default text is one.
        ("mail:office", MOBILE, ("", "")),
        ("", MOBILE, ("", "")),
    ],
)
def test_m01_a_receipt_goes_where_it_can_arrive(monkeypatch, receipt, facts, sent):
    bill = billed(monkeypatch, receipt=receipt, facts=facts)
    assert (bill.receipt, bill.receipt_to) == sent


def test_m01_a_receipt_by_mail_goes_to_the_customer(monkeypatch):
    monkeypatch.setattr(others, "SimulatedTill", Remembering)
    Remembering.bills.clear()
    anna = {"last_name": "Nowak", "numbers": [MOBILE.caller], "email": "anna@example.com"}
    text = 'a: [find_customer: {}, pay: {amount: "1,00", receipt: "mail:office"}]'
    told = calling(text, press(CODE), caller=MOBILE.caller, customers=[anna])
    assert exits_of(told, "pay")[0][0] == "paid"
    assert Remembering.bills[0].receipt_to == "anna@example.com"
