"""What the operator says of customers: their own fields, and by what an import knows them again."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from pydantic import Field, field_validator, model_validator

from softswitch.crm.customer_model import CUSTOMER_NUMBER, LOOKUP_FIELDS, own_field
from softswitch.parts import Part

_NAME: Final = re.compile("[a-z][a-z0-9_]{0,31}")

FIXED_FIELDS: Final = (
    "id", "kind", "name", "first_name", "last_name", "company_name", "company", "numbers", "emails",
    "customer_number", "pesel", "nip", "regon", "group", "type", "vip", "keeper", "language", "born", "notes",
)  # fmt: skip
"""What every customer has; an own field cannot have the same name."""

RESERVED: Final = frozenset({*FIXED_FIELDS, *LOOKUP_FIELDS, "pin", "version", "created", "changed", "own"})

MOST_OWN_FIELDS: Final = 100


class OwnKind(StrEnum):
    """What the value of an own field is."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"


class OwnFieldConfig(Part):
    """A field that the operator has added. ``label`` is what people see, the name unless given."""

    kind: OwnKind = OwnKind.TEXT
    label: str = Field(default="", max_length=64)


class KeeperConfig(Part):
    """Another system that knows who looks after whom: a connection whose answer gives ``KEEPER``.

    ``accounts`` are the accounts by what that system calls agents; ``limit_s`` is how long a caller waits.
    """

    connection: str = Field(min_length=1, max_length=64)
    accounts: dict[str, str] = Field(default_factory=dict, max_length=10_000)
    limit_s: float = Field(default=1.5, ge=0.1, le=1.9)


class CustomersConfig(Part):
    """Customers: ``fields`` of one's own, and the field by which an import finds who is there already.

    ``keep_history_days`` is how long contacts are kept, None for ever, and ``keep_choices_days`` the language
    and the pace of callers who do not call any more; ``keeper`` asks another system who
    looks after a customer.
    """

    fields: dict[str, OwnFieldConfig] = Field(default_factory=dict, max_length=MOST_OWN_FIELDS)
    duplicates_by: str = CUSTOMER_NUMBER
    keep_history_days: int | None = Field(default=None, ge=1, le=36_500)
    keep_choices_days: int = Field(default=365, ge=1, le=36_500)
    keeper: KeeperConfig | None = None

    @field_validator("fields", mode="before")
    @classmethod
    def _kind_alone(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {name: {"kind": one} if isinstance(one, str) else one for name, one in value.items()}

    @field_validator("fields")
    @classmethod
    def _names(cls, value: dict[str, OwnFieldConfig]) -> dict[str, OwnFieldConfig]:
        for name in value:
            if _NAME.fullmatch(name) is None:
                raise ValueError(
                    f"'{name}': an own field has small letters, digits and _, and begins with a letter"
                )
            if name in RESERVED:
                raise ValueError(f"'{name}' is a field that every customer has: give yours another name")
        return value

    @model_validator(mode="after")
    def _known_field(self) -> CustomersConfig:
        if self.duplicates_by not in (*LOOKUP_FIELDS, *self.fields):
            known = ", ".join((*LOOKUP_FIELDS, *self.fields))
            raise ValueError(f"duplicates_by: '{self.duplicates_by}' is none of {known}")
        return self

    def lookup_field(self, name: str) -> str | None:
        """Return how the store calls a field that customers are found by; None for no such field."""
        if name in LOOKUP_FIELDS:
            return name
        return own_field(name) if name in self.fields else None
