"""What agents' phones are to show of a caller, on simulated calls."""

from __future__ import annotations

import pytest

from softswitch.events import CallerShown
from softswitch.ivr.actions.showing import NO_NUMBER, WITHHELD
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import press
from softswitch.ivr.transcript_lines import render_transcript
from tests.ivr.test_visit import visit_of
from tests.ivr.written import call, exits_of, problems_of, tree_of


def shown(told):
    return [one.event for one in told.moments if isinstance(one.event, CallerShown)]


def walk(steps, *script, **given):
    scene = Scene.model_validate({"caller": "+48600100200", "caller_name": "", "account": "", **given})
    return simulate(tree_of(f"a: [{steps}, {{dial: 1001}}]"), script, scene=scene)


@pytest.mark.parametrize(
    ("known_as", "name"),
    [
        ("P.Nowak", "AWARIA P.Nowak"),
        ("Zakład Żółć sp. z o.o.", "AWARIA Zakład Żółć sp. z o.o."),
        ("", "AWARIA +48600100200"),
    ],
)
def test_t22_the_name_is_the_customer_s_or_the_number(known_as, name):
    told = walk("{caller_name: 'AWARIA {{CALL.CALLER_ID}}'}", staff={"known_as": known_as})
    assert shown(told) == [CallerShown(name)]
    assert exits_of(told, "caller_name") == [("next", name)]


def test_t22_a_customer_whom_a_step_has_found_goes_before_the_number():
    visit, *_ = visit_of()
    visit.known_as = "number's owner"
    visit.learn("CUSTOMER", {"CUSTOMER.NAME": "Piotr", "CUSTOMER.SURNAME": "Nowak"})
    assert visit.fill("{{CALL.CALLER_ID}}").text == "P.Nowak"
    visit.learn("CUSTOMER", {"CUSTOMER.COMPANY_NAME": "ACME", "CUSTOMER.SURNAME": "ACME"})
    assert visit.fill("{{CALL.CALLER_ID}}").text == "ACME"
    visit.learn("CUSTOMER", {})
    assert visit.fill("{{CALL.CALLER_ID}}").text == "number's owner"


def test_t22_an_empty_text_shows_the_caller_s_own_again():
    assert shown(walk("{caller_name: X}, {caller_name: ''}")) == [CallerShown("X"), CallerShown()]


def test_t23_the_number_is_another_and_t22_keeps_the_name():
    told = walk("{caller_name: Pacjent}, {caller_number: 7000}")
    assert shown(told)[-1] == CallerShown("Pacjent", "7000")
    assert "shows   Pacjent 7000" in render_transcript(told)


def test_t23_the_real_number_is_in_no_name_either():
    told = walk("{caller_number: 7000}, {caller_name: 'Tel. {{CALL.SRC_NUMBER}}'}")
    assert shown(told)[-1] == CallerShown("Tel. 7000", "7000")


def test_t23_a_variable_without_a_value_does_not_show_the_real_number():
    told = walk("{caller_number: '{{VARIABLE.TOKEN}}'}")
    assert exits_of(told, "caller_number") == [("next", NO_NUMBER)]
    assert shown(told) == [CallerShown(number=WITHHELD)]
    told = walk("{gather: {variable: token, max: 4}}, {caller_number: '{{VARIABLE.TOKEN}}'}", press("7012"))
    assert shown(told) == [CallerShown(number="7012")]


def test_t23_what_is_no_number_is_found_when_the_tree_is_read():
    assert problems_of("a: [{caller_number: patient}, hangup]") == [
        "t.yaml line 6: branch a step 1 (caller_number): 'patient' is no number that a phone can show"
    ]


def test_n26_the_way_through_the_menus_goes_along():
    tree = """
a: [{menu: {prompt: "?", keys: {3: b}}}]
b: [{label: Reklamacja}, {menu: {prompt: "??", keys: {1: c, 9: a}}}]
c: [{queue: {name: sales, after: d}}]
d: [{dial: 1001}]
"""
    told = call(tree, press("3"), press("9"), press("3"), press("1"))
    assert (told.waited[0].path, told.waited[0].label) == (("a", "b", "c"), "Reklamacja")
    assert told.dialled[0].path == ("a", "b", "c", "d")


@pytest.mark.parametrize("step", ["label", "caller_name", "caller_number"])
def test_n10_what_was_typed_in_secret_is_shown_nowhere(step):
    steps = f"{{gather: {{variable: pin, max: 4, sensitive: yes}}}}, {{{step}: 'N {{{{VARIABLE.PIN}}}}'}}"
    told = walk(steps, press("7391"))
    assert "7391" not in repr(told.moments)
    assert [one.label for one in told.dialled] == ["N" if step == "label" else ""]


def test_n10_a_menu_s_label_holds_no_secret():
    menu = "{menu: {prompt: One., keys: {1: b}, labels: {1: 'N {{VARIABLE.PIN}}'}}}"
    tree = tree_of(f"a: [{{gather: {{variable: pin, max: 4, sensitive: yes}}}}, {menu}]\nb: [{{dial: 1001}}]")
    told = simulate(tree, [press("7391"), press("1")])
    assert [one.label for one in told.dialled] == ["N"]


def test_n10_a_customer_s_own_field_is_shown_and_stands_in_no_log():
    customer = {"numbers": ["+48600100200"], "own": {"pakiet": "złoty"}}
    told = walk(
        "find_customer, {caller_name: '{{CUSTOMER.CUSTOM_FIELD.PAKIET}}'}, {caller_number: 7000}",
        customers=[customer],
    )
    assert shown(told) == [CallerShown("***"), CallerShown("***", "7000")]
