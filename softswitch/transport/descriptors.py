"""File descriptors: every stream is one, and so is every file that is opened meanwhile."""

from __future__ import annotations

import resource
from typing import Final

RESERVE: Final = 256
"""Descriptors that streams never get: the database, sounds, speech and the lines to the media workers need
some fifty, and who opens streams until none is left must not keep a call from being written down."""


def raise_limit() -> None:
    """Let this process have as many descriptors as it may: the usual soft limit is 1024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def spare() -> int:
    """Return how many streams there may be under the limit of now."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return limit - RESERVE
