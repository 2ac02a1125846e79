"""Receipts and pay-links in writing: the right channel, the right words, one key each."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from softswitch.payments.model import Method, Order, Payment, State
from softswitch.payments.paper import link, paper, receipt

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ORDER = Order(
    amount=12_345, provider="bank", description="FV 7", receipt="sms:main", receipt_to="+48500100200"
)
PAID = Payment("01J", ORDER, Method.BLIK, NOW, NOW, NOW, state=State.PAID)


def test_a_receipt_by_text_message():
    (delivery,) = receipt(PAID)
    assert (delivery.key, delivery.channel) == ("payment:01J:paid", "sms:main")
    assert json.loads(delivery.body) == {
        "to": "+48500100200",
        "text": "Potwierdzenie płatności: 123,45 zł. Tytułem: FV 7. Data: 2026-05-04 12:00 UTC. "
        "Numer płatności: 01J",
    }


def test_a_receipt_tells_the_time_of_the_line_s_own_zone():
    (delivery,) = paper(ZoneInfo("Europe/Warsaw")).receipt(PAID)
    assert "Data: 2026-05-04 14:00 CEST. " in json.loads(delivery.body)["text"]


def test_a_receipt_by_mail():
    order = replace(ORDER, receipt="mail:office", receipt_to="jan@firm.example", language="en")
    (delivery,) = receipt(replace(PAID, order=order))
    mail = json.loads(delivery.body)
    assert mail["to"] == ["jan@firm.example"]
    assert mail["subject"] == "Payment received: 123,45 zł"
    assert mail["text"].splitlines()[1:] == ["For: FV 7", "Date: 2026-05-04 12:00 UTC", "Payment number: 01J"]
    assert mail["written"] == "2026-05-04T12:00:00+00:00"


def test_what_goes_back_has_a_paper_of_its_own():
    (delivery,) = receipt(replace(PAID, state=State.REFUNDED))
    assert delivery.key == "payment:01J:refunded"
    assert "Zwrot płatności: 123,45 zł" in delivery.body


def test_a_link_is_sent_for_as_long_as_it_is_good():
    order = replace(ORDER, sms="sms:main", sms_to="+48500100200")
    payment = replace(PAID, order=order, url="https://pay.example/x", until=NOW + timedelta(hours=1))
    (delivery,) = link(payment)
    text = json.loads(delivery.body)["text"]
    assert text == "Do zapłaty 123,45 zł, FV 7. Link do płatności: https://pay.example/x"
    assert delivery.expires == payment.until


@pytest.mark.parametrize("missing", [{"receipt": ""}, {"receipt_to": ""}])
def test_who_wants_no_receipt_gets_none(missing):
    assert paper().receipt(replace(PAID, order=replace(ORDER, **missing))) == ()
    assert paper().link(PAID) == ()
