"""A customer comes out of a row as it went in, whatever it holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from softswitch.crm.customer_model import Customer, Kind
from softswitch.storage.customer_rows import customer_of, row_of
from softswitch.storage.tables import customers

WORDS = st.text(max_size=20)
MOMENTS = st.integers(1, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
CUSTOMERS = st.builds(
    Customer,
    id=st.text(min_size=1, max_size=10),
    kind=st.sampled_from(Kind),
    first_name=WORDS,
    last_name=WORDS,
    company_name=WORDS,
    numbers=st.lists(WORDS, max_size=3).map(tuple),
    emails=st.lists(WORDS, max_size=3).map(tuple),
    vip=st.booleans(),
    born=st.none() | st.dates(date(1880, 1, 1), date(2100, 1, 1)),
    notes=WORDS,
    own=st.dictionaries(WORDS, WORDS | st.booleans() | st.integers(-(2**53), 2**53), max_size=4),
    version=st.integers(1, 1000),
    created=MOMENTS,
    changed=MOMENTS,
)


@given(CUSTOMERS)
def test_a_customer_comes_back_from_its_row(one: Customer) -> None:
    row = row_of(one, "firm")
    assert row["tenant"] == "firm"
    assert customer_of(cast(Any, SimpleNamespace(**row))) == one


def test_a_row_has_every_column_of_the_table_and_no_other() -> None:
    assert set(row_of(Customer(id="C1"), "firm")) == {column.name for column in customers.columns}
