from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.integrations.sms_config import SmsConfig

URL = "https://sms.example.com/send"
BODY = {"to": "{{SMS.NUMBER}}", "text": "{{SMS.TEXT}}", "idx": "{{SMS.REFERENCE}}"}
SMPP = {"host": "smsc.example.com", "system_id": "firma", "password": "hunter2"}


@pytest.mark.parametrize(
    "given",
    [
        {"http": {"url": URL, "body": BODY}},
        {"http": {"url": URL + "?to={{SMS.DIGITS}}&text={{SMS.TEXT}}", "method": "GET"}},
        {"http": {"url": URL, "body": BODY, "answer": {"STATUS": "$.s"}, "taken": ["OK"]}},
        {"smpp": SMPP, "sender": "Firma SA"},
        {"smpp": SMPP, "sender": "+48221234567"},
    ],
)
def test_gateways(given: dict[str, object]) -> None:
    assert SmsConfig.model_validate(given).per_number == 5


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "one of http and smpp"),
        ({"http": {"url": URL, "body": BODY}, "smpp": SMPP}, "one of http and smpp"),
        ({"http": {"url": URL, "body": {"text": "{{SMS.TEXT}}"}}}, "needs {{SMS.NUMBER}}"),
        ({"http": {"url": URL, "body": {"to": "{{SMS.NUMBER}}"}}}, "and {{SMS.TEXT}}"),
        ({"http": {"url": URL, "body": {**BODY, "x": "{{CALL.SRC_NUMBER}}"}}}, "unknown variable"),
        ({"http": {"url": "ftp://x", "body": BODY}}, "https://"),
        ({"http": {"url": URL, "body": BODY, "taken": ["OK"]}}, "values of STATUS"),
        ({"http": {"url": URL, "body": BODY, "answer": {"STATUS": "$.s"}}}, "under taken"),
        ({"http": {"url": URL, "body": BODY, "answer": {"PRICE": "$.s"}}}, "not PRICE"),
        ({"smpp": SMPP, "sender": "Firma, która ma długą nazwę"}, "16"),
        ({"smpp": SMPP, "sender": "żółw"}, "plain letters"),
        ({"smpp": {**SMPP, "password": "too long one"}}, "8 characters"),
        ({"smpp": SMPP, "countries": ["Polska"]}, "pattern"),
    ],
)
def test_what_is_wrong_is_said(given: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        SmsConfig.model_validate(given)


def test_no_password_is_shown() -> None:
    assert "hunter2" not in repr(SmsConfig.model_validate({"smpp": SMPP}))
    given = {"url": URL, "body": BODY, "auth": {"bearer": "hunter2"}}
    assert "hunter2" not in repr(SmsConfig.model_validate({"http": given}))
