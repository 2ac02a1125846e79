"""What is known of a customer, spoken of before anybody knows who calls."""

from __future__ import annotations

from softswitch.ivr.lint.rules.unidentified_customer import RULE
from tests.ivr.lint.looking import found_by

IDENTIFIED = """
a: [identify: {refused: c}, say: "Hello {{CUSTOMER.NAME}}.", goto: b]
b: [say: "Goodbye {{CUSTOMER.NAME}}.", hangup]
c: [hangup]
"""


def test_n01_a_customer_whom_nobody_knows() -> None:
    assert found_by(RULE, 'a: [say: "Hello {{CUSTOMER.NAME}}."]') == [
        (
            "a",
            1,
            "callers can come here before anybody knows who they are, so {{CUSTOMER.NAME}} has no value",
        )
    ]


def test_behind_an_identification_the_customer_is_known() -> None:
    assert found_by(RULE, IDENTIFIED) == []


def test_the_way_of_those_who_were_not_identified_is_another() -> None:
    branches = IDENTIFIED.replace("c: [hangup]", 'c: [say: "Sorry {{CUSTOMER.NAME}}."]')
    assert [(branch, step) for branch, step, _ in found_by(RULE, branches)] == [("c", 1)]


FOUND = """
a: [find_customer: {found: b, not_found: c}]
b: [say: "Hello {{CUSTOMER.NAME}}.", hangup]
c: [find_by_digits: {field: nip, create: yes, not_found: d}, say: "Hello {{CUSTOMER.NAME}}.", hangup]
d: [read_order: {text: "{{CUSTOMER.NAME}}, {{ORDER.NUMBER}}", no_orders: e}, hangup]
e: [hangup]
"""


def test_who_was_found_by_a_number_is_known() -> None:
    assert found_by(RULE, FOUND) == []
    branches = FOUND.replace("e: [hangup]", 'e: [say: "Sorry {{CUSTOMER.NAME}}."]')
    assert [(branch, step) for branch, step, _ in found_by(RULE, branches)] == [("e", 1)]


CALLED = """
a: [call: who, say: "Hello {{CUSTOMER.NAME}}.", hangup]
who: [find_customer: {found: known, not_found: ask}]
known: [return: known]
ask: [find_by_digits: {field: nip, not_found: stranger}]
stranger: [hangup]
"""


def test_who_is_found_in_a_branch_that_is_called_is_known_behind_it() -> None:
    assert found_by(RULE, CALLED) == []
    for back in ("[return]", "[return: strange]", "[say: Hm.]", "[goto: up_there]\nup_there: [return]"):
        branches = CALLED.replace("stranger: [hangup]", f"stranger: {back}")
        assert [(branch, step) for branch, step, _ in found_by(RULE, branches)] == [("a", 2)]
