"""Counts of waiting messages."""

from __future__ import annotations

import pytest

from softswitch.presence.mailboxes import MOST, Counts, MemoryMailboxes


def test_counts_are_kept_and_only_changes_are_told() -> None:
    mailboxes, told = MemoryMailboxes(), list[str]()
    mailboxes.subscribe(told.append)
    assert mailboxes.counts("1001") == Counts()
    mailboxes.set("1001", Counts())
    mailboxes.set("1001", Counts(1, 2))
    mailboxes.set("1001", Counts(1, 2))
    mailboxes.set("1002", Counts(3))
    assert told == ["1001", "1002"]
    assert mailboxes.counts("1001") == Counts(1, 2)


@pytest.mark.parametrize("counts", [(-1, 0, 0, 0), (1, 0, 2, 0), (0, 1, 0, 2), (MOST + 1, 0, 0, 0)])
def test_counts_that_cannot_be(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="counts are 0 to"):
        Counts(*counts)
