"""The rules that tests read customers by: a Polish line with a few own fields and two agents."""

from __future__ import annotations

from datetime import date

from softswitch.crm.config import CustomersConfig
from softswitch.crm.numbers import Numbers
from softswitch.crm.reading import Rules
from softswitch.trunks.numbers import Numbering

TODAY = date(2026, 1, 5)

NUMBERS = Numbers(Numbering("PL"), "PL")

CONFIG = CustomersConfig.model_validate(
    {"fields": {"card": "text", "points": "number", "consent": "yes_no"}, "duplicates_by": "customer_number"}
)

RULES = Rules(NUMBERS, CONFIG, accounts=frozenset({"1001", "1002"}), today=lambda: TODAY)
