"""The variables that texts of trees may name, and who gives each of them its value."""

from __future__ import annotations

from typing import Final

VARIABLE: Final = "VARIABLE."
"""How the names of variables begin that steps give values to."""

CUSTOM_FIELD: Final = "CUSTOMER.CUSTOM_FIELD."
"""How the names of a customer's own fields begin."""

OPEN_FAMILIES: Final = (VARIABLE, CUSTOM_FIELD)
"""Beginnings behind which any name may stand."""

CALL_VARIABLES: Final = (
    "CALL.SRC_NUMBER",
    "CALL.DST_NUMBER",
    "CALL.CALLER_ID",
    "CALL.ACCOUNT",
    "CALL.CODEC",
    "CALL.BEHIND_NAT",
    "CALL.LANGUAGE",
    "CALL.ACCOUNT_LANGUAGE",
)
"""What is known of every call. ``CALL.LANGUAGE`` is the one that is spoken now, ``CALL.ACCOUNT_LANGUAGE``
that of the caller's account."""

CUSTOMER_VARIABLES: Final = (
    "CUSTOMER.ID",
    "CUSTOMER.NAME",
    "CUSTOMER.SURNAME",
    "CUSTOMER.FULL_NAME",
    "CUSTOMER.COMPANY_NAME",
    "CUSTOMER.GROUP",
    "CUSTOMER.TYPE",
    "CUSTOMER.VIP",
    "CUSTOMER.EMAIL",
    "CUSTOMER.LANGUAGE",
)
"""What is known of a caller whom a step has found among the customers. ``CUSTOMER.SURNAME`` of a company is
the company's name; ``CUSTOMER.NAME`` of a person is the first name."""

ORDER_VARIABLES: Final = (
    "ORDER.SHOP",
    "ORDER.NUMBER",
    "ORDER.STATUS",
    "ORDER.DATE",
    "ORDER.TOTAL",
    "ORDER.CURRENCY",
)
"""What is known of the last order that a step has found."""

KNOWN_VARIABLES: Final = (*CALL_VARIABLES, *CUSTOMER_VARIABLES, *ORDER_VARIABLES)
"""Every variable whose name stands fast."""
