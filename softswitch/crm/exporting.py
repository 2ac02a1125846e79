"""All customers as a CSV file that any spreadsheet opens and no spreadsheet runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Final

from softswitch.crm.config import CustomersConfig
from softswitch.crm.customer_model import Customer, OwnValue, Query, own_key
from softswitch.crm.reading import WRITTEN_FIELDS
from softswitch.crm.sheets import SEPARATORS, written_line
from softswitch.crm.stores import Customers

MARK: Final = "\ufeff"
"""By it spreadsheets know UTF-8."""
PAGE: Final = 100


async def exported(
    store: Customers, config: CustomersConfig, *, query: Query | None = None, separator: str = SEPARATORS[0]
) -> AsyncIterator[str]:
    """Yield the lines of the file, the first with a mark and the headings; a page of customers at a time."""
    yield MARK + written_line(("id", *WRITTEN_FIELDS, *config.fields), separator)
    after = ""
    while True:
        page = await store.search(query or Query(), limit=PAGE, after=after)
        if page.customers:
            yield "".join(written_line(cells(one, config), separator) for one in page.customers)
        after = page.after
        if not after:
            return


def cells(one: Customer, config: CustomersConfig) -> tuple[str, ...]:
    """Return a customer's line, as an import reads it back."""
    fixed = (_cell(getattr(one, name)) for name in WRITTEN_FIELDS)
    own = (_own_cell(one.own.get(name)) for name in config.fields)
    return one.id, *fixed, *own


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _own_cell(value: OwnValue | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else own_key(value)
