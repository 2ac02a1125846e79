"""What all tables share: their register, the types of their columns, the firm whose rows they hold.

Times are ISO 8601 text in UTC with microseconds (see :mod:`softswitch.storage.moments`): they sort as text,
read well in any client and mean the same in SQLite and PostgreSQL.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, MetaData, String

DEFAULT_TENANT: Final = "default"
"""The firm whose rows these are, as long as one switch serves one firm."""

metadata: Final = MetaData()

LARGE: Final = BigInteger().with_variant(Integer, "sqlite")
"""A whole number of 64 bits. SQLite numbers its rows by a column that is exactly INTEGER PRIMARY KEY; a
BIGINT would cost a second index."""

SORTED: Final = String().with_variant(String(collation="C"), "postgresql")
"""Text that is compared octet by octet, as SQLite does: ids, times, keys. A language's own order would find
other rows between two of them."""


def tenant_column(*, key: bool = True) -> Column[str]:
    """Return the column with which every table begins."""
    return Column("tenant", SORTED, primary_key=key, nullable=False, server_default=DEFAULT_TENANT)
