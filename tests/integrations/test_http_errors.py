"""What errors say of themselves."""

from __future__ import annotations

import pytest

from softswitch.integrations import http_errors as errors
from softswitch.words import WORDS


@pytest.mark.parametrize(
    ("status", "temporary"),
    [
        (400, False),
        (401, False),
        (404, False),
        (408, True),
        (410, False),
        (429, True),
        (500, True),
        (503, True),
    ],
)
def test_a_status_tells_whether_to_try_later(status, temporary):
    error = errors.StatusRefused("x.example", status, 3.0)
    assert error.temporary is temporary
    assert errors.may_succeed_later(status) is temporary
    assert str(error) == f"x.example: it answered with status {status}"


def test_who_is_given_up_is_named_with_its_pause():
    assert str(errors.GivenUp("x.example", 4.6)) == (
        "x.example: it has failed too often and is tried again in 5 s"
    )


def test_every_code_of_a_failing_host_has_a_word():
    kinds = (
        errors.Unreachable,
        errors.TlsRefused,
        errors.TimedOut,
        errors.BrokenAnswer,
        errors.StatusRefused,
    )
    assert {kind.code for kind in kinds} <= WORDS.keys()


def test_what_never_left_may_be_sent_again():
    assert not errors.Unreachable("x", "y").sent
    assert errors.TimedOut("x", "y").sent
    assert str(errors.RequestRefused("", "no")) == "no"
