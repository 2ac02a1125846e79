"""Problems (RFC 9457)."""

from __future__ import annotations

from softswitch.web import errors
from softswitch.web.errors import Fault, TooMany, Unacceptable, Unproved, WebError


def test_a_problem_says_what_and_where() -> None:
    error = Unacceptable("It is not right.", faults=(Fault("body.name", "is empty"),))
    assert error.document("/v1/customers") == {
        "type": "urn:softswitch:problem:invalid",
        "title": "The request is not right",
        "status": 422,
        "detail": "It is not right.",
        "instance": "/v1/customers",
        "code": "invalid",
        "errors": [{"where": "body.name", "reason": "is empty"}],
    }


def test_header_fields() -> None:
    assert TooMany("Slower.", retry_after=7).headers() == {"Retry-After": "7"}
    assert WebError("x").headers() == {}
    assert Unproved().headers()["WWW-Authenticate"].startswith("Bearer")


def test_every_problem_has_a_code_of_its_own() -> None:
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, WebError)]
    assert len({one.code for one in kinds}) == len(kinds)
    assert all(400 <= one.status < 600 for one in kinds)
