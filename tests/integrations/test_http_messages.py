"""Answers of other systems, whatever they hold."""

from __future__ import annotations

import pytest

from softswitch.integrations import http_errors as errors
from softswitch.integrations.http_messages import Request, Response


def test_what_is_no_json_is_a_broken_answer():
    for body in (b"", b"{", b"[" * 100_000, b"\xff", b'"\xa3\xf3d\xbc"'):
        with pytest.raises(errors.BrokenAnswer):
            Response("x", 200, {}, body).json()
    assert Response("x", 200, {}, b"a\xff").text() == "a\ufffd"


@pytest.mark.parametrize("text", ["", "soon", "-1", "9" * 9, "Wed, 21 Oct 2026 07:28:00 GMT", "１"])
def test_a_retry_after_that_is_no_number_counts_as_none(text):
    assert Response("x", 503, {"retry-after": text}).after is None


def test_what_may_be_sent_again_is_known_by_its_method_or_its_key():
    assert Request("GET", "http://x/").repeatable
    assert not Request("POST", "http://x/").repeatable
    assert Request("POST", "http://x/", key="k").repeatable


def test_a_status_that_is_no_success_is_refused_and_says_when_to_come_again():
    assert Response("x", 204).checked().ok
    with pytest.raises(errors.StatusRefused) as caught:
        Response("x", 503, {"retry-after": "7"}).checked()
    assert caught.value.after == 7.0


def test_neither_shows_what_may_be_secret():
    assert "s3cret" not in repr(Request("GET", "http://x/s3cret", {"a": "s3cret"}, b"s3cret"))
    assert "s3cret" not in repr(Response("x", 200, {"a": "s3cret"}, b"s3cret"))
