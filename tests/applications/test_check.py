"""What preflight finds in applications."""

from __future__ import annotations

import pytest

from softswitch.applications.check import application_faults, application_warnings
from softswitch.applications.config import ApplicationConfig

GOOD = {"url": "https://example.com/calls", "secret": "a secret of some length", "fallback": "1001"}


def found(parts, **how):
    applications = {
        number: ApplicationConfig.model_validate({**GOOD, **part}) for number, part in parts.items()
    }
    return list(
        application_faults(
            applications,
            {"1001"},
            how.get("claimed", {}),
            leads_inside={"1001", "600"},
            leads_out=lambda number: number.startswith("+"),
        )
    )


@pytest.mark.parametrize(
    ("parts", "where", "says"),
    [
        ({"700": {"fallback": "999"}}, "applications.700.fallback", "no number of the switch"),
        ({"700": {"fallback": "+48600100200"}}, "applications.700.fallback", "acts_for"),
        ({"700": {"fallback": "700"}}, "applications.700.fallback", "itself"),
        ({"700": {"acts_for": "1009"}}, "applications.700.acts_for", "no account 1009"),
        ({"700": {"sounds": "/nowhere/at/all"}}, "applications.700.sounds", "no folder"),
    ],
)
def test_what_cannot_work_is_named(parts, where, says):
    ((at, reason),) = found(parts)
    assert at == where
    assert says in reason


def test_fallbacks_in_a_circle_are_named_at_each():
    faults = found({"700": {"fallback": "701"}, "701": {"fallback": "700"}, "702": {"fallback": "700"}})
    assert [where for where, _ in faults] == ["applications.700.fallback", "applications.701.fallback"]


def test_a_number_that_is_taken_is_named():
    ((where, reason),) = found({"700": {}}, claimed={"700": "the room 700"})
    assert (where, "the room 700" in reason) == ("applications.700", True)


def test_what_is_right_is_right():
    assert (
        found({"700": {}, "701": {"fallback": "700"}, "702": {"fallback": "+48", "acts_for": "1001"}}) == []
    )


def test_questions_without_tls_are_warned_of():
    parts = {"700": "http://example.com/", "701": "http://127.0.0.1:8080/", "702": "https://example.com/"}
    configs = {
        number: ApplicationConfig.model_validate({**GOOD, "url": url}) for number, url in parts.items()
    }
    assert [where for where, _ in application_warnings(configs)] == ["applications.700.url"]
