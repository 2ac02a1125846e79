"""Own fields as an operator declares them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.crm.config import FIXED_FIELDS, RESERVED, CustomersConfig, OwnKind
from softswitch.crm.reading import READERS, WRITTEN_FIELDS


def test_a_field_may_be_its_kind_alone() -> None:
    config = CustomersConfig.model_validate(
        {"fields": {"loyalty": "number", "city": {"label": "Miasto"}, "consent": {"kind": "yes_no"}}}
    )
    kinds = {name: field.kind for name, field in config.fields.items()}
    assert kinds == {"loyalty": OwnKind.NUMBER, "city": OwnKind.TEXT, "consent": OwnKind.YES_NO}
    assert config.fields["city"].label == "Miasto"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"fields": {"Loyalty": "text"}}, "small letters"),
        ({"fields": {"a b": "text"}}, "small letters"),
        ({"fields": {"pesel": "text"}}, "every customer has"),
        ({"fields": {"pin": "number"}}, "every customer has"),
        ({"fields": {"city": "colour"}}, "kind"),
        ({"fields": {"city": {"type": "text"}}}, "type"),
        ({"fields": ["city"]}, "dictionary"),
        ({"duplicates_by": "city"}, "'city' is none of number, customer_number"),
    ],
)
def test_what_is_wrong_is_named(data: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        CustomersConfig.model_validate(data)


def test_customers_may_be_known_again_by_an_own_field() -> None:
    config = CustomersConfig.model_validate({"fields": {"card": "text"}, "duplicates_by": "card"})
    assert config.lookup_field("card") == "own.card"
    assert config.lookup_field("pesel") == "pesel"
    assert config.lookup_field("group") is None


def test_every_fixed_field_is_read_and_written() -> None:
    assert set(READERS) == set(FIXED_FIELDS) - {"id"}
    assert set(WRITTEN_FIELDS) < set(READERS)
    assert set(READERS) < RESERVED
