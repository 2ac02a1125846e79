"""Steps that know customers, on simulated calls: found by number, and branches by what they are."""

from __future__ import annotations

import pytest

from softswitch.events import CallEvent, CustomerIdentified, CustomerNotFound, PromptPlayed
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import press
from softswitch.ivr.transcript import Transcript
from softswitch.ivr.transcript_lines import render_transcript
from tests.ivr.written import HEADER, exits_of, problems_of, tree_of

ANNA = {
    "id": "C7",
    "first_name": "Anna",
    "last_name": "Nowak",
    "numbers": ["+48601234567"],
    "group": "Standard",
    "email": "anna@example.pl",
    "own": {"pakiet": "rozszerzony", "zgoda": True, "saldo": 12.5},
}
FIRM = {"id": "C8", "company_name": "Żuraw i Syn", "numbers": ["221234567"], "vip": True}

FINDING = """
a:
  - find_customer: {{found: known, not_found: unknown{more}}}
known: [say: "Hello {{{{CUSTOMER.NAME}}}} {{{{CUSTOMER.SURNAME}}}}."]
unknown: [say: "Hello {{{{CUSTOMER.NAME|default:\\"you\\"}}}}."]
away: [say: "One moment."]
"""


def calling(tree: str, *script, header: str = HEADER, **given: object) -> Transcript:
    scene = Scene.model_validate({"customers": [ANNA, FIRM], **given})
    return simulate(tree_of(tree, header), script, scene=scene)


def finding(more: str = "", **given: object) -> Transcript:
    return calling(FINDING.format(more=more), **given)


def events(told: Transcript, *kinds: type) -> list[CallEvent]:
    return [m.event for m in told.moments if isinstance(m.event, kinds)]


@pytest.mark.parametrize("caller", ["+48601234567", "601234567", "0048601234567", "601 234 567"])
def test_t27_every_spelling_of_a_number_is_the_one_customer(caller: str) -> None:
    told = finding(caller=caller)
    assert told.path == ("a", "known")
    assert told.heard == ("Hello Anna Nowak.",)
    assert exits_of(told, "find_customer") == [("found", "C7")]
    assert events(told, CustomerIdentified) == [CustomerIdentified("C7", "number")]


def test_t27_the_name_of_a_company_is_its_surname() -> None:
    assert finding(caller="+48221234567").heard == ("Hello Żuraw i Syn.",)


def test_t27_vip_only_finds_no_other() -> None:
    assert finding(", search: vip", caller="601234567").path == ("a", "unknown")
    assert finding(", search: vip", caller="221234567").path == ("a", "known")


def test_t27_an_unknown_caller_is_greeted_without_a_name() -> None:
    told = finding(caller="602000000")
    assert told.heard == ("Hello you.",)
    assert exits_of(told, "find_customer") == [("not_found", "")]
    assert events(told, CustomerNotFound) == [CustomerNotFound("number", 0)]


@pytest.mark.parametrize("caller", ["anonymous", "", "withheld"])
def test_t27_a_withheld_number_is_nobody_s(caller: str) -> None:
    told = finding(caller=caller)
    assert exits_of(told, "find_customer") == [("not_found", "withheld")]
    assert told.path == ("a", "unknown")


SHARED = [{**ANNA, "own": {"dom": "Łódź"}}, {**FIRM, "numbers": ["601234567"], "own": {"dom": "Gdynia"}}]


@pytest.mark.parametrize(
    ("more", "path", "heard"),
    [
        ("", "unknown", "Hello you."),
        (", narrow_by: dom, narrow_to: lodz", "known", "Hello Anna Nowak."),
        (", narrow_by: dom, narrow_to: Gdynia", "known", "Hello Żuraw i Syn"),
        (", narrow_by: dom, narrow_to: Radom", "unknown", "Hello you."),
        (', narrow_by: dom, narrow_to: "{{VARIABLE.DOM|default:\\"Gdynia\\"}}"', "known", "Hello Żuraw"),
    ],
)
def test_t27_of_several_customers_a_field_decides(more: str, path: str, heard: str) -> None:
    told = finding(more, caller="601234567", customers=SHARED)
    assert told.path == ("a", path)
    assert told.heard[0].startswith(heard)
    if path == "unknown":
        assert exits_of(told, "find_customer")[0][0] == "not_found"


def test_t27_several_without_a_field_are_nobody_and_are_counted() -> None:
    told = finding(caller="601234567", customers=SHARED)
    assert events(told, CustomerNotFound, CustomerIdentified) == [CustomerNotFound("number", 2)]
    assert exits_of(told, "find_customer") == [("not_found", "2")]


def test_t27_what_cannot_be_looked_up_has_its_own_way() -> None:
    told = finding(caller="601234567", customers_away=True)
    assert (told.path, exits_of(told, "find_customer")) == (("a", "unknown"), [("unavailable", "")])
    assert finding(", unavailable: away", caller="601234567", customers_away=True).path == ("a", "away")
    assert told.seconds >= 3.0


def test_t27_without_branches_the_call_goes_on() -> None:
    tree = 'a: [find_customer, {say: "Hello."}, hangup]'
    for caller in ("601234567", "602000000"):
        assert calling(tree, caller=caller).heard == ("Hello.",)


