from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.integrations.webhook_config import WebhookConfig
from softswitch.integrations.webhook_signing import make_secret

SECRET = make_secret(bytes(24))
PLAIN = {"url": "https://crm.example.com/hooks?token=abc", "secrets": [SECRET]}


def test_a_receiver_is_told_of_ends_of_calls_unless_it_wants_more() -> None:
    assert WebhookConfig.model_validate(PLAIN).events == ("call.ended",)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"url": "crm.example.com"}, "https://"),
        ({"url": "https://x/{{CALL.SRC_NUMBER}}"}, "no variables"),
        ({"url": "https://user:pass@x/"}, "as auth"),
        ({"secrets": []}, "at least 1"),
        ({"secrets": ["hunter2"]}, "softswitch webhooks secret"),
        ({"events": ["call.finished"]}, "call.ended"),
        ({"events": []}, "at least 1"),
        ({"headers": {"Webhook-Id": "x"}}, "set by the switch"),
        ({"headers": {"X": "a\r\nb"}}, "control character"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        WebhookConfig.model_validate({**PLAIN, **changes})


def test_no_secret_is_shown() -> None:
    shown = repr(WebhookConfig.model_validate(PLAIN))
    assert SECRET not in shown
    assert "token" not in shown
