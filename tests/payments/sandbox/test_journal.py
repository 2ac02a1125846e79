"""The journal comes back as it was written, and a line that a kill cut off was never answered for."""

from __future__ import annotations

import stat

import pytest

from softswitch.payments.sandbox.entries import Charged, Made
from softswitch.payments.sandbox.journal import Journal, JournalUnreadable, read_journal

ENTRIES = [
    Made(at=1.5, payment="A", key="k", amount=12_345, description="Zażółć", purpose="FV/1"),
    Charged(at=2.5, payment="A", amount=12_345),
]


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / "deep" / "journal.jsonl"
    assert read_journal(path) == []
    journal = Journal(path)
    journal.append(ENTRIES[:1])
    journal.append(ENTRIES[1:])
    journal.close()
    assert read_journal(path) == ENTRIES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_half_a_line_is_cut_off(tmp_path):
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.append(ENTRIES[:1])
    journal.close()
    with path.open("ab") as file:
        file.write(b'{"what": "charged", "at"')
    assert read_journal(path) == ENTRIES[:1]
    journal = Journal(path)
    journal.append(ENTRIES[1:])
    journal.close()
    assert read_journal(path) == ENTRIES


def test_what_is_no_journal_is_named_by_line(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_text("hello\n", encoding="utf-8")
    with pytest.raises(JournalUnreadable, match=r"journal\.jsonl line 1"):
        read_journal(path)
    with pytest.raises(JournalUnreadable, match="cannot be read"):
        read_journal(tmp_path)
