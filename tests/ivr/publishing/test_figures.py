"""What is told of publishing."""

from __future__ import annotations

from softswitch.ivr.publishing.figures import Job, Report


def test_a_job_is_over_with_a_report_or_with_trouble() -> None:
    assert [one.is_over for one in (Job(1), Job(1, Report(True)), Job(1, trouble="x"))] == [False, True, True]
