"""The part of the configuration that belongs to storage."""

from __future__ import annotations

from pydantic import Field, field_validator

from softswitch.parts import Part


class StorageConfig(Part):
    """Where the switch keeps what happens, and for how many days.

    Without ``url`` it is a SQLite file in the switch's home; a PostgreSQL is named as
    ``postgresql://user:password@host/name``. ``keep_log_days`` is how long events of calls are kept, None for
    ever; ``keep_sent_days`` how long it stays visible what was delivered.
    """

    url: str | None = Field(default=None, repr=False)
    keep_log_days: int | None = Field(default=None, ge=1, le=36_500)
    keep_sent_days: int = Field(default=30, ge=1, le=3650)

    @field_validator("url")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("sqlite:///", "postgresql://")):
            # Without the value itself: it may hold a password.
            raise ValueError("url begins with postgresql:// or, for a file, sqlite:////")
        return value
