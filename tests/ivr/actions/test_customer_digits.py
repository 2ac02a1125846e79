"""The step ``find_by_digits`` on simulated calls: confirmed, not confirmed, unknown, written down."""

from __future__ import annotations

import pytest

from softswitch.events import CustomerIdentified, CustomerNotFound, DigitPressed
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import press, wait
from softswitch.ivr.transcript import Effect, Transcript
from softswitch.ivr.transcript_lines import render_transcript
from tests.ivr.written import exits_of, problems_of, tree_of

TREE = """
a:
  - find_by_digits: {{field: {field}, prompt: "Your number?", not_found: unknown{more}}}
  - say: "Hello {{{{CUSTOMER.NAME}}}}."
unknown: [say: "Nobody.", hangup]
new: [say: "Welcome {{{{CUSTOMER.ID}}}}."]
away: [say: "Later."]
"""
PESEL = "44051401359"
ANNA = {
    "id": "C7", "first_name": "Anna", "customer_number": "123456", "pesel": PESEL, "own": {"karta": "77"},
}  # fmt: skip


def typing(*script, field: str = "customer_number", more: str = "", **given: object) -> Transcript:
    scene = Scene.model_validate({"customers": [ANNA], "caller": "601234567", **given})
    return simulate(tree_of(TREE.format(field=field, more=more)), script, scene=scene)


def events(told: Transcript, kind: type) -> list[object]:
    return [m.event for m in told.moments if isinstance(m.event, kind)]


def test_t05_the_prefix_stands_before_what_was_typed() -> None:
    told = typing(press("456#"), more=', prefix: "123"')
    assert exits_of(told, "find_by_digits") == [("found", "customer_number 123456")]
    assert told.heard == ("Your number?", "Hello Anna.")
    assert events(told, CustomerIdentified) == [CustomerIdentified("C7", "customer_number")]


def test_t05_an_unknown_number_goes_the_way_of_not_found() -> None:
    told = typing(press("999#"))
    assert told.path == ("a", "unknown")
    assert exits_of(told, "find_by_digits") == [("not_found", "customer_number 999")]
    assert events(told, CustomerNotFound) == [CustomerNotFound("customer_number", 0)]


def test_t05_without_hash_nobody_is_looked_for() -> None:
    told = typing(press("123456"))
    assert exits_of(told, "find_by_digits") == [("not_found", "not confirmed")]
    assert told.path == ("a", "unknown")
    assert not events(told, CustomerIdentified) + events(told, CustomerNotFound)


@pytest.mark.parametrize(("script", "why"), [([], "nothing"), ([press("#")], "nothing")])
def test_t05_nothing_typed_is_not_found(script: list, why: str) -> None:
    assert exits_of(typing(*script), "find_by_digits") == [("not_found", why)]


def test_t05_star_begins_anew() -> None:
    assert exits_of(typing(press("99*123456#")), "find_by_digits")[0][0] == "found"


def test_t05_a_stuck_key_ends_it() -> None:
    assert exits_of(typing(press("1" * 30)), "find_by_digits") == [("not_found", "too long")]


def test_t05_a_pesel_stands_in_no_log() -> None:
    told = typing(press(f"{PESEL}#"), field="pesel")
    assert exits_of(told, "find_by_digits") == [("found", "pesel ***")]
    assert {event.digit for event in events(told, DigitPressed)} == {"*"}
    assert PESEL not in render_transcript(told)


@pytest.mark.parametrize("sensitive", ["yes", "no"])
def test_t05_other_digits_are_masked_where_the_author_says_so(sensitive: str) -> None:
    told = typing(press("77#"), field="karta", more=f", sensitive: {sensitive}")
    assert exits_of(told, "find_by_digits")[0][0] == "found"
    assert ("77" in render_transcript(told)) is (sensitive == "no")


def test_t05_somebody_new_is_written_down_with_both_numbers() -> None:
    told = typing(press("999#"), more=", create: yes, created: new")
    assert told.path == ("a", "new")
    assert told.effects == (
        Effect("customer", {"id": "C2", "customer_number": "999", "number": "+48601234567"}),
    )
    assert told.heard[-1] == "Welcome C2."


def test_t05_whoever_is_there_is_not_written_down_again() -> None:
    told = typing(press("123456#"), more=", create: yes, created: new")
    assert (told.path, told.effects) == (("a",), ())


def test_one_call_writes_down_one_customer_at_most() -> None:
    told = simulate(
        tree_of(
            """
            a:
              - find_by_digits: {field: customer_number, create: yes, created: again, not_found: end}
            again: [goto: a]
            end: [hangup]
            """
        ),
        [press("991#"), press("992#"), press("993#")],
        scene=Scene.model_validate({"caller": "601234567"}),
    )
    assert [one.facts["customer_number"] for one in told.effects] == ["991"]
    assert told.path[-1] == "end"


def test_t05_somebody_new_goes_the_way_of_not_found_unless_there_is_another() -> None:
    assert typing(press("999#"), more=", create: yes").path == ("a", "unknown")


def test_t05_it_is_asked_again_as_often_as_wanted() -> None:
    told = typing(press("9#"), wait(1), press("123456#"), more=', repeat: 1, invalid: "Not known."')
    assert told.heard == ("Your number?", "Not known.", "Your number?", "Hello Anna.")
    assert typing(press("9#"), press("8#"), more=", repeat: 1").path == ("a", "unknown")


def test_t05_several_with_one_number_are_nobody() -> None:
    told = typing(press("77#"), field="karta", customers=[ANNA, {**ANNA, "id": "C9"}])
    assert told.path == ("a", "unknown")
    assert events(told, CustomerNotFound) == [CustomerNotFound("karta", 2)]


def test_t05_what_cannot_be_looked_up_has_its_own_way() -> None:
    assert typing(press("1#"), customers_away=True).path == ("a", "unknown")
    assert typing(press("1#"), customers_away=True, more=", unavailable: away").path == ("a", "away")


def test_t05_without_a_branch_an_unknown_number_ends_the_call() -> None:
    told = simulate(tree_of("a: [find_by_digits: {field: nip}, hangup]"), [press("1#")], scene=Scene())
    assert told.reason == "the step ended in a way for which the tree has no branch"


def test_a_prefix_is_no_sentence() -> None:
    (problem,) = problems_of('a: [find_by_digits: {field: nip, prefix: "1 2"}]')
    assert "cannot stand before digits" in problem
