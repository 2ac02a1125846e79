"""Signatures of questions, as Standard Webhooks has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.applications.signature import headers_of, key_of, verify
from softswitch.signatures import TOLERANCE_S

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_a_secret_may_be_plain_or_base_64():
    assert key_of("plain secret") == b"plain secret"
    assert key_of("whsec_aGk=") == b"hi"
    with pytest.raises(ValueError, match="base 64"):
        key_of("whsec_!")


@given(st.text(min_size=1).filter(lambda text: not text.startswith("whsec_")), st.binary())
def test_what_is_signed_is_verified_and_nothing_else(secret, body):
    try:
        secret.encode()
    except UnicodeEncodeError:
        return
    headers = headers_of(secret, "app_1", 1000, body)
    assert verify(secret, headers, body, now=1000.0)
    assert not verify(secret, headers, body + b"x", now=1000.0)
    assert not verify(secret + "x", headers, body, now=1000.0)
    assert not verify(secret, {**headers, "webhook-id": "app_2"}, body, now=1000.0)


@pytest.mark.parametrize("timestamp", ["", "abc", "-1", "1" * 20, "１"])
def test_times_that_are_none_are_refused(timestamp):
    headers = {**headers_of(SECRET, "a", 1000, b""), "webhook-timestamp": timestamp}
    assert not verify(SECRET, headers, b"", now=1000.0)


def test_an_old_question_is_a_replay():
    headers = headers_of(SECRET, "a", 1000, b"")
    assert verify(SECRET, headers, b"", now=1000 + TOLERANCE_S)
    assert not verify(SECRET, headers, b"", now=1001 + TOLERANCE_S)
    assert not verify(SECRET, headers, b"", now=999 - TOLERANCE_S)


def test_one_of_several_signatures_will_do():
    headers = headers_of(SECRET, "a", 1000, b"")
    headers["webhook-signature"] = f"v1,b2xk {headers['webhook-signature']}"
    assert verify(SECRET, headers, b"", now=1000.0)
    assert not verify(SECRET, {}, b"", now=1000.0)
