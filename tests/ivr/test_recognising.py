"""Who a caller turns out to be, and what is forgotten when that is somebody else."""

from __future__ import annotations

import pytest

from softswitch.events import CustomerIdentified, CustomerNotFound
from softswitch.ivr.context import World
from softswitch.ivr.desks.book import Known, Looked, Search
from softswitch.ivr.recognising import ORDER, note, recognise
from softswitch.ivr.simulate import DEFAULT_FACTS, VirtualClock
from softswitch.ivr.visit import Visit


@pytest.fixture
def written() -> list[object]:
    return []


@pytest.fixture
def visit(written: list[object]) -> Visit:
    world = World(None, DEFAULT_FACTS, VirtualClock(), written.append)
    return Visit(world, tree="t", language="pl", default_text="nobody")


def test_texts_know_who_it_is(visit: Visit, written: list[object]) -> None:
    assert visit.fill("{{CUSTOMER.NAME}}").text == "nobody"
    recognise(visit, Known("C1", first_name="Anna"), "nip")
    assert visit.fill("{{CUSTOMER.NAME}}").text == "Anna"
    assert (visit.customer, written) == ("C1", [CustomerIdentified("C1", "nip")])


def test_somebody_else_has_neither_the_check_nor_the_orders(visit: Visit) -> None:
    recognise(visit, Known("C1", first_name="Anna", group="a"), "number")
    visit.mark = "verified"
    visit.learn(ORDER, {"ORDER.NUMBER": "4711"})
    recognise(visit, Known("C1", first_name="Anna"), "nip")
    assert (visit.mark, visit.value("ORDER.NUMBER")) == ("verified", "4711")
    recognise(visit, Known("C2"), "nip")
    assert (visit.mark, visit.value("ORDER.NUMBER"), visit.value("CUSTOMER.NAME")) == ("", "", "")


@pytest.mark.parametrize(
    ("looked", "events"),
    [
        (Looked(Search.NOBODY), [CustomerNotFound("nip", 0)]),
        (Looked(Search.SEVERAL, count=2), [CustomerNotFound("nip", 2)]),
        (Looked(Search.UNAVAILABLE), []),
    ],
)
def test_who_was_known_before_stays_known(
    visit: Visit, written: list[object], looked: Looked, events: list[object]
) -> None:
    recognise(visit, Known("C1"), "number")
    note(visit, looked, "nip")
    assert (visit.customer, written[1:]) == ("C1", events)


def test_a_name_may_be_written_down_but_its_sound_is_not_kept(visit: Visit) -> None:
    recognise(visit, Known("C1", first_name="Anna"), "number")
    filled = visit.fill("Hello {{CUSTOMER.NAME}}.")
    assert (filled.logged, filled.private) == ("Hello Anna.", True)
    assert not visit.fill("Hello {{CUSTOMER.ID}}.").private
