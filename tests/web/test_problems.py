"""What no service refuses."""

from __future__ import annotations

from softswitch.errors import no_excuse
from softswitch.web.problems import problem_of, refusal_of


def test_the_router_refuses_in_our_words() -> None:
    assert refusal_of(404, {}).code == "not_found"
    method = refusal_of(405, {"Allow": "GET"})
    assert (method.status, method.headers()) == (405, {"Allow": "GET"})
    assert refusal_of(400, {}).code == "malformed"


def test_a_fault_tells_its_kind_and_no_more() -> None:
    problem = problem_of(ValueError("PIN 1234"), no_excuse)
    assert problem.status == 500
    assert "ValueError" in problem.detail
    assert "1234" not in problem.detail
    assert problem_of(TimeoutError(), no_excuse).status == 503


def test_what_passes_by_itself_is_told_in_a_sentence_and_may_be_tried_again() -> None:
    problem = problem_of(OSError("any"), lambda error: "The disk is full.")
    assert (problem.status, problem.detail) == (503, "The disk is full.")
    assert problem.headers() == {"Retry-After": "5"}
