"""Finds out whether a folder of dropped recordings is as it was put there: every octet, every line."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from softswitch.integrations.manifest import BEGINNING, HEAD, NAME, Head, Line, line_hash, signed_text

READ_AT_ONCE: Final = 1 << 20
LARGEST_LIST: Final = 1 << 28
"""Octets of a day's list: a million files. More is none of ours."""


@dataclass(slots=True)
class Verified:
    """What was found: ``faults`` are sentences that name file and line; none if all is as it was.

    ``notes`` are what proves nothing either way. ``files`` counts those whose content was compared.
    """

    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: int = 0
    files: int = 0
    signed: bool = False


def verify(folder: Path, *, key: Ed25519PublicKey | None = None) -> Verified:
    """Compare a folder with its lists; blocks, and reads every file in it.

    With ``key`` the head must be signed by it. Raises OSError for what cannot be read.
    """
    found = Verified()
    lists = sorted(one for one in folder.iterdir() if NAME.match(one.name))
    if not lists:
        found.faults.append(f"{folder}: there is no manifest in this folder")
        return found
    chain = _Chain(found)
    for path in lists:
        chain.follow(path)
    chain.compare_head(folder / HEAD, key)
    _compare_files(folder, chain.lines, found)
    return found


class _Chain:
    """Follows the lines from the first list to the last."""

    def __init__(self, found: Verified) -> None:
        self.lines: list[Line] = []
        self._found = found
        self._number = 0
        self._last = BEGINNING

    def follow(self, path: Path) -> None:
        """Read one list."""
        if path.stat().st_size > LARGEST_LIST:
            self._found.faults.append(f"{path.name}: it is too large for a list of a day")
            return
        octets = path.read_bytes()
        if octets and not octets.endswith(b"\n"):
            self._found.faults.append(f"{path.name}: its last line is cut off")
        for place, line in enumerate(octets.split(b"\n")[:-1], start=1):
            self._step(f"{path.name} line {place}", line)

    def _step(self, where: str, octets: bytes) -> None:
        self._found.lines += 1
        try:
            line = msgspec.json.decode(octets, type=Line)
        except (msgspec.DecodeError, ValueError):
            self._found.faults.append(f"{where}: this is no line of a manifest")
            self._number, self._last = self._number + 1, line_hash(octets)
            return
        if line.previous != self._last:
            what = "the line before it was changed, taken out or put in"
            if self._last == BEGINNING and self._number == 0:
                what = f"the list begins with line {line.number}: what stood before it is missing"
            self._found.faults.append(f"{where}: the chain is broken: {what}")
        elif line.number != self._number + 1:
            self._found.faults.append(f"{where}: it has number {line.number} after {self._number}")
        self._number, self._last = line.number, line_hash(octets)
        self.lines.append(line)

    def compare_head(self, path: Path, key: Ed25519PublicKey | None) -> None:
        """Compare the end of the chain with what the head says."""
        faults = self._found.faults
        try:
            head = msgspec.json.decode(path.read_bytes(), type=Head)
        except FileNotFoundError:
            faults.append(f"{HEAD}: it is missing, so lines at the end may be, too")
            return
        except (msgspec.DecodeError, ValueError):
            faults.append(f"{HEAD}: it cannot be read")
            return
        if (head.lines, head.last) != (self._number, self._last):
            # The head is put there after its list: a drop that was cut off in between leaves it behind.
            older = head.lines < self._number and self._stood(head)
            if not older:
                faults.append(
                    f"{HEAD}: it says {head.lines} lines, and the list has {self._number} or ends otherwise: "
                    "lines at the end were changed, taken out or put in"
                )
                return
            self._found.notes.append(
                f"{HEAD}: it ends at line {head.lines}, the list goes on to {self._number}"
            )
        if key is None:
            return
        try:
            key.verify(base64.b64decode(head.signature), signed_text(head.lines, head.last))
        except (InvalidSignature, ValueError):
            faults.append(f"{HEAD}: it is not signed by this key")
        else:
            self._found.signed = True

    def _stood(self, head: Head) -> bool:
        after = next((line for line in self.lines if line.number == head.lines + 1), None)
        return after is not None and after.previous == head.last


def _compare_files(folder: Path, lines: list[Line], found: Verified) -> None:
    root = folder.resolve()
    wanted: dict[str, Line] = {line.name: line for line in lines}
    for name, line in wanted.items():
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            found.faults.append(f"{name}: the list names a file outside the folder")
        elif line.erased:
            if path.exists():
                found.notes.append(f"{name}: the list says that it was erased ({line.why}), and it is there")
        elif not path.is_file():
            found.faults.append(f"{name}: it is missing")
        else:
            found.files += 1
            if path.stat().st_size != line.size or digest(path) != line.sha256:
                found.faults.append(f"{name}: its content is not what was put there")
    found.notes += [f"{name}: it stands in no list" for name in _strangers(root, wanted.keys())]


def _strangers(root: Path, known: Collection[str]) -> Iterator[str]:
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and name not in known and name != HEAD and not NAME.match(name):
            yield name


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; blocks."""
    hashed = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(READ_AT_ONCE):
            hashed.update(part)
    return hashed.hexdigest()
