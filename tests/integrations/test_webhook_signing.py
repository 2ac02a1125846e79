from __future__ import annotations

import base64

import pytest

from softswitch.integrations.webhook_signing import key_of, make_secret, signatures
from softswitch.signatures import is_signed

SECRET = make_secret(bytes(range(32)))
OTHER = make_secret(bytes(range(1, 33)))
BODY = '{"type":"call.ended","queue":"sprzedaż"}'.encode()
NOW = 1_767_603_600


def test_the_example_of_the_specification() -> None:
    # Published with the specification's libraries: its secret, id, time and body give this signature.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    header = signatures([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert header == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_changes_either_is_good() -> None:
    header = signatures([SECRET, OTHER], "id", NOW, BODY)
    assert is_signed(key_of(SECRET), "id", str(NOW), header, BODY, NOW)
    assert is_signed(key_of(OTHER), "id", str(NOW), header, BODY, NOW)
    assert not is_signed(bytes(32), "id", str(NOW), header, BODY, NOW)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsec_AAAA",
        "secret",
        "whsec_" + "ż" * 40,
        SECRET[6:],
        "whsec_" + base64.b64encode(bytes(65)).decode(),
    ],
)
def test_what_is_no_secret_is_not_quoted(secret: str) -> None:
    with pytest.raises(ValueError, match="softswitch webhooks secret") as caught:
        key_of(secret)
    assert len(secret) < 7 or secret not in str(caught.value)
