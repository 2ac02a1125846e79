"""Times are text that sorts as time does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from softswitch.storage.moments import read, read_or_never, written, written_or_never

MOMENTS = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-9))])
)


@given(st.lists(MOMENTS.filter(lambda at: 2 < at.year < 9998), min_size=2))
def test_they_sort_as_text_and_come_back(moments: list[datetime]) -> None:
    assert sorted(map(written, moments)) == [written(at) for at in sorted(moments)]
    assert [read(written(at)) for at in moments] == moments


def test_never_is_an_empty_text_before_all_times() -> None:
    assert (written_or_never(None), read_or_never("")) == ("", None)
    at = datetime(2026, 7, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert written_or_never(at) == "2026-06-30T23:30:00.000000+00:00" > ""
    assert read_or_never(written_or_never(at)) == at
