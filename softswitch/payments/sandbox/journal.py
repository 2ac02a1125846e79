"""The sandbox's journal: lines of JSON, on the disk before anybody is answered."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from softswitch.payments.errors import PaymentError
from softswitch.payments.sandbox.entries import AnyEntry

FILE_MODE = 0o600

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEntry] = msgspec.json.Decoder(AnyEntry)


class JournalUnreadable(PaymentError):
    """The journal is not one, or is damaged; the text names file and line."""


def read_journal(path: Path) -> list[AnyEntry]:
    """Return all entries, none for a file that is not there; raises JournalUnreadable.

    A last line without an end was being written when the sandbox was killed: nobody was answered for it.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise JournalUnreadable(f"{path} cannot be read: {error.strerror}") from error
    entries = []
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        try:
            entries.append(_decoder.decode(line))
        except msgspec.MsgspecError as error:
            raise JournalUnreadable(f"{path} line {number}: {error}") from error
    return entries


class Journal:
    """An open journal. It is its owner's business alone, though no code is in it."""

    def __init__(self, path: Path) -> None:
        """Open the journal for appending, and cut off a line that was never finished."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
        data = path.read_bytes()
        whole = data.rfind(b"\n") + 1
        os.ftruncate(self._file, whole)
        os.lseek(self._file, 0, os.SEEK_END)

    def append(self, entries: Sequence[AnyEntry]) -> None:
        """Write entries down; they outlast a killed process when this returns, and a power cut too."""
        os.write(self._file, b"".join(_encoder.encode(entry) + b"\n" for entry in entries))
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
