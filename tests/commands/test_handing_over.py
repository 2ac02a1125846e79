"""What is handed over can be read by a person, and nothing of it is lost."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import msgspec
import pytest

from softswitch.commands.handing_over import DATA, TEXT, readable, write_set
from softswitch.crm.privacy import Enclosed

TOLD = {
    "exported": "2026-01-05",
    "customer": {"name": "Anna Żółć", "notes": "", "born": None, "numbers": ["+48601234567"], "own": {}},
    "calls": {"C1": [{"at": "9:00", "kind": "CallArrived"}]},
    "trace": [{"message": "INVITE sip:a\r\nTo: b"}],
    "orders": [],
}


def test_a_person_reads_it_line_by_line() -> None:
    text = readable(TOLD).split("\r\n")
    assert text[3:] == [
        "exported: 2026-01-05", "",
        "CUSTOMER", "    name: Anna Żółć", "    numbers:", "        +48601234567", "",
        "CALLS", "    C1:", "        1.", "            at: 9:00", "            kind: CallArrived", "",
        "TRACE", "    1.", "        message: ", "            INVITE sip:a", "            To: b", "",
        "ORDERS", "    -", "",
    ]  # fmt: skip


def test_the_set_holds_text_data_and_sound(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    out = io.BytesIO()
    write_set(out, TOLD, [Enclosed("recordings/a.wav", tmp_path / "a.wav")])
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [TEXT, DATA, "recordings/a.wav"]
        assert msgspec.json.decode(archive.read(DATA)) == TOLD
        assert archive.read(TEXT).decode("utf-8-sig") == readable(TOLD)
        assert archive.read("recordings/a.wav") == b"RIFF"


def test_sound_that_is_gone_meanwhile_is_a_fault_and_no_silent_gap(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_set(io.BytesIO(), TOLD, [Enclosed("a.wav", tmp_path / "a.wav")])
