"""What is said of accounts whose keys can be read on the way."""

from __future__ import annotations

from softswitch.registrar.srtp_config import readable_keys


def test_nothing_is_said_where_srtp_is_not_promised_or_the_keys_are_hidden():
    assert list(readable_keys({"1001": "offered", "1002": "off"}, tls=False)) == []
    assert list(readable_keys({"1001": "required"}, tls=True)) == []


def test_one_sentence_for_all_accounts():
    ((user, reason),) = readable_keys({"1001": "offered", "1002": "required", "1003": "required"}, tls=False)
    assert user == "1002"
    assert "1002 (and 1 more)" in reason
    assert "without TLS" in reason
    ((_, alone),) = readable_keys({"1002": "required"}, tls=False)
    assert "more" not in alone
