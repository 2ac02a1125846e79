"""Files of the line that go out: found below one folder, never beside it."""

from __future__ import annotations

from pathlib import Path

from softswitch.outbox.model import NotNow, Refused


def inside(folder: Path, path: str) -> Path:
    """Return the file that ``path`` means below ``folder``.

    Links are followed before it is judged. Raises Refused for a place outside and for one with no file.
    """
    root = folder.resolve()
    whole = (root / path).resolve()
    if not whole.is_relative_to(root):
        raise Refused(f"'{path}' lies outside the line's folder")
    if not whole.is_file():
        raise Refused(f"the file '{path}' is gone")
    return whole


def contents(folder: Path, path: str, most: int) -> bytes:
    """Return what a file holds, ``most`` octets of it allowed; blocks.

    Raises Refused for a file that is outside, gone or too large, NotNow where it cannot be read now.
    """
    whole = inside(folder, path)
    try:
        size = whole.stat().st_size
        if size > most:
            raise Refused(f"the file '{path}' has {size} octets, {most} are left for it")
        return whole.read_bytes()
    except OSError as error:
        raise NotNow(f"the file '{path}' cannot be read: {error.strerror}") from error
