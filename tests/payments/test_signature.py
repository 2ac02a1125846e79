"""Webhooks' signatures: what was signed holds, everything else does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.payments.errors import BadSignature
from softswitch.payments.signature import TOLERANCE_S, check_signature, signed

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BODY = b'{"id": 1}'


@given(
    st.binary(max_size=200), st.text(min_size=1, max_size=30), st.integers(-TOLERANCE_S + 1, TOLERANCE_S - 1)
)
def test_what_was_signed_holds(body, secret, later):
    check_signature(signed(body, secret, NOW), body, secret, NOW + timedelta(seconds=later))


@given(st.text(max_size=100))
def test_noise_does_not(header):
    with pytest.raises(BadSignature):
        check_signature(header, BODY, "secret", NOW)


@pytest.mark.parametrize(
    ("body", "secret", "later", "why"),
    [
        (BODY + b" ", "secret", 0, "wrong"),
        (BODY, "other", 0, "wrong"),
        (BODY, "", 0, "no secret"),
        (BODY, "secret", TOLERANCE_S + 1, "too old"),
        (BODY, "secret", -TOLERANCE_S - 1, "future"),
    ],
)
def test_what_was_changed_does_not(body, secret, later, why):
    header = signed(BODY, "secret", NOW)
    with pytest.raises(BadSignature, match=why):
        check_signature(header, body, secret, NOW + timedelta(seconds=later))


def test_a_secret_may_be_changed_while_notices_come():
    old, new = signed(BODY, "old", NOW), signed(BODY, "new", NOW)
    check_signature(f"{old},{new.partition(',')[2]}", BODY, "new", NOW)


def test_the_known_form():
    # Made with: printf '1777896000.{"id": 1}' | openssl dgst -sha256 -hmac secret
    mac = "9c3d782de0478fd8b7f3f75593795f4571ac9da04cb474a28fcbcb5a0b956682"
    assert signed(BODY, "secret", NOW) == f"t=1777896000,v1={mac}"
