"""Signatures as Standard Webhooks has them: one is made, and nothing else is taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.signatures import decoded, is_signed, signature

KEY = bytes(range(32))
BODY = '{"type":"call.ended","queue":"sprzedaż"}'.encode()
NOW = 1_767_603_600


def test_the_example_of_the_specification() -> None:
    # Published with the specification's libraries: its secret, id, time and body give this signature.
    key = decoded("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert is_signed(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", f"v1,b2xk {made}", body, 1614265630)


@pytest.mark.parametrize("secret", ["whsec_!", "ż", "whsec_AAA"])
def test_what_is_no_base_64_is_refused(secret: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is told by whoever asked
        decoded(secret)


@settings(deadline=None)
@given(place=st.integers(0, len(BODY) - 1))
def test_another_body_is_not_signed(place: int) -> None:
    header = signature(KEY, "id", NOW, BODY)
    changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
    assert not is_signed(KEY, "id", str(NOW), header, changed, NOW)


@pytest.mark.parametrize(
    ("identity", "timestamp", "now"),
    [
        ("other", str(NOW), NOW),
        ("id", str(NOW + 1), NOW),
        ("id", str(NOW), NOW + 301),
        ("id", str(NOW), NOW - 301),
        ("id", "", NOW),
        ("id", "-5", NOW),
        ("id", "١٢", NOW),
        ("id", "1" * 20, NOW),
    ],
)
def test_another_id_or_time_is_not_signed(identity: str, timestamp: str, now: int) -> None:
    header = signature(KEY, "id", NOW, BODY)
    assert not is_signed(KEY, identity, timestamp, header, BODY, now)


@pytest.mark.parametrize("header", ["", "v1", "v1,", "v2,AAAA", "nonsense v1,AAAA", "v1,ż"])
def test_other_headers_are_no_signature(header: str) -> None:
    assert not is_signed(KEY, "id", str(NOW), header, BODY, NOW)
