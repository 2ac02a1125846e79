"""Times as they stand in the database: ISO 8601 text in UTC with microseconds, so that text sorts as time."""

from __future__ import annotations

from datetime import UTC, datetime


def written(at: datetime) -> str:
    """Return a zone-aware time as text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def read(text: str) -> datetime:
    """Return the time that a text of :func:`written` stands for, in UTC."""
    return datetime.fromisoformat(text)


def written_or_never(at: datetime | None) -> str:
    """Return a time as text, "" for none: an empty text sorts before every time."""
    return "" if at is None else written(at)


def read_or_never(text: str) -> datetime | None:
    """Return the time a text stands for, None for ""."""
    return read(text) if text else None
