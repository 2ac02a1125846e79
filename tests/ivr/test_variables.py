"""Every variable that a tree may name can be named, and each belongs to one family."""

from __future__ import annotations

import pytest

from softswitch.ivr.variables import CUSTOM_FIELD, KNOWN_VARIABLES, OPEN_FAMILIES
from tests.ivr.written import problems_of


@pytest.mark.parametrize("name", [*KNOWN_VARIABLES, *(f"{family}PAKIET" for family in OPEN_FAMILIES)])
def test_texts_may_name_it(name: str) -> None:
    assert problems_of(f'a: [say: "{{{{{name}}}}}"]') == []


@pytest.mark.parametrize("name", ["CUSTOMER.SHOE_SIZE", "ORDER.", "CUSTOMER.CUSTOM_FIELD.", "AGENT.NAME"])
def test_no_other_may_be_named(name: str) -> None:
    assert len(problems_of(f'a: [say: "{{{{{name}}}}}"]')) == 1


def test_none_is_named_twice() -> None:
    assert len(set(KNOWN_VARIABLES)) == len(KNOWN_VARIABLES)
    assert not any(name.startswith(CUSTOM_FIELD) for name in KNOWN_VARIABLES)
