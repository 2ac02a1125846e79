"""What is written down of a request."""

from __future__ import annotations

from softswitch.web.audit import Audit
from softswitch.web.model import AuditEntry
from softswitch.web.tokens import issue
from tests.fakes.clock import FakeClock


def test_who_did_what_to_what_when_from_where_and_the_result() -> None:
    clock, kept = FakeClock(), list[AuditEntry]()
    token, _ = issue("crm", ("customers:read",), clock.wall(), agent="1001")
    Audit(kept.append, clock).note(
        token, source="192.0.2.7", method="GET", path="/v1/customers/c1", status=404, code="not_found"
    )
    (entry,) = kept
    assert (entry.token, entry.name, entry.agent) == (token.id, "crm", "1001")
    assert (entry.at, entry.source, entry.status) == (clock.wall(), "192.0.2.7", 404)
    assert (entry.method, entry.path, entry.code) == ("GET", "/v1/customers/c1", "not_found")


def test_nothing_in_it_paints_a_terminal_or_fills_a_disk() -> None:
    kept = list[AuditEntry]()
    path = "/v1/\x1b[31mred\n" + "x" * 10_000
    Audit(kept.append, FakeClock()).note(None, source="x" * 999, method="G" * 99, path=path, status=401)
    (entry,) = kept
    assert entry.path.startswith("/v1/%1B%5B31mred%0A")
    assert (len(entry.path), len(entry.source), len(entry.method)) == (200, 60, 10)
    assert (entry.token, entry.name) == ("", "")