def test_t06_texts_know_all_of_a_customer_and_nothing_without_one() -> None:
    tree = """
    a:
      - find_customer
      - say: "{{CUSTOMER.ID}}, {{CUSTOMER.FULL_NAME}}, {{CUSTOMER.GROUP}}."
      - say: '{{CUSTOMER.VIP|yes:"VIP"|no:"no VIP"}}.'
      - say: "Package {{CUSTOMER.CUSTOM_FIELD.PAKIET}}, mail {{CUSTOMER.EMAIL}}."
    """
    header = HEADER.replace("start:", 'default_text: "no data"\nstart:')
    told = calling(tree, caller="601234567", header=header)
    assert told.heard == ("C7, Anna Nowak, Standard.", "no VIP.", "Package ***, mail ***.")
    unknown = calling(tree, caller="602000000", header=header)
    assert unknown.heard[2] == "Package no data, mail no data."
    assert "{{" not in "".join(unknown.heard)


def test_what_is_in_own_fields_stands_in_no_transcript() -> None:
    tree = 'a: [find_customer, {say: "{{CUSTOMER.CUSTOM_FIELD.SALDO}} {{CUSTOMER.EMAIL}}"}]'
    told = calling(tree, caller="601234567")
    assert "12.5" not in render_transcript(told)
    assert "anna@" not in render_transcript(told)
    assert [e.text for e in events(told, PromptPlayed)] == ["*** ***"]


GROUPS = """
a:
  - find_customer
  - by_customer: {{field: {field}, values: {values}, default: 3}}
2-1: [say: "first"]
2-2: [say: "second"]
3: [say: "all others"]
"""


@pytest.mark.parametrize(
    ("group", "path"), [("standard", "2-1"), ("BIZNES", "2-2"), ("", "3"), ("inna", "3"), (None, "3")]
)
def test_t20_the_group_decides(group: str | None, path: str) -> None:
    tree = GROUPS.format(field="group", values="{standard: 2-1, biznes: 2-2}")
    customers = [] if group is None else [{**ANNA, "group": group}]
    told = calling(tree, caller="601234567", customers=customers)
    assert told.path == ("a", path)


def test_t20_a_caller_who_is_not_identified_goes_the_way_of_all_others_at_once() -> None:
    tree = GROUPS.format(field="group", values='{standard: 2-1, "": 2-2}')
    told = calling(tree, caller="602000000")
    assert told.path == ("a", "3")
    assert exits_of(told, "by_customer") == [("other", "unknown caller")]


@pytest.mark.parametrize("kept", [True, "tak", "yes"])
@pytest.mark.parametrize("wanted", ["true", "tak", "TAK"])
def test_t20_yes_is_true_and_tak(kept: bool | str, wanted: str) -> None:
    if kept == "yes" or (kept == "tak" and wanted == "true"):
        kept = True  # A field of text is compared as text: only yes-or-no fields know all words.
    tree = GROUPS.format(field="zgoda", values=f"{{{wanted}: 2-1, nie: 2-2}}")
    told = calling(tree, caller="601234567", customers=[{**ANNA, "own": {"zgoda": kept}}])
    assert told.path == ("a", "2-1")


@pytest.mark.parametrize("wanted", ["false", "nie", "no", "0"])
def test_t20_no_is_false_and_nie(wanted: str) -> None:
    tree = GROUPS.format(field="zgoda", values=f'{{"{wanted}": 2-1, tak: 2-2}}')
    told = calling(tree, caller="601234567", customers=[{**ANNA, "own": {"zgoda": False}}])
    assert told.path == ("a", "2-1")


def test_t20_an_empty_field_can_have_a_branch() -> None:
    tree = GROUPS.format(field="type", values='{"": 2-1, nowy: 2-2}')
    assert calling(tree, caller="601234567").path == ("a", "2-1")


def test_t20_after_an_identity_check() -> None:
    tree = """
    a:
      - identify: {factors: [pin], refused: no}
      - by_customer: {field: pakiet, values: {rozszerzony: yes}}
    yes: [say: "Hello {{CUSTOMER.NAME}}."]
    no: [hangup]
    """
    told = calling(tree, press("1234#"), customers=[{**ANNA, "id": "17"}])
    assert told.path == ("a", "yes")
    assert told.heard[-1] == "Hello Anna."
    assert events(told, CustomerIdentified) == [CustomerIdentified("17", "identity")]


def test_who_is_verified_but_not_in_the_book_still_has_a_name() -> None:
    tree = """
    a:
      - identify: {factors: [pin], refused: no}
      - say: "Hello {{CUSTOMER.FULL_NAME}}, {{CUSTOMER.ID}}."
    no: [hangup]
    """
    assert calling(tree, press("1234#"), customers=[]).heard[-1] == "Hello Jan Kowalski, 17."


def test_somebody_else_than_was_verified_is_not_shown_as_verified() -> None:
    tree = """
    a:
      - label: "Cards"
      - identify: {factors: [pin], refused: no}
      - find_customer
      - queue: cards
    no: [hangup]
    """
    told = calling(tree, press("1234#"), caller="601234567")
    assert told.waited[0].label == "Cards"
    same = calling(tree, press("1234#"), caller="601234567", customers=[{**ANNA, "id": "17"}])
    assert same.waited[0].label == "Cards, verified"


@pytest.mark.parametrize(
    ("branches", "words"),
    [
        ("a: [find_customer: {narrow_by: dom}]", "narrow_by and narrow_to go together"),
        ("a: [by_customer: {field: group, values: {}}]", "there is no value"),
        ("a: [by_customer: {field: group, values: {Biznes: a, biznes: a}}]", "are the same"),
        ("a: [by_customer: {field: group, values: {x: b}}]", "there is no branch 'b'"),
        ('a: [by_customer: {field: "", values: {x: a}}]', "the text is empty"),
    ],
)
def test_what_decides_nothing_is_refused(branches: str, words: str) -> None:
    assert any(words in problem for problem in problems_of(branches))
