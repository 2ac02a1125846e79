"""Names of fields and shops in trees are those that there are; a mistyped one is told with the right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.ivr.loader import read_tree
from softswitch.ivr.references import OWN_FIELD, SHOP

CONFIGURED = {OWN_FIELD: ["pakiet"], SHOP: ["main"]}


def problems_of(step: str, configured: dict[str, list[str]] | None = None) -> list[str]:
    text = f"tree: t\nlanguage: en\nnumbers: [100]\nstart: a\nbranches:\n  a: [{step}]\n"
    return [problem.reason for problem in read_tree(text, Path("t.yaml"), configured or CONFIGURED)[1]]


@pytest.mark.parametrize(
    "step",
    [
        "find_by_digits: {field: pakiet}",
        "find_by_digits: {field: customer_number}",
        "by_customer: {field: group, values: {x: a}, default: a}, hangup",
        "by_customer: {field: pakiet, values: {x: a}}, hangup",
        "queue_by: {field: source_number, queues: {1: q}, name: q}",
        "find_customer: {narrow_by: pakiet, narrow_to: x}, hangup",
        'read_order: {shops: [main], text: "x"}',
        "by_order: {statuses: {x: a}, shops: main}, hangup",
    ],
)
def test_what_there_is_may_be_named(step: str) -> None:
    assert not [problem for problem in problems_of(step) if "there is no" in problem]


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("find_by_digits: {field: pakeit}", "there is no field 'pakeit' here; did you mean 'pakiet'?"),
        (
            "find_by_digits: {field: group}",
            "there is no field 'group' here: there are customer_number, nip, pakiet, pesel, regon",
        ),
        (
            "queue_by: {field: source_nummer, queues: {1: q}, name: q}",
            "there is no field 'source_nummer' here; did you mean 'source_number'?",
        ),
        ('read_order: {shops: mian, text: "x"}', "there is no shop 'mian'; did you mean 'main'?"),
    ],
)
def test_what_there_is_not_is_told(step: str, reason: str) -> None:
    assert any(reason in problem for problem in problems_of(step))


def test_without_a_configuration_any_field_will_do() -> None:
    text = "tree: t\nlanguage: en\nstart: a\nbranches: {a: [find_by_digits: {field: karta}]}\n"
    assert read_tree(text, Path("t.yaml"))[1] == []
