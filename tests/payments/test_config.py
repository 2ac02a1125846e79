"""Settings of payments: what cannot be right is refused with a reason, and no key shows."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.payments.config import PaymentsConfig, ProviderConfig

BLIK = {"kind": "blik", "url": "http://127.0.0.1:9", "api_key": "hush"}


def test_no_key_shows():
    config = PaymentsConfig.model_validate({"providers": {"bank": {**BLIK, "webhook_secret": "quiet"}}})
    assert "hush" not in repr(config)
    assert "quiet" not in repr(config)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"url": "http://bank.example"}, "https://"),
        ({"url": "ftp://bank.example"}, "https://"),
        ({"kind": "card"}, "blik"),
        ({"api_key": ""}, "at least 1"),
        ({"kind": "payment_intents"}, "return_url"),
        ({"typo": 1}, "typo"),
    ],
)
def test_what_is_wrong_with_a_provider_is_said(changed, reason):
    with pytest.raises(ValidationError, match=reason):
        ProviderConfig.model_validate({**BLIK, **changed})


def test_some_sum_must_be_left():
    with pytest.raises(ValidationError, match="at most largest"):
        PaymentsConfig(smallest=200, largest=100)
