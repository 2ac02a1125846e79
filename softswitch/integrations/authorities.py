"""Whose certificates are believed when other systems are asked: the system's, and those of files."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path


def trusting(authorities: Sequence[str]) -> ssl.SSLContext:
    """Return the system's trust, and that in the files ``authorities`` (PEM); raise OSError for a bad one."""
    context = ssl.create_default_context()
    for path in authorities:
        context.load_verify_locations(cafile=path)
    return context


def unreadable_authority(path: Path) -> str | None:
    """Return why a file of certificates cannot be read, None when it can be."""
    try:
        ssl.create_default_context(cafile=str(path))
    except ssl.SSLError:
        return "holds no certificate in PEM form"
    except OSError as error:
        return error.strerror or "cannot be read"
    return None
